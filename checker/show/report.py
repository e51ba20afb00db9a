"""The results of a check as a person reads them: a block for each scenario with its verdicts
grouped by outcome and its runs; at the end what is not as expected, and the sum."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Collection, Iterator, Sequence

from rich.text import Text

from checker.document.protocol import Protocol
from checker.show.counterexample import counterexamples, is_drawn
from checker.show.paragraph import WIDTH, counted, paragraph
from checker.verify.results import Judged, ScenarioResult, never_fired
from checker.verify.twins import seen_in

_MARKS = {"proved": "✓", "holds": "✓", "violated": "✗", "unknown": "?", "vacuous": "·", "not applicable": "·"}
_CALM = {"proved": "green", "holds": "green", "violated": "yellow", "unknown": "yellow"}
"""What is as expected never looks like an alarm: a known weakness is no failure of this run."""
_ALARM = "bold red"
_LABEL = 17
"""Columns of the outcome before the names of the properties."""


def scenario_report(result: ScenarioResult, asked: Collection[str] = ()) -> Iterator[Text]:
    """The block of one scenario; ``asked`` are the properties that were asked for by name."""
    yield from paragraph(result.scenario.name, "bold", hanging="  ")
    counts = (
        f"{counted(result.states, 'state')}, {counted(result.transitions, 'transition')}, "
        f"depth {result.depth}, {'from the cache' if result.kept else f'{result.seconds:.1f} s'}"
    )
    yield from paragraph(counts, "dim", "  ")
    if result.judged:
        style = "dim" if result.complete else "bold yellow"
        yield from paragraph(result.judged[0].verdict.scope, style, "  ")
    yield from verdict_lines(result.judged, asked)
    yield from counterexamples([(result.model, judged) for judged in result.judged], asked)
    yield Text()


def verdict_lines(judged: Sequence[Judged], asked: Collection[str] = ()) -> Iterator[Text]:
    """The properties by outcome, those that are as expected first."""
    for outcome in _MARKS:
        alike = [j for j in judged if j.verdict.outcome == outcome]
        for as_expected in (True, False):
            group = [j for j in alike if j.as_expected is as_expected]
            yield from _group(outcome, group, _style(outcome, as_expected), asked)


def _style(outcome: str, as_expected: bool) -> str:
    if as_expected:
        return _CALM.get(outcome, "dim")
    return "bold yellow" if outcome == "unknown" else _ALARM


def _group(outcome: str, judged: Sequence[Judged], style: str, asked: Collection[str]) -> Iterator[Text]:
    """The properties of one outcome: those with the same thing to be said of them together."""
    label = f"  {_MARKS[outcome]} {outcome}".ljust(_LABEL + 2)
    remarks: dict[str, list[Judged]] = {}
    for j in judged:
        remarks.setdefault(remark_on(j, is_drawn(j, asked)), []).append(j)
    for remark, group in sorted(remarks.items(), key=lambda item: item[0] != ""):
        names = ", ".join(j.verdict.property.name for j in group)
        lines = textwrap.wrap(names, WIDTH - len(label), break_on_hyphens=False)
        for number, line in enumerate(lines):
            text = Text(label if number == 0 else " " * len(label), style=style)
            text.append(line, style="dim" if style == "dim" else "bold" if remark else "")
            yield text
        yield from paragraph(remark, "dim" if group[0].as_expected else style, " " * len(label))


def remark_on(judged: Judged, drawn: bool) -> str:
    """What there is to say of a verdict; nothing for the usual ones that are as expected.

    Whether it was expected comes first. Why it is so stands below the ladder, if one is drawn.
    """
    verdict = judged.verdict
    if judged.as_expected and verdict.outcome not in ("violated", "unknown"):
        return ""
    where = []
    if verdict.end is not None and verdict.outcome == "violated":
        where.append(f"at {'AB'[verdict.end]}")
    if verdict.trace is not None:
        where.append(f"after {counted(len(verdict.trace.steps), 'step')}")
    parts = [_expected(judged), " ".join(where), "" if drawn else verdict.reason]
    if verdict.outcome == "unknown":
        parts.reverse()  # what hindered it is the news
    return "; ".join(part for part in parts if part)


def _expected(judged: Judged) -> str:
    expectation = judged.expectation
    if judged.complaint:
        unknown = judged.verdict.outcome == "unknown"
        return judged.complaint if unknown else f"NOT AS EXPECTED ({judged.complaint})"
    if expectation is None:
        return ""
    blame = f", by {expectation.blame}" if expectation.blame else ""
    # Said, for the twin may not have been explored yet, or not at all in this run.
    outcome = {"holds": "hold", "vacuous": "be vacuous", "": ""}[expectation.twin_outcome]
    twin = f", said to {outcome} in “{expectation.twin}”" if expectation.twin else ""
    return f"as expected{blame}{twin}"


# The whole document


def document_report(
    protocol: Protocol,
    results: Sequence[ScenarioResult],
    complaints: Sequence[str] = (),
    again: str = "",
    broken: int = 0,
    asked: Collection[str] = (),
) -> Iterator[Text]:
    """What the scenarios of a document say together.

    ``complaints`` are about no single verdict; ``again`` is the command that led here, up to
    the choice of scenarios; ``broken`` is the number of scenarios that ended in an error;
    ``asked`` are the properties that were asked for by name. Of rows that never fired is told
    where the whole document was checked.
    """
    if len(results) == len(protocol.scenarios):
        yield from _silent_rules(protocol, results)
    yield from _not_as_expected(results, complaints)
    yield from _what_next(results, again, asked)
    yield from _sum(protocol, results, len(complaints), broken)


def _silent_rules(protocol: Protocol, results: Sequence[ScenarioResult]) -> Iterator[Text]:
    why = {rule.id: rule.never for rule in protocol.rules}
    silent = never_fired(protocol, results)
    unexplained = [rule for rule in silent if not why[rule]]
    if unexplained:
        yield from paragraph(f"Rules that never fired: {', '.join(unexplained)}", "yellow", hanging="  ")
    for rule in silent:
        if why[rule]:
            yield from paragraph(f"{rule} never fires: {why[rule]}", "dim", hanging="  ")


def _not_as_expected(results: Sequence[ScenarioResult], complaints: Sequence[str]) -> Iterator[Text]:
    """Once more in one place, for they may stand far above."""
    wrong = [(result, judged) for result in results for judged in result.judged if _is_wrong(judged)]
    if wrong or complaints:
        yield Text("NOT as expected:", style=_ALARM)
    for result, judged in wrong:
        verdict = judged.verdict
        text = f"{result.scenario.name}: {verdict.property.name}: {verdict.outcome}; {judged.complaint}"
        yield from paragraph(text, "red", "  ", hanging="  ")
    for complaint in complaints:
        yield from paragraph(complaint, "red", "  ", hanging="  ")


def _is_wrong(judged: Judged) -> bool:
    return not judged.as_expected and judged.verdict.outcome != "unknown"


def _what_next(results: Sequence[ScenarioResult], again: str, asked: Collection[str]) -> Iterator[Text]:
    """The command that shows the first of what is wrong alone, or saves its run."""
    wrong = [(result, judged) for result in results for judged in result.judged if _is_wrong(judged)]
    if not wrong or not again:
        return
    result, judged = wrong[0]
    name = judged.verdict.property.name
    scenarios = seen_in(result.scenario, judged)
    alone = [r.scenario.name for r in results] == scenarios[:1] and list(asked) == [name]
    if alone and judged.verdict.trace is None:
        return
    what = "to save its run" if alone else "to see only that" if len(wrong) == 1 else "to see only the first"
    parts = [again, *(f"-s {shlex.quote(s)}" for s in scenarios), f"-p {shlex.quote(name)}"]
    if alone:
        parts.append("--traces DIR")
    yield from _command(what, parts)


def _command(what: str, parts: Sequence[str]) -> Iterator[Text]:
    """A command that can be copied: where it is too long for a line, with a backslash."""
    line = f"{what}: {' '.join(parts)}"
    if len(line) <= WIDTH:
        yield Text(line, style="bold")
        return
    yield Text(f"{what}:", style="bold")
    line = f"  {parts[0]}"
    for part in parts[1:]:
        if len(line) + 1 + len(part) > WIDTH - 2:
            yield Text(line + " \\", style="bold")
            line = f"   {part}"
        else:
            line = f"{line} {part}"
    yield Text(line, style="bold")


def _sum(
    protocol: Protocol, results: Sequence[ScenarioResult], complaints: int, broken: int
) -> Iterator[Text]:
    judged = [judged for result in results for judged in result.judged]
    unexpected = sum(map(_is_wrong, judged)) + complaints
    unknown = sum(not j.as_expected and j.verdict.outcome == "unknown" for j in judged)
    cut = sum(not result.complete for result in results)
    counts = {"NOT as expected": unexpected, "not decided": unknown}
    endings = [f"{n} {what}" for what, n in counts.items() if n] or ["all as expected"] * (not broken)
    style = "bold red" if unexpected or broken else "bold yellow" if unknown or cut else "bold green"
    declared = len(protocol.scenarios)
    scenarios = counted(declared, "scenario")
    if len(results) < declared:
        scenarios = f"{len(results)} of {scenarios}"
    kept = sum(result.kept for result in results)
    told = {"from the cache": kept, "cut short": cut, "in error": broken}
    short = [f"{n} {what}" for what, n in told.items() if n]
    if short:
        scenarios += f" ({', '.join(short)})"
    states = counted(sum(result.states for result in results), "state")
    seconds = sum(result.seconds for result in results)
    total = f"{', '.join([f'{protocol.name}: {scenarios}', counted(len(judged), 'verdict'), *endings])};"
    effort = f"{states}, {seconds:.0f} s"
    if len(total) + 1 + len(effort) > WIDTH:
        yield from paragraph(total, style, hanging="  ")
        yield Text(f"  {effort}", style=style)
    else:
        yield Text(f"{total} {effort}", style=style)
