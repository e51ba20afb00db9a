"""A document and those that it extends: read together, and whose fault is what is wrong.

What a change breaks in the document that it extends is found there, but it is the change that
must be mended: the row to blame is the one without which the problem is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.document.build import build
from checker.document.check import check
from checker.document.problems import Position, Problem, ProblemList
from checker.document.protocol import Protocol
from checker.document.sheet import Row, Sheet, extend


@dataclass(frozen=True)
class Layer:
    """The tables of one document, and what was wrong with these."""

    file: str
    sheet: Sheet
    problems: ProblemList

    def rows(self) -> list[Row]:
        """All rows but the one that names the base, in document order."""
        rows = (row for kind, rows in self.sheet.rows.items() if kind != "extends" for row in rows)
        return sorted(rows, key=lambda row: row.position)

    def without(self, row: Row) -> Layer:
        kept = {kind: [r for r in rows if r is not row] for kind, rows in self.sheet.rows.items()}
        return Layer(self.file, Sheet(kept), self.problems)


def judge(layers: list[Layer]) -> tuple[Protocol, list[Problem]]:
    """The protocol of a document, which is the first layer and extends the next one and so on,
    and all that is wrong with it."""
    protocol, found = _judge(layers)
    blame = _Blame(layers)
    return protocol, list(dict.fromkeys(blame.of(problem) for problem in found))


def _judge(layers: list[Layer]) -> tuple[Protocol, list[Problem]]:
    problems = ProblemList()
    sheet = merged(layers, problems)
    file = layers[0].file
    protocol = build(sheet, Path(file).stem, file, problems)
    check(protocol, problems)
    # What is doubtful has been reported, or else silence about it would accept the document.
    assert problems.problems or not problems.doubts
    return protocol, problems.problems


def merged(layers: list[Layer], problems: ProblemList) -> Sheet:
    """The tables of a document with those of all that it extends."""
    sheet = Sheet()
    for layer in reversed(layers):
        problems.problems += layer.problems.problems
        problems.doubts |= layer.problems.doubts
        sheet = layer.sheet if layer is layers[-1] else extend(sheet, layer.sheet, problems)
    return sheet


class _Blame:
    """Who causes problems; each layer and each row left out is judged at most once."""

    def __init__(self, layers: list[Layer]) -> None:
        self._layers = layers
        self._levels: dict[int, set[Problem]] = {}
        self._without: dict[tuple[int, Position], set[Problem]] = {}

    def of(self, problem: Problem) -> Problem:
        """``problem``, or that a row of the layer that causes it does so."""
        if problem.position.file == self._layers[0].file:
            return problem
        level = next(i for i in reversed(range(len(self._layers))) if problem in self._found(i))
        culprit = self._layers[level]
        if problem.position.file == culprit.file:
            return problem
        row = next(
            (row for row in culprit.rows() if problem not in self._found_without(level, row)),
            culprit.sheet.rows["extends"][0],
        )
        return Problem(row.position, f"with this, another row is wrong: {problem}", row.key)

    def _found(self, level: int) -> set[Problem]:
        if level not in self._levels:
            self._levels[level] = set(_judge(self._layers[level:])[1])
        return self._levels[level]

    def _found_without(self, level: int, row: Row) -> set[Problem]:
        place = (level, row.position)
        if place not in self._without:
            layers = [self._layers[level].without(row), *self._layers[level + 1 :]]
            self._without[place] = set(_judge(layers)[1])
        return self._without[place]
