"""The terminal: coloured text on it and plain text elsewhere, a progress line, Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from rich.console import Console
from rich.text import Text

from checker.cli.messages import WIDTH
from checker.explore.limits import Limits, Progress

CLEAR_TO_END = "\x1b[K"
NO_TEXT = "backslashreplace"
"""How a file's name that is no UTF-8 is written: as JSON too can read it."""

PROGRESS = WIDTH - 4
"""Columns of progress: the ^C that a terminal shows behind it must not begin a new line."""


def console(file: IO[str] | None = None) -> Console:
    """Where results go: colour only on a terminal, never wrapped, the same bytes every time."""
    return Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True, width=WIDTH)


class ProgressLine:
    """One line on a terminal's standard error, rewritten as work goes on; nothing in a pipe."""

    def __init__(self, name: str) -> None:
        # Without the sequence that clears a line, a shorter text would not hide a longer one.
        # There is no standard error where the command was started with it closed.
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self.shown = terminal and os.environ.get("TERM", "dumb") != "dumb"
        self.name = name

    def report(self, progress: Progress) -> None:
        rate = progress.states / progress.seconds if progress.seconds else 0
        facts = (
            f"{progress.states:,} states, {rate:,.0f}/s, frontier {progress.frontier:,}, "
            f"depth {progress.depth}, {_megabytes():,} MB"
        )
        self.say(f"{self.name[: PROGRESS - len(facts) - 2]}: {facts}")

    def report_views(self, progress: Progress) -> None:
        self.say(f"{self.name}: {progress.states:,} views, {progress.frontier:,} to be looked at")

    def say(self, text: str) -> None:
        self._write(text[:PROGRESS])

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self.shown:
            sys.stderr.write(f"\r{text}{CLEAR_TO_END}")
            sys.stderr.flush()


def _megabytes() -> int:
    """The memory the process has used at most."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(used / (1 << 20 if sys.platform == "darwin" else 1 << 10))


@contextlib.contextmanager
def interruptible(limits: Limits) -> Iterator[None]:
    """Within it the first Ctrl-C ends the exploration with what is known; the second kills."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        if limits.interrupted:
            raise KeyboardInterrupt
        limits.interrupted = True

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def require_writable(path: Path, inside: bool = False) -> None:
    """Raises ``OSError`` if ``write_atomically`` is sure to fail for ``path``, or for files
    ``inside`` of it."""
    target = path.resolve()
    if target.exists() and not target.is_file() and not inside:
        return
    folder = target if inside else target.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is no such folder to write to", str(path.parent))
    effective = os.access in os.supports_effective_ids
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=effective):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def write_atomically(path: Path, content: str | bytes) -> None:
    """Writes a file as a whole or not at all: a full disk leaves what was there before.

    A link stays one, and what is no file, such as ``/dev/stdout``, is written to, not replaced.
    """
    target = path.resolve()
    data = content.encode("utf-8", NO_TEXT) if isinstance(content, str) else content
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def plain(lines: Iterator[Text]) -> str:
    """Text without colour, as it goes into a file."""
    return "".join(line.plain.rstrip() + "\n" for line in lines)
