"""Decides the claims of a document: each scenario that they name is looked at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.cache import Cache
from checker.cli.choice import Options
from checker.cli.jobs import Job as Explored
from checker.cli.jobs import Outcome, Turns, WorkerDied
from checker.cli.messages import complain
from checker.cli.recall import VALUES, Memory, NotKept, Recall
from checker.document.meaning import Meaning
from checker.document.protocol import Protocol, Scenario
from checker.document.statements import Statements
from checker.explore.engines import Engine
from checker.explore.limits import Limits, ResumeError
from checker.model.evaluate import SemanticError
from checker.show.statements import statements_report
from checker.timing.statements import answers
from checker.verify.statements import Answer, Job, Key, StatementResult, conclude, jobs_of
from checker.verify.trace import Trace


@dataclass(frozen=True)
class Answered:
    """What was found out of a scenario, and why that is not all; ``kept``: at another time."""

    answers: dict[Key, Answer]
    failure: Exception | None = None
    kept: bool = False


def claim_jobs(document: Statements, options: Options, cache: Cache) -> Iterator[Explored]:
    """What is to be explored for the claims of ``document``, in the order of ``jobs_of``."""
    jobs = jobs_of(document.statements)
    kept = cache.of(*VALUES)
    memories = {job.document: Memory(kept, Meaning(job.protocol)) for job in jobs}
    for number, job in enumerate(jobs, 1):
        name, memory = job.scenario.name, memories[job.document]
        label = f"{job.document}: {name} ({number} of {len(jobs)})"
        work = partial(_answered, job, memory)
        found = _recalled(job, memory, options)
        yield Explored(name, label, work, job.protocol, options.max_states, options.time_limit, found)


def _recalled(job: Job, memory: Memory, options: Options) -> Answered | None:
    """What is kept of a scenario, if that is all that is asked."""
    finder = Recall(memory, options.engine, Limits(options.max_states), only=True)
    try:
        return Answered(dict(answers(job, finder)), kept=True)
    except NotKept:
        return None


def _answered(job: Job, memory: Memory, engine: Engine, limits: Limits) -> Answered:
    """What is found out of a scenario, and why that is not all."""
    found: dict[Key, Answer] = {}
    try:
        for key, answer in answers(job, Recall(memory, engine, limits)):
            found[key] = answer
    except (SemanticError, ResumeError) as error:
        return Answered(found, error)
    return Answered(found)


@dataclass
class ClaimCheck:
    """The claims of a document and what has been found out about them."""

    document: Statements
    answers: dict[Key, Answer] = field(default_factory=dict)
    scenarios: int = 0
    kept: int = 0
    broken: list[tuple[Scenario, Exception]] = field(default_factory=list)
    seconds: float = 0.0

    def run(self, turns: Turns) -> list[StatementResult]:
        """Takes what every scenario came to, until it is interrupted, and concludes."""
        for job in jobs_of(self.document.statements):
            outcome = turns.take()
            if outcome is None:
                break
            self.scenarios += 1
            failure = self._take(outcome)
            if failure is not None:
                complain(f"{job.document}: {job.scenario.name}: {failure}")
                self.broken.append((job.scenario, failure))
            else:
                self.seconds += outcome.seconds
        return [conclude(statement, self.answers) for statement in self.document.statements]

    def _take(self, outcome: Outcome) -> Exception | None:
        """Notes what was found out of a scenario; why that is not all of it."""
        try:
            answered: Answered = outcome.get()
        except WorkerDied as died:
            return died
        self.answers.update(answered.answers)
        self.kept += answered.kept
        return answered.failure

    def report(self, results: Sequence[StatementResult]) -> Iterator[Text]:
        """The sum of it."""
        counts = self.scenarios, self.kept, len(self.broken)
        return statements_report(self.document.name, results, *counts, self.seconds)

    def code(self, results: list[StatementResult]) -> int:
        """The exit code: a verdict that is not as expected outweighs one that a limit left open."""
        if self.broken:
            return ERROR
        wrong = [result for result in results if not result.as_expected]
        if any(not result.limited for result in wrong):
            return NOT_AS_EXPECTED
        return LIMIT if wrong else AS_EXPECTED

    def runs(self) -> Iterator[tuple[Protocol, Scenario, Key, Answer, Trace]]:
        """Every run that was found, with what it is about; once, whatever it is said to need."""
        for job in jobs_of(self.document.statements):
            for key, found in self.answers.items():
                untimed = key[:2] == (job.document, job.scenario.name) and not key[3]
                if untimed and found.trace is not None:
                    yield job.protocol, job.scenario, key, found, found.trace
