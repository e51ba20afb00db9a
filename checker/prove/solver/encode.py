"""The expressions of a document as terms of the solver; ``model.evaluate`` says what they mean.

The tests evaluate both on the same values. Which arithmetic applies is asked of the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import z3

from checker.document import syntax as s
from checker.document.names import EVENT, STATE, FlagOf, Meaning
from checker.document.protocol import Definition, Field, Protocol, Switch, Variable
from checker.model.evaluate import Evaluator
from checker.prove.solver.terms import (
    COUNT_BITS,
    FALSE,
    SEQ_BITS,
    TRUE,
    UNSET,
    Bool,
    EncodeError,
    Term,
    Words,
    all_of,
    any_of,
    chosen,
    count,
    flag,
    implied,
    modulo,
    negated,
    same,
    widened,
)

HALF = z3.BitVecVal(1 << 31, SEQ_BITS)


@dataclass(frozen=True)
class End:
    """An end: its state and its variables by name."""

    state: Term
    values: Mapping[str, Term]


Ask = Callable[[s.Expression, str], Term]
"""What is true of the network or of segments for an expression read in a view."""


@dataclass(frozen=True)
class Scene:
    """What expressions are read against, as ``model.evaluate.Env``: the ends by view, the fields
    of the segment, the switches, the event. ``take`` gives the next value of a supply; ``asks``
    answers for the nodes that speak of the network, of several segments or of what rows do.
    """

    ends: Mapping[str, End]
    switches: Mapping[str, Term]
    segment: Mapping[str, Term] | None = None
    event: Term = UNSET
    take: Callable[[str], Term] | None = None
    asks: Ask | None = None
    _known: dict[tuple[int, str], Term] = field(default_factory=dict, compare=False, repr=False)

    def with_values(self, values: Mapping[str, Term]) -> Scene:
        """The scene with other variables of the acting end."""
        ends = {**self.ends, "us": replace(self.ends["us"], values=values)}
        return replace(self, ends=ends, _known={})


class Encoder:
    """Turns the expressions of a protocol into terms."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.words = Words(protocol)
        self._evaluator = Evaluator(protocol, {})
        self._names: Mapping[str, Meaning] = self._evaluator.names

    def term(self, node: s.Expression, scene: Scene, view: str = "us") -> Term:
        """The value of ``node``; to read something unset is an error in it."""
        match node:
            case s.Constant():
                return self._constant(node)
            case s.Name():
                return self._name(node, scene, view)
            case s.Sum():
                return self._sum(node, scene, view)
            case s.Comparison():
                return self._comparison(node, scene, view)
            case s.Is():
                return self._is(node, scene, view)
            case s.Not():
                operand = self.term(node.operand, scene, view)
                return flag(negated(operand.value), operand.defined)
            case s.Connected():
                return self._connected(node, scene, view)
            case s.Choice():
                return self._choice(node, scene, view)
            case s.Broken():
                raise AssertionError("a document with errors is not run")
            case _:
                if scene.asks is None:
                    raise EncodeError("only the network or the rows could tell")
                return scene.asks(node, view)

    @staticmethod
    def _constant(node: s.Constant) -> Term:
        if node.value is None:
            return UNSET
        return flag(TRUE if node.value else FALSE) if isinstance(node.value, bool) else count(node.value)

    # Names

    @staticmethod
    def _view(node: s.Name, view: str) -> str:
        return node.who or ("before" if node.when == "before" else view)

    def _name(self, node: s.Name, scene: Scene, view: str) -> Term:
        """A read of something that must be set."""
        if node.name == STATE:
            return scene.ends[self._view(node, view)].state
        meaning = self._names.get(node.name)
        if meaning is None:
            return self.words.term(node.name)
        term = self._raw(node, meaning, scene, view)
        return term if isinstance(meaning, (FlagOf, Definition)) else term.required()

    def _raw(self, node: s.Name, meaning: Meaning, scene: Scene, view: str) -> Term:
        """A read of something that may be unset."""
        match meaning:
            case Variable(lives="supply"):
                if scene.take is None:
                    raise EncodeError(f"`{node.name}` can be taken in `do` only")
                return scene.take(node.name)
            case Variable():
                return scene.ends[self._view(node, view)].values[node.name]
            case Switch():
                return scene.switches[node.name]
            case Field():
                return self._field(node.name, scene)
            case FlagOf():
                field = self._field(meaning.field.name, scene)
                return flag(field.flags[meaning.field.kind.words.index(meaning.flag)], field.defined)
            case Definition():
                return self._defined(meaning, scene, self._view(node, view))

    def _defined(self, definition: Definition, scene: Scene, view: str) -> Term:
        """What a definition means, made once in a scene: no definition takes from a supply."""
        assert not isinstance(definition.means, (tuple, s.Template))  # checked at reading
        key = id(definition), view
        if key not in scene._known:
            scene._known[key] = self.term(definition.means, scene, view)
        return scene._known[key]

    @staticmethod
    def _field(name: str, scene: Scene) -> Term:
        if scene.segment is None:
            return replace(UNSET, defined=FALSE)
        return scene.segment[name]

    def maybe_unset(self, node: s.Expression, scene: Scene, view: str = "us") -> Term:
        """Like ``term``, but a bare name may be unset."""
        meaning = self._names.get(node.name) if isinstance(node, s.Name) else None
        if not isinstance(node, s.Name) or meaning is None:
            return self.term(node, scene, view)
        if isinstance(meaning, Definition):
            assert not isinstance(meaning.means, (tuple, s.Template))  # checked at reading
            return self.maybe_unset(meaning.means, scene, self._view(node, view))
        return self._raw(node, meaning, scene, view)

    # Operators

    def _sum(self, node: s.Sum, scene: Scene, view: str) -> Term:
        left, right = self.term(node.left, scene, view), self.term(node.right, scene, view)
        bases = self._evaluator.base_of(node.left), self._evaluator.base_of(node.right)
        defined = all_of(left.defined, right.defined)
        if "seq" in bases:
            a, b = modulo(left.value), modulo(right.value)
            value = a + b if node.operator == "+" else a - b
            if self._evaluator.base_of(node) == "seq":
                return Term(value, defined=defined)
            return Term(widened(value), defined=defined, bits=SEQ_BITS)
        if node.operator == "-":
            enough = z3.simplify(z3.ULE(right.value, left.value))
            return Term(left.value - right.value, defined=all_of(defined, enough), bits=left.bits)
        bits = max(left.bits, right.bits) + 1
        if bits > COUNT_BITS:
            raise EncodeError("too long a sum of counts")
        return Term(left.value + right.value, defined=defined, bits=bits)

    def _choice(self, node: s.Choice, scene: Scene, view: str) -> Term:
        condition = self.term(node.condition, scene, view)
        parts = [self.term(part, scene, view) for part in (node.then, node.otherwise)]
        if self._evaluator.base_of(node) == "seq":
            parts = [_as_seq(part) for part in parts]
        term = chosen(condition.value, parts[0], parts[1])
        return replace(term, defined=all_of(condition.defined, term.defined))

    def _comparison(self, node: s.Comparison, scene: Scene, view: str) -> Term:
        nullable = any(isinstance(o, s.Constant) and o.value is None for o in node.operands)
        read = self.maybe_unset if nullable else self.term
        operands = [read(operand, scene, view) for operand in node.operands]
        defined = all_of(*(operand.defined for operand in operands))
        bases = [self._evaluator.base_of(operand) for operand in node.operands]
        if set(node.operators) <= {"=", "/="}:
            pairs = zip(node.operators, operands, operands[1:], strict=False)
            return flag(all_of(*(_alike(sign, a, b) for sign, a, b in pairs)), defined)
        if "seq" not in bases:
            pairs = zip(node.operators, operands, operands[1:], strict=False)
            return flag(all_of(*(_ordered(sign, a.value, b.value) for sign, a, b in pairs)), defined)
        values = [modulo(operand.value) for operand in operands]
        signs = node.operators
        if signs[0] in (">", ">="):
            values, signs = values[::-1], tuple(_FLIPPED[sign] for sign in reversed(signs))
        if len(values) == 2:
            return flag(_serial(signs[0], values[0], values[1]), defined)
        return flag(_interval(signs, values[0], values[1], values[2]), defined)

    def _is(self, node: s.Is, scene: Scene, view: str) -> Term:
        test = self._is_test(node, scene, view)
        return replace(test, value=negated(test.value)) if node.negated else test

    def _is_test(self, node: s.Is, scene: Scene, view: str) -> Term:
        subject = node.subject
        if isinstance(subject, s.Name) and subject.name == EVENT:
            return flag(scene.event.value == self.words.term(node.word).value)
        if isinstance(subject, s.Name) and subject.name == STATE:
            state = scene.ends[self._view(subject, view)].state
            return flag(self.words.among(state.value, self.protocol.members(node.word)))
        term = self.maybe_unset(subject, scene, view)
        if node.word == "none":
            return flag(negated(term.present), term.defined)
        equal = term.value == self.words.term(node.word).value
        return flag(all_of(term.present, equal), term.defined)

    def _connected(self, node: s.Connected, scene: Scene, view: str) -> Term:
        """Operands are looked at from the left, until one settles it."""
        operands = [self.term(operand, scene, view) for operand in node.operands]
        conjunction = node.operator == "and"
        value = (all_of if conjunction else any_of)(*(operand.value for operand in operands))
        defined = TRUE
        for operand in reversed(operands):
            goes_on = operand.value if conjunction else negated(operand.value)
            defined = all_of(operand.defined, implied(goes_on, defined))
        return flag(value, defined)


