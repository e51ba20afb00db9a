"""What rows are for, in words: the properties that fail without one, and a table of all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.protocol import Rule
from checker.show.counterexample import INDENT
from checker.show.ladder import ladder
from checker.show.paragraph import WIDTH, counted, paragraph
from checker.verify.results import Judged
from checker.verify.stuck import run_of
from checker.verify.why import Missed, shortest


def purpose(rule: Rule, found: Sequence[Missed]) -> Iterator[Text]:
    """What goes wrong without ``rule``, with the shortest run of each property that fails."""
    yield from paragraph(f"{rule.id}{f' ({rule.cite})' if rule.cite else ''}", "bold underline")
    missing = [each for each in found if each.anything]
    if not missing:
        yield from paragraph(f"nothing misses it in {counted(len(found), 'scenario')}", "bold yellow")
    for each in missing:
        for line in _without_run(each):
            yield from paragraph(line, "", hanging="  ")
    for name, (each, judged) in shortest(missing).items():
        yield Text()
        yield from paragraph(f"── {name} in {each.scenario.name}: {_outcome(judged)}", "bold", "  ")
        yield from _run(each, judged)
    yield from _undecided(found)


def _without_run(each: Missed) -> Iterator[str]:
    if each.error:
        yield f"in {each.scenario.name} the document has no meaning: {each.error}"
    for state, call in each.unanswered:
        yield f"in {each.scenario.name} nobody takes or refuses {call} in {state}"


def _outcome(judged: Judged) -> str:
    end = judged.verdict.end
    where = f" at {'AB'[end]}" if end is not None and judged.verdict.outcome == "violated" else ""
    return f"{judged.verdict.outcome}{where}; {judged.complaint}"


def _run(each: Missed, judged: Judged) -> Iterator[Text]:
    if each.model is None or judged.verdict.outcome != "violated":
        return
    run = run_of(each.model, judged.verdict)
    for line in () if run is None else ladder(each.model, run):
        indented = Text("  ")
        indented.append_text(line)
        yield indented
    if judged.verdict.reason:
        yield from paragraph(judged.verdict.reason, "yellow", INDENT)


def _undecided(found: Sequence[Missed]) -> Iterator[Text]:
    cut = [each.scenario.name for each in found if each.limit]
    if cut:
        yield from paragraph(
            f"not looked at to the end: {counted(len(cut), 'scenario')}", "yellow", hanging="  "
        )


def row_of_table(rule: Rule, found: Sequence[Missed]) -> Text:
    """A line of the table of all rows: the row, and what misses it first."""
    each = next((each for each in found if each.anything), None)
    line = Text(f"{rule.id:<24}", style="cyan")
    if each is None:
        return line.append("nothing misses it", style="bold yellow")
    line.append(_shortly(each)[: WIDTH - 24])
    return line


def _shortly(each: Missed) -> str:
    if each.error:
        return f"no meaning without it, in {each.scenario.name}"
    if each.unanswered:
        state, call = each.unanswered[0]
        return f"{call} in {state} is neither taken nor refused"
    name, (_, judged) = next(iter(shortest([each]).items()))
    trace = judged.verdict.trace
    steps = "" if trace is None or judged.verdict.outcome != "violated" else f", {len(trace.steps)} steps"
    return f"{name} {judged.verdict.outcome}{steps} ({each.scenario.name})"


def score(noticed: int, rows: int, scenarios: int, left_out: int) -> Iterator[Text]:
    """How many rows are missed by something."""
    share = f" ({noticed / rows:.0%})" if rows else ""
    bound = f"; {counted(left_out, 'larger one')} left out" if left_out else ""
    text = f"{noticed} of {counted(rows, 'row')}{share} are missed by {counted(scenarios, 'scenario')}{bound}"
    yield from paragraph(text, "bold", hanging="  ")
