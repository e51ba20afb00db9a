"""Decides the claims of a document: each scenario that they name is looked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.messages import complain
from checker.document.protocol import Protocol, Scenario
from checker.document.statements import Statements
from checker.explore.engines import Engine
from checker.explore.limits import Limits, ResumeError
from checker.model.evaluate import SemanticError
from checker.verify.statements import Answer, Key, StatementResult, answer, conclude, jobs_of
from checker.verify.trace import Trace

Exploring = Callable[[str, str], AbstractContextManager[Limits]]
"""Within it a scenario (its name, and what to tell of the progress) is explored."""


@dataclass
class ClaimCheck:
    """The claims of a document and what has been found out about them."""

    document: Statements
    engine: Engine
    exploring: Exploring
    answers: dict[Key, Answer] = field(default_factory=dict)
    scenarios: int = 0
    broken: int = 0
    seconds: float = 0.0

    def run(self, is_interrupted: Callable[[], bool]) -> list[StatementResult]:
        """Looks at every scenario, until it is interrupted, and concludes."""
        jobs = jobs_of(self.document.statements)
        for number, job in enumerate(jobs, 1):
            if is_interrupted():
                break
            label = f"{job.document}: {job.scenario.name} ({number} of {len(jobs)})"
            self.scenarios += 1
            try:
                with self.exploring(job.scenario.name, label) as limits:
                    self.answers.update(answer(job, limits, self.engine))
                self.seconds += limits.seconds()
            except (SemanticError, ResumeError) as error:
                complain(f"{job.document}: {job.scenario.name}: {error}")
                self.broken += 1
        return [conclude(statement, self.answers) for statement in self.document.statements]

    def code(self, results: list[StatementResult]) -> int:
        """The exit code: a verdict that is not as expected outweighs one that a limit left open."""
        if self.broken:
            return ERROR
        wrong = [result for result in results if not result.as_expected]
        if any(not result.limited for result in wrong):
            return NOT_AS_EXPECTED
        return LIMIT if wrong else AS_EXPECTED

    def runs(self) -> Iterator[tuple[Protocol, Scenario, Key, Answer, Trace]]:
        """Every run that was found, with what it is about."""
        for job in jobs_of(self.document.statements):
            for key, found in self.answers.items():
                if key[:2] == (job.document, job.scenario.name) and found.trace is not None:
                    yield job.protocol, job.scenario, key, found, found.trace
