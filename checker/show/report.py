"""The results of a check as a person reads them: a block for each scenario, verdicts grouped
by outcome, counterexamples as ladders, and what no scenario reached."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.protocol import Protocol
from checker.show.ladder import WIDTH, ladder
from checker.verify.results import Judged, ScenarioResult, never_fired

_STYLES = {
    "holds": ("✓", "green"),
    "violated": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "vacuous": ("·", "dim"),
    "not applicable": ("·", "dim"),
}
_LABEL = 17
"""Columns of the outcome before the names of the properties."""


def scenario_report(result: ScenarioResult) -> Iterator[Text]:
    """The block of one scenario."""
    yield Text(result.scenario.name, style="bold")
    counts = (
        f"{_counted(result.states, 'state')}, {_counted(result.transitions, 'transition')}, "
        f"depth {result.depth}, {result.seconds:.1f} s"
    )
    yield Text(f"  {counts}", style="dim")
    if result.judged:
        yield from _wrapped(result.judged[0].verdict.scope, "  ", "dim")
    for outcome in _STYLES:
        yield from _group(outcome, [j for j in result.judged if j.verdict.outcome == outcome])
    for judged in result.judged:
        if judged.verdict.outcome == "violated" and judged.verdict.trace is not None:
            yield Text()
            yield from counterexample(result, judged)
    yield Text()


def _group(outcome: str, judged: Sequence[Judged]) -> Iterator[Text]:
    """The properties of one outcome: those with the same thing to be said of them together."""
    mark, style = _STYLES[outcome]
    label = f"  {mark} {outcome}".ljust(_LABEL + 2)
    remarks: dict[str, list[Judged]] = {}
    for j in judged:
        remarks.setdefault(_remark(j), []).append(j)
    for remark, group in sorted(remarks.items(), key=lambda item: item[0] != ""):
        expected = all(j.as_expected for j in group)
        names = ", ".join(j.verdict.property.name for j in group)
        lines = textwrap.wrap(names, WIDTH - len(label), break_on_hyphens=False)
        for number, line in enumerate(lines):
            text = Text(label if number == 0 else " " * len(label), style=style)
            text.append(line, style="dim" if style == "dim" else "bold" if remark else "")
            yield text
        yield from _wrapped(remark, " " * len(label), "dim" if expected else "bold yellow")


def _remark(judged: Judged) -> str:
    """What there is to say of a verdict; nothing for the usual ones that are as expected."""
    verdict, expectation = judged.verdict, judged.expectation
    if judged.as_expected and verdict.outcome not in ("violated", "unknown"):
        return ""
    parts = []
    if verdict.end is not None and verdict.outcome == "violated":
        parts.append(f"at {'AB'[verdict.end]}")
    if verdict.trace is not None:
        steps = len(verdict.trace.steps)
        parts.append(f"after {_counted(steps, 'step')}")
    if verdict.reason:
        parts.append(verdict.reason)
    if judged.complaint:
        unknown = verdict.outcome == "unknown"
        parts.append(judged.complaint if unknown else f"NOT AS EXPECTED ({judged.complaint})")
    elif expectation is not None:
        blame = f", by {expectation.blame}" if expectation.blame else ""
        twin = f"; {expectation.twin_outcome} in “{expectation.twin}”" if expectation.twin else ""
        parts.append(f"as expected{blame}{twin}")
    return "; ".join(parts)


def counterexample(result: ScenarioResult, judged: Judged) -> Iterator[Text]:
    """The heading, the ladder and the end of a counterexample."""
    verdict = judged.verdict
    assert verdict.trace is not None  # only called for those that have one
    heading = Text("  ── ", style="dim")
    heading.append(verdict.property.name, style="bold")
    heading.append(f" in {result.scenario.name} ")
    heading.append("─" * max(2, WIDTH - 2 - len(heading.plain)), style="dim")
    yield heading
    if verdict.property.because:
        yield from _wrapped(verdict.property.because.replace("`", ""), "     ", "dim italic")
    for line in ladder(result.model, verdict.trace):
        indented = Text("  ")
        indented.append_text(line)
        yield indented
    if verdict.reason:
        yield from _wrapped(f"     {verdict.reason}", "     ", "yellow")


def document_report(
    protocol: Protocol, results: Sequence[ScenarioResult], whole: bool, complaints: Sequence[str] = ()
) -> Iterator[Text]:
    """What the scenarios of a document say together: ``complaints`` that are about no single
    verdict, the sum, and where the ``whole`` document was checked, the rows that never fired."""
    for complaint in complaints:
        yield from wrapped(complaint, "bold red")
    why = {rule.id: rule.never for rule in protocol.rules}
    silent = never_fired(protocol, results) if whole else []
    unexplained = [rule for rule in silent if not why[rule]]
    if unexplained:
        yield from _wrapped(f"Rules that never fired: {', '.join(unexplained)}", "", "yellow")
    for rule in silent:
        if why[rule]:
            yield from _wrapped(f"{rule} never fires: {why[rule]}", "", "dim")
    states = sum(result.states for result in results)
    seconds = sum(result.seconds for result in results)
    wrong = [j for result in results for j in result.judged if not j.as_expected]
    unknown = sum(judged.verdict.outcome == "unknown" for judged in wrong)
    unexpected = len(wrong) - unknown + len(complaints)
    verdicts = sum(len(result.judged) for result in results)
    counts = {"NOT as expected": unexpected, "not decided": unknown}
    ending = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "all as expected"
    style = "bold red" if unexpected else "bold yellow" if unknown else "bold green"
    total = (
        f"{protocol.name}: {_counted(len(results), 'scenario')}, {_counted(verdicts, 'verdict')}, "
        f"{ending}; {_counted(states, 'state')}, {seconds:.0f} s"
    )
    yield from _wrapped(total, "", style)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def wrapped(text: str, style: str) -> Iterator[Text]:
    """A paragraph as lines."""
    yield from _wrapped(text, "", style)


def _wrapped(text: str, indent: str, style: str) -> Iterator[Text]:
    lines = textwrap.wrap(text.strip(), WIDTH - len(indent), break_on_hyphens=False)
    yield from (Text(indent + line, style=style) for line in lines)
