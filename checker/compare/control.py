"""What of a graph a person would draw: pairs of control states, and arrows between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from checker.explore.graph import StateGraph
from checker.verify.trace import move_of


class Arrow(NamedTuple):
    """Some end goes from a state to one, which may be the same, on an event."""

    state: str
    event: str
    next: str


def pairs_of(graph: StateGraph) -> set[tuple[str, str]]:
    """The (control state of A, control state of B) that are reached."""
    names = list(graph.system.model.protocol.states)
    code = np.zeros(len(graph), dtype=np.int64)
    for end in (0, 1):
        first, combination = graph.combinations((end,))
        locals_ = graph.system.model.tables[end].locals
        states = [names.index(locals_[graph.state(index)[end]].state) for index in first.tolist()]
        code = code * len(names) + np.array(states, dtype=np.int64)[combination]
    return {(names[pair // len(names)], names[pair % len(names)]) for pair in np.unique(code).tolist()}


def arrows_of(graph: StateGraph) -> set[Arrow]:
    """The arrows that either end takes."""
    system = graph.system
    found: set[Arrow] = set()
    for end in (0, 1):
        locals_ = system.model.tables[end].locals
        for local, action in graph.steps(end):
            move = move_of(system, local, action)
            assert move is not None  # steps only
            event = action.event or system.model.arrival_event
            found.add(Arrow(locals_[local].state, event, locals_[move.after].state))
    return found
