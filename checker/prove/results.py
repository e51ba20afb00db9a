"""Proving one scenario: its closure, its verdicts, and runs for what the views leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.document.protocol import Property, Protocol, Scenario
from checker.document.scenarios import WITHIN_BOUNDS
from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model
from checker.prove.closure import Closure, exact, merged
from checker.prove.decide import PROVABLE, Finding, Judge, Moment
from checker.prove.run import run_to
from checker.prove.search import CAPACITIES, FEW, is_met, require_met, without_bounds
from checker.verify.decide import decide
from checker.verify.replay import confirm
from checker.verify.results import Judged
from checker.verify.verdict import Outcome, Verdict, scope_of_run, scope_without_bounds

NewLimits = Callable[[], Limits]
"""Makes the limits of one exploration."""


@dataclass(frozen=True)
class Proof:
    """What was found out of a property on a network without bounds.

    ``closure`` is the one that the property was ``proved`` on; ``model`` has the channels of the
    run that breaks a ``violated`` one; ``blocking`` is the moment that keeps an ``unknown`` one
    from being proved.
    """

    verdict: Verdict
    closure: Closure | None = None
    model: Model | None = None
    blocking: Moment | None = None


@dataclass(frozen=True)
class ProofResult:
    """What was found out about a scenario, for the networks that ``scope`` names; ``closures`` are
    those that were needed and found."""

    scenario: Scenario
    scope: str
    closures: tuple[Closure, ...]
    proofs: tuple[Proof, ...]
    seconds: float


def prove_scenario(
    protocol: Protocol,
    scenario: Scenario,
    limits: NewLimits,
    properties: Sequence[str] | None = None,
) -> ProofResult:
    """Decides the ``invariant`` and ``step`` properties of a scenario (all, or those named) for
    channels that lose, reorder, duplicate and hold any number of segments.

    ``limits`` makes those of one closure or exploration. Raises ``SemanticError`` where a row or a
    claim has no meaning in a view.
    """
    whole = limits()
    prover = _Prover(Model(protocol, without_bounds(scenario)), limits)
    prover.look()
    chosen = [p for p in protocol.properties.values() if p.kind in PROVABLE]
    proofs = tuple(prover.prove(p) for p in chosen if properties is None or p.name in properties)
    scope = scope_without_bounds(prover.model)
    return ProofResult(scenario, scope, tuple(prover.closures()), proofs, whole.seconds())


def beside_expected(scenario: Scenario, proof: Proof) -> Judged:
    """The verdict of a proof beside what the scenario expects of a network without bounds."""
    verdict = proof.verdict
    expectations = {e.property: e for e in scenario.expect}
    expectation = expectations.get(verdict.property.name)
    expected = {"holds": "proved", WITHIN_BOUNDS: "violated"}
    outcome = expectation.outcome if expectation else ""
    fine = (expected.get(outcome, outcome),) if outcome else ("proved", "vacuous", "not applicable")
    complaint = "" if verdict.outcome in fine else f"expected: {outcome}" if outcome else "expected to hold"
    return Judged(verdict, expectation, complaint)


class _Prover:
    """Proves the properties of a model on the merged closure where that is enough, and decides
    them on the exact one where it is not. Nothing is made before it is needed."""

    def __init__(self, model: Model, limits: NewLimits) -> None:
        self.model = model
        self.limits = limits
        self.limit = ""
        self._closures: dict[str, Closure | None] = {}
        self._judges: dict[bool, Judge] = {}
        self._graphs: dict[int, StateGraph] = {}

    def prove(self, property: Property) -> Proof:
        missing = [name for name in property.assumptions if name not in self.model.scenario.assume]
        if missing:
            return self._say(property, "not applicable", f"the scenario does not assume {', '.join(missing)}")
        if (views := self.first) is None:
            return self._say(property, "unknown", self.limit)
        try:
            finding = self._finding(views, property)
        except SemanticError:  # claims need have no meaning either in what no run has together
            if views.is_exact or (exact_ones := self.exact) is None:
                raise
            views, finding = exact_ones, self._finding(exact_ones, property)
        if finding.broken is not None:
            return self._look_closer(property, finding.broken)
        if finding.met is None:
            return self._say(property, "vacuous", "its `when` is never true")
        return self._proved(property, views)

    def closures(self) -> Iterator[Closure]:
        """Those that were needed and found."""
        return (closure for closure in self._closures.values() if closure is not None)

    # The closures and explorations, each made once

    def look(self) -> None:
        """Makes the first closure, so that rows without a meaning are found whatever is asked.

        Merged views may join what no run has together, and rows need have no meaning there.
        """
        try:
            self._closure("merged", merged)
        except SemanticError:
            self._closures["merged"] = None
            if self.exact is None:
                raise

    @property
    def first(self) -> Closure | None:
        """The merged closure, or the exact one where rows have no meaning in the merged one."""
        return self._closure("merged", merged) or self._closures.get("exact")

    @property
    def exact(self) -> Closure | None:
        return self._closure("exact", exact)

    def _closure(self, name: str, close: Callable[[Model, Limits], Closure]) -> Closure | None:
        """``None`` if it is larger than the limits, which are then noted."""
        if name not in self._closures:
            try:
                self._closures[name] = close(self.model, self.limits())
            except LimitReached as limit:
                self._closures[name] = None
                self.limit = str(limit)
        return self._closures[name]

    def _finding(self, views: Closure, property: Property) -> Finding:
        if views.is_exact not in self._judges:
            self._judges[views.is_exact] = Judge(views)
        return self._judges[views.is_exact].finding(property)

    def _graph(self, capacity: int) -> StateGraph:
        """What can be reached soon with so much room."""
        if capacity not in self._graphs:
            scenario = without_bounds(self.model.scenario, capacity)
            few = replace(self.limits(), max_states=FEW)
            self._graphs[capacity] = reference.explore(Model(self.model.protocol, scenario), few)
        return self._graphs[capacity]

    # Verdicts

    def _say(self, property: Property, outcome: Outcome, reason: str = "", **more: Any) -> Proof:
        return Proof(Verdict(property, outcome, scope_without_bounds(self.model), reason=reason), **more)

    def _look_closer(self, property: Property, blocking: Moment) -> Proof:
        """Decides a property that the merged closure does not prove."""
        if (views := self.exact) is None:
            known = self._short_counterexample(property)
            return known or self._say(
                property, "unknown", f"a view blocks the proof; {self.limit}", blocking=blocking
            )
        finding = self._finding(views, property)
        if finding.broken is None:
            return self._proved(property, views)
        return self._short_counterexample(property) or self._violated(property, views, finding.broken)

    def _proved(self, property: Property, views: Closure) -> Proof:
        """``proved``, if a run meets the premise."""
        if is_met(self._graph(1), property):
            return self._say(property, "proved", closure=views)
        if self.exact is None:
            return self._say(property, "vacuous", f"no run is known that makes its `when` true; {self.limit}")
        moment = self._finding(self.exact, property).met
        if moment is None:
            return self._say(property, "vacuous", "its `when` is never true")
        model, trace = run_to(self.exact, moment)
        require_met(model, trace, property, moment.end)
        return self._say(property, "proved", closure=views)

    def _short_counterexample(self, property: Property) -> Proof | None:
        """A shortest run that breaks a property, if it is found soon."""
        for capacity in CAPACITIES:
            graph = self._graph(capacity)
            verdict = decide(graph, property)
            if verdict.outcome == "violated":
                model = graph.system.model
                return Proof(confirm(model, verdict), model=model)
        return None

    def _violated(self, property: Property, views: Closure, moment: Moment) -> Proof:
        """The run that an exact view stands for."""
        model, trace = run_to(views, moment)
        verdict = Verdict(property, "violated", scope_of_run(model), trace, end=moment.end)
        return Proof(confirm(model, verdict), model=model)
