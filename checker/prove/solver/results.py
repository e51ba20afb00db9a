"""All that the solver is asked of a document, and of a scenario, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.document.problems import Position
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.prove.results import NewLimits
from checker.prove.solver.hazards import Study
from checker.prove.solver.numbers import Unsupported
from checker.prove.solver.obligation import EFFORT, Result, solve
from checker.prove.solver.outcomes import Hazard, Outcomes
from checker.prove.solver.shift import literal_expressions, shift_obligations
from checker.prove.solver.table import Finding, Table
from checker.prove.solver.terms import EncodeError


@dataclass(frozen=True)
class Shift:
    """Whether the expression of this name comes out the same wherever all numbers begin."""

    name: str
    result: Result
    position: Position


@dataclass(frozen=True)
class DocumentResult:
    """What the solver says of a document: of any initial numbers (``shifts``), of its table.

    ``reason`` says why nothing could be asked.
    """

    shifts: tuple[Shift, ...]
    table: tuple[Finding, ...]
    seconds: float
    reason: str = ""

    @property
    def literal(self) -> frozenset[str]:
        """The names of expressions that are not proved to come out the same."""
        return frozenset(shift.name for shift in self.shifts if shift.result.status != "proved")

    def results(self) -> Iterator[Result]:
        """All answers, weaker ones too."""
        yield from (shift.result for shift in self.shifts)
        for finding in self.table:
            yield finding.result
            if finding.weaker is not None:
                yield finding.weaker


@dataclass(frozen=True)
class HazardResult:
    """What the solver says of a scenario with other initial numbers.

    ``remarks`` say what was not looked at; ``reason`` why nothing was.
    """

    scenario: Scenario
    hazards: tuple[Hazard, ...]
    remarks: tuple[str, ...]
    seconds: float
    reason: str = ""

    def results(self) -> Iterator[Result]:
        """The proofs that the conditions shown are the exact ones."""
        return (hazard.exact for hazard in self.hazards if hazard.exact is not None)


def ask_of_document(protocol: Protocol, effort: int = EFFORT) -> DocumentResult:
    """Asks whether the document cares where numbers begin, and about its table; ``effort`` is
    for each question."""
    watch = Limits()
    try:
        shifts = tuple(
            Shift(expression.name, solve(obligation, effort), expression.node.position)
            for expression, obligation in shift_obligations(protocol)
        )
        table = tuple(Table(protocol).findings(effort))
    except EncodeError as error:
        return DocumentResult((), (), watch.seconds(), str(error))
    return DocumentResult(shifts, table, watch.seconds())


def ask_of_scenario(
    protocol: Protocol, scenario: Scenario, limits: NewLimits, literal: frozenset[str] | None = None
) -> HazardResult:
    """Looks for initial numbers with which the scenario goes otherwise.

    ``literal`` are the ``literal_expressions`` of the document, where they are known. ``limits``
    makes those of one closure or exploration. Raises ``LimitReached``, and ``SemanticError`` where
    the document has no meaning in a view.
    """
    watch = Limits()
    try:
        if literal is None:
            literal = literal_expressions(protocol)
        study = Study(protocol, scenario, limits(), literal)
        hazards = tuple(Outcomes(study, limits).hazards())
    except (Unsupported, EncodeError) as error:
        return HazardResult(scenario, (), (), watch.seconds(), str(error))
    return HazardResult(scenario, hazards, study.remarks, watch.seconds())
