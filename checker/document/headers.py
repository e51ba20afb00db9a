"""Header rows: which kind of table stands under one, and which column each of its cells is.

A header that is only nearly right is reported and read as what it was meant to be, so that
what is wrong below it is told too, and what is right below it is not missed elsewhere.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from checker.document.markdown import Cell, RawTable
from checker.document.problems import ProblemList


@dataclass(frozen=True)
class Schema:
    """A kind of table: its required columns (the first names a row) and its optional ones."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional

    @property
    def key(self) -> str:
        return self.required[0]


SCHEMAS = {
    "extends": Schema(("extends", "because")),
    "removes": Schema(("removes", "because")),
    "states": Schema(("state", "meaning"), ("cite",)),
    "groups": Schema(("group", "states")),
    "variables": Schema(("variable", "kind", "lives", "initial"), ("meaning",)),
    "switches": Schema(("switch", "kind", "default"), ("meaning", "cite")),
    "segment": Schema(("field", "written", "kind", "unless given"), ("meaning",)),
    "events": Schema(("event", "kind", "fair"), ("meaning", "cite")),
    "definitions": Schema(("name", "means"), ("cite",)),
    "rules": Schema(("rule", "in", "on", "if", "do", "send", "next", "then"), ("cite", "never fires")),
    "assumptions": Schema(("assumption", "on", "only if"), ("because",)),
    "durations": Schema(("duration", "of", "length"), ("restarted if", "meaning", "cite")),
    "properties": Schema(("property", "kind", "when", "claim"), ("under", "because")),
    "scenarios": Schema(("scenario", "A", "B", "network", "bounds", "expect"), ("opened", "assume", "set")),
    "claims": Schema(("claim", "source", "words", "means", "decided by", "expect"), ("because",)),
    "exchanges": Schema(("exchange", "segments"), ("ends", "because")),
    "places": Schema(("place", "state", "row", "column")),
    "arrows": Schema(("arrow", "from", "to", "on", "receives", "sends", "event", "action")),
    "omissions": Schema(("omission", "from", "to", "on", "receives"), ("because",)),
}

CLAIMS = ("claims", "exchanges")
"""The tables of a document of claims, which is no protocol and has no others."""

FIGURES = ("places", "arrows", "omissions")
"""The tables of a figure of somebody's, which is no protocol and has no others."""

NEAR = 0.75
"""How like each other two words must be for one to be taken for a slip of the other."""

TELLING = 3
"""So many right columns tell the kind of a table whose first column says something else."""


ALWAYS = ("extends", "removes")
"""Kinds of tables that are never prose: their first column alone tells them."""


@dataclass(frozen=True)
class Header:
    """The kind of a table, the column of each of its cells ("" for none), and those it lacks."""

    kind: str
    columns: tuple[str, ...]
    missing: tuple[str, ...]


def read_header(table: RawTable, problems: ProblemList) -> Header | None:
    """What a header row says, or ``None`` where the table is prose; what is wrong is reported."""
    cells = table.header
    texts = [cell.plain for cell in cells]
    kind = _exactly(texts)
    if kind is not None and not table.whole:
        problems.add(
            cells[0].position,
            f"this is the header of {_a(kind)} table, but Markdown sees none here: the next line must be "
            f"`|---|` and so on, with {len(cells)} columns like this one",
        )
    if kind is None and not table.whole:
        return None
    if kind is None:
        kind = _nearly(texts)
        if kind is None:
            return None
        _complain_of_first(cells[0], kind, problems)
    schema = SCHEMAS[kind]
    columns, strange = _columns(cells, kind, problems)
    missing = tuple(column for column in schema.required if column not in columns)
    lacking = ", ".join(f"`{column}`" for column in missing if column != schema.key)
    expected = f"expected {', '.join(schema.columns)}"
    for cell in strange:
        # Where a column is missing too, this may be what it was meant to be.
        lack = f"; the column {lacking} is missing" if lacking else ""
        problems.add(cell.position, f"unknown column `{cell.plain}` in {_a(kind)} table, {expected}{lack}")
    if lacking and not strange:
        problems.add(cells[0].position, f"this {kind} table lacks the column {lacking}; {expected}")
    return Header(kind, columns, missing)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _exactly(texts: list[str]) -> str | None:
    """The kind of a table by its first column and at least one more of that kind's columns.

    A single column that happens to be called ``name`` or ``state`` is prose.
    """
    for kind, schema in SCHEMAS.items():
        if texts[0] == schema.key and sum(text in schema.columns for text in texts) > 1:
            return kind
    return None


def _nearly(texts: list[str]) -> str | None:
    """The kind that a table was plausibly meant to be: its first column is nearly right and so
    are half of the others, or enough of the others are quite right."""
    scores = {}
    for kind, schema in SCHEMAS.items():
        others = schema.required[1:]
        near = sum(any(_alike(text, column) for text in texts[1:]) for column in others)
        right = sum(column in texts for column in others)
        if texts[0].casefold() == schema.key and kind in ALWAYS:
            return kind
        if right >= TELLING or (_alike(texts[0], schema.key) and near and near * 2 >= len(others)):
            scores[kind] = right + near
    return max(scores, key=lambda kind: scores[kind], default=None)


def _alike(text: str, column: str) -> bool:
    return difflib.SequenceMatcher(None, text.casefold(), column.casefold()).ratio() >= NEAR


def _complain_of_first(first: Cell, kind: str, problems: ProblemList) -> None:
    key = SCHEMAS[kind].key
    if first.plain != key:
        problems.add(
            first.position,
            f"this looks like {_a(kind)} table, and the first column of one is `{key}`, not "
            f"`{first.plain}`; write it so, or choose other columns if this is prose",
        )


def _columns(cells: tuple[Cell, ...], kind: str, problems: ProblemList) -> tuple[tuple[str, ...], list[Cell]]:
    """The column that each cell of a header is, misspelt ones as what they were meant to be; and
    the cells that are no column at all."""
    schema = SCHEMAS[kind]
    texts = [cell.plain for cell in cells]
    free = [column for column in schema.columns if column not in texts]
    columns: list[str] = []
    strange: list[Cell] = []
    for cell in cells:
        text = cell.plain
        if text in schema.columns:
            if text in columns:
                problems.add(cell.position, f"a column of this {kind} table appears twice")
            columns.append("" if text in columns else text)
        elif not columns and schema.key in free:
            columns.append(schema.key)
        else:
            meant = next(iter(difflib.get_close_matches(text.casefold(), free, n=1)), "")
            if meant:
                problems.add(
                    cell.position,
                    f"unknown column `{text}` in {_a(kind)} table, expected {', '.join(schema.columns)}"
                    f"; did you mean `{meant}`?",
                )
            else:
                strange.append(cell)
            columns.append(meant)
        free = [column for column in free if column not in columns]
    return tuple(columns), strange
