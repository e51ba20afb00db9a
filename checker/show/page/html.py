"""A page as one file: markup, style, program and data, with a policy that lets nothing else in.

The program makes all elements of the data itself, and never markup of text, so whatever a document
says is shown as it stands.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PROGRAMS = ("parts.js", "ladder.js", "viewer.js", "results.js", "walk.js", "main.js")
"""In the order in which they need each other."""

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_UNSAFE = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def page(title: str, value: Mapping[str, Any], connect: str = "'none'") -> str:
    """The page that shows ``value``, as HTML, and may ``connect`` to nothing unless told. The same
    bytes for the same value."""
    style, program = _parts()
    parts = {
        "title": html.escape(title),
        "policy": _policy(style, program, connect),
        "style": style,
        "program": program,
        "data": json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE),
    }
    # In one pass: what is put in is not looked at again.
    return _PLACE.sub(lambda place: parts[place[1]], _read("page.html"))


def policy(connect: str = "'none'") -> str:
    """The Content-Security-Policy of a page, for those who send it along."""
    return _policy(*_parts(), connect)


def _parts() -> tuple[str, str]:
    """The style and the program of every page."""
    return _read("page.css"), "".join(_read(name) for name in PROGRAMS)


def _policy(style: str, program: str, connect: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(program)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            f"connect-src {connect}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
