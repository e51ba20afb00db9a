"""The grammar of cells: what is read as what, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.document import syntax as s
from checker.document.cells import (
    RESERVED,
    CellError,
    parse_acts,
    parse_guard,
    parse_meaning,
    parse_sends,
)
from checker.document.markdown import Code
from checker.document.problems import Position

LINE, COLUMN = 7, 11
PARSERS: list[Callable[[Code], Any]] = [parse_guard, parse_acts, parse_sends, parse_meaning]


def code(text: str) -> Code:
    return Code(text, Position("cells.md", LINE, COLUMN))


def show(node: Any) -> str:
    """A node with all its parentheses, independent of the text it was read from."""
    match node:
        case s.Constant():
            return str(node.value)
        case s.Name():
            return "/".join(part for part in (node.who, node.when, node.name) if part)
        case s.Sum():
            return f"({show(node.left)} {node.operator} {show(node.right)})"
        case s.Comparison():
            signs = [*node.operators, ""]
            parts = zip(node.operands, signs, strict=True)
            return "(" + " ".join(f"{show(o)} {sign}".strip() for o, sign in parts) + ")"
        case s.Is():
            return f"({show(node.subject)} {'isnt' if node.negated else 'is'} {node.word})"
        case s.Not():
            return f"(not {show(node.operand)})"
        case s.Connected():
            return "(" + f" {node.operator} ".join(show(operand) for operand in node.operands) + ")"
        case s.Choice():
            return f"[{show(node.condition)} ? {show(node.then)} : {show(node.otherwise)}]"
        case s.Quantified():
            return f"{node.quantity}<{node.place}>{show(node.body)}"
        case s.NothingInFlight():
            return "drained"
        case s.NoEqualSegment():
            return "no equal"
        case s.PeerTimerDisabled():
            return f"disabled<{node.event}>"
        case s.Takes():
            return f"{node.who or 'us'} takes<{node.call}>"
        case s.Assign():
            return f"{node.target} := {show(node.value)}"
        case s.Perform():
            return f"perform {node.name}"
        case s.SegmentName():
            return f"segment {node.name}"
        case s.Flags():
            return "+".join(node.words)
        case s.Template():
            return "".join(f"<{field.written}: {show(field.value)}>" for field in node.fields)
        case tuple():
            return "; ".join(show(part) for part in node)
    raise AssertionError(f"unknown node {node!r}")


EXPRESSIONS = {
    # Precedence: or, and, not, comparison, sum.
    "a or b and c": "(a or (b and c))",
    "a and b or c": "((a and b) or c)",
    "a or b or c": "(a or b or c)",
    "a and b and c": "(a and b and c)",
    "(a or b) and c": "((a or b) and c)",
    "not a and b": "((not a) and b)",
    "not (a and b)": "(not (a and b))",
    "not not a": "(not (not a))",
    "not a = b": "(not (a = b))",
    "not a is b": "(not (a is b))",
    "a + b < c - d": "((a + b) < (c - d))",
    "a = b and c /= d": "((a = b) and (c /= d))",
    # Sums from left to right.
    "a - b - c": "((a - b) - c)",
    "a - b + c": "((a - b) + c)",
    "a - (b - c)": "(a - (b - c))",
    # Chains of comparisons are one comparison.
    "a =< b < c": "(a =< b < c)",
    "a < b = c >= d": "(a < b = c >= d)",
    "a=<b": "(a =< b)",
    "a>=b": "(a >= b)",
    "a/=b": "(a /= b)",
    # A minus is one with a space on either side, or behind a number; else it is in a name.
    "a-b": "a-b",
    "a - b": "(a - b)",
    "a -b": "(a - b)",
    "a- b": "(a - b)",
    "LAST-ACK - 1": "(LAST-ACK - 1)",
    "2 - 1": "(2 - 1)",
    # Phrases end where a reserved word or a sign begins.
    "last octet in window and FIN": "(last octet in window and FIN)",
    "SND.UNA is none": "(SND.UNA is none)",
    "SND.UNA is not none": "(SND.UNA isnt none)",
    "our state is past their FIN or x": "((our state is past their FIN) or x)",
    "one and notion or island": "((one and notion) or island)",
    "none is none": "(None is none)",
    "a_b.c-d e2": "a_b.c-d e2",
    # Values.
    "on": "True",
    "off = on": "(False = True)",
    "none": "None",
    "4294967295": "4294967295",
    "007": "7",
    # A choice, and grouping.
    "(a if b else c)": "[b ? a : c]",
    "(a + 1 if b or c else 0) + d": "([(b or c) ? (a + 1) : 0] + d)",
    "((a))": "a",
    # Whose and when.
    "peer's ISS": "peer/ISS",
    "A's x = B's x": "(A/x = B/x)",
    "before RCV.NXT =< after RCV.NXT": "(before/RCV.NXT =< after/RCV.NXT)",
    "peer's before x": "peer/before/x",
    "after STATE is not LISTEN": "(after/STATE isnt LISTEN)",
    # Quantified segments and the network.
    "some segment sent (RST)": "some<sent>RST",
    "no segment from us (a = b)": "no<from us>(a = b)",
    "every segment from peer (a and b) and c": "(every<from peer>(a and b) and c)",
    "not some segment sent(RST)": "(not some<sent>RST)",
    "some segment sent (no segment sent (x))": "some<sent>no<sent>x",
    "nothing in flight or crashed": "(drained or crashed)",
    "no equal segment in flight": "no equal",
    "peer timer again disabled": "disabled<timeout again>",
    "not peer timer wait long disabled and x": "((not disabled<timeout wait long>) and x)",
    "nothing in flights": "nothing in flights",
    # What an end takes.
    "takes CLOSE": "us takes<CLOSE>",
    "not peer takes active OPEN and x": "((not peer takes<active OPEN>) and x)",
    "A takes ASK = (B takes ASK or x)": "(A takes<ASK> = (B takes<ASK> or x))",
    "takes": "takes",
    "takes or x": "(takes or x)",
    "he takes x": "he takes x",
    "CLOSE taken": "CLOSE taken",
}


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS.items())
def test_expression(text: str, expected: str) -> None:
    assert show(parse_guard(code(text))) == expected


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS.items())
def test_a_definition_may_mean_any_expression(text: str, expected: str) -> None:
    assert show(parse_meaning(code(text))) == expected


ACTS = {
    "a := b": "a := b",
    "a b := c d + 1; take ISN; x := y = z": "a b := (c d + 1); perform take ISN; x := (y = z)",
    "x := on or y": "x := (True or y)",
    "delete TCB": "perform delete TCB",
    "a:=1;b:=2": "a := 1; b := 2",
}


@pytest.mark.parametrize(("text", "expected"), ACTS.items())
def test_acts(text: str, expected: str) -> None:
    assert show(parse_acts(code(text))) == expected


SENDS = {
    "<SEQ=ISS>": "<SEQ: ISS>",
    "<SEQ=SND.NXT - 1><CTL=SYN,ACK>": "<SEQ: (SND.NXT - 1)><CTL: SYN+ACK>",
    "<CTL=SYN>": "<CTL: SYN>",
    "<A=(b if c else d)>": "<A: [c ? b : d]>",
    "<A=b>; our SYN; <C=0>": "<A: b>; segment our SYN; <C: 0>",
}


@pytest.mark.parametrize(("text", "expected"), SENDS.items())
def test_sends(text: str, expected: str) -> None:
    assert show(parse_sends(code(text))) == expected


MEANINGS = {
    "<SEQ=ISS><CTL=SYN>": "<SEQ: ISS><CTL: SYN>",
    "a := 1": "a := 1",
    "a := 1; do it": "a := 1; perform do it",
    "do it; do more": "perform do it; perform do more",
    "do it": "do it",
    "a < b": "(a < b)",
}


@pytest.mark.parametrize(("text", "expected"), MEANINGS.items())
def test_meanings(text: str, expected: str) -> None:
    assert show(parse_meaning(code(text))) == expected


# Positions


def column(node: s.Node) -> int:
    """The column in the cell's text, from 0, where a node begins."""
    assert (node.position.file, node.position.line) == ("cells.md", LINE)
    return node.position.column - COLUMN


