"""Two roads to what can happen: closures, and exploration with little room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Model
from checker.prove.closure import Closure, exact, merged
from checker.prove.decide import PROVABLE, Moment
from checker.prove.moves import Sets, bit_set, members
from checker.prove.results import ProofResult, prove_scenario
from checker.prove.run import run_to
from checker.prove.search import without_bounds
from checker.verify.decide import decide
from checker.verify.replay import replay, still_shows
from tests.toys import ROOT, tcp

TEXTBOOK = load(ROOT / "spec" / "textbook.md")
TCP = ROOT / "spec" / "rfc9293.md"
MOST_STATES = 8_000
FEW = 400

SMALL = ["open", "refused", "crash"]
"""Scenarios of rfc9293 that take no time."""

LARGER = ["reset from zero", "last ACK lost", "TIME-WAIT assassinated"]
"""Scenarios in which a run is looked for to each of up to a few hundred views."""

CHANGES = sorted((ROOT / "spec" / "changes").glob("*.md"))
CASES = [(TEXTBOOK, name) for name in TEXTBOOK.scenarios] + [(tcp(), name) for name in SMALL]
MORE = [
    "simultaneous close",
    "reset from zero",
    "abort, keep-alive",
    "user timeout",
    "crash, listening again",
    "TIME-WAIT assassinated",
    "SYN in the window",
    "two incarnations, reused ISNs",
    "listener back, reused ISNs",
    "crash, reused ISNs, quiet time",
]
"""Scenarios that differ in their calls, faults, switches, supplies and assumptions."""


def case_id(value: object) -> str:
    return value.name if isinstance(value, Protocol) else str(value)


class Covers:
    """Looks up whether some view of a closure stands for a global state."""

    def __init__(self, closure: Closure) -> None:
        self.views = closure.views
        self.segments = closure.model.segments
        self.numbers = [
            {local: number for number, local in enumerate(tables.locals.values)}
            for tables in closure.model.tables
        ]

    def __call__(self, ends: Sequence[Local], in_flight: Sequence[Sequence[Segment]]) -> bool:
        pair = tuple(numbers.get(local, -1) for numbers, local in zip(self.numbers, ends, strict=True))
        ab, ba = (bit_set(tuple(map(self.segments.number, segments))) for segments in in_flight)
        return any(sets.covers(Sets(ab, ba)) for sets in self.views.get((pair[0], pair[1]), []))


def closures_of(protocol: Protocol, scenario: Scenario) -> list[Closure]:
    model = Model(protocol, without_bounds(scenario))
    return [merged(model, Limits()), exact(model, Limits())]


def explored(protocol: Protocol, scenario: Scenario, capacity: int, most: int) -> StateGraph:
    return Engine().explore(Model(protocol, without_bounds(scenario, capacity)), Limits(max_states=most))


def is_covered(graph: StateGraph, closures: Sequence[Closure]) -> None:
    """No state of an exploration is outside of the views of any of some closures."""
    assert closures
    covers = [Covers(closure) for closure in closures]
    tables, segments, contents = graph.system.model.tables, graph.system.model.segments, graph.system.contents
    states = {graph.state(number)[:4] for number in range(len(graph))}
    assert len(states) > 1
    for a, b, ab, ba in states:
        ends = tables[0].locals[a], tables[1].locals[b]
        in_flight = [[segments[n] for n in contents[content]] for content in (ab, ba)]
        assert all(covered(ends, in_flight) for covered in covers)


@pytest.mark.parametrize("capacity", [1, 2])
@pytest.mark.parametrize(("protocol", "name"), CASES, ids=case_id)
def test_no_exploration_gets_out_of_the_views(protocol: Protocol, name: str, capacity: int) -> None:
    scenario = protocol.scenarios[name]
    is_covered(explored(protocol, scenario, capacity, MOST_STATES), closures_of(protocol, scenario))


@pytest.mark.slow
@pytest.mark.parametrize("document", [TCP, *CHANGES], ids=lambda path: path.stem)
def test_no_exploration_of_any_document_gets_out(document: Path) -> None:
    """Of all scenarios, with what is found soon; of some of them ``agrees`` takes more."""
    protocol = load(document)
    for scenario in protocol.scenarios.values():
        views = merged(Model(protocol, without_bounds(scenario)), Limits())
        for capacity in (1, 2, 3):
            is_covered(explored(protocol, scenario, capacity, FEW), [views])


@pytest.mark.parametrize(("protocol", "name"), CASES, ids=case_id)
def test_a_run_comes_to_every_exact_view(protocol: Protocol, name: str) -> None:
    runs_come_to_every_view(protocol, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGER)
def test_a_run_comes_to_every_exact_view_of_larger_ones(name: str) -> None:
    runs_come_to_every_view(tcp(), name)


def runs_come_to_every_view(protocol: Protocol, name: str) -> None:
    closure = exact(Model(protocol, without_bounds(protocol.scenarios[name])), Limits())
    segments = closure.model.segments
    a, b = closure.model.tables
    for view in closure:
        from_a, from_b = (tuple(segments[n] for n in members(s)) for s in view.sets)
        ends = a.locals[view.pair[0]], b.locals[view.pair[1]]
        model, trace = run_to(closure, Moment(0, ends, view, (from_a, from_b)))
        assert replay(model, trace) is None
        assert trace.last.ends == ends
        assert [set(flight) for flight in trace.last.in_flight] == [set(from_a), set(from_b)]
        assert [len(flight) for flight in trace.last.in_flight] == [len(from_a), len(from_b)]


def agrees(protocol: Protocol, scenario: Scenario, most: int) -> ProofResult:
    """No exploration gets out of the views. What is proved is violated in none; what is violated has
    a run that shows it, and is violated in an exploration with as much room, unless that is too
    large."""
    result = prove_scenario(protocol, scenario, Limits)
    graphs = [explored(protocol, scenario, room, most) for room in (1, 2, 3)]
    for graph in graphs:
        is_covered(graph, result.closures)
    assert {p.verdict.property.kind for p in result.proofs} == set(PROVABLE) & {
        p.kind for p in protocol.properties.values()
    }
    for proof in result.proofs:
        property = proof.verdict.property
        found = [decide(graph, property).outcome for graph in graphs]
        if proof.verdict.outcome == "vacuous":
            assert set(found) <= {"vacuous", "unknown"}
        if proof.verdict.outcome != "violated":
            assert "violated" not in found
            continue
        assert proof.model is not None
        assert proof.verdict.trace is not None
        assert still_shows(proof.model, proof.verdict.trace, property, proof.verdict.end or 0)
        room = proof.model.scenario.capacity
        if room <= len(graphs) and graphs[room - 1].complete:
            assert found[room - 1] == "violated"
    return result


@pytest.mark.parametrize(("protocol", "name"), CASES, ids=case_id)
def test_proofs_and_explorations_agree(protocol: Protocol, name: str) -> None:
    agrees(protocol, protocol.scenarios[name], 20_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", MORE)
def test_more_proofs_and_explorations_agree(name: str) -> None:
    agrees(tcp(), tcp().scenarios[name], MOST_STATES)


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_what_a_change_breaks_is_not_proved(path: Path) -> None:
    protocol = load(path)
    for scenario in protocol.scenarios.values():
        broken = {
            e.property
            for e in scenario.expect
            if e.outcome == "violated" and protocol.properties[e.property].kind in PROVABLE
        }
        if not broken:
            continue
        proofs = prove_scenario(protocol, scenario, Limits, sorted(broken)).proofs
        assert {proof.verdict.property.name for proof in proofs} == broken
        for proof in proofs:
            assert proof.verdict.outcome == "violated"
            assert proof.model is not None
            assert proof.verdict.trace is not None
            assert proof.verdict.end is not None
            assert still_shows(proof.model, proof.verdict.trace, proof.verdict.property, proof.verdict.end)
