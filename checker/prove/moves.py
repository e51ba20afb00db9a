"""What both ends can do where any segment may be lost, kept back or doubled at any time.

A *view* is a pair of local states with the set of segments in flight each way. How often a
segment is there does not matter: it can always be doubled. The more are in flight the more can
happen, and what is too much can be lost. So a delivery takes nothing out of a set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.model.tables import LocalTables, Model, OwnMove

Pair = tuple[int, int]
"""The numbers of the local states of A and B."""


class Sets(NamedTuple):
    """Segments in flight from A to B and from B to A: bit i stands for segment i."""

    ab: int
    ba: int

    def covers(self, other: Sets) -> bool:
        """Whether all of ``other`` is among these."""
        return not (other.ab & ~self.ab or other.ba & ~self.ba)

    def joined(self, other: Sets) -> Sets:
        return Sets(self.ab | other.ab, self.ba | other.ba)

    def sending(self, end: int, segments: int) -> Sets:
        """These, and what ``end`` sends."""
        return Sets(self.ab | segments, self.ba) if end == 0 else Sets(self.ab, self.ba | segments)


class View(NamedTuple):
    """A pair of local states with what may be in flight between them."""

    pair: Pair
    sets: Sets


NOTHING = Sets(0, 0)


def members(bits: int) -> Iterator[int]:
    """The numbers in a bit set, the least first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def bit_set(numbers: tuple[int, ...]) -> int:
    """The set of ``numbers``, as bits."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


class Moves:
    """The steps between the views of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._arrivals = (_Arrivals(model.tables[0]), _Arrivals(model.tables[1]))
        self._alike: dict[int, int] = {}

    def start(self) -> View:
        """The view in which every run begins, after the calls of ``opened``."""
        start = self.model.start()
        a, b = (self.model.tables[end].locals.number(start.ends[end]) for end in (0, 1))
        return View((a, b), Sets(bit_set(start.sent[0]), bit_set(start.sent[1])))

    def successors(self, view: View) -> Iterator[View]:
        """The views after one step of an endpoint; steps that change nothing may be left out."""
        for end in (0, 1):
            yield from self._own(view, end)
            yield from self._deliver(view, end)

    def _own(self, view: View, end: int) -> Iterator[View]:
        """Calls, own events, timers and faults of one end."""
        for own in self.model.tables[end].own_moves(view.pair[end]):
            kept = self.kept(view, end, own)
            if kept is not None:
                sent = bit_set(own.move.sent)
                yield View(_placed(view.pair, end, own.move.after), kept.sending(end, sent))

    def _deliver(self, view: View, end: int) -> Iterator[View]:
        """What one end may receive."""
        incoming = view.sets[1 - end]
        for (after, sent), segments in self._arrivals[end].changes(view.pair[end], incoming):
            if segments & incoming:
                yield View(_placed(view.pair, end, after), view.sets.sending(end, sent))

    def kept(self, view: View, end: int, own: OwnMove) -> Sets | None:
        """What can still be in flight when an assumption lets an endpoint take a move of its own:
        all, all but what equals that which it sends, or nothing. ``None`` if it may not at all."""
        if own.condition is None:
            return view.sets
        readings = self._readings(own, end, view.pair)
        equal = self._equal(own.move.sent)
        others = Sets(*(s & ~equal if sender == end else s for sender, s in enumerate(view.sets)))
        if readings >> BUSY & 1 and others != view.sets:
            return view.sets
        if readings >> BUSY_BUT_NO_EQUAL & 1 and others != NOTHING:
            return others
        return NOTHING if readings >> DRAINED & 1 else None

    def enabling(self, view: View, end: int, own: OwnMove, needed: Sets) -> Sets:
        """``needed`` and what else of a view has to be in flight for a move to be allowed."""
        if own.condition is None:
            return needed
        readings = self._readings(own, end, view.pair)
        equal = self._equal(own.move.sent)
        more = (needed.sending(s, 1 << number) for s in (end, 1 - end) for number in members(view.sets[s]))
        for sets in (needed, *more):
            busy = BUSY if sets[end] & equal else BUSY_BUT_NO_EQUAL
            if readings >> (DRAINED if sets == NOTHING else busy) & 1:
                return sets
        raise AssertionError("a move that is allowed in a view is allowed by some of its segments")

    def _readings(self, own: OwnMove, end: int, pair: Pair) -> int:
        """The readings of the network's own two bits in which a move is allowed, as bits."""
        assert own.condition is not None
        peer = self.model.tables[1 - end]
        return own.condition >> (peer.disabled_timers(pair[1 - end]) << 2) & 0b1111

    def _whatever_is_in_flight(self, own: OwnMove, end: int, pair: Pair) -> bool:
        """Whether a move is allowed in all three readings."""
        if own.condition is None:
            return True
        readings = self._readings(own, end, pair)
        return all(readings >> reading & 1 for reading in (BUSY, BUSY_BUT_NO_EQUAL, DRAINED))

    def _equal(self, sent: tuple[int, ...]) -> int:
        """The segments that equal one of ``sent`` on the wire, ghosts aside."""
        form, segments = self.model.form, self.model.segments
        wires = {form.wire(segments[number]) for number in sent}
        return bit_set(tuple(n for n, segment in enumerate(segments.values) if form.wire(segment) in wires))

    def saturated(self, view: View) -> View:
        """The view with all that can be sent without any local state changing."""
        while True:
            sets = view.sets
            for end in (0, 1):
                sets = sets.sending(end, self._repeatable(view, end))
            if sets == view.sets:
                return view
            view = View(view.pair, sets)

    def _repeatable(self, view: View, end: int) -> int:
        """The segments that an end can send again and again, whatever else is in flight."""
        local = view.pair[end]
        sent = 0
        for own in self.model.tables[end].own_moves(local):
            repeats = own.move.after == local and own.move.sent
            if repeats and self._whatever_is_in_flight(own, end, view.pair):
                sent |= bit_set(own.move.sent)
        incoming = view.sets[1 - end]
        for (after, answer), segments in self._arrivals[end].changes(local, incoming):
            if after == local and segments & incoming:
                sent |= answer
        return sent


BUSY, BUSY_BUT_NO_EQUAL, DRAINED = 0, 2, 3
"""The readings of the network's own two bits of ``Atoms``: something is in flight, something but
nothing equal to what would be sent, nothing."""


def _placed(pair: Pair, end: int, local: int) -> Pair:
    return (local, pair[1]) if end == 0 else (pair[0], local)


Change = tuple[int, int]
"""The local state after an arrival, and the set of segments sent."""


class _Arrivals:
    """What arrivals change at one endpoint; segments with the same effect stand together."""

    def __init__(self, tables: LocalTables) -> None:
        self._tables = tables
        self._known: dict[int, int] = {}
        self._changes: dict[int, dict[Change, int]] = {}

    def changes(self, local: int, segments: int) -> list[tuple[Change, int]]:
        """(each change that segments seen so far make in a local state, the set of those that
        make it); arrivals that change nothing are left out."""
        changes = self._changes.setdefault(local, {})
        known = self._known.get(local, 0)
        for segment in members(segments & ~known):
            move = self._tables.arrival(local, segment)
            if move.after != local or move.sent:
                change = move.after, bit_set(move.sent)
                changes[change] = changes.get(change, 0) | 1 << segment
        self._known[local] = known | segments
        return list(changes.items())
