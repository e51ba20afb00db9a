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


def page(title: str, value: Mapping[str, Any]) -> str:
    """The page that shows ``value``, as HTML. The same bytes for the same value."""
    style = _read("page.css")
    program = "".join(_read(name) for name in PROGRAMS)
    parts = {
        "title": html.escape(title),
        "policy": policy(style, program),
        "style": style,
        "program": program,
        "data": json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE),
    }
    # In one pass: what is put in is not looked at again.
    return _PLACE.sub(lambda place: parts[place[1]], _read("page.html"))


def policy(style: str, program: str, connect: str = "'none'") -> str:
    """The Content-Security-Policy of a page with this style and this program, which may ``connect``
    to nothing unless told."""
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
