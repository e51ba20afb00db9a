"""The rows that differ between two documents: added, removed, renamed, changed, moved."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from checker.document.headers import CLAIMS, SCHEMAS
from checker.document.problems import Position
from checker.document.sheet import Row, Sheet

TABLES = tuple(kind for kind in SCHEMAS if kind not in ("extends", "removes", *CLAIMS))
"""What a document is made of. Names are declared before the rows that use them, so renamed ones
are known when these are compared."""

PROSE = ("meaning", "cite", "because", "never fires")
"""Columns that say nothing to the program."""

NAMED_BY_EXPECTATIONS = ("rules", "properties", "scenarios")
"""Tables whose names stand in the expectations of scenarios, and nowhere else."""

How = Literal["added", "removed", "renamed", "changed", "moved"]


@dataclass(frozen=True)
class CellChange:
    """A cell of a row that differs."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """How one row differs. ``row`` is its name in the second document, or in the first if it was
    removed; ``was`` its name in the first; ``position`` where it stands."""

    how: How
    table: str
    row: str
    was: str
    position: Position
    cells: tuple[CellChange, ...] = ()

    @property
    def only_words(self) -> bool:
        """Whether nothing but prose differs."""
        return self.how == "changed" and all(cell.column in PROSE for cell in self.cells)


@dataclass(frozen=True)
class RowChanges:
    """All rows that differ, in the order of tables and rows, and the names of those that were
    renamed by table, the old ones as keys; those of whole steps of rules under ``steps``."""

    rows: tuple[RowChange, ...]
    renamed: Mapping[str, Mapping[str, str]]


def compare_rows(base: Sheet, head: Sheet) -> RowChanges:
    """How ``head`` differs from ``base``, row by row.

    A row is the same if its name is. One that is gone and one that is new are the same under
    another name if all else in them is equal, and no other such row is.
    """
    names = _Names()
    rows: list[RowChange] = []
    for kind in TABLES:
        table = _Table(kind, base.rows[kind], head.rows[kind], names)
        names.renamed[kind] = table.renamed
        if kind == "rules":
            names.renamed["steps"] = _steps(table)
        rows.extend(table.changes())
    return RowChanges(tuple(rows), names.renamed)


class _Names:
    """The names that are known to have changed, by table."""

    def __init__(self) -> None:
        self.renamed: dict[str, Mapping[str, str]] = {}

    def of(self, column: str) -> dict[str, str]:
        """Those that may stand in a column."""
        if column in PROSE:
            return {}
        if column == "then":
            return dict(self.renamed.get("steps", {}))
        told = column == "expect"
        found: dict[str, str] = {}
        for kind, names in self.renamed.items():
            if kind != "steps" and told == (kind in NAMED_BY_EXPECTATIONS):
                found |= names
        return found


class _Table:
    """Tables of one kind in both documents; ``names`` are those renamed so far."""

    def __init__(self, kind: str, base: Sequence[Row], head: Sequence[Row], names: _Names) -> None:
        self.kind = kind
        self.head = {row.key: row for row in head}
        self.base = {row.key: row for row in base}
        self.gone = [key for key in self.base if key not in self.head]
        self.new = [key for key in self.head if key not in self.base]
        self.names = names
        self.renamed = dict(self._renamed())

    def _renamed(self) -> Iterator[tuple[str, str]]:
        """(old name, new name) of the rows that are alike but for their names."""
        alone = len(self.gone) == len(self.new) == 1
        for old in self.gone:
            alike = [new for new in self.new if self._alike(old, new)]
            if len(alike) != 1:
                continue
            (new,) = alike
            also = [other for other in self.gone if self._alike(other, new)]
            if also == [old] and (alone or _content(self.head[new])):
                yield old, new

    def _alike(self, old: str, new: str) -> bool:
        """Whether two rows are alike; one may speak of itself."""
        there = _content(self.head[new])
        return there in (self._told(self.base[old], {}), self._told(self.base[old], {old: new}))

    def _told(self, row: Row, own: Mapping[str, str]) -> dict[str, str]:
        """The cells of a row of the first document in the names of the second; ``own`` are those of
        this table."""
        if self.kind in NAMED_BY_EXPECTATIONS:
            own = {}
        return {
            column: text if column in PROSE else _replaced(text, {**self.names.of(column), **own})
            for column, text in _content(row).items()
        }

    def changes(self) -> Iterator[RowChange]:
        """The changed rows: those of the second document in its order, then those removed."""
        back = {new: old for old, new in self.renamed.items()}
        moved = self._moved()
        for key, row in self.head.items():
            was = back.get(key, key)
            if was not in self.base:
                yield RowChange("added", self.kind, key, key, row.position, _cells({}, _content(row)))
                continue
            if was != key:
                yield RowChange("renamed", self.kind, key, was, row.position)
            cells = _cells(self._told(self.base[was], self.renamed), _content(row))
            if cells and was == key:
                yield RowChange("changed", self.kind, key, was, row.position, cells)
            if key in moved:
                yield RowChange("moved", self.kind, key, was, row.position)
        for key in self.gone:
            if key not in self.renamed:
                row = self.base[key]
                yield RowChange("removed", self.kind, key, key, row.position, _cells(_content(row), {}))

    def _moved(self) -> set[str]:
        """The fewest rows without which those in both documents are in the same order."""
        places = {key: place for place, key in enumerate(self.head)}
        common = [key for old in self.base if (key := self.renamed.get(old, old)) in places]
        return set(common) - set(_longest_ascending(common, places))


def _steps(rules: _Table) -> dict[str, str]:
    """The steps all rules of which were renamed into those of one new step."""
    became: dict[str, set[str]] = {}
    for rule in rules.base:
        became.setdefault(_step(rule), set()).add(_step(rules.renamed.get(rule, rule)))
    now = {_step(rule) for rule in rules.head}
    return {old: new for old, (new, *others) in became.items() if not others and new != old not in now}


def _step(rule: str) -> str:
    """The part of a rule's id before its first dot."""
    return rule.split(".", 1)[0]


