"""Whether two graphs show the same: each of all that the other can show, and a run that tells them
apart where not.

Walking in step decides most cases at once. Where a move finds no answer on the way, the word that
leads there is looked up in the sets of all states that the other graph can be in; where that does
not settle it either, all words are searched, as far as the budget goes. The budget counts work, not
seconds, so that the answer is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from checker.compare.answers import Answers, LikelyAnswers
from checker.compare.inclusion import NOTHING, Budget, OutOfBudget, Search, Sets
from checker.compare.likeness import alike
from checker.compare.observe import Alphabet, Letter, Observed, lost_instead
from checker.compare.simulation import Proved, Unanswered, Walk, walked
from checker.explore.graph import Ints

Answer = Literal["yes", "no", "unknown"]

NOT_EXPLORED = "it may depend on what was not explored, or on actions that lacked room"


@dataclass(frozen=True)
class Effort:
    """How much is looked at before the answer is ``unknown``: pairs of a walk, words that are
    looked up, and for all sets of states together edges and pairs."""

    pairs: int = 20_000_000
    words: int = 400
    further: int = 10_000_000
    edges: int = 30_000_000
    places: int = 20_000


@dataclass(frozen=True)
class Inclusion:
    """Whether the one graph shows nothing that the other cannot show. If it does, ``path`` are the
    edges of a run of it, the last of which the other cannot follow, in the numbers of
    ``Observed``; ``shortest`` whether no run of fewer steps does. ``reason`` is why it is not
    known."""

    answer: Answer
    path: tuple[int, ...] = ()
    shortest: bool = True
    reason: str = ""


def compare(
    one: Observed, other: Observed, alphabet: Alphabet, effort: Effort
) -> tuple[Inclusion, Inclusion]:
    """Whether all that ``one`` can show, ``other`` can, and the other way round."""
    likeness = _Likeness(one, other)
    forth = _Question(one, other, alphabet, lambda: likeness.numbers, effort)
    back = _Question(other, one, alphabet, lambda: likeness.numbers[::-1], effort)
    return forth.answer(), back.answer()


class _Likeness:
    """Which states are alike, found out when it is first asked for."""

    def __init__(self, one: Observed, other: Observed) -> None:
        self._pair = (one, other)

    @cached_property
    def numbers(self) -> tuple[Ints, Ints]:
        return alike(*self._pair)


class _Question:
    """Whether all that ``one`` can show, ``other`` can."""

    def __init__(
        self,
        one: Observed,
        other: Observed,
        alphabet: Alphabet,
        likeness: Callable[[], tuple[Ints, Ints]],
        effort: Effort,
    ) -> None:
        self.one = one
        self.other = other
        self.likeness = likeness
        self.effort = effort
        self.losses = _losses(alphabet, other)
        self.walk = Walk(Answers(one, other, self.losses))
        self.sets = Sets(other, Budget(effort.edges, effort.places))
        self.proved: Proved | None = None
        self.words: set[tuple[int, ...]] = set()

    def answer(self) -> Inclusion:
        sure = True
        try:
            if self._answered(self.walk):
                return self._yes()
            further = Sets(self.other, Budget(self.effort.further, 0))
            answers = LikelyAnswers(self.one, self.other, self.losses, self.likeness(), further)
            self.walk = Walk(answers)
            for unanswered in walked(self.walk, self.effort.pairs):
                path = self._cannot(unanswered)
                if path is not None:
                    return Inclusion("no", path) if sure else self._shortened(path)
                sure = sure and not unanswered
                if len(self.words) >= self.effort.words:
                    break
            if sure and self.walk.is_over:
                return self._yes()
            return self._searched()
        except OutOfBudget:
            return Inclusion("unknown", reason="too many combinations of states to compare")

    def _answered(self, walk: Walk) -> bool:
        """Whether each move finds an answer."""
        return not any(walked(walk, self.effort.pairs)) and walk.is_over

    def _yes(self) -> Inclusion:
        if not self.one.known.all():
            return Inclusion("unknown", reason=NOT_EXPLORED)
        return Inclusion("yes")

    def _cannot(self, unanswered: list[Unanswered]) -> tuple[int, ...] | None:
        """The first run to one of these moves that the other graph cannot follow."""
        for missing in unanswered:
            path = self.walk.path(missing)
            word = self._word(path)
            if word in self.words:
                continue
            if len(self.words) >= self.effort.words:
                return None
            self.words.add(word)
            if self.sets.along(word) == NOTHING:
                return tuple(path)
        return None

    def _searched(self) -> Inclusion:
        search = self._search()
        path = search.run()
        if path is not None:
            return Inclusion("no", tuple(path), shortest=not search.is_unclear)
        if search.is_unclear:
            return Inclusion("unknown", reason=NOT_EXPLORED)
        return self._yes()

    def _shortened(self, path: tuple[int, ...]) -> Inclusion:
        """A run of fewer steps that does it too, if there is one."""
        search = self._search()
        try:
            shorter = search.run(len(path) - 1)
        except OutOfBudget:
            return Inclusion("no", path, shortest=False)
        return Inclusion("no", path if shorter is None else tuple(shorter), shortest=not search.is_unclear)

    def _search(self) -> Search:
        self.proved = self.proved or Proved(self.walk)
        return Search(self.one, self.sets, self.proved.shows_all)

    def _word(self, path: list[int]) -> tuple[int, ...]:
        letters = self.one.edges.labels[np.array(path)]
        return tuple(letter for letter in letters.tolist() if letter)


def word_of(observed: Observed, alphabet: Alphabet, path: tuple[int, ...]) -> tuple[Letter, ...]:
    """What a run shows."""
    letters = (alphabet.letters[int(observed.edges.labels[edge])] for edge in path)
    return tuple(letter for letter in letters if letter is not None)


def _losses(alphabet: Alphabet, other: Observed) -> Ints:
    """By key the key of the loss of what it delivers in the other graph, or -1."""
    losses = [lost_instead(key, other.order) for key in alphabet.keys.values]
    known = {key: number for number, key in enumerate(alphabet.keys.values)}
    return np.array([-1 if key is None else known.get(key, -1) for key in losses], dtype=np.int32)
