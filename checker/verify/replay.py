"""Replays runs through the reference semantics, afresh, and confirms what they show."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checker.document.protocol import Property
from checker.explore.system import GlobalState, System
from checker.model.tables import Action, Model
from checker.verify.claims import HOLDS, PREMISE_FALSE, VIOLATED, Claim, claims_of, global_env, step_env
from checker.verify.fairness import delivery_of, fair_action
from checker.verify.leads_to import due_before_the_start
from checker.verify.trace import Step, Trace, snapshot, step
from checker.verify.verdict import Outcome, Verdict
from checker.verify.words import describe

CONFIRM_STATES = 20_000
"""How many states of a stuck state's future are searched for a way out when it is confirmed;
where there are more, the verdict says that this was not all."""


@dataclass(frozen=True)
class Divergence:
    """Where a replay leaves a trace: after how many steps, and how."""

    steps: int
    message: str


class ReplayError(Exception):
    """A counterexample of our own that does not replay: a fault of the checker, not of the
    document."""


def replay(model: Model, trace: Trace) -> Divergence | None:
    """``None`` if every step of ``trace`` can be taken in ``model`` and leads where it says."""
    return _replay(System(model), trace)[0]


def _replay(system: System, trace: Trace) -> tuple[Divergence | None, list[GlobalState]]:
    states = [system.initial()]
    if snapshot(system, states[0]) != trace.initial:
        return Divergence(0, "the initial state differs"), states
    for number, expected in enumerate(trace.steps, 1):
        successors, _ = system.successors(states[-1])
        found = [(a, s) for a, s in successors if system.action(a) == expected.action]
        if not found:
            return Divergence(number - 1, f"{describe(system.model, expected.action)} is not enabled"), states
        action, state = found[0]
        if step(system, states[-1], action, state) != expected:
            return Divergence(number, f"{describe(system.model, expected.action)} has another effect"), states
        states.append(state)
    if trace.loop_start is not None and states[-1] != states[trace.loop_start]:
        message = f"it does not come back to where it was after step {trace.loop_start}"
        return Divergence(len(trace.steps), message), states
    return None, states


def exact_steps(model: Model, trace: Trace) -> int:
    """How many steps of ``trace`` replay with just the effects that it says they have."""
    return len(_replay(System(model), trace)[1]) - 1


def still_shows(model: Model, trace: Trace, property: Property, end: int) -> bool:
    """Whether a run that replays still breaks ``property`` at ``end`` (0 is A), or for a
    reachable one, still reaches it."""
    system = System(model)
    divergence, states = _replay(system, trace)
    if divergence is not None:
        return False
    states = states[: len(states) if trace.stuck_after is None else trace.stuck_after + 1]
    outcome: Outcome = "holds" if property.kind == "reachable" else "violated"
    verdict = Verdict(property, outcome, "", trace, end=end)
    return _shows(system, verdict, claims_of(model, property)[end], states) is not False


def confirm(model: Model, verdict: Verdict) -> Verdict:
    """``verdict``, once its trace replays and shows what it claims to show; with a remark
    where that could not be looked at to the end.

    Raises ``ReplayError`` if it does not.
    """
    if verdict.trace is None:
        return verdict
    system = System(Model(model.protocol, model.scenario))
    divergence, states = _replay(system, verdict.trace)
    if divergence is not None:
        raise ReplayError(
            f"{verdict.property.name}: the counterexample does not replay after step "
            f"{divergence.steps}: {divergence.message}"
        )
    claim = claims_of(system.model, verdict.property)[verdict.end or 0]
    shows = _shows(system, verdict, claim, states)
    if shows is False:
        raise ReplayError(f"{verdict.property.name}: the counterexample replays, but shows nothing")
    if shows is None:
        remark = f"the replay looked for a way out in the next {CONFIRM_STATES:,} states only"
        return replace(verdict, reason="; ".join(filter(None, (verdict.reason, remark))))
    return verdict


def _shows(system: System, verdict: Verdict, claim: Claim, states: list[GlobalState]) -> bool | None:
    """Whether the run shows what the verdict says; ``None`` where it has been looked at only in
    part."""
    last = states[-1]
    env = global_env(system, last, claim.end)
    match verdict.property.kind:
        case "reachable":
            return claim.judge(env) == HOLDS
        case "step":
            assert verdict.trace is not None
            if not verdict.trace.steps:
                return False
            action = verdict.trace.steps[-1].action
            if action.end != claim.end or action.kind in ("loss", "duplication"):
                return False
            before = states[-2]
            env = step_env(system, before[claim.end], before[1 - claim.end], action)
            return claim.judge(env) == VIOLATED
        case "leads to":
            return _is_due(system, claim, states) and _goes_on(system, verdict, states)
        case "never stuck":
            return _is_stuck(system, verdict, claim, last)
        case "quiescent":
            return claim.judge(env) == VIOLATED and not _helpful(system, verdict, last)
        case _:
            return claim.judge(env) == VIOLATED


def _helpful(system: System, verdict: Verdict, state: GlobalState) -> list[GlobalState]:
    calls = verdict.property.calls
    successors, _ = system.successors(state)
    return [s for a, s in successors if system.model.is_helpful(system.action(a), calls)]


def _is_due(system: System, claim: Claim, states: list[GlobalState]) -> bool:
    """Whether at the end of the run the claim is due, and does not hold."""
    due = due_before_the_start(system.model, claim)
    for state in states:
        env = global_env(system, state, claim.end)
        due |= claim.judge(env) == VIOLATED
        due &= claim.goal().judge(env) == VIOLATED
    return due


def _goes_on(system: System, verdict: Verdict, states: list[GlobalState]) -> bool:
    """Whether the run can end, or go round its cycle for ever, and the claim not be met by that.

    What is taken and owed is looked up in the transition system, not in the graph that the run
    was found in. Where an action lacks room, it is not known what is enabled.
    """
    trace, calls = verdict.trace, verdict.property.calls
    assert trace is not None
    if trace.loop_start is None:
        return not _helpful(system, verdict, states[-1]) and not system.successors(states[-1])[1]
    cycle = states[trace.loop_start :]
    claim = claims_of(system.model, verdict.property)[verdict.end or 0].goal()
    if cycle[0] != cycle[-1] or any(claim.judge(global_env(system, s, claim.end)) == HOLDS for s in cycle):
        return False
    steps = trace.steps[trace.loop_start :]
    owed = {fair_action(system.model, delivery, calls) for step in steps for delivery in _lost(step)}
    for state in cycle:
        successors, lacks_room = system.successors(state)
        owed |= {fair_action(system.model, system.action(action), calls) for action, _ in successors}
        if lacks_room:
            return False
    return owed <= {fair_action(system.model, step.action, calls) for step in steps} | {None}


def _lost(step: Step) -> list[Action]:
    """The deliveries of what is lost by a step, in the network or for want of room."""
    lost = list(step.sent[len(step.sent) - step.lost :])
    if step.action.kind == "loss" and step.action.segment is not None:
        lost.append(step.action.segment)
    return [delivery_of(step.action.end, segment) for segment in lost]


def _is_stuck(system: System, verdict: Verdict, claim: Claim, start: GlobalState) -> bool | None:
    """Searches forward, the other way round than the verdict was found."""
    goal = claim.goal()
    if claim.judge(global_env(system, start, claim.end)) == PREMISE_FALSE:
        return False
    seen = {start}
    todo = [start]
    while todo:
        if len(seen) > CONFIRM_STATES:
            return None
        state = todo.pop()
        if goal.judge(global_env(system, state, claim.end)) == HOLDS:
            return False
        if system.successors(state)[1]:
            return False
        new = set(_helpful(system, verdict, state)) - seen
        seen |= new
        todo.extend(sorted(new))
    return True
