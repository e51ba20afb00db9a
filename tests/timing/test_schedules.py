"""Schedules against a clockwork that takes runs step by step in time, and by another road: the
graph of differences, in which a schedule is a potential and a limit a shortest path."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import networkx as nx
import pytest

from checker.document.lengths import Given, Numbers
from checker.document.protocol import Protocol
from checker.explore.system import GlobalState
from checker.explore.system import System as Transitions
from checker.model.tables import Action, Model
from checker.timing.answer import answer
from checker.timing.clocks import Clocks
from checker.timing.constraints import Order, constraints
from checker.timing.flights import fates
from checker.timing.moments import moments_of
from checker.timing.solve import System
from checker.verify.trace import Step, Trace, snapshot, step
from tests.timing.runs import bundled, numbers_of, run_along, toy
from tests.timing.test_limits import ACK_LATE, ACK_LOST

Restarts = Callable[[Action, str], bool]
Enabled = tuple[Action, int, GlobalState]


@dataclass
class Clockwork:
    """A protocol whose segments and timers take the time that they take; an oracle in its own
    way, by enabled actions and deadlines."""

    model: Model
    numbers: Numbers
    restarts: Restarts
    now: Fraction = Fraction(0)
    flights: list[tuple[int, object, Fraction]] = field(default_factory=list)
    started: dict[tuple[int, str], Fraction] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        protocol = self.model.protocol
        self.durations = {e: d.name for d in protocol.durations.values() for e in d.events}
        self.system = Transitions(self.model)
        self.state = self.system.initial()
        self.initial = snapshot(self.system, self.state)
        self._keep_timers(None)

    def enabled(self) -> list[Enabled]:
        return [(self.system.action(n), n, s) for n, s in self.system.successors(self.state)[0]]

    def deadline(self) -> Fraction | None:
        """When something must have happened at the latest."""
        lives = self.numbers[self.durations[self.model.arrival_event]].most
        ends = [sent + lives for _, _, sent in self.flights if lives is not None]
        for (_, event), since in self.started.items():
            most = self.numbers[self.durations[event]].most
            ends += [] if most is None else [since + most]
        return min(ends, default=None)

    def earliest(self, action: Action) -> Fraction:
        since = self.started.get((action.end, action.event))
        if action.kind != "timer" or since is None:
            return self.now
        return max(self.now, since + self.numbers[self.durations[action.event]].least)

    def take(self, what: Enabled, now: Fraction, choose: random.Random) -> None:
        action, number, after = what
        limit = self.deadline()
        assert self.earliest(action) <= now
        assert limit is None or now <= limit
        self.now = now
        taken = step(self.system, self.state, number, after)
        if action.segment is not None:
            self._fly(action, choose)
        kept = taken.sent[: len(taken.sent) - taken.lost]
        self.flights += [(action.end, segment, now) for segment in kept]
        self.steps.append(taken)
        self.state = after
        self._keep_timers(action)

    def _fly(self, action: Action, choose: random.Random) -> None:
        sender = 1 - action.end if action.kind == "delivery" else action.end
        places = [i for i, flight in enumerate(self.flights) if flight[0] == sender]
        if self.model.scenario.network.order == "queue":
            place = places[action.position or 0]
        else:
            place = choose.choice([i for i in places if self.flights[i][1] == action.segment])
        if action.kind == "duplication":
            self.flights.insert(place + 1, self.flights[place])
        else:
            del self.flights[place]

    def _keep_timers(self, action: Action | None) -> None:
        running = {(a.end, a.event) for a, _, _ in self.enabled() if a.kind == "timer"}
        for timer in set(self.started) - running:
            del self.started[timer]
        for timer in sorted(t for t in running if t[1] in self.durations):
            again = (
                action is not None
                and action.end == timer[0]
                and ((action.kind, action.event) == ("timer", timer[1]) or self.restarts(action, timer[1]))
            )
            if again or timer not in self.started:
                self.started[timer] = self.now

    def trace(self) -> Trace:
        return Trace(self.initial, tuple(self.steps))


def wound_up(clockwork: Clockwork, seed: int, length: int) -> Clockwork:
    """The clockwork after some steps at random times; deadlines are reached more often than not."""
    choose = random.Random(seed)
    for _ in range(length):
        limit = clockwork.deadline()
        possible = [e for e in clockwork.enabled() if limit is None or clockwork.earliest(e[0]) <= limit]
        if not possible:
            break
        # Rare events first, or else losses were all there is.
        timers = [e for e in possible if e[0].kind in ("timer", "call")]
        what = choose.choice(timers if timers and choose.random() < 0.4 else possible)
        earliest = clockwork.earliest(what[0])
        latest = earliest + 4 if limit is None else limit
        now = choose.choice([earliest, latest, Fraction(choose.randint(int(earliest), int(latest)))])
        clockwork.take(what, now, choose)
    return clockwork


def never(action: Action, timer: str) -> bool:
    return False


def on_again(action: Action, timer: str) -> bool:
    return timer == "timeout end" and action.event == "timeout again"


def on_fin(action: Action, timer: str) -> bool:
    return timer == "timeout TIME-WAIT" and action.kind == "delivery" and "FIN" in str(action.segment)


MACHINES = [
    (toy(), "line", never, {"life": "6", "again": "2..4", "wait": "9"}),
    (toy(), "cloud", never, {"life": "9", "again": "2..4", "wait": "7"}),
    (toy("event is timeout again"), "cloud", on_again, {"life": "6", "again": "1..5", "wait": "3"}),
    (bundled("textbook"), "TIME-WAIT too short", on_fin, {"MSL": "6", "RTO": "2..5", "time-wait": "4"}),
]


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(3, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(("protocol", "scenario", "restarts", "given"), MACHINES)
def test_what_happened_in_time_can_happen(
    protocol: Protocol, scenario: str, restarts: Restarts, given: dict[str, str], seed: int
) -> None:
    numbers = numbers_of(protocol, given)
    model = Model(protocol, protocol.scenarios[scenario])
    clockwork = wound_up(Clockwork(model, numbers, restarts), seed, 14)
    found = answer(model, clockwork.trace(), numbers)
    assert found.run.schedule is not None
    assert found.ends.schedule is not None
    for timing in (found.run, found.ends):
        for name, bound in timing.bounds.items():
            assert bound is not None
            assert bound.shortest <= numbers[name].least
            assert bound.longest is None or numbers[name].least <= bound.longest


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("protocol", "scenario", "restarts", "given"), [MACHINES[0], MACHINES[3]])
def test_a_schedule_works_as_clockwork(
    protocol: Protocol, scenario: str, restarts: Restarts, given: dict[str, str], seed: int
) -> None:
    """The longest wait that is said to be possible is, step by step."""
    numbers = dict(numbers_of(protocol, given))
    model = Model(protocol, protocol.scenarios[scenario])
    trace = wound_up(Clockwork(model, numbers, restarts), seed, 14).trace()
    wait = list(protocol.durations)[-1]
    del numbers[wait]
    found = answer(model, trace, numbers)
    schedule = found.run.schedule
    assert schedule is not None
    length = schedule.fixed.get(wait, Fraction(1))
    clockwork = Clockwork(model, {**numbers, wait: Given(length, length)}, restarts)
    times = [schedule.times[n] for n, moment in enumerate(found.moments, 1) if moment.step]
    for expected, now in zip(trace.steps, times, strict=True):
        what = next(e for e in clockwork.enabled() if e[0] == expected.action)
        clockwork.take(what, now, random.Random(0))
    limit = clockwork.deadline()
    assert limit is None or schedule.times[-1] <= limit


# The other road


def graph_of(system: System) -> nx.DiGraph[int]:
    """An edge from y to x with the weight w for x - y =< w, the least one where there are several."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    for c in system.constraints:
        value = Fraction(0) if c.quantity is None else c.quantity.value(system.numbers)
        assert value is not None
        weight = c.sign * value
        if not graph.has_edge(c.second, c.first) or weight < graph[c.second][c.first]["weight"]:
            graph.add_edge(c.second, c.first, weight=weight)
    return graph


