"""Whether a run can happen, how long its fixed durations can be, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.document.lengths import Given, Numbers
from checker.document.protocol import Protocol
from checker.model.tables import Model
from checker.timing.clocks import Clocks
from checker.timing.constraints import Constraint, Order, constraints
from checker.timing.flights import Fate, fates
from checker.timing.given import Quantity, quantities
from checker.timing.moments import Moment, moments_of
from checker.timing.solve import Schedule, System
from checker.timing.unseen import unseen_fates
from checker.verify.trace import Trace

Premise = tuple[Quantity | None, Fraction | None]

ORDERS: tuple[Order, ...] = ("run", "ends")


@dataclass(frozen=True)
class Bound:
    """How long a ``fixed`` duration may be for a run to be possible.

    Every length from ``shortest`` to ``longest`` may be possible, both included, and none
    beyond; ``longest`` is ``None`` where there is no limit. ``chain`` are the constraints that
    set the limit, the first of which says what the duration lasts. They sum up to ``terms``,
    (how often, which number), over ``times``: how often the duration itself is among them.
    ``without`` are the given numbers that it rests on, and the limit without each; ``None`` stands
    for that timers fire in time even where the run has them fire no more.
    """

    duration: str
    shortest: Fraction
    longest: Fraction | None
    chain: tuple[Constraint, ...]
    terms: tuple[tuple[int, Quantity], ...]
    times: int
    without: tuple[Premise, ...]


@dataclass(frozen=True)
class Timing:
    """A run in time, if one order of its steps counts.

    ``schedule`` is a way for it to happen with the given numbers; where there is none, ``blame``
    are the constraints that leave no room. ``bounds`` has ``None`` for a duration with which
    the run cannot happen, however long it is.
    """

    order: Order
    schedule: Schedule | None
    blame: tuple[Constraint, ...]
    bounds: Mapping[str, Bound | None]


@dataclass(frozen=True)
class Answer:
    """A run in time: as it stands, and with the order that its ends see."""

    moments: tuple[Moment, ...]
    numbers: Numbers
    idle: tuple[str, ...]
    """The fixed durations that nothing in the run waits for."""
    run: Timing
    ends: Timing

    @property
    def possible(self) -> bool:
        """Whether the run can happen, in its own order or one that no end can tell from it."""
        return self.ends.schedule is not None


def answer(model: Model, trace: Trace, numbers: Numbers) -> Answer:
    """Times a run that replays in ``model``.

    Raises ``TooManyFates`` or ``Undecided`` where there is no answer.
    """
    moments = moments_of(model, trace)
    timer = _Timer(Clocks(model), moments, _ways(model, moments), numbers)
    run, ends = (timer.timing(order) for order in ORDERS)
    fixed = [d.name for d in model.protocol.durations.values() if d.length == "fixed"]
    idle = tuple(name for name in fixed if name not in ends.bounds)
    return Answer(tuple(moments), numbers, idle, run, ends)


def _ways(model: Model, moments: Sequence[Moment]) -> Mapping[Order, Sequence[Fate]]:
    """The ways to tell equal segments apart."""
    network = model.scenario.network
    return {"run": fates(moments, network.order), "ends": unseen_fates(moments, network)}


class _Timer:
    def __init__(
        self,
        clocks: Clocks,
        moments: Sequence[Moment],
        ways: Mapping[Order, Sequence[Fate]],
        numbers: Numbers,
    ) -> None:
        self.clocks = clocks
        self.moments = moments
        self.ways = ways
        self.numbers = numbers

    @property
    def protocol(self) -> Protocol:
        return self.clocks.protocol

    def timing(self, order: Order) -> Timing:
        waited = sorted(
            {
                c.quantity.duration
                for system in self._systems(order, {})
                for c in system.constraints
                if c.quantity is not None and c.quantity.side == "fixed"
            },
            key=list(self.protocol.durations).index,
        )
        bounds = {name: self._bound(order, name) for name in waited}
        schedule = self._schedule(order, bounds)
        blame = () if schedule else tuple(next(self._systems(order, self.numbers)).blame())
        return Timing(order, schedule, blame, bounds)

    def _systems(self, order: Order, numbers: Numbers) -> Iterator[System]:
        """One for each way to tell equal segments apart."""
        for way in self.ways[order]:
            yield System(constraints(self.clocks, self.moments, way, order, numbers), numbers)

    def _possible(self, order: Order, numbers: Numbers) -> list[System]:
        return [system for system in self._systems(order, numbers) if system.is_possible()]

    def _schedule(self, order: Order, bounds: Mapping[str, Bound | None]) -> Schedule | None:
        """A schedule; a fixed duration that is not given is as long as it can be."""
        chosen: dict[str, Fraction] = {}
        numbers = dict(self.numbers)
        for name in bounds:
            if name not in numbers and (possible := self._possible(order, numbers)):
                longest = _longest(possible, name)[0]
                if longest is not None:
                    chosen[name] = longest
                    numbers[name] = Given(longest, longest)
        for system in self._possible(order, numbers):
            if (schedule := system.schedule()) is not None:
                return Schedule(schedule.times, {**schedule.fixed, **chosen})
        return None

    def _bound(self, order: Order, name: str) -> Bound | None:
        numbers = {other: given for other, given in self.numbers.items() if other != name}
        possible = self._possible(order, numbers)
        if not possible:
            return None
        longest, system = _longest(possible, name)
        shortest = min(system.shortest(name) for system in possible)
        if longest is None:
            return Bound(name, shortest, None, (), (), 0, ())
        chain = _chained(system.blame((name, longest)), name)
        times, terms = _sum(chain, name)
        return Bound(name, shortest, longest, chain, terms, times, self._without(order, name, longest))

    def _without(self, order: Order, name: str, longest: Fraction) -> tuple[Premise, ...]:
        """The given numbers without each of which a longer duration is possible."""
        numbers = {other: given for other, given in self.numbers.items() if other != name}
        found: list[Premise] = []
        for quantity in quantities(self.protocol, numbers):
            weaker = _longest(self._possible(order, _drop(numbers, quantity)), name)[0]
            if weaker != longest:
                found.append((quantity, weaker))
        lax = [system.without(_is_punctual) for system in self._systems(order, numbers)]
        weaker = _longest([system for system in lax if system.is_possible()], name)[0]
        return (*found, (None, weaker)) if weaker != longest else tuple(found)


def _longest(systems: Sequence[System], name: str) -> tuple[Fraction | None, System]:
    """(the longest that a duration may be in any of the systems, one in which it may)."""
    found = systems[0].longest(name), systems[0]
    for system in systems[1:]:
        if found[0] is None:
            return found
        longest = system.longest(name)
        if longest is None or longest > found[0]:
            found = longest, system
    return found


def _is_punctual(constraint: Constraint) -> bool:
    """Whether it says that a timer of no fixed length has not yet fired because it cannot have."""
    quantity = constraint.quantity
    return constraint.why == "not yet" and quantity is not None and quantity.side != "fixed"


def _drop(numbers: Numbers, quantity: Quantity) -> dict[str, Given]:
    given = numbers[quantity.duration]
    dropped = dict(numbers)
    if quantity.side == "fixed":
        del dropped[quantity.duration]
    elif quantity.side == "least":
        dropped[quantity.duration] = Given(Fraction(0), given.most)
    else:
        dropped[quantity.duration] = Given(given.least, None)
    return dropped


def _chained(blamed: Sequence[Constraint], name: str) -> tuple[Constraint, ...]:
    """The constraints one after the other: each begins with the moment that the one before ends
    with; the first says that the duration is over. In their own order if that cannot be."""
    first = next(c for c in blamed if c.quantity is not None and c.quantity.duration == name and c.sign < 0)
    chain = [first]
    while len(chain) < len(blamed):
        following = next((c for c in blamed if c.first == chain[-1].second and c not in chain), None)
        if following is None:
            return tuple(blamed)
        chain.append(following)
    return tuple(chain)


def _sum(chain: Sequence[Constraint], name: str) -> tuple[int, tuple[tuple[int, Quantity], ...]]:
    """(how often the duration, how often each other number) if the chain closes."""
    counts: dict[Quantity, int] = {}
    for c in chain:
        if c.quantity is not None:
            counts[c.quantity] = counts.get(c.quantity, 0) + c.sign
    own = -sum(count for quantity, count in counts.items() if quantity.duration == name)
    return own, tuple((count, q) for q, count in counts.items() if q.duration != name and count)
