"""What the solver says, in words: of a document, and of other initial numbers in a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from checker.document.kinds import MODULUS, show_value
from checker.prove.solver.obligation import Example, Result
from checker.prove.solver.outcomes import Hazard, Interval, Outcome, merged
from checker.prove.solver.results import DocumentResult, HazardResult, Shift
from checker.prove.solver.table import Finding
from checker.show.ladder import ladder
from checker.show.paragraph import counted, paragraph

INDENT = "  "
GOOD, BAD, DOUBT = "green", "bold red", "yellow"


def document_report(result: DocumentResult) -> Iterator[Text]:
    """Which expressions care where numbers begin, and what is wrong with the table."""
    if result.reason:
        yield from paragraph(f"the solver was asked nothing: {result.reason}", DOUBT)
        return
    yield from _shifts(result.shifts)
    yield from _table(result.table)
    yield from paragraph(f"{counted(len(list(result.results())), 'question')}, {result.seconds:.1f} s", "dim")


def _shifts(shifts: Sequence[Shift]) -> Iterator[Text]:
    """The expressions that are not proved to be the same for any initial numbers."""
    open_ = [shift for shift in shifts if shift.result.status != "proved"]
    proved = len(shifts) - len(open_)
    yield from paragraph("Any initial sequence numbers", "bold")
    yield from paragraph(
        f"{proved} of {counted(len(shifts), 'expression')} come out the same if all numbers of A, and all "
        "of B, are moved",
        DOUBT if open_ else GOOD,
        INDENT,
    )
    for shift in open_:
        place = f"{Path(shift.position.file).name}:{shift.position.line}"
        yield from paragraph(f"{shift.name} ({place}) {_failure(shift.result)}", DOUBT, INDENT * 2, INDENT)
    if open_:
        yield from paragraph(
            "for which numbers that matters, the hazards of a scenario say", "dim", INDENT * 2
        )


def _failure(result: Result) -> str:
    """How an obligation is not proved: with an example, or undecided."""
    if result.status == "unknown":
        return f"is {_unknown(result)}"
    example = _written(result.example)
    return f"does not{f', e.g. with {example}' if example else ''}"


def _written(example: Example) -> str:
    """An example in a line: the state and the event first."""
    first = [pair for pair in example if pair[0] in ("STATE", "event")]
    rest = [pair for pair in example if pair not in first]
    return ", ".join(f"{name} = {show_value(value)}" for name, value in [*first, *rest])


# The table


_TITLES = {
    "exclusive": "pairs of rows of one step exclude each other",
    "handled": "states handle every arrival",
    "can fire": "rows can fire",
}


def _table(findings: Sequence[Finding]) -> Iterator[Text]:
    yield from paragraph("The table, for all values that variables, switches and segments can have", "bold")
    by_title: dict[str, list[Finding]] = {}
    for finding in findings:
        by_title.setdefault(finding.result.obligation.name.partition(": ")[0], []).append(finding)
    for title, found in by_title.items():
        status = Counter(finding.result.status for finding in found)
        style = GOOD if status["proved"] == len(found) else DOUBT
        yield from paragraph(f"{status['proved']} of {len(found)} {_TITLES[title]}", style, INDENT)
        for finding in found:
            yield from _not_proved(finding)


def _not_proved(finding: Finding) -> Iterator[Text]:
    result = finding.result
    if result.status == "proved":
        return
    name = result.obligation.name.partition(": ")[2]
    weaker = finding.weaker
    if weaker is not None and weaker.status == "proved":
        yield from paragraph(f"{name}: proved for {finding.fewer}", DOUBT, INDENT * 2, INDENT)
        beyond = f"for others it fails, e.g. with {_written(result.example)}"
        yield from paragraph(
            beyond if result.status == "fails" else _unknown(result), "dim", INDENT * 3, INDENT
        )
        return
    shown = result if weaker is None or weaker.status == "unknown" else weaker
    style = DOUBT if shown.status == "unknown" else BAD
    yield from paragraph(f"{name}: {_wrong(shown)}", style, INDENT * 2, INDENT)


def _wrong(result: Result) -> str:
    if result.status == "unknown":
        return _unknown(result)
    if result.obligation.wants == "sat":
        return "no values make it fire"
    return f"fails, e.g. with {_written(result.example)}"


def _unknown(result: Result) -> str:
    return f"unknown: {result.reason or 'the solver gave up'}"


# Hazards


def hazard_report(result: HazardResult) -> Iterator[Text]:
    """For which initial numbers a scenario goes otherwise, and how."""
    yield from paragraph(f"Other initial sequence numbers in {result.scenario.name}", "bold")
    if result.reason:
        yield from paragraph(f"not looked at: {result.reason}", DOUBT, INDENT)
        return
    yield from paragraph(_summary(result), DOUBT if result.hazards else GOOD, INDENT)
    for remark in result.remarks:
        yield from paragraph(f"not looked at: {remark}", DOUBT, INDENT)
    for number, hazard in enumerate(result.hazards, 1):
        yield Text()
        yield from _hazard(number, hazard)
    if result.hazards:
        yield Text()
        yield from _excluded(result)


def _summary(result: HazardResult) -> str:
    if not result.hazards:
        return "with any numbers the ends do the same"
    return (
        f"{counted(len(result.hazards), 'hazard')}: numbers with which an end does something else than with "
        "numbers that lie far apart, each later one ahead of those before it"
    )


def _excluded(result: HazardResult) -> Iterator[Text]:
    """All numbers of all hazards together: what excludes them."""
    known = [h for h in result.hazards if h.solutions.complete and len(h.group.free) == 1]
    by_name: dict[tuple[str, bool], list[Interval]] = {}
    for hazard in known:
        name = hazard.group.free[0].name
        by_name.setdefault(_subject(hazard), []).extend(box[name] for box in hazard.solutions.boxes)
    yield from paragraph("The ends do the same as with numbers far apart, unless", "bold", INDENT)
    for (name, _), intervals in by_name.items():
        ranges = ", ".join(_range(interval, False) for interval in merged(tuple(intervals)))
        yield from paragraph(f"{name} = {ranges} (mod 2^32)", DOUBT, INDENT * 2, INDENT)
    for hazard in result.hazards:
        for line in () if hazard in known else _boxes(hazard):
            yield from paragraph(line, DOUBT, INDENT * 2, INDENT)


def _hazard(number: int, hazard: Hazard) -> Iterator[Text]:
    group = hazard.group
    on = "" if group.event == "" else f" on {group.event}"
    what = f"{number}. {'AB'[group.end]} in {group.state}{on}, instead of {', '.join(group.rows)}"
    yield from paragraph(what, "bold", INDENT, "   ")
    indent = INDENT + "   "
    for outcome in hazard.outcomes:
        yield from paragraph(_outcome(hazard, outcome), BAD if outcome.accepts else DOUBT, indent, INDENT)
    if hazard.examples and hazard.outcomes:
        yield from paragraph("these are examples; the numbers in question are:", "dim", indent, INDENT)
    if hazard.examples or not hazard.outcomes:
        for line in _boxes(hazard):
            yield from paragraph(line, DOUBT, indent, INDENT)
    if hazard.struck:
        yield from paragraph("the scenario's own numbers are such", "dim", indent)
    yield from _run(hazard, indent)


def _outcome(hazard: Hazard, outcome: Outcome) -> str:
    name, is_difference = _subject(hazard)
    rows = ", ".join(outcome.rows) or outcome.broken or "nothing"
    ranges = ", ".join(_range(interval, is_difference) for interval in _in_order(outcome, is_difference))
    return f"{rows} if {name} = {ranges} (mod 2^32)"


def _subject(hazard: Hazard) -> tuple[str, bool]:
    """What a single free unknown is shown as, and whether that is a difference."""
    unknown = hazard.group.free[0]
    pinned = next((u for u in hazard.group.pinned if u.space == unknown.space), None)
    return (unknown.name, False) if pinned is None else (f"{unknown.name} - {pinned.name}", True)


def _in_order(outcome: Outcome, is_difference: bool) -> list[Interval]:
    """Intervals in the order in which they are shown, differences from the least."""
    return sorted(_signed(interval) if is_difference else interval for interval in outcome.intervals)


def _signed(interval: Interval) -> Interval:
    low, high = interval
    return (low - MODULUS, high - MODULUS) if low >= MODULUS // 2 else interval


def _range(interval: Interval, is_difference: bool) -> str:
    low, high = _signed(interval) if is_difference else interval
    if low < 0 <= high:
        return f"-{_number(-low)} to {_number(high)}"
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(number: int) -> str:
    """A number as it is, or as its distance to 2^32 or 2^31, if that is short."""
    for power in (32, 31):
        distance = number - (1 << power)
        if -1_000 < distance < 1_000:
            return (
                f"2^{power}{f' {chr(43) if distance > 0 else chr(45)} {abs(distance)}' if distance else ''}"
            )
    return str(number)


def _boxes(hazard: Hazard) -> Iterator[str]:
    """The numbers of a hazard, as they were found."""
    for box in hazard.solutions.boxes:
        parts = []
        for unknown in hazard.group.free:
            pinned = next((u for u in hazard.group.pinned if u.space == unknown.space), None)
            name = unknown.name if pinned is None else f"{unknown.name} - {pinned.name}"
            parts.append(f"{name} = {_range(box[unknown.name], False)}")
        yield " and ".join(parts) + " (mod 2^32)"
    if not hazard.solutions.complete:
        yield "and perhaps others: the solver did not list them all"


def _run(hazard: Hazard, indent: str) -> Iterator[Text]:
    """The run that shows a hazard, as a ladder."""
    if hazard.run is None:
        yield from paragraph(f"no run to show: {hazard.reason}", "dim", indent, INDENT)
        return
    numbers = ", ".join(f"{name} = {number}" for name, number in hazard.run.numbers.items())
    yield from paragraph(f"a run with {numbers}:", "dim", indent, INDENT)
    for line in ladder(hazard.run.model, hazard.run.trace):
        indented = Text(INDENT)
        indented.append_text(line)
        yield indented
