"""Segments that are lost because a channel has no room for them.

The capacity of a channel bounds what is explored; it is no property of the network. What such
a loss makes possible may be impossible in a channel with more room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checker.explore.graph import Ints, Mask, StateGraph
from checker.explore.search import distinct
from checker.explore.system import GlobalState
from checker.model.tables import Action
from checker.verify.trace import move_of

EdgeNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Unplaced:
    """What ``end`` (0 is A) sends and finds no room.

    ``edges`` are those by which it does, in ascending order; ``counts`` how many segments each
    loses, the last of the ``sent`` (numbers of segments) of its ``moves``.
    """

    end: int
    edges: EdgeNumbers
    counts: Ints
    moves: Ints
    sent: Sequence[tuple[int, ...]]


def unplaced(graph: StateGraph, end: int) -> Unplaced:
    """What ``end`` sends and finds no room, anywhere in ``graph``."""
    key = f"unplaced {end}"
    if key not in graph.cache:
        graph.cache[key] = _unplaced(graph, end)
    found: Unplaced = graph.cache[key]
    return found


def _unplaced(graph: StateGraph, end: int) -> Unplaced:
    edges = np.flatnonzero(graph.edges_of(lambda action: action.is_step and action.end == end))
    actions = graph.system.model.actions.values
    sources = graph.edges.sources[edges]
    first, numbers = graph.combinations((end,))
    code = numbers[sources].astype(np.int64) * len(actions) + graph.edges.labels[edges]
    cases, moves = distinct(code, len(first) * len(actions))
    sent = [
        _sent(graph, graph.state(int(first[each // len(actions)])), actions[each % len(actions)])
        for each in cases.tolist()
    ]
    over = in_flight(graph, end)[sources] + np.array([len(s) for s in sent], dtype=np.int32)[moves]
    over -= graph.system.model.scenario.capacity
    loses = (over > 0) & (np.array([len(s) > 0 for s in sent], dtype=np.bool_)[moves])
    return Unplaced(end, edges[loses], over[loses], moves[loses].astype(np.int32), sent)


def _sent(graph: StateGraph, state: GlobalState, action: Action) -> tuple[int, ...]:
    move = move_of(graph.system, state[action.end], action)
    assert move is not None  # only asked for steps of an end
    return move.sent


def in_flight(graph: StateGraph, end: int) -> Ints:
    """The number of segments on their way from ``end``, in every state."""
    contents = graph.system.contents
    return graph.over_states((2 + end,), lambda state: len(contents[state[2 + end]])).astype(np.int32)


def losing(graph: StateGraph) -> Mask:
    """The edges by which something is lost because it finds no room."""
    key = "losing"
    if key not in graph.cache:
        mask: Mask = np.zeros(len(graph.edges.targets), dtype=np.bool_)
        for end in (0, 1):
            mask[unplaced(graph, end).edges] = True
        graph.cache[key] = mask
    found: Mask = graph.cache[key]
    return found


def with_room(graph: StateGraph) -> Mask:
    """The states in which what is sent next finds room: in both channels, or in a capacity of 1,
    where that would be only the empty ones, in one of them."""
    capacity = graph.system.model.scenario.capacity
    rooms = [in_flight(graph, end) < capacity for end in (0, 1)]
    roomy: Mask = rooms[0] | rooms[1] if capacity == 1 else rooms[0] & rooms[1]
    return roomy
