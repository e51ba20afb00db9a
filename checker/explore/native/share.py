"""One thread's share of a chunk, and how threads insert the successors of a chunk together.

Every thread writes the successors of its own states; then every thread inserts those whose
regions of the table it owns, in the order in which one thread alone would have; then every
thread appends what was new among the successors of its states. So the states come out in the
same order however many threads there are.
"""

from __future__ import annotations

import numpy as np

from checker.explore.native.arrays import Bytes, Longs, Numbers, grown
from checker.explore.native.expand import CHUNK, ENTRIES, Done, buffers
from checker.explore.native.jit import kernel, prefetch
from checker.explore.native.table import AHEAD, REGION_BITS, Table, enter, mixed, region_of, slot_of
from checker.explore.native.words import Words


class Share:
    """The states from ``first`` to ``last``, with their successors in ``out``."""

    def __init__(self, wide: bool, owners: int, entries: int = ENTRIES) -> None:
        self.first = 0
        self.last = 0
        self.short = False
        self.events: list[list[int]] = []
        self.owners = owners
        self.taken: Longs = np.zeros(64, dtype=np.int64)
        self.widen(wide, entries)

    def widen(self, wide: bool, entries: int) -> None:
        """Other buffers, for states of one word or two."""
        self.out = buffers(wide, entries)
        shared = entries if self.owners > 1 else 0
        self._index: Numbers = np.empty((self.owners, shared), dtype=np.int32)
        self._counts: Longs = np.zeros(self.owners, dtype=np.int64)
        self._fresh: Bytes = np.empty(shared, dtype=np.uint8)

    def make_room(self, wide: bool, room: int) -> None:
        """Buffers that hold at least a few states' successors."""
        if len(self.out.lo) < 8 * room:
            self.widen(wide, 16 * room)

    def note(self, done: Done) -> None:
        """Takes over what ``generate`` did of its states."""
        self.short = done.states < self.last - self.first
        self.last = self.first + done.states
        self.events = self.out.events[: done.events].tolist()

    @property
    def entries(self) -> int:
        """How many entries of ``out`` belong to its states."""
        return int(self.out.ends[self.last - self.first - 1]) if self.last > self.first else 0

    def count_labels(self, moves: int) -> None:
        """Makes room to count the labels of ``moves`` moves."""
        self.taken = grown(self.taken, moves + 2)

    def state_of(self, entry: int) -> int:
        """The state whose successor an entry of ``out`` is."""
        ends = self.out.ends[: self.last - self.first]
        return self.first + int(np.searchsorted(ends, entry, side="right"))

    def route(self, wide: bool) -> None:
        """Says for each successor which thread owns it."""
        self._counts[:] = 0
        _route(self.out.lo, self.out.hi, wide, self.entries, self._index, self._counts)

    def insert(self, owner: int, t: Table, wide: bool) -> bool:
        """Inserts the successors that a thread owns; false if a region has no room."""
        index = self._index[owner, : int(self._counts[owner])]
        return bool(
            _insert_owned(t.lo, t.hi, t.used, t.size, wide, self.out.lo, self.out.hi, index, self._fresh)
        )

    def fresh(self) -> int:
        """The number of new states among the successors."""
        return int(np.count_nonzero(self._fresh[: self.entries]))

    def cut(self, most: int) -> None:
        """Drops the states after the one by which there are more than ``most`` new states."""
        entry = int(np.flatnonzero(self._fresh[: self.entries])[most])
        self.last = self.state_of(entry) + 1

    def append(self, words: Words, at: int) -> None:
        """Writes the new states to ``words`` from ``at`` on."""
        out, wide = self.out, words.fields.wide
        _append(
            out.lo, out.hi, out.label, wide, self.entries, self._fresh, words.lo, words.hi, at, self.taken
        )


def share_size(states: int, threads: int) -> int:
    """How many states each of some threads takes."""
    return min(CHUNK, -(-states // threads))


@kernel
def _route(lo: Longs, hi: Longs, wide: bool, entries: int, index: Numbers, counts: Longs) -> None:
    owners = len(counts)
    for i in range(entries):
        owner = region_of(mixed(lo[i], hi[i] if wide else 0)) * owners >> REGION_BITS
        index[owner, counts[owner]] = i
        counts[owner] += 1


@kernel
def _insert_owned(
    t_lo: Longs,
    t_hi: Longs,
    used: Longs,
    size: int,
    wide: bool,
    lo: Longs,
    hi: Longs,
    index: Numbers,
    fresh: Bytes,
) -> bool:
    for k in range(len(index)):
        if k + AHEAD < len(index):
            later = index[k + AHEAD]
            prefetch(t_lo, slot_of(mixed(lo[later], hi[later] if wide else 0), size))
        i = index[k]
        word_hi = hi[i] if wide else 0
        mix = mixed(lo[i], word_hi)
        if used[region_of(mix)] >= size - 1:
            return False
        fresh[i] = enter(t_lo, t_hi, used, size, wide, lo[i], word_hi, mix)
    return True


@kernel
def _append(
    lo: Longs,
    hi: Longs,
    label: Numbers,
    wide: bool,
    entries: int,
    fresh: Bytes,
    to_lo: Longs,
    to_hi: Longs,
    at: int,
    taken: Longs,
) -> None:
    for i in range(entries):
        taken[label[i]] += 1
        if fresh[i] != 0:
            to_lo[at] = lo[i]
            if wide:
                to_hi[at] = hi[i]
            at += 1
