"""The hashes of what a document means: nothing that matters is left out, and prose is."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import pytest

from checker.document import protocol as p
from checker.document.lengths import Given, Numbers
from checker.document.library import load, parse
from checker.document.meaning import PROSE, Meaning, hashed, written
from checker.document.statements import Exchange, Sending
from tests.compare.changes import BASE
from tests.toys import ROOT, tcp


def meaning(*edits: tuple[str, str]) -> Meaning:
    text = BASE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return Meaning(parse(text, "asking.md"))


def behaviour(of: Meaning, scenario: str = "calm") -> str:
    return of.behaviour(of.protocol.scenarios[scenario])


MATTERS = [
    ("| idle | nothing yet |\n| asking |", "| asking | |\n| idle |"),
    ("| any | idle, asking, done |", "| any | asking, idle, done |"),
    ("| `tries` | count | host | 0 |", "| `tries` | count | host | 1 |"),
    ("| `tries` | count |", "| `tries` | count to 5 |"),
    ("| host | 0 |", "| TCB | 0 |"),
    ("| `silent` | flag | off |", "| `silent` | flag | on |"),
    ("ask, yes, maybe", "ask, yes, maybe, never"),
    ("| timeout again | timer | yes |", "| timeout again | timer | no |"),
    ("`tries < 1`", "`tries < 2`"),
    ("| `ASK` | `<WORD=ask>` |", "| `ASK` | `<WORD=maybe>` |"),
    ("| busy | go |", "| done | go |"),
    ("`go.busy`", "`go.again`"),
    ("| `ASK` | asking | |", "| `ASK` | done | |"),
    ("| `ASK` | asking | |", "| `ASK` | asking | stop |"),
    ("| `ASK` | asking | |", "| | asking | |"),
    ("`tries := tries + 1`", "`tries := 1`"),
    ("| calm | go | none | queue |", "| calm | none | none | queue |"),
    ("| calm | go | none | queue |", "| calm | go | go | queue |"),
    ("| calm | go | none | queue |", "| calm | go | none | bag |"),
    ("| calm | go | none | queue |", "| calm | go | none | queue, lose |"),
    ("| calm | go | none | queue |", "| calm | go | none | queue, duplicate 1 |"),
    ("queue | capacity 4 | |", "queue | capacity 5 | |"),
    ("queue | capacity 4 | |", "queue | capacity 4 | silent = on |"),
]

DOES_NOT_MATTER = [
    ("# Asking", "# Asking\n\nIn other words."),
    ("nothing yet", "idle"),
    ("the user wants to know", ""),
    ("| few | invariant | | `tries =< 1` |", "| few | invariant | | `tries =< 2` |"),
    ("| lossy | go |", "| lossy | none |"),
    ("| lossy | go |", "| windy | go |"),
    ("| met holds |\n| lossy", "| met violated |\n| lossy"),
    ("| `may try` | `tries < 1` |", "| `may try` | `tries < 1` |\n| `spare` | `tries = 7` |"),
    ("| busy | asking, done |", "| busy | asking, done |\n| spare | done |"),
    ("| `silent` | flag |", "| `spare` | flag | off | |\n| `silent` | flag |"),
]


@pytest.mark.parametrize("edit", MATTERS, ids=lambda edit: edit[1][:40])
def test_what_matters_to_the_runs_of_a_scenario(edit: tuple[str, str]) -> None:
    assert behaviour(meaning(edit)) != behaviour(meaning())


@pytest.mark.parametrize("edit", DOES_NOT_MATTER, ids=lambda edit: edit[1][:40])
def test_what_does_not(edit: tuple[str, str]) -> None:
    assert behaviour(meaning(edit)) == behaviour(meaning())


def test_a_switch_matters_where_it_is_not_set() -> None:
    other = meaning(("| `silent` | flag | off |", "| `silent` | flag | on |"))
    assert behaviour(other, "lossy") == behaviour(meaning(), "lossy")
    assert behaviour(other, "calm") != behaviour(meaning(), "calm")


def question(of: Meaning, property: str = "few", scenario: str = "calm") -> str:
    return of.question(of.protocol.scenarios[scenario], of.protocol.properties[property])


def test_what_a_property_asks() -> None:
    asked = meaning(("`tries =< 1`", "`may try or tries = 1 and not silent`"))
    for edit in (
        ("| `may try` | `tries < 1` |", "| `may try` | `tries < 2` |"),
        ("or tries = 1", "or tries = 2"),
        ("| few | invariant | |", "| few | invariant | `STATE is done` |"),
        ("| few | invariant | |", "| few | quiescent | |"),
        ("| `silent` | flag | off |", "| `silent` | flag | on |"),
    ):
        text = ("`tries =< 1`", "`may try or tries = 1 and not silent`")
        assert question(meaning(text, edit)) != question(asked)
    for edit in (("nobody is pestered", ""), ("| few |", "| not many |"), ("`ASK` | asking", "`ASK` | done")):
        name = "not many" if "many" in edit[1] else "few"
        text = ("`tries =< 1`", "`may try or tries = 1 and not silent`")
        assert question(meaning(text, edit), name) == question(asked)


def test_a_group_that_a_property_asks_for() -> None:
    one, other = (
        meaning(("`tries =< 1`", "`STATE is busy`"), ("| busy | asking, done |", f"| busy | {states} |"))
        for states in ("asking, done", "asking, done, idle")
    )
    assert question(one) != question(other)


def ask(of: Meaning, scenario: str = "calm", property: str = "few") -> str:
    return of.ask(of.protocol.scenarios[scenario], of.protocol.properties[property])


def test_what_decides_a_verdict_on_the_runs() -> None:
    edits = (
        ("`tries =< 1`", "`tries =< 2`"),
        ("| met holds |\n| l", "| met holds; few violated |\n| l"),
        ("| met holds |\n| l", "| met holds; few violated by go.idle |\n| l"),
    )
    assert len({ask(meaning(edit)) for edit in edits} | {ask(meaning())}) == 4
    assert ask(meaning(("| lossy |", "| windy |")), "windy") == ask(meaning(), "lossy")
    named = meaning(("| few |", "| not many |"))
    assert ask(named, property="not many") == ask(meaning())


def test_no_attribute_is_forgotten() -> None:
    """Who adds one must say here, and in `Meaning`, what it matters to."""
    assert {field.name for field in fields(p.Protocol)} == {
        *("states", "groups", "variables", "switches", "fields", "events", "definitions", "rules"),
        *("assumptions", "properties", "scenarios"),
        *("name", "file"),  # no run depends on these
        "durations",  # nor on these, but its times do
    }
    assert {field.name for field in fields(p.Scenario)} == {
        *("calls", "opened", "network", "capacity", "values", "faults", "assume", "set"),
        *("name", "expect", "position"),  # nor on these
    }
    assert {field.name for field in fields(p.Property)} - PROSE == {
        *("name", "kind", "when", "claim", "assumptions", "calls")
    }
    assert {field.name for field in fields(Exchange)} == {"name", "sendings", "ends"}
    assert {field.name for field in fields(Sending)} == {"end", "values"}
    assert {field.name for field in fields(Given)} == {"least", "most"}


@pytest.mark.parametrize("table", ["variables", "fields", "events", "rules", "assumptions", "durations"])
def test_every_attribute_of_a_row_counts(table: str) -> None:
    """But for prose; each is given a value that no document has."""
    rfc = tcp()
    rows: Any = getattr(rfc, table)
    row = rows[0] if table == "rules" else next(iter(rows.values()))
    changed = {
        field.name: written(replace(row, **{field.name: ("something", "else")})) != written(row)
        for field in fields(row)
    }
    assert {name for name, counts in changed.items() if not counts} <= PROSE
    assert any(changed.values())


# What decides claims


def exchange(*sendings: Sending, name: str = "asked", ends: Any = ((), ())) -> Exchange:
    return Exchange(name, sendings, ends)


ASKED, ANSWERED = Sending(0, ("ask",)), Sending(1, ("yes",))


def test_what_an_exchange_depends_on() -> None:
    def key(what: Exchange, *edits: tuple[str, str]) -> str:
        of = meaning(*edits)
        return of.exchange(of.protocol.scenarios["calm"], what)

    asked = exchange(ASKED, ANSWERED)
    others = [
        exchange(ASKED),
        exchange(ANSWERED, ASKED),
        exchange(ASKED, Sending(0, ("yes",))),
        exchange(ASKED, Sending(1, ("maybe",))),
        exchange(ASKED, ANSWERED, ends=(("done",), ())),
        exchange(ASKED, ANSWERED, ends=((), ("done",))),
        exchange(ASKED, ANSWERED, ends=(("done", "idle"), ())),
    ]
    assert len({key(each) for each in (asked, *others)}) == len(others) + 1
    assert key(replace(asked, name="answered")) == key(asked)
    assert all(key(asked, edit) != key(asked) for edit in MATTERS)
    assert all(key(asked, edit) == key(asked) for edit in DOES_NOT_MATTER)


DURATIONS = """
| duration | of | length | restarted if |
|---|---|---|---|
| life | letter | at most | |
| pause | timeout again | fixed | `event is timeout again and once more and after STATE is resting` |

