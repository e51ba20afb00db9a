"""The ``lastack`` command. Only this package prints and exits, and ``__main__``, which starts it.

Exit codes: 0 everything is as expected, 1 something is not, 2 a usage or document error,
3 a limit was hit.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Mapping
from typing import ClassVar, TextIO, cast

import click

from checker import __version__
from checker.cli.closed import Closed
from checker.cli.interruption import Interruption
from checker.cli.messages import complain, say

STARTED = time.time()
"""Before most of the program is loaded."""

AS_EXPECTED, NOT_AS_EXPECTED, ERROR, LIMIT = 0, 1, 2, 3

COMMANDS = {
    "check": ("checker.cli.check", "Explore scenarios and decide their properties."),
    "prove": ("checker.cli.prove", "Prove properties for channels of any capacity."),
    "list": ("checker.cli.listing", "Show documents, scenarios and properties."),
    "lint": ("checker.cli.lint", "Report everything suspicious in documents."),
    "fmt": ("checker.cli.fmt", "Align the tables of documents."),
    "replay": ("checker.cli.replay", "Replay a saved trace."),
    "verify": ("checker.cli.verify", "Check a proof that `prove` saved."),
    "time": ("checker.cli.time", "Say whether a saved trace can happen in time."),
    "why": ("checker.cli.why", "Say what a row is for: what goes wrong without it."),
    "diff": ("checker.cli.diff", "Say what differs between two versions of a document."),
    "mutate": ("checker.cli.mutate", "Say which slips in a document anything would notice."),
    "report": ("checker.cli.report", "Write all results as one page of HTML."),
    "explore": ("checker.cli.explore", "Choose runs step by step, in the browser."),
    "draw": ("checker.cli.draw", "Draw machines, state graphs and runs."),
    "export": ("checker.cli.export", "Export a scenario to another tool."),
}


class LazyCommands(click.Group):
    """Imports a command's module only when it is run, so that help is instant."""

    summaries: ClassVar[Mapping[str, tuple[str, str]]]
    """By name: (the module, the summary)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.summaries:
            return None
        module = __import__(self.summaries[cmd_name][0], fromlist=["command"])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.summaries.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.summaries and not args[0].startswith("-"):
            known = ", ".join(self.summaries)
            raise click.UsageError(f"there is no command `{args[0]}`; the commands are {known}")
        return super().resolve_command(ctx, args)


class _Lastack(LazyCommands):
    summaries = COMMANDS


@click.group(cls=_Lastack, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="lastack")
def lastack() -> None:
    """A model checker for protocols written as tables.

    Without anything else, `lastack check` explores TCP's open and close as RFC 9293 has it,
    under loss, duplication and reordering.
    """


def main() -> None:
    """Runs the command; whatever goes wrong ends in one clear line and an exit code."""
    if sys.stdout is None:  # the command was started with it closed
        sys.stdout = cast(TextIO, Closed())
    with Interruption(lambda code: _leave(code)) as interruption:
        _leave(_code(interruption))


def _code(interruption: Interruption) -> int:
    """The exit code of the command, when all is said."""
    try:
        code = lastack.main(standalone_mode=False, prog_name="lastack")
        _flush()
    except (click.Abort, KeyboardInterrupt):
        return interruption.tell()
    except click.ClickException as error:
        return _usage_error(error)
    except SystemExit:
        # click leaves like this, with the code 1, when whoever read our output has gone.
        return ERROR
    except OSError as error:
        return _os_error(error)
    except Exception as error:
        return interruption.tell() if interruption.came else _expected_error(error)
    return code if isinstance(code, int) else AS_EXPECTED


def _say(message: str) -> int:
    complain(message)
    return ERROR


def _usage_error(error: click.ClickException) -> int:
    """What is wrong, and where click found it, where help is."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click >= 8.2
        error.show()
        return ERROR
    code = _say(error.format_message())
    if type(error) is not click.UsageError and isinstance(error, click.UsageError) and error.ctx is not None:
        _say(f"try `{error.ctx.command_path} --help`")
    return code


def _os_error(error: OSError) -> int:
    if isinstance(error, BrokenPipeError) or error.errno == errno.EPIPE:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    what = f"{error.filename}: " if error.filename else ""
    return _say(f"{what}{error.strerror or error}")


def _expected_error(error: Exception) -> int:
    """One line (or one a problem) for the errors we know; others are faults of ours."""
    from checker.document.library import NoSuchDocument
    from checker.document.problems import DocumentError
    from checker.exchange.values import FormatError
    from checker.model.evaluate import SemanticError
    from checker.verify.replay import ReplayError

    if isinstance(error, DocumentError):
        say(str(error), sys.stderr)
        count = len(error.problems)
        return _say(f"{count} problem{'' if count == 1 else 's'} in the document")
    if isinstance(error, (NoSuchDocument, SemanticError, FormatError)):
        return _say(str(error))
    if isinstance(error, ReplayError):
        return _say(f"{error} (this is a fault of lastack, please report it)")
    if isinstance(error, MemoryError):
        return _say("out of memory; --max-states bounds an exploration")
    raise error


def _leave(code: int) -> None:
    try:
        _flush()
    except OSError as error:
        code = _os_error(error)
    # Large graphs take seconds to take apart; the process ends and needs none of it.
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


def _flush() -> None:
    sys.stdout.flush()
