"""A table from pairs of numbers below 2**31 to numbers: open addressing in two arrays.

``keys`` has a power of two of entries, ``UNUSED`` where there is none; it must never be full.
"""

from __future__ import annotations

import numpy as np

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.jit import inlined, kernel

UNUSED = -1


@inlined
def _slot(keys: Longs, key: int) -> int:
    mixed = key * -7046029254386353131
    mixed ^= (mixed >> 32) & 0xFFFFFFFF
    return mixed & (len(keys) - 1)


@inlined
def find(keys: Longs, values: Numbers, first: int, second: int) -> int:
    """The number of a pair, -1 if it has none."""
    key = (first << 32) | second
    slot = _slot(keys, key)
    while True:
        if keys[slot] == key:
            return values[slot]
        if keys[slot] == UNUSED:
            return -1
        slot = (slot + 1) & (len(keys) - 1)


@inlined
def put(keys: Longs, values: Numbers, first: int, second: int, value: int) -> None:
    """Gives a pair that has no number one."""
    key = (first << 32) | second
    slot = _slot(keys, key)
    while keys[slot] != UNUSED:
        slot = (slot + 1) & (len(keys) - 1)
    keys[slot] = key
    values[slot] = value


@kernel
def put_one(keys: Longs, values: Numbers, first: int, second: int, value: int) -> None:
    """``put`` for Python: what is inlined is compiled again in each process that calls it."""
    put(keys, values, first, second, value)


@kernel
def _move(keys: Longs, values: Numbers, to_keys: Longs, to_values: Numbers) -> None:
    for i in range(len(keys)):
        if keys[i] != UNUSED:
            put(to_keys, to_values, keys[i] >> 32, keys[i] & 0xFFFFFFFF, values[i])


def empty(size: int) -> tuple[Longs, Numbers]:
    """A table with room for ``size`` pairs at half its entries."""
    entries = 1 << max(4, (2 * size - 1).bit_length())
    return np.full(entries, UNUSED, dtype=np.int64), np.zeros(entries, dtype=np.int32)


def with_room(keys: Longs, values: Numbers, size: int) -> tuple[Longs, Numbers]:
    """The table with room for ``size`` pairs."""
    if 2 * size <= len(keys):
        return keys, values
    larger = empty(size)
    _move(keys, values, *larger)
    return larger