| name | means |
|---|---|
| `once more` | `eager` |

| switch | kind | default | meaning |
|---|---|---|---|
| `eager` | flag | on | |

| group | states |
|---|---|
| resting | asking |
"""


def test_what_the_times_of_a_run_depend_on() -> None:
    def key(*edits: tuple[str, str], given: Numbers | None = None, scenario: str = "calm") -> str:
        of = meaning(("# Asking", f"# Asking\n{DURATIONS}"), *edits)
        return of.clock(of.protocol.scenarios[scenario], {} if given is None else given)

    edits = [
        ("| letter | at most |", "| letter | fixed |"),
        ("| life | letter |", "| age | letter |"),
        ("event is timeout again", "event is go"),
        ("| `once more` | `eager` |", "| `once more` | `not eager` |"),
        ("| `eager` | flag | on |", "| `eager` | flag | off |"),
        ("| resting | asking |", "| resting | asking, done |"),
    ]
    assert len({key(), *(key(edit) for edit in edits)}) == len(edits) + 1
    assert key(("capacity 4 | | m", "capacity 4 | eager = off | m")) != key()
    assert all(key(edit) != key() for edit in MATTERS)
    assert all(key(edit) == key() for edit in DOES_NOT_MATTER)
    numbers: list[Numbers] = [
        {},
        {"life": Given(Fraction(0), Fraction(1))},
        {"life": Given(Fraction(0), Fraction(1, 2))},
        {"life": Given(Fraction(1), Fraction(1))},
        {"life": Given(Fraction(1), None)},
        {"pause": Given(Fraction(1), Fraction(1))},
        {"life": Given(Fraction(1), Fraction(1)), "pause": Given(Fraction(1), Fraction(1))},
    ]
    assert len({key(given=given) for given in numbers}) == len(numbers)


@pytest.mark.slow
def test_a_change_of_tcp_means_something_else() -> None:
    base = Meaning(tcp())
    for path in sorted((ROOT / "spec" / "changes").glob("*.md")):
        head = Meaning(replace(load(path), scenarios=base.protocol.scenarios))
        same = [base.behaviour(s) == head.behaviour(s) for s in base.protocol.scenarios.values()]
        assert not all(same), path


def test_texts_do_not_run_together() -> None:
    assert hashed("ab", "c") != hashed("a", "bc") != hashed("abc")
    assert written(("a", "b")) != written(("a,b",)) != written("a,b")
    assert written(True) != written(1)
    assert written(None) != written("None")
