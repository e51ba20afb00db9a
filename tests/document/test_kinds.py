"""Kinds and their values: how they are written, and what they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.document.cells import RESERVED
from checker.document.kinds import (
    COUNT,
    FLAG,
    MODULUS,
    Kind,
    Value,
    parse_kind,
    parse_value,
    show_value,
    values_of,
)
from checker.model.evaluate import settle

KINDS = {
    "own seq": Kind("seq", "own"),
    "peer seq": Kind("seq", "peer"),
    "count": COUNT,
    "count to 3": Kind("count", limit=3),
    "count to 0": Kind("count", limit=0),
    "flag": FLAG,
    "passive, active": Kind("words", words=("passive", "active")),
    "a b,c-d , e.f": Kind("words", words=("a b", "c-d", "e.f")),
    "flags SYN": Kind("flags", words=("SYN",)),
    "flags SYN, ACK,FIN": Kind("flags", words=("SYN", "ACK", "FIN")),
}


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kind_is_read(text: str, kind: Kind) -> None:
    assert parse_kind(text) == kind


NO_KINDS = [
    *("", "seq", "their seq", "counts", "one", "a, a", "a,,b", "flags ", "flags A, A", "a, b|c"),
    *("flag SYN, ACK", "flgs SYN, ACK", "Flags SYN, ACK", "ghost a, b", "count to 3, x", "own seq a, b"),
    *("count to", "count to x", "count to -1", "count to 1.5", "count to 1234567890"),
]


@pytest.mark.parametrize("text", NO_KINDS)
def test_no_kind(text: str) -> None:
    assert parse_kind(text) is None


@pytest.mark.parametrize("text", ["none, some", "on, off", "1, 2", "flags no, yes", "a b, if c"])
def test_words_that_no_expression_could_write_are_no_kind(text: str) -> None:
    assert parse_kind(text) is None


@pytest.mark.parametrize("text", ["count to ٣", "count to ²"])
def test_a_limit_has_ascii_digits(text: str) -> None:
    assert parse_kind(text) is None


def test_kinds_are_named_in_errors() -> None:
    named = {text: str(kind) for text, kind in KINDS.items()}
    assert named["own seq"] == "own seq"
    assert named["count to 3"] == "count to 3"
    assert named["passive, active"] == "one of passive, active"
    assert named["flags SYN"] == "set of flags"


words = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,5}(-[A-Za-z0-9]{1,3})?", fullmatch=True).filter(
    lambda word: word not in RESERVED
)
word_lists = st.lists(words, min_size=2, max_size=5, unique=True).map(tuple)
kinds = st.one_of(
    st.sampled_from([Kind("seq", "own"), Kind("seq", "peer"), COUNT, FLAG]),
    st.integers(0, 999_999_999).map(lambda limit: Kind("count", limit=limit)),
    word_lists.map(lambda words: Kind("words", words=words)),
    word_lists.map(lambda words: Kind("flags", words=words)),
)


@st.composite
def values(draw: st.DrawFn) -> tuple[Kind, Value]:
    """A kind, and a value that a variable of this kind can hold."""
    kind = draw(kinds)
    if kind.base == "flags":
        chosen = draw(st.sets(st.sampled_from(kind.words)))
        return kind, tuple(word for word in kind.words if word in chosen)
    if kind.base == "words":
        return kind, draw(st.none() | st.sampled_from(kind.words))
    if kind.base == "flag":
        return kind, draw(st.none() | st.booleans())
    most = MODULUS - 1 if kind.limit is None else kind.limit
    return kind, draw(st.none() | st.integers(0, most))


@given(values())
def test_a_value_that_is_shown_is_read_again(given_value: tuple[Kind, Value]) -> None:
    kind, value = given_value
    valid, again = parse_value(show_value(value), kind)
    assert valid
    # No flags are shown as ``none``, which a set of flags holds as no flags.
    assert settle(again, kind) == value


@given(values())
def test_a_value_of_its_kind_settles_as_it_is(given_value: tuple[Kind, Value]) -> None:
    kind, value = given_value
    assert settle(value, kind) == value


NO_VALUES = [
    ("4", Kind("count", limit=3)),
    ("4294967296", COUNT),
    ("4294967296", Kind("seq", "own")),
    ("-1", COUNT),
    ("on", COUNT),
    ("", COUNT),
    ("1", FLAG),
    ("yes", FLAG),
    ("listening", Kind("words", words=("passive", "active"))),
    ("SYN,RST", Kind("flags", words=("SYN", "ACK"))),
    ("", Kind("flags", words=("SYN", "ACK"))),
    ("٣", COUNT),
]


@pytest.mark.parametrize(("text", "kind"), NO_VALUES)
def test_no_value(text: str, kind: Kind) -> None:
    valid, _ = parse_value(text, kind)
    assert not valid


def test_the_largest_values() -> None:
    assert parse_value("4294967295", Kind("seq", "own")) == (True, 4294967295)
    assert parse_value("4294967295", COUNT) == (True, 4294967295)
    assert parse_value("3", Kind("count", limit=3)) == (True, 3)


def test_flags_are_kept_in_declared_order() -> None:
    kind = Kind("flags", words=("SYN", "ACK", "FIN"))
    assert parse_value("FIN, SYN", kind) == (True, ("SYN", "FIN"))


def test_what_to_write_for_a_value() -> None:
    assert values_of(FLAG) == "`on` or `off`"
    assert values_of(Kind("words", words=("a", "b"))) == "`a`, `b`"
    assert values_of(Kind("count", limit=3)) == "a number from 0 to 3"
    assert values_of(Kind("seq", "own")) == "a number from 0 to 4294967295"


def test_the_peer_counts_our_numbers_as_its_peers() -> None:
    own, peer = Kind("seq", "own"), Kind("seq", "peer")
    assert own.seen_by_peer() == peer
    assert peer.seen_by_peer() == own
    assert COUNT.seen_by_peer() == COUNT
    assert (own.of_end("A"), peer.of_end("A")) == (Kind("seq", "A"), Kind("seq", "B"))
    assert (own.of_end("B"), peer.of_end("B")) == (Kind("seq", "B"), Kind("seq", "A"))


@given(number=st.integers(0, 2**40))
def test_what_a_variable_holds_of_a_number(number: int) -> None:
    assert settle(number, Kind("seq", "own")) == number & 0xFFFFFFFF
    assert settle(number, COUNT) == number


def test_a_set_of_flags_is_never_unset() -> None:
    assert settle(None, Kind("flags", words=("SYN",))) == ()
    assert settle(None, Kind("seq", "own")) is None
