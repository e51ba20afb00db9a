"""Whether a row is to blame: whether every run to a violation fires it.

The shortest counterexample fires many rows that have nothing to do with it. A row is to blame
only if no counterexample of any length does without it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from checker.document.protocol import Property
from checker.explore.graph import Mask, StateGraph
from checker.explore.search import reached_from
from checker.verify.claims import VIOLATED, Claim, claims_of
from checker.verify.decide import judge_states
from checker.verify.judgements import TakenStep, judge_steps
from checker.verify.leads_to import can_break_without
from checker.verify.trace import move_of


def can_do_without(graph: StateGraph, property: Property, row: str) -> bool:
    """Whether some run of ``graph`` violates ``property`` and does not fire ``row``.

    On an incomplete graph only the runs that were explored count.
    """
    if fires_before_the_start(graph, row):
        return False
    fires = _fires(graph, _index(graph, row))
    reached = reached_from(graph.edges.only(~fires), np.zeros(1, dtype=np.int32))
    for claim in claims_of(graph.system.model, property):
        if property.kind == "step":
            broken = _broken_steps(graph, claim)
            if (reached[graph.edges.sources[broken]] & ~fires[broken]).any():
                return True
        elif property.kind == "leads to":
            if can_break_without(graph, claim, fires):
                return True
        elif (reached & (judge_states(graph, property, claim) == VIOLATED)).any():
            return True
    return False


def fires_before_the_start(graph: StateGraph, row: str) -> bool:
    """Whether ``row`` fired in the calls of ``opened``: it is then on every run, good or bad."""
    return _index(graph, row) in graph.system.model.start().fired


def _index(graph: StateGraph, row: str) -> int:
    return [rule.id for rule in graph.system.model.protocol.rules].index(row)


def _fires(graph: StateGraph, rule: int) -> Mask:
    """The edges whose action fires ``rule``."""
    fires: Mask = np.zeros(len(graph.edges.targets), dtype=np.bool_)
    for end in (0, 1):
        steps = _steps(graph, end, with_peer=False)
        moves = [move_of(graph.system, local, action) for local, action, _ in steps.kinds]
        firing = np.array([move is not None and rule in move.fired for move in moves], dtype=np.bool_)
        fires[steps.edges] = firing[steps.kind]
    return fires


def _broken_steps(graph: StateGraph, claim: Claim) -> npt.NDArray[np.int64]:
    """The edges that break a claim about steps."""
    steps = _steps(graph, claim.end, with_peer=1 - claim.end in claim.columns())
    judged = judge_steps(graph, claim).broken
    broken = [
        (local, action, peer) in judged or (local, action, -1) in judged
        for local, action, peer in steps.kinds
    ]
    return steps.edges[np.array(broken, dtype=np.bool_)[steps.kind]]


class _Steps(NamedTuple):
    """The steps of one end: ``edges`` of the graph, the distinct (local state, action, a local
    state of the peer) among them, and which of those each edge is."""

    edges: npt.NDArray[np.int64]
    kinds: list[TakenStep]
    kind: npt.NDArray[np.int64]


def _steps(graph: StateGraph, end: int, with_peer: bool) -> _Steps:
    """Without ``with_peer`` the peer's local state stands for all of them."""
    edges = np.flatnonzero(graph.edges_of(lambda action: action.is_step and action.end == end))
    actions = graph.system.model.actions.values
    sources, labels = graph.edges.sources[edges], graph.edges.labels[edges]
    _, ends = graph.found.combinations((0, 1) if with_peer else (end,))
    code = ends[sources].astype(np.int64) * len(actions) + labels
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    kinds: list[TakenStep] = []
    for source, label in zip(sources[first].tolist(), labels[first].tolist(), strict=True):
        state = graph.state(source)
        kinds.append((state[end], actions[label], state[1 - end]))
    return _Steps(edges, kinds, kind)
