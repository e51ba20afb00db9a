"""Several jobs at once, in processes of their own.

The jobs are begun in their order and their outcomes taken in that order. A process that ends
before its job costs that job only.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType, TracebackType
from typing import Any

from checker.cli.jobs import Job, Outcome, WorkerDied, outcome_of
from checker.cli.terminal import ProgressLine
from checker.document.protocol import Protocol
from checker.explore.engines import Engine
from checker.explore.limits import Limits, Progress

START = "fork" if sys.platform == "linux" else "spawn"
"""How processes begin: a fork has all documents at once. Elsewhere than on Linux, system
libraries may not survive one."""

SIGINT = {signal.SIGINT}


@dataclass
class _Worker:
    """A process, and the job that it is at."""

    process: BaseProcess
    pipe: Connection
    job: int | None = None
    states: int = 0


class Workers:
    """See ``checker.cli.jobs.Turns``."""

    def __init__(self, jobs: Sequence[Job], engine: Engine, workers: int) -> None:
        self.jobs = jobs
        self.engine = engine
        self.interrupted = False
        self.progress = ProgressLine("")
        self._most = workers
        self._workers: list[_Worker] = []
        self._begun = self._taken = 0
        self._outcomes: dict[int, Outcome] = {}

    def __enter__(self) -> Workers:
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.process.kill()
            worker.process.join()
        self.progress.clear()
        signal.signal(signal.SIGINT, self._before)

    def take(self) -> Outcome | None:
        number = self._taken
        while number not in self._outcomes:
            self._hand_out()
            if number == self._begun:
                return None
            self._tell()
            self._receive()
        self._hand_out()
        self.progress.clear()
        self._taken += 1
        return self._outcomes.pop(number)

    @property
    def is_over(self) -> bool:
        return self.interrupted and self._taken == self._begun

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """The first Ctrl-C ends the explorations with what is known; the second kills."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True
        # Those that got it from the terminal get it twice, which does no harm.
        for worker in self._workers:
            if worker.process.pid is not None and worker.process.is_alive():
                os.kill(worker.process.pid, signal.SIGINT)

    def _hand_out(self) -> None:
        """Begins as many jobs as there are processes for."""
        while not self.interrupted and self._begun < len(self.jobs):
            worker = next((worker for worker in self._workers if worker.job is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = self._start()
            worker.job, worker.states = self._begun, 0
            self._begun += 1
            with contextlib.suppress(OSError):  # that it has died is found when it is listened to
                worker.pipe.send(worker.job)

    def _start(self) -> _Worker:
        context: Any = multiprocessing.get_context(START)
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(self.jobs, self.engine, theirs), daemon=True)
        # Until it has a handler of its own, Ctrl-C waits.
        with _blocked():
            process.start()
            worker = _Worker(process, ours)
            self._workers.append(worker)
        theirs.close()
        return worker

    def _receive(self) -> None:
        """Waits until some process says something."""
        talking = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        for pipe in wait(list(talking)):
            worker = talking[pipe]  # type: ignore[index]
            assert worker.job is not None
            try:
                said = _unpickled(worker.pipe.recv_bytes(), self.jobs[worker.job].known)
            except (EOFError, OSError):
                said = self._bury(worker)
            if isinstance(said, Progress):
                worker.states = said.states
            else:
                self._outcomes[worker.job] = said
                worker.job = None

    def _bury(self, worker: _Worker) -> Outcome:
        self._workers.remove(worker)
        worker.process.join()
        return Outcome(None, WorkerDied(_how(worker.process.exitcode)), 0.0, False)

    def _tell(self) -> None:
        at = [worker for worker in self._workers if worker.job is not None]
        at.sort(key=lambda worker: worker.job or 0)
        names = [
            self.jobs[worker.job or 0].name + (f" ({worker.states:,} states)" if worker.states else "")
            for worker in at
        ]
        done = self._begun - len(at)
        self.progress.say(f"{done} of {len(self.jobs)} done; at {', '.join(names)}")


def _how(code: int | None) -> str:
    """How a process died, and what to do."""
    how = f"ended with {code}"
    if code is not None and code < 0:
        how = f"was killed by {signal.Signals(-code).name}"
    return (
        f"the process that explored it {how}; if the memory was too small, --max-states bounds an "
        "exploration and --threads 1 does one after the other"
    )


@contextlib.contextmanager
def _blocked() -> Iterator[None]:
    """Within it Ctrl-C waits, also in processes that begin here."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGINT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGINT)


# In the process of a worker


def _work(jobs: Sequence[Job], engine: Engine, pipe: Connection) -> None:
    """Does the jobs whose numbers come through ``pipe``, until it is closed."""
    gc.freeze()  # what was read stays to the end: no search for garbage need go through it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    interruption = _Interruption()
    signal.signal(signal.SIGINT, interruption)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGINT)
    while True:
        try:
            job = jobs[pipe.recv()]
        except EOFError:
            return
        limits = job.limits(pipe.send)
        interruption.ends(limits)
        outcome = _tellable(outcome_of(job, engine, limits))
        pipe.send_bytes(_pickled(outcome, job.known))


def _end_with_parent() -> None:
    """Nobody waits any more for what a process without its parent finds out."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


class _Interruption:
    """Ends what is being explored, and whatever is begun later."""

    def __init__(self) -> None:
        self.came = False
        self.limits = Limits()

    def ends(self, limits: Limits) -> None:
        self.limits = limits
        limits.interrupted |= self.came

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.came = self.limits.interrupted = True


# What goes from one process to the other


class _Pickler(pickle.Pickler):
    """Leaves out the protocol, which the other side has: it is most of what there is."""

    def __init__(self, file: io.BytesIO, known: Protocol) -> None:
        super().__init__(file)
        self.known = known

    def persistent_id(self, value: Any) -> str | None:
        return "known" if value is self.known else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, known: Protocol) -> None:
        super().__init__(file)
        self.known = known

    def persistent_load(self, name: Any) -> Protocol:
        return self.known


def _pickled(outcome: Outcome, known: Protocol) -> bytes:
    file = io.BytesIO()
    _Pickler(file, known).dump(outcome)
    return file.getvalue()


def _unpickled(data: bytes, known: Protocol) -> Any:
    return _Unpickler(io.BytesIO(data), known).load()


def _tellable(outcome: Outcome) -> Outcome:
    """``outcome`` with an error that can be pickled, and tells where it was raised: that does
    not go along."""
    if outcome.error is None:
        return outcome
    told = "".join(traceback.format_exception(outcome.error))
    outcome.error.add_note(told)
    try:
        pickle.loads(pickle.dumps(outcome.error))
    except Exception:  # it cannot be made again from what it holds
        return replace(outcome, error=RuntimeError(told))
    return outcome
