"""How one graph answers a move of another: by a run that shows the same.

The answer to a move is the same action, if it shows the same; to a silent delivery the loss of that
segment; to any silent move nothing at all; else any move that shows the same. Given what is alike,
one that leads to a state like that of the move goes before all others, and if none of these does,
such a state is looked for behind further silent steps.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from checker.compare.inclusion import OutOfBudget, Sets
from checker.compare.observe import SILENT, Observed
from checker.explore.graph import Ints, Mask

Longs = npt.NDArray[np.int64]

NONE = -1


class Answers:
    """The answers of ``other`` to moves of ``one``. ``instead`` has by key the key of the loss that
    may answer a delivery, or -1."""

    def __init__(self, one: Observed, other: Observed, instead: Ints) -> None:
        self.one = one
        self.other = other
        self.instead = instead

    def to(self, by: Longs, others: Ints) -> Ints:
        """Where the answer to each edge ``by`` of the one leads from the states ``others``, or -1."""
        keys, letters = self.one.keys[by], self.one.edges.labels[by]
        to = self._target(self._showing(self._with_key(others, keys), letters))
        quiet = np.flatnonzero((letters == SILENT) & ~self._is_best(by, to))
        losses = self._with_key(others[quiet], self.instead[keys[quiet]])
        lost = self._target(self._showing(losses, letters[quiet]))
        self._improve(to, quiet, by, lost)
        self._improve(to, quiet, by, others[quiet])
        left = np.flatnonzero(~self._is_best(by, to))
        self._improve(to, left, by, self._further(by[left], others[left]))
        loud = np.flatnonzero(to == NONE)
        if len(loud):
            codes, order = self._by_letter
            edge = _places(codes, others[loud], letters[loud])
            edge[edge != NONE] = order[edge[edge != NONE]]
            to[loud] = self._target(edge)
        return to

    def _with_key(self, nodes: Ints, keys: Ints) -> Longs:
        """The edge from each node with each key, or -1."""
        return _places(self.other.by_key, nodes, keys)

    def _showing(self, edges: Longs, letters: Ints) -> Longs:
        """Those edges that show what they should; -1 for the others."""
        found = np.flatnonzero(edges != NONE)
        edges[found[self.other.edges.labels[edges[found]] != letters[found]]] = NONE
        return edges

    @cached_property
    def _by_letter(self) -> tuple[Longs, Longs]:
        """(source and letter of each edge as one number, ascending; the edge of each)."""
        codes = self.other.edges.sources.astype(np.int64) << 32 | self.other.edges.labels
        order = np.argsort(codes, kind="stable")
        return codes[order], order

    def _target(self, edges: Longs) -> Ints:
        to: Ints = np.full(len(edges), NONE, dtype=np.int32)
        found = np.flatnonzero(edges != NONE)
        to[found] = self.other.edges.targets[edges[found]]
        return to

    def _improve(self, to: Ints, places: Longs, by: Longs, answer: Ints) -> None:
        """Puts each ``answer`` at its place where there is none yet, or none so good."""
        better = self._is_best(by[places], answer) & ~self._is_best(by[places], to[places])
        better |= (to[places] == NONE) & (answer != NONE)
        to[places[better]] = answer[better]

    def _is_best(self, by: Longs, to: Ints) -> Mask:
        """Whether no answer to each edge can be better."""
        best: Mask = to != NONE
        return best

    def _further(self, by: Longs, others: Ints) -> Ints:
        """Answers of several steps."""
        return np.full(len(by), NONE, dtype=np.int32)


class LikelyAnswers(Answers):
    """Answers that lead to states that are alike, as ``likeness`` says of both graphs; behind
    further silent steps as far as the budget of ``sets`` goes, which are of the other."""

    def __init__(
        self, one: Observed, other: Observed, instead: Ints, likeness: tuple[Ints, Ints], sets: Sets
    ) -> None:
        super().__init__(one, other, instead)
        self.likeness = likeness
        self.sets = sets
        self._found: dict[tuple[int, int, int], int] = {}

    def _is_best(self, by: Longs, to: Ints) -> Mask:
        ones, others = self.likeness
        best: Mask = (to != NONE) & (ones[self.one.edges.targets[by]] == others[to])
        return best

    def _further(self, by: Longs, others: Ints) -> Ints:
        wanted = self.likeness[0][self.one.edges.targets[by]]
        letters = self.one.edges.labels[by]
        asked = zip(others.tolist(), letters.tolist(), wanted.tolist(), strict=True)
        try:
            return np.array([self._behind(*each) for each in asked], dtype=np.int32)
        except OutOfBudget:
            return super()._further(by, others)

    def _behind(self, state: int, letter: int, like: int) -> int:
        """The first state like that, of all those that runs from ``state`` which show the letter
        lead to."""
        key = (state, letter, like)
        if key not in self._found:
            reached = self.sets.of(state)
            if letter != SILENT:
                reached = self.sets.after(reached, letter)
            members = self.sets.members[reached]
            places = np.flatnonzero(self.likeness[1][members] == like)
            self._found[key] = int(members[places[0]]) if len(places) else NONE
        return self._found[key]


def _places(codes: Longs, nodes: Ints, values: Ints) -> Longs:
    """The first place among ``codes`` of each node with each value, or -1; there is none for a
    value below 0."""
    if not len(codes):
        return np.full(len(nodes), NONE, dtype=np.int64)
    wanted = nodes.astype(np.int64) << 32 | values
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return np.where((values >= 0) & (codes[place] == wanted), place, NONE)
