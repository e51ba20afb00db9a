"""``lastack fmt``: it aligns tables and changes nothing else."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.document.format import format_document
from checker.document.markdown import read_tables
from checker.document.problems import ProblemList
from checker.document.sheet import read_sheet
from tests.cli.commands import Lastack, door, write_door
from tests.toys import DOCUMENTS

RAGGED = """\
# A heading  with  two  spaces

| state | meaning |
|:--|--:|
| a   | the first|
|  bb | |

Prose | with | bars, and trailing space: \n\
\tA tab.

```text
| state | meaning |
|---|---|
| code | stays |
```
"""

ALIGNED = RAGGED.replace(
    """\
| state | meaning |
|:--|--:|
| a   | the first|
|  bb | |

""",
    """\
| state | meaning   |
| :---- | --------: |
| a     | the first |
| bb    |           |

""",
)


def test_tables_are_aligned_and_nothing_else(lastack: Lastack, tmp_path: Path) -> None:
    path = tmp_path / "ragged.md"
    path.write_text(RAGGED, encoding="utf-8")
    path.chmod(0o640)
    ran = lastack("fmt", path)
    assert (ran.code, ran.out, ran.err) == (0, f"{path}: aligned\n", "")
    assert path.read_text(encoding="utf-8") == ALIGNED
    assert path.stat().st_mode & 0o777 == 0o640
    before = path.stat().st_mtime_ns
    ran = lastack("fmt", path)
    assert (ran.code, ran.out) == (0, "")
    assert path.stat().st_mtime_ns == before


def test_check_only_tells(lastack: Lastack, tmp_path: Path) -> None:
    path = tmp_path / "ragged.md"
    path.write_text(RAGGED, encoding="utf-8")
    (tmp_path / "aligned.md").write_text(ALIGNED, encoding="utf-8")
    ran = lastack("fmt", "--check", tmp_path)
    assert (ran.code, ran.out) == (1, f"{path}: would be aligned\n")
    assert path.read_text(encoding="utf-8") == RAGGED
    assert lastack("fmt", "--check", tmp_path / "aligned.md").code == 0


def test_windows_line_ends_and_the_byte_order_mark_are_kept(lastack: Lastack, tmp_path: Path) -> None:
    path = tmp_path / "windows.md"
    path.write_bytes(b"\xef\xbb\xbf" + RAGGED.replace("\n", "\r\n").encode())
    assert lastack("fmt", path).code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + ALIGNED.replace("\n", "\r\n").encode()


def test_a_file_without_a_last_line_end_keeps_being_so() -> None:
    assert format_document("| a | b |\n|-|-|\n| 1 |2|") == "| a   | b   |\n| --- | --- |\n| 1   | 2   |"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("space", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_what_only_python_calls_a_line_end_is_none(space: str, end: str) -> None:
    text = end.join([f"One{space}two{space}three", "", "| a | b |", "|---|---|", "| long | 2 |", "", "end"])
    aligned = end.join(
        [f"One{space}two{space}three", "", "| a    | b   |", "| ---- | --- |", "| long | 2   |", "", "end"]
    )
    assert format_document(text) == aligned


@pytest.mark.parametrize(
    "table",
    [
        "> | a | b |\n> |---|---|\n> | long cell | 2 |\n",
        "- | a | b |\n  |---|---|\n  | long cell | 2 |\n",
        "a | b\n---|---\nlong cell | 2\n",
        "| a | b |\n|---|---|\n| long cell | 2 | 3 |\n",
        "| a | b |\n|---|---|\n| long cell |\n",
        "    | a | b |\n    |---|---|\n    | in a code block | 2 |\n",
        "~~~\n| a | b |\n|---|---|\n| fenced | 2 |\n~~~\n",
        "<!--\n| a | b |\n|---|---|\n| hidden | 2 |\n-->\n",
        "| a | b |\n| no ruler | 2 |\n",
    ],
)
def test_what_cannot_be_aligned_with_spaces_alone_stays(table: str) -> None:
    assert format_document(table) == table


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    combined = "e\N{COMBINING ACUTE ACCENT}"
    text = f"| state | meaning |\n|---|---|\n| 状態 | x |\n| {combined} | yy |\n| ﾊﾝ | zzz |\n"
    lines = format_document(text).splitlines()
    # Beside 5 columns of "state": 2 letters of 2 columns, one of 1, two narrow ones of 1.
    assert lines[2:] == ["| 状態  | x       |", f"| {combined}     | yy      |", "| ﾊﾝ    | zzz     |"]
    assert len({sum(columns(c) for c in line) for line in lines}) == 1


def columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def test_a_table_keeps_its_indent() -> None:
    text = "1. item\n\n   | a | b |\n   |---|---|\n   | long | 2 |\n"
    assert format_document(text) == "1. item\n\n   | a    | b   |\n   | ---- | --- |\n   | long | 2   |\n"


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_fmt_needs_to_be_told_what(lastack: Lastack, arguments: list[str]) -> None:
    ran = lastack("fmt", *arguments)
    assert ran.code == 2
    assert "Missing argument 'DOC...'" in ran.err


def test_an_aligned_document_says_the_same(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    before = lastack("check", path, "--format", "json")
    assert lastack("fmt", path).code == 0
    assert path.read_text(encoding="utf-8") != door()
    after = lastack("check", path, "--format", "json")
    changing = ('"seconds"', '"version"')
    left, right = (
        [line for line in ran.out.splitlines() if not line.strip().startswith(changing)]
        for ran in (before, after)
    )
    assert left == right


# For any table

CELLS = st.text(
    st.characters(exclude_characters="|\r\n\\`", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8
)
ROWS = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=5)
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Prose and tables, the latter with ragged cells."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    parts = []
    for rows in draw(st.lists(ROWS, min_size=1, max_size=3)):
        head, *body = rows
        lines = ["|".join(["", *(f" h{cell}" for cell in head), ""])]
        lines.append("|" + "|".join(draw(st.sampled_from(["---", ":-", "-:", " :--: "])) for _ in head) + "|")
        lines += ["|".join(["", *row, ""]) for row in body]
        parts.append(end.join([*lines, "", "Prose  stays.", ""]))
    return end.join(parts)


@given(documents())
def test_any_document_keeps_its_cells(text: str) -> None:
    formatted = format_document(text)
    assert format_document(formatted) == formatted
    assert cells(formatted) == cells(text)
    assert formatted.count("\r\n") == text.count("\r\n")
    assert formatted.count("\n") == text.count("\n")


def cells(text: str) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row] for row in (table.header, *table.rows)]
        for table in read_tables(text, "")
    ]


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.md")), ids=lambda path: path.stem)
def test_a_formatted_document_is_the_same_sheet(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formatted = format_document(text)
    assert formatted != text
    sheets = []
    for version in (text, formatted):
        problems = ProblemList()
        sheet = read_sheet(version, path.name, problems)
        assert problems.problems == []
        sheets.append(
            {
                kind: [(row.key, {name: cell.text for name, cell in row.cells.items()}) for row in rows]
                for kind, rows in sheet.rows.items()
            }
        )
    assert sheets[0] == sheets[1]
    assert sum(map(len, sheets[0].values())) > 10
