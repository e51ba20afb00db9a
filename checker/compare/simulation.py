"""Walks two graphs in step: for each run of the one, a run of the other that shows the same.

If every move is answered, all that the first can show the second can show too. Where one is not,
that proves nothing: another answer earlier might have helped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from checker.compare.answers import Answers
from checker.explore.graph import Edges, Ints
from checker.explore.search import NODES_AT_ONCE, reached_from

Longs = npt.NDArray[np.int64]


class Pairs(NamedTuple):
    """Pairs of states that runs which show the same lead to, by the number of steps of the first:
    ``one`` and ``other``, and by which edge of the first, ``by``, from which pair before, ``source``."""

    one: Ints
    other: Ints
    source: Ints
    by: Ints


class Unanswered(NamedTuple):
    """A move of the first graph that found no answer: an edge, from a pair of ``layer``."""

    layer: int
    pair: int
    edge: int


@dataclass
class Walk:
    """The walk of one graph with another, which ``answers``. ``layers`` are the pairs found so far."""

    answers: Answers

    def __post_init__(self) -> None:
        self.one, other = self.answers.one, self.answers.other
        nothing: Ints = np.array([-1], dtype=np.int32)
        self.layers = [Pairs(_one_number(self.one.first), _one_number(other.first), nothing, nothing)]
        self.pairs = 1
        self._seen = _Seen(len(self.one), len(other))
        self._seen.new(self.layers[0].one, self.layers[0].other)

    def step(self) -> list[Unanswered]:
        """Goes a step further, and tells the moves on the way that found no answer."""
        before = self.layers[-1]
        parts: list[Pairs] = []
        unanswered: list[Unanswered] = []
        for first in range(0, len(before.one), NODES_AT_ONCE):
            part, missing = self._answered(before, first, first + NODES_AT_ONCE)
            parts.append(part)
            unanswered += missing
        self.layers.append(Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True))))
        self.pairs += len(self.layers[-1].one)
        return unanswered

    @property
    def is_over(self) -> bool:
        return not len(self.layers[-1].one)

    def path(self, missing: Unanswered) -> list[int]:
        """The edges of the first graph that lead to a move, and that move."""
        path = [missing.edge]
        layer, pair = missing.layer, missing.pair
        while layer:
            path.append(int(self.layers[layer].by[pair]))
            pair = int(self.layers[layer].source[pair])
            layer -= 1
        return path[::-1]

    def _answered(self, before: Pairs, first: int, last: int) -> tuple[Pairs, list[Unanswered]]:
        """(the new pairs behind those from ``first`` to ``last``, the moves without an answer)."""
        ones, others = before.one[first:last], before.other[first:last]
        edges = self.one.edges
        by = edges.of(ones)
        counts = edges.offsets[ones + 1] - edges.offsets[ones]
        source = np.repeat(np.arange(len(ones), dtype=np.int32), counts)
        to = self.answers.to(by, others[source])
        answered = to >= 0
        missing = [
            Unanswered(len(self.layers) - 1, first + int(source[i]), int(by[i]))
            for i in np.flatnonzero(~answered).tolist()
        ]
        by, source, to = by[answered], source[answered], to[answered]
        one = edges.targets[by]
        new = self._seen.new(one, to)
        found = Pairs(one[new], to[new], (source[new] + first).astype(np.int32), by[new].astype(np.int32))
        return found, missing


class Proved:
    """The pairs of a walk of which it is proved that the second state shows all that the first
    can: those from which no answers lead to a move without one."""

    def __init__(self, walk: Walk) -> None:
        ones, others = (np.concatenate([layer[i] for layer in walk.layers]) for i in (0, 1))
        self._size = len(walk.answers.other)
        codes = ones.astype(np.int64) * self._size + others
        order = np.argsort(codes)
        followed = _followed(walk, ones[order], others[order], codes[order])
        unsure = np.zeros(len(codes) + 1, dtype=np.bool_)
        unsure[len(codes)] = True
        unsure = reached_from(followed.reversed(), np.flatnonzero(unsure))[:-1]
        self._codes = codes[order][~unsure]

    def shows_all(self, one: int, others: Ints) -> bool:
        """Whether some state of ``others``, which ascend, is proved to show all that ``one`` can."""
        first, last = np.searchsorted(self._codes, [one * self._size, (one + 1) * self._size])
        partners = self._codes[first:last] - one * self._size
        place = np.minimum(np.searchsorted(others, partners), len(others) - 1)
        return bool((others[place] == partners).any())


def _followed(walk: Walk, ones: Ints, others: Ints, codes: Longs) -> Edges:
    """From each pair, in the order of their ``codes``, to those behind the answers of its moves; to
    one pair more where there is no answer, or where the walk did not get that far."""
    edges = walk.answers.one.edges
    counts = edges.offsets[ones + 1] - edges.offsets[ones]
    targets: list[Ints] = []
    for first in range(0, len(ones), NODES_AT_ONCE):
        chunk = slice(first, first + NODES_AT_ONCE)
        by = edges.of(ones[chunk])
        to = walk.answers.to(by, np.repeat(others[chunk], counts[chunk]))
        wanted = edges.targets[by].astype(np.int64) * len(walk.answers.other) + to
        place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        found = (to >= 0) & (codes[place] == wanted)
        targets.append(np.where(found, place, len(codes)).astype(np.int32))
    offsets = np.concatenate([[0], np.cumsum(counts), [counts.sum()]]).astype(np.int64)
    return Edges(offsets, np.concatenate(targets), np.zeros(0, dtype=np.int32))


class _Seen:
    """The pairs found so far: most nodes have one partner, which is looked up at once."""

    def __init__(self, ones: int, others: int) -> None:
        self.others = others
        self.partner: Ints = np.full(ones, -1, dtype=np.int32)
        self.rest: Longs = np.zeros(0, dtype=np.int64)

    def new(self, one: Ints, other: Ints) -> Longs:
        """The places of the pairs that were not seen yet, each once and ascending; they are now."""
        places = np.flatnonzero(self.partner[one] != other)
        codes = one[places].astype(np.int64) * self.others + other[places]
        _, first = np.unique(codes, return_index=True)
        places, codes = places[np.sort(first)], codes[np.sort(first)]
        if len(self.rest):
            at = np.minimum(np.searchsorted(self.rest, codes), len(self.rest) - 1)
            fresh = self.rest[at] != codes
            places, codes = places[fresh], codes[fresh]
        alone = self.partner[one[places]] < 0
        # Of several new partners of one node the first is kept, the others are the rest.
        lonely = np.flatnonzero(alone)
        _, kept = np.unique(one[places[lonely]], return_index=True)
        kept = lonely[kept]
        self.partner[one[places[kept]]] = other[places[kept]]
        others = np.ones(len(places), dtype=np.bool_)
        others[kept] = False
        if others.any():
            self.rest = np.union1d(self.rest, codes[others])
        found: Longs = places
        return found


def _one_number(number: int) -> Ints:
    return np.array([number], dtype=np.int32)


def walked(walk: Walk, most: int) -> Iterator[list[Unanswered]]:
    """The unanswered moves of each layer, until the walk is over or has found ``most`` pairs."""
    while not walk.is_over and walk.pairs <= most:
        yield walk.step()
