"""Ctrl-C: wherever a command is, it ends in one line and with one exit code."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType

from checker.cli.messages import complain

GRACE = 0.5
"""Seconds in which a command ends by itself."""

INTERRUPTED = 2
"""The exit code: nothing is known, as after an error."""


class Interruption:
    """Within it Ctrl-C raises ``KeyboardInterrupt``, as ever, and it is remembered: raised within
    ``__del__`` or a callback it is lost, and where a library converts an argument it becomes an
    error of that library's. A second one ends the process at once.

    An exploration that can end with what is known has a handler of its own meanwhile.
    """

    def __init__(self, leave: Callable[[int], None]) -> None:
        self.came = False
        self._leave = leave
        self._told = False
        self._telling = threading.RLock()
        self._ends: tuple[socket.socket, ...] = ()

    def __enter__(self) -> Interruption:
        self._hooks = sys.unraisablehook, sys.excepthook
        self._handles = (
            threading.current_thread() is threading.main_thread()
            # Whoever started the command in the background may have had Ctrl-C ignored.
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if self._handles:
            signal.signal(signal.SIGINT, self)
            sys.unraisablehook, sys.excepthook = self._lost, self._printed
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if not self._handles:
            return
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook, sys.excepthook = self._hooks
        if self._ends:
            signal.set_wakeup_fd(-1)
            self._ends[1].close()  # which ends the thread that listens

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._told:
            return
        if self.came:
            self._end()
        self.came = True
        raise KeyboardInterrupt

    def tell(self) -> int:
        """Says so, once; the exit code for it."""
        with self._telling:
            if not self._told:
                self._told = True
                complain("interrupted")
        return INTERRUPTED

    def watch(self) -> None:
        """From here on Ctrl-C ends the process soon even if ``KeyboardInterrupt`` does not: if it
        was lost, or waits for a library to come back. No process may be forked after this."""
        if not self._ends:
            self._ends = socket.socketpair()
            self._ends[1].setblocking(False)
            signal.set_wakeup_fd(self._ends[1].fileno())
            threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Reads the numbers of signals, which are written by what runs at once, even while a
        library computes."""
        while numbers := self._ends[0].recv(1):
            if numbers[0] == signal.SIGINT and self._is_handler():
                time.sleep(GRACE)
                self._end()
        self._ends[0].close()

    def _is_handler(self) -> bool:
        """Whether nobody else cares for Ctrl-C meanwhile."""
        return signal.getsignal(signal.SIGINT) == self

    def _end(self) -> None:
        from checker.cli.terminal import ProgressLine

        ProgressLine("").clear()
        self._leave(self.tell())

    # What a library would print is no news after Ctrl-C

    def _lost(self, lost: sys.UnraisableHookArgs) -> None:
        """An error that nobody can catch."""
        if not self.came:
            self._hooks[0](lost)

    def _printed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An error that nobody catches, or that an extension prints."""
        if not self.came:
            self._hooks[1](kind, error, trace)


def watch_for_interruption() -> None:
    """For commands that call libraries which do not come back soon: see ``Interruption.watch``."""
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, Interruption):
        handler.watch()
