"""What of a check somebody has to look at, and where in the documents: what SARIF and GitHub's
annotations are made of."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.document.problems import Position, Problem
from checker.document.protocol import Property, Protocol, Rule
from checker.exchange.checked import UNTOUCHED, CheckedClaims, CheckedDocument, Unchecked, Weight
from checker.model.tables import Model
from checker.verify.results import Judged, ScenarioResult
from checker.verify.statements import StatementResult
from checker.verify.stuck import run_of
from checker.verify.trace import Step, Trace
from checker.verify.twins import seen_in


@dataclass(frozen=True)
class Subject:
    """What is claimed, however often it is not so: an id that stays, its name, what it claims and
    why."""

    id: str
    name: str
    claim: str
    because: str


SOUND = Subject(
    "error",
    "error",
    "the documents can be checked",
    "An error in a document, or a row without a meaning in some state, keeps verdicts from being found.",
)
"""What is not so where there is an error."""


@dataclass(frozen=True)
class Run:
    """A run that a finding rests on, and after how many steps its claim is broken."""

    model: Model
    trace: Trace
    steps: int


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``what`` says it in a sentence, ``details`` say more, a line each.

    ``places`` are where to look, the best first; ``row`` is the row there, if it is one.
    """

    weight: Weight
    subject: Subject
    document: str
    scenario: str
    what: str
    details: tuple[str, ...]
    places: tuple[Position, ...]
    row: str = ""
    run: Run | None = None
    outcome: str = ""
    expected: str = ""


def subject_of(property: Property) -> Subject:
    """A property as its document declares it, of which those that extend this one know too."""
    when, claim = property.text
    premise = f"when {when}, " if when else ""
    document = Path(property.position.file).stem
    return Subject(
        f"{document}/{property.name}", property.name, f"{property.kind}: {premise}{claim}", property.because
    )


def subject_of_claim(document: str, result: StatementResult) -> Subject:
    statement = result.statement
    name = f"{document}/{statement.name}"
    return Subject(name, statement.name, statement.means, f"{statement.words} ({statement.source})")


def findings_of_document(checked: CheckedDocument) -> Iterator[Finding]:
    """All that is not as expected, in the order of the scenarios and properties."""
    yield from (_unchecked(checked.protocol.name, unchecked) for unchecked in checked.unchecked)
    for result in checked.results:
        for judged in result.judged:
            if not judged.as_expected:
                yield _unexpected(checked, result, judged)
    for property in checked.untouched:
        yield Finding(
            "failure",
            subject_of(property),
            checked.protocol.name,
            "",
            f"{property.name}: {UNTOUCHED}",
            (),
            (property.position,),
        )


def findings_of_claims(checked: CheckedClaims) -> Iterator[Finding]:
    yield from (_unchecked(checked.name, unchecked) for unchecked in checked.unchecked)
    for result in checked.results:
        if not result.as_expected:
            statement = result.statement
            yield Finding(
                "unknown" if result.limited else "failure",
                subject_of_claim(checked.name, result),
                checked.name,
                "",
                f"{statement.name} is {result.verdict} ({result.complaint})",
                tuple(filter(None, [statement.means, result.reason])),
                (statement.position,),
                outcome=result.verdict,
                expected=statement.expect,
            )


def findings_of_problems(problems: Sequence[Problem]) -> Iterator[Finding]:
    """What is wrong with documents that could not be read."""
    for problem in problems:
        row = f"{problem.row}: " if problem.row else ""
        document = Path(problem.position.file).stem
        what = f"{row}{problem.message}"
        yield Finding("error", SOUND, document, "", what, (), (problem.position,), problem.row)


def _unchecked(document: str, unchecked: Unchecked) -> Finding:
    what = f"{unchecked.scenario}: {unchecked.message}"
    return Finding(unchecked.weight, SOUND, document, unchecked.scenario, what, (), (unchecked.position,))


def _unexpected(checked: CheckedDocument, result: ScenarioResult, judged: Judged) -> Finding:
    verdict, scenario = judged.verdict, result.scenario
    row = telling_row(checked.protocol, verdict.trace.steps if verdict.trace else ())
    is_ = "holds" if verdict.outcome == "holds" else f"is {verdict.outcome}"
    return Finding(
        "unknown" if verdict.outcome == "unknown" else "failure",
        subject_of(verdict.property),
        checked.protocol.name,
        scenario.name,
        f"{verdict.property.name} {is_} in {scenario.name} ({judged.complaint})",
        tuple(filter(None, _details(checked, result, judged, row))),
        _places(scenario.position, judged, row),
        row.id if row else "",
        _run(result, judged),
        verdict.outcome,
        judged.expected,
    )


def _run(result: ScenarioResult, judged: Judged) -> Run | None:
    """The run of a verdict, with what goes on where it is stuck."""
    verdict = judged.verdict
    trace = run_of(result.model, verdict)
    if trace is None or verdict.trace is None:
        return None
    return Run(result.model, trace, len(verdict.trace.steps))


def _details(
    checked: CheckedDocument, result: ScenarioResult, judged: Judged, row: Rule | None
) -> Iterator[str]:
    verdict = judged.verdict
    if verdict.trace is not None:
        at = "" if verdict.end is None or verdict.outcome != "violated" else f"at {'AB'[verdict.end]} "
        count = len(verdict.trace.steps)
        last = f"; the row {row.id} fired last" if row else ""
        yield f"{at}after {count} step{'' if count == 1 else 's'}{last}"
    yield verdict.reason
    yield verdict.property.because.replace("`", "")
    yield f"scope: {verdict.scope}"
    if checked.again:
        parts = [f"-s {shlex.quote(name)}" for name in seen_in(result.scenario, judged)]
        yield f"to see it: {checked.again} {' '.join(parts)} -p {shlex.quote(verdict.property.name)}"


def _places(scenario: Position, judged: Judged, row: Rule | None) -> tuple[Position, ...]:
    """Where to look. What a limit left open is a matter of the scenario; where the outcome is as
    said, or has no run, what was said is to be looked at, and else the row that fired last."""
    verdict, expectation = judged.verdict, judged.expectation
    places = [verdict.property.position, scenario]
    if verdict.outcome == "unknown":
        return scenario, verdict.property.position
    if expectation is not None and (verdict.trace is None or verdict.outcome == expectation.outcome):
        return expectation.position, *places
    return (row.position, *places) if row else tuple(places)


def telling_row(protocol: Protocol, steps: Sequence[Step]) -> Rule | None:
    """The row to look at for a run: of its last step that fired rows, the last one that leads to
    another state, or else the first one. ``None`` where no row fired at all."""
    fired = [step.rules for step in steps if step.rules]
    if not fired:
        return None
    by_id = {rule.id: rule for rule in protocol.rules}
    rows = [by_id[row] for row in fired[-1]]
    return next((row for row in reversed(rows) if row.next), rows[0])
