"""The set of all states found: an open-addressing table whose entries are the states' words.

It consists of regions, each probed within itself, so that threads can own regions. A region
is rebuilt larger before it is nearly full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.jit import inlined, kernel, prefetch

REGION_BITS = 6
REGIONS = 1 << REGION_BITS
AHEAD = 16
"""How many successors before its turn an entry is fetched from memory."""

DONE, FULL, ENOUGH = 0, 1, 2


class Table(NamedTuple):
    """``lo`` and (only for wide states) ``hi`` have ``size`` entries for each region, 0 where
    there is none; ``used`` counts them by region, which may hold ``most`` each."""

    lo: Longs
    hi: Longs
    used: Longs
    size: int
    most: int


def table(size: int, wide: bool) -> Table:
    """An empty table with ``size`` entries a region."""
    entries = REGIONS * size
    return Table(
        np.zeros(entries, dtype=np.int64),
        np.zeros(entries if wide else 0, dtype=np.int64),
        np.zeros(REGIONS, dtype=np.int64),
        size,
        size * 7 // 10,
    )


@inlined
def mixed(lo: int, hi: int) -> int:
    """All bits of a state spread over 64: the upper ones choose the region."""
    x = (lo ^ (hi * -4417276706812531889)) * -7046029254386353131
    x ^= (x >> 32) & 0xFFFFFFFF
    return x * -4658895280553007687


@inlined
def region_of(mix: int) -> int:
    return (mix >> (64 - REGION_BITS)) & (REGIONS - 1)


@inlined
def slot_of(mix: int, size: int) -> int:
    """Where a state is looked for first."""
    return region_of(mix) * size + ((((mix >> 20) & 0xFFFFFFFF) * size) >> 32)


@inlined
def enter(t_lo: Longs, t_hi: Longs, used: Longs, size: int, wide: bool, lo: int, hi: int, mix: int) -> bool:
    """Whether a state is new; it is in the table afterwards."""
    slot = slot_of(mix, size)
    while t_lo[slot] != 0:
        if t_lo[slot] == lo and (not wide or t_hi[slot] == hi):
            return False
        slot += 1
        if slot == (region_of(mix) + 1) * size:
            slot -= size
    t_lo[slot] = lo
    if wide:
        t_hi[slot] = hi
    used[region_of(mix)] += 1
    return True


@kernel
def fill(t: Table, wide: bool, lo: Longs, hi: Longs, count: int) -> bool:
    """Enters ``count`` states that are all different; whether a region has no room for one."""
    t_lo, t_hi, used = t.lo, t.hi, t.used
    for i in range(count):
        if i + AHEAD < count:
            later = i + AHEAD
            prefetch(t_lo, slot_of(mixed(lo[later], hi[later] if wide else 0), t.size))
        word_hi = hi[i] if wide else 0
        mix = mixed(lo[i], word_hi)
        if used[region_of(mix)] >= t.most:
            return True
        enter(t_lo, t_hi, used, t.size, wide, lo[i], word_hi, mix)
    return False


@kernel
def insert(
    t: Table,
    wide: bool,
    new_lo: Longs,
    new_hi: Longs,
    label: Numbers,
    first: int,
    last: int,
    lo: Longs,
    hi: Longs,
    count: int,
    most: int,
    taken: Longs,
) -> tuple[int, int, int]:
    """Appends those of the successors from ``first`` to ``last`` that are new to the states.

    Returns (the successor to go on with, states, ``DONE``, ``FULL`` or ``ENOUGH``): it ends
    early when a region is full or there are more than ``most`` states.
    """
    t_lo, t_hi, used = t.lo, t.hi, t.used
    for i in range(first, last):
        if i + AHEAD < last:
            later = i + AHEAD
            prefetch(t_lo, slot_of(mixed(new_lo[later], new_hi[later] if wide else 0), t.size))
        word = new_lo[i]
        word_hi = new_hi[i] if wide else 0
        mix = mixed(word, word_hi)
        taken[label[i]] += 1
        if enter(t_lo, t_hi, used, t.size, wide, word, word_hi, mix):
            lo[count] = word
            if wide:
                hi[count] = word_hi
            count += 1
            if used[region_of(mix)] >= t.most:
                return i + 1, count, FULL
            if count > most:
                return i + 1, count, ENOUGH
    return last, count, DONE
