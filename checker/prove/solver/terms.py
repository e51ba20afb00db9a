"""Values as terms of the solver: which sorts stand for which kinds, and what is unset.

A sequence number is a vector of 32 bits. A count is a wider one, so that no sum of a document
wraps; how many bits it can really use is kept beside it. A word is its number in one list of all
words. A flag is a Bool, and so is each flag of a set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import z3

from checker.document.kinds import Kind, Value
from checker.document.protocol import Field, Protocol, Switch, Variable

SEQ_BITS = 32
COUNT_BITS = 48
"""Room for counts below 2^32 and for the sums of a document."""

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)

Bool = Any
"""A term that is true or false; z3 has no types that mypy could check."""


class EncodeError(Exception):
    """An expression that cannot be given to the solver; the message says why."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value: ``value`` means something only where it is ``present`` (not unset) and ``defined``
    (the evaluation ends in no error).

    ``bits`` bounds a count; ``flags`` are the members of a set of flags, which has no ``value``.
    """

    value: Any
    present: Bool = TRUE
    defined: Bool = TRUE
    bits: int = 0
    flags: tuple[Bool, ...] = ()

    @property
    def parts(self) -> tuple[Any, ...]:
        """What its value and its presence consist of."""
        return (*self.flags, *(() if self.value is None else (self.value,)), self.present)

    def required(self) -> Term:
        """The same value, where to read it unset is an error."""
        return replace(self, present=TRUE, defined=all_of(self.defined, self.present))


UNSET = Term(None, present=FALSE)


def flag(value: Bool, defined: Bool = TRUE) -> Term:
    return Term(value, defined=defined)


def count(value: int) -> Term:
    if value.bit_length() > COUNT_BITS:
        raise EncodeError(f"{value} is too large a count")
    return Term(z3.BitVecVal(value, COUNT_BITS), bits=value.bit_length())


def is_true(part: Bool) -> bool:
    """Whether a Bool is plainly true; z3's own function takes three times as long."""
    return part is TRUE or bool(z3.eq(part, TRUE))


def is_false(part: Bool) -> bool:
    return part is FALSE or bool(z3.eq(part, FALSE))


def all_of(*parts: Bool) -> Bool:
    """A conjunction, without the parts that are plainly true."""
    kept = [part for part in parts if not is_true(part)]
    if any(is_false(part) for part in kept):
        return FALSE
    return z3.And(*kept) if len(kept) > 1 else kept[0] if kept else TRUE


def any_of(*parts: Bool) -> Bool:
    """A disjunction, without the parts that are plainly false."""
    kept = [part for part in parts if not is_false(part)]
    if any(is_true(part) for part in kept):
        return TRUE
    return z3.Or(*kept) if len(kept) > 1 else kept[0] if kept else FALSE


def negated(part: Bool) -> Bool:
    if is_true(part):
        return FALSE
    return TRUE if is_false(part) else z3.Not(part)


def implied(condition: Bool, then: Bool) -> Bool:
    return any_of(negated(condition), then)


def either(condition: Bool, then: Bool, otherwise: Bool) -> Bool:
    """``then`` where ``condition`` holds, else ``otherwise``: of Bools."""
    if z3.eq(then, otherwise) or is_true(condition):
        return then
    return otherwise if is_false(condition) else z3.If(condition, then, otherwise)


def chosen(condition: Bool, then: Term, otherwise: Term) -> Term:
    """``then`` where ``condition`` holds, else ``otherwise``. Both are of one sort, or unset."""
    if then.flags or otherwise.flags:
        pairs = zip(then.flags, otherwise.flags, strict=True)
        flags = tuple(either(condition, left, right) for left, right in pairs)
        return Term(None, defined=either(condition, then.defined, otherwise.defined), flags=flags)
    if then.value is None or otherwise.value is None:
        value = otherwise.value if then.value is None else then.value
    elif z3.eq(then.value, otherwise.value):
        value = then.value
    else:
        value = z3.If(condition, then.value, otherwise.value)
    return Term(
        value,
        either(condition, then.present, otherwise.present),
        either(condition, then.defined, otherwise.defined),
        max(then.bits, otherwise.bits),
    )


def same(left: Term, right: Term) -> Bool:
    """Whether two values that are defined are equal; unset equals unset."""
    if left.flags or right.flags:
        return all_of(*(mine == yours for mine, yours in zip(left.flags, right.flags, strict=True)))
    if left.value is None or right.value is None:
        return all_of(negated(left.present), negated(right.present))
    if is_false(left.present) or is_false(right.present):
        return all_of(negated(left.present), negated(right.present))
    values = equal(left.value, right.value)
    if is_true(left.present) or is_true(right.present):
        return all_of(left.present, right.present, values)
    return all_of(left.present == right.present, implied(left.present, values))


