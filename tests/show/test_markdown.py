"""Comments in Markdown: nothing of a document breaks out of a table, a span or a block."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checker.show.markdown import MOST_CHARACTERS, _code, _fitting, _folded, _plain, _table

LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(
    lambda text: " ".join(text.split()) or "x"
)


def texts(markdown: str) -> list[tuple[str, str]]:
    """(kind, content) of the smallest parts of what Markdown makes of a text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [
        (child.type, child.content) for token in tokens for child in token.children or [] if child.content
    ]


@given(LINE, LINE)
def test_a_cell_is_one_cell(one: str, other: str) -> None:
    lines = list(_table(("a", "b"), [(_code(one), _code(other))]))
    parts = [content for kind, content in texts("\n".join(lines)) if kind == "code_inline"]
    assert [part.strip() for part in parts] == [one.strip(), other.strip()]


@given(st.text())
@example("a\n## door.md")
def test_a_heading_is_one_line(text: str) -> None:
    """A file's name may have line breaks in it."""
    tokens = MarkdownIt("commonmark").parse(f"# {_code(text)} x")
    assert [token.type for token in tokens] == ["heading_open", "inline", "heading_close"]


@given(LINE)
def test_signs_are_shown_and_mean_nothing(text: str) -> None:
    """No emphasis, no link, no tag, no heading, no entity."""
    shown = "".join(content for _, content in texts(f"x {_plain(text)}"))
    assert shown.rstrip("\\") == f"x {text}".rstrip("\\")


def test_what_has_no_room_is_counted() -> None:
    small, large = "z" * 1000, "y" * MOST_CHARACTERS
    text = _fitting([small, large, small, large])
    assert len(text) < MOST_CHARACTERS
    assert text.count("z") == 2000
    assert text.endswith(
        "2 more parts, for which a comment has no room, are in the text of `lastack diff`.\n"
    )
    assert _fitting([small]) == small + "\n"


def test_nothing_is_folded_behind_an_empty_heading() -> None:
    assert _folded("Rows", []) == []
    assert _folded("Rows", ["a", ""]) == [
        "<details>",
        "<summary>Rows</summary>",
        "",
        "a",
        "",
        "</details>",
        "",
    ]
