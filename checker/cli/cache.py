"""What was found out is kept in the user's cache, under a hash of all that it depends on.

An entry is a file, written as a whole or not at all. One that is damaged is as good as none: what
was in it is found out and kept once more. Nothing that goes wrong here is worth an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import click

from checker.cli import STARTED
from checker.cli.terminal import write_atomically
from checker.document.meaning import Meaning, hashed
from checker.document.protocol import Scenario
from checker.explore.caches import is_writable, user_cache
from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Action
from checker.verify.kept import KeptScenario, KeptVerdict
from checker.verify.trace import Snapshot, Step, Trace

T = TypeVar("T")

MAGIC = b"lastack kept 1\n"
MOST_FILES = 4_000
MOST_BYTES = 200_000_000
"""Beyond which entries are removed that have not been used for the longest time."""

SOURCES = Path(__file__).resolve().parent.parent
LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "networkx", "z3-solver")
"""What takes part in finding out besides our own sources."""

VALUES = (KeptScenario, KeptVerdict, Trace, Step, Snapshot, Local, Segment, Action)
"""What an entry may be made of besides numbers, texts and lists; nothing else is made from a file."""

option = click.option(
    "--no-cache",
    is_flag=True,
    envvar="LASTACK_NO_CACHE",
    help="Find out everything anew, and keep nothing.",
)


@dataclass(frozen=True)
class Cache:
    """Entries in ``folder``, each of which is one of ``values``; nothing is kept without a folder."""

    folder: Path | None
    values: tuple[type[Any], ...] = VALUES

    def of(self, *values: type[Any]) -> Cache:
        """The same with entries that are made of ``values`` as well."""
        return Cache(self.folder, self.values + values)

    def get(self, what: type[T], key: str) -> T | None:
        """The entry under ``key``, if it is there and whole."""
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            head, digest, data = path.read_bytes().split(b"\n", 2)
            if head + b"\n" != MAGIC or digest != _checksum(key, data):
                return None
            value = _Unpickler(data, self.values).load()
        except Exception:  # whatever is wrong with it: it was not written by us
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return value if isinstance(value, what) else None

    def put(self, key: str, value: Any) -> None:
        """Keeps an entry, if the program is still the one that found it out."""
        if self.folder is None or not _is_unchanged():
            return
        data = pickle.dumps(value, protocol=5)
        with contextlib.suppress(OSError):
            write_atomically(self._path(key), MAGIC + _checksum(key, data) + b"\n" + data)

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / hashed(program(), key)


def _checksum(key: str, data: bytes) -> bytes:
    return hashlib.sha256(hashed(program(), key).encode() + data).hexdigest().encode()


class _Unpickler(pickle.Unpickler):
    """Makes values of known classes only, so that a file can do nothing else."""

    def __init__(self, data: bytes, values: tuple[type[Any], ...]) -> None:
        super().__init__(io.BytesIO(data))
        self.classes = {(value.__module__, value.__qualname__): value for value in values}

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) not in self.classes:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return self.classes[module, name]


def open_cache(off: bool) -> Cache:
    """The user's; nothing is kept if it is ``off``, cannot be written, or if it cannot be told
    what the program was when it began."""
    folder = user_cache()
    if off or folder is None or not _is_unchanged() or not is_writable(folder / "verdicts"):
        return Cache(None)
    _forget_oldest(folder / "verdicts")
    return Cache(folder / "verdicts")


def _forget_oldest(folder: Path) -> None:
    """Leaves no more than there is room for; what was used last goes last."""
    with contextlib.suppress(OSError), os.scandir(folder) as files:
        ages = sorted(((s.st_mtime, s.st_size, f.path) for f in files for s in [f.stat()]), reverse=True)
        size = 0
        for number, (_, bytes_, path) in enumerate(ages, 1):
            size += bytes_
            if number > MOST_FILES or size > MOST_BYTES:
                os.unlink(path)


@dataclass(frozen=True)
class KeptVerdicts:
    """The verdicts on the scenarios of one document that are kept."""

    cache: Cache
    meaning: Meaning

    def scenario(self, scenario: Scenario, engine: str, max_states: int | None) -> KeptScenario | None:
        """What is kept of a scenario, if ``engine`` may have found it out (``auto``: any) and the
        limit would not have been hit."""
        kept = self.cache.get(KeptScenario, self.meaning.behaviour(scenario))
        if kept is None or engine not in ("auto", kept.engine):
            return None
        return kept if max_states is None or kept.states <= max_states else None

    def keep(self, scenario: Scenario, kept: KeptScenario | None) -> None:
        """Keeps what is found out of a scenario, if that may be kept, beside what is kept of it by
        now: claims and the document itself may ask for different properties in one check."""
        if kept is None:
            return
        key = self.meaning.behaviour(scenario)
        now = self.cache.get(KeptScenario, key)
        if now is not None and now.engine == kept.engine:
            kept = replace(kept, verdicts={**now.verdicts, **kept.verdicts})
        self.cache.put(key, kept)


# The program


@cache
def program() -> str:
    """A hash of all that decides what is found out besides the documents: our sources as they are,
    which tell more than a version, and the libraries."""
    texts = [platform.python_version(), *map(_version, LIBRARIES)]
    for path in _sources():
        texts += [path.relative_to(SOURCES).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()]
    return hashed(*texts)


@cache
def _sources() -> tuple[Path, ...]:
    return tuple(sorted(path for end in ("*.py", "*.lark") for path in SOURCES.rglob(end)))


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _is_unchanged() -> bool:
    """Whether no source has changed since this process began, so that what it has loaded is what
    ``program`` reads."""
    try:
        return all(path.stat().st_mtime < STARTED for path in _sources())
    except OSError:
        return False
