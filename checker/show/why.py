"""What rows are for, in words: the properties that fail without one, and a table of all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.omission import Trial
from checker.document.protocol import Rule
from checker.show.counterexample import INDENT
from checker.show.ladder import ladder
from checker.show.paragraph import WIDTH, counted, paragraph
from checker.verify.results import Judged
from checker.verify.stuck import run_of
from checker.verify.why import Missed, newly_fails, shortest

INSTEAD: dict[Trial, str] = {
    "idle": "it does nothing",
    "refuses": "it refuses {calls}",
    "takes": "it takes {calls}, and does nothing else",
}


def purpose(rule: Rule, trial: Trial, found: Sequence[Missed], left_out: int) -> Iterator[Text]:
    """What goes wrong without ``rule``, with the shortest run of each property that fails;
    ``trial`` is what was tried in its place, ``left_out`` scenarios were too large to be asked."""
    yield from paragraph(f"{rule.id}{f' ({rule.cite})' if rule.cite else ''}", "bold underline")
    for line in (*_holes(rule, trial, found), *_errors(found)):
        yield from paragraph(line, "", hanging="  ")
    if not any(each.judged for each in found):
        what = "no property" if any(each.anything for each in found) else "nothing"
        yield from paragraph(f"{what} misses it in {_asked(len(found), left_out)}", "bold yellow", "", "  ")
    for name, (each, judged) in sorted(shortest(found).items(), key=_less_telling):
        yield Text()
        yield from paragraph(f"── {name} in {each.scenario.name}: {_outcome(judged)}", "bold", "  ")
        yield from _run(each, judged)
    yield from _undecided(found)


def _holes(rule: Rule, trial: Trial, found: Sequence[Missed]) -> Iterator[str]:
    """The first holes that the row leaves, and what was tried as they say nothing more."""
    first = next((each for each in found if each.holes), None)
    if first is not None:
        yield from (f"left out: {hole} ({first.scenario.name})" for hole in first.holes)
    if trial in ("refuses", "takes") or (first is not None and trial == "idle"):
        yield f"tried instead: {INSTEAD[trial].format(calls=' or '.join(rule.events))}"


def _errors(found: Sequence[Missed]) -> Iterator[str]:
    """What has no meaning any more, each once."""
    where: dict[str, list[str]] = {}
    for each in found:
        if each.error:
            where.setdefault(each.error, []).append(each.scenario.name)
    for error, names in where.items():
        in_which = names[0] if len(names) == 1 else counted(len(names), "scenario")
        yield f"in {in_which} the document has no meaning: {error}"


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
    """A line of the table of all rows: the row, and what misses it first, a property if one does."""
    missing = [each for each in found if each.anything]
    each = next((each for each in missing if each.fails), missing[0] if missing else None)
    line = Text(f"{rule.id:<24}", style="cyan")
    if each is None:
        cut = ", but not all was looked at" if any(one.limit for one in found) else ""
        return line.append(f"nothing misses it{cut}", style="bold yellow")
    return line.append(_shortly(each)[: WIDTH - 24], style="" if each.fails else "yellow")


def _shortly(each: Missed) -> str:
    if each.judged:
        name, (_, judged) = min(shortest([each]).items(), key=_less_telling)
        trace = judged.verdict.trace
        violated = judged.verdict.outcome == "violated"
        steps = f", {counted(len(trace.steps), 'step')}" if violated and trace is not None else ""
        return f"{name} {judged.verdict.outcome}{steps} ({each.scenario.name})"
    what = "has no meaning" if each.error else "has a hole"
    return f"no property, but {each.scenario.name} {what}"


def _less_telling(named: tuple[str, tuple[Missed, Judged]]) -> tuple[bool, bool]:
    """What fails comes first, and of that what has a run."""
    judged = named[1][1]
    return not newly_fails(judged), judged.verdict.trace is None


def _asked(scenarios: int, left_out: int) -> str:
    """How many scenarios were asked, and how many were too large for that."""
    bound = f"; {counted(left_out, 'larger one')} left out" if left_out else ""
    return f"{counted(scenarios, 'scenario')}{bound}"


def score(missed: int, rows: int, scenarios: int, left_out: int) -> Iterator[Text]:
    """How many rows some property misses."""
    share = f" ({missed / rows:.0%})" if rows else ""
    where = _asked(scenarios, left_out)
    text = f"a property misses {missed} of {counted(rows, 'row')}{share} in {where}"
    yield from paragraph(text, "bold", hanging="  ")
