"""Runs as values: what happened, step by step, in terms of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.explore.graph import StateGraph
from checker.explore.system import GlobalState, System
from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Action, Move


@dataclass(frozen=True)
class Snapshot:
    """A global state written out: both ends, what is in flight from A and from B, and the
    losses and duplications left (-1: not counted)."""

    ends: tuple[Local, Local]
    in_flight: tuple[tuple[Segment, ...], tuple[Segment, ...]]
    losses: int
    duplications: int


@dataclass(frozen=True)
class Step:
    """One action of a run, the ids of the rules it fired, what it sent, and the state after.

    The last ``lost`` of the segments in ``sent`` found no room and were lost.
    """

    action: Action
    rules: tuple[str, ...]
    sent: tuple[Segment, ...]
    lost: int
    after: Snapshot


@dataclass(frozen=True)
class Trace:
    """A run from the initial state. ``loop_start`` is the number of steps after which a cycle
    begins that the rest of the run closes, ``None`` for a run that ends.

    ``stuck_after`` is the number of steps after which nothing leads to a goal any more; what
    follows is an example of what helpful actions still do. ``None`` for runs of which nothing
    of the kind is known.
    """

    initial: Snapshot
    steps: tuple[Step, ...]
    loop_start: int | None = None
    stuck_after: int | None = None

    @property
    def last(self) -> Snapshot:
        return self.steps[-1].after if self.steps else self.initial

    def before(self, number: int) -> Snapshot:
        """The state before the step with this number, counted from 1."""
        return self.steps[number - 2].after if number > 1 else self.initial


def snapshot(system: System, state: GlobalState) -> Snapshot:
    """``state`` written out."""
    tables, segments = system.model.tables, system.model.segments
    in_flight = [
        _in_order(system, tuple(segments[number] for number in system.contents[content]))
        for content in (state.ab, state.ba)
    ]
    ends = (tables[0].locals[state.a], tables[1].locals[state.b])
    return Snapshot(ends, (in_flight[0], in_flight[1]), state.losses, state.duplications)


def _in_order(system: System, content: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """A queue as it is; a bag sorted by value, so that it does not tell in which order the
    model happened to number its segments."""
    if system.model.scenario.network.order == "queue":
        return content
    return tuple(sorted(content, key=lambda segment: repr(segment.values)))


def move_of(system: System, local: int, action: Action) -> Move | None:
    """What an endpoint's action does to its local state; ``None`` for losses and duplications."""
    table = system.model.tables[action.end]
    if action.kind in ("loss", "duplication"):
        return None
    if action.segment is not None:
        return table.arrival(local, system.model.segments.number(action.segment))
    number = system.model.actions.number(action)
    return next(own.move for own in table.own_moves(local) if own.action == number)


def step(system: System, before: GlobalState, number: int, after: GlobalState) -> Step:
    """The step from ``before`` to ``after`` by the action with this number."""
    action = system.model.actions[number]
    move = move_of(system, before[action.end], action)
    sent: tuple[Segment, ...] = ()
    rules: tuple[str, ...] = ()
    lost = 0
    if move is not None:
        sent = tuple(system.model.segments[segment] for segment in move.sent)
        rules = tuple(system.model.protocol.rules[index].id for index in move.fired)
        _, lost = system.channels[action.end].send(before[2 + action.end], move.sent)
    return Step(action, rules, sent, lost, snapshot(system, after))


def trace_to(graph: StateGraph, index: int, then: tuple[int, GlobalState] | None = None) -> Trace:
    """The shortest run to a state of ``graph``, and one edge (action, state) more if given."""
    path = [(number, graph.state(target)) for number, target in graph.path_to(index)]
    state = graph.state(0)
    steps = []
    for number, after in path + ([then] if then is not None else []):
        steps.append(step(graph.system, state, number, after))
        state = after
    return Trace(snapshot(graph.system, graph.state(0)), tuple(steps))


def trace_along(graph: StateGraph, stem: Sequence[int], cycle: Sequence[int]) -> Trace:
    """The run along these edges of ``graph``, the last of which form a cycle."""
    state = graph.state(0)
    steps = []
    for edge in [*stem, *cycle]:
        after = graph.state(int(graph.edges.targets[edge]))
        steps.append(step(graph.system, state, int(graph.edges.labels[edge]), after))
        state = after
    loop = len(stem) if cycle else None
    return Trace(snapshot(graph.system, graph.state(0)), tuple(steps), loop)
