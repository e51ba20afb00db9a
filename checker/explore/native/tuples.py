"""The named tuples that kernels take and what is in them."""

from __future__ import annotations

from typing import NamedTuple

from checker.explore.native.arrays import Bytes, Longs, Numbers

PADDING, FAULT, MOVES = 0, 1, 2
"""Labels: no transition, some loss or duplication, and from ``MOVES`` on the number of a move.
Where ``exact`` faults are asked for they have negative labels (see ``fault_code``)."""

OWN, ARRIVAL = 0, 1
"""Kinds of events: the own moves of a node, what a segment does on its arrival at a node."""


class Reactions(NamedTuple):
    """The reactions computed so far. A *node* is a local state of an end: 2 * number + end.

    The own moves of a node are ``own_first[node]`` to ``own_last[node]`` (-1: not computed);
    ``disabled`` are its timers' bits. Arrivals are in a table of pairs (node, segment). By
    move: the local state ``after``, the number of the ``reply`` that it sends, the number of its
    condition, whose truth table has ``readings`` entries in ``truth``, or -1. By reply: where
    its segments begin and end in ``sends``; reply 0 has none. ``wire`` is the same for segments
    that are equal on the wire.
    """

    own_first: Numbers
    own_last: Numbers
    disabled: Longs
    after: Numbers
    reply: Numbers
    condition: Numbers
    sent_first: Numbers
    sent_last: Numbers
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