def test_nodes_stand_where_their_first_character_does() -> None:
    both = parse_guard(code("not a or (b + c) =< (d if e else f)"))
    assert isinstance(both, s.Connected)
    negation, comparison = both.operands
    assert (column(both), column(negation), column(comparison)) == (0, 0, 9)
    assert isinstance(negation, s.Not)
    assert column(negation.operand) == 4
    assert isinstance(comparison, s.Comparison)
    total, choice = comparison.operands
    assert isinstance(total, s.Sum)
    assert (column(total.left), column(total.right)) == (10, 14)
    assert isinstance(choice, s.Choice)
    assert [column(node) for node in (choice, choice.then, choice.condition, choice.otherwise)] == [
        *(20, 21, 26, 33)
    ]


def test_a_name_stands_where_its_whose_or_when_does() -> None:
    claim = parse_guard(code("  peer's x = before y"))
    assert isinstance(claim, s.Comparison)
    assert [column(operand) for operand in claim.operands] == [2, 13]


def test_acts_and_segments_have_positions() -> None:
    first, second = parse_acts(code("a := 1; take it"))
    assert (column(first), column(second)) == (0, 8)
    template, name = parse_sends(code("<A=b><C=d>; it"))
    assert (column(template), column(name)) == (0, 12)
    assert isinstance(template, s.Template)
    assert [column(field) for field in template.fields] == [0, 5]