_FLIPPED = {">": "<", ">=": "=<"}


def _as_seq(term: Term) -> Term:
    """A literal among sequence numbers as one of them."""
    if term.value is None or term.value.size() == SEQ_BITS:
        return term
    if term.bits > SEQ_BITS:
        raise EncodeError("a literal that is no sequence number")
    return replace(term, value=modulo(term.value))


def _alike(sign: str, left: Term, right: Term) -> Bool:
    equal = same(left, right)
    return equal if sign == "=" else negated(equal)


def _ordered(sign: str, left: z3.BitVecRef, right: z3.BitVecRef) -> Bool:
    """The order of counts."""
    match sign:
        case "=":
            return left == right
        case "/=":
            return left != right
        case "<":
            return z3.ULT(left, right)
        case "=<":
            return z3.ULE(left, right)
        case ">":
            return z3.UGT(left, right)
        case _:
            return z3.UGE(left, right)


def _serial(sign: str, left: z3.BitVecRef, right: z3.BitVecRef) -> Bool:
    """The sign of a 32-bit difference."""
    difference = right - left
    ahead = z3.ULT(difference, HALF)
    return ahead if sign == "=<" else z3.And(difference != 0, ahead)


def _interval(signs: tuple[str, ...], low: z3.BitVecRef, middle: z3.BitVecRef, high: z3.BitVecRef) -> Bool:
    """Membership of the circular interval that begins at ``low``."""
    offset, length = middle - low, high - low
    inside = z3.ULT(offset, length) if signs[1] == "<" else z3.ULE(offset, length)
    return z3.And(offset != 0, inside) if signs[0] == "<" else inside
