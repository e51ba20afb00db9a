"""Whether a goal that is reached by losing what finds no room is also reached with more room.

``never stuck`` counts on helpful actions, and these may send into a full channel. That such a
loss saves somebody says nothing of a network with more room, so the way is looked for there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checker.explore.graph import StateGraph
from checker.explore.system import GlobalState, System
from checker.model.tables import LimitReached, Model
from checker.verify.claims import HOLDS, Claim, claims_of, global_env
from checker.verify.trace import move_of

MORE = 1
"""How many segments more there is room for."""
MOST_STATES = 300_000
"""States looked at in all before it is left open."""


class _Roomy:
    """The transition system of a graph with more room, the same for all claims."""

    def __init__(self, graph: StateGraph, calls: tuple[str, ...]) -> None:
        model = graph.system.model
        scenario = replace(model.scenario, capacity=model.scenario.capacity + MORE)
        self.system = System(Model(model.protocol, scenario))
        self._calls = calls
        self._helpful: dict[GlobalState, list[GlobalState]] = {}

    def helpful(self, state: GlobalState) -> list[GlobalState]:
        """Where helpful actions lead that lose nothing for want of room."""
        found = self._helpful.get(state)
        if found is None:
            found = self._helpful[state] = list(self._successors(state))
        return found

    def _successors(self, state: GlobalState) -> Iterator[GlobalState]:
        for number, after in self.system.successors(state)[0]:
            action = self.system.action(number)
            if not self.system.model.is_helpful(action, self._calls):
                continue
            move = move_of(self.system, state[action.end], action)
            assert move is not None  # faults help nobody
            if not self.system.channels[action.end].send(state[2 + action.end], move.sent)[1]:
                yield after


def _roomy(graph: StateGraph, calls: tuple[str, ...]) -> _Roomy:
    key = f"roomy {calls}"
    if key not in graph.cache:
        graph.cache[key] = _Roomy(graph, calls)
    found: _Roomy = graph.cache[key]
    return found


class Roomier:
    """The transition system of ``graph`` with more room, for one claim of a ``never stuck``."""

    def __init__(self, graph: StateGraph, claim: Claim) -> None:
        self.graph = graph
        self.roomy = _roomy(graph, claim.property.calls)
        self.system = self.roomy.system
        self.goal = claims_of(self.system.model, claim.property)[claim.end].goal()
        self.able: set[GlobalState] = set()
        self.left = MOST_STATES

    def reaches(self, state: int) -> bool:
        """Whether helpful actions lead from this state of the graph to the goal with nothing
        lost for want of room. Where that takes too long it is left open, and said to be not."""
        start = self._moved(self.graph.state(state))
        came: dict[GlobalState, GlobalState | None] = {start: None}
        todo = [start]
        for at in todo:
            if at in self.able or self._is_goal(at):
                self._remember(at, came)
                return True
            try:
                after = [each for each in self.roomy.helpful(at) if each not in came]
            except LimitReached:
                return False
            self.left -= len(after)
            if self.left < 0:
                return False
            came.update(dict.fromkeys(after, at))
            todo.extend(dict.fromkeys(after))
        return False

    def _remember(self, state: GlobalState, came: dict[GlobalState, GlobalState | None]) -> None:
        at: GlobalState | None = state
        while at is not None:
            self.able.add(at)
            at = came[at]

    def _is_goal(self, state: GlobalState) -> bool:
        return self.goal.judge(global_env(self.system, state, self.goal.end)) == HOLDS

    def _moved(self, state: GlobalState) -> GlobalState:
        """The same state in the numbers of the system with more room."""
        old, new = self.graph.system, self.system
        ends = [
            new.model.tables[end].locals.number(old.model.tables[end].locals[state[end]]) for end in (0, 1)
        ]
        contents = [self._content(old.contents[number]) for number in (state.ab, state.ba)]
        return GlobalState(ends[0], ends[1], contents[0], contents[1], state.losses, state.duplications)

    def _content(self, content: tuple[int, ...]) -> int:
        old, new = self.graph.system.model.segments, self.system.model.segments
        moved = [new.number(old[number]) for number in content]
        in_order = self.system.model.scenario.network.order == "queue"
        return self.system.contents.number(tuple(moved if in_order else sorted(moved)))
