"""Explorations one after the other: what is to be done, and what became of it, in order.

``begin`` decides whether they are done here or in several processes; who takes the outcomes
cannot tell which, but for the time it takes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from typing import Protocol as Interface

from checker.cli.terminal import ProgressLine, interruptible
from checker.document.protocol import Protocol
from checker.explore.engines import Engine, processors
from checker.explore.limits import Limits, Progress, ResumeError
from checker.model.evaluate import SemanticError


class WorkerDied(Exception):
    """A process ended before its job."""


FAILURES = (SemanticError, ResumeError, WorkerDied)
"""Errors that say of one job that it could not be done, and nothing of the others."""


@dataclass(frozen=True)
class Job:
    """One exploration and what is asked of it: ``work``, which gives something that can be
    pickled. ``name`` and ``label`` are what progress is told with; ``known`` is what need not be
    brought back with what it gives. If it is known what the work would give, that is ``found``, and
    the job is not done."""

    name: str
    label: str
    work: Callable[[Engine, Limits], Any]
    known: Protocol
    max_states: int | None = None
    time_limit: float | None = None
    found: Any = None

    def limits(self, report: Callable[[Progress], None]) -> Limits:
        """The limits of this job, whose time begins now."""
        return Limits(self.max_states, self.time_limit, report)


@dataclass(frozen=True)
class Outcome:
    """What became of a job: what its work gave, or the error in which it ended."""

    value: Any
    error: Exception | None
    seconds: float
    interrupted: bool

    def get(self) -> Any:
        """What the work gave; its error is raised."""
        if self.error is not None:
            raise self.error
        return self.value


def outcome_of(job: Job, engine: Engine, limits: Limits) -> Outcome:
    """Does a job."""
    value, raised = None, None
    try:
        value = job.work(engine, limits)
    except Exception as error:  # whoever takes the outcome raises it
        raised = error
    return Outcome(value, raised, limits.seconds(), limits.interrupted)


class Turns(Interface):
    """Jobs that are being done."""

    def take(self) -> Outcome | None:
        """What became of the next job, in the order of the jobs; ``None`` if it was not begun,
        because of an interruption."""

    @property
    def is_over(self) -> bool:
        """Whether they were interrupted and there is nothing more to take."""


class _Here:
    """Jobs that are done in this process, each when its outcome is taken."""

    def __init__(self, jobs: Sequence[Job], engine: Engine) -> None:
        self.jobs = iter(jobs)
        self.engine = engine
        self.is_over = False

    def take(self) -> Outcome | None:
        if self.is_over:
            return None
        job = next(self.jobs)
        progress = ProgressLine(job.name)
        limits = job.limits(progress.report)
        try:
            progress.say(job.label)
            with interruptible(limits):
                outcome = outcome_of(job, self.engine, limits)
        finally:
            progress.clear()
        self.is_over = outcome.interrupted
        return outcome


class _Shared:
    """Jobs some of which need not be done: those that need it are ``done`` elsewhere."""

    def __init__(self, jobs: Sequence[Job], done: Turns) -> None:
        self.jobs = iter(jobs)
        self.done = done

    def take(self) -> Outcome | None:
        if self.is_over:
            return None
        job = next(self.jobs)
        return self.done.take() if job.found is None else Outcome(job.found, None, 0.0, False)

    @property
    def is_over(self) -> bool:
        return self.done.is_over


@contextlib.contextmanager
def begin(jobs: Sequence[Job], engine: Engine) -> Iterator[Turns]:
    """Does ``jobs``, within it. Several are done at once where there are processors for it;
    these are then shared out, as threads, among the processes.

    With a folder for states it is one after the other: that is for what is too large for the
    memory, of which there is no more for several.
    """
    threads = engine.threads or processors()
    to_do = [job for job in jobs if job.found is None]
    workers = 1 if engine.workdir is not None else min(threads, len(to_do))
    # Whatever need not be done: the same engine explores the rest.
    several = engine.for_several() if len(jobs) > 1 else engine
    if workers < 2:
        yield _Shared(jobs, _Here(to_do, several))
        return
    from checker.cli.workers import Workers

    with Workers(to_do, replace(several, threads=threads // workers), workers) as turns:
        yield _Shared(jobs, turns)
