"""A document and those that it extends: read together, and whose fault is what is wrong.

What a change breaks in the document that it extends is found there, but it is the change that
must be mended: the row to blame is the one without which the problem is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.document.build import build
from checker.document.check import check
from checker.document.problems import Problem, ProblemList
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
    problems = [_blamed(problem, layers) for problem in found]
    return protocol, list(dict.fromkeys(problems))


def _judge(layers: list[Layer]) -> tuple[Protocol, list[Problem]]:
    problems = ProblemList()
    sheet = Sheet()
    for layer in reversed(layers):
        problems.problems += layer.problems.problems
        problems.doubts |= layer.problems.doubts
        sheet = layer.sheet if layer is layers[-1] else extend(sheet, layer.sheet, problems)
    file = layers[0].file
    protocol = build(sheet, Path(file).stem, file, problems)
    check(protocol, problems)
    # What is doubtful has been reported, or else silence about it would accept the document.
    assert problems.problems or not problems.doubts
    return protocol, problems.problems


def _blamed(problem: Problem, layers: list[Layer]) -> Problem:
    """``problem``, or that a row of the layer that causes it does so."""
    if problem.position.file == layers[0].file:
        return problem
    level = next(i for i in reversed(range(len(layers))) if problem in _judge(layers[i:])[1])
    culprit, below = layers[level], layers[level + 1 :]
    if problem.position.file == culprit.file:
        return problem
    row = next(
        (row for row in culprit.rows() if problem not in _judge([culprit.without(row), *below])[1]),
        culprit.sheet.rows["extends"][0],
    )
    return Problem(row.position, f"with this, another row is wrong: {problem}", row.key)
