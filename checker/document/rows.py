"""The cells of a row, one at a time: what each says, and complaints about those that do not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from checker.document import protocol as p
from checker.document.cells import CellError, is_name, parse_guard, why_no_name
from checker.document.kinds import EXPECTED, UNKNOWN, Kind, Value, parse_kind, parse_value, values_of
from checker.document.markdown import Cell, Code
from checker.document.problems import ProblemList, suggest
from checker.document.scenarios import phrases
from checker.document.sheet import Row, Sheet
from checker.document.syntax import Broken, Expression

T = TypeVar("T")

NAMING = ("states", "groups", "variables", "switches", "segment", "events", "definitions")
"""The tables whose names stand in expressions or in lists that know reserved words."""


class RowReader:
    """Reads cells against the tables of ``sheet``; what is wrong goes to ``problems``."""

    def __init__(self, sheet: Sheet, problems: ProblemList) -> None:
        self.sheet = sheet
        self.problems = problems
        self._no_names = [
            row.key for kind in NAMING for row in sheet.rows[kind] if row.key and not is_name(row.key)
        ]

    def each(self, kind: str, read: Callable[[Row], T]) -> dict[str, T]:
        """What the rows of a kind say, by name.

        Rows without a name of their own, which is an error, go under a key that is no name, so
        that all else that is wrong with them is found too.
        """
        found: dict[str, T] = {}
        for row in self.sheet.rows[kind]:
            unique = row.key and row.key not in found
            found[row.key if unique else f"{row.key}\n{row.position.line}"] = read(row)
        return found

    def complain(self, cell: Cell, message: str, row: Row) -> None:
        self.problems.add(cell.position, message, row.key)

    def parsed(self, row: Row, column: str, parse: Callable[[Code], T]) -> T | None:
        """What the one code span of a cell says, ``None`` where the cell is empty or wrong."""
        cell = row[column]
        codes = cell.codes()
        if not cell.text:
            return None
        if len(codes) != 1 or cell.outside_code():
            self.complain(cell, f"the column `{column}` takes one code span: write `` `{cell.plain}` ``", row)
            return None
        try:
            return parse(codes[0])
        except CellError as error:
            # A name that cannot be one, which is reported where it is declared, breaks its uses.
            if not any(_stands_in(name, codes[0].text) for name in self._no_names):
                self.problems.add(error.position, error.message, row.key)
            return None

    def required(self, row: Row, column: str) -> Expression:
        """An expression that must be there; a wrong one is reported and stands as ``on``."""
        if not row[column].text:
            self.complain(row[column], f"the column `{column}` is empty, expected an expression", row)
        return self.parsed(row, column, parse_guard) or Broken(row[column].position)

    def one_of(self, row: Row, column: str, words: tuple[str, ...]) -> str:
        """One of ``words``; a wrong word is reported and stands for the nearest one, or for ""."""
        text = row[column].plain
        if text in words:
            return text
        expected = ", ".join(f"`{word}`" for word in words)
        what = "a kind" if column == "kind" else f"a value of `{column}`"
        self.complain(row[column], f"`{text}` is not {what}, expected {expected}{suggest(text, words)}", row)
        return next(iter(difflib.get_close_matches(text, words, n=1)), "")

    def kind(self, row: Row, text: str) -> Kind:
        kind = parse_kind(text)
        if kind is None:
            self.complain(row["kind"], f"`{text}` is not a kind, expected {EXPECTED}", row)
            # They may be words or flags that it meant to declare.
            self.problems.doubt("word", *re.split(r"[^\w.\-]+", text), *re.split(r"\s*[^\w.\- ]\s*", text))
        return kind or UNKNOWN

    def value(self, row: Row, column: str, kind: Kind) -> Value:
        valid, value = parse_value(row[column].plain, kind)
        if not valid:
            self.complain(
                row[column],
                f"`{row[column].plain}` is not a value of this kind, expected {values_of(kind)} or `none`",
                row,
            )
        return value

    def name(self, row: Row) -> None:
        """Names that expressions and lists use must be phrases of the grammar."""
        if row.key and not is_name(row.key):
            message = f"`{row.key}` cannot be used as a name: {why_no_name(row.key)}"
            self.problems.add(row.position, message, row.key)

    def not_in_name(self, row: Row, separator: str) -> None:
        """Names that stand in lists must not contain what separates the items of these lists."""
        if separator in row.key:
            message = (
                f"`{row.key}` cannot be used as a name: lists of such names are separated by `{separator}`"
            )
            self.problems.add(row.position, message, row.key)

    def members(
        self, row: Row, column: str, states: list[str], groups: Mapping[str, p.Group]
    ) -> Iterator[str]:
        """The states that a cell lists; it must list some."""
        listed = list(phrases(row[column], ","))
        what = "a state or a group" if groups else "a state"
        if not listed:
            self._complain_of_nothing(row, column, what)
        for phrase in listed:
            if phrase.text in states:
                yield phrase.text
            elif phrase.text in groups:
                yield from groups[phrase.text].states
            elif states and not self._lost(phrase.text, "groups" if groups else "states", "states"):
                message = f"`{phrase.text}` is not {what}{suggest(phrase.text, [*states, *groups])}"
                self.problems.add(phrase.position, message, row.key)

    def _lost(self, name: str, *tables: str) -> bool:
        """Whether a row without a name in one of ``tables`` may have declared ``name``."""
        return any(self.problems.doubts_of(table, name) for table in tables)

    def events(self, row: Row, known: Mapping[str, p.Event], column: str = "on") -> tuple[str, ...]:
        """The events that a cell lists; it must list some."""
        listed = list(phrases(row[column], ","))
        if not listed:
            self._complain_of_nothing(row, column, "an event")
        for phrase in listed:
            if phrase.text not in known and known and not self._lost(phrase.text, "events"):
                message = f"`{phrase.text}` is not an event{suggest(phrase.text, known)}"
                self.problems.add(phrase.position, message, row.key)
        return tuple(dict.fromkeys(phrase.text for phrase in listed if phrase.text in known))

    def _complain_of_nothing(self, row: Row, column: str, expected: str) -> None:
        found = f"says `{row[column].plain}`" if row[column].plain else "is empty"
        self.complain(row[column], f"the column `{column}` {found}, expected {expected}", row)


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
