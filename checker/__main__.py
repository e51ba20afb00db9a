"""The ``lastack`` command, which is ``python -m checker`` too.

Apart from the command itself, so that Ctrl-C while that is still being imported ends in one
line as well.
"""

import gc
import os
import sys

ALLOCATIONS = 50_000
"""Objects made between two searches for garbage. Explorations make many that stay, and hardly any
that only a search would find: at Python's own 700 that took a tenth of all time."""


def main() -> None:
    """Runs the command and leaves the process with its exit code."""
    gc.set_threshold(ALLOCATIONS)
    try:
        from checker.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("lastack: interrupted\n")
        sys.stderr.flush()
        os._exit(2)
    command()


if __name__ == "__main__":
    main()
