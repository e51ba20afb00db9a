"""One thread's share of a chunk, and how threads insert the successors of a chunk together.

Every thread writes the successors of its own states; then every thread inserts those whose
regions of the table it owns, in the order in which one thread alone would have; then every
thread appends what was new among the successors of its states. So the states come out in the
same order however many threads there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.explore.native.arrays import Bytes, Longs, grown
from checker.explore.native.expand import ENTRIES, Done, buffers
from checker.explore.native.table import Table, append, insert, route
from checker.explore.native.words import Words

RECENT = 4_096
"""States that a thread remembers lest it look them up again."""


class Share:
    """The states from ``first`` to ``last``, with their successors in ``out``."""

    def __init__(self, wide: bool) -> None:
        self.first = 0
        self.last = 0
        self.short = False
        self.events: list[list[int]] = []
        self.taken: Longs = np.zeros(64, dtype=np.int64)
        self.widen(wide, ENTRIES)

    def widen(self, wide: bool, entries: int) -> None:
        """Other buffers, for states of one word or two."""
        self.wide = wide
        self.out = buffers(wide, entries)
        self._recent: Longs = np.zeros(2 * RECENT, dtype=np.int64)
        self._listed: Longs = np.empty(entries + 1, dtype=np.int64)
        self._count = 0
        self._own: Longs = np.empty(entries + 1, dtype=np.int64)
        self._fresh: Bytes = np.empty(entries, dtype=np.uint8)

    def make_room(self, room: int) -> None:
        """Buffers that hold at least a few states' successors."""
        if len(self.out.lo) < 8 * room:
            self.widen(self.wide, 16 * room)

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

    def route(self) -> None:
        """Lists the successors to be looked up."""
        out = self.out
        self._count = route(out.lo, out.hi, self.wide, self.entries, self._recent, self._listed, self._fresh)

    def insert(self, shares: Sequence[Share], owner: int, owners: int, table: Table) -> bool:
        """Inserts the successors of all ``shares`` that this one's thread looks up, as one of so many
        ``owners``; false if a region has no room."""
        most = max(share._count for share in shares)
        if len(self._own) <= most:
            self._own = np.empty(most + 1, dtype=np.int64)
        return all(
            insert(table, s.out.lo, s.out.hi, s._listed, s._count, owner, owners, self._own, s._fresh)
            for s in shares
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
        out = self.out
        append(
            out.lo,
            out.hi,
            out.label,
            self.wide,
            self.entries,
            self._fresh,
            words.lo,
            words.hi,
            at,
            self.taken,
        )
