"""Decides the properties of a document on the state graph of a scenario.

On an incomplete graph only a violated ``invariant`` or ``step`` and a found ``reachable``
are final; everything else is ``unknown``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from checker.document.protocol import Property
from checker.explore.graph import Mask, StateGraph
from checker.explore.search import reached_from
from checker.verify.claims import (
    HOLDS,
    PREMISE_FALSE,
    VIOLATED,
    Claim,
    Judgements,
    before_the_start,
    claims_of,
    opening_env,
)
from checker.verify.judgements import TakenStep, judge_all, judge_steps
from checker.verify.leads_to import broken_by, why_for_ever
from checker.verify.room import losing, with_room
from checker.verify.roomier import Roomier
from checker.verify.stuck import MOST_STATES, future_of, why_stuck
from checker.verify.trace import Trace, trace_along, trace_to
from checker.verify.verdict import Verdict, scope_of


def decide(graph: StateGraph, property: Property) -> Verdict:
    """The verdict on ``property``, with the shortest counterexample if there is one."""
    model = graph.system.model
    missing = [name for name in property.assumptions if name not in model.scenario.assume]
    if missing:
        return Verdict(
            property,
            "not applicable",
            scope_of(graph),
            reason=f"the scenario does not assume {', '.join(missing)}",
        )
    claims = claims_of(model, property)
    broken = _broken_before_the_start(graph, property, claims)
    if broken is not None:
        return broken
    if property.kind == "step":
        return _step(graph, property, claims)
    if property.kind == "reachable":
        return _reachable(graph, property, claims)
    if property.kind == "leads to":
        return _leads_to(graph, property, claims)
    return _states(graph, property, claims)


def _broken_before_the_start(
    graph: StateGraph, property: Property, claims: tuple[Claim, Claim]
) -> Verdict | None:
    """The calls of ``opened`` are steps, and lead through states, that are not in the graph."""
    model = graph.system.model
    pairs = zip(*(before_the_start(model, claim.end) for claim in claims), strict=True)
    for befores in pairs:
        for claim, (opening, env) in zip(claims, befores, strict=True):
            if property.kind == "step" and claim.end == opening.end:
                judgement = claim.judge(opening_env(opening))
            elif property.kind == "invariant":
                judgement = claim.judge(env)
            else:
                continue
            if judgement == VIOLATED:
                reason = f"broken before the start, when {'AB'[opening.end]} calls {opening.call}"
                return Verdict(property, "violated", scope_of(graph), None, reason, claim.end)
    return None


def _first(mask: Mask) -> int | None:
    """The index of the first state in ``mask``: one at the least depth."""
    return int(mask.argmax()) if mask.any() else None


def _conclude(graph: StateGraph, property: Property, premise: bool) -> Verdict:
    """The verdict when no counterexample was found."""
    scope = scope_of(graph)
    if not graph.complete:
        return Verdict(property, "unknown", scope, reason=graph.limit)
    if graph.truncated.any():
        return Verdict(property, "unknown", scope, reason="some actions lacked room in a channel")
    if not premise:
        return Verdict(property, "vacuous", scope, reason="its `when` was never true")
    return Verdict(property, "holds", scope)


def _violated(graph: StateGraph, property: Property, end: int, trace: Trace, reason: str = "") -> Verdict:
    return Verdict(property, "violated", scope_of(graph), trace, reason, end)


def _states(graph: StateGraph, property: Property, claims: tuple[Claim, Claim]) -> Verdict:
    """Violated in the first state that breaks the property at either end."""
    if property.kind != "invariant" and not graph.complete:
        return _conclude(graph, property, premise=True)
    judged = [judge_states(graph, property, claim) for claim in claims]
    found = [(index, end) for end in (0, 1) if (index := _first(judged[end] == VIOLATED)) is not None]
    if found:
        index, end = min(found)
        why = _why_stuck(graph, property, index) if property.kind == "never stuck" else ""
        return _violated(graph, property, end, trace_to(graph, index), why)
    premise = any(bool((judgement != PREMISE_FALSE).any()) for judgement in judged)
    verdict = _conclude(graph, property, premise)
    doubtful = verdict.outcome == "holds" and property.kind == "never stuck"
    if doubtful and _only_by_losing(graph, property, claims):
        reason = "only the loss of what finds no room leads there; try a larger capacity"
        return replace(verdict, outcome="unknown", reason=reason)
    return verdict


def judge_states(graph: StateGraph, property: Property, claim: Claim) -> Judgements:
    """What a property of states says of every state, for the end of ``claim``.

    For ``quiescent`` and ``never stuck`` that depends on the edges, so ``graph`` must be complete.
    """
    judgement = judge_all(graph, claim)
    if property.kind == "quiescent":
        return np.where(_quiet(graph, property), judgement, PREMISE_FALSE).astype(np.int8)
    if property.kind == "never stuck":
        goals = _goals(graph, claim)  # also if nobody asks: it may have no meaning in some state
        asked = judgement != PREMISE_FALSE
        stuck = asked & ~_able(graph, property, goals) if asked.any() else asked
        return np.where(stuck, VIOLATED, np.minimum(judgement, HOLDS)).astype(np.int8)
    return judgement


def _quiet(graph: StateGraph, property: Property) -> Mask:
    """The states in which no helpful action is enabled. Where an action lacked room, helpful
    or not, that is not known."""
    key = f"quiet {property.calls}"
    if key not in graph.cache:
        model = graph.system.model
        busy = graph.found.enabling(lambda action: model.is_helpful(action, property.calls))
        graph.cache[key] = ~busy & ~graph.truncated
    quiet: Mask = graph.cache[key]
    return quiet


def _reachable(graph: StateGraph, property: Property, claims: tuple[Claim, Claim]) -> Verdict:
    found = [
        (index, claim.end)
        for claim in claims
        if (index := _first(judge_all(graph, claim) == HOLDS)) is not None
    ]
    if found:
        index, end = min(found)
        return Verdict(property, "holds", scope_of(graph), trace_to(graph, index), end=end)
    verdict = _conclude(graph, property, premise=True)
    if verdict.outcome == "holds":
        return Verdict(property, "violated", verdict.scope, reason="no state satisfies it")
    return verdict


# Steps


def _step(graph: StateGraph, property: Property, claims: tuple[Claim, Claim]) -> Verdict:
    found: list[tuple[int, int, int]] = []
    premise = False
    for claim in claims:
        judged = judge_steps(graph, claim)
        premise |= judged.premise
        if judged.broken:
            found.append((*_first_step(graph, claim.end, judged.broken), claim.end))
    if not found:
        return _conclude(graph, property, premise)
    source, place, end = min(found)
    last = graph.system.successors(graph.state(source))[0][place]
    return _violated(graph, property, end, trace_to(graph, source, last))


def _first_step(graph: StateGraph, end: int, steps: set[TakenStep]) -> tuple[int, int]:
    """(source, place among its successors) of the first edge that is one of ``steps``."""
    source = graph.found.first_source(end, steps)
    state = graph.state(source)
    successors, _ = graph.system.successors(state)
    actions = [graph.system.action(number) for number, _ in successors]
    wanted = {action for local, action, peer in steps if local == state[end] and peer in (-1, state[1 - end])}
    return source, next(place for place, action in enumerate(actions) if action in wanted)


# Leads to


def _leads_to(graph: StateGraph, property: Property, claims: tuple[Claim, Claim]) -> Verdict:
    """Violated by the end that has the shorter lasso."""
    if not graph.complete:
        return _conclude(graph, property, premise=True)
    lasso, end, due = broken_by(graph, claims)
    if lasso is None:
        return _conclude(graph, property, due)
    trace = trace_along(graph, lasso.stem, lasso.cycle)
    return _violated(graph, property, end, trace, why_for_ever(graph.system.model, trace, property.calls))


# Never stuck


def helpful(graph: StateGraph, calls: tuple[str, ...]) -> Mask:
    """The edges of helpful actions; ``calls`` are those that users must make."""
    key = f"helpful {calls}"
    if key not in graph.cache:
        model = graph.system.model
        graph.cache[key] = graph.edges_of(lambda action: model.is_helpful(action, calls))
    mask: Mask = graph.cache[key]
    return mask


def can_reach(graph: StateGraph, goals: Mask, calls: tuple[str, ...], losing_helps: bool = True) -> Mask:
    """The states from which helpful actions alone can lead to one of ``goals``; unless
    ``losing_helps``, without losing anything for want of room."""
    key = f"helpful reversed {calls} {losing_helps}"
    if key not in graph.cache:
        keep = helpful(graph, calls) if losing_helps else helpful(graph, calls) & ~losing(graph)
        graph.cache[key] = graph.edges.only(keep).reversed()
    return reached_from(graph.cache[key], np.flatnonzero(goals))


def _able(graph: StateGraph, property: Property, goals: Mask) -> Mask:
    """The states that are not surely stuck: helpful actions lead to one of ``goals``, or to a
    state that lacked room and might have gone on from there."""
    return can_reach(graph, goals | graph.truncated, property.calls)


def _goals(graph: StateGraph, claim: Claim) -> Mask:
    """Where the claim holds, whatever its premise."""
    mask: Mask = judge_all(graph, claim.goal()) == HOLDS
    return mask


def _only_by_losing(graph: StateGraph, property: Property, claims: tuple[Claim, Claim]) -> bool:
    """Whether only the loss of what finds no room leads to the goal from a state that has room,
    and more room does not help. In a full channel there is nothing to be learnt from that."""
    roomy = with_room(graph)
    for claim in claims:
        asked = (judge_all(graph, claim) != PREMISE_FALSE) & roomy
        if not asked.any():
            continue
        able = can_reach(graph, _goals(graph, claim), property.calls, losing_helps=False)
        doubtful = np.flatnonzero(asked & ~able)
        roomier = Roomier(graph, claim)
        if not all(roomier.reaches(index) for index in doubtful.tolist()):
            return True
    return False


def _why_stuck(graph: StateGraph, property: Property, index: int) -> str:
    """What can still happen in a stuck state, and which assumption keeps a timer from it."""
    blocked = _blocked(graph, index)
    are = "is" if len(blocked) == 1 else "are"
    held = f"; {' and '.join(blocked)} {are} held back by an assumption" if blocked else ""
    future = future_of(graph.system, graph.state(index), property.calls)
    if future is None:
        states = f"more than {MOST_STATES:,} states"
        return f"helpful actions go on, but never lead out of {states}{held}"
    return f"{why_stuck(graph.system, future)}{held}"


def _blocked(graph: StateGraph, index: int) -> list[str]:
    """The timers and own events that an assumption forbids in a state."""
    system = graph.system
    state = graph.state(index)
    enabled = {action for action, _ in system.successors(state)[0]}
    return [
        f"{'AB'[end]}'s {system.action(own.action).event}"
        for end in (0, 1)
        for own in system.model.tables[end].own_moves(state[end])
        if own.condition is not None and own.action not in enabled
    ]
