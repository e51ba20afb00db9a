"""A check as it goes on: each document's results are told, and its exit code found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.choice import Options
from checker.cli.claims import ClaimCheck
from checker.cli.documents import called
from checker.cli.jobs import FAILURES, Turns
from checker.cli.messages import complain
from checker.cli.output import Outputs
from checker.cli.saving import save_trace, save_traces
from checker.document.library import version_of
from checker.document.protocol import Protocol, Scenario
from checker.document.statements import Statements, version_of_all
from checker.exchange.checked import NOT_CHECKED, CheckedClaims, CheckedDocument, Unchecked
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from checker.show.paragraph import paragraph
from checker.show.report import document_report, scenario_report
from checker.show.statements import statement_report
from checker.verify.results import ScenarioResult, untouched
from checker.verify.twins import with_twins


@dataclass
class Checking:
    """Tells of one document after the other, as far as they are checked; ``names`` and ``codes``
    are those of the documents so far."""

    options: Options
    out: Outputs
    turns: Turns
    names: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def document(self, path: Path, protocol: Protocol, chosen: Sequence[Scenario]) -> None:
        """Tells what the chosen scenarios of a document came to."""
        if self.turns.is_over:
            self.out.left(CheckedDocument(protocol, version_of(path), [], list(_not_checked(chosen))))
            return
        self._head(path, protocol.name)
        results, broken = self._take(chosen)
        whole = len(results) == len(protocol.scenarios)
        asked = self.options.properties
        silent = untouched(protocol, results) if whole and not asked else []
        left: list[Unchecked] = []
        if self.turns.is_over:
            self.out.text([Text("interrupted: what follows was not checked", style="yellow")])
            # At least one: the last scenario was interrupted, if not all others.
            left = list(_not_checked(chosen[len(results) + len(broken) :] or chosen[-1:]))
        again = self.options.again(called(path))
        checked = CheckedDocument(protocol, version_of(path), results, [*broken, *left], silent, again)
        self.out.text(document_report(protocol, results, checked.complaints, again, len(broken), asked))
        self.out.document(checked)
        self._end(protocol.name, ERROR if broken else exit_code(results, silent, self.turns.is_over))

    def _take(self, chosen: Sequence[Scenario]) -> tuple[list[ScenarioResult], list[Unchecked]]:
        """Tells of each scenario what it came to, until it is interrupted."""
        results: list[ScenarioResult] = []
        broken: list[Unchecked] = []
        for scenario in chosen:
            outcome = self.turns.take()
            if outcome is None:
                break
            try:
                result: ScenarioResult = outcome.get()
            except FAILURES as error:
                # The other scenarios may be fine; what was found out must not be lost.
                complain(f"{scenario.name}: {error}")
                broken.append(_broken(scenario, error))
            else:
                results.append(result)
                self._tell(result)
        return with_twins(results), broken

    def claims(self, path: Path, document: Statements) -> None:
        """Decides the claims of a document."""
        version = version_of_all(path, document)
        check = ClaimCheck(document)
        if self.turns.is_over:
            self.out.left(CheckedClaims(document.name, version, check.run(self.turns)))
            return
        self._head(path, document.name)
        results = check.run(self.turns)
        for result in results:
            self.out.text(statement_report(result))
        self.out.text(check.report(results))
        unchecked = [_broken(scenario, error) for scenario, error in check.broken]
        self.out.claims(CheckedClaims(document.name, version, results, check.scenarios, unchecked))
        if self.options.traces is not None:
            for protocol, scenario, (_, _, name, _), found, run in check.runs():
                property = name if name in protocol.properties else ""
                model = Model(protocol, scenario)
                save_trace(self.options.traces, model, run, name, property, found.end)
        self._end(document.name, check.code(results))

    def _head(self, path: Path, name: str) -> None:
        place = path if called(path) == str(path) else "bundled"
        self.out.text([*paragraph(f"{name} ({place})", "bold underline", hanging="  "), Text()])

    def _tell(self, result: ScenarioResult) -> None:
        self.out.text(scenario_report(result, self.options.properties))
        if self.options.traces is not None:
            save_traces(self.options.traces, result)

    def _end(self, name: str, code: int) -> None:
        self.names.append(name)
        self.codes.append(code)


def _not_checked(scenarios: Sequence[Scenario]) -> Iterator[Unchecked]:
    for scenario in scenarios:
        yield Unchecked(scenario.name, "unknown", NOT_CHECKED, scenario.position)


def _broken(scenario: Scenario, error: Exception) -> Unchecked:
    """A scenario that ended in an error, which may know of a better place than its row."""
    if isinstance(error, SemanticError) and error.position is not None:
        row = f"{error.row}: " if error.row else ""
        return Unchecked(scenario.name, "error", f"{row}{error.what}", error.position)
    return Unchecked(scenario.name, "error", str(error), scenario.position)


def exit_code(results: Sequence[ScenarioResult], complaints: Sequence[object], interrupted: bool) -> int:
    """The exit code for a document. A decided verdict that is not as expected outweighs one that a
    limit left open."""
    judged = [judged for result in results for judged in result.judged if not judged.as_expected]
    if complaints or any(j.verdict.outcome != "unknown" for j in judged):
        return NOT_AS_EXPECTED
    return LIMIT if judged or interrupted else AS_EXPECTED
