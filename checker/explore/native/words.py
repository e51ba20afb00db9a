"""The states found, as flat arrays of words in breadth-first order; they are the queue as well."""

from __future__ import annotations

import numpy as np

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.files import Files
from checker.explore.native.layout import Needs, fields_for, packed, unpacked
from checker.explore.native.memory import resized, zeros
from checker.explore.native.table import REGIONS, Table, fill, table
from checker.explore.native.tuples import Fields, Scope

BLOCK = 1 << 20
"""States that are decoded at a time."""

NOTHING = np.zeros(0, dtype=np.int32)


class Words:
    """``count`` states in ``lo`` and, if two words are needed for each, in ``hi``; in memory, or
    in ``files`` if there are some."""

    def __init__(self, scope: Scope, fields: Fields, files: Files | None = None) -> None:
        self._scope = scope
        self.fields = fields
        self.files = files
        self.lo: Longs = zeros(0)
        self.hi: Longs = zeros(0)
        self.count = 0

    def begin(self, initial: tuple[int, ...]) -> None:
        """Makes the state with these columns the only one."""
        self.reserve(1)
        lo, hi = packed(self.fields, [np.array([part], dtype=np.int32) for part in initial])
        self.lo[:1], self.hi[: len(hi)] = lo, hi
        self.count = 1

    def reserve(self, more: int) -> None:
        """Room for ``more`` states."""
        size = self.count + more
        if size > len(self.lo):
            size += len(self.lo) // 8
            self._resize(size)

    def _resize(self, size: int) -> None:
        if self.files is not None:
            self.lo = self.files.resized("lo", size)
            if self.fields.wide:
                self.hi = self.files.resized("hi", size)
            return
        self.lo = resized(self.lo, size)
        if self.fields.wide:
            self.hi = resized(self.hi, size)

    def trim(self) -> None:
        """Gives back the memory that is not used."""
        if self.files is None:
            self._resize(self.count)

    def column(self, column: int, first: int = 0, last: int | None = None) -> Numbers:
        """Column 0 to 5 of ``GlobalState`` of some states; of the budgets, what was spent."""
        last = self.count if last is None else last
        found: Numbers = np.empty(last - first, dtype=np.int32)
        for begin in range(first, last, BLOCK):
            part = slice(begin, min(begin + BLOCK, last))
            hi = self.hi[part] if self.fields.wide else self.hi
            found[begin - first : part.stop - first] = unpacked(self.fields, column, self.lo[part], hi)
        return found

    def repack(self, needs: Needs) -> None:
        """Lays the words out anew, so that all there is now to number fits."""
        old, old_lo, old_hi = self.fields, self.lo, self.hi
        self.fields = fields_for(needs, self._scope)
        if self.files is not None:
            # What was there last may be all that is left after a crash, so it is not touched.
            self.files.next_generation()
            self._resize(len(old_lo))
        elif self.fields.wide and not old.wide:
            self.hi = zeros(len(self.lo))
        for begin in range(0, self.count, BLOCK):
            part = slice(begin, min(begin + BLOCK, self.count))
            hi = old_hi[part] if old.wide else old_hi
            lo, hi = packed(self.fields, [unpacked(old, column, old_lo[part], hi) for column in range(6)])
            self.lo[part] = lo
            if self.fields.wide:
                self.hi[part] = hi


def filled(words: Words, size: int) -> Table:
    """A table of all states with at least ``size`` entries a region."""
    while True:
        made = table(size, words.fields.wide)
        if fill(made, words.lo, words.hi, words.count, NOTHING):
            return made
        size *= 2


def numbered(words: Words) -> tuple[Table, Numbers]:
    """A table of all states, and the index of the state in each of its entries."""
    size = 16 + words.count // (REGIONS // 2)
    while True:
        made = table(size, words.fields.wide)
        number: Numbers = np.empty(len(made.lo), dtype=np.int32)
        if fill(made, words.lo, words.hi, words.count, number):
            return made, number
        size *= 2
