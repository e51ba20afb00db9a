"""The contents of channels as numbers, and what sending, delivery and faults make of them.

A content is what it was before its last segment, and that segment: the youngest of a queue, the
greatest of a bag. Content 0 is the empty channel. So any capacity and any number of segments
come out as pairs of small numbers, and one table of pairs numbers them all.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.jit import inlined, kernel
from checker.explore.native.pairs import find, put

MISSING = -1


class Contents(NamedTuple):
    """All contents seen so far, in arrays by their number.

    ``parent``, ``last`` and ``length`` say what a content is. It has ``places`` places: all of a
    queue, each kind of segment of a bag once. By ``content * capacity + place`` there are the
    segment there, the content after it left (``rest``) or was doubled (``doubled``); ``MISSING``
    if nobody has asked yet. ``keys`` and ``values`` are the table of pairs; ``made`` has one
    entry, the number of contents.
    """

    parent: Numbers
    last: Numbers
    length: Numbers
    places: Numbers
    segment: Numbers
    rest: Numbers
    doubled: Numbers
    keys: Longs
    values: Numbers
    made: Longs


@kernel
def followed(c: Contents, capacity: int, bag: bool, content: int, segment: int, create: bool) -> int:
    """``content`` with ``segment`` as its last; ``MISSING`` if it is new and must not be created."""
    found = find(c.keys, c.values, content, segment)
    if found >= 0 or not create:
        return found
    new = c.made[0]
    c.made[0] = new + 1
    put(c.keys, c.values, content, segment, new)
    c.parent[new] = content
    c.last[new] = segment
    c.length[new] = c.length[content] + 1
    places = c.places[content]
    for place in range(places):
        c.segment[new * capacity + place] = c.segment[content * capacity + place]
    if not bag or content == 0 or c.last[content] != segment:
        c.segment[new * capacity + places] = segment
        places += 1
    c.places[new] = places
    for place in range(capacity):
        c.rest[new * capacity + place] = MISSING
        c.doubled[new * capacity + place] = MISSING
    return new


@kernel
def _regrown(
    c: Contents, capacity: int, bag: bool, stump: int, content: int, above: int, create: bool
) -> int:
    """``stump`` followed by the last ``above`` segments of ``content``."""
    for left in range(above - 1, -1, -1):
        if stump < 0:
            break
        source = content
        for _ in range(left):
            source = c.parent[source]
        stump = followed(c, capacity, bag, stump, c.last[source], create)
    return stump


@kernel
def added(c: Contents, capacity: int, bag: bool, content: int, segment: int, create: bool) -> int:
    """``content`` after ``segment`` was sent into it, there being room."""
    stump = content
    above = 0
    while bag and stump != 0 and c.last[stump] > segment:
        stump = c.parent[stump]
        above += 1
    stump = followed(c, capacity, bag, stump, segment, create)
    return _regrown(c, capacity, bag, stump, content, above, create)


@inlined
def added_before(
    parent: Numbers, last: Numbers, keys: Longs, values: Numbers, bag: bool, content: int, segment: int
) -> int:
    """``added`` if all that it takes is known, else ``MISSING``."""
    stump = content
    above = 0
    while bag and stump != 0 and last[stump] > segment:
        stump = parent[stump]
        above += 1
    stump = find(keys, values, stump, segment)
    for left in range(above - 1, -1, -1):
        if stump < 0:
            break
        source = content
        for _ in range(left):
            source = parent[source]
        stump = find(keys, values, stump, last[source])
    return stump


@kernel
def without(c: Contents, capacity: int, bag: bool, content: int, place: int, create: bool) -> int:
    """``content`` after the segment at ``place`` left it."""
    known = c.rest[content * capacity + place]
    if known >= 0 or not create:
        return known
    stump, above = _up_to(c, capacity, bag, content, place)
    found = _regrown(c, capacity, bag, c.parent[stump], content, above, create)
    c.rest[content * capacity + place] = found
    return found


@kernel
def doubled(c: Contents, capacity: int, bag: bool, content: int, place: int, create: bool) -> int:
    """``content`` with a copy right behind the segment at ``place``, there being room."""
    known = c.doubled[content * capacity + place]
    if known >= 0 or not create:
        return known
    stump, above = _up_to(c, capacity, bag, content, place)
    stump = followed(c, capacity, bag, stump, c.last[stump], create)
    found = _regrown(c, capacity, bag, stump, content, above, create)
    c.doubled[content * capacity + place] = found
    return found


@kernel
def _up_to(c: Contents, capacity: int, bag: bool, content: int, place: int) -> tuple[int, int]:
    """(``content`` up to and with ``place``, the number of segments after that)."""
    segment = c.segment[content * capacity + place]
    stump = content
    above = 0
    while (c.last[stump] != segment) if bag else (c.length[content] - above > place + 1):
        stump = c.parent[stump]
        above += 1
    return stump, above
