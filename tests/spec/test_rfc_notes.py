"""The notes on RFC 9293 and the documents behind them; what they show is looked at in
``test_pages``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.document.format import format_document
from tests.promises import unkept_twins
from tests.sampling import one_in
from tests.spec.pages import BLOCK, ROOT, Page, blocks_of, protocol, result

NOTES = Page("docs/rfc-notes.md")
LITERAL = sorted((ROOT / "spec" / "literal").glob("*.md"))

HEADING = re.compile(r"^### (\d+)\. (.+)$", re.MULTILINE)
ROW_ID = re.compile(r"`([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)`")
DOCUMENT = re.compile(r"`(?:spec/)?literal/([a-z0-9-]+)\.md`")


def sections() -> Iterator[tuple[int, str]]:
    """(number, text) of each note."""
    marks = [*HEADING.finditer(NOTES.text)]
    ends = [mark.start() for mark in marks[1:]] + [len(NOTES.text)]
    for mark, end in zip(marks, ends, strict=True):
        yield int(mark.group(1)), NOTES.text[mark.start() : end]


def raises(document: str, scenario: str) -> bool:
    return any(b.kind == "error" and (b.document, b.scenario) == (document, scenario) for b in NOTES.blocks)


def test_there_are_enough_runs_and_each_stands_once() -> None:
    names = [str(block) for block in NOTES.blocks]
    assert len(set(names)) == len(names)
    assert len({block.document for block in NOTES.blocks if block.kind == "run"}) >= 12


def test_notes_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in sections()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20


def test_rfc9293_refers_to_note_12() -> None:
    text = dict(sections())[12]
    assert text.startswith("### 12. CLOSE in SYN-RECEIVED sends a FIN before the SYN is acknowledged\n")
    assert "note 12" in (ROOT / "spec" / "rfc9293.md").read_text(encoding="utf-8")


def test_the_overview_has_every_note() -> None:
    rows = re.findall(r"^\| (\d+) +\| (.+?) +\|", NOTES.text, re.MULTILINE)
    assert [(int(number), title) for number, title in rows] == [
        (int(number), title) for number, title in HEADING.findall(NOTES.text)
    ]


@pytest.mark.parametrize(("number", "text"), [*sections()], ids=lambda value: str(value)[:3].strip())
def test_a_note_names_words_reading_and_rows_that_exist(number: int, text: str) -> None:
    named = DOCUMENT.findall(text)
    known = {rule.id for rule in protocol("rfc9293").rules}
    for name in named:
        known |= {rule.id for rule in protocol(f"literal/{name}").rules}
    prose = BLOCK.sub("", text)
    rows = {row for row in ROW_ID.findall(prose) if not row.endswith(".md")}
    assert rows - known == set()
    assert "**Words.**" in text
    assert "**Reading.**" in text
    assert rows or "No row" in prose
    for block in blocks_of(text):
        assert block.document == "rfc9293" or block.document.removeprefix("literal/") in named


def test_rows_of_rfc9293_cite_notes_that_exist() -> None:
    cited = {
        int(number)
        for rule in protocol("rfc9293").rules
        for numbers in re.findall(r"notes? ([0-9, ]+)", rule.cite)
        for number in numbers.split(",")
    }
    assert len(cited) > 20
    assert cited <= set(dict(sections()))


def test_every_literal_document_has_a_note() -> None:
    assert {path.stem for path in LITERAL} == set(DOCUMENT.findall(NOTES.text))


@pytest.mark.parametrize("path", [NOTES.path, *LITERAL], ids=lambda path: path.stem)
def test_prose_is_at_most_92_columns_wide(path: Path) -> None:
    prose = BLOCK.sub("", path.read_text(encoding="utf-8"))
    assert [line for line in prose.splitlines() if len(line) > 92 and not line.startswith("|")] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", one_in(3, LITERAL), ids=lambda path: path.stem)
def test_a_literal_reading_does_what_its_scenarios_expect(path: Path) -> None:
    """All but those that have no meaning, whose notes show the error. It is aligned, its twins
    keep what is said of them, and each of its own rows has a part in one of its scenarios, unless
    it says why not."""
    document = f"literal/{path.stem}"
    text = path.read_text(encoding="utf-8")
    assert format_document(text) == text
    chosen = protocol(document)
    kept = [result(document, name) for name in chosen.scenarios if not raises(document, name)]
    judged = [judged for found in kept for judged in found.judged]
    assert [(j.verdict.property.name, j.verdict.outcome) for j in judged if not j.as_expected] == []
    assert unkept_twins(kept) == []
    own = [rule for rule in chosen.rules if rule.position.file == str(path)]
    fired = {rule.id for rule in own if any(found.rules[rule.id] for found in kept)}
    assert fired == {rule.id for rule in own if not rule.never}
