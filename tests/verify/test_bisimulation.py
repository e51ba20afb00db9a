"""Branching bisimulation: by hand, and against a definition that only takes pairs away."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.explore.graph import edges_from
from checker.verify.bisimulation import UNSEEN, coarsest, renumbered

Triples = list[tuple[int, int, int]]
"""Edges: (source, label, target)."""


def blocks_of(nodes: int, looks: list[int], triples: Triples) -> list[int]:
    edges = edges_from([(source, target) for source, _, target in triples], nodes)
    labels = np.array([triples[number][1] for number in edges.labels.tolist()], dtype=np.int64)
    return coarsest(edges, labels, np.array(looks, dtype=np.int64)).tolist()


def naively(nodes: int, looks: list[int], triples: Triples) -> list[int]:
    """The largest relation that is a branching bisimulation, as van Glabbeek and Weijland define
    it: from all pairs that look the same, those are taken away that break the definition. A step
    to another look is seen, whatever its label."""
    unseen = {(s, t) for s, label, t in triples if label == UNSEEN and looks[s] == looks[t]}
    onward = {(n, n) for n in range(nodes)} | unseen
    while (more := onward | {(a, d) for a, b in onward for c, d in onward if b == c}) != onward:
        onward = more
    related = {(p, q) for p, q in product(range(nodes), repeat=2) if looks[p] == looks[q]}

    def answered(p: int, label: int, after: int, q: int) -> bool:
        if label == UNSEEN and (after, q) in related:
            return True
        return any(
            (q, s) in onward and (p, s) in related and taken == label and (after, t) in related
            for s, taken, t in triples
        )

    while broken := {
        (p, q)
        for p, q in related
        if not all(answered(p, label, after, q) for s, label, after in triples if s == p)
    }:
        related -= broken | {(q, p) for p, q in broken}
    first = [min(q for q in range(nodes) if (p, q) in related) for p in range(nodes)]
    return [sorted(set(first)).index(number) for number in first]


def test_steps_that_change_nothing_are_not_seen() -> None:
    # 0 goes on unseen to 1, both then do a; 2 does a at once.
    assert blocks_of(4, [0, 0, 0, 0], [(0, UNSEEN, 1), (1, 1, 3), (2, 1, 3)]) == [0, 0, 0, 1]


def test_an_unseen_choice_is_told() -> None:
    # 0 can do a or b; 1 can do a, or give that up unseen and then only do b.
    triples = [(0, 1, 3), (0, 2, 3), (1, 1, 3), (1, UNSEEN, 2), (2, 2, 3)]
    assert blocks_of(4, [0, 0, 0, 0], triples) == [0, 1, 2, 3]


def test_going_round_unseen_is_not_told_from_standing_still() -> None:
    assert blocks_of(3, [0, 0, 0], [(0, UNSEEN, 1), (1, UNSEEN, 0), (0, 1, 2), (1, 1, 2)]) == [0, 0, 1]
    assert blocks_of(2, [0, 0], [(0, UNSEEN, 0)]) == [0, 0]


def test_unseen_steps_to_another_look_are_seen() -> None:
    assert blocks_of(3, [0, 0, 1], [(0, UNSEEN, 2)]) == [0, 1, 2]


def test_seen_steps_within_a_cycle_of_unseen_ones_count() -> None:
    # 0 and 1 go round unseen; 2 stands still; the step a back to themselves tells them apart.
    assert blocks_of(3, [0, 0, 0], [(0, UNSEEN, 1), (1, UNSEEN, 0), (1, 1, 0)]) == [0, 0, 1]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[int], Triples]:
    nodes = draw(st.integers(1, 7))
    looks = draw(st.lists(st.integers(0, 1), min_size=nodes, max_size=nodes))
    node = st.integers(0, nodes - 1)
    edge = st.tuples(node, st.sampled_from([UNSEEN, UNSEEN, 1, 2]), node)
    return nodes, looks, draw(st.lists(edge, max_size=14, unique=True))


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_it_is_the_coarsest_bisimulation(graph: tuple[int, list[int], Triples]) -> None:
    assert blocks_of(*graph) == naively(*graph)


def test_blocks_are_numbered_in_the_order_of_their_first_nodes() -> None:
    assert renumbered(np.array([7, 3, 7, 0, 3])).tolist() == [0, 1, 0, 2, 1]
