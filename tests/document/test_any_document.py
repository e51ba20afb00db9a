"""Any text is a document or an error about one; unusual documents are read as they are meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.headers import SCHEMAS
from checker.document.library import load, parse
from checker.document.markdown import split_row
from checker.document.problems import DocumentError, Position
from checker.document.protocol import Protocol
from checker.explore.reference import explore
from checker.model.tables import Model
from tests.document.bad_documents import GOOD, complaints, line_of

# Any text


def read(text: str) -> Protocol | None:
    """The protocol, or ``None`` where the text is refused in order, every complaint in place."""
    try:
        return parse(text, "any.md")
    except DocumentError as error:
        problems = error.problems
    assert problems
    assert list(problems) == sorted(set(problems))
    lines = re.split(r"\r\n?|\n", text)
    for problem in problems:
        assert problem.message
        assert 1 <= problem.position.line <= len(lines)
        assert 1 <= problem.position.column <= len(lines[problem.position.line - 1]) + 1
    return None


SNIPPETS = [
    *("", "none", "scenario", "idle", "busy", "anywhere", "ASK", "segment", "timeout again", "crash"),
    *("`on`", "`level`", "`level := 1`", "`fits`", "`not fits`", "`a ping`", "`count it`", "`delete TCB`"),
    *("`asked = answer`", "`STATE is idle`", "`<NUM=asked>`", "`<BITS=PING,PONG>`", "`)`", "``", "`"),
    *("own seq", "peer seq", "count", "count to 3", "flag", "flags PING, PONG", "a, b", "ghost flag"),
    *("TCB", "host", "event", "supply", "ghost host", "stop", "refuse", "get", "yes", "no", "step"),
    *("queue, lose", "bag, duplicate 3", "capacity 1", "capacity 99", "START 1 then 2 / 3", "brisk = off"),
    *("steady holds", "steady violated by get.fits", ";", ",", "/", "A: ASK", "users ASK", "slow", "é", "|"),
]

cells = st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8))


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table with the columns of one of the known kinds, more or less."""
    schema = SCHEMAS[draw(st.sampled_from(sorted(SCHEMAS)))]
    columns = [column for column in schema.columns if draw(st.integers(0, 9))]
    columns += draw(st.lists(st.sampled_from(["cite", "kind", "other"]), max_size=1))
    rows = draw(st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns) + 1), max_size=4))
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@given(st.lists(tables() | st.text(max_size=40), max_size=4).map("\n".join))
def test_any_tables_are_read_or_refused(text: str) -> None:
    read(text)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """The good document with some of its cells changed and some of its lines gone or doubled."""
    lines = GOOD.splitlines()
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        parts = lines[at].split("|")
        if len(parts) > 2 and draw(st.integers(0, 4)):
            parts[draw(st.integers(1, len(parts) - 2))] = f" {draw(cells)} "
            lines[at] = "|".join(parts)
        else:
            lines[at : at + 1] = [lines[at]] * draw(st.sampled_from([0, 2]))
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(edited())
def test_any_edit_of_a_good_document_is_read_or_refused(text: str) -> None:
    read(text)


# Unusual documents


def with_edit(old: str, new: str) -> Protocol:
    assert GOOD.count(old) == 1
    return parse(GOOD.replace(old, new), "good.md")


@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_lines_may_end_as_they_do_elsewhere(newline: str) -> None:
    assert len(parse(GOOD.replace("\n", newline), "good.md").rules) == 6


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\x85", "\u2028"], ids=ascii)
def test_what_markdown_does_not_call_a_line_is_none(character: str) -> None:
    protocol = with_edit("# A good document", f"# A good{character}document")
    assert protocol.states["idle"].position.line == line_of("| idle | |")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert len(load(tmp_path / "good.md").rules) == 6


def test_tables_in_fences_and_other_tables_are_prose() -> None:
    fenced = "\n```\n| state | meaning |\n|---|---|\n| idle | again |\n```\n"
    other = "\n| name | age |\n|---|---|\n| Ada | 36 |\n| Alan | 41 |\n"
    single = "\n| state |\n|---|\n| idle |\n"
    assert parse(GOOD + fenced + other + single, "good.md") == parse(GOOD, "good.md")


def test_a_table_of_prose_may_have_rows_of_any_length() -> None:
    ragged = "\n| who | what |\n|---|---|\n| Ada |\n| Alan | machines | and apples |\n"
    assert parse(GOOD + ragged, "good.md") == parse(GOOD, "good.md")


def test_columns_may_stand_in_any_order_behind_the_first() -> None:
    old = "| switch | kind | default |\n|---|---|---|\n| `brisk` | flag | off |"
    new = "| switch | default | kind |\n|---|---|---|\n| `brisk` | off | flag |"
    assert with_edit(old, new).switches == parse(GOOD, "good.md").switches


def test_cells_may_do_without_outer_bars() -> None:
    old = "| switch | kind | default |\n|---|---|---|\n| `brisk` | flag | off |"
    new = "switch | kind | default\n---|---|---\n`brisk` | flag | off"
    switch = with_edit(old, new).switches["brisk"]
    assert (switch.position.line, switch.position.column) == (line_of("| `brisk`"), 1)


def test_a_rule_may_name_a_state_twice() -> None:
    """By itself and in a group, the row stands for the state once."""
    protocol = with_edit("| anywhere | segment | `not fits` |", "| idle, anywhere | segment | `not fits` |")
    assert sorted(protocol.rules[3].states) == ["busy", "idle"]
    explore(Model(protocol, protocol.scenarios["calm"]))


def test_words_may_be_compared_with_an_equals_sign() -> None:
    assert with_edit("`not fits`", "`not fits and (mood = calm or cross /= mood)`")


def test_two_fields_are_not_written_alike(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text(GOOD.replace("| TRAIL |", "| SIZE |"), encoding="utf-8")
    line = line_of("| `trail` |")
    assert complaints(tmp_path / "bad.md") == [
        f"bad.md:{line}:13: trail: `SIZE` is how `size` is written already; names are unique"
    ]


def test_one_event_is_an_arrival(tmp_path: Path) -> None:
    second = "| segment | arrival | yes |\n| signal | arrival | yes |"
    (tmp_path / "bad.md").write_text(GOOD.replace("| segment | arrival | yes |", second), encoding="utf-8")
    line = line_of("| segment | arrival |") + 1
    assert complaints(tmp_path / "bad.md") == [
        f"bad.md:{line}:12: signal: a document has one arrival event, and `segment` is it"
    ]


def test_an_arrival_cannot_be_held_back(tmp_path: Path) -> None:
    bad = GOOD.replace("| slow | timeout again |", "| slow | segment |")
    (tmp_path / "bad.md").write_text(bad, encoding="utf-8")
    line = line_of("| slow | timeout again |")
    assert complaints(tmp_path / "bad.md") == [
        f"bad.md:{line}:10: slow: an assumption cannot hold back an arrival"
    ]


# Where cells stand


@given(
    texts=st.lists(st.text("ab `é", max_size=6).map(str.strip), min_size=2, max_size=4),
    indent=st.integers(0, 3),
)
def test_a_cell_stands_where_its_text_begins(texts: list[str], indent: int) -> None:
    row = " " * indent + "| " + " | ".join(texts) + " |"
    found = split_row(row, Position("t.md", 3, 1))
    assert [cell.text for cell in found] == texts
    for cell in found:
        assert (cell.position.file, cell.position.line) == ("t.md", 3)
        assert row[cell.position.column - 1 :].startswith(cell.text)