def test_quantifiers_have_positions() -> None:
    claim = parse_guard(code("x and no segment sent (y)"))
    assert isinstance(claim, s.Connected)
    quantified = claim.operands[1]
    assert isinstance(quantified, s.Quantified)
    assert (column(quantified), column(quantified.body)) == (6, 23)


# Errors

BROKEN = {
    "order off": (6, "reserved"),
    "a and": (5, "the cell ends"),
    "a = = b": (4, "`=` is not expected"),
    "(a": (2, "the cell ends"),
    "a)": (1, "`)` is not expected"),
    "a + is": (4, "reserved"),
    "some segment (x)": (0, "reserved"),
    "no segment sent x": (16, "`x` is not expected"),
    "before peer's x": (7, "reserved"),
    "x is on": (5, "reserved"),
    "12th": (0, "`12th` is not expected"),
    "a != b": (2, "write `/=`"),
    "a => b": (2, "write `>=`"),
    "a ! b": (2, "write `not`"),
    "a := b": (2, "`:` is not expected"),
    "é": (0, "`é` is not expected"),
    "a = 4294967296": (4, "32 bits"),
    "(x if y)": (7, "expected `else`"),
}


@pytest.mark.parametrize(("text", "where", "what"), [(t, *expected) for t, expected in BROKEN.items()])
def test_error(text: str, where: int, what: str) -> None:
    with pytest.raises(CellError) as raised:
        parse_guard(code(text))
    assert raised.value.position == Position("cells.md", LINE, COLUMN + where)
    assert what in raised.value.message


@pytest.mark.parametrize("word", RESERVED)
def test_no_name_has_a_reserved_word(word: str) -> None:
    for text in (word, f"a {word} := 1", f"{word} a := 1"):
        with pytest.raises(CellError):
            parse_acts(code(text))
    longer = f"{word.replace(chr(39), '')}x"
    assert show(parse_acts(code(f"a {longer} := 1"))) == f"a {longer} := 1"


def refusal(parse: Callable[[Code], Any], text: str) -> CellError | None:
    """The error of a cell that is not read; any other exception goes on."""
    try:
        parse(code(text))
    except CellError as error:
        return error
    return None


DEEP = [
    "not " * 999 + "x",
    "+".join(["a"] * 1999),
    " - ".join(["a"] * 999),
    "(" * 61 + "a" + ")" * 61,
    " and ".join(["a"] * 500),
    "(1 if a else " * 60 + "0" + ")" * 60,
    "some segment sent (" * 60 + "a" + ")" * 60,
    "x" * 4001,
]


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:12])
@pytest.mark.parametrize("parse", PARSERS)
def test_deep_nesting_is_read_or_refused(parse: Callable[[Code], Any], text: str) -> None:
    error = refusal(parse, text)
    assert error is None or error.position.line == LINE


def test_parentheses_are_counted_to_the_limit() -> None:
    assert show(parse_guard(code("(" * 60 + "a" + ")" * 60))) == "a"
    with pytest.raises(CellError, match="at most 4000 characters and 60 levels"):
        parse_guard(code("(" * 61 + "a" + ")" * 61))


# Any text

TOKENS = [
    *RESERVED,
    *("a", "b c", "SND.UNA", "x-1", "0", "17", "4294967296", "STATE", "event", "segment", "sent"),
    *("some segment sent (", "no segment from us (", "nothing in flight", "peer timer", "disabled"),
    *("takes", "peer takes", "A takes a"),
    *("(", ")", "<", ">", "=", "/=", "=<", ">=", ":=", ";", ",", "+", "-", ".", "!", "&&", "é", "'", "\t"),
]

phrases = st.lists(st.sampled_from(TOKENS), max_size=25).flatmap(
    lambda tokens: st.sampled_from([" ", ""]).map(lambda space: space.join(tokens))
)


@given(text=st.one_of(st.text(max_size=80), phrases), parse=st.sampled_from(PARSERS))
def test_any_text_is_read_or_refused_in_place(text: str, parse: Callable[[Code], Any]) -> None:
    error = refusal(parse, text)
    if error is not None:
        assert 0 <= error.position.column - COLUMN <= len(text)
        assert error.message


words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}([.-][A-Za-z0-9_]{1,4})?", fullmatch=True).filter(
    lambda word: word not in RESERVED
)


@given(words=st.lists(words, min_size=1, max_size=4))
def test_any_phrase_of_words_is_one_name(words: list[str]) -> None:
    name = " ".join(words)
    if name == "nothing in flight":
        return
    assert parse_guard(code(name)) == s.Name(Position("cells.md", LINE, COLUMN), name)
    assert (
        show(parse_guard(code(f"not {name} and {name} is {name}")))
        == f"((not {name}) and ({name} is {name}))"
    )
