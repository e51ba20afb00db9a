"""The value a document becomes: a ``Protocol``, typed and with positions, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from checker.document.kinds import Kind, Value
from checker.document.problems import Position
from checker.document.syntax import Act, Expression, Template

Lives = Literal["TCB", "host", "event", "supply"]
# "" is a kind that could not be read; a protocol with one is never run.
EventKind = Literal["", "call", "arrival", "own", "timer", "fault"]
PropertyKind = Literal["", "invariant", "step", "reachable", "never stuck", "quiescent", "leads to"]
Then = Literal["", "stop", "refuse"]
Length = Literal["", "at most", "range", "fixed"]

FROM_SCENARIO = "scenario"
"""The initial value of a variable that each scenario sets."""


@dataclass(frozen=True)
class State:
    name: str
    meaning: str
    cite: str
    position: Position


@dataclass(frozen=True)
class Group:
    name: str
    states: tuple[str, ...]
    position: Position


@dataclass(frozen=True)
class Variable:
    """A variable of an endpoint. ``from_scenario`` ones have no initial value of their own."""

    name: str
    kind: Kind
    lives: Lives
    ghost: bool
    initial: Value
    from_scenario: bool
    meaning: str
    position: Position


@dataclass(frozen=True)
class Switch:
    """An option of the protocol that a scenario sets; constant within a run."""

    name: str
    kind: Kind
    default: Value
    meaning: str
    cite: str
    position: Position


@dataclass(frozen=True)
class Field:
    """A field of a segment; its kind is as the sender sees it.

    ``written`` is its name in segments written out; ``unless_given`` is evaluated at the
    sender where a segment does not give the field.
    """

    name: str
    written: str
    kind: Kind
    ghost: bool
    unless_given: Expression
    meaning: str
    position: Position


@dataclass(frozen=True)
class Event:
    name: str
    kind: EventKind
    fair: bool
    meaning: str
    cite: str
    position: Position


@dataclass(frozen=True)
class Definition:
    """A named phrase: an expression, a segment, or a list of assignments."""

    name: str
    means: Expression | Template | tuple[Act, ...]
    cite: str
    position: Position


@dataclass(frozen=True)
class Rule:
    """A row: what one step does in some states on some events when its guard holds.

    ``never`` says why it fires in no scenario, where that is so.
    """

    id: str
    states: tuple[str, ...]
    events: tuple[str, ...]
    guard: Expression | None
    acts: tuple[Act, ...]
    sends: tuple[Template, ...]
    next: str
    then: str
    cite: str
    never: str
    position: Position
    places: Mapping[str, Position]
    text: Mapping[str, str]

    @property
    def step(self) -> str:
        """The part of the id before its first dot."""
        return self.id.split(".", 1)[0]


@dataclass(frozen=True)
class Assumption:
    """A condition that a scenario may put on events, most often on timers."""

    name: str
    events: tuple[str, ...]
    condition: Expression
    because: str
    position: Position


@dataclass(frozen=True)
class Duration:
    """How long something takes in time: segments in flight (``events`` is the arrival), or timers.

    Its numbers are given when a run is timed. ``length`` says how they are meant: at most so
    much, any number of a range each time, or one number, the same each time. A running timer of
    ``events`` starts again at a step of its end of which ``restart`` holds.
    """

    name: str
    events: tuple[str, ...]
    length: Length
    restart: Expression | None
    meaning: str
    position: Position


@dataclass(frozen=True)
class Property:
    """A claim about every run, made of each end; ``text`` are its premise and what it claims, as
    they are written."""

    name: str
    kind: PropertyKind
    when: Expression | None
    claim: Expression
    assumptions: tuple[str, ...]
    calls: tuple[str, ...]
    because: str
    position: Position
    text: tuple[str, str]


@dataclass(frozen=True)
class Network:
    """What the channels do. ``None`` for ``lose`` or ``duplicate`` is: without limit."""

    order: Literal["queue", "bag"]
    lose: int | None
    duplicate: int | None


@dataclass(frozen=True)
class Expectation:
    """What a scenario expects of a property.

    ``blame`` is a row that fires in every counterexample; ``twin`` a scenario in which the
    property has the outcome ``twin_outcome``: it holds, or it is vacuous because what it
    speaks of never happens.
    """

    property: str
    outcome: str
    blame: str
    twin: str
    twin_outcome: str
    position: Position


@dataclass(frozen=True)
class Scenario:
    """Who does what, over which network, within which bounds.

    ``calls``, ``values`` and ``faults`` are pairs for the ends A and B; ``opened`` are the
    (end, call) made before the start.
    """

    name: str
    calls: tuple[tuple[str, ...], tuple[str, ...]]
    opened: tuple[tuple[int, str], ...]
    network: Network
    capacity: int
    values: Mapping[str, tuple[tuple[Value, ...], tuple[Value, ...]]]
    faults: Mapping[str, tuple[int, int]]
    assume: tuple[str, ...]
    set: Mapping[str, Value]
    expect: tuple[Expectation, ...]
    position: Position


@dataclass(frozen=True)
class Protocol:
    """One document, read, extended and checked. Mappings keep document order."""

    name: str
    file: str
    states: Mapping[str, State]
    groups: Mapping[str, Group]
    variables: Mapping[str, Variable]
    switches: Mapping[str, Switch]
    fields: Mapping[str, Field]
    events: Mapping[str, Event]
    definitions: Mapping[str, Definition]
    rules: tuple[Rule, ...]
    assumptions: Mapping[str, Assumption]
    durations: Mapping[str, Duration]
    properties: Mapping[str, Property]
    scenarios: Mapping[str, Scenario]

    @cached_property
    def initial_state(self) -> str:
        """The first state of the states table."""
        return next(iter(self.states))

    @cached_property
    def steps(self) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
        """Consecutive rules whose ids share the part before the first dot, in order."""
        steps: list[tuple[str, list[Rule]]] = []
        for rule in self.rules:
            if not steps or steps[-1][0] != rule.step:
                steps.append((rule.step, []))
            steps[-1][1].append(rule)
        return tuple((name, tuple(rules)) for name, rules in steps)

    def members(self, name: str) -> tuple[str, ...]:
        """The states that a state or group name stands for, empty if it is neither."""
        if name in self.states:
            return (name,)
        group = self.groups.get(name)
        return group.states if group else ()

    def event_kind(self, name: str) -> EventKind:
        return self.events[name].kind
