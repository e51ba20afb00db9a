"""Which segment each arrival may have been, as far as the two ends can tell.

The steps of a run may happen in any order that keeps each end's own and in which a segment arrives
after it is sent. So what arrives may be any equal segment of the run, also one that the run itself
sends only later. Lost segments and copies are those that this leaves.

Equal segments that arrive are taken in the order in which they were sent: where a schedule has
one overtake the other, it is one with the two exchanged too, for they are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from checker.document.protocol import Network
from checker.model.segment import Segment
from checker.timing.flights import Fate, Flight, limited
from checker.timing.moments import Moment

Group = tuple[int, Segment]
"""The sender and the segment: those in flight of one group are alike."""


def unseen_fates(moments: Sequence[Moment], network: Network) -> list[Fate]:
    """All ways to say which segment arrived, was lost or was doubled that no end can tell from the
    run. ``left`` is only what must be in flight at the end, because it cannot have been lost.

    Raises ``TooManyFates``.
    """
    return limited(_Unseen(moments, network).fates())


@dataclass(frozen=True)
class _Taken:
    """The places in ``sends`` of what arrived so far, with the moments of the arrivals."""

    pairs: tuple[tuple[int, int], ...] = ()

    def places(self) -> Iterator[int]:
        return (place for _, place in self.pairs)


class _Unseen:
    def __init__(self, moments: Sequence[Moment], network: Network) -> None:
        self.network = network
        self.sends = [
            Flight(segment, moment.end, number, number)
            for number, moment in enumerate(moments)
            for segment in moment.kept
        ]
        self.arrivals = _of(moments, "delivery")
        self.losses = _of(moments, "loss")
        self.no_room = sum(len(moment.sent) - len(moment.kept) for moment in moments)
        self.doublings = _of(moments, "duplication")
        self.copies = Counter(group for _, group in self.doublings)
        self.causes = _orders(moments)

    def fates(self) -> Iterator[Fate]:
        for taken in self._ways(_Taken()):
            yield from self._fates(taken)

    def _ways(self, taken: _Taken) -> Iterator[_Taken]:
        """Ways to go on with the arrivals that are not yet ``taken``."""
        if len(taken.pairs) == len(self.arrivals):
            yield taken
            return
        moment, group = self.arrivals[len(taken.pairs)]
        for place in self._candidates(moment, group, taken):
            new = not self.causes.has_edge(self.sends[place].sent, moment)
            if new:
                self.causes.add_edge(self.sends[place].sent, moment)
            yield from self._ways(_Taken((*taken.pairs, (moment, place))))
            if new:
                self.causes.remove_edge(self.sends[place].sent, moment)

    def _candidates(self, moment: int, group: Group, taken: _Taken) -> Iterator[int]:
        """What may arrive at this moment, without having been caused by it."""
        alike = [place for place in taken.places() if self._group(place) == group]
        first = max((p for p in taken.places() if self._keeps_order(p, group)), default=0)
        spare = self.copies[group] - (len(alike) - len(set(alike)))
        for place, flight in enumerate(self.sends):
            if self._group(place) != group or place < first or (place in alike and not spare):
                continue
            if not nx.has_path(self.causes, moment, flight.sent):
                yield place

    def _keeps_order(self, place: int, group: Group) -> bool:
        """Whether nothing of the group may overtake what was sent at this place."""
        sender, _ = group
        return self._group(place) == group or (
            self.network.order == "queue" and self.sends[place].sender == sender
        )

    def _group(self, place: int) -> Group:
        return self.sends[place].sender, self.sends[place].segment

    def _fates(self, taken: _Taken) -> Iterator[Fate]:
        """What became of everything, if this arrived."""
        uses: list[tuple[int, Flight]] = []
        there = {place: [flight] for place, flight in enumerate(self.sends)}
        for moment, place in self._doubled(taken):
            uses.append((moment, self.sends[place]))
            flight = self.sends[place]
            there[place].append(Flight(flight.segment, flight.sender, flight.sent, moment))
        uses += [(moment, there[place].pop(0)) for moment, place in taken.pairs]
        for moment, group in self.losses:
            place = next(p for p in there if self._group(p) == group and there[p])
            uses.append((moment, there[place].pop(0)))
        for left in self._left(taken, there):
            yield Fate(tuple(sorted(uses, key=lambda use: use[0])), left)

    def _doubled(self, taken: _Taken) -> Iterator[tuple[int, int]]:
        """(moment, place) of each duplication: of what arrives twice, and else of what was sent last."""
        again: dict[Group, list[int]] = {}
        seen = Counter[int]()
        for place in taken.places():
            seen[place] += 1
            if seen[place] > 1:
                again.setdefault(self._group(place), []).append(place)
        for moment, group in self.doublings:
            twice = again.get(group)
            yield (
                moment,
                twice.pop(0)
                if twice
                else max(place for place in range(len(self.sends)) if self._group(place) == group),
            )

    def _left(self, taken: _Taken, there: dict[int, list[Flight]]) -> Iterator[tuple[Flight, ...]]:
        """What may be in flight at the end, if the network has lost all that it still could."""
        if self.network.lose is None:
            yield ()
            return
        waiting = [
            flight for place, flights in there.items() if not self._passed(place, taken) for flight in flights
        ]
        lost = self.no_room + len(self.losses) + sum(map(len, there.values())) - len(waiting)
        if lost <= self.network.lose:
            yield from combinations(waiting, max(0, len(waiting) - (self.network.lose - lost)))

    def _passed(self, place: int, taken: _Taken) -> bool:
        """Whether something arrived that was behind it in a queue."""
        sender = self.sends[place].sender
        behind = (p for p in taken.places() if p > place and self.sends[p].sender == sender)
        return self.network.order == "queue" and any(behind)


def _of(moments: Sequence[Moment], kind: str) -> list[tuple[int, Group]]:
    """The moments of a kind that something becomes of a segment, with its group."""
    return [
        (number, (moment.sender, moment.segment))
        for number, moment in enumerate(moments)
        if moment.kind == kind and moment.segment is not None
    ]


def _orders(moments: Sequence[Moment]) -> nx.DiGraph[int]:
    """Each end's steps, one after the other."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    for end in (0, 1):
        steps = [number for number, moment in enumerate(moments) if moment.is_step and moment.end == end]
        nx.add_path(graph, steps)
    return graph
