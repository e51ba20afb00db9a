"""Whether a goal that is reached by losing what finds no room is also reached with more room.

``never stuck`` counts on helpful actions, and these may send into a full channel. That such a
loss saves somebody says nothing of a network with more room, so the way is looked for there.
"""

from __future__ import annotations

from dataclasses import replace

from checker.explore.graph import StateGraph
from checker.explore.system import GlobalState, System
from checker.model.tables import Interned, LimitReached, Model
from checker.verify.claims import HOLDS, Claim, claims_of, showing

MORE = 1
"""How many segments more there is room for."""
MOST_STATES = 300_000
"""States looked at in all before it is left open."""
NOWHERE = -1


class _Roomy:
    """The transition system of a graph with more room, the same for all claims.

    Its states have no losses and no duplications left, for faults help nobody: so what would be
    lost for want of room is not enabled at all.
    """

    def __init__(self, graph: StateGraph, calls: tuple[str, ...]) -> None:
        model = graph.system.model
        scenario = replace(model.scenario, capacity=model.scenario.capacity + MORE)
        self.system = System(Model(model.protocol, scenario))
        self.states: Interned[GlobalState] = Interned()
        self._calls = calls
        self._helpful: dict[int, list[int]] = {}
        self._old = graph.system
        self._actions: dict[int, bool] = {}

    def helpful(self, state: int) -> list[int]:
        """Where helpful actions lead that lose nothing for want of room."""
        found = self._helpful.get(state)
        if found is None:
            successors, _ = self.system.successors(self.states[state])
            found = [self.states.number(after) for action, after in successors if self._helps(action)]
            found = self._helpful[state] = list(dict.fromkeys(found))
        return found

    def _helps(self, action: int) -> bool:
        found = self._actions.get(action)
        if found is None:
            model = self.system.model
            found = self._actions[action] = model.is_helpful(model.actions[action], self._calls)
        return found

    def moved(self, state: GlobalState) -> int:
        """The number of a state of the graph in the system with more room."""
        old, new = self._old, self.system
        ends = [
            new.model.tables[end].locals.number(old.model.tables[end].locals[state[end]]) for end in (0, 1)
        ]
        contents = [self._content(old.contents[number]) for number in (state.ab, state.ba)]
        return self.states.number(GlobalState(ends[0], ends[1], contents[0], contents[1], 0, 0))

    def _content(self, content: tuple[int, ...]) -> int:
        old, new = self._old.model.segments, self.system.model.segments
        moved = [new.number(old[number]) for number in content]
        in_order = self.system.model.scenario.network.order == "queue"
        return self.system.contents.number(tuple(moved if in_order else sorted(moved)))


def _roomy(graph: StateGraph, calls: tuple[str, ...]) -> _Roomy:
    key = f"roomy {calls}"
    if key not in graph.cache:
        graph.cache[key] = _Roomy(graph, calls)
    found: _Roomy = graph.cache[key]
    return found


def models_with_more_room(graph: StateGraph) -> list[Model]:
    """The models that verdicts on ``graph`` have looked into so far besides its own."""
    return [roomy.system.model for roomy in graph.cache.values() if isinstance(roomy, _Roomy)]


class Roomier:
    """The transition system of ``graph`` with more room, for one claim of a ``never stuck``."""

    def __init__(self, graph: StateGraph, claim: Claim) -> None:
        self.graph = graph
        self.roomy = _roomy(graph, claim.property.calls)
        self.goal = claims_of(self.roomy.system.model, claim.property)[claim.end].goal()
        self.columns = self.goal.columns()
        self.show = showing(self.roomy.system, claim.end)
        self.goals: dict[tuple[int, ...], bool] = {}
        self.able: set[int] = set()
        self.left = MOST_STATES

    def reaches(self, state: int) -> bool:
        """Whether helpful actions lead from this state of the graph to the goal with nothing
        lost for want of room. Where that takes too long it is left open, and said to be not."""
        start = self.roomy.moved(self.graph.state(state))
        came: dict[int, int] = {start: NOWHERE}
        todo = [start]
        # Deep first, the last of the successors before the others: these are deliveries, and where
        # everything arrives the goal is near. Breadth first it takes a hundred times as long.
        while todo:
            at = todo.pop()
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
            todo.extend(after)
        return False

    def _remember(self, state: int, came: dict[int, int]) -> None:
        while state != NOWHERE:
            self.able.add(state)
            state = came[state]

    def _is_goal(self, number: int) -> bool:
        """Decided once for all states that are alike in what the goal reads."""
        state = self.roomy.states[number]
        key = tuple([state[column] for column in self.columns])
        found = self.goals.get(key)
        if found is None:
            found = self.goals[key] = self.goal.judge(self.show(state)) == HOLDS
        return found
