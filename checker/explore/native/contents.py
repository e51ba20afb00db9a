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
from checker.explore.native.tuples import Reactions, Scope

MISSING = -1

MOST_KEPT = 1 << 31
"""What fits an entry of ``replied`` is less than this."""


class Contents(NamedTuple):
    """All contents seen so far, in arrays by their number.

    ``parent``, ``last`` and ``length`` say what a content is. It has ``places`` places: all of a
    queue, each kind of segment of a bag once. By ``content * capacity + place`` there are the
    segment there, the content after it left (``rest``) or was doubled (``doubled``); ``MISSING``
    if nobody has asked yet. ``keys`` and ``values`` are the table of pairs; ``made`` has one
    entry, the number of contents. ``replied`` has for the first contents what a reply makes of
    them, ``MISSING`` if nobody has asked yet.
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
    replied: Numbers


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
def replied(c: Contents, r: Reactions, s: Scope, content: int, reply: int, create: bool) -> int:
    """Twice ``content`` after the segments of a reply were sent into it, as far as there was room,
    plus 1 if none of them is equal on the wire to one that was there; ``MISSING`` if a content
    is new and must not be created."""
    if _is_kept(c, content, reply) and c.replied[content, reply] >= 0:
        return c.replied[content, reply]
    return _reply(c, r, s, content, reply, create)


@inlined
def _is_kept(c: Contents, content: int, reply: int) -> bool:
    return content < c.replied.shape[0] and reply < c.replied.shape[1]


@kernel
def _reply(c: Contents, r: Reactions, s: Scope, content: int, reply: int, create: bool) -> int:
    after = content
    differ = 1
    for i in range(r.sent_first[reply], r.sent_last[reply]):
        for place in range(c.places[content]):
            if r.wire[r.sends[i]] == r.wire[c.segment[content * s.capacity + place]]:
                differ = 0
        if c.length[after] < s.capacity:
            after = added(c, s.capacity, s.bag, after, r.sends[i], create)
            if after < 0:
                return MISSING
    found = after << 1 | differ
    # Threads may do this at the same time: they write the same number.
    if _is_kept(c, content, reply) and found < MOST_KEPT:
        c.replied[content, reply] = found
    return found


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