def equal(left: Any, right: Any) -> Bool:
    """Equality of two values; a sequence number and a literal are compared as plain numbers."""
    if z3.is_bv(left) and left.size() != right.size():
        return widened(left) == widened(right)
    return left == right


def widened(value: Any) -> Any:
    """A number as wide as a count."""
    return z3.ZeroExt(COUNT_BITS - value.size(), value) if value.size() < COUNT_BITS else value


def modulo(value: Any) -> Any:
    """A number modulo 2^32."""
    return z3.Extract(SEQ_BITS - 1, 0, value) if value.size() > SEQ_BITS else value


class Words:
    """All words of a protocol, its states and its events, as numbers."""

    def __init__(self, protocol: Protocol) -> None:
        places: list[Variable | Switch | Field] = [
            *protocol.variables.values(),
            *protocol.switches.values(),
            *protocol.fields.values(),
        ]
        kinds = [place.kind for place in places if place.kind.base == "words"]
        words = [word for kind in kinds for word in kind.words]
        self.names = tuple(dict.fromkeys([*protocol.states, *protocol.events, *words]))
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._bits = max(1, len(self.names).bit_length())
        self.sort = z3.BitVecSort(self._bits)

    def term(self, word: str) -> Term:
        return Term(z3.BitVecVal(self._numbers[word], self._bits))

    def among(self, value: Any, words: Iterable[str]) -> Bool:
        """Whether ``value`` is one of ``words``."""
        return any_of(*(value == self.term(word).value for word in words))

    def symbol(self, kind: Kind, name: str) -> Term:
        """A free value of a kind, with free presence."""
        if kind.base == "flags":
            return Term(None, flags=tuple(z3.Bool(f"{name} {word}") for word in kind.words))
        present = z3.Bool(f"{name} is set")
        match kind.base:
            case "seq":
                return Term(z3.BitVec(name, SEQ_BITS), present)
            case "count":
                if kind.limit is None:
                    return Term(z3.BitVec(name, COUNT_BITS), present, bits=SEQ_BITS)
                bits = max(1, kind.limit.bit_length())
                return Term(widened(z3.BitVec(name, bits)), present, bits=bits)
            case "words":
                return Term(z3.Const(name, self.sort), present)
            case _:
                return Term(z3.Bool(name), present)

    def typed(self, kind: Kind, term: Term) -> Bool:
        """That ``term`` is a value of its kind; counts without a limit are taken below 2^32."""
        if kind.base == "count":
            most = (1 << SEQ_BITS) - 1 if kind.limit is None else kind.limit
            return z3.ULE(term.value, z3.BitVecVal(most, COUNT_BITS))
        return self.among(term.value, kind.words) if kind.base == "words" else TRUE

    def constant(self, kind: Kind, value: Value) -> Term:
        """A given value of a kind."""
        if isinstance(value, tuple):
            return Term(None, flags=tuple(z3.BoolVal(word in value) for word in kind.words))
        if value is None:
            return replace(UNSET, value=self._any(kind))
        if isinstance(value, bool):
            return Term(z3.BoolVal(value))
        if isinstance(value, str):
            return self.term(value)
        return Term(z3.BitVecVal(value, SEQ_BITS)) if kind.base == "seq" else count(value)

    def _any(self, kind: Kind) -> Any:
        """Some value of the sort of a kind, for what is unset."""
        match kind.base:
            case "seq":
                return z3.BitVecVal(0, SEQ_BITS)
            case "count":
                return z3.BitVecVal(0, COUNT_BITS)
            case "words":
                return z3.BitVecVal(0, self.sort.size())
            case _:
                return FALSE

    def read(self, kind: Kind, term: Term, model: Any) -> Value:
        """What ``term`` is in a model of the solver."""
        if kind.base == "flags":
            chosen = [z3.is_true(model.eval(bit, model_completion=True)) for bit in term.flags]
            return tuple(word for word, given in zip(kind.words, chosen, strict=True) if given)
        if not z3.is_true(model.eval(term.present, model_completion=True)):
            return None
        value = model.eval(term.value, model_completion=True)
        if kind.base == "words":
            number = int(value.as_long())
            return self.names[number] if number < len(self.names) else None  # nothing was asked of it
        if kind.base == "flag":
            return bool(z3.is_true(value))
        return int(value.as_long())
