"""The states that the native engine found, as words; all else is computed when it is asked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import accumulate

import numpy as np

from checker.explore.graph import Edges, Ints, Mask
from checker.explore.native.arrays import Bytes, Longs, Numbers, grown
from checker.explore.native.expand import CHUNK, Expander, buffers
from checker.explore.native.layout import masks, parts
from checker.explore.native.pairs import empty, put_one, with_room
from checker.explore.native.scan import (
    combine,
    first_taken,
    mark_enabling,
    note_meetings,
    pairs_in,
    place_of,
)
from checker.explore.native.table import numbers_of, table
from checker.explore.native.tuples import MOVES, PADDING, Found
from checker.explore.native.words import Words, numbered
from checker.explore.system import GlobalState
from checker.model.tables import Action


class PackedStates:
    """See ``checker.explore.graph.States``. ``taken`` has by label how often it occurred."""

    def __init__(
        self, expander: Expander, words: Words, levels: tuple[int, ...], expanded: int, taken: Longs
    ) -> None:
        self._expander = expander
        self._words = words
        self._starts = [0, *accumulate(levels)]
        self._expanded = expanded
        self._taken = taken
        self._out = buffers(words.fields.wide, 4 * max(expander.room(), CHUNK * 4))

    def __len__(self) -> int:
        return self._words.count

    def state(self, index: int) -> GlobalState:
        if index < 0:
            index += len(self)
        words = self._words
        hi = int(words.hi[index]) if words.fields.wide else 0
        return self._expander.global_state(parts(words.fields, int(words.lo[index]), hi))

    def transitions(self) -> int:
        return int(self._taken.sum()) - int(self._taken[PADDING])

    # Steps, by the numbers of moves

    @property
    def _nodes(self) -> Numbers:
        """By move: where it starts."""
        return np.array(self._expander.tables.nodes, dtype=np.int32)

    def _action(self, move: int) -> Action:
        return self._expander.tables.actions[move]

    def _moves(self, end: int) -> Iterator[int]:
        """The moves of ``end`` that were ever taken."""
        for move, node in enumerate(self._expander.tables.nodes):
            if node & 1 == end and self._taken[move + MOVES]:
                yield move

    def steps(self, end: int) -> Iterable[tuple[int, Action, int]]:
        nodes = self._expander.tables.nodes
        return [
            (nodes[move] >> 1, self._action(move), int(self._taken[move + MOVES]))
            for move in self._moves(end)
        ]

    def expansions(self, end: int) -> Iterable[tuple[int, int]]:
        counts = np.bincount(self._words.column(end, 0, self._expanded))
        return [(local, times) for local, times in enumerate(counts.tolist()) if times]

    def enabling(self, moves: Callable[[Action], bool]) -> Mask:
        wanted: Bytes = np.zeros(len(self._expander.tables.nodes) + 1, dtype=np.uint8)
        for end in (0, 1):
            for move in self._moves(end):
                wanted[move] = moves(self._action(move))
        mask: Mask = np.zeros(len(self), dtype=np.bool_)
        for first, last, out in self._chunks(0, self._expanded):
            mark_enabling(out.label, out.ends, last - first, wanted, mask[first:last].view(np.uint8))
        return mask

    def meetings(self, end: int) -> Iterable[tuple[int, Action, int]]:
        nodes = self._nodes
        keys, values = empty(CHUNK * 8)
        count = 0
        for first, last, out in self._chunks(0, self._expanded):
            peers = self._words.column(1 - end, first, last)
            done = 0
            while done < last - first:
                done, count = note_meetings(
                    out.label, out.ends, nodes, peers, done, last - first,
                    end, keys, values, count, len(keys) // 2,
                )  # fmt: skip
                if done < last - first:
                    keys, values = with_room(keys, values, len(keys))
        moves, met = pairs_in(keys)
        return [
            (int(nodes[move]) >> 1, self._action(move), peer)
            for move, peer in zip(moves.tolist(), met.tolist(), strict=True)
        ]

    def first_source(self, end: int, steps: Set[tuple[int, Action, int]]) -> int:
        nodes = self._expander.tables.nodes
        move_of = {(nodes[move] >> 1, self._action(move)): move for move in self._moves(end)}
        any_peer: Bytes = np.zeros(len(nodes) + 1, dtype=np.uint8)
        keys, values = empty(len(steps))
        for local, action, peer in steps:
            if peer < 0:
                any_peer[move_of[local, action]] = 1
            else:
                put_one(keys, values, move_of[local, action], peer, 0)
        for first, last, out in self._chunks(0, self._expanded):
            met = self._words.column(1 - end, first, last)
            found = first_taken(out.label, out.ends, met, last - first, keys, values, any_peer)
            if found >= 0:
                return first + int(found)
        raise AssertionError("no state takes such a step")

    # Successors again

    def _chunks(self, first: int, last: int, exact: bool = False) -> Iterator[tuple[int, int, Found]]:
        """(first state, state after the last, their successors), chunk by chunk."""
        while first < last:
            done = self._expander.generate(
                self._words, first, min(first + CHUNK, last), self._out, exact=exact
            )
            assert done.states
            assert not done.deferred
            yield first, first + done.states, self._out
            first += done.states

    def parent(self, index: int) -> tuple[int, int]:
        level = bisect_right(self._starts, index) - 1
        words, wide = self._words, self._words.fields.wide
        word, word_hi = int(words.lo[index]), int(words.hi[index]) if wide else 0
        end = min(self._starts[level], self._expanded)
        for first, last, out in self._chunks(self._starts[level - 1], end, exact=True):
            entries = int(out.ends[last - first - 1])
            place = place_of(out.lo, out.hi, entries, wide, word, word_hi)
            if place >= 0:
                before = first + int(np.searchsorted(out.ends[: last - first], place, side="right"))
                return before, self._expander.action_of(int(out.label[place]))
        raise AssertionError("every state but the first was reached from the level before")

    def edges(self) -> Edges:
        count, transitions = len(self), self.transitions()
        offsets = np.zeros(count + 1, dtype=np.int64)
        targets: Ints = np.empty(transitions, dtype=np.int32)
        labels: Ints = np.empty(transitions, dtype=np.int32)
        known, number = numbered(self._words)
        n = 0
        for first, last, out in self._chunks(0, self._expanded, exact=True):
            more = int(out.ends[last - first - 1])
            numbers_of(known, out.lo, out.hi, more, number, targets[n : n + more])
            labels[n : n + more] = self._expander.actions_of(out.label[:more])
            offsets[first + 1 : last + 1] = n + out.ends[: last - first].astype(np.int64)
            n += more
        offsets[self._expanded + 1 :] = n
        assert n == transitions
        return Edges(offsets, targets, labels)

    def combinations(self, columns: tuple[int, ...]) -> tuple[Ints, Ints]:
        words, wide = self._words, self._words.fields.wide
        mask_lo, mask_hi = masks(words.fields, columns)
        inverse: Ints = np.empty(len(self), dtype=np.int32)
        firsts: Numbers = np.zeros(0, dtype=np.int32)
        done, count, size = 0, 0, 64
        while True:
            made = table(size, wide)
            number: Numbers = np.empty(len(made.lo), dtype=np.int32)
            firsts = grown(firsts, len(made.lo))
            done, count = combine(
                made.lo, made.hi, made.used, size, wide, words.lo, words.hi, mask_lo, mask_hi,
                0, len(self), made.crowded, number, firsts, 0, inverse,
            )  # fmt: skip
            if done == len(self):
                return firsts[:count].copy(), inverse
            size *= 4
