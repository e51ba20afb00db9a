"""The compiled model: local states, segments and reactions interned to integers.

Everything is interned on demand, each reaction computed once per (local state, event); the
explorers work on the integers only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Generic, Literal, NamedTuple, TypeVar

from checker.document import syntax as s
from checker.document.kinds import Value
from checker.document.protocol import Assumption, Field, Protocol, Scenario, Variable
from checker.model.endpoint import Endpoint, Local, Reaction
from checker.model.evaluate import Env, Network, SemanticError, Unset
from checker.model.segment import Segment, SegmentForm
from checker.model.shared import evaluator_of

T = TypeVar("T")

MAX_LOCALS = 500_000
"""Local states of an endpoint beyond which a run ends in ``unknown``."""

ActionKind = Literal["call", "own", "timer", "fault", "delivery", "loss", "duplication"]


class LimitReached(Exception):
    """A limit was hit; what is known so far is incomplete. The message names the limit."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the transition system, in terms of the document.

    ``end`` is 0 (A) or 1 (B): who acts, or for a loss or duplication who sent the segment.
    ``position`` is where in a queue the fault strikes, 0 being the oldest.
    """

    kind: ActionKind
    end: int
    event: str = ""
    segment: Segment | None = None
    position: int | None = None

    @property
    def is_step(self) -> bool:
        """Whether an endpoint takes it, not the network."""
        return self.kind not in ("loss", "duplication")


class Interned(Generic[T]):
    """Values numbered from 0 in the order in which they are first seen."""

    def __init__(self, limit: int | None = None, what: str = "") -> None:
        self.values: list[T] = []
        self._index: dict[T, int] = {}
        self._limit = limit
        self._what = what

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, number: int) -> T:
        return self.values[number]

    def number(self, value: T) -> int:
        found = self._index.get(value)
        if found is None:
            found = len(self.values)
            if found == self._limit:
                raise LimitReached(f"more than {self._limit:,} {self._what}")
            self._index[value] = found
            self.values.append(value)
        return found


class Move(NamedTuple):
    """An interned reaction: the local state after, the segments sent, the rules fired."""

    after: int
    sent: tuple[int, ...]
    fired: tuple[int, ...]


class OwnMove(NamedTuple):
    """An action of an endpoint itself, and when its assumptions allow it.

    ``condition`` is ``None`` (always) or a truth table: bit i says whether it is allowed when
    the network's atoms (``Atoms``) read i.
    """

    action: int
    move: Move
    condition: int | None


class Opening(NamedTuple):
    """A call made before the start: by which end, in which local states, with what effect."""

    end: int
    call: str
    before: tuple[Local, Local]
    reaction: Reaction


class Start(NamedTuple):
    """Where a run begins: both local states, what each has sent, and how it came to that."""

    ends: tuple[Local, Local]
    sent: tuple[tuple[int, ...], tuple[int, ...]]
    openings: tuple[Opening, ...]

    @property
    def fired(self) -> tuple[int, ...]:
        """The rules that fired before the start."""
        return tuple(index for opening in self.openings for index in opening.reaction.fired)


class Refusal(NamedTuple):
    """A call that the endpoint refuses, and the rules that say so."""

    event: str
    fired: tuple[int, ...]


class Atoms:
    """The bits of the network that assumptions read: bit 0 drained, bit 1 no equal segment in
    flight, then one bit for each timer that some assumption asks the peer about."""

    def __init__(self, conditions: Sequence[s.Expression]) -> None:
        self.timers = tuple(sorted({t for c in conditions for t in _timers(c)}))
        self.bits = 2 + len(self.timers)

    def network(self, reading: int) -> Network:
        """The network that reads ``reading``."""
        disabled = {t for i, t in enumerate(self.timers) if reading >> (2 + i) & 1}
        return Network(bool(reading & 1), bool(reading & 2), frozenset(disabled))


def _timers(node: object) -> set[str]:
    """The timers that an assumption asks the peer about."""
    if isinstance(node, s.PeerTimerDisabled):
        return {node.event}
    if isinstance(node, tuple):
        return {timer for part in node for timer in _timers(part)}
    if not isinstance(node, s.Node):
        return set()
    return {timer for field in fields(node) for timer in _timers(getattr(node, field.name))}


class LocalTables:
    """The local states and reactions of one endpoint, as integers."""

    def __init__(self, model: Model, end: int) -> None:
        self.model = model
        self.endpoint = Endpoint(model.protocol, model.scenario, end, model.evaluator)
        self.locals: Interned[Local] = Interned(MAX_LOCALS, "local states of one endpoint")
        self._own: dict[int, tuple[OwnMove, ...]] = {}
        self._refused: dict[int, tuple[Refusal, ...]] = {}
        self._arrivals: dict[tuple[int, int], Move] = {}
        self._disabled: dict[int, int] = {}
        self._faults = [e.name for e in model.protocol.events.values() if e.kind == "fault"]
        self._timed = [e.name for e in model.protocol.events.values() if e.kind == "timer"]
        self._output = [e.name for e in model.protocol.events.values() if e.kind == "own"]
        self._end = end

    def own_moves(self, local: int) -> tuple[OwnMove, ...]:
        """Calls, own events, timers and faults that fire in a local state, in that order."""
        found = self._own.get(local)
        if found is None:
            found = self._own[local] = tuple(self._compute_own(local))
        return found

    def expanded(self) -> tuple[int, ...]:
        """The local states whose own moves have been computed so far."""
        return tuple(self._own)

    def refusals(self, local: int) -> tuple[Refusal, ...]:
        """The next calls of the script that a local state refuses."""
        self.own_moves(local)
        return self._refused.get(local, ())

    def unanswered(self, local: int) -> set[str]:
        """The next calls of the script that a local state neither takes nor refuses."""
        answered = {refusal.event for refusal in self.refusals(local)}
        answered |= {self.model.actions[own.action].event for own in self.own_moves(local)}
        return set(self.endpoint.calls[self.locals[local].called :]) - answered

    def arrival(self, local: int, segment: int) -> Move:
        """What a segment does that arrives in a local state."""
        found = self._arrivals.get((local, segment))
        if found is None:
            reaction = self.endpoint.react(
                self.locals[local], self.model.arrival_event, self.model.segments[segment]
            )
            assert reaction is not None  # an arrival that no row handles is an error
            found = self._move(reaction.after, reaction.sent, reaction.fired)
            self._arrivals[local, segment] = found
        return found

    def arrivals(self) -> dict[tuple[int, int], Move]:
        """All arrivals computed so far, by (local state, segment)."""
        return self._arrivals

    def disabled_timers(self, local: int) -> int:
        """For each timer of the model's ``Atoms``, whether no row fires for it here, as bits."""
        found = self._disabled.get(local)
        if found is None:
            moves = self.own_moves(local)
            enabled = {self.model.actions[m.action].event for m in moves}
            found = sum(1 << i for i, timer in enumerate(self.model.atoms.timers) if timer not in enabled)
            self._disabled[local] = found
        return found

    def _move(self, after: Local, sent: tuple[Segment, ...], fired: tuple[int, ...]) -> Move:
        number = self.model.segments.number
        return Move(self.locals.number(after), tuple(number(segment) for segment in sent), fired)

    def _compute_own(self, local: int) -> list[OwnMove]:
        state = self.locals[local]
        moves: list[OwnMove] = []
        seen: set[str] = set()
        for position, call in enumerate(self.endpoint.calls[state.called :], state.called + 1):
            # Calls may be left out, so the first of each name stands for the later ones.
            if call not in seen:
                seen.add(call)
                self._try(local, state._replace(called=position), call, "call", moves)
        for event in self._output:
            self._try(local, state, event, "own", moves)
        for event in self._timed:
            self._try(local, state, event, "timer", moves)
        for i, event in enumerate(self._faults):
            if state.faults[i]:
                left = (*state.faults[:i], state.faults[i] - 1, *state.faults[i + 1 :])
                self._try(local, state._replace(faults=left), event, "fault", moves)
        return moves

    def _try(self, local: int, spent: Local, event: str, kind: ActionKind, moves: list[OwnMove]) -> None:
        """Adds the move for an event if a row fires; ``spent`` is the state, budget paid."""
        reaction = self.endpoint.react(spent, event)
        if reaction is None:
            return
        if reaction.refused:
            refusal = Refusal(event, reaction.fired)
            self._refused[local] = (*self._refused.get(local, ()), refusal)
            return
        action = self.model.actions.number(Action(kind, self._end, event))
        move = self._move(reaction.after, reaction.sent, reaction.fired)
        moves.append(OwnMove(action, move, self._condition(self.locals[local], event)))

    def _condition(self, local: Local, event: str) -> int | None:
        tests = self.model.conditions.get(event)
        if not tests:
            return None
        env = Env()
        env.us = local
        table = 0
        readings = 1 << self.model.atoms.bits
        for reading in range(readings):
            env.network = self.model.atoms.network(reading)
            if all(self._holds(assumption, test, env, event) for assumption, test in tests):
                table |= 1 << reading
        return None if table == (1 << readings) - 1 else table

    def _holds(self, assumption: Assumption, test: Callable[[Env], bool], env: Env, event: str) -> bool:
        try:
            return test(env)
        except (Unset, SemanticError) as error:
            what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
            where = f"in {env.us.state} at {'AB'[self._end]} on {event}: "
            raise SemanticError(where + what, assumption.position, assumption.name) from None


