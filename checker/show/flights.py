"""Which segment of a run is which: when each was sent, and what became of it.

In a queue its place tells. In a bag, where equal segments are alike, it is taken to be the youngest
of them, so that drawn arrows are short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.model.segment import Segment
from checker.model.tables import Action
from checker.verify.trace import Trace

Fate = Literal["in flight", "arrives", "lost", "no room"]


@dataclass(eq=False)
class Flight:
    """A segment in flight: who sent it and in which step (0: before the run began), and what became
    of it in which step.

    A ``copy`` was made of another flight, in the step ``made``; of others that is when they were
    sent.
    """

    segment: Segment
    sender: int
    made: int
    copy: Flight | None = None
    fate: Fate = "in flight"
    ended: int | None = None


@dataclass(frozen=True)
class Flights:
    """The flights of a run in the order of their departures, and by step the one that it delivers,
    loses or doubles."""

    all: Sequence[Flight]
    of_step: Mapping[int, Flight]

    def made_in(self, step: int) -> list[Flight]:
        """What a step sent, or copied."""
        return [flight for flight in self.all if flight.made == step]


def flights_of(trace: Trace, order: str) -> Flights:
    """The flights of ``trace`` on a network of this order, ``queue`` or ``bag``."""
    flights = [Flight(segment, end, 0) for end in (0, 1) for segment in trace.initial.in_flight[end]]
    channels = tuple([flight for flight in flights if flight.sender == end] for end in (0, 1))
    of_step: dict[int, Flight] = {}
    for number, step in enumerate(trace.steps, 1):
        action = step.action
        if action.segment is not None:
            channel = channels[1 - action.end if action.kind == "delivery" else action.end]
            flight = of_step[number] = _meant(channel, action, order)
            if action.kind == "duplication":
                copy = Flight(action.segment, flight.sender, number, flight)
                flights.append(copy)
                channel.insert(channel.index(flight) + 1, copy)
            else:
                flight.fate, flight.ended = "arrives" if action.kind == "delivery" else "lost", number
                channel.remove(flight)
        kept = len(step.sent) - step.lost
        sent = [Flight(segment, action.end, number) for segment in step.sent]
        for flight in sent[kept:]:
            flight.fate, flight.ended = "no room", number
        flights.extend(sent)
        channels[action.end].extend(sent[:kept])
    return Flights(flights, of_step)


def _meant(channel: Sequence[Flight], action: Action, order: str) -> Flight:
    """The flight of ``channel``, the oldest first, that an action is about."""
    if order == "queue":
        return channel[action.position or 0]
    equal = [flight for flight in channel if flight.segment == action.segment]
    return max(equal, key=lambda flight: flight.made)
