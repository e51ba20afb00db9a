"""Words in lines: wrapped, indented and counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.text import Text

WIDTH = 78
"""Columns of a paragraph and of a ladder, which stands indented by two."""


def paragraph(text: str, style: str = "", indent: str = "", hanging: str = "") -> Iterator[Text]:
    """``text`` in lines that begin with ``indent``, those after the first with ``hanging`` more.

    A word that is longer than a line, such as a path, stays whole, so that it can be copied.
    """
    lines = textwrap.wrap(
        text.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
        break_long_words=False,
    )
    yield from (Text(line, style=style) for line in lines)


def counted(number: int, what: str) -> str:
    """``1 state``, ``2 states``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
