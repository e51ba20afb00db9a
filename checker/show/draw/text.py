"""Words that anybody may have written, as labels of DOT: nothing in them is an escape, an entity or
markup there."""

from __future__ import annotations

import html
import re

import graphviz

_SPACES = re.compile(r"\s+")

OFF = "\u00a0\u00a0"
"""Between a line and the words beside it."""


def plain(text: str) -> str:
    """One line of characters that have a shape."""
    return "".join(c if c.isprintable() else "\ufffd" for c in _SPACES.sub(" ", text))


def label(*lines: str, end: str = r"\n") -> str:
    r"""A label of several lines, each ended by ``end``: ``\n`` centres it, ``\l`` puts it left."""
    joined: str = graphviz.nohtml(end.join(map(_escaped, lines)) + (end if end != r"\n" else ""))
    return joined


def beside(*lines: str) -> str:
    """A centred label beside a line, kept off it by spaces that SVG does not swallow."""
    joined: str = graphviz.nohtml(r"\n".join(f"{OFF}{_escaped(line)}{OFF}" for line in lines))
    return joined


def _escaped(text: str) -> str:
    # Graphviz reads entities such as &lt; in every label.
    escaped: str = graphviz.escape(plain(text).replace("&", "&amp;"))
    return escaped


def markup(text: str) -> str:
    """``text`` within SVG."""
    return html.escape(plain(text))


def label_markup(text: str) -> str:
    """``text`` within a label of DOT that is markup: there too a backslash is an escape."""
    return markup(text).replace("\\", "\\\\")
