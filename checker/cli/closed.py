"""What stands in for standard output where the command was started with it closed."""

from __future__ import annotations

import errno
import io
import os


class Closed(io.TextIOBase):
    """A stream that says so when something is written, as a full disk would. Without it all that
    is written would be lost, and nobody told."""

    def write(self, text: str) -> int:
        if text:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), "standard output")
        return 0
