"""The successors of states, in the reference's order: its ``System.successors`` on packed words.

A state is one 64-bit word, or two if ``Fields.wide``: contents in ``lo``, the rest in ``hi``.
The highest bit of ``lo`` is always set, so no state is 0.

What a state needs and nobody has computed yet (a reaction; with ``create`` off, a content)
makes it *deferred*: it takes ``room`` entries all the same, its own word in each, and a second
call with ``which`` fills them once everything is there.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.explore.native.arrays import Longs
from checker.explore.native.contents import Contents, doubled, replied, without
from checker.explore.native.jit import inlined, kernel
from checker.explore.native.pairs import find
from checker.explore.native.tuples import (
    ARRIVAL,
    FAULT,
    MOVES,
    OWN,
    PADDING,
    Fields,
    Found,
    Reactions,
    Scope,
)


class _Side(NamedTuple):
    """A state as one end sees it, and where in its words the parts are. Of the network's budgets,
    what is left (1 if they are not counted) and what was spent."""

    state: int
    word: int
    word_hi: int
    end: int
    node: int
    peer: int
    local: int
    outgoing: int
    incoming: int
    local_at: int
    out_at: int
    in_at: int
    losses: int
    doubles: int
    lost: int
    duplicated: int


class _At(NamedTuple):
    """How far ``generate`` is: entries and events written; whether the state at hand lacks
    nothing so far, and whether an action of it lacked room."""

    n: int
    events: int
    complete: bool
    truncated: bool


@inlined
def fault_code(kind: int, end: int, place: int, segment: int, capacity: int) -> int:
    """The label of a loss (0) or duplication (1) of what ``end`` sent."""
    return -1 - (((segment * capacity + place) * 2 + end) * 2 + kind)


def faulty(label: int, capacity: int) -> tuple[int, int, int, int]:
    """(segment, place, end, kind) of a label that is a fault's code."""
    rest, kind = divmod(-1 - label, 2)
    rest, end = divmod(rest, 2)
    segment, place = divmod(rest, capacity)
    return segment, place, end, kind


@inlined
def _side(index: int, word: int, word_hi: int, end: int, s: Scope, f: Fields) -> _Side:
    base = word_hi if f.wide else word
    a = (base >> f.a) & f.local_mask
    b = (base >> f.b) & f.local_mask
    ab = (word >> f.ab) & f.content_mask
    ba = (word >> f.ba) & f.content_mask
    lost = (base >> f.lost) & f.lost_mask
    duplicated = (base >> f.doubled) & f.doubled_mask
    losses = s.lose - lost if s.lose >= 0 else 1
    doubles = s.duplicate - duplicated if s.duplicate >= 0 else 1
    if end == 0:
        node, peer, local, outgoing, incoming = 2 * a, 2 * b + 1, a, ab, ba
        local_at, out_at, in_at = f.a, f.ab, f.ba
    else:
        node, peer, local, outgoing, incoming = 2 * b + 1, 2 * a, b, ba, ab
        local_at, out_at, in_at = f.b, f.ba, f.ab
    return _Side(
        index, word, word_hi, end, node, peer, local, outgoing, incoming,
        local_at, out_at, in_at, losses, doubles, lost, duplicated,
    )  # fmt: skip


@inlined
def _write(out: Found, n: int, v: _Side, wide: bool, change_lo: int, change: int, label: int) -> int:
    """Writes a successor given by what changes in its source's words."""
    if wide:
        out.lo[n] = v.word + change_lo
        out.hi[n] = v.word_hi + change
    else:
        out.lo[n] = v.word + change_lo + change
    out.label[n] = label
    return n + 1


@inlined
def _missing(out: Found, at: _At, v: _Side, kind: int, node: int, other: int) -> _At:
    """Notes a reaction that must be computed first."""
    out.events[at.events, 0] = v.state
    out.events[at.events, 1] = kind
    out.events[at.events, 2] = node
    out.events[at.events, 3] = other
    return _At(at.n, at.events + 1, False, at.truncated)


@inlined
def _take(
    r: Reactions,
    c: Contents,
    s: Scope,
    f: Fields,
    v: _Side,
    move: int,
    rest: int,
    reply: int,
    out: Found,
    at: _At,
) -> _At:
    """Writes the state after a move, given what it leaves of the incoming content, and what it
    makes of the outgoing one (see ``replied``)."""
    if reply < 0 or rest < 0:
        return _At(at.n, at.events, False, at.truncated)
    change = (r.after[move] - v.local) << v.local_at
    if s.lose >= 0:
        sent = r.sent_last[r.reply[move]] - r.sent_first[r.reply[move]]
        lost = c.length[v.outgoing] + sent - s.capacity
        if lost > 0:
            if lost > v.losses:
                return _At(at.n, at.events, at.complete, True)
            change += lost << f.lost
            out.spent[0] = max(out.spent[0], v.lost + lost)
    change_lo = (((reply >> 1) - v.outgoing) << v.out_at) + ((rest - v.incoming) << v.in_at)
    n = _write(out, at.n, v, f.wide, change_lo, change, move + MOVES)
    return _At(n, at.events, at.complete, at.truncated)


