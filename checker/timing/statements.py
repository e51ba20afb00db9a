"""What decides claims, with runs on the clock too: whether they need what they are said to need."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.document.lengths import write_number
from checker.document.needs import Need
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.timing import answer as timing
from checker.timing.flights import TooManyFates
from checker.timing.solve import Undecided
from checker.verify import statements as runs
from checker.verify.statements import Answer, Job, Key, key_of
from checker.verify.verdict import Outcome

SCOPE = "the run that shows this, in any order that neither end can tell from it"


def answers(job: Job, limits: Limits, engine: Engine | None = None) -> Iterator[tuple[Key, Answer]]:
    """All that is found out of a scenario. Raises ``SemanticError`` where a row has no meaning."""
    found: dict[Key, Answer] = {}
    for key, answer in runs.answer(job, limits, engine):
        found[key] = answer
        yield key, answer
    for key, need in {key_of(decision): decision.need for decision in job.needs}.items():
        assert need is not None  # or it would not be among these
        document, scenario, subject, _ = key
        yield key, _needed(job, need, found[document, scenario, subject, ""])


def _needed(job: Job, need: Need, found: Answer) -> Answer:
    """Whether the run that ``found`` has needs ``need``: a run that is not there, that cannot happen
    at all, or that has nothing to do with the duration confirms nothing and refutes nothing."""

    def open_(outcome: Outcome, reason: str) -> Answer:
        return Answer(outcome, SCOPE, reason, found.trace, found.end)

    if found.outcome == "unknown":
        return open_("unknown", found.reason)
    if found.trace is None:
        return open_("vacuous", "there is no run that shows it")
    try:
        bounds = timing.answer(Model(job.protocol, job.scenario), found.trace, need.given).ends.bounds
    except (TooManyFates, Undecided) as error:
        return open_("unknown", f"its run was not timed: {error}")
    if need.duration not in bounds:
        return open_("vacuous", f"nothing in its run waits for {need.duration}")
    bound = bounds[need.duration]
    if bound is None:
        return open_("vacuous", f"its run cannot happen{need.conditions(job.protocol)}")
    outcome: Outcome = "holds" if bound.longest == need.length else "violated"
    return Answer(outcome, SCOPE, _limit(need, bound.longest), found.trace, found.end, bound.longest)


def _limit(need: Need, longest: Fraction | None) -> str:
    longer = f"no {need.duration}" if longest is None else f"{need.duration} over {write_number(longest)}"
    return f"{longer} rules it out"
