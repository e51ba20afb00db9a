"""A run to a moment of an exact closure, on channels that are just large enough.

The closure keeps everything that may be in flight. The run keeps only what is needed later: it
loses the rest at once, sends nothing in vain, and doubles what arrives and is needed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from checker.explore.system import System
from checker.model.segment import Segment
from checker.model.tables import Action, Model, Move, OwnMove
from checker.prove.closure import Closure
from checker.prove.decide import Moment
from checker.prove.moves import Moves, Sets, View, bit_set, members
from checker.verify.trace import Step, Trace, snapshot, step

ROOM = 1_000
"""More than any run has in flight; how much it has is found by trying."""


class _Taken(NamedTuple):
    """A step of an endpoint and the view after it."""

    action: Action
    sent: int
    after: View
    own: OwnMove | None
    """The move, unless a segment arrives."""


Needed = tuple[frozenset[Segment], frozenset[Segment]]
"""Segments from A and from B that must be in flight."""


@dataclass(frozen=True)
class _Planned:
    """A step of an endpoint, and what must be in flight before it."""

    action: Action
    before: Needed


def run_to(closure: Closure, moment: Moment) -> tuple[Model, Trace]:
    """(the model with channels as large as the run needs, the run).

    ``closure`` is exact, and ``moment`` is of one of its views.
    """
    assert closure.is_exact
    wanted = Sets(*(_numbers(closure.model, segments) for segments in moment.in_flight))
    plan = _needed(closure.moves, _steps_to(closure, moment), wanted)
    end = None if moment.action else _written(closure.model, wanted)
    model = closure.model
    roomy = _performed(_with_room(closure.model, ROOM), plan, end)
    model = _with_room(closure.model, _most_in_flight(roomy))
    return model, _performed(model, plan, end)


def _with_room(model: Model, room: int) -> Model:
    return Model(model.protocol, replace(model.scenario, capacity=room))


def _numbers(model: Model, segments: Sequence[Segment]) -> int:
    return bit_set(tuple(model.segments.number(segment) for segment in segments))


def _written(model: Model, sets: Sets) -> Needed:
    from_a, from_b = (frozenset(model.segments[number] for number in members(s)) for s in sets)
    return from_a, from_b


# Which steps lead there


def _steps_to(closure: Closure, moment: Moment) -> list[tuple[View, _Taken]]:
    """(view, step in it) from the start to the view of ``moment``, and the step there."""
    moves = closure.moves
    assert moment.view is not None
    path = [moment.view]
    while (parent := closure.parents[path[-1]]) is not None:
        path.append(parent)
    path.reverse()
    steps = _repeated(moves, moves.start(), path[0])
    for view, target in pairwise(path):
        taken = next(t for t in _steps_in(moves, view) if moves.saturated(t.after) == target)
        steps += [(view, taken), *_repeated(moves, taken.after, target)]
    if moment.action is not None:
        steps.append((path[-1], next(t for t in _steps_in(moves, path[-1]) if t.action == moment.action)))
    return steps


def _repeated(moves: Moves, view: View, saturated: View) -> list[tuple[View, _Taken]]:
    """The steps that fill a view with all that can be sent in its local states."""
    steps: list[tuple[View, _Taken]] = []
    while view != saturated:
        taken = next(
            t
            for t in _steps_in(moves, view)
            if t.after.pair == view.pair
            and t.after.sets != view.sets
            and t.after.sets.covers(view.sets)
            and saturated.sets.covers(t.after.sets)  # what can be sent once only is not in it
        )
        steps.append((view, taken))
        view = taken.after
    return steps


def _steps_in(moves: Moves, view: View) -> Iterator[_Taken]:
    """The steps of both ends in a view, by name."""
    model = moves.model
    for end in (0, 1):
        tables = model.tables[end]
        for own in tables.own_moves(view.pair[end]):
            kept = moves.kept(view, end, own)
            if kept is not None:
                action = model.actions[own.action]
                yield _taken(View(view.pair, kept), end, action, own.move, own)
        for number in members(view.sets[1 - end]):
            move = tables.arrival(view.pair[end], number)
            action = Action("delivery", end, "", model.segments[number])
            yield _taken(view, end, action, move)


def _taken(view: View, end: int, action: Action, move: Move, own: OwnMove | None = None) -> _Taken:
    segments = bit_set(move.sent)
    pair = (move.after, view.pair[1]) if end == 0 else (view.pair[0], move.after)
    return _Taken(action, segments, View(pair, view.sets.sending(end, segments)), own)


# What they need


def _needed(moves: Moves, steps: Sequence[tuple[View, _Taken]], wanted: Sets) -> list[_Planned]:
    """The steps that lead to ``wanted`` in flight, found from the last to the first."""
    plan: list[_Planned] = []
    for number, (view, taken) in enumerate(reversed(steps)):
        end = taken.action.end
        in_vain = not taken.sent & wanted[end]
        if number and view.pair == taken.after.pair and in_vain:
            continue
        before = _without(wanted, end, taken.sent)
        if taken.action.segment is not None:
            before = before.sending(1 - end, 1 << moves.model.segments.number(taken.action.segment))
        if taken.own is not None:
            before = moves.enabling(view, end, taken.own, before)
        plan.append(_Planned(taken.action, _written(moves.model, before)))
        wanted = before
    return plan[::-1]


def _without(sets: Sets, end: int, sent: int) -> Sets:
    ab, ba = sets
    return Sets(ab & ~sent, ba) if end == 0 else Sets(ab, ba & ~sent)


# Taking them


def _performed(model: Model, plan: Sequence[_Planned], end: Needed | None) -> Trace:
    """The run of ``plan`` in ``model``; ``end`` is what is in flight after it, if that matters."""
    performer = _Performer(System(model))
    needs = [planned.before for planned in plan] + ([end] if end else [])
    for number, needed in enumerate(needs):
        performer.lose_all_but(needed)
        if number < len(plan):
            after = needs[number + 1] if number + 1 < len(needs) else (frozenset(), frozenset())
            performer.take(plan[number].action, after)
    return Trace(performer.initial, tuple(performer.steps))


def _most_in_flight(trace: Trace) -> int:
    """The most segments in flight in one direction at any moment of a run, but at least one."""
    states = [trace.initial, *(step.after for step in trace.steps)]
    return max(1, *(len(segments) for state in states for segments in state.in_flight))


class _Performer:
    """Takes steps in a system, and faults of the network as they are needed."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._state = system.initial()
        self.initial = snapshot(system, self._state)
        self.steps: list[Step] = []

    def lose_all_but(self, needed: Needed) -> None:
        """Loses what is in flight and not needed, and second copies."""
        for end in (0, 1):
            left = set(needed[end])
            for segment in self._in_flight(end):
                if segment in left:
                    left.discard(segment)
                else:
                    self._do(Action("loss", end, "", segment))

    def take(self, action: Action, needed: Needed) -> None:
        """Takes a step of an endpoint; what arrives and is needed again after it is doubled."""
        if action.segment is not None and action.segment in needed[1 - action.end]:
            self._do(Action("duplication", 1 - action.end, "", action.segment))
        self._do(action)

    def _in_flight(self, end: int) -> list[Segment]:
        segments = self._system.model.segments
        return [segments[number] for number in self._system.contents[self._state[2 + end]]]

    def _do(self, action: Action) -> None:
        number, after = next(
            (number, after)
            for number, after in self._system.successors(self._state)[0]
            if self._system.action(number) == action
        )
        self.steps.append(step(self._system, self._state, number, after))
        self._state = after
