"""Which bits of a state's words are which part of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.tuples import Fields, Scope
from checker.model.tables import LimitReached

NARROW_BITS = 63
"""Bits of a one-word state; the last one marks it as a state."""

MARK = np.int64(-(2**63))

CONTENT_BITS, LOCAL_BITS, SPENT_BITS = 31, 20, 12
"""The widths of a state of two words: 2 * 31 in one, 2 * 20 + 2 * 12 in the other."""


TOO_MANY = "more local states, channel contents, losses or duplications than the native engine can number"


class Needs(NamedTuple):
    """What there is to number: local states of an end, contents, and the most that was spent."""

    locals: int
    contents: int
    lost: int
    doubled: int


def _bits(number: int) -> int:
    """The bits of the numbers below ``number``."""
    return max(number - 1, 0).bit_length()


def fits(fields: Fields, needs: Needs) -> bool:
    return (
        needs.locals <= fields.local_mask + 1
        and needs.contents <= fields.content_mask + 1
        and needs.lost <= fields.lost_mask
        and needs.doubled <= fields.doubled_mask
    )


def fields_for(needs: Needs, scope: Scope, wide: bool = False) -> Fields:
    """One word if that has room for twice as much as there is, else two.

    Raises ``LimitReached`` if two words have no room.
    """
    local, content = _bits(needs.locals), _bits(needs.contents)
    lost = _bits(needs.lost + 1) + 1 if scope.lose > 0 else 0
    doubled = _bits(needs.doubled + 1) + 1 if scope.duplicate > 0 else 0
    free = NARROW_BITS - 2 * local - 2 * content - lost - doubled
    if wide or free < 4:
        return _wide(needs)
    # Of the bits to spare, contents get more: there are many more of them in the end.
    more_local = min(free // 6, LOCAL_BITS - local) if local < LOCAL_BITS else 0
    more_content = min((free - 2 * more_local) // 2, CONTENT_BITS - content)
    return _fields(False, local + more_local, content + more_content, lost, doubled)


def _wide(needs: Needs) -> Fields:
    fields = _fields(True, LOCAL_BITS, CONTENT_BITS, SPENT_BITS, SPENT_BITS)
    if not fits(fields, needs):
        raise LimitReached(TOO_MANY)
    return fields


def _fields(wide: bool, local: int, content: int, lost: int, doubled: int) -> Fields:
    base = 0 if wide else 2 * content
    return Fields(
        wide=wide,
        ab=0,
        ba=content,
        content_mask=(1 << content) - 1,
        a=base,
        b=base + local,
        local_mask=(1 << local) - 1,
        lost=base + 2 * local,
        lost_mask=(1 << lost) - 1,
        doubled=min(base + 2 * local + lost, 63),
        doubled_mask=(1 << doubled) - 1,
    )


def unpacked(fields: Fields, column: int, lo: Longs, hi: Longs) -> Numbers:
    """Column 0 to 5 of ``GlobalState`` of some states; of the budgets, what was spent."""
    if column in (2, 3):
        part = lo >> (fields.ab if column == 2 else fields.ba) & fields.content_mask
    else:
        base = hi if fields.wide else lo
        shift, mask = {
            0: (fields.a, fields.local_mask),
            1: (fields.b, fields.local_mask),
            4: (fields.lost, fields.lost_mask),
            5: (fields.doubled, fields.doubled_mask),
        }[column]
        part = base >> shift & mask
    return part.astype(np.int32)


def parts(fields: Fields, lo: int, hi: int) -> tuple[int, ...]:
    """All columns of one state, as ``unpacked`` gives them."""
    base = hi if fields.wide else lo
    return (
        base >> fields.a & fields.local_mask,
        base >> fields.b & fields.local_mask,
        lo >> fields.ab & fields.content_mask,
        lo >> fields.ba & fields.content_mask,
        base >> fields.lost & fields.lost_mask,
        base >> fields.doubled & fields.doubled_mask,
    )


def packed(fields: Fields, columns: list[Numbers]) -> tuple[Longs, Longs]:
    """The words of states whose columns are given."""
    a, b, ab, ba, lost, doubled = (column.astype(np.int64) for column in columns)
    lo = ab << fields.ab | ba << fields.ba | MARK
    base = a << fields.a | b << fields.b | lost << fields.lost | doubled << fields.doubled
    if fields.wide:
        return lo, base
    return lo | base, np.zeros(0, dtype=np.int64)


def masks(fields: Fields, columns: tuple[int, ...]) -> tuple[int, int]:
    """The bits of both words that are these columns or mark a state."""
    lo, base = int(MARK), 0
    places = {
        0: (fields.a, fields.local_mask),
        1: (fields.b, fields.local_mask),
        4: (fields.lost, fields.lost_mask),
        5: (fields.doubled, fields.doubled_mask),
    }
    for column in columns:
        if column in (2, 3):
            lo |= fields.content_mask << (fields.ab if column == 2 else fields.ba)
        else:
            shift, mask = places[column]
            base |= mask << shift
    if fields.wide:
        return lo, base - (1 << 64) if base >> 63 else base
    return lo | base, 0
