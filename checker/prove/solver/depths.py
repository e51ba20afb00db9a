"""In how many steps ``reachable`` properties hold first: by the solver, and by exploration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.document.protocol import Property, Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.prove.solver.obligation import Result
from checker.prove.solver.terms import EncodeError
from checker.prove.solver.unroll import EFFORT, Soonest, Unrolling
from checker.verify.decide import decide
from checker.verify.replay import confirm
from checker.verify.verdict import scope_of_runs


@dataclass(frozen=True)
class Depths:
    """In how many steps a property holds first, by both."""

    claim: Property
    by_solver: Soonest
    by_exploration: Soonest

    @property
    def status(self) -> Literal["agree", "disagree", "unknown"]:
        """What they say of runs that both have looked at."""
        both = (self.by_solver, self.by_exploration)
        looked = min(found.looked for found in both)
        one, other = (
            found.depth if found.depth is not None and found.depth <= looked else None for found in both
        )
        if one != other:
            return "disagree"
        return "unknown" if one is None and any(found.reason for found in both) else "agree"


@dataclass(frozen=True)
class UnrollResult:
    """What came of the runs of a scenario, up to ``most`` steps; ``scope`` says of which runs.

    ``results`` are the solver's answers; ``reason`` says why it could be asked nothing.
    """

    scenario: Scenario
    most: int
    scope: str
    depths: tuple[Depths, ...]
    results: tuple[Result, ...]
    seconds: float
    reason: str = ""


def unroll_scenario(
    protocol: Protocol,
    scenario: Scenario,
    most: int,
    limits: Limits,
    properties: Sequence[str] = (),
    report: Callable[[int], None] = lambda depth: None,
    effort: int = EFFORT,
) -> UnrollResult:
    """Compares both for the ``reachable`` properties of a scenario (all, or those named), on its own
    network. ``limits`` are those of the exploration, ``effort`` is that for each question.

    Raises ``SemanticError`` where a row or a claim has no meaning in a state.
    """
    model = Model(protocol, scenario)
    graph = Engine().explore(model, limits)
    chosen = list(_chosen(protocol, scenario, properties))
    explored = [_explored(graph, property, most) for property in chosen]
    scope = scope_of_runs(model, most)
    try:
        unrolling = Unrolling(protocol, scenario, effort)
        found = unrolling.soonest(chosen, most, report)
    except EncodeError as error:
        return UnrollResult(scenario, most, scope, (), (), limits.seconds(), str(error))
    depths = (Depths(p, found[p.name], other) for p, other in zip(chosen, explored, strict=True))
    return UnrollResult(scenario, most, scope, tuple(depths), tuple(unrolling.results), limits.seconds())


def _chosen(protocol: Protocol, scenario: Scenario, names: Sequence[str]) -> Iterator[Property]:
    """The properties that can be asked about in the scenario."""
    for property in protocol.properties.values():
        applies = set(property.assumptions) <= set(scenario.assume)
        if property.kind == "reachable" and applies and (not names or property.name in names):
            yield property


def _explored(graph: StateGraph, property: Property, most: int) -> Soonest:
    """What exploration says: its shortest run to such a state, which is replayed."""
    verdict = confirm(graph.system.model, decide(graph, property))
    if verdict.outcome == "holds" and verdict.trace is not None:
        steps = len(verdict.trace.steps)
        return Soonest(steps if steps <= most else None, most)
    if graph.complete:
        return Soonest(None, most)
    looked = len(graph.levels) - 2  # there may be more states on the last level
    return Soonest(None, most) if looked >= most else Soonest(None, looked, graph.limit)
