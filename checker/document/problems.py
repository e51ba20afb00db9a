"""Where things stand in a document, and what is wrong with them.

Every complaint about a document is a ``Problem`` with a position; they are collected and
raised together as one ``DocumentError``, so that an author sees all of them at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Position:
    """A place in a document: the file as it was named, line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def moved(self, columns: int) -> Position:
        """The position ``columns`` further right on the same line."""
        return Position(self.file, self.line, self.column + columns)


@dataclass(frozen=True, order=True)
class Problem:
    """One complaint: where it is, the row it belongs to (or ""), and what to do."""

    position: Position
    message: str
    row: str = ""

    def __str__(self) -> str:
        row = f"{self.row}: " if self.row else ""
        return f"{self.position}: {row}{self.message}"


class DocumentError(Exception):
    """A document that cannot be used; ``problems`` are all that was found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class ProblemList:
    """Collects problems while reading goes on."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, position: Position, message: str, row: str = "") -> None:
        self.problems.append(Problem(position, message, row))

    def raise_if_any(self) -> None:
        if self.problems:
            raise DocumentError(self.problems)


def suggest(name: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` for the known name nearest to ``name``, or nothing."""
    known = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
