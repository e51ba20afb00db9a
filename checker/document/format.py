"""Aligns the tables of a document and changes nothing else."""

from __future__ import annotations

import re
import unicodedata

from checker.document.markdown import split_row, table_spans
from checker.document.problems import Position

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
"""A line as Markdown counts them, with its end; str.splitlines knows more of them."""

_RULER = re.compile(r"\s*(:?)-+(:?)\s*")


def format_document(text: str) -> str:
    """``text`` with every table's columns padded to the same width.

    Only spaces around cells and dashes of the ruler lines change; line endings, tables whose
    rows differ in length or do not begin and end with ``|``, and everything outside tables
    stay as they are.
    """
    lines = _LINE.findall(text)
    for first, after in table_spans(text):
        aligned = _align([line.rstrip("\r\n") for line in lines[first:after]])
        for number, line in enumerate(aligned or (), first):
            ending = lines[number][len(lines[number].rstrip("\r\n")) :]
            lines[number] = line + ending
    return "".join(lines)


def _align(lines: list[str]) -> list[str] | None:
    nowhere = Position("", 1, 1)
    if not all(line.strip().startswith("|") and line.strip().endswith("|") for line in lines):
        return None  # in a quotation, behind the mark of a list, or without outer bars
    rows = [[cell.text for cell in split_row(line, nowhere)] for line in lines]
    columns = len(rows[0])
    if any(len(row) != columns for row in rows):
        return None
    body = [rows[0], *rows[2:]]
    widths = [max(3, *(_width(row[column]) for row in body)) for column in range(columns)]
    indent = re.match(r"\s*", lines[0])
    lead = indent.group() if indent else ""
    formatted = []
    for number, row in enumerate(rows):
        cells = [
            _ruler(cell, width) if number == 1 else cell + " " * (width - _width(cell))
            for cell, width in zip(row, widths, strict=True)
        ]
        formatted.append(f"{lead}| {' | '.join(cells)} |")
    return formatted


def _ruler(cell: str, width: int) -> str:
    match = _RULER.fullmatch(cell)
    left, right = match.groups() if match else ("", "")
    return left + "-" * (width - len(left) - len(right)) + right


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
