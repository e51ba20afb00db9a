"""What the exports to other model checkers share: a scenario's tables as numbers.

It is the product of two endpoints, two channels and their budgets, with nothing left of the
document's expressions. Local states keep their numbers, from 0; segments are numbered from 1,
so that 0 is an empty place in a channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from checker.exchange.words import describe_local
from checker.explore.graph import StateGraph
from checker.explore.system import UNLIMITED, GlobalState
from checker.model.tables import LocalTables, Model, Move

NOTHING_SENT = 0
"""The number of the empty list of segments."""

ALWAYS = 0
"""The number of the condition that is always true."""


class Reaction(NamedTuple):
    """The local state after a step of an endpoint, and the number of the list that it sends."""

    after: int
    sending: int


class OwnMove(NamedTuple):
    """A step that an endpoint takes by itself, in words, and the number of its condition."""

    event: str
    reaction: Reaction
    condition: int


@dataclass(frozen=True)
class End:
    """The tables of one endpoint, by the number of the local state.

    A local state that is only led to by actions that lack room has empty rows. ``disabled``
    says in bits, for each timer that conditions ask the peer about, whether it is disabled.
    """

    name: str
    locals: tuple[str, ...]
    own: tuple[tuple[OwnMove, ...], ...]
    arrivals: tuple[Mapping[int, Reaction], ...]
    disabled: tuple[int, ...]

    @property
    def most(self) -> int:
        """The most steps that it may choose from in one state."""
        return max(map(len, self.own))


@dataclass(frozen=True)
class Product:
    """Everything that another tool needs to find the same state graph.

    ``sendings`` are lists of segments, ``conditions`` truth tables over the readings of the
    network: bit 0 both channels are empty, bit 1 no equal segment is in flight, then one bit
    for each of ``timers`` that is disabled at the peer. ``wires`` gives equal numbers to
    segments that differ in ghosts only. Budgets are those left at the start, ``None`` where
    they are not counted.
    """

    document: str
    scenario: str
    order: Literal["queue", "bag"]
    capacity: int
    ends: tuple[End, End]
    segments: tuple[str, ...]
    wires: tuple[int, ...]
    sendings: tuple[tuple[int, ...], ...]
    conditions: tuple[tuple[bool, ...], ...]
    timers: tuple[str, ...]
    start: tuple[int, int]
    in_flight: tuple[tuple[int, ...], tuple[int, ...]]
    losses: int | None
    duplications: int | None
    states: int
    transitions: int
    depth: int

    def reads(self, bit: int) -> bool:
        """Whether some condition depends on a bit of the readings."""
        return any(table[i] != table[i ^ (1 << bit)] for table in self.conditions for i in range(len(table)))

    @property
    def conditional(self) -> bool:
        """Whether any step has a condition."""
        return len(self.conditions) > 1

    def readings(self, empty: str, no_equal: str, disabled: str) -> list[str]:
        """Those of three terms, in the language of the model, on which conditions depend: their
        sum, or 0, is the place in a truth table."""
        depends = (self.reads(0), self.reads(1), bool(self.timers))
        return [term for term, needed in zip((empty, no_equal, disabled), depends, strict=True) if needed]

    @property
    def budgets(self) -> list[tuple[str, int]]:
        """The budgets that are part of the state, with what is left at the start."""
        named = (("losses", self.losses), ("duplications", self.duplications))
        return [(name, left) for name, left in named if left]

    @property
    def overflow_is_counted(self) -> bool:
        """Whether a send that finds no room costs a loss, or is impossible where none is left."""
        return self.losses is not None


def product_of(graph: StateGraph) -> Product:
    """The tables that ``graph``, which must be complete, was made of."""
    assert graph.complete  # what the exploration did not see is not in the tables
    return _Tables(graph).product()


class _Tables:
    """Numbers lists of segments and conditions as the tables mention them."""

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph
        self.model: Model = graph.system.model
        self.sendings: dict[tuple[int, ...], int] = {(): NOTHING_SENT}
        self.conditions: dict[int | None, int] = {None: ALWAYS}

    def product(self) -> Product:
        graph, model = self.graph, self.model
        ends = (self._end(0), self._end(1))
        a, b, ab, ba, losses, duplications = graph.state(0)
        contents = graph.system.contents
        readings = 1 << model.atoms.bits
        return Product(
            document=model.protocol.name,
            scenario=model.scenario.name,
            order=model.scenario.network.order,
            capacity=model.scenario.capacity,
            ends=ends,
            segments=tuple(model.form.write(segment, ghosts=True) for segment in model.segments.values),
            wires=self._wires(),
            sendings=tuple(self.sendings),
            conditions=tuple(
                tuple(table is None or bool(table >> reading & 1) for reading in range(readings))
                for table in self.conditions
            ),
            timers=model.atoms.timers,
            start=(a, b),
            in_flight=(_from_one(contents[ab]), _from_one(contents[ba])),
            losses=None if losses == UNLIMITED else losses,
            duplications=None if duplications == UNLIMITED else duplications,
            states=len(graph),
            transitions=graph.transitions,
            depth=graph.depth,
        )

    def _end(self, end: int) -> End:
        tables: LocalTables = self.model.tables[end]
        reached = self._reached(end)
        arrivals: list[dict[int, Reaction]] = [{} for _ in range(len(tables.locals))]
        for (local, segment), move in sorted(tables.arrivals().items()):
            arrivals[local][segment + 1] = self._reaction(move)
        numbers = range(len(arrivals))
        return End(
            name="AB"[end],
            locals=tuple(describe_local(self.model.protocol, local) for local in tables.locals.values),
            own=tuple(self._own(tables, local) if local in reached else () for local in numbers),
            arrivals=tuple(arrivals),
            disabled=tuple(tables.disabled_timers(local) if local in reached else 0 for local in numbers),
        )

    def _reached(self, end: int) -> set[int]:
        """The local states of ``end`` that some state of the graph has."""
        reached: set[int] = set()

        def note(state: GlobalState) -> int:
            reached.add(state[end])
            return 0

        self.graph.over_states((end,), note)
        return reached

    def _own(self, tables: LocalTables, local: int) -> tuple[OwnMove, ...]:
        return tuple(
            OwnMove(
                self.model.actions[own.action].event,
                self._reaction(own.move),
                self.conditions.setdefault(own.condition, len(self.conditions)),
            )
            for own in tables.own_moves(local)
        )

    def _reaction(self, move: Move) -> Reaction:
        sent = _from_one(move.sent)
        return Reaction(move.after, self.sendings.setdefault(sent, len(self.sendings)))

    def _wires(self) -> tuple[int, ...]:
        seen: dict[object, int] = {}
        form = self.model.form
        return tuple(seen.setdefault(form.wire(s), len(seen)) for s in self.model.segments.values)


def _from_one(segments: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(segment + 1 for segment in segments)
