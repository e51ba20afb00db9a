"""Initial numbers with which a run goes otherwise: those known by hand, and no others."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import pytest

from checker.document.kinds import MODULUS
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.explore.system import System
from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Action, Model
from checker.prove.closure import merged
from checker.prove.moves import members
from checker.prove.search import without_bounds
from checker.prove.solver.hazards import Study
from checker.prove.solver.outcomes import Hazard
from checker.prove.solver.results import HazardResult, ask_of_scenario
from checker.prove.solver.shift import literal_expressions
from checker.prove.steps import Steps
from checker.verify.replay import replay
from checker.verify.trace import move_of
from tests.toys import tcp, toy

LIMITS = partial(Limits, 100_000, 60)


@cache
def literal() -> frozenset[str]:
    return literal_expressions(tcp())


@cache
def found(name: str) -> HazardResult:
    result = ask_of_scenario(tcp(), tcp().scenarios[name], LIMITS, literal())
    assert result.reason == ""
    return result


def of(name: str, end: int, state: str, row: str) -> Hazard:
    hazards = [
        h for h in found(name).hazards if (h.group.end, h.group.state, h.group.rows) == (end, state, (row,))
    ]
    assert len(hazards) == 1
    return hazards[0]


def outcomes(hazard: Hazard) -> dict[tuple[str, ...], tuple[tuple[int, int], ...]]:
    return {outcome.rows: outcome.intervals for outcome in hazard.outcomes}


# The literal 0 of a reset


def test_a_reset_from_zero_hits_a_connection_whose_peer_began_at_the_last_number() -> None:
    """RFC 9293's scenario `reset from zero` is this one, known by hand; here it is found."""
    for end, name in enumerate(("ISN of B", "ISN of A")):
        hazard = of("reset from elsewhere", end, "ESTABLISHED", "first.old-rst")
        assert [unknown.name for unknown in hazard.group.free] == [name]
        assert outcomes(hazard)[("second.reset",)] == ((MODULUS - 1, MODULUS - 1),)
        assert not hazard.struck
        assert hazard.run is not None
        assert hazard.run.trace.steps[-1].rules == ("second.reset",)
        assert hazard.run.trace.last.ends[end].state == "CLOSED"


def test_the_window_is_four_numbers_wide() -> None:
    """SEQ = 0 lies in RCV.NXT to RCV.NXT + 3 if the peer began at 2^32 - 4 or later."""
    hazard = of("reset from elsewhere", 0, "SYN-RECEIVED", "first.old-rst")
    assert outcomes(hazard) == {
        ("second.challenge",): ((MODULUS - 4, MODULUS - 2),),
        ("second.refused",): ((MODULUS - 1, MODULUS - 1),),
    }
    assert hazard.solutions.complete
    assert hazard.exact is not None
    assert hazard.exact.status == "proved"


def test_with_numbers_of_their_own_the_hazard_has_struck() -> None:
    hazards = found("reset from zero").hazards
    assert [h.struck for h in hazards if h.group.unknowns[0].name == "ISN of A"] == [True, True]
    assert [h.struck for h in hazards if h.group.unknowns[0].name == "ISN of B"] == [False, False]


def test_one_incarnation_without_a_reset_from_zero_does_not_care() -> None:
    """B listens from the start and never closes: nobody answers from CLOSED."""
    assert found("open").hazards == ()


# Two incarnations


@pytest.mark.slow
def test_an_old_segment_is_accepted_by_the_next_incarnation() -> None:
    """The SYN of the second is in the window of the first if it is less than 4 + 1 ahead."""
    hazard = of("SYN in the window", 1, "SYN-RECEIVED", "first.old")
    assert [unknown.name for unknown in hazard.group.pinned] == ["ISN 1 of A"]
    rows = outcomes(hazard)[("fourth.listen",)]
    assert (1, 4) in rows
    assert hazard.struck  # 100, then 102
    assert hazard.run is not None
    assert hazard.run.trace.steps[-1].rules == ("fourth.listen",)


@pytest.mark.parametrize("name", ["reset from elsewhere", "SYN in the window"])
def test_every_hazard_has_a_run_that_replays(name: str) -> None:
    for hazard in found(name).hazards:
        assert hazard.run is not None
        assert replay(hazard.run.model, hazard.run.trace) is None
        last = hazard.run.trace.steps[-1]
        assert last.action.end == hazard.group.end
        assert last.rules in [outcome.rows for outcome in hazard.outcomes]
        assert last.rules != hazard.group.rows


