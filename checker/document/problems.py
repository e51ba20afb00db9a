"""Where things stand in a document, and what is wrong with them.

Every complaint about a document is a ``Problem`` with a position; they are collected and
raised together as one ``DocumentError``, so that an author sees all of them at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

EVERY = "*"
"""In place of a name: a doubt about every name."""


@dataclass(frozen=True, order=True)
class Position:
    """A place in a document: the file as it was named, line and column from 1.

    Column 0 is nowhere: where a cell would stand that an error already reported has lost.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def seen_from(self, other: Position) -> str:
        """``line 7``, with the file where that is not the file of ``other``."""
        return f"line {self.line}" + ("" if self.file == other.file else f" of {self.file}")

    def lost(self) -> Position:
        """Nowhere on this line."""
        return Position(self.file, self.line, 0)

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
    """Collects problems while reading goes on.

    ``doubts`` are (aspect, name): what could not be read and has been reported, such as
    ``("lives", "X")``. What only follows from them is not reported.
    """

    problems: list[Problem] = field(default_factory=list)
    doubts: set[tuple[str, str]] = field(default_factory=set)

    def add(self, position: Position, message: str, row: str = "") -> None:
        said = any(p.position == position and p.message == message for p in self.problems)
        if position.column and not said:
            self.problems.append(Problem(position, message, row))

    def doubt(self, aspect: str, *names: str) -> None:
        self.doubts.update((aspect, name) for name in names)

    def doubts_of(self, aspect: str, name: str) -> bool:
        """Whether this aspect of ``name``, or that of all names, could not be read."""
        return (aspect, name) in self.doubts or (aspect, EVERY) in self.doubts

    def apart(self) -> ProblemList:
        """An empty list with the same doubts, for what is perhaps not to be reported."""
        return ProblemList(doubts=self.doubts)


def suggest(name: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` for the known name nearest to ``name``, or nothing."""
    known = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
