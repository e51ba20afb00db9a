"""Results of a scenario as they are kept for another time: without the document, so that what is
told of them later is in the words that the document has then.

Only what was explored to the end is kept: nothing that depends on a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.document.meaning import Meaning
from checker.document.protocol import Property, Scenario
from checker.model.tables import Model
from checker.verify.replay import replay
from checker.verify.results import Judged, ScenarioResult, asked
from checker.verify.trace import Trace
from checker.verify.verdict import Outcome, Verdict


@dataclass(frozen=True)
class KeptVerdict:
    """A verdict, and how it differs from what was expected. See ``Verdict`` and ``Judged``."""

    outcome: Outcome
    scope: str
    trace: Trace | None
    reason: str
    end: int | None
    complaint: str


@dataclass(frozen=True)
class KeptScenario:
    """What was found out about a scenario; the ``verdicts`` by ``Meaning.ask``. See
    ``ScenarioResult``."""

    engine: str
    states: int
    transitions: int
    depth: int
    rules: Mapping[str, int]
    verdicts: Mapping[str, KeptVerdict]


def keep(meaning: Meaning, result: ScenarioResult, known: KeptScenario | None = None) -> KeptScenario | None:
    """``result`` and the verdicts that are ``known`` besides; ``None`` if it may not be kept."""
    if not result.complete:
        return None
    found = {} if known is None else dict(known.verdicts)
    for judged in result.judged:
        found[meaning.ask(result.scenario, judged.verdict.property)] = keep_verdict(judged)
    return KeptScenario(
        result.engine, result.states, result.transitions, result.depth, dict(result.rules), found
    )


def keep_verdict(judged: Judged) -> KeptVerdict:
    v = judged.verdict
    return KeptVerdict(v.outcome, v.scope, v.trace, v.reason, v.end, judged.complaint)


def known_verdicts(
    meaning: Meaning, model: Model, kept: KeptScenario, names: Sequence[str] | None = None
) -> dict[str, Judged]:
    """The verdicts on the scenario of ``model`` that are kept of those that are wanted (``asked``),
    by property. Each run is taken again: a verdict whose run is none of the document's is not
    known."""
    scenario = model.scenario
    found = {}
    for property in asked(model.protocol, scenario, names):
        verdict = kept.verdicts.get(meaning.ask(scenario, property))
        if verdict is not None and (verdict.trace is None or replay(model, verdict.trace) is None):
            found[property.name] = judged_again(verdict, property, scenario)
    return found


def judged_again(kept: KeptVerdict, property: Property, scenario: Scenario) -> Judged:
    """A verdict that was kept, on what the document calls ``property`` now."""
    verdict = Verdict(property, kept.outcome, kept.scope, kept.trace, kept.reason, kept.end)
    expected = next((each for each in scenario.expect if each.property == property.name), None)
    return Judged(verdict, expected, kept.complaint)


def result_of(
    model: Model, kept: KeptScenario, known: Mapping[str, Judged], names: Sequence[str] | None = None
) -> ScenarioResult | None:
    """The result for the scenario of ``model``, if all that is wanted of it (``asked``) is ``known``;
    nothing was explored for it."""
    wanted = [property.name for property in asked(model.protocol, model.scenario, names)]
    if not all(name in known for name in wanted):
        return None
    return ScenarioResult(
        scenario=model.scenario,
        model=model,
        engine=kept.engine,
        states=kept.states,
        transitions=kept.transitions,
        depth=kept.depth,
        seconds=0.0,
        complete=True,
        limit="",
        rules=dict(kept.rules),
        judged=tuple(known[name] for name in wanted),
        kept=True,
    )
