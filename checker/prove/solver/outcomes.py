"""What an end does where numbers are a hazard, by the rows themselves, and a run that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checker.document.kinds import MODULUS
from checker.document.protocol import Protocol
from checker.model.endpoint import Endpoint, Reaction
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model
from checker.prove.results import NewLimits
from checker.prove.solver.boxes import Solutions
from checker.prove.solver.hazards import Group, Study, Suspect, solved
from checker.prove.solver.witness import LocalStep, Witnesses
from checker.verify.trace import Trace

MANY = 64
"""Numbers of an interval that are each looked at; of more, only the first and the last."""

Interval = tuple[int, int]


@dataclass(frozen=True)
class Outcome:
    """What happens instead for some numbers: the rows that fire; none is an error, ``broken``."""

    rows: tuple[str, ...]
    intervals: tuple[Interval, ...]
    changes_state: bool
    broken: str = ""


@dataclass(frozen=True)
class Run:
    """A run in which a hazard strikes, in a scenario with such numbers."""

    model: Model
    trace: Trace
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Hazard:
    """Numbers for which an end does something else, what it does then, and a run.

    ``solutions`` are over the free unknowns of ``group``; ``outcomes`` tell them apart where there
    is one such unknown; they are ``examples`` where there were too many numbers to look at each.
    ``struck`` says whether the scenario's own numbers are such.
    """

    group: Group
    solutions: Solutions
    outcomes: tuple[Outcome, ...]
    examples: bool
    struck: bool
    run: Run | None
    reason: str = ""


class Outcomes:
    """The hazards of a scenario that has been studied."""

    def __init__(self, study: Study, limits: NewLimits) -> None:
        self.study = study
        self.limits = limits
        self.protocol: Protocol = study.protocol
        self._runs: dict[tuple[tuple[str, int], ...], Witnesses] = {}

    def hazards(self) -> Iterator[Hazard]:
        for group in self.study.groups():
            found = solved(group)
            outcomes = tuple(self._outcomes(group, found))
            given = {unknown.name: unknown.given for unknown in group.unknowns}
            run, reason = self._run(group, found, outcomes)
            examples = any(_is_long(interval) for box in found.boxes for interval in box.values())
            yield Hazard(group, found, outcomes, examples, group.holds_for(given), run, reason)

    # What happens instead

    def _outcomes(self, group: Group, found: Solutions) -> Iterator[Outcome]:
        """The outcomes for each number in turn, where one number decides."""
        if len(group.free) != 1 or not found.complete:
            return
        name = group.free[0].name
        grouped: dict[tuple[tuple[str, ...], str], Outcome] = {}
        for box in found.boxes:
            for interval in _looked_at(box[name]):
                for outcome in self._at(group, group.numbers({name: interval[0]})):
                    key = outcome.rows, outcome.broken
                    known = grouped.get(key, replace(outcome, intervals=()))
                    changes = known.changes_state or outcome.changes_state
                    intervals = (*known.intervals, interval)
                    grouped[key] = replace(known, intervals=intervals, changes_state=changes)
        for outcome in grouped.values():
            yield replace(outcome, intervals=_merged(outcome.intervals))

    def _at(self, group: Group, numbers: Mapping[str, int]) -> Iterator[Outcome]:
        """What the steps of a group do with these numbers, where they do something else."""
        seen = set()
        for suspect in group.suspects:
            outcome = self._outcome(suspect, numbers)
            if outcome is not None and (outcome.rows, outcome.broken) not in seen:
                seen.add((outcome.rows, outcome.broken))
                yield outcome

    def _outcome(self, suspect: Suspect, numbers: Mapping[str, int]) -> Outcome | None:
        """What a step does with these numbers; ``None`` if that is what it does at the bases."""
        study, end = self.study, suspect.end
        table = study.model.tables[end]
        local = study.numbers.local_at(table.locals[suspect.step.local], end, numbers)
        event = suspect.step.action.event or study.model.arrival_event
        segment = suspect.step.action.segment
        if segment is not None:
            segment = study.numbers.segment_at(segment, 1 - end, numbers)
        try:
            reaction = self._endpoint(end, numbers).react(local, event, segment)
        except SemanticError as error:
            return Outcome((), (), True, error.what)
        wanted = self._moved(suspect, numbers)
        if reaction == wanted:
            return None
        rows = () if reaction is None else tuple(self.protocol.rules[i].id for i in reaction.fired)
        changes = reaction is not None and reaction.after.state != wanted.after.state
        return Outcome(rows, (), changes)

    def _moved(self, suspect: Suspect, numbers: Mapping[str, int]) -> Reaction:
        """What a step does at the bases, with these numbers."""
        reaction, end, moved = suspect.reaction, suspect.end, self.study.numbers
        return reaction._replace(
            sent=tuple(moved.segment_at(segment, end, numbers) for segment in reaction.sent),
            after=moved.local_at(reaction.after, end, numbers),
        )

    def _endpoint(self, end: int, numbers: Mapping[str, int]) -> Endpoint:
        scenario = self.study.numbers.with_values(numbers)
        return Endpoint(self.protocol, scenario, end, self.study.model.evaluator)

    # A run

    def _run(self, group: Group, found: Solutions, outcomes: tuple[Outcome, ...]) -> tuple[Run | None, str]:
        """A run to one of the steps, or why there is none to show."""
        reason = "no number is known for which it happens"
        for point in _points(group, found, outcomes):
            numbers = group.numbers(point)
            key = tuple(sorted(numbers.items()))
            if key not in self._runs:
                self._runs[key] = Witnesses(
                    self.protocol, self.study.numbers.with_values(numbers), self.limits
                )
            steps = [self._step(s, numbers) for s in group.suspects if self._outcome(s, numbers) is not None]
            try:
                run = self._runs[key].to(group.end, steps)
            except (LimitReached, SemanticError) as error:
                reason = f"no run was found: {error}"
                continue
            if run is not None:
                return Run(run[0], run[1], numbers), ""
            reason = "no run comes to such a step with the numbers that were tried"
        return None, reason

    def _step(self, suspect: Suspect, numbers: Mapping[str, int]) -> LocalStep:
        """The local state and the action of a step, with these numbers."""
        study, end = self.study, suspect.end
        local = study.model.tables[end].locals[suspect.step.local]
        action = suspect.step.action
        if action.segment is not None:
            action = replace(action, segment=study.numbers.segment_at(action.segment, 1 - end, numbers))
        return study.numbers.local_at(local, end, numbers), action


TRIED = 3
"""Numbers for which a run is looked for."""


def _points(group: Group, found: Solutions, outcomes: tuple[Outcome, ...]) -> Iterator[Mapping[str, int]]:
    """Solutions to look for a run with: first those after which the end is in another state."""
    if outcomes:
        name = group.free[0].name
        ordered = sorted(outcomes, key=lambda outcome: not outcome.changes_state)
        points = [{name: low % MODULUS} for outcome in ordered for low, _ in outcome.intervals]
    else:
        points = [{name: low for name, (low, _) in box.items()} for box in found.boxes]
    yield from points[:TRIED]


def _looked_at(interval: Interval) -> Iterator[Interval]:
    """The numbers of an interval one by one; of a long one the first and the last."""
    low, high = interval
    numbers = (low, high) if _is_long(interval) else range(low, high + 1)
    yield from ((number, number) for number in numbers)


def _is_long(interval: Interval) -> bool:
    return interval[1] - interval[0] >= MANY


def _merged(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Intervals that touch as one, those around 0 too: they then begin below 0."""
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and merged[-1][1] + 1 >= low:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    if len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == MODULUS - 1:
        merged[0] = (merged.pop()[0] - MODULUS, merged[0][1])
    return tuple(merged)
