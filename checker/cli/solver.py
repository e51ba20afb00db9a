"""What `lastack prove` asks the solver: of a document, of a scenario's numbers, and as files.

z3 is loaded when something is asked, not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from checker.document.protocol import Protocol, Scenario

if TYPE_CHECKING:
    from checker.prove.results import NewLimits
    from checker.prove.solver.obligation import Result


class Asking:
    """Questions about one document; with ``smt_dir`` each is a file in a folder of the document's
    name there.

    ``failed`` and ``undecided`` say whether some answer so far was no, or none; a weaker answer
    does not count.
    """

    def __init__(self, protocol: Protocol, smt_dir: Path | None = None) -> None:
        self.protocol = protocol
        self.failed = False
        self.undecided = False
        self._folder = None if smt_dir is None else smt_dir / protocol.name
        self._literal: frozenset[str] | None = None

    def document(self) -> Iterator[Text]:
        """What is said of any initial numbers and of the table.

        Raises ``OSError`` where the questions cannot be written.
        """
        from checker.prove.solver.results import ask_of_document
        from checker.show.solver import document_report

        result = ask_of_document(self.protocol)
        if not result.reason:
            self._literal = result.literal
        answers = [shift.result for shift in result.shifts] + [finding.result for finding in result.table]
        self.failed |= any(answer.status == "fails" for answer in answers)
        self.undecided |= bool(result.reason) or any(answer.status == "unknown" for answer in answers)
        self._write(result.results())
        return document_report(result)

    def numbers(self, scenario: Scenario, limits: NewLimits) -> Iterator[Text]:
        """The initial numbers with which a scenario goes otherwise (`--isn-hazard`).

        Raises ``LimitReached``, ``SemanticError``, and ``OSError`` as ``document`` does.
        """
        from checker.prove.solver.results import ask_of_scenario
        from checker.prove.solver.shift import literal_expressions
        from checker.show.solver import hazard_report

        if self._literal is None:
            self._literal = literal_expressions(self.protocol)
        result = ask_of_scenario(self.protocol, scenario, limits, self._literal)
        self.failed |= bool(result.hazards)
        self.undecided |= bool(result.reason) or not all(h.solutions.complete for h in result.hazards)
        self._write(result.results())
        return hazard_report(result)

    def _write(self, answers: Iterable[Result]) -> None:
        from checker.prove.solver.obligation import write_all

        if self._folder is not None:
            write_all(answers, self._folder)
