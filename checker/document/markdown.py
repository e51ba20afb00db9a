"""Markdown to raw tables: which lines are tables, and where each cell stands.

markdown-it decides what a table is (so code fences and quotations are left alone); the
cells are cut from the source lines here, because a cell's column is needed for errors and
no Markdown parser keeps it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from checker.document.problems import Position

_CODE = re.compile(r"`([^`]*)`")

_DASHES = re.compile(r":?-+:?")

# What markdown-it calls the end of a line; str.splitlines knows more of them.
_NEWLINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Code:
    """The text inside one code span, and the position of its first character."""

    text: str
    position: Position


@dataclass(frozen=True)
class Cell:
    """A table cell: its text without outer spaces, and where that text begins."""

    text: str
    position: Position

    @property
    def plain(self) -> str:
        """The text without the backticks of its code spans."""
        return self.text.replace("`", "").strip()

    def codes(self) -> list[Code]:
        """The code spans of the cell, from left to right."""
        return [
            Code(match.group(1), self.position.moved(match.start(1))) for match in _CODE.finditer(self.text)
        ]

    def outside_code(self) -> str:
        """What stands outside the code spans, without spaces around it."""
        return _CODE.sub("", self.text).strip()


@dataclass(frozen=True)
class RawTable:
    """A Markdown table: its header cells and its rows of cells.

    It is not ``whole`` if Markdown takes it for a paragraph, because the line of dashes under the
    header is missing or has not as many columns.
    """

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: bool = True

    @property
    def position(self) -> Position:
        return self.header[0].position


def split_row(line: str, position: Position) -> tuple[Cell, ...]:
    """Cuts one source line of a table at its ``|`` into cells with their columns."""
    cells = []
    start = 0
    for part in line.split("|"):
        text = part.strip()
        lead = len(part) - len(part.lstrip()) if text else min(len(part), 1)
        cells.append(Cell(text, position.moved(start + lead)))
        start += len(part) + 1
    if line.lstrip().startswith("|"):
        cells = cells[1:]
    if line.rstrip().endswith("|") and len(cells) > 1:
        cells = cells[:-1]
    return tuple(cells)


def table_spans(text: str) -> list[tuple[int, int]]:
    """The (first line, line after the last) of every table of a Markdown text, from 0."""
    return [_lines(token) for token in _tokens(text) if token.type == "table_open"]


def _tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def _lines(token: Token) -> tuple[int, int]:
    assert token.map is not None  # block tokens always carry their lines
    return token.map[0], token.map[1]


@lru_cache(maxsize=128)
def read_tables(text: str, file: str) -> tuple[RawTable, ...]:
    """All tables of ``text``, and the paragraphs that begin as a table does; a row may have more
    or fewer cells than the header.

    Kept, for many documents may extend the same one.
    """
    lines = _NEWLINE.split(text)
    tables = []
    for token in _tokens(text):
        whole = token.type == "table_open"
        if not whole and token.type != "paragraph_open":
            continue
        first, after = _lines(token)
        if not whole and "|" not in lines[first]:
            continue
        cut = [split_row(lines[number], Position(file, number + 1, 1)) for number in range(first, after)]
        header, rows = cut[0], cut[1:]
        if whole or (rows and all(_DASHES.fullmatch(cell.text) for cell in rows[0])):
            del rows[0]
        tables.append(RawTable(header, tuple(rows), whole))
    return tuple(tables)