def _longest_ascending(keys: Sequence[str], places: Mapping[str, int]) -> list[str]:
    """The longest part of ``keys`` whose places ascend, in order."""
    ends: list[int] = []  # by length, the lowest place that so long a part can end in
    last: list[str] = []
    before: dict[str, str | None] = {}
    for key in keys:
        at = bisect_left(ends, places[key])
        before[key] = last[at - 1] if at else None
        ends[at : at + 1] = [places[key]]
        last[at : at + 1] = [key]
    found: list[str] = []
    at_last = last[-1] if last else None
    while at_last is not None:
        found.append(at_last)
        at_last = before[at_last]
    return found[::-1]


def _content(row: Row) -> dict[str, str]:
    """The cells of a row but its name, spaces aside; empty ones left out."""
    key = next(iter(row.cells))
    texts = {column: " ".join(cell.plain.split()) for column, cell in row.cells.items()}
    return {column: text for column, text in texts.items() if column != key and text}


def _replaced(text: str, names: Mapping[str, str]) -> str:
    """``text`` with each name that stands in it as a whole replaced, longer ones first."""
    if not names:
        return text
    longest = sorted(names, key=lambda name: (-len(name), name))
    pattern = rf"(?<![\w.\-])(?:{'|'.join(map(re.escape, longest))})(?![\w\-]|\.\w)"
    return re.sub(pattern, lambda match: names[match.group()], text)


def _cells(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[CellChange, ...]:
    """The cells that differ, in the order of the columns."""
    return tuple(
        CellChange(column, before.get(column, ""), after.get(column, ""))
        for column in dict.fromkeys([*after, *before])
        if before.get(column, "") != after.get(column, "")
    )
