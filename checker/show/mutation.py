"""Mutants and what became of them, as a person reads it on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.compare.mutation import FATES, Difference, Fate, Mutation
from checker.document.mutants import OPERATORS, Mutant
from checker.document.protocol import Rule
from checker.show.differences import letter
from checker.show.paragraph import counted, paragraph

MARKS = {"killed": "✓", "broken": "·", "equivalent": "=", "survived": "✗", "unknown": "?"}
STYLES = {
    "killed": "green",
    "broken": "dim",
    "equivalent": "dim",
    "survived": "bold red",
    "unknown": "bold yellow",
}
COLUMNS: dict[str, int] = {"mutants": 8, **{str(fate): len(fate) + 2 for fate in FATES}, "score": 9}
"""Columns of the sums, and how wide they are."""
MOST_NAMED = 12
"""Properties that are listed with the mutants that they kill; all are in the JSON."""


def rule_report(rule: Rule, fates: Sequence[Fate]) -> Iterator[Text]:
    """The mutants of one row; those that nothing notices with the row before and after."""
    yield from paragraph(f"{rule.id}{f' ({rule.cite})' if rule.cite else ''}", "bold", hanging="  ")
    for fate in fates:
        mutant = fate.mutant
        what = f"{mutant.operator}{f': {mutant.what}' if mutant.what else ''}"
        text = f"{MARKS[fate.fate]} {what} — {_in_words(fate)}"
        yield from paragraph(text, STYLES.get(fate.fate, "dim"), "  ", "    ")
        if fate.fate in ("survived", "unknown"):
            yield from _row(rule, mutant)
    yield Text()


def _in_words(fate: Fate) -> str:
    where = f" in {fate.scenario}" if fate.scenario else ""
    if fate.kill is not None:
        return f"{fate.kill.property} {fate.kill.outcome}{where}"
    if fate.difference is not None:
        return f"SURVIVED: {difference_in_words(fate.difference)}"
    name = fate.fate.upper() if fate.fate in ("survived", "unknown") else fate.fate
    return f"{name}{where}{f': {fate.reason}' if fate.reason else ''}"


def difference_in_words(difference: Difference) -> str:
    one, other = ("the mutant", "the document") if difference.of_mutant else ("the document", "the mutant")
    shown = letter(difference.letter)
    return (
        f"after {counted(difference.steps, 'step')} of {difference.scenario}, {one} can show what "
        f"{other} cannot: {shown}"
    )


def _row(rule: Rule, mutant: Mutant) -> Iterator[Text]:
    """The row before and after: the cells that differ, or all of a row that is gone."""
    for column, before in rule.text.items():
        after = "" if mutant.rule is None else mutant.rule.text[column]
        if before != after:
            yield from paragraph(f"{column}: {before or 'nothing'}", "red", "      ", "  ")
            if mutant.rule is not None:
                yield from paragraph(f"→ {after or 'nothing'}", "green", "        ", "  ")


def mutation_report(mutation: Mutation) -> Iterator[Text]:
    """The sums: by operator, by what killed them, and the score."""
    yield from _by_operator(mutation)
    yield from _by_killer(mutation)
    yield from _left_out(mutation)
    yield from _score(mutation)


def _by_operator(mutation: Mutation) -> Iterator[Text]:
    yield Text(" " * 16 + "".join(f"{name:>{width}}" for name, width in COLUMNS.items()), style="bold")
    for operator in OPERATORS:
        counts = mutation.counts(operator)
        numbers = [counts.total(), *(counts[fate] for fate in FATES)]
        if counts:
            cells = [*(f"{number:,}" for number in numbers), percent(mutation.score(operator))]
            shown = (f"{cell:>{width}}" for cell, width in zip(cells, COLUMNS.values(), strict=True))
            yield Text(f"{operator:<16}{''.join(shown)}")
    yield Text()


def percent(score: float | None) -> str:
    """To a tenth, and never more than it is: 89.96 is not yet 90."""
    return "–" if score is None else f"{int(score * 10) / 10:.1f} %"


def _by_killer(mutation: Mutation) -> Iterator[Text]:
    properties = Counter(fate.kill.property for fate in mutation.all() if fate.kill is not None).most_common()
    named = [f"{name} {times}" for name, times in properties[:MOST_NAMED]]
    if len(properties) > MOST_NAMED:
        named.append(f"and {len(properties) - MOST_NAMED} more")
    if named:
        yield from paragraph(f"killed by {', '.join(named)}", hanging="  ")
        yield Text()


def _left_out(mutation: Mutation) -> Iterator[Text]:
    large = [m.scenario.name for m in mutation.measured if m.states is None]
    if large:
        text = f"not tried, for they have more than {mutation.max_states:,} states: {', '.join(large)}"
        yield from paragraph(text, "dim", hanging="  ")
    for measured in mutation.measured:
        if measured.unsound:
            names = ", ".join(measured.unsound)
            text = (
                f"not as expected in {measured.scenario.name} as it is, so that they notice nothing: {names}"
            )
            yield from paragraph(text, "bold yellow", hanging="  ")
    if mutation.left:
        text = f"{counted(mutation.left, 'mutant')} not judged"
        yield from paragraph(text, "bold yellow", hanging="  ")


def _score(mutation: Mutation) -> Iterator[Text]:
    counts, score = mutation.counts(), mutation.score()
    if score is None:
        yield from paragraph("no score: no mutant was judged that could count", "bold yellow")
        return
    judged = counts["killed"] + counts["survived"] + counts["unknown"]
    text = (
        f"score {percent(score)}: {counts['killed']:,} of {counted(judged, 'mutant')} killed, "
        f"{counts['survived']:,} survived, {counts['unknown']:,} unknown; besides, "
        f"{counts['equivalent']:,} are equivalent and {counts['broken']:,} broken"
    )
    yield from paragraph(text, "bold", hanging="  ")
