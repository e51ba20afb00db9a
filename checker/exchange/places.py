"""Places in documents as other programs name them: files relative to the top of a checkout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from checker.document.problems import Position


def inside(position: Position, root: Path) -> str | None:
    """The file of ``position`` relative to ``root``, ``None`` if it is elsewhere."""
    path = Path(position.file).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def uri_of(position: Position, root: Path) -> tuple[str, bool]:
    """(the URI of its file, whether that is relative to ``root``)."""
    relative = inside(position, root)
    if relative is None:
        return Path(position.file).resolve().as_uri(), False
    return quote(os.fsencode(relative)), True


def best(places: Sequence[Position], root: Path) -> Position:
    """The first of ``places`` that a reader of the checkout can see, or else the first one: a row
    may stand in a document that came with the program."""
    return next((place for place in places if inside(place, root) is not None), places[0])
