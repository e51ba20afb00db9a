"""Whether a row is to blame: whether every run to a violation fires it.

The shortest counterexample fires many rows that have nothing to do with it. A row is to blame
only if no counterexample of any length does without it.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from checker.document.protocol import Property
from checker.explore.graph import Mask, StateGraph
from checker.verify.claims import VIOLATED, claims_of
from checker.verify.decide import judge_states, judge_steps, steps_of
from checker.verify.trace import move_of


def can_do_without(graph: StateGraph, property: Property, row: str) -> bool:
    """Whether some run of ``graph`` violates ``property`` and does not fire ``row``.

    On an incomplete graph only the runs that were explored count.
    """
    if fires_before_the_start(graph, row):
        return False
    fires = _fires(graph, _index(graph, row))
    reached = _reached(graph, ~fires)
    for claim in claims_of(graph.system.model, property):
        if property.kind == "step":
            edges, judgement = judge_steps(graph, claim)
            broken = edges[judgement == VIOLATED]
            if (reached[graph.edges.sources[broken]] & ~fires[broken]).any():
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
        steps = steps_of(graph, end, with_peer=False)
        moves = [move_of(graph.system, local, action) for local, _, action in steps.combinations]
        firing = np.array([move is not None and rule in move.fired for move in moves], dtype=np.bool_)
        fires[steps.edges] = firing[steps.inverse]
    return fires


def _reached(graph: StateGraph, keep: Mask) -> Mask:
    """The states reached from the initial one by the edges where ``keep`` holds."""
    reached: Mask = np.zeros(len(graph), dtype=np.bool_)
    edges: Any = graph.edges.only(keep)  # networkx is typed for its own graphs, not for backends
    for layer in nx.bfs_layers(edges, [0]):
        reached[layer] = True
    return reached
