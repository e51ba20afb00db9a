"""Which segment is which: when each one that arrives, is lost or is doubled was sent.

In a queue its place tells. In a bag equal segments are alike: any of those in flight may be
the one, and a run can happen if it can with one choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checker.model.segment import Segment
from checker.timing.moments import Moment

MAX_FATES = 60
"""So many choices between equal segments are looked at."""


class TooManyFates(Exception):
    """There are more choices between equal segments than are looked at."""


@dataclass(frozen=True)
class Flight:
    """A segment in flight from ``sender``: when it was sent, for a copy the original; and since
    when this copy is there."""

    segment: Segment
    sender: int
    sent: int
    made: int


@dataclass(frozen=True)
class Fate:
    """One way to tell equal segments apart: (moment, the flight that ends or is doubled then)
    in the order of the run, and what is left in flight at its end."""

    uses: tuple[tuple[int, Flight], ...]
    left: tuple[Flight, ...]


def fates(moments: Sequence[Moment], order: str) -> list[Fate]:
    """All ways to tell equal segments apart in the order of the run; one, where nothing is alike.

    Raises ``TooManyFates``.
    """
    return limited(_from(moments, order, 0, (), ()))


def limited(ways: Iterable[Fate]) -> list[Fate]:
    """Raises ``TooManyFates`` where there are more than are looked at."""
    found: list[Fate] = []
    for fate in ways:
        if len(found) == MAX_FATES:
            raise TooManyFates(f"more than {MAX_FATES} ways to tell equal segments apart")
        found.append(fate)
    return found


def _from(
    moments: Sequence[Moment],
    order: str,
    number: int,
    flying: tuple[Flight, ...],
    uses: tuple[tuple[int, Flight], ...],
) -> Iterator[Fate]:
    """The ways on from before the moment with this number, with ``flying`` in the air."""
    if number == len(moments):
        yield Fate(uses, flying)
        return
    moment = moments[number]
    new = tuple(Flight(segment, moment.end, number, number) for segment in moment.kept)
    if moment.segment is None:
        yield from _from(moments, order, number + 1, flying + new, uses)
        return
    for place in _candidates(moment, order, flying):
        if moment.kind == "delivery" and _overtaken(moments, flying[place], uses):
            continue
        flight = flying[place]
        after = list(flying)
        if moment.kind == "duplication":
            after.insert(place + 1, Flight(flight.segment, flight.sender, flight.sent, number))
        else:
            del after[place]
        yield from _from(moments, order, number + 1, (*after, *new), (*uses, (number, flight)))


def _candidates(moment: Moment, order: str, flying: Sequence[Flight]) -> list[int]:
    """The places in ``flying`` of what may be the segment of a delivery, loss or duplication."""
    own = [place for place, flight in enumerate(flying) if flight.sender == moment.sender]
    if order == "queue":
        return [own[moment.position or 0]]
    equal = {flying[place]: place for place in own if flying[place].segment == moment.segment}
    return list(equal.values())


def _overtaken(moments: Sequence[Moment], flight: Flight, uses: Sequence[tuple[int, Flight]]) -> bool:
    """Whether an equal segment that was sent later arrived while this one was in flight already: a
    schedule with that is one with the two exchanged too."""
    return any(
        moments[number].kind == "delivery"
        and (other.segment, other.sender) == (flight.segment, flight.sender)
        and flight.made < number
        and (flight.sent, flight.made) < (other.sent, other.made)
        for number, other in uses
    )
