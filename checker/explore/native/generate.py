"""The successors of states, in the reference's order: its ``System.successors`` on packed words.

A state is one 64-bit word, or two if ``Fields.wide``: contents in ``lo``, the rest in ``hi``.
The highest bit of ``lo`` is always set, so no state is 0.

What a state needs and nobody has computed yet (a reaction; with ``create`` off, a content)
makes it *deferred*: it takes ``room`` entries all the same, its own word in each, and a second
call with ``which`` fills them once everything is there.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.explore.native.arrays import Bytes, Longs, Numbers
from checker.explore.native.contents import Contents, added, added_before, doubled, without
from checker.explore.native.jit import inlined, kernel
from checker.explore.native.pairs import find

PADDING, FAULT, MOVES = 0, 1, 2
"""Labels: no transition, some loss or duplication, and from ``MOVES`` on the number of a move.
Where ``exact`` faults are asked for they have negative labels (see ``fault_code``)."""

OWN, ARRIVAL = 0, 1
"""Kinds of events: the own moves of a node, what a segment does on its arrival at a node."""


class Reactions(NamedTuple):
    """The reactions computed so far. A *node* is a local state of an end: 2 * number + end.

    The own moves of a node are ``own_first[node]`` to ``own_last[node]`` (-1: not computed);
    ``disabled`` are its timers' bits. Arrivals are in a table of pairs (node, segment). By
    move: the local state ``after``, where its segments begin and end in ``sends``, the number
    of its condition, whose truth table has ``readings`` entries in ``truth``, or -1. ``wire``
    is the same for segments that are equal on the wire.
    """

    own_first: Numbers
    own_last: Numbers
    disabled: Longs
    after: Numbers
    sent_first: Numbers
    sent_last: Numbers
    condition: Numbers
    sends: Numbers
    truth: Bytes
    readings: int
    keys: Longs
    values: Numbers
    wire: Numbers


class Scope(NamedTuple):
    """The network: budgets are -1 if they are not counted."""

    capacity: int
    bag: bool
    lose: int
    duplicate: int


class Fields(NamedTuple):
    """Where in the words the parts of a state are: how far to shift, and the mask then.

    Of the budgets it is what was spent, so that they need few bits.
    """

    wide: bool
    a: int
    b: int
    local_mask: int
    ab: int
    ba: int
    content_mask: int
    lost: int
    lost_mask: int
    doubled: int
    doubled_mask: int


class Found(NamedTuple):
    """Where ``generate`` writes: for each successor its words and its label; for each state
    where its successors end and whether an action lacked room; the events (state, kind, node,
    peer's node or segment) that are missing; the deferred states and where theirs begin; and
    the most that was spent of both budgets."""

    lo: Longs
    hi: Longs
    label: Numbers
    ends: Numbers
    truncated: Bytes
    events: Longs
    deferred: Longs
    deferred_at: Longs
    spent: Longs


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
def _write(
    lo: Longs,
    hi: Longs,
    label: Numbers,
    n: int,
    wide: bool,
    word: int,
    word_hi: int,
    change_lo: int,
    change: int,
    what: int,
) -> int:
    """Writes a successor given by what changes in its source's words."""
    if wide:
        lo[n] = word + change_lo
        hi[n] = word_hi + change
    else:
        lo[n] = word + change_lo + change
    label[n] = what
    return n + 1


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
    # An array taken out of a tuple again and again costs its reference count each time.
    own_first, own_last, disabled, truth, wire = r.own_first, r.own_last, r.disabled, r.truth, r.wire
    after, condition, sends = r.after, r.condition, r.sends
    sent_first, sent_last = r.sent_first, r.sent_last
    arrival_keys, arrival_values = r.keys, r.values
    parent, last_of, length, places = c.parent, c.last, c.length, c.places
    segment_at, rest_at, doubled_at = c.segment, c.rest, c.doubled
    keys, values = c.keys, c.values
    to_lo, to_hi, label, events_at = out.lo, out.hi, out.label, out.events
    spent, ends, truncated_at = out.spent, out.ends, out.truncated
    capacity, bag, wide = s.capacity, s.bag, f.wide
    counted = s.lose >= 0
    again = len(which) > 0
    count = len(which) if again else last - first
    done = 0
    n = 0
    events = 0
    deferred = 0
    for j in range(count):
        index = which[j] if again else first + j
        if again:
            n = at[j]
        if n + room > len(to_lo) or events + room > len(events_at):
            break
        if create and c.made[0] + margin > len(parent):
            break
        begin = n
        word = lo[index]
        word_hi = hi[index] if wide else 0
        base = word_hi if wide else word
        complete = True
        truncated = False
        a = (base >> f.a) & f.local_mask
        b = (base >> f.b) & f.local_mask
        ab = (word >> f.ab) & f.content_mask
        ba = (word >> f.ba) & f.content_mask
        lost_before = (base >> f.lost) & f.lost_mask
        doubled_before = (base >> f.doubled) & f.doubled_mask
        losses = s.lose - lost_before if counted else 1
        doubles = s.duplicate - doubled_before if s.duplicate >= 0 else 1
        for end in range(2):
            if end == 0:
                local, outgoing, incoming = a, ab, ba
                local_at, out_at, in_at = f.a, f.ab, f.ba
                node, peer = 2 * a, 2 * b + 1
            else:
                local, outgoing, incoming = b, ba, ab
                local_at, out_at, in_at = f.b, f.ba, f.ab
                node, peer = 2 * b + 1, 2 * a
            own = own_first[node]
            owns = max(own_last[node] - own, 0)
            if own < 0:
                complete = False
                events_at[events, 0] = index
                events_at[events, 1] = OWN
                events_at[events, 2] = node
                events_at[events, 3] = peer
                events += 1
            # Deliveries: the oldest of a queue, any of a bag.
            arriving = places[incoming] if bag else min(places[incoming], 1)
            for k in range(owns + arriving):
                rest = incoming
                if k < owns:
                    move = own + k
                    if condition[move] >= 0:
                        if own_first[peer] < 0:
                            complete = False
                            events_at[events, 0] = index
                            events_at[events, 1] = OWN
                            events_at[events, 2] = peer
                            events_at[events, 3] = node
                            events += 1
                            continue
                        reading = 2 | disabled[peer] << 2
                        if ab == 0 and ba == 0:
                            reading |= 1
                        for i in range(sent_first[move], sent_last[move]):
                            for place in range(places[outgoing]):
                                if wire[sends[i]] == wire[segment_at[outgoing * capacity + place]]:
                                    reading &= ~2
                        if truth[condition[move] * r.readings + reading] == 0:
                            continue
                else:
                    place = k - owns
                    segment = segment_at[incoming * capacity + place]
                    move = find(arrival_keys, arrival_values, node, segment)
                    if move < 0:
                        complete = False
                        events_at[events, 0] = index
                        events_at[events, 1] = ARRIVAL
                        events_at[events, 2] = node
                        events_at[events, 3] = segment
                        events += 1
                        continue
                    rest = rest_at[incoming * capacity + place]
                    if rest < 0:
                        rest = without(c, capacity, bag, incoming, place, create)
                content = outgoing
                lost = 0
                for i in range(sent_first[move], sent_last[move]):
                    if length[content] >= capacity:
                        lost += 1
                        continue
                    sent = added_before(parent, last_of, keys, values, bag, content, sends[i])
                    if sent < 0:
                        sent = added(c, capacity, bag, content, sends[i], create)
                        if sent < 0:
                            complete = False
                            break
                    content = sent
                if rest < 0 or not complete:
                    complete = False
                    continue
                change = (after[move] - local) << local_at
                if lost > 0 and counted:
                    if lost > losses:
                        truncated = True
                        continue
                    change += lost << f.lost
                    spent[0] = max(spent[0], lost_before + lost)
                change_lo = ((content - outgoing) << out_at) + ((rest - incoming) << in_at)
                n = _write(to_lo, to_hi, label, n, wide, word, word_hi, change_lo, change, move + MOVES)
            # Losses and duplications of what this end sent.
            faults = places[outgoing] if losses > 0 else 0
            if counted and faults > 0:
                spent[0] = max(spent[0], lost_before + 1)
            for place in range(faults):
                content = rest_at[outgoing * capacity + place]
                if content < 0:
                    content = without(c, capacity, bag, outgoing, place, create)
                complete &= content >= 0
                change_lo = (content - outgoing) << out_at
                change = 1 << f.lost if counted else 0
                what = FAULT
                if exact:
                    what = fault_code(0, end, place, segment_at[outgoing * capacity + place], capacity)
                n = _write(to_lo, to_hi, label, n, wide, word, word_hi, change_lo, change, what)
            faults = places[outgoing] if doubles > 0 and length[outgoing] < capacity else 0
            if s.duplicate >= 0 and faults > 0:
                spent[1] = max(spent[1], doubled_before + 1)
            for place in range(faults):
                content = doubled_at[outgoing * capacity + place]
                if content < 0:
                    content = doubled(c, capacity, bag, outgoing, place, create)
                complete &= content >= 0
                change_lo = (content - outgoing) << out_at
                change = 1 << f.doubled if s.duplicate >= 0 else 0
                what = FAULT
                if exact:
                    what = fault_code(1, end, place, segment_at[outgoing * capacity + place], capacity)
                n = _write(to_lo, to_hi, label, n, wide, word, word_hi, change_lo, change, what)
        if not complete:
            n = begin
            out.deferred[deferred] = index
            out.deferred_at[deferred] = begin
            deferred += 1
        if again or not complete:
            while n < begin + room:
                n = _write(to_lo, to_hi, label, n, wide, word, word_hi, 0, 0, PADDING)
        truncated_at[index - first] = truncated
        if not again:
            ends[j] = n
        done += 1
    return done, n, events, deferred