class Model:
    """A protocol in one of its scenarios, compiled: both endpoints' tables and what they share.

    Models of a protocol with the same switches have one ``evaluator``, which spares them to compile
    the same again.
    """

    def __init__(self, protocol: Protocol, scenario: Scenario) -> None:
        self.protocol = protocol
        self.scenario = scenario
        self.switches: dict[str, Value] = {
            switch.name: scenario.set.get(switch.name, switch.default)
            for switch in protocol.switches.values()
        }
        self.evaluator = evaluator_of(protocol, self.switches)
        self.form = SegmentForm(protocol)
        self.segments: Interned[Segment] = Interned()
        self.actions: Interned[Action] = Interned()
        assumed = [protocol.assumptions[name] for name in scenario.assume]
        self.atoms = Atoms([assumption.condition for assumption in assumed])
        self.conditions: dict[str, list[tuple[Assumption, Callable[[Env], bool]]]] = {}
        for assumption in assumed:
            compiled = self.evaluator.compile(assumption.condition)
            for event in assumption.events:
                self.conditions.setdefault(event, []).append((assumption, compiled))
        arrivals = [event.name for event in protocol.events.values() if event.kind == "arrival"]
        self.arrival_event = arrivals[0] if arrivals else ""
        self.tables = (LocalTables(self, 0), LocalTables(self, 1))

    def __reduce__(self) -> tuple[type[Model], tuple[Protocol, Scenario]]:
        """Another process makes it anew: what has been computed is only a matter of time."""
        return Model, (self.protocol, self.scenario)

    def start(self) -> Start:
        """Where a run begins: the initial local states, after the calls of ``opened``.

        Raises ``SemanticError`` if one of those calls cannot be made.
        """
        ends = [table.endpoint.initial() for table in self.tables]
        sent: tuple[list[int], list[int]] = ([], [])
        openings: list[Opening] = []
        for end, call in self.scenario.opened:
            reaction = self.tables[end].endpoint.react(ends[end], call)
            if reaction is None or reaction.refused:
                raise SemanticError(
                    f"{'AB'[end]} cannot call {call} in {ends[end].state}",
                    self.scenario.position,
                    self.scenario.name,
                )
            openings.append(Opening(end, call, (ends[0], ends[1]), reaction))
            ends[end] = reaction.after
            sent[end].extend(self.segments.number(segment) for segment in reaction.sent)
        return Start((ends[0], ends[1]), (tuple(sent[0]), tuple(sent[1])), tuple(openings))

    def exhausted(self) -> list[str]:
        """The supplies that ran out somewhere, as ``A's X``: their last value was used again."""
        return [
            f"{'AB'[end]}'s {name}" for end in (0, 1) for name in sorted(self.tables[end].endpoint.exhausted)
        ]

    def saturated(self) -> list[str]:
        """The ghosts that should have counted further somewhere, as ``A's X saturated at 3``."""
        places: list[Variable | Field] = [*self.protocol.variables.values(), *self.protocol.fields.values()]
        limits = {place.name: place.kind.limit for place in places}
        return [
            f"{'AB'[end]}'s {name} saturated at {limits[name]}"
            for end in (0, 1)
            for name in sorted(self.tables[end].endpoint.saturated)
        ]

    def is_helpful(self, action: Action, calls: Sequence[str] = ()) -> bool:
        """Whether an action can be relied on: fair events, and the calls that users must make."""
        if action.kind in ("loss", "duplication", "fault"):
            return False
        if action.kind == "delivery":
            return True
        if action.kind == "call":
            return action.event in calls
        return self.protocol.events[action.event].fair
