"""What a scenario gives an end, as terms: initial values, and the values of supplies."""

from __future__ import annotations

from typing import Any

import z3

from checker.document.kinds import MODULUS, Kind, Value
from checker.document.protocol import Protocol, Scenario, Variable
from checker.model.evaluate import settle
from checker.prove.solver.terms import COUNT_BITS, FALSE, TRUE, Bool, EncodeError, Term, Words, chosen, count

SUPPLY = Kind("count")
"""The kind of a supply's own value, which is how many have been taken."""


def constant(words: Words, kind: Kind, value: Value) -> Term:
    """A given value, where it is small enough for what can be computed with it.

    Raises ``EncodeError`` for numbers beyond the limit of their kind, or of 32 bits.
    """
    if isinstance(value, int) and value > (MODULUS - 1 if kind.limit is None else kind.limit):
        raise EncodeError(f"{value} is too large a number")
    return words.constant(kind, value)


def kind_of(variable: Variable) -> Kind:
    """The kind of what a local state holds for a variable."""
    return SUPPLY if variable.lives == "supply" else variable.kind


class Given:
    """What a scenario gives the end that acts; ``is_a`` says whether that is A."""

    def __init__(self, protocol: Protocol, scenario: Scenario, words: Words, is_a: Bool) -> None:
        self.protocol = protocol
        self.scenario = scenario
        self.words = words
        self._is_a = is_a

    def _of(self, a: Term, b: Term) -> Term:
        if z3.is_true(self._is_a):
            return a
        return b if z3.is_false(self._is_a) else chosen(self._is_a, a, b)

    def initial(self, variable: Variable) -> Term:
        """The value before anything has happened, and after it was forgotten."""
        a, b = (constant(self.words, kind_of(variable), self.initial_value(variable, end)) for end in (0, 1))
        return self._of(a, b)

    def initial_value(self, variable: Variable, end: int) -> Value:
        if variable.lives == "supply":
            return 0
        if variable.from_scenario:
            return settle(self.scenario.values[variable.name][end][0], variable.kind)
        return settle(variable.initial, variable.kind)

    def switches(self) -> dict[str, Term]:
        given = self.scenario.set
        return {
            switch.name: constant(self.words, switch.kind, given.get(switch.name, switch.default))
            for switch in self.protocol.switches.values()
        }

    def taken(self, name: str, before: Term) -> tuple[Term, Term]:
        """(the next value of a supply of which ``before`` were taken, how many are taken then); the
        last one is taken again and again."""
        variable = self.protocol.variables[name]
        sides = self.scenario.values[name]
        most = max(map(len, sides))
        padded = [(*side, *[side[-1]] * (most - len(side))) for side in sides]
        values = [
            self._of(*(constant(self.words, variable.kind, side[i]) for side in padded)) for i in range(most)
        ]
        found = values[-1]
        for i in reversed(range(most - 1)):
            found = chosen(before.value == _number(i), values[i], found)
        length = self._of(*(count(len(side)) for side in sides))
        after = z3.If(before.value == length.value, before.value, before.value + 1)
        return found, Term(after, bits=before.bits)


def _number(value: int) -> Any:
    return z3.BitVecVal(value, COUNT_BITS)


A_ACTS = (TRUE, FALSE)
"""``is_a`` of each end."""
