"""What a row is for: what goes wrong without it.

The row is left out, and every scenario asked again. That a scenario blames something on the
row is no news, and does not count.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from checker.document.protocol import Property, Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from checker.verify.lint import close
from checker.verify.results import Judged, asked, judge


@dataclass(frozen=True)
class Missed:
    """What one scenario misses without a row.

    ``judged`` are the verdicts that are then not as expected, of ``model``; ``unanswered`` the
    (state, call) that no row takes or refuses; ``error`` is what has no meaning any more.
    ``limit`` is why not all of it could be decided, empty if it could.
    """

    scenario: Scenario
    model: Model | None = None
    judged: tuple[Judged, ...] = ()
    unanswered: tuple[tuple[str, str], ...] = ()
    error: str = ""
    limit: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.judged or self.unanswered or self.error)


def without(protocol: Protocol, row: str) -> Protocol:
    """``protocol`` without the rule ``row``."""
    return replace(protocol, rules=tuple(rule for rule in protocol.rules if rule.id != row))


def missed(protocol: Protocol, row: str, scenario: Scenario, limits: Limits, engine: Engine) -> Missed:
    """What ``scenario`` misses if ``protocol`` lacks the rule ``row``."""
    left = without(protocol, row)
    blameless = blaming_nothing_on([row], scenario)
    unanswered = _unanswered(left, blameless) - _unanswered(protocol, scenario)
    if unanswered:  # What happens then is not said, so nothing is explored.
        return Missed(scenario, unanswered=tuple(sorted(unanswered)))
    try:
        graph = engine.explore(Model(left, blameless), limits)
        wrong = tuple(not_as_expected(graph, asked(left, blameless)))
    except SemanticError as error:
        return Missed(scenario, error=what_has_no_meaning(error))
    return Missed(scenario, graph.system.model, wrong, limit=graph.limit)


def not_as_expected(graph: StateGraph, properties: Iterable[Property]) -> Iterator[Judged]:
    """The verdicts on ``properties`` that are not what the scenario expects; those that a limit
    left open are none."""
    for property in properties:
        judged = judge(graph, property)
        if not judged.as_expected and judged.verdict.outcome != "unknown":
            yield judged


def what_has_no_meaning(error: SemanticError) -> str:
    return f"{error.row or ''}: {error.what}".removeprefix(": ")


def blaming_nothing_on(rows: Container[str], scenario: Scenario) -> Scenario:
    """``scenario``, whatever it blames on ``rows``: their part in it is no news."""
    expect = [replace(e, blame="" if e.blame in rows else e.blame) for e in scenario.expect]
    return replace(scenario, expect=tuple(expect))


def _unanswered(protocol: Protocol, scenario: Scenario) -> set[tuple[str, str]]:
    return close(protocol, scenario).unanswered


def shortest(found: Sequence[Missed]) -> dict[str, tuple[Missed, Judged]]:
    """For each property that fails somewhere, by name, the shortest run of it, and where."""
    best: dict[str, tuple[Missed, Judged]] = {}
    for each in found:
        for judged in each.judged:
            name = judged.verdict.property.name
            if name not in best or _length(judged) < _length(best[name][1]):
                best[name] = (each, judged)
    return best


def _length(judged: Judged) -> float:
    """Steps of the run; what has none, such as a goal that nothing reaches any more, comes last."""
    trace = judged.verdict.trace
    return float("inf") if trace is None else len(trace.steps)
