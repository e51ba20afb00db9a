"""What a row is for: what goes wrong without it.

The row is left out, or made to do nothing (see ``checker.document.omission``), and a scenario asked
again.
That a scenario blames something on the row is no news, and does not count.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from checker.document.omission import trial_of, tried, without
from checker.document.protocol import Property, Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.endpoint import UnhandledError
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from checker.verify.lint import Closure, close
from checker.verify.results import Judged, asked, judge, times_fired


@dataclass(frozen=True)
class Missed:
    """What one scenario misses without a row.

    ``judged`` are the verdicts that are then not as expected, of ``model``; ``error`` is what has no
    meaning any more; ``holes``, if they were looked for, say what is not answered where the row is
    just left out. ``limit`` is why not all of it could be decided, empty if it could.
    """

    scenario: Scenario
    model: Model | None = None
    judged: tuple[Judged, ...] = ()
    holes: tuple[str, ...] = ()
    error: str = ""
    limit: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.judged or self.holes or self.error)

    @property
    def fails(self) -> bool:
        """Whether a property fails that does not fail with the row."""
        return any(map(newly_fails, self.judged))


def newly_fails(judged: Judged) -> bool:
    """Whether a property fails, and not just in another way than the scenario expects."""
    return judged.verdict.outcome == "violated" and judged.expected != "violated"


def missed(protocol: Protocol, row: str, scenario: Scenario, limits: Limits, engine: Engine) -> Missed:
    """What ``scenario`` misses if ``protocol`` lacks the rule ``row``."""
    blameless = blaming_nothing_on([row], scenario)
    try:
        graph = engine.explore(Model(tried(protocol, row), blameless), limits)
        if _nothing_changes(protocol, row, graph):
            return Missed(scenario)
        wrong = tuple(not_as_expected(graph, asked(protocol, blameless)))
    except SemanticError as error:
        return Missed(scenario, error=without_meaning(error, scenario))
    return Missed(scenario, graph.system.model, wrong, limit=graph.limit)


def not_as_expected(graph: StateGraph, properties: Iterable[Property]) -> Iterator[Judged]:
    """The verdicts on ``properties`` that are not what the scenario expects; those that a limit
    left open are none."""
    for property in properties:
        judged = judge(graph, property)
        if not judged.as_expected and judged.verdict.outcome != "unknown":
            yield judged


def without_meaning(error: SemanticError, scenario: Scenario) -> str:
    """What has no meaning in a scenario, and in which row, if it is not the scenario's own."""
    where = "" if error.row == scenario.name else error.row
    return f"{where}: {error.what}".removeprefix(": ")


def _nothing_changes(protocol: Protocol, row: str, graph: StateGraph) -> bool:
    """Whether ``graph``, in which something is tried in place of a row, is surely the same as with
    the row: it fires nowhere, or did nothing anyway and no other row behind it could go on.

    What rows say of calls and timers is also asked where they do not fire.
    """
    rule = next(rule for rule in protocol.rules if rule.id == row)
    if trial_of(protocol, rule) != "idle":
        return False
    if graph.complete and not graph.truncated.any() and times_fired(graph)[row] == 0:
        return True
    behind = protocol.rules[protocol.rules.index(rule) + 1 :]
    other = any(
        r.step != rule.step and {*r.states} & {*rule.states} and {*r.events} & {*rule.events} for r in behind
    )
    return not (rule.acts or rule.sends or rule.next) and (not rule.then or not other)


def holes(protocol: Protocol, row: str, scenario: Scenario) -> tuple[str, ...]:
    """What is neither taken nor refused, or not handled, where the rule ``row`` is left out, whatever
    the network does; for each state once."""
    found = _holes(close(without(protocol, row), scenario))
    return tuple(sorted(found and found - _holes(close(protocol, scenario))))


def _holes(closure: Closure) -> set[str]:
    unanswered = {f"nobody takes or refuses {call} in {state}" for state, call in closure.unanswered}
    return unanswered | {e.what for e in closure.broken.values() if isinstance(e, UnhandledError)}


def blaming_nothing_on(rows: Container[str], scenario: Scenario) -> Scenario:
    """``scenario``, whatever it blames on ``rows``: their part in it is no news."""
    expect = [replace(e, blame="" if e.blame in rows else e.blame) for e in scenario.expect]
    return replace(scenario, expect=tuple(expect))


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
