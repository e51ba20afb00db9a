"""Expressions on 32-bit sequence numbers and on counts, evaluated."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checker.document.cells import parse_guard
from checker.document.kinds import Value
from checker.document.library import parse
from checker.document.markdown import Code
from checker.document.problems import Position
from checker.model.evaluate import Env, Evaluator, SemanticError, Unset
from checker.model.tables import Model

M = 1 << 32
HALF = 1 << 31

DOCUMENT = """
| state | meaning |
|---|---|
| idle | |
| busy | |

| group | states |
|---|---|
| any | idle, busy |

| variable | kind | lives | initial |
|---|---|---|---|
| `a` | own seq | TCB | none |
| `b` | own seq | TCB | none |
| `c` | own seq | TCB | none |
| `n` | count | TCB | none |
| `m` | count | TCB | none |
| `few` | count to 3 | host | 0 |
| `seen` | count to 3 | ghost host | 0 |
| `f` | flag | TCB | off |
| `w` | red, green | TCB | none |

| event | kind | fair |
|---|---|---|
| ADD | call | no |
| BACK | call | no |
| segment | arrival | yes |

| name | means |
|---|---|
| `gap` | `b - a` |
| `beyond` | `a + n` |
| `next b` | `b + 1` |
| `max` | `4294967295` |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `add.any` | any | ADD | | `few := few + 1; seen := seen + 2; b := (max if b is none else next b)` | | | |
| `back.any` | any | BACK | `few > 0` | `few := few - 1; a := b - 1` | | | |
| `get.any` | any | segment | | | | | |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| up and down | ADD; ADD; ADD; BACK | none | bag | capacity 1 | |
"""


def line_of(beginning: str) -> int:
    return next(n for n, line in enumerate(DOCUMENT.split("\n"), 1) if line.startswith(beginning))


PROTOCOL = parse(DOCUMENT, "numbers.md")
EVALUATOR = Evaluator(PROTOCOL, {})


@dataclass
class End:
    state: str
    values: list[Value]


def value_in(state: str, text: str, /, **given: Value) -> Any:
    """What an expression evaluates to in a state where these variables are set, and no others."""
    env = Env()
    env.us = End(state, [given.get(name) for name in PROTOCOL.variables])
    return EVALUATOR.compile(parse_guard(Code(text, Position("numbers.md", 1, 1))))(env)


def value_of(text: str, /, **given: Value) -> Any:
    return value_in("idle", text, **given)


# Intervals

TICKS = 64
"""A small circle; a tick on it is 2^26 on the circle of 32-bit numbers."""
TICK = M // TICKS

ticks = st.integers(0, TICKS - 1)
offsets = st.integers(0, M - 1)
low_signs = st.sampled_from(["<", "=<"])


def way(start: int, end: int) -> list[int]:
    """The ticks that one meets walking up from ``start`` until one stands on ``end``."""
    walked = [start]
    while walked[-1] != end:
        walked.append((walked[-1] + 1) % TICKS)
    return walked


@given(a=ticks, b=ticks, c=ticks, origin=offsets, first=low_signs, second=low_signs)
@example(a=60, b=2, c=4, origin=0, first="=<", second="<")
@example(a=5, b=5, c=5, origin=0, first="=<", second="=<")
@example(a=5, b=6, c=5, origin=0, first="=<", second="=<")
def test_three_operands_are_a_walk_round_the_circle(
    a: int, b: int, c: int, origin: int, first: str, second: str
) -> None:
    met = b in way(a, c) and not (first == "<" and b == a) and not (second == "<" and b == c)
    numbers = {name: (origin + tick * TICK) % M for name, tick in {"a": a, "b": b, "c": c}.items()}
    assert value_of(f"a {first} b {second} c", **numbers) is met


@given(a=offsets, b=offsets, c=offsets)
@example(a=M - 1, b=0, c=1)
@example(a=0, b=HALF, c=M - 1)
def test_an_interval_is_what_the_definition_says(a: int, b: int, c: int) -> None:
    numbers = {"a": a, "b": b, "c": c}
    assert value_of("a =< b =< c", **numbers) is ((b - a) % M <= (c - a) % M)
    assert value_of("a =< b < c", **numbers) is ((b - a) % M < (c - a) % M)


@given(a=offsets, b=offsets, c=offsets, first=low_signs, second=low_signs)
def test_an_interval_may_be_written_downwards(a: int, b: int, c: int, first: str, second: str) -> None:
    down = {"<": ">", "=<": ">="}
    numbers = {"a": a, "b": b, "c": c}
    assert value_of(f"a {first} b {second} c", **numbers) is value_of(
        f"c {down[second]} b {down[first]} a", **numbers
    )


@given(a=offsets, size=st.integers(0, M - 1), b=offsets)
def test_a_number_is_in_a_window_or_beyond_it(a: int, size: int, b: int) -> None:
    inside = value_of("a =< b < a + n", a=a, b=b, n=size)
    beyond = value_of("a + n =< b < a", a=a, b=b, n=size)
    # A window of no octets and its complement are both ``a =< b < a``: nothing.
    assert inside != beyond or size == 0
    assert not (size == 0 and inside)


def test_windows_across_zero() -> None:
    assert value_of("a =< b < a + 4", a=M - 2, b=1)
    assert not value_of("a =< b < a + 4", a=M - 2, b=2)
    assert value_of("a < b =< c", a=M - 1, b=0, c=0)
    assert not value_of("a < b =< c", a=M - 1, b=M - 1, c=0)


# Two operands


def signed(number: int) -> int:
    """The difference as a C program sees it in an ``int32_t``."""
    return ctypes.c_int32(number & 0xFFFFFFFF).value


@given(a=offsets, b=offsets)
@example(a=0, b=HALF)
@example(a=HALF, b=0)
@example(a=M - 1, b=HALF - 1)
@example(a=1, b=HALF)
@example(a=M - 1, b=0)
@example(a=7, b=7)
def test_two_operands_are_ordered_by_the_sign_of_their_difference(a: int, b: int) -> None:
    assert value_of("a < b", a=a, b=b) is (signed(b - a) > 0)
    assert value_of("a =< b", a=a, b=b) is (signed(b - a) >= 0)
    assert value_of("a > b", a=a, b=b) is (signed(a - b) > 0)
    assert value_of("a >= b", a=a, b=b) is (signed(a - b) >= 0)
    assert value_of("a = b", a=a, b=b) is (a == b)
    assert value_of("a /= b", a=a, b=b) is (a != b)


@given(a=offsets)
def test_of_two_numbers_half_the_circle_apart_neither_is_less(a: int) -> None:
    numbers = {"a": a, "b": (a + HALF) % M}
    for sign in ("<", "=<", ">", ">=", "="):
        assert not value_of(f"a {sign} b", **numbers)


# Arithmetic


@given(a=offsets, b=offsets, n=offsets)
def test_sequence_numbers_wrap(a: int, b: int, n: int) -> None:
    assert value_of("a + n", a=a, n=n) == (a + n) % M
    assert value_of("n + a", a=a, n=n) == (a + n) % M
    assert value_of("a - n", a=a, n=n) == (a - n) % M
    assert value_of("b - a", a=a, b=b) == (b - a) % M
    assert value_of("a + (b - a) = b", a=a, b=b)
    assert value_of("a + n - n = a", a=a, n=n)


@given(n=st.integers(0, M), m=st.integers(0, M))
def test_counts_do_not_wrap(n: int, m: int) -> None:
    assert value_of("n + m", n=n, m=m) == n + m
    if n >= m:
        assert value_of("n - m", n=n, m=m) == n - m
    else:
        with pytest.raises(SemanticError, match="below zero"):
            value_of("n - m", n=n, m=m)


@given(a=offsets, b=offsets, n=offsets)
def test_a_difference_is_a_count(a: int, b: int, n: int) -> None:
    """It is taken modulo 2^32, but what is added to it then is not."""
    assert value_of("b - a + n", a=a, b=b, n=n) == (b - a) % M + n
    assert value_of("gap + n", a=a, b=b, n=n) == (b - a) % M + n
    assert value_of("n < b - a", a=a, b=b, n=n) is (n < (b - a) % M)


@given(n=st.integers(0, 9), m=st.integers(0, 9))
def test_counts_are_ordered_as_numbers_in_chains_of_any_length(n: int, m: int) -> None:
    assert value_of("0 < n =< m < 8", n=n, m=m) is (0 < n <= m < 8)
    assert value_of("n > m >= 2 > 1", n=n, m=m) is (n > m >= 2)
    assert value_of("n = m = 3", n=n, m=m) is (n == m == 3)


def test_a_definition_counts_as_what_it_means() -> None:
    assert value_of("beyond", a=M - 1, n=2) == 1
    assert value_of("a < beyond", a=M - 1, n=2)


# Choices, words, unset values


def test_choice() -> None:
    assert value_of("(n + 1 if f else 0) + m", n=1, m=10, f=True) == 12
    assert value_of("(n if f else 0) + m", n=None, m=10, f=False) == 10


def test_words_and_states() -> None:
    assert value_of("w is red", w="red")
    assert value_of("w is not green", w="red")
    assert not value_of("w is red")
    assert value_in("busy", "STATE is busy and STATE is any")
    assert not value_in("idle", "STATE is busy")


def test_what_is_unset_may_be_asked_about() -> None:
    for text in ("a is none", "a = none", "none = a", "w is none", "not a is not none", "not a /= none"):
        assert value_of(text)
    assert value_of("a is not none and a /= none and not a = none", a=0)


@pytest.mark.parametrize("text", ["a = b", "a < b", "a + 1", "f or f", "(1 if f else 0)", "not f", "gap"])
def test_what_is_unset_cannot_be_read(text: str) -> None:
    with pytest.raises(Unset):
        value_of(text, b=1)


def test_and_and_or_look_no_further_than_they_must() -> None:
    assert value_of("a is none or a < b", b=1)
    assert not value_of("a is not none and a < b", b=1)
    with pytest.raises(Unset):
        value_of("a < b or a is none", b=1)


# In a run


def test_numbers_wrap_and_ghosts_saturate_in_a_run() -> None:
    model = Model(PROTOCOL, PROTOCOL.scenarios["up and down"])
    endpoint = model.tables[0].endpoint
    names = list(PROTOCOL.variables)

    def held(*events: str) -> tuple[Value, Value, Value, Value]:
        local = endpoint.initial()
        for event in events:
            reaction = endpoint.react(local, event)
            assert reaction is not None
            local = reaction.after
        return tuple(local.values[names.index(name)] for name in ("few", "seen", "a", "b"))  # type: ignore[return-value]

    assert held("ADD") == (1, 2, None, M - 1)
    assert held("ADD", "BACK") == (0, 2, M - 2, M - 1)
    assert model.saturated() == []
    assert held("ADD", "ADD") == (2, 3, None, 0)
    assert model.saturated() == ["A's seen saturated at 3"]
    assert held("ADD", "ADD", "BACK") == (1, 3, M - 1, 0)
    assert held("ADD", "ADD", "ADD", "BACK") == (2, 3, 0, 1)
    assert endpoint.react(endpoint.initial(), "BACK") is None


def test_a_count_that_is_no_ghost_must_not_pass_its_bound() -> None:
    """It would change what the protocol does; at its bound it may stand."""
    endpoint = Model(PROTOCOL, PROTOCOL.scenarios["up and down"]).tables[0].endpoint
    local = endpoint.initial()
    for _ in range(3):
        reaction = endpoint.react(local, "ADD")
        assert reaction is not None
        local = reaction.after
    with pytest.raises(SemanticError) as raised:
        endpoint.react(local, "ADD")
    assert str(raised.value) == (
        f"numbers.md:{line_of('| `add.any`')}:3: add.any: in idle at A on ADD: `few` would become 4, but it "
        "is a count to 3; raise its bound, or let a guard end the counting (only ghosts saturate)"
    )


FIELDS = """
| field | written | kind | unless given |
|---|---|---|---|
| `many` | MANY | count to 1 | none |
| `told` | TOLD | ghost count to 1 | none |
"""


def test_a_field_must_not_pass_its_bound_unless_it_is_a_ghost() -> None:
    def sent(segment: str) -> tuple[Value, ...]:
        text = DOCUMENT.replace("next b)` | |", f"next b)` | `{segment}` |") + FIELDS
        protocol = parse(text, "numbers.md")
        model = Model(protocol, protocol.scenarios["up and down"])
        reaction = model.tables[1].endpoint.react(model.tables[1].endpoint.initial(), "ADD")
        assert reaction is not None
        assert model.saturated() == ["B's told saturated at 1"]
        return reaction.sent[0].values

    assert sent("<MANY=few><TOLD=few + 1>") == (1, 1)
    with pytest.raises(SemanticError, match="`many` would become 2, but it is a count to 1"):
        sent("<MANY=few + 1>")
