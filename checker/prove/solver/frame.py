"""Symbols for local states and segments, and claims that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from checker.document import syntax as s
from checker.document.kinds import FLAG, Kind, Value
from checker.document.names import STATE
from checker.document.protocol import Property, Protocol
from checker.prove.solver.encode import Encoder, End, Scene
from checker.prove.solver.free import Symbol
from checker.prove.solver.given import constant, kind_of
from checker.prove.solver.obligation import names_in
from checker.prove.solver.reaction import Reactor
from checker.prove.solver.terms import (
    FALSE,
    TRUE,
    Bool,
    Term,
    Words,
    all_of,
    any_of,
    flag,
    implied,
    negated,
    same,
)

Takes = Callable[[str, str], Term]
"""Whether an end, as a claim calls it, would take a call."""


@dataclass(frozen=True)
class Local:
    """The state and the variables of an end, as symbols."""

    end: End
    symbols: tuple[Symbol, ...]

    def equals(self, state: Term, values: Mapping[str, Term]) -> Bool:
        parts = (same(term, values[name]) for name, term in self.end.values.items())
        return all_of(self.end.state.value == state.value, *parts)


@dataclass(frozen=True)
class Carried:
    """A segment that is there if ``present``: on its way, or among those sent."""

    present: Bool
    fields: Mapping[str, Term]
    symbols: tuple[Symbol, ...] = ()


class Frame:
    """Makes symbols and constants for one protocol."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.protocol: Protocol = encoder.protocol
        self.words: Words = encoder.words
        self._names: dict[str, tuple[str, ...]] = {}

    def local(self, prefix: str) -> Local:
        """A local state whose symbols are called as its variables, behind ``prefix``."""
        states = Kind("words", words=tuple(self.protocol.states))
        symbols = [self._set(f"{prefix}{STATE}", states)]
        values = {}
        for variable in self.protocol.variables.values():
            name, kind = f"{prefix}{variable.name}", kind_of(variable)
            if variable.lives == "supply":
                symbol = self._set(name, kind)
            else:
                symbol = Symbol(name, kind, self.words.symbol(kind, name))
            symbols.append(symbol)
            values[variable.name] = symbol.term
        return Local(End(symbols[0].term, values), tuple(symbols))

    def _set(self, name: str, kind: Kind) -> Symbol:
        """A symbol that is never unset."""
        return Symbol(name, kind, replace(self.words.symbol(kind, name), present=TRUE))

    def segment(self, prefix: str) -> tuple[Mapping[str, Term], tuple[Symbol, ...]]:
        """A segment whose symbols are called as its fields, behind ``prefix``."""
        fields = self.protocol.fields.values()
        symbols = [
            Symbol(f"{prefix}{f.name}", f.kind, self.words.symbol(f.kind, f"{prefix}{f.name}"))
            for f in fields
        ]
        return {f.name: symbol.term for f, symbol in zip(fields, symbols, strict=True)}, tuple(symbols)

    def carried(self, name: str) -> Carried:
        """A segment that may be there."""
        fields, symbols = self.segment(f"{name}: ")
        there = Symbol(name, FLAG, Term(z3.Bool(name)))
        return Carried(there.term.value, fields, (there, *symbols))

    def number(self, name: str, most: int) -> Symbol:
        """A number up to ``most``, and perhaps a little beyond."""
        return self._set(name, Kind("count", limit=most))

    def event(self) -> Symbol:
        return self._set("event", Kind("words", words=tuple(self.protocol.events)))

    def names_of(self, symbol: Symbol) -> tuple[str, ...]:
        """What the solver calls a symbol; one of the same name is called the same."""
        if symbol.name not in self._names:
            self._names[symbol.name] = tuple(sorted(names_in(symbol.term.parts)))
        return self._names[symbol.name]

    # Constants

    def values_of(self, values: Sequence[Value]) -> Mapping[str, Term]:
        variables = self.protocol.variables.values()
        return {
            v.name: constant(self.words, kind_of(v), value)
            for v, value in zip(variables, values, strict=True)
        }

    def fields_of(self, values: Sequence[Value]) -> Mapping[str, Term]:
        fields = self.protocol.fields.values()
        return {f.name: constant(self.words, f.kind, value) for f, value in zip(fields, values, strict=True)}

    def alike(self, one: Mapping[str, Term], two: Mapping[str, Term], ghosts: bool = True) -> Bool:
        """Whether two segments are equal, perhaps but for their ghosts."""
        fields = [field for field in self.protocol.fields.values() if ghosts or not field.ghost]
        return all_of(*(same(one[field.name], two[field.name]) for field in fields))

    # Claims

    def asking(
        self, scene: Scene, places: Mapping[str, Sequence[Carried]], takes: Takes | None = None
    ) -> Scene:
        """A scene in which quantifiers range over the segments of these places; ``takes`` answers for
        calls."""

        def asks(node: s.Expression, view: str) -> Term:
            if isinstance(node, s.NothingInFlight):
                there = (carried.present for name in FLIGHTS for carried in places[name])
                return flag(negated(any_of(*there)))
            if isinstance(node, s.Takes):
                assert takes is not None  # only claims about states ask
                return takes(node.who or view, node.call)
            assert isinstance(node, s.Quantified)  # the others stand in assumptions only
            return self._quantified(node, view, scene, places[node.place])

        return replace(scene, asks=asks, _known={})

    def _quantified(self, node: s.Quantified, view: str, scene: Scene, among: Sequence[Carried]) -> Term:
        """Segments are looked at in their order, until one settles it; those in flight have no
        order, so there all are looked at."""
        settled, defined = FALSE, TRUE
        for carried in among:
            body = self.encoder.term(node.body, replace(scene, segment=carried.fields, _known={}), view)
            looked_at = carried.present if node.place != "sent" else all_of(carried.present, negated(settled))
            defined = all_of(defined, implied(looked_at, body.defined))
            wanted = negated(body.value) if node.quantity == "every" else body.value
            settled = any_of(settled, all_of(carried.present, wanted))
        return flag(settled if node.quantity == "some" else negated(settled), defined)

    def broken(self, property: Property, scene: Scene) -> Bool:
        """When a claim does not hold, or has no meaning."""
        met, holds = self._parts(property, scene)
        fails = any_of(negated(holds.defined), negated(holds.value))
        return any_of(negated(met.defined), all_of(met.value, fails))

    def holds(self, property: Property, scene: Scene) -> Bool:
        """When a claim is met and holds."""
        return all_of(*(part for term in self._parts(property, scene) for part in (term.defined, term.value)))

    def _parts(self, property: Property, scene: Scene) -> tuple[Term, Term]:
        met = flag(TRUE) if property.when is None else self.encoder.term(property.when, scene)
        return met, self.encoder.term(property.claim, scene)


FLIGHTS = ("from us", "from peer")


def both(us: End, peer: End, end: int) -> dict[str, End]:
    """The ends as a claim of end 0 (A) or 1 calls them."""
    return {"us": us, "peer": peer, "A": us if end == 0 else peer, "B": peer if end == 0 else us}


def takes_of(reactors: Sequence[Reactor], end: int) -> Takes:
    """What a claim of end 0 (A) or 1 asks of the ends."""
    number = {"us": end, "peer": 1 - end, "A": 0, "B": 1}
    return lambda whose, call: reactors[number[whose]].can(call)


def same_local(local: Local, other: End) -> Bool:
    """That symbols have the values of another end."""
    return local.equals(other.state, other.values)