# Nothing else depends on numbers


Locals = tuple[Local, Local]
InFlight = tuple[frozenset[Segment], frozenset[Segment]]
Happening = tuple[int, Local, Action, tuple[int, ...]]


class Views:
    """What may be in flight between each pair of local states, and which rows fire in each step, by
    value."""

    def __init__(self, protocol: Protocol, scenario: Scenario) -> None:
        model = Model(protocol, without_bounds(scenario))
        closure = merged(model, LIMITS())
        self.in_flight: dict[Locals, InFlight] = {}
        for view in closure:
            a, b = (model.tables[end].locals[view.pair[end]] for end in (0, 1))
            ab, ba = (frozenset(model.segments[n] for n in members(sets)) for sets in view.sets)
            self.in_flight[a, b] = ab, ba
        self.steps: set[Happening] = set()
        for end in (0, 1):
            for step in Steps(closure, end):
                move = move_of(System(model), step.local, step.action)
                assert move is not None
                self.steps.add((end, model.tables[end].locals[step.local], step.action, move.fired))

    def moved(self, study: Study, numbers: dict[str, int]) -> tuple[dict[Locals, InFlight], set[Happening]]:
        """The same with other numbers."""
        local, segment = study.numbers.local_at, study.numbers.segment_at
        in_flight = {
            (local(a, 0, numbers), local(b, 1, numbers)): (
                frozenset(segment(s, 0, numbers) for s in ab),
                frozenset(segment(s, 1, numbers) for s in ba),
            )
            for (a, b), (ab, ba) in self.in_flight.items()
        }
        steps = set()
        for end, at, action, fired in self.steps:
            if action.segment is not None:
                action = replace(action, segment=segment(action.segment, 1 - end, numbers))
            steps.add((end, local(at, end, numbers), action, fired))
        return in_flight, steps


@cache
def study_of(name: str) -> Study:
    return Study(tcp(), tcp().scenarios[name], LIMITS(), literal())


@cache
def views_at_bases(name: str) -> Views:
    return Views(tcp(), study_of(name).numbers.at_bases())


CASES = [
    ("reset from elsewhere", {"ISN of A": MODULUS + more}, more in range(-4, 0))
    for more in (-900, -5, -4, -2, -1, 0, 1, 5)
] + [
    ("SYN in the window", {"ISN 1 of A": 100, "ISN 2 of A": 100 + more}, more < 5)
    for more in (-900, -5, -4, -1, 0, 1, 2, 4, 5, 6, 900)
]


@pytest.mark.parametrize(("name", "numbers", "hazardous"), CASES)
def test_views_are_the_same_but_for_hazards(name: str, numbers: dict[str, int], hazardous: bool) -> None:
    """By closing the views anew with each pair of numbers, which the solver has no part in.

    A second incarnation that begins behind the first is a hazard too: its peer takes what it
    acknowledges for what was not sent yet.
    """
    numbers = {unknown: number % MODULUS for unknown, number in numbers.items()}
    study = study_of(name)
    struck = [
        hazard.group
        for hazard in found(name).hazards
        if {u.name for u in hazard.group.unknowns} <= numbers.keys() and hazard.group.holds_for(numbers)
    ]
    assert bool(struck) == hazardous
    bases = views_at_bases(name).moved(study, numbers)
    there = Views(tcp(), study.numbers.with_values(numbers))
    assert ((there.in_flight, there.steps) == bases) == (not struck)


def test_documents_whose_numbers_do_not_come_from_supplies_are_not_looked_at() -> None:
    result = ask_of_scenario(toy("holes"), toy("holes").scenarios["any"], LIMITS)
    assert result.hazards == ()
    assert result.reason == "`last` is set by the scenario, and is no supply"


@pytest.mark.slow
def test_what_is_not_looked_at_is_said() -> None:
    assert study_of("no needless repetition").remarks == (
        "the assumption RTO>RTT compares segments as a whole",
    )
    assert study_of("open and close").remarks == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no needless repetition"])
def test_every_hazard_of_a_long_scenario_has_a_run(name: str) -> None:
    """Some of them long, such as those with retransmissions that wait for the one before."""
    assert all(hazard.run is not None for hazard in found(name).hazards)
    assert all(hazard.exact and hazard.exact.status == "proved" for hazard in found(name).hazards)
