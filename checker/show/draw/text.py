"""Words that anybody may have written, as labels of DOT: nothing in them is an escape, an entity or
markup there."""

from __future__ import annotations

import html
import re

import graphviz

_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """One line of characters that have a shape."""
    return "".join(c if c.isprintable() else "\ufffd" for c in _SPACES.sub(" ", text))


def label(*lines: str, end: str = r"\n") -> str:
    r"""A label of several lines, each ended by ``end``: ``\n`` centres it, ``\l`` puts it left."""
    # Graphviz reads entities such as &lt; in every label.
    escaped = (graphviz.escape(plain(line).replace("&", "&amp;")) for line in lines)
    joined: str = graphviz.nohtml(end.join(escaped) + (end if end != r"\n" else ""))
    return joined


def markup(text: str) -> str:
    """``text`` within SVG."""
    return html.escape(plain(text))


def label_markup(text: str) -> str:
    """``text`` within a label of DOT that is markup: there too a backslash is an escape."""
    return markup(text).replace("\\", "\\\\")
