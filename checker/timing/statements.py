"""What decides claims, with runs on the clock too: whether they need what they are said to need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.document.lengths import Numbers, write_number
from checker.document.needs import Need
from checker.model.tables import Model
from checker.timing import answer as timing
from checker.timing.flights import TooManyFates
from checker.timing.solve import Undecided
from checker.verify import statements as runs
from checker.verify.statements import Answer, Job, Key, key_of
from checker.verify.trace import Trace
from checker.verify.verdict import Outcome

SCOPE = "the run that shows this, in any order that neither end can tell from it"


@dataclass(frozen=True)
class Lengths:
    """How long each ``fixed`` duration that something in a run waits for can be for the run to
    happen: the ``longest``, ``None`` where there is no limit; no length at all of those in ``never``."""

    longest: Mapping[str, Fraction | None]
    never: tuple[str, ...]


class Finder(runs.Finder):
    """Finds out what runs need on the clock too."""

    def lengths(self, job: Job, trace: Trace, given: Numbers) -> Lengths:
        """Those with which a run of the scenario of ``job`` can happen, the other durations as
        ``given``. Raises ``TooManyFates`` or ``Undecided`` where there is no answer."""
        bounds = timing.answer(Model(job.protocol, job.scenario), trace, given).ends.bounds
        return Lengths(
            {name: bound.longest for name, bound in bounds.items() if bound is not None},
            tuple(name for name, bound in bounds.items() if bound is None),
        )


def answers(job: Job, finder: Finder) -> Iterator[tuple[Key, Answer]]:
    """All that is found out of a scenario. Raises ``SemanticError`` where a row has no meaning."""
    found: dict[Key, Answer] = {}
    for key, answer in runs.answer(job, finder):
        found[key] = answer
        yield key, answer
    for key, need in {key_of(decision): decision.need for decision in job.needs}.items():
        assert need is not None  # or it would not be among these
        document, scenario, subject, _ = key
        yield key, _needed(job, need, found[document, scenario, subject, ""], finder)


def _needed(job: Job, need: Need, found: Answer, finder: Finder) -> Answer:
    """Whether the run that ``found`` has needs ``need``: a run that is not there, that cannot happen
    at all, or that has nothing to do with the duration confirms nothing and refutes nothing."""

    def open_(outcome: Outcome, reason: str) -> Answer:
        return Answer(outcome, SCOPE, reason, found.trace, found.end)

    if found.outcome == "unknown":
        return open_("unknown", found.reason)
    if found.trace is None:
        return open_("vacuous", "there is no run that shows it")
    try:
        lengths = finder.lengths(job, found.trace, need.given)
    except (TooManyFates, Undecided) as error:
        return open_("unknown", f"its run was not timed: {error}")
    if need.duration in lengths.never:
        return open_("vacuous", f"its run cannot happen{need.conditions(job.protocol)}")
    if need.duration not in lengths.longest:
        return open_("vacuous", f"nothing in its run waits for {need.duration}")
    longest = lengths.longest[need.duration]
    outcome: Outcome = "holds" if longest == need.length else "violated"
    return Answer(outcome, SCOPE, _limit(need, longest), found.trace, found.end, longest)


def _limit(need: Need, longest: Fraction | None) -> str:
    longer = f"no {need.duration}" if longest is None else f"{need.duration} over {write_number(longest)}"
    return f"{longer} rules it out"
