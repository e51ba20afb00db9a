"""Whether one graph shows all that another can: on random graphs, against an enumeration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.compare import behaviour
from checker.compare.behaviour import Effort, Inclusion, compare
from checker.compare.observe import Alphabet, Key, Letter, Observed
from checker.explore.graph import Edges

LETTERS = 3


@dataclass(frozen=True)
class Graph:
    """A graph with letters on its edges, 0 for none: (source, letter, target) and a key for each;
    ``like`` says which nodes look alike, ``unknown`` of which nothing is known."""

    nodes: int
    edges: tuple[tuple[int, int, int], ...]
    keys: tuple[int, ...]
    like: tuple[int, ...]
    unknown: frozenset[int] = frozenset()

    def observed(self) -> Observed:
        order = sorted(range(len(self.edges)), key=lambda i: (self.edges[i][0], self.keys[i]))
        edges = [self.edges[i] for i in order]
        counts = (
            np.bincount([source for source, _, _ in edges], minlength=self.nodes)
            if edges
            else np.zeros(self.nodes)
        )
        known = np.ones(self.nodes, dtype=np.bool_)
        known[list(self.unknown)] = False
        nothing: Any = None
        return Observed(
            Edges(
                np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
                np.array([target for _, _, target in edges], dtype=np.int32),
                np.array([letter for _, letter, _ in edges], dtype=np.int32),
            ),
            np.array([self.keys[i] for i in order], dtype=np.int32),
            np.array(order, dtype=np.int32),
            0,
            known,
            "bag",
            nothing,
        )

    # The enumeration

    def closed(self, nodes: set[int]) -> frozenset[int]:
        while more := {t for s, letter, t in self.edges if s in nodes and not letter} - nodes:
            nodes = nodes | more
        return frozenset(nodes)

    def after(self, nodes: frozenset[int], letter: int) -> frozenset[int]:
        return self.closed({t for s, each, t in self.edges if s in nodes and each == letter})

    def follows(self, word: list[int]) -> bool:
        """Whether it can show a word, or might where nothing is known."""
        nodes = self.closed({0})
        for letter in word:
            if nodes & self.unknown:
                return True
            nodes = self.after(nodes, letter)
        return bool(nodes)

    def word(self, path: tuple[int, ...]) -> list[int]:
        """What a run along these edges, which must be one, shows."""
        at = 0
        for edge in path:
            source, _, target = self.edges[edge]
            assert source == at
            at = target
        return [self.edges[edge][1] for edge in path if self.edges[edge][1]]


def fewest_steps(one: Graph, other: Graph) -> int | None:
    """The steps of the shortest run of ``one`` that shows what ``other`` cannot."""
    layer = seen = {(0, other.closed({0}))}
    steps = 0
    while layer:
        steps += 1
        following = set()
        for node, nodes in layer:
            for source, letter, target in one.edges:
                if source != node:
                    continue
                after = other.after(nodes, letter) if letter else nodes
                if not after:
                    return steps
                following.add((target, after))
        layer = following - seen
        seen = seen | layer
    return None


@st.composite
def graphs(draw: st.DrawFn, unknown: bool = False) -> Graph:
    nodes = draw(st.integers(1, 6))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, st.integers(0, LETTERS), node), max_size=14))
    # Of one node each action is enabled once, but several segments may be written alike.
    keys = draw(st.lists(st.integers(0, 5), min_size=len(edges), max_size=len(edges)))
    like = draw(st.lists(st.integers(0, 3), min_size=nodes, max_size=nodes))
    left = draw(st.frozensets(node, max_size=2)) if unknown else frozenset()
    return Graph(nodes, tuple(edges), tuple(keys), tuple(like), left)


def alphabet() -> Alphabet:
    made = Alphabet()
    for letter in range(1, LETTERS + 1):
        made.letter(Letter(0, str(letter), ()))
    for key in range(3):
        made.keys.number(Key("delivery", 0, "", str(key), None))
        made.keys.number(Key("loss", 1, "", str(key), None))
    return made


def answers(one: Graph, other: Graph, effort: Effort) -> tuple[Inclusion, Inclusion]:
    likeness = tuple(np.array(graph.like, dtype=np.int32) for graph in (one, other))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(behaviour, "alike", lambda *_: likeness)
        return compare(one.observed(), other.observed(), alphabet(), effort)


def original(graph: Graph, path: tuple[int, ...]) -> tuple[int, ...]:
    """A path in the numbers of the edges as they were drawn."""
    return tuple(int(graph.observed().numbers[edge]) for edge in path)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(graphs(), graphs())
def test_the_answers_are_right(one: Graph, other: Graph) -> None:
    for (mine, theirs), answer in zip(
        ((one, other), (other, one)), answers(one, other, Effort()), strict=True
    ):
        fewest = fewest_steps(mine, theirs)
        assert answer.answer == ("yes" if fewest is None else "no")
        if answer.answer == "no":
            word = mine.word(original(mine, answer.path))
            assert theirs.follows(word[:-1])
            assert not theirs.follows(word)
            assert len(answer.path) == fewest
            assert answer.shortest


@settings(max_examples=200, deadline=None)
@given(graphs(), graphs(), st.integers(1, 30), st.integers(0, 3), st.integers(0, 60), st.integers(0, 6))
def test_less_effort_answers_less_and_nothing_wrong(
    one: Graph, other: Graph, pairs: int, words: int, edges: int, places: int
) -> None:
    effort = Effort(pairs=pairs, words=words, further=edges, edges=edges, places=places)
    for (mine, theirs), answer in zip(((one, other), (other, one)), answers(one, other, effort), strict=True):
        fewest = fewest_steps(mine, theirs)
        assert answer.answer in ("unknown", "yes" if fewest is None else "no")
        if answer.answer == "no":
            assert not theirs.follows(mine.word(original(mine, answer.path)))
            assert len(answer.path) == fewest or (len(answer.path) > (fewest or 0) and not answer.shortest)
        if answer.answer == "unknown":
            assert answer.reason


@settings(max_examples=300, deadline=None)
@given(graphs(unknown=True), graphs(unknown=True))
def test_what_is_not_known_is_not_taken_for_nothing(one: Graph, other: Graph) -> None:
    for (mine, theirs), answer in zip(
        ((one, other), (other, one)), answers(one, other, Effort()), strict=True
    ):
        if answer.answer == "yes":
            assert not mine.unknown
            assert fewest_steps(mine, theirs) is None
        if answer.answer == "no":
            assert not theirs.follows(mine.word(original(mine, answer.path)))


def test_a_loss_that_shows_something_answers_no_silent_delivery() -> None:
    """one: c·c; other: c, and then the loss of what one has delivered, but it shows a."""
    one = Graph(2, ((0, 2, 1), (1, 0, 0)), (0, 2), (0, 0))
    other = Graph(2, ((0, 2, 1), (1, 1, 0)), (0, 3), (0, 0))
    assert [answer.answer for answer in answers(one, other, Effort())] == ["no", "no"]


def test_the_word_that_only_sets_can_follow() -> None:
    """a·b and a·c against a choice made before: no single answer to a is right for both."""
    one = Graph(4, ((0, 1, 1), (1, 2, 2), (1, 3, 3)), (0, 1, 2), (0, 0, 0, 0))
    other = Graph(5, ((0, 1, 1), (0, 1, 2), (1, 2, 3), (2, 3, 4)), (0, 1, 1, 2), (0, 0, 0, 0, 0))
    assert [answer.answer for answer in answers(one, other, Effort())] == ["yes", "yes"]
    assert [answer.answer for answer in answers(one, other, Effort(places=0))] == ["unknown", "yes"]
