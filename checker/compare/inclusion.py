"""Whether all that one graph can show another can show too, decided on sets of states.

A set holds all states in which the second graph can be when it has shown a word. The search goes
through pairs of a state of the first and a set of the second, a step of the first at a time, so
what it finds first is shortest. A pair is left out where the same state was met with a subset of
its set: whatever fails from the larger one fails from the smaller (De Wulf, Doyen, Henzinger,
Raskin: Antichains, CAV 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from checker.compare.observe import SILENT, Observed
from checker.explore.closures import Closures
from checker.explore.graph import Ints


class OutOfBudget(Exception):
    """More would have to be looked at than was allowed."""


@dataclass
class Budget:
    """How much may still be looked at: edges of sets, and pairs."""

    edges: int
    pairs: int

    def spend(self, edges: int = 0, pairs: int = 0) -> None:
        self.edges -= edges
        self.pairs -= pairs
        if self.edges < 0 or self.pairs < 0:
            raise OutOfBudget


NOTHING, ANYTHING = 0, 1
"""The set of no states, and the one with a state of which it is not known what follows: that may be
anything, so nothing that is shown after it can be said to be impossible."""


class Sets:
    """Sets of states of ``graph``, closed under silent steps, as numbers."""

    def __init__(self, graph: Observed, budget: Budget) -> None:
        self.graph = graph
        self.budget = budget
        self.members: list[Ints] = []
        self._numbers: dict[bytes, int] = {}
        self._bits: dict[int, int] = {}
        self._next: dict[int, dict[int, Ints]] = {}
        self._after: dict[tuple[int, int], int] = {}
        self._number(np.zeros(0, dtype=np.int32))
        self.members.append(np.zeros(0, dtype=np.int32))

    @cached_property
    def _closures(self) -> Closures:
        return Closures(self.graph.silent)

    @cached_property
    def first(self) -> int:
        """The set in which runs begin."""
        return self.of(self.graph.first)

    def of(self, node: int) -> int:
        """The set of a state and those that silent steps lead to from it."""
        return self._closed(np.array([node], dtype=np.int32))

    def after(self, number: int, letter: int) -> int:
        """The set after ``letter``."""
        if number == ANYTHING:
            return ANYTHING
        found = self._after.get((number, letter))
        if found is None:
            if number not in self._next:
                self._next[number] = self._targets(number)
            targets = self._next[number].get(letter)
            found = NOTHING if targets is None else self._closed(targets)
            self._after[number, letter] = found
        return found

    def along(self, word: Sequence[int]) -> int:
        """The set after ``word``, as far as it can be followed."""
        number = self.first
        for letter in word:
            number = self.after(number, letter)
        return number

    def within(self, one: int, other: int) -> bool:
        """Whether a set is a subset of another."""
        if other == ANYTHING:
            return True
        if one == ANYTHING or len(self.members[one]) > len(self.members[other]):
            return False
        bits = self._bits_of(one)
        return bits & self._bits_of(other) == bits

    def _targets(self, number: int) -> dict[int, Ints]:
        """By letter the states that an edge with it leads to."""
        edges = self.graph.edges
        out = edges.of(self.members[number])
        self.budget.spend(edges=len(out))
        out = out[edges.labels[out] != SILENT]
        letters = edges.labels[out]
        order = np.argsort(letters, kind="stable")
        targets = edges.targets[out[order]]
        values, starts = np.unique(letters[order], return_index=True)
        parts = np.split(targets, starts[1:])
        return {
            letter: np.unique(part) for letter, part in zip(values.tolist(), parts, strict=len(values) > 0)
        }

    def _closed(self, nodes: Ints) -> int:
        """The number of ``nodes`` with all that silent steps lead to."""
        members = self._closures.of(nodes)
        offsets = self.graph.silent.offsets
        self.budget.spend(edges=len(members) + int((offsets[members + 1] - offsets[members]).sum()))
        return self._number(members) if self.graph.known[members].all() else ANYTHING

    def _number(self, nodes: Ints) -> int:
        key = nodes.tobytes()
        if key not in self._numbers:
            self._numbers[key] = len(self.members)
            self.members.append(nodes)
        return self._numbers[key]

    def _bits_of(self, number: int) -> int:
        if number not in self._bits:
            mask = np.zeros(len(self.graph), dtype=np.bool_)
            mask[self.members[number]] = True
            self._bits[number] = int.from_bytes(np.packbits(mask).tobytes(), "big")
        return self._bits[number]


class Place(NamedTuple):
    """A pair of a state of the first graph and a set of the second, the place before, and the edge
    of the first that leads here from there."""

    state: int
    set: int
    before: int
    by: int


@dataclass
class Search:
    """Looks for the shortest run of ``one`` that shows what the graph of ``sets`` cannot; not behind
    pairs of which ``proved`` says that there is none."""

    one: Observed
    sets: Sets
    proved: Callable[[int, Ints], bool]
    places: list[Place] = field(default_factory=list)
    met: dict[int, list[int]] = field(default_factory=dict)
    is_unclear: bool = False
    """Whether there were pairs of which it is not known whether such a run goes on from there."""

    def run(self, most_steps: int | None = None) -> list[int] | None:
        """The edges of that run, ``None`` if there is none of at most ``most_steps``.

        Raises ``OutOfBudget``.
        """
        self._add(Place(self.one.first, self.sets.first, -1, -1))
        begin, depth = 0, 0
        while begin < len(self.places) and (most_steps is None or depth < most_steps):
            end = len(self.places)
            for number in range(begin, end):
                found = self._go_on(number)
                if found is not None:
                    return found
            begin, depth = end, depth + 1
        return None

    def _go_on(self, number: int) -> list[int] | None:
        place = self.places[number]
        edges = self.one.edges
        first, last = int(edges.offsets[place.state]), int(edges.offsets[place.state + 1])
        targets, letters = edges.targets[first:last].tolist(), edges.labels[first:last].tolist()
        self.sets.budget.spend(edges=last - first)
        for by, target, letter in zip(range(first, last), targets, letters, strict=True):
            after = place.set if letter == SILENT else self.sets.after(place.set, letter)
            if not after:
                return [*self._path(number), by]
            self._add(Place(target, after, number, by))
        return None

    def _add(self, place: Place) -> None:
        if place.set == ANYTHING:
            self.is_unclear = True
            return
        met = self.met.setdefault(place.state, [])
        if any(self.sets.within(known, place.set) for known in met):
            return
        if self.proved(place.state, self.sets.members[place.set]):
            return
        met[:] = [known for known in met if not self.sets.within(place.set, known)]
        met.append(place.set)
        self.sets.budget.spend(pairs=1)
        self.places.append(place)

    def _path(self, number: int) -> list[int]:
        path: list[int] = []
        while self.places[number].before >= 0:
            path.append(self.places[number].by)
            number = self.places[number].before
        return path[::-1]
