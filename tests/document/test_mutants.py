"""The mutants of rows, listed by hand, and cells that are written as they were read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.document.cells import parse_acts, parse_guard, parse_sends
from checker.document.library import holds_claims, is_document, load, parse
from checker.document.markdown import Code
from checker.document.meaning import written
from checker.document.mutants import OPERATORS, applied, mutants
from checker.document.problems import Position
from checker.document.protocol import Protocol
from checker.document.syntax import Broken, Template
from checker.document.write import write_acts, write_expression, write_template
from tests.toys import DOCUMENTS, ROOT, tcp

START = Position("", 1, 1)

MAIL = """
| state | meaning |
|---|---|
| idle | |
| busy | |
| done | |

| variable | kind | lives | initial |
|---|---|---|---|
| `n` | count | host | 0 |
| `seen` | flag | host | off |
| `SUM` | count to 3 | ghost host | 0 |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | ask, yes | none |

| event | kind | fair |
|---|---|---|
| go | call | no |
| letter | arrival | yes |
| timeout tick | timer | yes |

| name | means |
|---|---|
| `begin` | `n := 1; SUM := 1` |
| `anew` | `begin; seen := off` |
| `query` | `<WORD=ask>` |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.idle` | idle | go | `n < 2 and not seen` | `anew; SUM := SUM + 1` | `query; <WORD=yes>` | busy | stop |
| `go.not` | busy, done | go | `not seen` | | | | refuse |
| `go.done` | busy, done | go | `seen and (n = 0 or n > 1 and n < 9)` | `seen := off` | | idle | |
| `first.any` | idle, busy, done | letter | | | | | last |
| `last.any` | idle, busy, done | letter | | `seen := on` | | | |
| `nothing.any` | idle, busy, done | letter | | | | | |
| `tick.any` | idle, busy, done | timeout tick | | | | | end |
| `end.any` | idle, busy, done | timeout tick | | | | | |
"""


def mail() -> Protocol:
    return parse(MAIL, "mail.md")


BY_HAND = {
    "go.idle": [
        ("row dropped", "refuses", ""),
        ("guard negated", "", "not (n < 2 and not seen)"),
        ("guard weakened", "n < 2", "not seen"),
        ("guard weakened", "not seen", "n < 2"),
        ("next exchanged", "none", ""),
        ("next exchanged", "done", "done"),
        ("segment not sent", "query", "<WORD=yes>"),
        ("segment not sent", "<WORD=yes>", "query"),
        ("update dropped", "n := 1", "SUM := 1; seen := off; SUM := SUM + 1"),
        ("update dropped", "seen := off", "begin; SUM := SUM + 1"),
        ("then flipped", "none", ""),
    ],
    "go.not": [
        ("row dropped", "takes", ""),
        ("guard negated", "", "seen"),
        ("guard weakened", "not seen", ""),
        ("then flipped", "stop", "stop"),
    ],
    "go.done": [
        ("row dropped", "refuses", ""),
        ("guard negated", "", "not (seen and (n = 0 or n > 1 and n < 9))"),
        ("guard weakened", "seen", "n = 0 or n > 1 and n < 9"),
        ("guard weakened", "n > 1", "seen and (n = 0 or n < 9)"),
        ("guard weakened", "n < 9", "seen and (n = 0 or n > 1)"),
        ("guard weakened", "n = 0 or n > 1 and n < 9", "seen"),
        ("next exchanged", "none", ""),
        ("next exchanged", "busy", "busy"),
        ("next exchanged", "done", "done"),
        ("update dropped", "seen := off", ""),
        ("then flipped", "stop", "stop"),
    ],
    "first.any": [
        ("row dropped", "idle", ""),
        ("then flipped", "none", ""),
        ("then flipped", "stop", "stop"),
    ],
    "last.any": [
        ("row dropped", "idle", ""),
        ("update dropped", "seen := on", ""),
        ("then flipped", "stop", "stop"),
    ],
    "end.any": [
        ("row dropped", "", ""),
        ("then flipped", "stop", "stop"),
    ],
}
"""(operator, what, the cell afterwards) of all mutants of some rows. To stay in *idle* has no name,
and ghosts are left alone."""


@pytest.mark.parametrize(("row", "expected"), BY_HAND.items(), ids=BY_HAND)
def test_the_mutants_of_a_row(row: str, expected: list[tuple[str, str, str]]) -> None:
    protocol = mail()
    (rule,) = [rule for rule in protocol.rules if rule.id == row]
    assert [(m.operator, m.what, m.after) for m in mutants(protocol, rule)] == expected
    for mutant in mutants(protocol, rule):
        assert mutant.before == (rule.text[mutant.column] if mutant.column else "")


def test_every_operator_is_among_them() -> None:
    assert {operator for rows in BY_HAND.values() for operator, _, _ in rows} == set(OPERATORS)


def test_a_mutant_is_what_its_cell_says() -> None:
    """Written into the document and read again, each is the same as the one made of the parsed row."""
    protocol = tcp()
    for rule in protocol.rules:
        for mutant in mutants(protocol, rule):
            if mutant.rule is None or not mutant.column:
                continue
            code = Code(mutant.after, START)
            if mutant.column == "if":
                again = replace(rule, guard=parse_guard(code) if mutant.after else None)
            elif mutant.column == "do":
                again = replace(rule, acts=parse_acts(code) if mutant.after else ())
            elif mutant.column == "send":
                again = replace(rule, sends=tuple(_templates(protocol, code) if mutant.after else []))
            else:
                again = replace(rule, **{mutant.column: mutant.after})
            assert written(again) == written(mutant.rule) != written(rule)
            assert {c for c in rule.text if rule.text[c] != mutant.rule.text[c]} == {mutant.column}


def _templates(protocol: Protocol, code: Code) -> list[Template]:
    found = []
    for sending in parse_sends(code):
        means = sending if isinstance(sending, Template) else protocol.definitions[sending.name].means
        assert isinstance(means, Template)
        found.append(means)
    return found


def test_only_the_row_changes() -> None:
    protocol = mail()
    rule = protocol.rules[0]
    for mutant in mutants(protocol, rule):
        changed, problems = applied(protocol, mutant)
        assert problems == []
        assert [r for r in changed.rules if r.id != rule.id] == list(protocol.rules[1:])
        assert [r for r in changed.rules if r.id == rule.id] == ([mutant.rule] if mutant.rule else [])


def test_a_step_that_is_lost_is_a_problem_of_the_document() -> None:
    protocol = mail()
    (dropped, *_) = mutants(protocol, protocol.rules[-1])
    _, problems = applied(protocol, dropped)
    assert [problem.row for problem in problems] == ["tick.any"]
    assert "`then` is `end`" in problems[0].message


def test_what_does_nothing_cannot_be_dropped() -> None:
    """It answers a letter, and without it something else would have to."""
    protocol = mail()
    (rule,) = [rule for rule in protocol.rules if rule.id == "nothing.any"]
    assert [mutant.name for mutant in mutants(protocol, rule)] == ["nothing.any: then flipped: stop"]


def test_a_row_that_is_dropped() -> None:
    """A call is refused instead, or taken; a letter does nothing; a timer does not go off."""
    protocol = mail()
    first = {rule.id: next(mutants(protocol, rule)) for rule in protocol.rules}
    told = {
        row: mutant.rule and {column: text for column, text in mutant.rule.text.items() if text}
        for row, mutant in first.items()
        if mutant.operator == "row dropped"
    }
    assert told["end.any"] is None
    assert told["go.idle"] == {"in": "idle", "on": "go", "if": "n < 2 and not seen", "then": "refuse"}
    assert told["go.not"] == {"in": "busy, done", "on": "go", "if": "not seen", "then": "stop"}
    assert told["last.any"] == {"in": "idle, busy, done", "on": "letter"}
    dropped = first["go.idle"].rule
    assert dropped is not None
    assert (dropped.acts, dropped.sends, dropped.next, dropped.then) == ((), (), "", "refuse")


GUARDS = [
    "a and (b and c)",
    "not not a or not (b or c) and d",
    "a - (b - c) + 1 =< peer's before X < (on if a = off else none)",
    "STATE is not CLOSED and (x is none) = on",
    "every segment from peer (no segment sent (RST or a)) and nothing in flight",
    "no equal segment in flight or peer timer time-wait disabled",
    "A's after SND.NXT >= 0 and B's y /= 4294967295",
    "takes CLOSE = (x is none) and not peer takes active OPEN and A takes SEND",
]


@pytest.mark.parametrize("text", GUARDS)
def test_guards_are_written_as_they_were_read(text: str) -> None:
    node = parse_guard(Code(text, START))
    assert written(parse_guard(Code(write_expression(node), START))) == written(node)


@pytest.mark.parametrize("text", ["a and b or c", "not (a or b)", "x - y - 1 = 0", "x - (y - 1) = 0"])
def test_no_parentheses_without_need(text: str) -> None:
    assert write_expression(parse_guard(Code(text, START))) == text


def test_the_cells_of_documents_are_written_as_they_were_read() -> None:
    paths = [*sorted((ROOT / "spec").glob("*.md")), *sorted(DOCUMENTS.glob("*.md"))]
    protocols = [load(path) for path in paths if is_document(path) and not holds_claims(path)]
    assert len(protocols) > 8
    for protocol in protocols:
        for rule in protocol.rules:
            if rule.guard is not None:
                text = write_expression(rule.guard)
                assert written(parse_guard(Code(text, START))) == written(rule.guard)
        for definition in protocol.definitions.values():
            means = definition.means
            if isinstance(means, Template):
                (again,) = parse_sends(Code(write_template(means), START))
                assert written(again) == written(means)
            elif isinstance(means, tuple):
                assert written(parse_acts(Code(write_acts(means), START))) == written(means)
            elif not isinstance(means, Broken):
                assert written(parse_guard(Code(write_expression(means), START))) == written(means)
