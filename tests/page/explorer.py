"""``lastack explore`` in a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.commands import MAIN, environment


class Explorer:
    """A running server: its address, and that in parts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.line = process.stdout.readline()
        found = re.fullmatch(r"(http://127\.0\.0\.1:(\d+)/([\w-]+)/) \(Ctrl-C ends\)\n", self.line)
        assert found, self.line
        self.url, self.port, self.token = found[1], int(found[2]), found[3]

    def end(self) -> tuple[int, str, str]:
        """Ctrl-C: the exit code, and the rest of the output and of the errors."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@contextmanager
def explorer(document: str | Path, *options: str) -> Iterator[Explorer]:
    process = subprocess.Popen(
        [*MAIN, "explore", str(document), "--no-browser", *options],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts tests in the background may have told them to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        yield Explorer(process)
    finally:
        process.kill()
        process.communicate()
