"""What helpful actions still do once a state is stuck: where they end or what goes round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.explore.system import GlobalState, System
from checker.model.tables import Model
from checker.verify.replay import ReplayError, replay
from checker.verify.trace import Trace, snapshot, step
from checker.verify.verdict import Verdict
from checker.verify.words import listed, named, whereabouts

MOST_STATES = 20_000
"""States that a future is followed to; of a larger one only its size is told."""
MOST_STEPS = 16
"""Steps of a future that are drawn; a longer one tells a reader no more than its words."""


@dataclass(frozen=True)
class _Edge:
    source: int
    action: int
    target: int


@dataclass(frozen=True)
class Future:
    """The helpful actions from a stuck state on.

    ``states`` are numbered breadth-first, the stuck one is 0. ``last`` are those of the
    terminal SCCs, which no helpful action leaves, and ``going_round`` the edges between them:
    none where every run of helpful actions ends.
    """

    states: Sequence[GlobalState]
    edges: Sequence[_Edge]
    last: Sequence[int]
    going_round: Sequence[_Edge]


def future_of(system: System, start: GlobalState, calls: Sequence[str]) -> Future | None:
    """What helpful actions and the ``calls`` that users must make do from ``start`` on;
    ``None`` if that is more than ``MOST_STATES`` states."""
    import networkx as nx  # not before it is needed: this takes a tenth of a second

    numbers = {start: 0}
    states = [start]
    edges: list[_Edge] = []
    for source, state in enumerate(states):
        for action, after in system.successors(state)[0]:
            if not system.model.is_helpful(system.action(action), calls):
                continue
            if after not in numbers:
                if len(states) == MOST_STATES:
                    return None
                numbers[after] = len(states)
                states.append(after)
            edges.append(_Edge(source, action, numbers[after]))
    # Of Python alone: to load what finds the components of large graphs takes longer than these.
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(states)))
    graph.add_edges_from((edge.source, edge.target) for edge in edges)
    last = set().union(*nx.attracting_components(graph))
    return Future(states, edges, sorted(last), [edge for edge in edges if edge.source in last])


# In words


def why_stuck(system: System, future: Future) -> str:
    """What ``future`` comes to: where the ends wait, and what goes round meanwhile."""
    a, b = (_states_of(system, future, end) for end in (0, 1))
    if not future.edges:
        return f"no helpful action is enabled here: {whereabouts(a, b)}"
    where = whereabouts(a, b, "with")
    count = len(future.states)
    states = "this state" if count == 1 else f"these {count:,} states"
    lead = f"helpful actions go on, but never lead out of {states}: "
    if not future.going_round:
        return f"{lead}they end {where}"
    actions = named(system.action(edge.action) for edge in future.going_round)
    return f"{lead}what goes round is {listed(actions)}, {where}"


def _states_of(system: System, future: Future, end: int) -> str:
    """The states in which an end comes to be, in the order in which it does."""
    locals_ = system.model.tables[end].locals
    return " or ".join(dict.fromkeys(locals_[future.states[n][end]].state for n in future.last))


# As a run


def run_of(model: Model, verdict: Verdict) -> Trace | None:
    """The run that shows ``verdict``, with what goes on in the end where it gets stuck."""
    if verdict.trace is None or verdict.property.kind != "never stuck":
        return verdict.trace
    return continued(model, verdict.trace, verdict.property.calls) or verdict.trace


def continued(model: Model, trace: Trace, calls: Sequence[str]) -> Trace | None:
    """``trace``, which ends in a stuck state, and then the shortest run of helpful actions to
    where they end, or to a cycle and once around it.

    ``None`` where there is nothing to add or too much to read. Raises ``ReplayError`` if the
    run is not one of the reference semantics.
    """
    system = System(Model(model.protocol, model.scenario))
    state = _follow(system, trace)
    future = future_of(system, state, calls)
    if future is None or not future.edges:
        return None
    path, around = _example(system, future)
    if len(path) + len(around) > MOST_STEPS:
        return None
    steps = list(trace.steps)
    for edge in [*path, *around]:
        before, after = future.states[edge.source], future.states[edge.target]
        steps.append(step(system, before, edge.action, after))
    loop = len(trace.steps) + len(path) if around else None
    run = Trace(snapshot(system, system.initial()), tuple(steps), loop, len(trace.steps))
    if (divergence := replay(model, run)) is not None:
        raise ReplayError(f"the run from a stuck state on does not replay: {divergence.message}")
    return run


def _follow(system: System, trace: Trace) -> GlobalState:
    """The state in which a trace that replays ends."""
    state = system.initial()
    for taken in trace.steps:
        state = next(s for a, s in system.successors(state)[0] if system.action(a) == taken.action)
    return state


def _example(system: System, future: Future) -> tuple[list[_Edge], list[_Edge]]:
    """(the shortest path to the nearest state of a terminal SCC, the shortest way from there
    back to it on which each end receives something that ever does there)."""
    nearest = future.last[0]
    path = _Ways(future.edges, 0).to((nearest, 0)) if nearest else []

    def receiver(edge: _Edge) -> int:
        action = system.action(edge.action)
        return 0 if action.segment is None else 1 << action.end

    ways = _Ways(future.going_round, nearest, receiver)
    back = [place for place in ways.came if place[0] == nearest]
    # In an SCC every edge lies on some way back: the fullest of them has all that there is.
    return path, ways.to(max(back, key=lambda place: place[1].bit_count())) if back else []


_Place = tuple[int, int]
"""A state, and which ends received something on the way to it (bits)."""


class _Ways:
    """The shortest ways of at least one edge from a state to every ``_Place``."""

    def __init__(
        self, edges: Sequence[_Edge], start: int, receiver: Callable[[_Edge], int] = lambda edge: 0
    ) -> None:
        onward: dict[int, list[_Edge]] = {}
        for edge in edges:
            onward.setdefault(edge.source, []).append(edge)
        self.start = (start, 0)
        self.came: dict[_Place, tuple[_Place, _Edge]] = {}
        todo = [self.start]
        seen = {self.start}
        for place in todo:
            for edge in onward.get(place[0], ()):
                after = (edge.target, place[1] | receiver(edge))
                self.came.setdefault(after, (place, edge))
                if after not in seen:
                    seen.add(after)
                    todo.append(after)

    def to(self, place: _Place) -> list[_Edge]:
        way: list[_Edge] = []
        while not way or place != self.start:
            place, edge = self.came[place]
            way.append(edge)
        return way[::-1]
