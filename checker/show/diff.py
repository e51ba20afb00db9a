"""What differs between two versions of a document, as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.compare.diff import VERSIONS, Diff
from checker.compare.rows import RowChange
from checker.compare.scenarios import ScenarioDiff
from checker.compare.verdicts import is_failure
from checker.show.counterexample import INDENT, counterexamples
from checker.show.differences import (
    MOST_LISTED,
    behaviour,
    by,
    control,
    counts_of,
    grouped,
    letter,
    model_of,
    shortest_tellings,
    shown_failures,
    tellings_in_words,
    totals,
    verdict,
)
from checker.show.ladder import ladder
from checker.show.paragraph import counted, paragraph

MARKS = {"added": "+", "removed": "-", "renamed": "=", "changed": "~", "moved": "↕"}
STYLES = {"added": "green", "removed": "red", "changed": "yellow"}
LONG = ("scenarios", "properties")
"""Tables whose rows are told by name only where they are new or gone: the rest is below."""
MOST_NAMED = 6


def diff_report(diff: Diff) -> Iterator[Text]:
    """All of it: rows, scenarios, arrows, verdicts with their runs, and the sum."""
    yield from paragraph(f"{diff.names[0]} → {diff.names[1]}", "bold underline", hanging="  ")
    yield Text()
    yield from _rows(diff.both.rows.rows)
    yield from _behaviours(diff)
    yield from _control(diff)
    yield from _changes(diff)
    yield from _counterexamples(diff)
    yield from _runs(diff)
    yield from _sum(diff)


# Rows


def _rows(rows: Sequence[RowChange]) -> Iterator[Text]:
    if not rows:
        yield Text("no rows differ", style="dim")
    for row in rows:
        yield from _row(row)
    yield Text()


def _row(row: RowChange) -> Iterator[Text]:
    words = {
        "renamed": f", was {row.was}",
        "moved": ", stands elsewhere now",
        "changed": ", only words" if row.only_words else "",
    }
    head = f"{MARKS[row.how]} {row.table}: {row.row}{words.get(row.how, '')}"
    yield from paragraph(head, STYLES.get(row.how, ""), hanging="    ")
    for cell in row.cells:
        if row.how == "changed":
            yield from paragraph(f"{cell.column}: {cell.before or 'nothing'}", "red", "    ", "  ")
            yield from paragraph(f"→ {cell.after or 'nothing'}", "green", "      ", "  ")
        elif row.table not in LONG:
            yield from paragraph(f"{cell.column}: {cell.after or cell.before}", "dim", "    ", "  ")


# What can happen


def _behaviours(diff: Diff) -> Iterator[Text]:
    """The scenarios by what became of their behaviour, those with the same last."""
    groups = grouped(diff.scenarios, behaviour)
    for words, scenarios in sorted(groups.items(), key=lambda item: item[1][0].same_behaviour):
        calm = scenarios[0].same_behaviour
        style = "green" if calm else "bold red" if scenarios[0].errors[1] else "bold yellow"
        yield from paragraph(f"{counted(len(scenarios), 'scenario')}: {words}", style, hanging="  ")
        if len(scenarios) < len(diff.scenarios) or len(scenarios) <= MOST_NAMED:
            for line in _sizes(scenarios):
                yield from paragraph(line, "dim", "  ", "  ")
        for line in dict.fromkeys(error for s in scenarios for error in s.errors if error):
            yield from paragraph(line, "bold red", "  ", "  ")
        for line in tellings_in_words(scenarios):
            yield from paragraph(line, "", "  ", "  ")
        yield Text()
    if missing := [*diff.left, *diff.failed]:
        yield from paragraph(f"not compared: {', '.join(missing)}", "bold yellow", hanging="  ")
        yield Text()


def _sizes(scenarios: Sequence[ScenarioDiff]) -> Iterator[str]:
    """The names, and where there are few, how large the scenarios were and are."""
    if len(scenarios) > MOST_NAMED or not any(counts_of(scenario) for scenario in scenarios):
        yield ", ".join(scenario.scenario for scenario in scenarios)
        return
    for scenario in scenarios:
        counts = counts_of(scenario)
        yield f"{scenario.scenario}: {counts}" if counts else scenario.scenario


# Arrows and pairs


def _control(diff: Diff) -> Iterator[Text]:
    """The arrows and pairs that some scenario gained or lost."""
    for title, mark, lines in control(diff):
        yield Text(title, style="bold")
        for text, where in lines[:MOST_LISTED]:
            yield from paragraph(f"{mark} {text} ({where})", "", "  ", "    ")
        if len(lines) > MOST_LISTED:
            yield Text(f"  and {len(lines) - MOST_LISTED} more, which --format json lists", style="dim")
        yield Text()


# Verdicts


def _changes(diff: Diff) -> Iterator[Text]:
    """The verdicts that changed, by property and by what became of them; failures first."""
    groups = grouped(
        diff.changes(), lambda pair: (not is_failure(pair[1]), pair[1].property, verdict(pair[1]))
    )
    if groups:
        yield Text("verdicts", style="bold")
    for (calm, property, words), pairs in sorted(groups.items(), key=lambda item: item[0][0]):
        better = calm and pairs[0][1].became == "better"
        style = "green" if better else "yellow" if calm else "bold red"
        mark = "✓" if better else "·" if calm else "✗"
        rows = list(dict.fromkeys(row for _, change in pairs for row in change.blamed))
        yield from paragraph(f"{mark} {property}: {words}{by(rows)}", style, "  ", "    ")
        names = [scenario.scenario for scenario, _ in pairs]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield from paragraph(f"in {', '.join(names[:MOST_NAMED])}{more}", "dim", "    ")
    if groups:
        yield Text()


def _counterexamples(diff: Diff) -> Iterator[Text]:
    """A run of each property that fails now and did not."""
    shown = [
        (model_of(diff, scenario.scenario, 1), change.after)
        for scenario, change in shown_failures(diff)
        if change.after is not None
    ]
    if shown:
        yield Text("runs of what fails now", style="bold")
        yield from counterexamples(shown, ())
        yield Text()


# Runs that tell the versions apart


def _runs(diff: Diff) -> Iterator[Text]:
    for scenario, telling, trace in shortest_tellings(diff):
        can, cannot = VERSIONS[telling.version], VERSIONS[1 - telling.version]
        title = f"what {can} can and {cannot} cannot, for example in {scenario.scenario}"
        yield from paragraph(title, "bold", hanging="  ")
        for line in ladder(model_of(diff, scenario.scenario, telling.version), trace):
            indented = Text("  ")
            indented.append_text(line)
            yield indented
        last = f"{cannot} cannot follow the last step: {letter(telling.word[-1])}{by(telling.blamed)}"
        yield from paragraph(last, "yellow", INDENT)
        yield Text()


# The sum


def _sum(diff: Diff) -> Iterator[Text]:
    wrong = diff.failures() or diff.is_broken
    style = "bold red" if wrong else "bold yellow" if diff.is_undecided else "bold green"
    yield from paragraph("; ".join(totals(diff)), style, hanging="  ")
