"""Terms of the solver mean what the evaluator says, on any values and in any document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.document.kinds import MODULUS, Kind, Value
from checker.document.library import load
from checker.document.protocol import Protocol
from checker.model.evaluate import Env, Evaluator, Network, SemanticError, Unset
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.free import Free
from checker.prove.solver.listing import Expression, expressions
from checker.prove.solver.terms import Term, Words
from tests.toys import ROOT, toy

BASES = [0, 1, 100, 1 << 31, MODULUS - 1, MODULUS - 2, (1 << 31) - 1]
seqs = st.one_of(
    st.sampled_from(BASES),
    st.builds(lambda base, more: (base + more) % MODULUS, st.sampled_from(BASES), st.integers(-4, 4)),
    st.integers(0, MODULUS - 1),
)
counts = st.one_of(st.integers(0, 5), st.sampled_from([MODULUS - 1, 1 << 31]), st.integers(0, MODULUS - 1))


def values_of(kind: Kind, nullable: bool = True) -> st.SearchStrategy[Value]:
    if kind.base == "flags":
        return st.sets(st.sampled_from(kind.words)).map(lambda s: tuple(w for w in kind.words if w in s))
    some: Any = {
        "seq": seqs,
        "count": counts if kind.limit is None else st.integers(0, kind.limit),
        "flag": st.booleans(),
        "words": st.sampled_from(kind.words or ("",)),
    }[kind.base]
    return st.one_of(st.none(), some, some, some) if nullable else some


class Case:
    """All expressions of a document, as closures and as terms."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        encoder = Encoder(protocol)
        self.words: Words = encoder.words
        self.terms: list[tuple[Expression, Term, Free]] = []
        for expression in expressions(protocol):
            free = Free(encoder)
            scene: Scene = free.scene()
            read = encoder.maybe_unset if expression.may_be_unset else encoder.term
            self.terms.append((expression, read(expression.node, scene), free))

    def environments(self) -> st.SearchStrategy[dict[str, Value]]:
        protocol = self.protocol
        places: list[Any] = [
            *protocol.variables.values(),
            *protocol.switches.values(),
            *protocol.fields.values(),
        ]
        known = {place.name: values_of(place.kind) for place in places}
        known["STATE"] = st.sampled_from(tuple(protocol.states))
        return st.fixed_dictionaries(known)


@cache
def case(name: str) -> Case:
    path = ROOT / "spec" / f"{name}.md"
    return Case(load(path) if path.exists() else toy(name))


def evaluated(case: Case, expression: Expression, values: Mapping[str, Value]) -> Any:
    """What the evaluator says; an exception's class where it raises."""
    protocol = case.protocol
    evaluator = Evaluator(protocol, {name: values[name] for name in protocol.switches})
    env = Env()
    held = [0 if v.lives == "supply" else values[v.name] for v in protocol.variables.values()]
    env.us = SimpleNamespace(state=values["STATE"], values=held)
    env.segment = tuple(values[name] for name in protocol.fields)
    supply = {i: v.name for i, v in enumerate(protocol.variables.values()) if v.lives == "supply"}
    env.supplies = {i: (values[name] or 0,) for i, name in supply.items()}
    env.network = Network(False, False)
    compile = evaluator.maybe_unset if expression.may_be_unset else evaluator.compile
    try:
        return compile(expression.node)(env)
    except (Unset, SemanticError):
        return SemanticError


def encoded(case: Case, term: Term, free: Free, values: Mapping[str, Value]) -> Any:
    """What the term simplifies to with all values put in."""
    pairs: list[tuple[Any, Any]] = []
    for symbol in free.symbols:
        name = symbol.name.removesuffix(" taken 1")
        value = values.get(name)
        if name != symbol.name:
            value = value or 0
        constant = case.words.constant(symbol.kind, value)
        pairs += zip(symbol.term.flags, constant.flags, strict=True)
        if not symbol.term.flags:
            pairs += [(symbol.term.value, constant.value)]
            if not z3.is_true(symbol.term.present):
                pairs += [(symbol.term.present, constant.present)]
    for number in range(1, 5):
        pairs.append((z3.Bool(f"answer {number} of the network"), z3.BoolVal(False)))

    def put(part: Any) -> Any:
        result = z3.simplify(z3.substitute(part, *pairs))
        assert z3.is_true(result) or z3.is_false(result) or z3.is_bv_value(result), result
        return result if z3.is_bv_value(result) else z3.is_true(result)

    if not put(term.defined):
        return SemanticError
    if term.value is None or not put(term.present):
        return None
    value = put(term.value)
    if isinstance(value, bool):
        return value
    number = value.as_long()
    return case.words.names[number] if value.size() == case.words.sort.size() else number


@pytest.mark.parametrize("name", ["rfc9293", "textbook", "numbers"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_terms_and_evaluator_agree(name: str, data: st.DataObject) -> None:
    document = case(name)
    values = data.draw(document.environments())
    for expression, term, free in document.terms:
        expected = evaluated(document, expression, values)
        assert encoded(document, term, free, values) == expected, (expression.name, values)
