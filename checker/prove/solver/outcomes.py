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
from checker.prove.solver.hazards import Group, Study, Suspect, free_condition, solved
from checker.prove.solver.obligation import Obligation, Result, solve
from checker.prove.solver.witness import LocalStep, Witnesses
from checker.verify.trace import Trace

MANY = 64
"""Numbers of an interval that are each looked at; of more, only the first and the last."""

NO_RUN = "with the numbers that were tried, every run goes otherwise before it comes to this"
NO_RUN_MAYBE = f"{NO_RUN}, or none has all of this in flight"
"""Where the views are the exact ones, and where they join what no run has together."""

Interval = tuple[int, int]


@dataclass(frozen=True)
class Outcome:
    """What happens instead for some numbers: the rows that fire; none is an error, ``broken``.

    ``accepts`` says whether it leaves the end in another local state, and does not only send
    something else. ``intervals`` are of the free unknown.
    """

    rows: tuple[str, ...]
    intervals: tuple[Interval, ...]
    accepts: bool
    broken: str = ""

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        return self.rows, self.broken


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
    ``exact`` is the proof that the solutions are those of the condition. ``struck`` says whether
    the scenario's own numbers are among them.
    """

    group: Group
    solutions: Solutions
    outcomes: tuple[Outcome, ...]
    examples: bool
    struck: bool
    run: Run | None
    reason: str = ""
    exact: Result | None = None


class Outcomes:
    """The hazards of a scenario that has been studied."""

    def __init__(self, study: Study, limits: NewLimits) -> None:
        self.study = study
        self.limits = limits
        self.protocol: Protocol = study.protocol
        self._runs: dict[str, Witnesses] = {}

    def hazards(self) -> Iterator[Hazard]:
        for group in self.study.groups():
            found = solved(group)
            outcomes = tuple(self._outcomes(group, found))
            given = {unknown.name: unknown.given for unknown in group.unknowns}
            run, reason = self._run(group, found, outcomes)
            examples = any(_is_long(interval) for box in found.boxes for interval in box.values())
            struck = group.holds_for(given)
            proof = solve(self._exactness(group, found)) if found.complete else None
            yield Hazard(group, found, outcomes, examples, struck, run, reason, proof)

    def _exactness(self, group: Group, found: Solutions) -> Obligation:
        """That the condition of a group holds in the boxes found and nowhere else."""
        symbols = tuple(unknown.symbol for unknown in group.free)
        words = self.study.words
        where = f"{'AB'[group.end]} in {group.state}, {', '.join(group.rows)}"
        on = ", ".join(unknown.name for unknown in group.unknowns)
        return Obligation(
            f"hazard in {self.study.numbers.scenario.name}: {where}; {on}",
            "The numbers for which this step is another are those that are listed.",
            (free_condition(group) != found.condition([u.name for u in group.free]),),
            symbols,
            words,
        )

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
                    known = grouped.get(outcome.key, replace(outcome, intervals=()))
                    accepts = known.accepts or outcome.accepts
                    intervals = (*known.intervals, interval)
                    grouped[outcome.key] = replace(known, intervals=intervals, accepts=accepts)
        for outcome in grouped.values():
            yield replace(outcome, intervals=merged(outcome.intervals))

    def _at(self, group: Group, numbers: Mapping[str, int]) -> Iterator[Outcome]:
        """What the steps of a group do with these numbers, where they do something else."""
        seen = set()
        for suspect in group.suspects:
            outcome = self._outcome(suspect, numbers)
            if outcome is not None and outcome.key not in seen:
                seen.add(outcome.key)
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
        return Outcome(rows, (), reaction is not None and reaction.after != wanted.after)

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
        for point, wanted in _points(group, found, outcomes):
            numbers = group.numbers(point)
            for others in (numbers, self.study.numbers.apart(numbers)):
                run, reason = self._run_with(group, others, wanted)
                if run is not None:
                    return Run(run[0], run[1], numbers), ""
        return None, reason

    def _run_with(
        self, group: Group, numbers: Mapping[str, int], wanted: Outcome | None
    ) -> tuple[tuple[Model, Trace] | None, str]:
        """A run with these numbers, or why there is none."""
        steps = [self._step(s, numbers) for s in group.suspects if self._is(s, numbers, wanted)]
        try:
            run = self._witnesses(numbers).to(group.end, steps)
        except (LimitReached, SemanticError) as error:
            return None, f"no run was found: {error}"
        exact = self.study.closure.is_exact
        return run, "" if run else NO_RUN if exact else NO_RUN_MAYBE

    def _is(self, suspect: Suspect, numbers: Mapping[str, int], wanted: Outcome | None) -> bool:
        """Whether a step comes out as wanted with these numbers, or just otherwise."""
        outcome = self._outcome(suspect, numbers)
        return outcome is not None and (wanted is None or outcome.key == wanted.key)

    def _witnesses(self, numbers: Mapping[str, int]) -> Witnesses:
        scenario = self.study.numbers.with_values(numbers)
        key = repr(scenario.values)
        if key not in self._runs:
            self._runs[key] = Witnesses(self.protocol, scenario, self.limits)
        return self._runs[key]

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


def _points(
    group: Group, found: Solutions, outcomes: tuple[Outcome, ...]
) -> Iterator[tuple[Mapping[str, int], Outcome | None]]:
    """Solutions to look for a run with, each with the outcome that it has; first those by which the
    end accepts what it should not."""
    points: list[tuple[Mapping[str, int], Outcome | None]]
    if outcomes:
        name = group.free[0].name
        ordered = sorted(outcomes, key=lambda outcome: not outcome.accepts)
        points = [({name: low % MODULUS}, o) for o in ordered for low, _ in o.intervals]
    else:
        points = [({name: low for name, (low, _) in box.items()}, None) for box in found.boxes]
    yield from points[:TRIED]


def _looked_at(interval: Interval) -> Iterator[Interval]:
    """The numbers of an interval one by one; of a long one the first and the last."""
    low, high = interval
    numbers = (low, high) if _is_long(interval) else range(low, high + 1)
    yield from ((number, number) for number in numbers)


def _is_long(interval: Interval) -> bool:
    return interval[1] - interval[0] >= MANY


def merged(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Intervals that touch as one, those around 0 too: they then begin below 0."""
    found: list[Interval] = []
    for low, high in sorted(intervals):
        if found and found[-1][1] + 1 >= low:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    if len(found) > 1 and found[0][0] == 0 and found[-1][1] == MODULUS - 1:
        last = found.pop()
        found[0] = (last[0] - MODULUS, found[0][1])
    return tuple(found)
