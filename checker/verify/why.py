"""What a row is for: what goes wrong without it.

The row is left out, and every scenario asked again. That a scenario blames something on the
row is no news, and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checker.document.protocol import Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from checker.verify.lint import close
from checker.verify.results import Judged, check_scenario


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
    asked = _blaming_nothing_on(row, scenario)
    unanswered = _unanswered(left, asked) - _unanswered(protocol, scenario)
    if unanswered:  # What happens then is not said, so nothing is explored.
        return Missed(scenario, unanswered=tuple(sorted(unanswered)))
    try:
        result = check_scenario(left, asked, limits, None, engine)
    except SemanticError as error:
        return Missed(scenario, error=f"{error.row or ''}: {error.what}".removeprefix(": "))
    wrong = [judged for judged in result.judged if not judged.as_expected]
    decided = tuple(judged for judged in wrong if judged.verdict.outcome != "unknown")
    return Missed(scenario, result.model, decided, limit=result.limit)


def _blaming_nothing_on(row: str, scenario: Scenario) -> Scenario:
    expect = [replace(e, blame="" if e.blame == row else e.blame) for e in scenario.expect]
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
