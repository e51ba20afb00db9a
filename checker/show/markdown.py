"""What differs between two versions of a document as Markdown, for a comment on a change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from checker.compare.diff import VERSIONS, Diff
from checker.compare.rows import RowChange
from checker.compare.scenarios import ScenarioDiff
from checker.compare.verdicts import VerdictChange, is_failure
from checker.model.tables import Model
from checker.show.differences import (
    MOST_LISTED,
    behaviour,
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
from checker.show.draw.mermaid import sequence_diagram
from checker.show.ladder import ladder
from checker.verify.stuck import run_of
from checker.verify.trace import Trace

MOST_CHARACTERS = 60_000
"""A comment on GitHub may have 65,536."""
MOST_NAMED = 3
"""Scenarios that are named in one cell."""
MOST_STEPS = 24
"""Steps of a run that is drawn as a diagram; a longer one has its ladder only."""


def diff_in_markdown(diff: Diff) -> str:
    """A summary, the rows, then what fails with its runs, then the rest folded up: what comes first
    has room for sure."""
    head = [
        f"### {_code(diff.names[0])} → {_code(diff.names[1])}",
        "",
        f"**{_plain('; '.join(totals(diff)))}**",
        "",
        *_failures(diff),
    ]
    sections = [
        head,
        _folded("Rows", _rows(diff.both.rows.rows)),
        *(list(_failure(diff, *failure)) for failure in shown_failures(diff)),
        _folded("Scenarios", _scenarios(diff)),
        _folded("Arrows and pairs of states", _control(diff)),
        _folded("Runs that tell the versions apart", _tellings(diff)),
    ]
    return _fitting(["\n".join(section) for section in sections])


def _fitting(sections: Sequence[str]) -> str:
    """The sections that a comment has room for, and how many it has not."""
    text, left_out = "", 0
    for section in filter(None, sections):
        if len(text) + len(section) > MOST_CHARACTERS:
            left_out += 1
        else:
            text += section + "\n"
    if left_out:
        text += (
            f"{left_out} more parts, for which a comment has no room, are in the text of `lastack diff`.\n"
        )
    return text.rstrip() + "\n"


def _failures(diff: Diff) -> Iterator[str]:
    """A row for each thing that fails, with the scenarios in which it does."""
    failures = grouped(diff.failures(), lambda pair: (pair[1].property, verdict(pair[1]), pair[1].blamed))
    if not failures:
        return
    yield from _table(
        ("property", "scenario", "before → after", "by"),
        (
            (_plain(name), _plain(_named(pairs)), _plain(words), ", ".join(map(_code, blamed)))
            for (name, words, blamed), pairs in failures.items()
        ),
    )


def _named(pairs: Sequence[tuple[ScenarioDiff, VerdictChange]]) -> str:
    names = [scenario.scenario for scenario, _ in pairs]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def _failure(diff: Diff, scenario: ScenarioDiff, change: VerdictChange) -> Iterator[str]:
    assert change.after is not None  # else it would be no failure
    found = change.after.verdict
    yield f"#### {_plain(change.property)} in {_plain(scenario.scenario)}: {_plain(verdict(change))}"
    yield ""
    if found.property.because:
        yield from (f"*{_plain(found.property.because)}*", "")
    if found.reason:
        yield from (_plain(found.reason), "")
    model = model_of(diff, scenario.scenario, 1)
    run = run_of(model, found)
    assert run is not None  # only those that have one
    yield from _drawn(model, run)


def _drawn(model: Model, run: Trace) -> Iterator[str]:
    yield from ("```text", *(_line(line) for line in ladder(model, run)), "```", "")
    if len(run.steps) <= MOST_STEPS:
        yield from _folded("As a diagram", ["```mermaid", *sequence_diagram(model, run).splitlines(), "```"])


def _rows(rows: Sequence[RowChange]) -> Iterator[str]:
    if not rows:
        return
    cells = []
    for row in rows:
        what = f"{row.how}, only words" if row.only_words else row.how
        was = f"was {_code(row.was)}" if row.how == "renamed" else ""
        told = [
            f"{_plain(cell.column)}: {_code(cell.before)} → {_code(cell.after)}"
            if row.how == "changed"
            else f"{_plain(cell.column)}: {_code(cell.after or cell.before)}"
            for cell in row.cells
        ]
        cells.append((what, row.table, _code(row.row), "<br>".join([was, *told] if was else told)))
    yield from _table(("", "table", "row", "cells"), cells)


def _scenarios(diff: Diff) -> Iterator[str]:
    different = [scenario for scenario in diff.scenarios if not _is_calm(scenario)]
    if different:
        yield from _table(
            ("scenario", "size", "behaviour", "verdicts"),
            (
                (_plain(s.scenario), _plain(counts_of(s)), _plain(_behaviour(s)), "<br>".join(_changes(s)))
                for s in different
            ),
        )
    calm = [scenario.scenario for scenario in diff.scenarios if _is_calm(scenario)]
    if calm:
        yield from (f"Same behaviour and verdicts: {_plain(', '.join(calm))}", "")


def _control(diff: Diff) -> Iterator[str]:
    found = list(control(diff))
    if not found:
        return
    rows = [
        (_plain(title), _plain(text), _plain(where))
        for title, _, lines in found
        for text, where in lines[:MOST_LISTED]
    ]
    yield from _table(("", "what", "scenarios"), rows)
    left = sum(max(0, len(lines) - MOST_LISTED) for _, _, lines in found)
    if left:
        yield from (f"{left} more are in the JSON of `lastack diff`.", "")


def _is_calm(scenario: ScenarioDiff) -> bool:
    """Whether there is nothing to say of a scenario but that it is as before."""
    return scenario.same_behaviour and not scenario.verdicts


def _behaviour(scenario: ScenarioDiff) -> str:
    return "; ".join([behaviour(scenario), *tellings_in_words([scenario])])


def _changes(scenario: ScenarioDiff) -> Iterator[str]:
    for change in scenario.verdicts:
        text = _plain(f"{change.property}: {verdict(change)}")
        yield f"**{text}**" if is_failure(change) else text


def _tellings(diff: Diff) -> Iterator[str]:
    for scenario, telling, trace in shortest_tellings(diff):
        can, cannot = VERSIONS[telling.version], VERSIONS[1 - telling.version]
        yield f"What {can} can and {cannot} cannot, for example in {_plain(scenario.scenario)}:"
        yield f"the last step, {_plain(letter(telling.word[-1]))}."
        yield ""
        yield from _drawn(model_of(diff, scenario.scenario, telling.version), trace)


# The notation


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    """``lines`` behind a heading that opens them; nothing if there are none."""
    inside = list(lines)
    while inside and not inside[-1]:
        inside.pop()
    return ["<details>", f"<summary>{title}</summary>", "", *inside, "", "</details>", ""] if inside else []


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _code(text: str) -> str:
    """``text`` as it stands, in a code span that neither it nor a table can end; but what breaks a
    line, as a file's name may, would end what the span stands in."""
    text = " ".join(text.splitlines())
    if not text:
        return "nothing"
    ticks = max((len(run) for run in re.findall(r"`+", text)), default=0) + 1
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{'`' * ticks}{pad}{text.replace('|', chr(92) + '|')}{pad}{'`' * ticks}"


def _plain(text: str) -> str:
    """``text`` with the signs of Markdown and HTML that would not be shown."""
    return re.sub(r"([\\`*_{}\[\]<>|#~&])", r"\\\1", text)


def _line(line: Text) -> str:
    return line.plain.rstrip().replace("```", "'''")
