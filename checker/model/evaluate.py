"""What an expression evaluates to: syntax becomes Python closures over an ``Env``.

Documents are data: nothing of their text is ever executed, only the closures built here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any
from typing import Protocol as Interface

from checker.document import syntax as s
from checker.document.kinds import MODULUS, Kind, Value
from checker.document.names import EVENT, STATE, FlagOf, Meaning, meanings
from checker.document.problems import Position
from checker.document.protocol import Definition, Field, Protocol, Switch, Variable
from checker.model.operators import both, either, interval, pairwise, serial_order


class SemanticError(Exception):
    """A document whose meaning breaks down in a run.

    ``what`` says in which state and on which segment; ``position`` and ``row`` say where in the
    document, as far as that is known.
    """

    def __init__(self, what: str, position: Position | None = None, row: str = "") -> None:
        self.what = what
        self.position = position
        self.row = row
        place = f"{position}: " if position else ""
        super().__init__(f"{place}{f'{row}: ' if row else ''}{what}")

    def __reduce__(self) -> tuple[type[SemanticError], tuple[str, Position | None, str]]:
        """With its parts: an exception would otherwise be made anew from its text alone."""
        return type(self), (self.what, self.position, self.row)


class Unset(Exception):
    """Something unset was read; becomes a ``SemanticError`` where the row is known."""


class End(Interface):
    """What expressions see of an endpoint: its control state and its variables by index."""

    @property
    def state(self) -> str: ...
    @property
    def values(self) -> Sequence[Value]: ...


@dataclass(slots=True)
class Network:
    """What assumptions see of the network."""

    drained: bool = False
    no_equal: bool = False
    disabled: frozenset[str] = frozenset()


class Env:
    """What an expression is evaluated against; only what its scope allows is set.

    ``us``, ``peer``, ``A``, ``B``, ``before``: endpoints. ``segment``: the values of the
    segment whose fields are read. ``sent``, ``from_us``, ``from_peer``: segments that
    quantifiers range over. ``takes``: whether an endpoint (``us`` and so on) takes a call.
    """

    __slots__ = (
        *("us", "peer", "A", "B", "before", "segment", "event"),
        *("sent", "from_us", "from_peer", "network", "takes", "supplies", "exhausted"),
    )

    us: Any
    peer: Any
    A: Any
    B: Any
    before: Any
    segment: tuple[Value, ...] | None
    event: str
    sent: Sequence[tuple[Value, ...]]
    from_us: Sequence[tuple[Value, ...]]
    from_peer: Sequence[tuple[Value, ...]]
    network: Network
    takes: Callable[[str, str], bool]
    supplies: Mapping[int, tuple[Value, ...]]
    exhausted: set[str]

    def __init__(self) -> None:
        self.segment = None
        self.event = ""
        self.exhausted = set()


Evaluate = Callable[[Env], Any]


def view_of(node: s.Name, view: str) -> str:
    """Whose value ``node`` is, in an expression whose bare names are those of ``view``."""
    return node.who or ("before" if node.when == "before" else view)


class Evaluator:
    """Turns the expressions of one protocol, with its switches set, into closures.

    The kinds have been checked when the document was read, so what is built here need not
    ask again whether operands fit. ``made`` is what endpoints and properties have had made with
    it, which is the same for all of them.
    """

    def __init__(self, protocol: Protocol, switches: Mapping[str, Value]) -> None:
        self.protocol = protocol
        self.switches = switches
        self.names: Mapping[str, Meaning] = meanings(protocol)
        self.made: dict[str, dict[Any, Any]] = {}
        self.variable_index = {name: i for i, name in enumerate(protocol.variables)}
        self.field_index = {name: i for i, name in enumerate(protocol.fields)}

    def compile(self, node: s.Expression, view: str = "us") -> Evaluate:
        """A function from ``Env`` to the value of ``node``; bare names are those of ``view``."""
        match node:
            case s.Constant():
                value = node.value
                return lambda env: value
            case s.Broken():
                raise AssertionError("a document with errors is not run")
            case s.Name():
                return self._name(node, view)
            case s.Sum():
                return self._sum(node, view)
            case s.Comparison():
                return self._comparison(node, view)
            case s.Is():
                return self._is(node, view)
            case s.Not():
                operand = self.compile(node.operand, view)
                return lambda env: not operand(env)
            case s.Connected():
                return self._connected(node, view)
            case s.Choice():
                then, condition = self.compile(node.then, view), self.compile(node.condition, view)
                otherwise = self.compile(node.otherwise, view)
                return lambda env: then(env) if condition(env) else otherwise(env)
            case s.Quantified():
                return self._quantified(node, view)
            case s.NothingInFlight():
                return lambda env: env.network.drained
            case s.NoEqualSegment():
                return lambda env: env.network.no_equal
            case s.PeerTimerDisabled():
                event = node.event
                return lambda env: event in env.network.disabled
            case s.Takes():
                whose, call = node.who or view, node.call
                return lambda env: env.takes(whose, call)

    # Names

    def _name(self, node: s.Name, view: str) -> Evaluate:
        """A read of something that must be set."""
        if node.name == STATE:
            return operator.attrgetter(f"{view_of(node, view)}.state")
        meaning = self.names.get(node.name)
        if meaning is None:  # a word of a words kind; checked when the document was read
            word = node.name
            return lambda env: word
        raw = self._raw(node, meaning, view)
        if isinstance(meaning, (FlagOf, Definition)):
            return raw
        name = node.name

        def read(env: Env) -> Any:
            value = raw(env)
            if value is None:
                raise Unset(name)
            return value

        return read

    def _raw(self, node: s.Name, meaning: Meaning, view: str) -> Evaluate:
        """A read of something that may be unset."""
        match meaning:
            case Variable():
                return self._variable(meaning, view_of(node, view))
            case Switch():
                value = self.switches[meaning.name]
                return lambda env: value
            case Field():
                return self._field(self.field_index[meaning.name])
            case FlagOf():
                flag, field = meaning.flag, self._field(self.field_index[meaning.field.name])
                return lambda env: flag in field(env)
            case Definition():
                assert not isinstance(meaning.means, (tuple, s.Template))  # checked at reading
                return self.compile(meaning.means, view_of(node, view))

    def _variable(self, variable: Variable, view: str) -> Evaluate:
        index = self.variable_index[variable.name]
        if variable.lives == "supply":
            return self._supply(variable.name, index)
        end = operator.attrgetter(f"{view}.values")
        return lambda env: end(env)[index]

    @staticmethod
    def _supply(name: str, index: int) -> Evaluate:
        """Takes the next value; the variable itself holds how many have been taken."""

        def take(env: Env) -> Value:
            supply = env.supplies[index]
            taken: int = env.us.values[index]
            if taken == len(supply):
                env.exhausted.add(name)
                return supply[-1]
            env.us.values[index] = taken + 1
            return supply[taken]

        return take

    @staticmethod
    def _field(index: int) -> Evaluate:
        def read(env: Env) -> Value:
            if env.segment is None:
                raise Unset("a segment")
            return env.segment[index]

        return read

    # Operators

    def base_of(self, node: s.Expression) -> str:
        """``seq``, ``count`` or another base: decides which arithmetic applies."""
        match node:
            case s.Name():
                return self._base_of_name(node)
            case s.Sum():
                left, right = self.base_of(node.left), self.base_of(node.right)
                if left == right == "seq":
                    return "count"
                return "seq" if "seq" in (left, right) else "count"
            case s.Choice():
                then, otherwise = self.base_of(node.then), self.base_of(node.otherwise)
                return "seq" if "seq" in (then, otherwise) else then
            case s.Constant():
                return "number"
            case _:
                return "flag"

    def _base_of_name(self, node: s.Name) -> str:
        match self.names.get(node.name):
            case Variable() | Switch() | Field() as declared:
                return declared.kind.base
            case Definition(means=means) if not isinstance(means, (tuple, s.Template)):
                return self.base_of(means)
            case _:
                return "flag"

    def _sum(self, node: s.Sum, view: str) -> Evaluate:
        left, right = self.compile(node.left, view), self.compile(node.right, view)
        if "seq" in (self.base_of(node.left), self.base_of(node.right)):
            if node.operator == "+":
                return lambda env: (left(env) + right(env)) % MODULUS
            return lambda env: (left(env) - right(env)) % MODULUS
        if node.operator == "+":
            return lambda env: left(env) + right(env)

        def subtract(env: Env) -> int:
            difference: int = left(env) - right(env)
            if difference < 0:
                raise SemanticError(f"a count would fall to {difference}, below zero")
            return difference

        return subtract

    def _comparison(self, node: s.Comparison, view: str) -> Evaluate:
        bases = [self.base_of(operand) for operand in node.operands]
        nullable = any(isinstance(o, s.Constant) and o.value is None for o in node.operands)
        operands = [self.maybe_unset(o, view) if nullable else self.compile(o, view) for o in node.operands]
        if "seq" not in bases or set(node.operators) <= {"=", "/="}:
            return pairwise(operands, node.operators)
        if len(operands) == 2:
            return serial_order(operands[0], operands[1], node.operators[0])
        if node.operators[0] in (">", ">="):
            flip = {">": "<", ">=": "=<"}
            operators = tuple(flip[sign] for sign in reversed(node.operators))
            return interval(operands[2], operands[1], operands[0], operators)
        return interval(operands[0], operands[1], operands[2], node.operators)

    def maybe_unset(self, node: s.Expression, view: str = "us") -> Evaluate:
        """Like ``compile``, but a bare name may be unset (for ``is none`` and in segments)."""
        meaning = self.names.get(node.name) if isinstance(node, s.Name) else None
        if isinstance(node, s.Name) and isinstance(meaning, Definition):
            assert not isinstance(meaning.means, (tuple, s.Template))  # checked at reading
            return self.maybe_unset(meaning.means, view_of(node, view))
        if isinstance(node, s.Name) and meaning is not None:
            return self._raw(node, meaning, view)
        return self.compile(node, view)

    def _is(self, node: s.Is, view: str) -> Evaluate:
        test = self._is_test(node, view)
        return (lambda env: not test(env)) if node.negated else test

    def _is_test(self, node: s.Is, view: str) -> Evaluate:
        subject, word = node.subject, node.word
        if isinstance(subject, s.Name) and subject.name == EVENT:
            return lambda env: env.event == word
        if isinstance(subject, s.Name) and subject.name == STATE:
            members = frozenset(self.protocol.members(word))
            end = operator.attrgetter(f"{view_of(subject, view)}.state")
            return lambda env: end(env) in members
        value = self.maybe_unset(subject, view)
        wanted = None if word == "none" else word
        return lambda env: value(env) == wanted

    def _connected(self, node: s.Connected, view: str) -> Evaluate:
        operands = [self.compile(operand, view) for operand in node.operands]
        return reduce(both if node.operator == "and" else either, operands)

    def _quantified(self, node: s.Quantified, view: str) -> Evaluate:
        body = self.compile(node.body, view)
        segments = operator.attrgetter(node.place.replace(" ", "_"))
        wanted = {"some": True, "no": True, "every": False}[node.quantity]
        found = node.quantity == "some"

        def quantified(env: Env) -> bool:
            around = env.segment
            try:
                for segment in segments(env):
                    env.segment = segment
                    if bool(body(env)) is wanted:
                        return found
                return not found
            finally:
                env.segment = around

        return quantified


def settle(value: Any, kind: Kind) -> Value:
    """``value``, which is within the limit of ``kind``, as a variable or field of it holds it."""
    if value is None:
        return () if kind.base == "flags" else None
    if kind.base == "seq":
        return int(value) % MODULUS
    result: Value = value
    return result
