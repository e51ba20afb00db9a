"""The state machine of one end: which events take it from one control state to another, as far as
explored runs show it.

What is in it has been done by some end in some run; what only stands in a row is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from checker.document.kinds import Value, show_value
from checker.document.protocol import Protocol, Scenario
from checker.explore.graph import StateGraph
from checker.model.endpoint import Local
from checker.model.evaluate import SemanticError
from checker.model.segment import Segment
from checker.model.tables import Action, ActionKind, Model
from checker.verify.trace import move_of


class Firing(NamedTuple):
    """One way to go from a control state to another: by which event and on which sort of segment
    (empty for none), sending which sorts, by which ``rows``, of which ``changing`` say where to go.
    ``needs`` are the settings of switches without which the rows would do something else."""

    source: str
    target: str
    kind: ActionKind
    event: str
    received: str
    sent: tuple[str, ...]
    rows: tuple[str, ...]
    changing: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class MachineArrow:
    """All ways from one control state to another by the same event and the same rows that say
    where to go."""

    firings: tuple[Firing, ...]

    @property
    def source(self) -> str:
        return self.firings[0].source

    @property
    def target(self) -> str:
        return self.firings[0].target

    @property
    def kind(self) -> ActionKind:
        return self.firings[0].kind

    @property
    def event(self) -> str:
        return self.firings[0].event

    @cached_property
    def received(self) -> tuple[str, ...]:
        """The words that all segments have which do it; where they have none in common, each sort
        of segment."""
        sorts = list(dict.fromkeys(firing.received for firing in self.firings))
        common = [word for word in sorts[0].split(",") if all(word in s.split(",") for s in sorts)]
        return (",".join(common),) if common else tuple(sorts)

    @cached_property
    def sent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(what is always sent, what is sent sometimes)."""
        sorts = list(dict.fromkeys(sort for firing in self.firings for sort in firing.sent))
        always = tuple(sort for sort in sorts if all(sort in firing.sent for firing in self.firings))
        return always, tuple(sort for sort in sorts if sort not in always)

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings of switches that every way needs."""
        first = self.firings[0].needs
        return tuple(setting for setting in first if all(setting in f.needs for f in self.firings))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that say where to go."""
        return self.firings[0].changing


@dataclass(frozen=True)
class Machine:
    """The arrows between different control states, in the order of the document; found in so many
    ``scenarios``, of which ``whole`` were explored to the end."""

    protocol: Protocol
    arrows: tuple[MachineArrow, ...]
    scenarios: int
    whole: int


def machine(protocol: Protocol, found: Sequence[tuple[Iterable[Firing], bool]]) -> Machine:
    """The machine of what was found in some scenarios: (firings, whether that is all)."""
    states = {name: number for number, name in enumerate(protocol.states)}
    events = {name: number for number, name in enumerate(protocol.events)}
    rows = {rule.id: number for number, rule in enumerate(protocol.rules)}
    grouped: dict[tuple[str, str, str, tuple[str, ...]], set[Firing]] = {}
    for firings, _ in found:
        for firing in firings:
            key = (firing.source, firing.target, firing.event, firing.changing)
            grouped.setdefault(key, set()).add(firing)

    def order(key: tuple[str, str, str, tuple[str, ...]]) -> tuple[int, int, int, list[int]]:
        source, target, event, changing = key
        return states[source], states[target], events[event], [rows[row] for row in changing]

    arrows = tuple(MachineArrow(tuple(sorted(grouped[key]))) for key in sorted(grouped, key=order))
    return Machine(protocol, arrows, len(found), sum(whole for _, whole in found))


def firings_of(graph: StateGraph) -> set[Firing]:
    """What both ends do in ``graph``, calls before the start included, that changes the state."""
    model = graph.system.model
    found: set[Firing] = set()
    for opening in model.start().openings:
        action = Action("call", opening.end, opening.call)
        reaction = opening.reaction
        taken = _Taken(opening.before[opening.end], reaction.after, action, reaction.fired, reaction.sent)
        found.update(_firings(model, [taken]))
    for end in (0, 1):
        found |= _firings(model, _taken(graph, end))
    return found


class _Taken(NamedTuple):
    """A step of an end, written out."""

    before: Local
    after: Local
    action: Action
    fired: tuple[int, ...]
    sent: tuple[Segment, ...]


def _taken(graph: StateGraph, end: int) -> Iterator[_Taken]:
    """The steps of an end that change its control state."""
    model = graph.system.model
    locals_ = model.tables[end].locals
    for local, action in graph.steps(end):
        move = move_of(graph.system, local, action)
        assert move is not None  # a step of an end
        before, after = locals_[local], locals_[move.after]
        if before.state != after.state:
            sent = tuple(model.segments[number] for number in move.sent)
            yield _Taken(before, after, action, move.fired, sent)


def _firings(model: Model, steps: Iterable[_Taken]) -> set[Firing]:
    """The ways that ``steps`` are; of those that differ in what they need only the least needy."""
    rules = model.protocol.rules
    options = _Options(model)
    found: dict[Firing, tuple[str, ...]] = {}
    for step in steps:
        action = step.action
        arrival = action.segment is not None
        firing = Firing(
            step.before.state,
            step.after.state,
            action.kind,
            model.arrival_event if arrival else action.event,
            "" if action.segment is None else model.form.brief(action.segment),
            tuple(model.form.brief(segment) for segment in step.sent),
            tuple(rules[index].id for index in step.fired),
            tuple(rules[index].id for index in step.fired if rules[index].next),
            (),
        )
        if found.get(firing) != ():
            needs = options.needed(step, firing.event)
            if firing not in found or len(needs) < len(found[firing]):
                found[firing] = needs
    return {firing._replace(needs=needs) for firing, needs in found.items()}


class _Options:
    """The switches that a scenario sets otherwise than they are by default, each put back alone."""

    def __init__(self, model: Model) -> None:
        protocol, scenario = model.protocol, model.scenario
        self.without = {
            f"{name} = {show_value(value)}": Model(protocol, _put_back(protocol, scenario, name))
            for name, value in scenario.set.items()
            if value != protocol.switches[name].default
        }

    def needed(self, step: _Taken, event: str) -> tuple[str, ...]:
        """Those settings without which the event would do something else."""
        return tuple(setting for setting, model in self.without.items() if not _does(model, step, event))


def _put_back(protocol: Protocol, scenario: Scenario, name: str) -> Scenario:
    settings: dict[str, Value] = {**scenario.set, name: protocol.switches[name].default}
    return replace(scenario, set=settings)


def _does(model: Model, step: _Taken, event: str) -> bool:
    """Whether ``model`` takes the step by the same rows."""
    endpoint = model.tables[step.action.end].endpoint
    try:
        reaction = endpoint.react(step.before, event, step.action.segment)
    except SemanticError:
        return False
    return reaction is not None and reaction.fired == step.fired and not reaction.refused
