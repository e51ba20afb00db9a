"""``leads to``: on every fair run on which the premise holds, the claim holds then or later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from checker.explore.graph import Mask, StateGraph
from checker.explore.search import reached_from
from checker.model.tables import Action, Model
from checker.verify.claims import HOLDS, PREMISE_FALSE, Claim, before_the_start
from checker.verify.fairness import FairSets, fair_sets
from checker.verify.judgements import judge_all
from checker.verify.lasso import Lasso, shortest_lasso
from checker.verify.owing import owing_of
from checker.verify.trace import Trace
from checker.verify.words import listed, named, own, whereabouts


class Finding(NamedTuple):
    """What breaks a property: a fair run on which the premise holds once, and from then on
    never the claim, and the end of which it does so; ``None`` if there is none. And whether
    the premise holds anywhere, before the start included."""

    lasso: Lasso | None
    end: int
    due: bool


def broken_by(graph: StateGraph, claims: Sequence[Claim]) -> Finding:
    """The shorter of the lassos that break the property at either end; ``graph`` must be complete."""
    courses: list[_Course] = []
    found: list[tuple[Lasso, int]] = []
    for claim in claims:
        course = _course(graph, claim)
        if not any(course.is_like(other) for other in courses):
            lasso = _lasso(graph, course, claim.property.calls)
            found += [(lasso, claim.end)] if lasso is not None else []
        courses.append(course)
    due = any(course.due for course in courses)
    lasso, end = min(found, key=lambda each: len(each[0]), default=(None, 0))
    return Finding(lasso, end, due)


def _lasso(graph: StateGraph, course: _Course, calls: Sequence[str]) -> Lasso | None:
    owing = owing_of(graph, calls)
    sets = _stays(graph, course.starts, course.inside, calls)
    return shortest_lasso(graph, course.starts, course.inside, sets, owing) if sets.any else None


def can_break_without(graph: StateGraph, claim: Claim, fires: Mask) -> bool:
    """Whether some run breaks ``claim`` and takes none of the edges in ``fires``. Fair is a run
    by the same standard: what is enabled there counts."""
    starts, inside, _ = _course(graph, claim)
    starts = starts & reached_from(graph.edges, np.zeros(1, dtype=np.int32), usable=~fires)
    return _stays(graph, starts, inside, claim.property.calls, ~fires).any


class _Course(NamedTuple):
    """What a property asks of the runs of a graph: ``starts`` are the states in which it is due
    and does not hold, ``inside`` those in which it does not hold; ``due`` says whether it is due
    anywhere, before the start included."""

    starts: Mask
    inside: Mask
    due: bool

    def is_like(self, other: _Course) -> bool:
        """Whether it asks the same: a property may say of both ends together what it says."""
        return np.array_equal(self.starts, other.starts) and np.array_equal(self.inside, other.inside)


def _course(graph: StateGraph, claim: Claim) -> _Course:
    premise: Mask = judge_all(graph, claim) != PREMISE_FALSE
    inside: Mask = judge_all(graph, claim.goal()) != HOLDS
    starts: Mask = premise & inside
    starts[0] |= inside[0] and due_before_the_start(graph.system.model, claim)
    before = before_the_start(graph.system.model, claim.end)
    due = any(claim.judge(env) != PREMISE_FALSE for _, env in before)
    return _Course(starts, inside, due or bool(premise.any()))


def due_before_the_start(model: Model, claim: Claim) -> bool:
    """Whether the calls of ``opened`` lead through a state in which the premise holds, and
    since then through none in which the claim does."""
    due = False
    for _, env in before_the_start(model, claim.end):
        due |= claim.judge(env) != PREMISE_FALSE
        due &= claim.goal().judge(env) != HOLDS
    return due


def _stays(
    graph: StateGraph, starts: Mask, inside: Mask, calls: Sequence[str], usable: Mask | None = None
) -> FairSets:
    """The fair sets that runs from ``starts`` by ``usable`` edges (all, if ``None``) can get to
    ``inside``; ``calls`` are those that users must make.

    What is fair within a part of the graph is so in all of it, for it owes the same: so only states
    in which fair runs may stay at all are looked at.
    """
    stays = inside & _lasting(graph, calls)
    if stays.any():
        stays &= reached_from(graph.edges, np.flatnonzero(starts), inside, usable)
    return fair_sets(graph.edges, owing_of(graph, calls), stays, usable)


def _lasting(graph: StateGraph, calls: Sequence[str]) -> Mask:
    """The states in which some fair run stays for ever.

    Where an action lacked room, it is not known what is enabled: runs lead through such states,
    but none is said to stay.
    """
    key = f"lasting {tuple(calls)}"
    if key not in graph.cache:
        sets = fair_sets(graph.edges, owing_of(graph, calls), ~graph.truncated)
        graph.cache[key] = sets.numbers >= 0
    mask: Mask = graph.cache[key]
    return mask


# In words


def why_for_ever(model: Model, trace: Trace, calls: Sequence[str]) -> str:
    """What goes on for ever on a lasso, and why that is fair."""
    if trace.loop_start is None:
        a, b = (end.state for end in trace.last.ends)
        return f"the run may end here, for no helpful action is enabled: {whereabouts(a, b)}"
    cycle = [step.action for step in trace.steps[trace.loop_start :]]
    taken = named(action for action in cycle if model.is_helpful(action, calls))
    lead = _what_goes_on(cycle)
    if not taken:
        return f"{lead}: it enables no helpful action"
    never = [words for words in _helpful_alone(model, calls) if words not in taken]
    rest = f"; never enabled {'is' if len(never) == 1 else 'are'} {listed(never)}" if never else ""
    return f"{lead}: it takes every helpful action that it enables, {listed(taken)}{rest}"


def _what_goes_on(cycle: Sequence[Action]) -> str:
    """A livelock is one of the ends: what the network must copy to keep it going is none."""
    if any(action.kind == "duplication" for action in cycle):
        return "this can go on for as long as the network makes copies"
    if any(action.segment is None for action in cycle):
        return "this can go on for ever"
    return "a livelock, segments that circulate for ever"


def _helpful_alone(model: Model, calls: Sequence[str]) -> list[str]:
    """The helpful actions that ends can take by themselves."""
    events = [event for event in model.protocol.events.values() if event.kind in ("own", "timer")]
    alone = [Action("timer", end, event.name) for end in (0, 1) for event in events if event.fair]
    alone += [Action("call", end, call) for end in (0, 1) for call in calls]
    return [own(action) for action in alone]
