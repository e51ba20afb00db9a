"""Initial sequence numbers as unknowns: each number of a scenario, and what derives from it.

The views are closed once with *bases*, numbers that lie far apart and in the order in which they
are used. There a value tells what it derives from: an unknown whose base is near, or a literal of
the document. What is concluded from that is proved for each evaluation (see ``instances``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from checker.document.kinds import MODULUS, Kind, Space, Value
from checker.document.protocol import Field, Protocol, Scenario, Variable
from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.prove.solver.free import SPACES, Symbol
from checker.prove.solver.terms import SEQ_BITS, Term

NEAR = 1 << 20
"""How far from its base a value may be that derives from it."""

FIRST, SPACING = 0x1000_0000, 0x0400_0000
"""The first base, and the way from each to the next."""


class Unsupported(Exception):
    """A scenario or document for which nothing is said of other numbers; the message says why."""


@dataclass(frozen=True)
class Unknown:
    """An initial sequence number of an end: its place in the supply, its base, and the number that
    the scenario gives."""

    space: Space
    name: str
    base: int
    given: int

    @property
    def term(self) -> Any:
        return z3.BitVec(self.name, SEQ_BITS)

    @property
    def symbol(self) -> Symbol:
        return Symbol(self.name, Kind("seq", self.space), Term(self.term))


class Numbers:
    """The unknowns of a scenario, and the values of its runs as terms of them."""

    def __init__(self, protocol: Protocol, scenario: Scenario) -> None:
        self.protocol = protocol
        self.scenario = scenario
        self.unknowns = tuple(_unknowns(protocol, scenario))

    def with_values(self, values: Mapping[str, int]) -> Scenario:
        """The scenario with these numbers in place of its own, those left out as they are."""
        chosen = {(u.space, u.given): values.get(u.name, u.given) for u in self.unknowns}
        given = dict(self.scenario.values)
        for name in _supplies(self.protocol):
            a, b = (
                tuple(chosen[space, v] for v in given[name][end] if isinstance(v, int))
                for end, space in enumerate(SPACES)
            )
            given[name] = (a, b)
        return replace(self.scenario, values=given)

    def at_bases(self) -> Scenario:
        return self.with_values({unknown.name: unknown.base for unknown in self.unknowns})

    def apart(self, values: Mapping[str, int]) -> dict[str, int]:
        """``values``, and numbers for the other unknowns: as far from the first known one of their
        space as at the bases."""
        found = dict(values)
        for unknown in self.unknowns:
            same = (u for u in self.unknowns if u.space == unknown.space and u.name in values)
            known = next(same, None)
            if unknown.name not in found and known is not None:
                found[unknown.name] = (values[known.name] + unknown.base - known.base) % MODULUS
        return found

    # Values

    def source(self, space: Space, value: int) -> Unknown | None:
        """The unknown that a value derives from, ``None`` for a literal."""
        for unknown in self.unknowns:
            if unknown.space == space and (value - unknown.base + NEAR) % MODULUS < 2 * NEAR:
                return unknown
        return None

    def term(self, space: Space, value: int) -> Any:
        """A sequence number at the bases, as a term of the unknowns."""
        unknown = self.source(space, value)
        if unknown is None:
            return z3.BitVecVal(value, SEQ_BITS)
        return unknown.term + z3.BitVecVal((value - unknown.base) % MODULUS, SEQ_BITS)

    def at(self, space: Space, value: int, numbers: Mapping[str, int]) -> int:
        """The same value where the unknowns are ``numbers``."""
        unknown = self.source(space, value)
        if unknown is None:
            return value
        return (value - unknown.base + numbers.get(unknown.name, unknown.given)) % MODULUS

    def local_at(self, local: Local, end: int, numbers: Mapping[str, int]) -> Local:
        """A local state at the bases where the unknowns are ``numbers``."""
        places = tuple(self.protocol.variables.values())
        return local._replace(values=self._moved(places, local.values, end, numbers))

    def segment_at(self, segment: Segment, sender: int, numbers: Mapping[str, int]) -> Segment:
        places = tuple(self.protocol.fields.values())
        return Segment(self._moved(places, segment.values, sender, numbers))

    def _moved(
        self,
        places: Sequence[Variable | Field],
        values: Sequence[Value],
        end: int,
        numbers: Mapping[str, int],
    ) -> tuple[Value, ...]:
        return tuple(
            self.at(place.kind.of_end("AB"[end]).space, value, numbers)
            if isinstance(value, int) and is_number(place)
            else value
            for place, value in zip(places, values, strict=True)
        )

    def sources(
        self, places: Sequence[Variable | Field], values: Sequence[Value], end: int
    ) -> frozenset[tuple[Space, str]]:
        """(space, name of the unknown) of all sequence numbers among ``values`` of ``end``; no name
        for a literal."""
        found = set()
        for place, value in zip(places, values, strict=True):
            if isinstance(value, int) and is_number(place):
                space = place.kind.of_end("AB"[end]).space
                unknown = self.source(space, value)
                found.add((space, unknown.name if unknown else ""))
        return frozenset(found)


def is_number(place: Variable | Field) -> bool:
    """Whether a place holds a sequence number; a supply holds how many were taken."""
    return place.kind.base == "seq" and not (isinstance(place, Variable) and place.lives == "supply")


def _supplies(protocol: Protocol) -> list[str]:
    return [v.name for v in protocol.variables.values() if v.lives == "supply" and v.kind.base == "seq"]


def _unknowns(protocol: Protocol, scenario: Scenario) -> list[Unknown]:
    """One for each number of the supplies: equal ones are one unknown."""
    for variable in protocol.variables.values():
        if variable.kind.base == "seq" and variable.from_scenario and variable.lives != "supply":
            raise Unsupported(f"`{variable.name}` is set by the scenario, and is no supply")
    found: list[Unknown] = []
    for end, space in enumerate(SPACES):
        for name in _supplies(protocol):
            if protocol.variables[name].kind.space != "own":
                raise Unsupported(f"`{name}` is a supply of the peer's numbers")
            for given in dict.fromkeys(scenario.values[name][end]):
                assert isinstance(given, int)
                if any(u.space == space and u.given == given for u in found):
                    continue
                number = sum(u.space == space for u in found) + 1
                more = len(dict.fromkeys(scenario.values[name][end])) > 1
                title = f"{name} {number} of {space}" if more else f"{name} of {space}"
                found.append(Unknown(space, title, FIRST + SPACING * len(found), given))
    if len(found) * SPACING > 1 << 30:
        raise Unsupported("the scenario gives more numbers than can be told apart")
    return found
