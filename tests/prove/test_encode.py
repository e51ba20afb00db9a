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

from checker.document import syntax as s
from checker.document.kinds import MODULUS, Kind, Value
from checker.document.library import load
from checker.document.protocol import Protocol
from checker.model.evaluate import Env, Evaluator, SemanticError, Unset
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.free import Free
from checker.prove.solver.listing import Expression, claims, expressions
from checker.prove.solver.shift import VIEWS
from checker.prove.solver.terms import Term, Words
from tests.prove.substitution import put
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
        self.encoder = Encoder(protocol)
        self.words: Words = self.encoder.words
        self.scenes: dict[tuple[str, str], tuple[Free, Scene]] = {}
        self.terms: list[tuple[Expression, Term, Free]] = []
        for expression in [*expressions(protocol), *claims(protocol)]:
            if not speaks_of_the_network(expression.node):
                free, scene = self.scene(expression)
                read = self.encoder.maybe_unset if expression.may_be_unset else self.encoder.term
                self.terms.append((expression, read(expression.node, scene), free))

    def scene(self, expression: Expression) -> tuple[Free, Scene]:
        """The scene that an expression is read against; each that takes a number has its own."""
        takes = "do" in expression.part.split() or expression.row in self.protocol.definitions
        key = expression.use, expression.name if takes else ""
        if key not in self.scenes:
            free = Free(self.encoder)
            self.scenes[key] = free, free.scene(VIEWS[expression.use])
        return self.scenes[key]

    def environments(self) -> st.SearchStrategy[dict[str, Value]]:
        """Values by name: of us, the peer and the moment before, switches, fields, the event."""
        protocol = self.protocol
        known: dict[str, st.SearchStrategy[Value]] = {"event": st.sampled_from(tuple(protocol.events))}
        places: list[Any] = [*protocol.switches.values(), *protocol.fields.values()]
        for prefix in PREFIXES:
            known[f"{prefix}STATE"] = st.sampled_from(tuple(protocol.states))
            known |= {f"{prefix}{v.name}": values_of(v.kind) for v in protocol.variables.values()}
        return st.fixed_dictionaries({**known, **{place.name: values_of(place.kind) for place in places}})


PREFIXES = {"": "us", "peer's ": "peer", "before ": "before"}


def speaks_of_the_network(node: object) -> bool:
    """Whether the answer is not one of values alone."""
    if isinstance(node, s.Quantified | s.NothingInFlight | s.NoEqualSegment | s.PeerTimerDisabled | s.Takes):
        return True
    if isinstance(node, tuple):
        return any(map(speaks_of_the_network, node))
    return isinstance(node, s.Node) and any(map(speaks_of_the_network, vars(node).values()))


@cache
def case(name: str) -> Case:
    path = ROOT / "spec" / f"{name}.md"
    return Case(load(path) if path.exists() else toy(name))


def environment(protocol: Protocol, values: Mapping[str, Value]) -> Env:
    env = Env()
    for prefix, view in PREFIXES.items():
        held = [
            0 if v.lives == "supply" else values[f"{prefix}{v.name}"] for v in protocol.variables.values()
        ]
        setattr(env, view, SimpleNamespace(state=values[f"{prefix}STATE"], values=held))
    env.A, env.B = env.us, env.peer
    env.event = str(values["event"])
    env.segment = tuple(values[name] for name in protocol.fields)
    supplies = {i: v.name for i, v in enumerate(protocol.variables.values()) if v.lives == "supply"}
    env.supplies = {i: (values[name] or 0,) for i, name in supplies.items()}
    return env


def evaluated(evaluator: Evaluator, expression: Expression, env: Env) -> Any:
    """What the evaluator says; an exception's class where it raises."""
    compile = evaluator.maybe_unset if expression.may_be_unset else evaluator.compile
    try:
        return compile(expression.node)(env)
    except (Unset, SemanticError):
        return SemanticError


def put_in(case: Case, free: Free, values: Mapping[str, Value]) -> list[tuple[Any, Any]]:
    """What to substitute for the symbols of a scene."""
    pairs: list[tuple[Any, Any]] = []
    for symbol in free.symbols:
        name, _, taken = symbol.name.partition(" taken ")
        constant = case.words.constant(symbol.kind, (values[name] or 0) if taken else values[name])
        pairs += put(symbol.term, constant)
    return pairs


def encoded(case: Case, term: Term, pairs: list[tuple[Any, Any]]) -> Any:
    """What the term simplifies to with all values put in."""

    def simplified(part: Any) -> Any:
        result = z3.simplify(z3.substitute(part, *pairs))
        assert z3.is_true(result) or z3.is_false(result) or z3.is_bv_value(result), result
        return result if z3.is_bv_value(result) else z3.is_true(result)

    if not simplified(term.defined):
        return SemanticError
    if term.value is None or not simplified(term.present):
        return None
    value = simplified(term.value)
    if isinstance(value, bool):
        return value
    number = value.as_long()
    return case.words.names[number] if value.size() == case.words.sort.size() else number


def compare(name: str, values: Mapping[str, Value]) -> None:
    document = case(name)
    protocol = document.protocol
    evaluator = Evaluator(protocol, {switch: values[switch] for switch in protocol.switches})
    pairs: dict[int, list[tuple[Any, Any]]] = {}
    for expression, term, free in document.terms:
        if id(free) not in pairs:
            pairs[id(free)] = put_in(document, free, values)
        expected = evaluated(evaluator, expression, environment(protocol, values))
        assert encoded(document, term, pairs[id(free)]) == expected, (expression.name, values)


@pytest.mark.parametrize("name", ["textbook", "numbers"])
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_terms_and_evaluator_agree(name: str, data: st.DataObject) -> None:
    compare(name, data.draw(case(name).environments()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rfc9293", "textbook", "numbers"])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_terms_and_evaluator_agree_on_many_values(name: str, data: st.DataObject) -> None:
    compare(name, data.draw(case(name).environments()))
