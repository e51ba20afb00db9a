"""What `lastack prove --unroll` does: compares z3 with exploration, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT
from checker.cli.messages import complain
from checker.cli.terminal import ProgressLine, console
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached
from checker.prove.solver.depths import UnrollResult, unroll_scenario
from checker.prove.solver.obligation import file_name, write_all
from checker.show.unroll import unroll_report, unrolls_report


class Unrolls(NamedTuple):
    """Runs of up to ``most`` steps; each scenario's questions are written to a folder of its own in
    ``smt_dir``."""

    most: int
    properties: Sequence[str]
    time_limit: float | None
    smt_dir: Path | None

    def document(self, protocol: Protocol, chosen: Sequence[Scenario]) -> int:
        """Compares both in the chosen scenarios of a document; the exit code for it."""
        out = console()
        out.print(Text(protocol.name, style="bold underline"))
        out.print()
        results, broken = [], 0
        for number, scenario in enumerate(chosen, 1):
            try:
                results.append(self._scenario(protocol, scenario))
            except (SemanticError, LimitReached) as error:
                complain(f"{scenario.name}: {error}")
                broken += 1
                continue
            if self.smt_dir is not None:
                folder = self.smt_dir / protocol.name / f"{number}-{file_name(scenario.name)}"
                write_all(results[-1].results, folder)
            for line in unroll_report(results[-1]):
                out.print(line)
        for line in unrolls_report(protocol, results, broken):
            out.print(line)
        return ERROR if broken else max(map(_code, results), key=PRECEDENCE.index, default=AS_EXPECTED)

    def _scenario(self, protocol: Protocol, scenario: Scenario) -> UnrollResult:
        progress = ProgressLine(scenario.name)

        def report(depth: int) -> None:
            progress.say(f"{scenario.name}: runs of {depth} steps, by z3")

        limits = Limits(None, self.time_limit, progress.report)
        try:
            return unroll_scenario(protocol, scenario, self.most, limits, self.properties, report)
        finally:
            progress.clear()


PRECEDENCE = (AS_EXPECTED, LIMIT, ERROR)


def _code(result: UnrollResult) -> int:
    """Whether both agree; if they do not, one of them is wrong, whatever the document says."""
    different = [depths for depths in result.depths if depths.status == "disagree"]
    for depths in different:
        complain(
            f"{result.scenario.name}: {depths.claim.name}: z3 and exploration disagree (this is a "
            "fault of lastack, please report it)"
        )
    if different:
        return ERROR
    undecided = result.reason or any(depths.status == "unknown" for depths in result.depths)
    return LIMIT if undecided else AS_EXPECTED
