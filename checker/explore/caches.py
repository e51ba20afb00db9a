"""Where what may be lost is kept between runs: a folder in the user's cache."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def user_cache() -> Path | None:
    """The folder of this program in the user's cache, which need not be there yet; ``None`` if
    there is no telling where that is."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(caches) / "lastack"
    return folder if folder.is_absolute() else None


def is_writable(folder: Path) -> bool:
    """Whether files can be kept in ``folder``, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
