"""``lastack draw``: pictures of machines, state graphs and runs."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, LazyCommands
from checker.cli.messages import complain
from checker.document.library import read_text

COMMANDS = {
    "machine": ("checker.cli.draw_machine", "Draw the state machine of one end."),
    "graph": ("checker.cli.draw_graph", "Draw the state graph of a scenario, seen from afar."),
    "trace": ("checker.cli.draw_trace", "Draw a saved trace as a ladder."),
}

PAGE = "README.md"
_LISTED = re.compile(r"^    lastack draw ([^\n]+)$", re.MULTILINE)


class _Draw(LazyCommands):
    summaries = COMMANDS


@click.group("draw", cls=_Draw, invoke_without_command=True, context_settings={"max_content_width": 80})
@click.option(
    "--gallery",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Run the commands that the README.md of DIR shows.",
)
@click.pass_context
def command(context: click.Context, gallery: Path | None) -> int:
    """Draw machines, state graphs and runs.

    `--gallery DIR` makes all pictures of a folder: it runs each line of its README.md that is
    indented by four spaces and begins with `lastack draw`, within the folder.
    """
    if gallery is not None and context.invoked_subcommand is not None:
        raise click.UsageError("--gallery makes the pictures of a folder; leave out the command behind it")
    if gallery is not None:
        return _make(context, gallery)
    if context.invoked_subcommand is None:
        raise click.UsageError(f"expected a command, {', '.join(COMMANDS)}, or --gallery DIR")
    return AS_EXPECTED


def _make(context: click.Context, folder: Path) -> int:
    """Makes the pictures of a gallery, one after the other; the worst exit code."""
    page = folder / PAGE
    lines = _LISTED.findall(read_text(page))
    if not lines:
        raise click.UsageError(f"{page}: there is no line `    lastack draw …` that makes a picture")
    worst = AS_EXPECTED
    with _inside(folder):
        for line in lines:
            complain(f"draw {line}")
            name, *arguments = _split(page, line)
            drawing = command.get_command(context, name)
            if drawing is None:
                raise click.UsageError(f"{page}: there is no `lastack draw {name}`")
            with drawing.make_context(f"lastack draw {name}", arguments, parent=context) as inner:
                worst = max(worst, drawing.invoke(inner), key=_gravity)
    return worst


def _gravity(code: int) -> int:
    """An error is worse than a limit."""
    return (0, 3, 2).index(code)


def _split(page: Path, line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise click.UsageError(f"{page}: `lastack draw {line}`: {error}") from None


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
