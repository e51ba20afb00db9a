"""Fair sets and lassos on small random graphs, compared with a search of all subsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.explore.graph import Edges, edges_from
from checker.explore.search import components
from checker.verify import fairness
from checker.verify.fairness import NOT_FAIR, Components, FairSets, Owing, by_networkx, fair_sets
from checker.verify.lasso import Walk

MOST_NODES = 4
MOST_EDGES = 7


@dataclass(frozen=True)
class Edge:
    """``owed`` is the fair action that would have delivered what the edge loses."""

    source: int
    target: int
    fair: int
    owed: int
    usable: bool


@dataclass(frozen=True)
class Labelled:
    """A graph on the nodes 0 … nodes-1, and the nodes that may be stayed in."""

    nodes: int
    edges: tuple[Edge, ...]
    inside: frozenset[int]

    def sets(self, scc: Components = components) -> tuple[Edges, Owing, FairSets]:
        edges = edges_from([(edge.source, edge.target) for edge in self.edges], self.nodes)
        sorted_edges = [self.edges[n] for n in edges.labels]
        fair = np.array([edge.fair for edge in sorted_edges], dtype=np.int32)
        losing = [n for n, edge in enumerate(sorted_edges) if edge.owed != NOT_FAIR]
        lost = np.array([sorted_edges[n].owed for n in losing], dtype=np.int32)
        owing = Owing(fair, np.array(losing, dtype=np.int64), lost)
        inside = np.array([n in self.inside for n in range(self.nodes)], dtype=np.bool_)
        usable = np.array([edge.usable for edge in sorted_edges], dtype=np.bool_)
        return edges, owing, fair_sets(edges, owing, inside, usable, scc)


@st.composite
def graphs(draw: st.DrawFn) -> Labelled:
    nodes = draw(st.integers(1, MOST_NODES))
    node, fair = st.integers(0, nodes - 1), st.integers(NOT_FAIR, 2)
    owed = st.sampled_from([NOT_FAIR, NOT_FAIR, NOT_FAIR, 0, 1, 2, 3])
    usable = st.sampled_from([True, True, True, False])
    edges = draw(st.lists(st.builds(Edge, node, node, fair, owed, usable), max_size=MOST_EDGES))
    outside = draw(st.sets(node, max_size=1))
    return Labelled(nodes, tuple(edges), frozenset(range(nodes)) - outside)


def round_trips(graph: Labelled) -> Iterator[tuple[frozenset[int], frozenset[Edge]]]:
    """(nodes, edges) that some fair run visits and takes infinitely often, and no others.

    By the definition: the edges lead round all of the nodes, or there is a single node where
    the run stops; and what is enabled in the nodes or lost by the edges is taken by the edges.
    """
    may = [e for e in graph.edges if e.usable and {e.source, e.target} <= graph.inside]
    subsets = chain.from_iterable(combinations(may, k) for k in range(1, len(may) + 1))
    candidates = [
        (frozenset({e.source for e in taken} | {e.target for e in taken}), frozenset(taken))
        for taken in subsets
    ]
    candidates += [(frozenset({node}), frozenset()) for node in graph.inside]
    for nodes, taken in candidates:
        owed = {e.fair for e in graph.edges if e.source in nodes} | {e.owed for e in taken}
        if owed <= {e.fair for e in taken} | {NOT_FAIR} and joined(nodes, taken):
            yield nodes, taken


def joined(nodes: frozenset[int], edges: frozenset[Edge]) -> bool:
    """Whether ``edges`` lead from each of the nodes to each other one."""
    for start in nodes:
        seen = {start}
        for _ in nodes:
            seen |= {e.target for e in edges if e.source in seen}
        if seen != nodes:
            return False
    return True


def by_force(graph: Labelled) -> set[frozenset[int]]:
    """The largest sets of nodes that a fair run can visit infinitely often."""
    found = {nodes for nodes, _ in round_trips(graph)}
    return {nodes for nodes in found if not any(nodes < other for other in found)}


def agrees(graph: Labelled) -> None:
    expected = by_force(graph)
    for scc in (components, by_networkx):
        numbers = graph.sets(scc)[2].numbers
        found = {frozenset(np.flatnonzero(numbers == n).tolist()) for n in range(int(numbers.max()) + 1)}
        assert found == expected


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_fair_sets_are_those_found_by_force(graph: Labelled) -> None:
    agrees(graph)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_fair_sets_are_the_same_if_edges_are_looked_at_one_by_one(graph: Labelled) -> None:
    with mock.patch.object(fairness, "EDGES_AT_ONCE", 1), mock.patch.object(fairness, "MOST_PAIRS", 1):
        agrees(graph)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_nothing_is_fair_in_a_part_of_a_graph_only(graph: Labelled) -> None:
    """So ``leads to`` looks only at states that are in a fair set of the whole graph."""
    whole = Labelled(
        graph.nodes,
        tuple(replace(edge, usable=True) for edge in graph.edges),
        frozenset(range(graph.nodes)),
    )
    lasting = frozenset(np.flatnonzero(whole.sets()[2].numbers >= 0).tolist())
    found = graph.sets()[2]
    again = Labelled(graph.nodes, graph.edges, graph.inside & lasting).sets()[2]
    assert np.array_equal(found.numbers >= 0, again.numbers >= 0)
    assert np.array_equal(found.edges, again.edges)
    agrees(Labelled(graph.nodes, graph.edges, graph.inside & lasting))
    assert by_force(graph) == by_force(Labelled(graph.nodes, graph.edges, graph.inside & lasting))


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(graphs())
def test_fair_sets_of_ten_thousand_graphs(graph: Labelled) -> None:
    agrees(graph)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_a_cycle_in_a_fair_set_is_fair(graph: Labelled) -> None:
    edges, owing, sets = graph.sets()
    for entry in np.flatnonzero(sets.numbers >= 0).tolist():
        cycle = Walk(edges, owing, sets, entry).closed()
        taken = [graph.edges[edges.labels[edge]] for edge in cycle]
        assert all(edge.usable for edge in taken)
        assert [edge.source for edge in taken] == [entry, *(edge.target for edge in taken)][: len(taken)]
        assert not taken or taken[-1].target == entry
        nodes = {entry} | {edge.target for edge in taken}
        assert nodes <= graph.inside
        owed = {e.fair for e in graph.edges if e.source in nodes} | {e.owed for e in taken}
        assert owed <= {e.fair for e in taken} | {NOT_FAIR}
