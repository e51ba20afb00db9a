"""What runs show: that a premise is met, and on which networks they were looked for."""

from __future__ import annotations

from dataclasses import replace

from checker.document.protocol import Network, Property, Scenario
from checker.explore.graph import StateGraph
from checker.explore.system import System
from checker.model.tables import Model
from checker.verify.claims import PREMISE_FALSE, claims_of, snapshot_env, step_env
from checker.verify.judgements import judge_all, judge_steps
from checker.verify.replay import ReplayError, replay
from checker.verify.trace import Trace

CAPACITIES = (1, 2, 3)
"""Room for which short counterexamples are looked for."""

FEW = 20_000
"""States up to which they are."""

UNBOUNDED = Network("bag", lose=None, duplicate=None)
"""What a proof speaks of, but for the room that channels have."""


def without_bounds(scenario: Scenario, capacity: int = 1) -> Scenario:
    """The scenario on a network that loses, reorders and duplicates without limit."""
    return replace(scenario, network=UNBOUNDED, capacity=capacity)


def is_met(graph: StateGraph, property: Property) -> bool:
    """Whether the premise of an ``invariant`` or ``step`` property is met in some run of ``graph``."""
    for claim in claims_of(graph.system.model, property):
        if property.kind == "step":
            if judge_steps(graph, claim).premise:
                return True
        elif (judge_all(graph, claim) != PREMISE_FALSE).any():
            return True
    return False


def require_met(model: Model, trace: Trace, property: Property, end: int) -> None:
    """Raises ``ReplayError`` unless the run replays and meets the premise of ``property`` at its
    end."""
    divergence = replay(model, trace)
    if divergence is not None:
        raise ReplayError(f"{property.name}: the witness does not replay: {divergence.message}")
    claim = claims_of(model, property)[end]
    env = snapshot_env(model, trace.last, end)
    if property.kind == "step":
        before = trace.steps[-2].after if len(trace.steps) > 1 else trace.initial
        local, peer = (model.tables[e].locals.number(before.ends[e]) for e in (end, 1 - end))
        env = step_env(System(model), local, peer, trace.steps[-1].action)
    if claim.judge(env) == PREMISE_FALSE:
        raise ReplayError(f"{property.name}: the witness replays, but shows nothing")
