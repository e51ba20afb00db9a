"""Checking one scenario: its graph, its verdicts, and whether they are as expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.document.protocol import Expectation, Property, Protocol, Scenario
from checker.document.scenarios import WITHIN_BOUNDS
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.verify.blame import can_do_without, fires_before_the_start
from checker.verify.decide import decide
from checker.verify.replay import confirm
from checker.verify.trace import move_of
from checker.verify.verdict import Verdict

EXPECTED_UNLESS_SAID = ("holds", "vacuous", "not applicable")
"""The outcomes that are as expected where the scenario says nothing of a property."""


@dataclass(frozen=True)
class Judged:
    """A verdict beside what the scenario expects; ``complaint`` says how they differ."""

    verdict: Verdict
    expectation: Expectation | None
    complaint: str

    @property
    def expected(self) -> str:
        return self.expectation.outcome if self.expectation else "holds"

    @property
    def as_expected(self) -> bool:
        return not self.complaint


@dataclass(frozen=True)
class ScenarioResult:
    """What was found out about a scenario. ``rules`` are the times each row fired, over all
    transitions (a refusing row counts once for each state in which it refuses). ``kept``: it was
    found out at another time."""

    scenario: Scenario
    model: Model
    engine: str
    states: int
    transitions: int
    depth: int
    seconds: float
    complete: bool
    limit: str
    rules: Mapping[str, int]
    judged: tuple[Judged, ...]
    kept: bool = False

    def outcome(self, property: str) -> str:
        """The outcome for a property, empty if it was not decided here."""
        return next((j.verdict.outcome for j in self.judged if j.verdict.property.name == property), "")


def check_scenario(
    protocol: Protocol,
    scenario: Scenario,
    limits: Limits,
    properties: Sequence[str] | None = None,
    engine: Engine | None = None,
    known: Mapping[str, Judged] | None = None,
) -> ScenarioResult:
    """Explores a scenario and decides its properties (all, or those named), but for those of which
    it is ``known`` what they come to if all is explored.

    Raises ``SemanticError`` where a row or a claim has no meaning in a state.
    """
    graph = (engine or Engine()).explore(Model(protocol, scenario), limits)
    return check_graph(graph, limits, properties, known)


def check_graph(
    graph: StateGraph,
    limits: Limits,
    properties: Sequence[str] | None = None,
    known: Mapping[str, Judged] | None = None,
) -> ScenarioResult:
    """Decides the properties of a scenario (all, or those named) that has been explored; those
    ``known`` need not be decided on a complete graph.

    Raises ``SemanticError`` where a claim has no meaning in a state.
    """
    model = graph.system.model
    known = (known or {}) if graph.complete else {}
    judged = tuple(
        known.get(property.name) or judge(graph, property)
        for property in asked(model.protocol, model.scenario, properties)
    )
    return ScenarioResult(
        scenario=model.scenario,
        model=model,
        engine=graph.engine,
        states=len(graph),
        transitions=graph.transitions,
        depth=graph.depth,
        seconds=limits.seconds(),
        complete=graph.complete,
        limit=graph.limit,
        rules=times_fired(graph),
        judged=judged,
    )


def asked(protocol: Protocol, scenario: Scenario, names: Sequence[str] | None = None) -> list[Property]:
    """The properties that are decided in a scenario: those of ``names``, or else all but the
    ``reachable`` ones of which it expects nothing."""
    expected = {expectation.property for expectation in scenario.expect}
    return [
        property
        for property in protocol.properties.values()
        if (
            property.name in names
            if names is not None
            else property.kind != "reachable" or property.name in expected
        )
    ]


def judge(graph: StateGraph, property: Property) -> Judged:
    """The verdict on a property in an explored scenario, replayed, beside what is expected."""
    model = graph.system.model
    expected = {expectation.property: expectation for expectation in model.scenario.expect}
    verdict = confirm(model, decide(graph, property))
    expectation = expected.get(property.name)
    return Judged(verdict, expectation, _complaint(graph, verdict, expectation))


def _complaint(graph: StateGraph, verdict: Verdict, expectation: Expectation | None) -> str:
    if expectation is None:
        # That a scenario gets somewhere is asked of it only where it says so.
        if verdict.property.kind == "reachable":
            return "expected to be decided" if verdict.outcome == "unknown" else ""
        return "" if verdict.outcome in EXPECTED_UNLESS_SAID else "expected to hold"
    within = expectation.outcome == WITHIN_BOUNDS
    if verdict.outcome not in (("holds", "vacuous") if within else (expectation.outcome,)):
        return f"expected: {expectation.outcome}"
    if expectation.blame and verdict.trace is None:
        return f"expected by {expectation.blame}, but it is broken before the start"
    if expectation.blame and fires_before_the_start(graph, expectation.blame):
        return f"expected by {expectation.blame}, but that fires before the start, so it explains nothing"
    if expectation.blame and can_do_without(graph, verdict.property, expectation.blame):
        return f"expected by {expectation.blame}, but some counterexample does not fire it"
    return ""


def untouched(protocol: Protocol, results: Sequence[ScenarioResult]) -> list[Property]:
    """The properties of the document itself of which ``results`` say nothing at all: vacuous or
    not applicable everywhere, or a ``reachable`` one that no scenario names."""
    spoken = {
        judged.verdict.property.name
        for result in results
        for judged in result.judged
        if judged.verdict.outcome not in ("vacuous", "not applicable")
    }
    own = (p for p in protocol.properties.values() if p.position.file == protocol.file)
    return [property for property in own if property.name not in spoken]


def never_fired(protocol: Protocol, results: Sequence[ScenarioResult]) -> list[str]:
    """The rules that fired in none of ``results``; those of a document that ``protocol``
    extends are that document's concern."""
    fired = {rule for result in results for rule, times in result.rules.items() if times}
    own = (rule for rule in protocol.rules if rule.position.file == protocol.file)
    return [rule.id for rule in own if rule.id not in fired]


def times_fired(graph: StateGraph) -> dict[str, int]:
    """How often each rule of the document fired, over all transitions of ``graph``."""
    system = graph.system
    rules = system.model.protocol.rules
    counts = [0] * len(rules)
    for index in system.model.start().fired:
        counts[index] += 1
    for end in (0, 1):
        for local, action, times in graph.found.steps(end):
            move = move_of(system, local, action)
            for index in move.fired if move is not None else ():
                counts[index] += times
        for local, times in graph.found.expansions(end):
            for refusal in system.model.tables[end].refusals(local):
                for index in refusal.fired:
                    counts[index] += times
    return {rule.id: counts[index] for index, rule in enumerate(rules)}
