"""What the times of a run must respect: differences of two times with a bound each.

The run's own moments are numbered from 1 in its order; ``START`` is before all of them, and one
more stands behind all of them for the time at which the run is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.document.lengths import Numbers
from checker.document.protocol import Duration, Protocol
from checker.timing.clocks import Clocks
from checker.timing.flights import Fate
from checker.timing.given import Quantity
from checker.timing.moments import Moment

START = 0

Order = Literal["run", "ends"]
"""Which order of steps counts: that of the ``run``; or only that which the ``ends`` see, each its
own steps and each segment its own fate."""

Why = Literal["run", "end", "segment", "in flight", "timer", "not yet", "last"]
"""The order of the run, or of an end's steps; a segment that is used, or still in flight at the
end; a timer that fires, or has not done so yet; the end of the run."""


@dataclass(frozen=True)
class Constraint:
    """``first - second =< sign * quantity``, a difference of two times; 0 without a quantity."""

    first: int
    second: int
    why: Why
    quantity: Quantity | None = None
    sign: Literal[1, -1] = 1
    what: str = ""


def constraints(
    clocks: Clocks, moments: Sequence[Moment], fate: Fate, order: Order, numbers: Numbers
) -> list[Constraint]:
    """All that the times of a run must respect, in a fixed order, without what has no limit."""
    everything = [
        *_order(moments, order),
        *_flights(clocks.protocol, moments, fate),
        *_leftovers(clocks.protocol, moments, fate),
        *_timers(clocks, moments),
    ]
    return list(dict.fromkeys(c for c in everything if _limits(c.quantity, numbers)))


def _limits(quantity: Quantity | None, numbers: Numbers) -> bool:
    """Whether a bound rules anything out that the order of moments does not."""
    if quantity is None or quantity.side == "fixed":
        return True
    return quantity.value(numbers) not in ((None,) if quantity.side == "most" else (0,))


def _order(moments: Sequence[Moment], order: Order) -> Iterator[Constraint]:
    last: dict[int, int] = {}
    for number, moment in enumerate(moments, 1):
        if order == "run" and moment.step:
            # Calls made before the start are in no order, but each end's own.
            earlier = range(number) if moment.step == 1 else range(number - 1, number)
            yield from (Constraint(other, number, "run") for other in earlier)
        if moment.is_step:
            yield Constraint(last.get(moment.end, START), number, "end", what="AB"[moment.end])
            last[moment.end] = number
        else:
            yield Constraint(START, number, "run")
        yield Constraint(number, len(moments) + 1, "last")


def _flights(protocol: Protocol, moments: Sequence[Moment], fate: Fate) -> Iterator[Constraint]:
    """A segment is there when it is used, and has not been in flight for longer than it can."""
    life = _life(protocol)
    for moment, flight in fate.uses:
        use, sent = moment + 1, flight.sent + 1
        yield Constraint(flight.made + 1, use, "segment")
        if life is not None:
            # A copy is made along the way: only what arrives has been in flight for long enough.
            yield from _takes(life, use, sent, "segment", least=moments[moment].kind == "delivery")


def _leftovers(protocol: Protocol, moments: Sequence[Moment], fate: Fate) -> Iterator[Constraint]:
    """What is in flight when the run ends has not been so for longer than it can."""
    life = _life(protocol)
    if life is not None:
        for flight in fate.left:
            yield from _takes(life, len(moments) + 1, flight.sent + 1, "in flight", least=False)


def _life(protocol: Protocol) -> Duration | None:
    """How long a segment can be in flight."""
    arrival = next((event.name for event in protocol.events.values() if event.kind == "arrival"), "")
    return _duration(protocol, arrival)


def _timers(clocks: Clocks, moments: Sequence[Moment]) -> Iterator[Constraint]:
    for end in (0, 1):
        for event, duration in clocks.timed.items():
            what = f"{event} at {'AB'[end]}"
            for begun, ended, fires in clocks.runs(moments, end, event):
                begin = START if begun is None else begun + 1
                end_of_it = (len(moments) if ended is None else ended) + 1
                yield from _takes(duration, end_of_it, begin, "timer" if fires else "not yet", fires, what)


def _takes(
    duration: Duration, late: int, early: int, why: Why, least: bool, what: str = ""
) -> Iterator[Constraint]:
    """From ``early`` to ``late`` it takes no longer than the duration, and if ``least``, as long."""
    fixed = duration.length == "fixed"
    yield Constraint(late, early, why, Quantity(duration.name, "fixed" if fixed else "most"), 1, what)
    if least:
        yield Constraint(early, late, why, Quantity(duration.name, "fixed" if fixed else "least"), -1, what)


def _duration(protocol: Protocol, event: str) -> Duration | None:
    return next((d for d in protocol.durations.values() if event in d.events), None)
