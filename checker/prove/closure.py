"""The closure: which segments may be in flight between each pair of local states.

For channels that lose, reorder, duplicate and hold any number of segments, a *view* is a pair of
local states with the set of segments that may be in flight each way. The views are closed under
the table: every run over such a network stays within them, so what holds of them all holds of
every run (view abstraction; Abdulla, Haziza and Holik, "All for the Price of Few", 2013).

Segments never leave a set: what was delivered may have been duplicated before. Only an action
that an assumption allows in a drained network begins again with empty sets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from checker.model.tables import LocalTables, Model, OwnMove

DRAINED = 1
"""The bit of ``Atoms`` that says that nothing is in flight."""
READINGS = 4
"""How many readings of the network's own two bits there are; those of the peer's timers follow."""

Pair = tuple[int, int]
"""The numbers of the local states of A and B."""


class Sets(NamedTuple):
    """What may be in flight from A to B and from B to A: bit i stands for segment i."""

    ab: int
    ba: int


Views = dict[Pair, Sets]
"""The segments that may be in flight between each pair, in the order in which pairs were found."""


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


class Allowed(NamedTuple):
    """Whether a move may fire between a pair, whatever is in flight or only when nothing is."""

    in_traffic: bool
    drained: bool


def allowed(own: OwnMove, peer: LocalTables, peer_local: int) -> Allowed:
    """When the assumptions let an endpoint take a move of its own.

    Whether an equal segment is in flight is left open: any segment may have been lost.
    """
    if own.condition is None:
        return Allowed(True, True)
    readings = own.condition >> peer.disabled_timers(peer_local) * READINGS
    return Allowed(bool(readings & 0b0101), bool(readings & 0b1000))


class Closure:
    """The views of a model, found by joining until nothing new turns up.

    Raises ``SemanticError`` where the table has no meaning in some view, and ``LimitReached``.
    """

    def __init__(self, model: Model, tick: Callable[[int], None] = lambda found: None) -> None:
        self.model = model
        self.views: Views = {}
        self._arrivals = (_Arrivals(model.tables[0]), _Arrivals(model.tables[1]))
        self._waiting: deque[Pair] = deque()
        self._is_waiting: set[Pair] = set()
        self._close(tick)

    def _close(self, tick: Callable[[int], None]) -> None:
        start = self.model.start()
        a, b = (self.model.tables[end].locals.number(start.ends[end]) for end in (0, 1))
        self._join((a, b), Sets(bit_set(start.sent[0]), bit_set(start.sent[1])))
        while self._waiting:
            pair = self._waiting.popleft()
            self._is_waiting.discard(pair)
            tick(len(self.views))
            for end in (0, 1):
                self._own(pair, end)
                self._deliver(pair, end)

    def _join(self, pair: Pair, sets: Sets) -> None:
        """Adds segments to those that may be in flight between a pair."""
        known = self.views.get(pair)
        if known is not None:
            joined = Sets(known.ab | sets.ab, known.ba | sets.ba)
            if joined == known:
                return
            sets = joined
        self.views[pair] = sets
        if pair not in self._is_waiting:
            self._is_waiting.add(pair)
            self._waiting.append(pair)

    def _own(self, pair: Pair, end: int) -> None:
        """Calls, own events, timers and faults of one end."""
        tables = self.model.tables
        for own in tables[end].own_moves(pair[end]):
            may = allowed(own, tables[1 - end], pair[1 - end])
            if may.in_traffic or may.drained:
                before = self.views[pair] if may.in_traffic else Sets(0, 0)
                self._move(pair, end, own.move.after, bit_set(own.move.sent), before)

    def _deliver(self, pair: Pair, end: int) -> None:
        """What one end may receive."""
        incoming = self.views[pair][1 - end]
        for (after, sent), segments in self._arrivals[end].changes(pair[end], incoming):
            if segments & incoming:
                self._move(pair, end, after, sent, self.views[pair])

    def _move(self, pair: Pair, end: int, after: int, sent: int, before: Sets) -> None:
        if end == 0:
            self._join((after, pair[1]), Sets(before.ab | sent, before.ba))
        else:
            self._join((pair[0], after), Sets(before.ab, before.ba | sent))


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