RUNS = [
    ("textbook", "TIME-WAIT too short", ACK_LOST, {"MSL": "30", "RTO": "1..60"}),
    ("textbook", "TIME-WAIT too short", ACK_LOST, {"MSL": "120", "RTO": "1..60"}),
    ("textbook", "TIME-WAIT too short", ACK_LATE, {"MSL": "120", "RTO": "1..60"}),
    ("textbook", "TIME-WAIT too short", ACK_LATE, {"MSL": "7.25", "RTO": "0.1.."}),
]


@pytest.mark.parametrize("order", ["run", "ends"])
@pytest.mark.parametrize(("name", "scenario", "actions", "given"), RUNS)
def test_a_limit_is_a_shortest_path(
    name: str, scenario: str, actions: tuple[str, ...], given: dict[str, str], order: Order
) -> None:
    protocol = bundled(name)
    model = Model(protocol, protocol.scenarios[scenario])
    trace, numbers = run_along(model, *actions), numbers_of(protocol, given)
    moments = moments_of(model, trace)
    (fate,) = fates(moments, "queue")
    every = System(constraints(Clocks(model), moments, fate, order, numbers), numbers)
    waits = [c for c in every.constraints if c.quantity is not None and c.quantity.side == "fixed"]
    rest = every.without(lambda c: c in waits)
    # The one wait of the run is from its start to when its timer fires.
    over = next(c for c in waits if c.sign < 0)
    limit = nx.bellman_ford_path_length(graph_of(rest), over.first, over.second)
    assert every.longest("time-wait") == limit
    for length, possible in ((limit, True), (limit + Fraction(1, 1000), False)):
        known = {**numbers, "time-wait": Given(length, length)}
        system = System(constraints(Clocks(model), moments, fate, order, known), known)
        assert system.is_possible() is possible
        assert nx.negative_edge_cycle(graph_of(system)) is not possible
        assert (system.schedule() is not None) is possible


def test_the_schedule_is_the_earliest_one() -> None:
    """Shortest paths to the start, in the graph turned round, are the earliest times."""
    protocol = bundled("textbook")
    model = Model(protocol, protocol.scenarios["TIME-WAIT too short"])
    numbers = numbers_of(protocol, {"MSL": "30", "RTO": "10..60", "time-wait": "90"})
    trace = run_along(model, *ACK_LOST)
    schedule = answer(model, trace, numbers).run.schedule
    assert schedule is not None
    moments = moments_of(model, trace)
    (fate,) = fates(moments, "queue")
    graph = graph_of(System(constraints(Clocks(model), moments, fate, "run", numbers), numbers))
    ahead = nx.single_source_bellman_ford_path_length(graph.reverse(), 0)
    assert list(schedule.times) == [-ahead[number] for number in range(len(schedule.times))]
