"""Finds out what decides claims, but for what is kept from another time, and keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.cli.cache import Cache, KeptVerdicts
from checker.document.lengths import Numbers
from checker.document.meaning import Meaning, hashed
from checker.document.statements import Exchange
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.timing.statements import Finder, Lengths
from checker.verify.exchanges import Found, shows
from checker.verify.kept import keep, known_verdicts, result_of
from checker.verify.results import check_scenario
from checker.verify.statements import Job
from checker.verify.trace import Trace
from checker.verify.verdict import Verdict

VALUES = (Found, Lengths, Fraction)
"""What is kept for claims is made of these, besides what verdicts are made of."""


class NotKept(Exception):
    """Something would have to be found out."""


@dataclass(frozen=True)
class Memory:
    """What is kept of the scenarios of one document."""

    cache: Cache
    meaning: Meaning

    @property
    def verdicts(self) -> KeptVerdicts:
        """Shared with the checks of the document itself."""
        return KeptVerdicts(self.cache, self.meaning)


class Recall(Finder):
    """Finds out what is not in ``memory``, and keeps it there; with ``only``, nothing: it raises
    ``NotKept``. Nothing is kept that ended in an error or at a limit."""

    def __init__(self, memory: Memory, engine: Engine, limits: Limits, only: bool = False) -> None:
        super().__init__(limits, engine)
        self.memory = memory
        self.engine_name = engine.name
        self.only = only

    def exchange(self, job: Job, exchange: Exchange) -> Found:
        key = self.memory.meaning.exchange(job.scenario, exchange)
        kept = self.memory.cache.get(Found, key)
        if kept is not None and self._is_so(job, exchange, kept):
            return kept
        self._not_kept()
        found = super().exchange(job, exchange)
        if found.outcome != "unknown":
            self.memory.cache.put(key, found)
        return found

    def _is_so(self, job: Job, exchange: Exchange, kept: Found) -> bool:
        """Whether no limit would have been hit, and the run, if there is one, is taken again."""
        most = self.limits.max_states
        if most is not None and kept.states > most:
            return False
        if kept.trace is None:
            return kept.outcome == "violated"
        return kept.outcome == "holds" and shows(Model(job.protocol, job.scenario), exchange, kept.trace)

    def verdicts(self, job: Job) -> Sequence[Verdict]:
        meaning, names, verdicts = self.memory.meaning, job.properties, self.memory.verdicts
        before = verdicts.scenario(job.scenario, self.engine_name, self.limits.max_states)
        model = Model(job.protocol, job.scenario)
        known = {} if before is None else known_verdicts(meaning, model, before, names)
        result = None if before is None else result_of(model, before, known, names)
        if result is None:
            self._not_kept()
            result = check_scenario(job.protocol, job.scenario, self.limits, names, self.engine, known)
            verdicts.keep(job.scenario, keep(meaning, result, before))
        return [judged.verdict for judged in result.judged]

    def lengths(self, job: Job, trace: Trace, given: Numbers) -> Lengths:
        # The text of the run has all of it: what is hashed of documents leaves out positions, and
        # that of a segment in a queue is one.
        key = hashed(self.memory.meaning.clock(job.scenario, given), repr(trace))
        found = self.memory.cache.get(Lengths, key)
        if found is None:
            self._not_kept()
            found = super().lengths(job, trace, given)
            self.memory.cache.put(key, found)
        return found

    def _not_kept(self) -> None:
        if self.only:
            raise NotKept
