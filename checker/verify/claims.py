"""Properties made of each end, and what they are evaluated against: states and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from checker.document import syntax as s
from checker.document.names import EVENT, STATE, FlagOf
from checker.document.protocol import Definition, Field, Property, Variable
from checker.explore.system import GlobalState, System
from checker.model.endpoint import Local
from checker.model.evaluate import Env, Evaluator, Network, SemanticError, Unset, view_of
from checker.model.segment import Segment
from checker.model.tables import Action, Model, Opening
from checker.verify.trace import Snapshot, move_of

Judgements = npt.NDArray[np.int8]

PREMISE_FALSE, HOLDS, VIOLATED = 0, 1, 2


BEFORE, TAKEN_EVENT, TAKEN_SEGMENT, SENT = range(6, 10)
"""What a claim about a step may read besides columns of the state after it: its own end before the
step, the event, the segment that arrives, those that are sent."""

DRAINED, BUSY = Network(drained=True), Network(drained=False)


class ClaimError(SemanticError):
    """A claim that has no meaning in some state, such as one that reads something unset."""


class Part(NamedTuple):
    """One of the conditions that an ``and`` joins, compiled. ``columns`` are the parts of a global
    state (see ``States.combinations``), or of a step, that it reads."""

    columns: tuple[int, ...]
    holds: Callable[[Env], Any]


@dataclass(frozen=True)
class Claim:
    """A property made of one end (0 is A): the parts of its ``when`` and of its claim, in the
    order in which they are asked."""

    property: Property
    end: int
    when: tuple[Part, ...]
    claim: tuple[Part, ...]

    def columns(self) -> tuple[int, ...]:
        """All that it reads of a global state."""
        return tuple(sorted({column for part in (*self.when, *self.claim) for column in part.columns}))

    def judge(self, env: Env) -> int:
        """``PREMISE_FALSE``, ``HOLDS`` or ``VIOLATED``."""
        if not all(self.asks(part, env) for part in self.when):
            return PREMISE_FALSE
        return HOLDS if all(self.asks(part, env) for part in self.claim) else VIOLATED

    def asks(self, part: Part, env: Env) -> bool:
        """Whether one of its parts holds."""
        return self.asks_each(part, (env,))[0]

    def asks_each(self, part: Part, envs: Iterable[Env]) -> list[bool]:
        """Whether one of its parts holds, for each of ``envs``."""
        holds = part.holds
        try:
            return [bool(holds(env)) for env in envs]
        except (Unset, SemanticError) as error:
            what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
            raise ClaimError(
                f"the claim {what}; {self._advice()}", self.property.position, self.property.name
            ) from None

    def goal(self) -> Claim:
        """The claim without its premise: where a ``never stuck`` or ``leads to`` property wants
        to get to."""
        return replace(self, when=())

    def _advice(self) -> str:
        if (kind := self.property.kind) in ("never stuck", "leads to"):
            return f"the claim of a `{kind}` property is asked of every state, whatever its `when`"
        return "its `when` must exclude such states"


def claims_of(model: Model, property: Property) -> tuple[Claim, Claim]:
    """The property made of A, and made of B."""
    kept = model.evaluator.made.setdefault("claims", {})
    found: tuple[Claim, Claim] | None = kept.get(property.name)
    if found is None or found[0].property is not property:
        a, b = (_claim(model.evaluator, property, end) for end in (0, 1))
        found = kept[property.name] = a, b
    return found


def _claim(evaluator: Evaluator, property: Property, end: int) -> Claim:
    columns = _Columns(evaluator, end)
    when, claim = (
        tuple(
            Part(tuple(sorted(columns.of(part, "us"))), evaluator.compile(part)) for part in _conjuncts(node)
        )
        for node in (property.when, property.claim)
    )
    return Claim(property, end, when, claim)


def _conjuncts(node: s.Expression | None) -> Iterator[s.Expression]:
    """What an ``and`` joins, from the left."""
    if isinstance(node, s.Connected) and node.operator == "and":
        for operand in node.operands:
            yield from _conjuncts(operand)
    elif isinstance(node, s.NothingInFlight):  # neither from the one nor from the other
        true = s.Constant(node.position, True)
        yield s.Quantified(node.position, "no", "from us", true)
        yield s.Quantified(node.position, "no", "from peer", true)
    elif node is not None:
        yield node


class _Columns:
    """Which parts of a global state or of a step an expression reads, for a claim of one end."""

    def __init__(self, evaluator: Evaluator, end: int) -> None:
        self.names = evaluator.names
        self.end = end

    def of(self, node: s.Expression | s.Flags, view: str) -> set[int]:
        match node:
            case s.Name():
                return self._of_name(node, view)
            case s.Sum():
                return self.of(node.left, view) | self.of(node.right, view)
            case s.Comparison() | s.Connected():
                return set().union(*(self.of(operand, view) for operand in node.operands))
            case s.Is():
                return self.of(node.subject, view)
            case s.Not():
                return self.of(node.operand, view)
            case s.Choice():
                parts = (node.then, node.condition, node.otherwise)
                return set().union(*(self.of(part, view) for part in parts))
            case s.Quantified():
                places = {"from us": 2 + self.end, "from peer": 3 - self.end, "sent": SENT}
                # The fields in its body are those of the segments there.
                return self.of(node.body, view) - {TAKEN_SEGMENT} | {places[node.place]}
            case s.NothingInFlight():
                return {2, 3}
            case s.Takes():
                return {self._column(node.who or view)}
            case s.Constant() | s.Flags():
                return set()
            case _:  # a column left out would make a claim of one state pass for others
                raise AssertionError(f"what does {node} read?")

    def _of_name(self, node: s.Name, view: str) -> set[int]:
        whose = view_of(node, view)
        if node.name == STATE:
            return {self._column(whose)}
        if node.name == EVENT:
            return {TAKEN_EVENT}
        match self.names.get(node.name):
            case Variable():
                return {self._column(whose)}
            case Field() | FlagOf():
                return {TAKEN_SEGMENT}
            case Definition(means=means) if not isinstance(means, (tuple, s.Template)):
                return self.of(means, whose)
            case _:
                return set()

    def _column(self, whose: str) -> int:
        return BEFORE if whose == "before" else side_of(whose, self.end)


def side_of(whose: str, end: int) -> int:
    """The end that a claim of ``end`` calls so; 0 is A."""
    return {"us": end, "peer": 1 - end, "A": 0, "B": 1}[whose]


def _takes(model: Model, end: int, shown: Callable[[int], Local]) -> Callable[[str, str], bool]:
    """Answers a claim of ``end`` whether an end takes a call; ``shown`` gives the local states."""

    def takes(whose: str, call: str) -> bool:
        side = side_of(whose, end)
        return model.tables[side].endpoint.takes(shown(side), call)

    return takes


def _env(ends: Sequence[Local], end: int) -> Env:
    env = Env()
    env.us, env.peer = ends[end], ends[1 - end]
    env.A, env.B = ends
    return env


def state_env(model: Model, ends: Sequence[Local], in_flight: Sequence[Sequence[Segment]], end: int) -> Env:
    """What a claim of ``end`` about a state is evaluated against."""
    env = _env(ends, end)
    env.takes = _takes(model, end, ends.__getitem__)
    env.from_us = [segment.values for segment in in_flight[end]]
    env.from_peer = [segment.values for segment in in_flight[1 - end]]
    env.network = BUSY if in_flight[0] or in_flight[1] else DRAINED
    return env


def snapshot_env(model: Model, state: Snapshot, end: int) -> Env:
    return state_env(model, state.ends, state.in_flight, end)


def global_env(system: System, state: GlobalState, end: int) -> Env:
    """As ``state_env``."""
    return showing(system, end)(state)


def showing(system: System, end: int) -> Callable[[GlobalState], Env]:
    """``global_env`` for many states: it is one and the same environment that shows them, one
    after the other."""
    a, b = (table.locals.values for table in system.model.tables)
    env = Env()
    env.takes = _takes(system.model, end, lambda side: env.B if side else env.A)

    def show(state: GlobalState) -> Env:
        env.A, env.B = a[state.a], b[state.b]
        from_a, from_b = system.in_flight(state.ab), system.in_flight(state.ba)
        if end == 0:
            env.us, env.peer, env.from_us, env.from_peer = env.A, env.B, from_a, from_b
        else:
            env.us, env.peer, env.from_us, env.from_peer = env.B, env.A, from_b, from_a
        env.network = BUSY if from_a or from_b else DRAINED
        return env

    return show


def before_the_start(model: Model, end: int) -> Iterator[tuple[Opening, Env]]:
    """(each call of ``opened``, what a claim of ``end`` about the state before it is evaluated
    against): these states are not in the graph."""
    in_flight: tuple[list[Segment], list[Segment]] = ([], [])
    for opening in model.start().openings:
        yield opening, state_env(model, opening.before, in_flight, end)
        in_flight[opening.end].extend(opening.reaction.sent)


def opening_env(opening: Opening) -> Env:
    """What a claim about a call made before the start is evaluated against."""
    ends = list(opening.before)
    ends[opening.end] = opening.reaction.after
    env = _env(ends, opening.end)
    env.before = opening.before[opening.end]
    env.event = opening.call
    env.sent = [segment.values for segment in opening.reaction.sent]
    return env


def step_env(system: System, local: int, peer: int, action: Action) -> Env:
    """What a claim about the step of an endpoint is evaluated against.

    ``local`` and ``peer`` are the numbers of the local states of the acting end, before the
    step, and of the other one.
    """
    tables, model = system.model.tables, system.model
    move = move_of(system, local, action)
    assert move is not None  # steps of endpoints only
    after = tables[action.end].locals[move.after]
    ends = [after, tables[1 - action.end].locals[peer]]
    env = _env(ends if action.end == 0 else ends[::-1], action.end)
    env.before = tables[action.end].locals[local]
    env.event = model.arrival_event if action.kind == "delivery" else action.event
    env.segment = None if action.segment is None else action.segment.values
    env.sent = [model.segments[segment].values for segment in move.sent]
    return env
