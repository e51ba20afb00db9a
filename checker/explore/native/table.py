"""The set of all states found: an open-addressing table whose entries are the states' words.

It consists of regions, each probed within itself, so that threads can own regions. Where a
state belongs is a fraction of its region, so a larger region has its entries in about the same
order, and is filled from the smaller one without jumping about in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from checker.explore.native.arrays import Bytes, Longs, Numbers
from checker.explore.native.jit import LINE, first_of, inlined, kernel, prefetch
from checker.explore.native.memory import resized, zeros

REGION_BITS = 6
REGIONS = 1 << REGION_BITS
KEY_BITS = REGION_BITS + 32

Together = Callable[[Callable[[tuple[int, int]], None], Sequence[tuple[int, int]]], object]

AHEAD = 32
"""How many states before its turn an entry is fetched from memory."""


class Table(NamedTuple):
    """``lo`` and (only for wide states) ``hi`` have ``size`` entries for each region, 0 where
    there is none; ``used`` counts them by region. ``wide`` is: two words a state."""

    lo: Longs
    hi: Longs
    used: Longs
    size: int
    wide: bool

    @property
    def crowded(self) -> int:
        """How many entries a region should have at most."""
        return self.size * 7 // 10


def table(size: int, wide: bool) -> Table:
    """An empty table with at least ``size`` entries a region."""
    size = -(-size // LINE) * LINE
    entries = REGIONS * size
    return Table(
        zeros(entries),
        zeros(entries) if wide else np.zeros(0, dtype=np.int64),
        np.zeros(REGIONS, dtype=np.int64),
        size,
        wide,
    )


def one_by_one(work: Callable[[tuple[int, int]], None], items: Sequence[tuple[int, int]]) -> None:
    for item in items:
        work(item)


def larger(old: Table, together: Together = one_by_one, threads: int = 1) -> Table:
    """The table half as large again, in its place; ``old`` is not to be used again.
    ``together`` may do work on different items at once, in as many ``threads``."""
    size = old.size + max(LINE, old.size // 2 // LINE * LINE)
    lo = resized(old.lo, REGIONS * size)
    hi = resized(old.hi, REGIONS * size) if old.wide else old.hi
    new = old._replace(size=size, lo=lo, hi=hi)

    def spread(regions: tuple[int, int]) -> None:
        kept = np.empty(old.size, dtype=np.int64)
        _spread(new, old.size, *regions, kept, kept.copy() if old.wide else kept[:0])

    last = REGIONS
    while last > 0:
        first = _clear_of(last, old.size, size)
        together(spread, _parts(first, last, threads))
        last = first
    return new


def _clear_of(last: int, before: int, size: int) -> int:
    """The first of the regions before ``last`` that will lie where no region before ``last`` has
    been so far, so that each can be moved there without a thought for the others; or, if there are
    none, the one before ``last``."""
    return min(-(-last * before // size), last - 1)


def _parts(first: int, last: int, threads: int) -> list[tuple[int, int]]:
    """The numbers from ``first`` to ``last``, in a part for each thread."""
    cuts = [first + (last - first) * number // threads for number in range(threads + 1)]
    return [(begin, end) for begin, end in pairwise(cuts) if begin < end]


@inlined
def key_of(lo: int, hi: int) -> int:
    """The region of a state and, in 32 bits, where in it the state belongs."""
    x = (lo ^ (hi * -4417276706812531889)) * -7046029254386353131
    x ^= (x >> 32) & 0xFFFFFFFF
    return ((x * -4658895280553007687) >> (64 - KEY_BITS)) & ((1 << KEY_BITS) - 1)


@inlined
def region_of(key: int) -> int:
    return key >> 32


@inlined
def slot_of(key: int, size: int) -> int:
    """Where the line is in which a state is looked for first."""
    return (key >> 32) * size + (((key & 0xFFFFFFFF) * (size // LINE)) >> 32) * LINE


@inlined
def place_in(t_lo: Longs, t_hi: Longs, size: int, wide: bool, lo: int, hi: int, key: int) -> int:
    """Where a state is, or the free place where it would be."""
    line = slot_of(key, size)
    while True:
        at = first_of(t_lo, line, lo)
        while (
            wide and at < LINE and t_lo[line + at] != 0 and (t_lo[line + at] != lo or t_hi[line + at] != hi)
        ):
            at += 1
        if at < LINE:
            return line + at
        line += LINE
        if line == (region_of(key) + 1) * size:
            line -= size


@inlined
def enter(t_lo: Longs, t_hi: Longs, used: Longs, size: int, wide: bool, lo: int, hi: int, key: int) -> bool:
    """Whether a state is new; it is in the table afterwards."""
    slot = place_in(t_lo, t_hi, size, wide, lo, hi, key)
    if t_lo[slot] != 0:
        return False
    t_lo[slot] = lo
    if wide:
        t_hi[slot] = hi
    used[region_of(key)] += 1
    return True


@kernel
def _spread(t: Table, before: int, first: int, last: int, kept_lo: Longs, kept_hi: Longs) -> None:
    """Moves the entries of the regions from ``first`` to ``last`` to where they belong now that
    regions are larger."""
    t_lo, t_hi, used, size, wide = t.lo, t.hi, t.used, t.size, t.wide
    for region in range(first, last):
        used[region] = 0
        for i in range(before):
            kept_lo[i] = t_lo[region * before + i]
            t_lo[region * before + i] = 0
            if wide:
                kept_hi[i] = t_hi[region * before + i]
        for i in range(before):
            if kept_lo[i] != 0:
                hi = kept_hi[i] if wide else 0
                enter(t_lo, t_hi, used, size, wide, kept_lo[i], hi, key_of(kept_lo[i], hi))


@kernel
def fill(t: Table, lo: Longs, hi: Longs, count: int, number: Numbers) -> bool:
    """Enters ``count`` states that are all different into an empty table, and their indices into
    ``number`` beside it, if it has entries; false if a region has no room."""
    t_lo, t_hi, used, size, wide = t.lo, t.hi, t.used, t.size, t.wide
    for i in range(count):
        word_hi = hi[i] if wide else 0
        key = key_of(lo[i], word_hi)
        if used[region_of(key)] >= size - 1:
            return False
        slot = place_in(t_lo, t_hi, size, wide, lo[i], word_hi, key)
        t_lo[slot] = lo[i]
        if wide:
            t_hi[slot] = word_hi
        used[region_of(key)] += 1
        if len(number) > 0:
            number[slot] = i
    return True


@kernel
def numbers_of(t: Table, lo: Longs, hi: Longs, count: int, number: Numbers, targets: Numbers) -> None:
    """The indices of states that are in the table, as ``fill`` wrote them."""
    t_lo, t_hi, size, wide = t.lo, t.hi, t.size, t.wide
    for i in range(count):
        if i + AHEAD < count:
            later = i + AHEAD
            prefetch(t_lo, slot_of(key_of(lo[later], hi[later] if wide else 0), size))
        word_hi = hi[i] if wide else 0
        targets[i] = number[place_in(t_lo, t_hi, size, wide, lo[i], word_hi, key_of(lo[i], word_hi))]


INDEX_BITS = 64 - KEY_BITS


@kernel
def route(lo: Longs, hi: Longs, wide: bool, count: int, recent: Longs, queue: Longs, fresh: Bytes) -> int:
    """Lists which of ``count`` states must be looked up, the key of each and its index; their number.

    A state that was seen lately is not looked up again. ``recent`` remembers states by a part of
    their keys, two words for each; about half of all successors are found there.
    """
    listed = 0
    for i in range(count):
        word_hi = hi[i] if wide else 0
        key = key_of(lo[i], word_hi)
        # Without a branch, which could not be foreseen.
        queue[listed] = (key << INDEX_BITS) | i
        listed += 0 if _seen(recent, wide, lo[i], word_hi, key) else 1
        fresh[i] = 0
    return listed


@inlined
def _own(queue: Longs, count: int, owner: int, owners: int, own: Longs) -> int:
    """Lists in ``own`` those of ``count`` states that ``owner`` looks up; their number."""
    listed = 0
    for k in range(count):
        region = (queue[k] >> (INDEX_BITS + 32)) & (REGIONS - 1)
        own[listed] = queue[k]
        listed += 1 if region * owners >> REGION_BITS == owner else 0
    return listed


@inlined
def _seen(recent: Longs, wide: bool, lo: int, hi: int, key: int) -> bool:
    """Whether a state is remembered; it is afterwards."""
    place = 2 * (key & (len(recent) // 2 - 1))
    seen = recent[place] == lo
    recent[place] = lo
    if wide:
        seen &= recent[place + 1] == hi
        recent[place + 1] = hi
    return seen


@kernel
def insert(
    t: Table,
    lo: Longs,
    hi: Longs,
    listed: Longs,
    count: int,
    owner: int,
    owners: int,
    own: Longs,
    fresh: Bytes,
) -> bool:
    """Inserts those states listed by ``route`` that are in regions of ``owner``, and marks those
    that are new; false if a region has no room. It may then be called again with a larger table."""
    queue = listed
    if owners > 1:
        queue = own
        count = _own(listed, count, owner, owners, own)
    t_lo, t_hi, used, size, wide = t.lo, t.hi, t.used, t.size, t.wide
    key_mask = (1 << KEY_BITS) - 1
    index_mask = (1 << INDEX_BITS) - 1
    for k in range(count):
        if k + AHEAD < count:
            prefetch(t_lo, slot_of((queue[k + AHEAD] >> INDEX_BITS) & key_mask, size))
        i = queue[k] & index_mask
        key = (queue[k] >> INDEX_BITS) & key_mask
        if used[region_of(key)] >= size - 1:
            return False
        if enter(t_lo, t_hi, used, size, wide, lo[i], hi[i] if wide else 0, key):
            fresh[i] = 1
    return True


@kernel
def append(
    lo: Longs,
    hi: Longs,
    label: Numbers,
    wide: bool,
    count: int,
    fresh: Bytes,
    to_lo: Longs,
    to_hi: Longs,
    at: int,
    taken: Longs,
) -> None:
    """Copies the states that are new to ``at``, and counts all labels."""
    for i in range(count):
        taken[label[i]] += 1
        if fresh[i] != 0:
            to_lo[at] = lo[i]
            if wide:
                to_hi[at] = hi[i]
            at += 1
