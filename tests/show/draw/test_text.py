"""Whatever a document calls things, pictures say just that, and it means nothing to Graphviz."""

from __future__ import annotations

import html
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import graphviz
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.show.draw.mermaid import words
from checker.show.draw.shapes import Picture, Words
from checker.show.draw.svg import to_svg
from checker.show.draw.text import label, label_markup, plain
from tests.exchange.checkers import needs

HOSTILE = [
    'a "door"',
    "back\\slash",
    "\\N \\n \\l",
    "ends in \\",
    "<b>bold</b>",
    "<SEQ=1><CTL=SYN>",
    "&lt; &amp; &",
    "]]> --> */",
    "a; b # c",
    "two\nlines\tand\x01more",
    "naïve → arrow",
    "",
]


def label_in(dot: str) -> str:
    """What Graphviz makes of the only label in ``dot``, by its rules for strings, escapes and
    entities."""
    (quoted,) = re.findall(r'label=(?:"((?:[^"\\]|\\.)*)"|([\w.]+))', dot)
    text = quoted[0].replace('\\"', '"') or quoted[1]
    escapes = {"\\\\": "\\", "\\n": "\n", "\\l": "\n", "\\r": "\n"}
    parts = re.split(r"(\\.)", text)
    return html.unescape("".join(escapes[p] if p.startswith("\\") else p for p in parts))


def drawn(*lines: str) -> str:
    dot = graphviz.Digraph()
    dot.node("n", label=label(*lines))
    source: str = dot.source
    return source


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.text(max_size=10))
@example("\\", "\\")
@example('"', "\\")
@example("<", ">")
@example("&quot;", "x")
def test_labels_say_what_was_written(first: str, second: str) -> None:
    read = label_in(drawn(first, second))
    assert read == f"{plain(first)}\n{plain(second)}"


@settings(deadline=None)
@given(st.text())
def test_plain_text_is_one_line_of_what_can_be_seen(text: str) -> None:
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)


@needs("dot")
@pytest.mark.parametrize("text", HOSTILE)
def test_graphviz_draws_labels_as_they_were_written(text: str) -> None:
    dot = graphviz.Digraph()
    dot.node("n", label=label(text))
    dot.node(
        "m", label=f"<<TABLE><TR><TD>{label_markup(text)}</TD></TR></TABLE>>" if plain(text).strip() else ""
    )
    done = subprocess.run(["dot", "-Tsvg"], input=dot.source.encode(), capture_output=True, check=True)
    shown = texts(done.stdout.decode())
    assert shown == [plain(text).strip()] * 2 if plain(text).strip() else shown == []


def texts(svg: str) -> list[str]:
    """The words in a picture."""
    root = ElementTree.fromstring(svg)
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return [" ".join("".join(each.itertext()).split()) for each in found]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_svg_is_well_formed_and_says_what_was_written(text: str) -> None:
    root = ElementTree.fromstring(to_svg(Picture(text, 10, 10, (Words(1, 1, text),))))
    (shown,) = root.iter("{http://www.w3.org/2000/svg}text")
    assert "".join(shown.itertext()) == plain(text)
    (title,) = root.iter("{http://www.w3.org/2000/svg}title")
    assert "".join(title.itertext()) == plain(text)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_mermaid_gets_numbers_for_what_may_mean_something(text: str) -> None:
    written = words(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9_ .,()/+=\[\]'-]|#\d+;)*", written)
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), written) == plain(text)


def test_a_word_that_ends_blocks_of_mermaid_may_be_a_name() -> None:
    assert words("Sending ENDS; End of it, end") == "Sending ENDS#59; #69;nd of it, #101;nd"


def test_lines_of_mermaid_are_broken() -> None:
    assert words("a<b", "c") == "a#60;b<br/>c"
