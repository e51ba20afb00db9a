"""Complaints: one line each, so that tools can read them; wrapped on a terminal only.

Without rich, so that a misspelt command is answered at once.
"""

from __future__ import annotations

import sys
import textwrap
from typing import IO

WIDTH = 80


def complain(message: str) -> None:
    """One line on standard error."""
    say(f"lastack: {message}", sys.stderr)


def say(message: str, stream: IO[str] | None) -> None:
    """Lines on ``stream``, if there is one: it is ``None`` where the command was started with
    it closed."""
    if stream is None:
        return
    for line in message.splitlines():
        stream.write((_wrapped(line) if stream.isatty() else line) + "\n")


def _wrapped(line: str) -> str:
    """A path or a name that is longer than a line stays whole, so that it can be copied."""
    return textwrap.fill(line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