@inlined
def _own_moves(
    r: Reactions, c: Contents, s: Scope, f: Fields, v: _Side, create: bool, out: Found, at: _At
) -> _At:
    first = r.own_first[v.node]
    if first < 0:
        return _missing(out, at, v, OWN, v.node, v.peer)
    for move in range(first, r.own_last[v.node]):
        reply = replied(c, r, s, v.outgoing, r.reply[move], create)
        if reply < 0:
            at = _At(at.n, at.events, False, at.truncated)
            continue
        if r.condition[move] >= 0:
            if r.own_first[v.peer] < 0:
                at = _missing(out, at, v, OWN, v.peer, v.node)
                continue
            drained = 1 if v.outgoing == 0 and v.incoming == 0 else 0
            reading = drained | (reply & 1) << 1 | r.disabled[v.peer] << 2
            if r.truth[r.condition[move] * r.readings + reading] == 0:
                continue
        at = _take(r, c, s, f, v, move, v.incoming, reply, out, at)
    return at


@inlined
def _deliveries(
    r: Reactions, c: Contents, s: Scope, f: Fields, v: _Side, create: bool, out: Found, at: _At
) -> _At:
    """What arrives: the oldest of a queue, any of a bag."""
    arriving = c.places[v.incoming] if s.bag else min(c.places[v.incoming], 1)
    for place in range(arriving):
        segment = c.segment[v.incoming * s.capacity + place]
        move = find(r.keys, r.values, v.node, segment)
        if move < 0:
            at = _missing(out, at, v, ARRIVAL, v.node, segment)
            continue
        rest = c.rest[v.incoming * s.capacity + place]
        if rest < 0:
            rest = without(c, s.capacity, s.bag, v.incoming, place, create)
        reply = replied(c, r, s, v.outgoing, r.reply[move], create)
        at = _take(r, c, s, f, v, move, rest, reply, out, at)
    return at


@inlined
def _faults(
    c: Contents, s: Scope, f: Fields, v: _Side, create: bool, exact: bool, out: Found, at: _At
) -> _At:
    """Losses and duplications of what the end sent."""
    n, complete = at.n, at.complete
    row = v.outgoing * s.capacity
    places = c.places[v.outgoing]
    if v.losses > 0 and places > 0:
        change = 0
        if s.lose >= 0:
            change = 1 << f.lost
            out.spent[0] = max(out.spent[0], v.lost + 1)
        for place in range(places):
            content = c.rest[row + place]
            if content < 0:
                content = without(c, s.capacity, s.bag, v.outgoing, place, create)
                complete &= content >= 0
            label = fault_code(0, v.end, place, c.segment[row + place], s.capacity) if exact else FAULT
            n = _write(out, n, v, f.wide, (content - v.outgoing) << v.out_at, change, label)
    if v.doubles > 0 and places > 0 and c.length[v.outgoing] < s.capacity:
        change = 0
        if s.duplicate >= 0:
            change = 1 << f.doubled
            out.spent[1] = max(out.spent[1], v.duplicated + 1)
        for place in range(places):
            content = c.doubled[row + place]
            if content < 0:
                content = doubled(c, s.capacity, s.bag, v.outgoing, place, create)
                complete &= content >= 0
            label = fault_code(1, v.end, place, c.segment[row + place], s.capacity) if exact else FAULT
            n = _write(out, n, v, f.wide, (content - v.outgoing) << v.out_at, change, label)
    return _At(n, at.events, complete, at.truncated)


@kernel
def generate(
    r: Reactions,
    c: Contents,
    s: Scope,
    f: Fields,
    lo: Longs,
    hi: Longs,
    first: int,
    last: int,
    which: Longs,
    at: Longs,
    room: int,
    margin: int,
    create: bool,
    exact: bool,
    out: Found,
) -> tuple[int, int, int, int]:
    """Writes the successors of the states from ``first`` to ``last``, or only of those in
    ``which`` if there are any, to ``at``.

    Returns (states done, entries written, events, deferred states). It ends early where
    ``out`` might lack room, or the contents might (``margin`` is what one state may create).
    """
    again = len(which) > 0
    count = len(which) if again else last - first
    done = n = events = deferred = 0
    for j in range(count):
        index = which[j] if again else first + j
        begin = at[j] if again else n
        if begin + room > len(out.lo) or events + room > len(out.events):
            break
        if create and c.made[0] + margin > len(c.parent):
            break
        word, word_hi = lo[index], hi[index] if f.wide else 0
        here = _At(begin, events, True, False)
        for end in range(2):
            v = _side(index, word, word_hi, end, s, f)
            here = _own_moves(r, c, s, f, v, create, out, here)
            here = _deliveries(r, c, s, f, v, create, out, here)
            here = _faults(c, s, f, v, create, exact, out, here)
        n, events = here.n, here.events
        if not here.complete:
            n = begin
            out.deferred[deferred] = index
            out.deferred_at[deferred] = begin
            deferred += 1
        if again or not here.complete:
            v = _side(index, word, word_hi, 0, s, f)
            while n < begin + room:
                n = _write(out, n, v, f.wide, 0, 0, PADDING)
        out.truncated[index - first] = here.truncated
        if not again:
            out.ends[j] = n
        done += 1
    return done, n, events, deferred
