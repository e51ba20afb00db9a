"""The ``lastack`` command, which is ``python -m checker`` too.

Apart from the command itself, so that Ctrl-C while that is still being imported ends in one
line as well.
"""

import os
import sys


def main() -> None:
    """Runs the command and leaves the process with its exit code."""
    try:
        from checker.cli import main as command
    except KeyboardInterrupt:
        sys.stderr.write("lastack: interrupted\n")
        sys.stderr.flush()
        os._exit(2)
    command()


if __name__ == "__main__":
    main()
