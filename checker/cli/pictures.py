"""Pictures as files: in which formats, where they go, and what happens where Graphviz is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from checker.cli import AS_EXPECTED, ERROR, LIMIT
from checker.cli.messages import complain
from checker.cli.rendering import INSTALL, LayoutFailed, NoGraphviz, TooSlow, render
from checker.cli.terminal import require_writable, write_atomically

F = TypeVar("F", bound=Callable[..., Any])

SUFFIXES = {
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}
PRINTED = ("svg", "dot", "mermaid")
"""Formats that are text, and can go to standard output."""

SECONDS = 60.0
"""How long Graphviz may take, unless told otherwise."""


MERMAID_SIGNS = 50_000
"""Beyond so many characters Mermaid draws nothing, where nobody has told it otherwise
(``maxTextSize``)."""


@dataclass(frozen=True)
class Drawing:
    """A picture in what it can be made of: texts, made when they are asked for. ``svg`` is for those
    that need no Graphviz; ``layout`` is the engine for all others."""

    dot: Callable[[], str]
    mermaid: Callable[[], str]
    svg: Callable[[], str] | None = None
    layout: str = "dot"


@dataclass(frozen=True)
class Target:
    """Where a picture goes: files, each of which says by its suffix how it is made, or in a
    ``format`` to standard output."""

    files: tuple[Path, ...]
    format: str
    seconds: float

    @property
    def needs_layout(self) -> bool:
        """Whether some of it is for Graphviz to lay out."""
        formats = [SUFFIXES[path.suffix.lower()] for path in self.files] or [self.format]
        return any(format not in ("dot", "mermaid") for format in formats)

    def require(self) -> None:
        """Raises for what cannot be written to, before anything is worked out."""
        for path in self.files:
            if path.suffix.lower() not in SUFFIXES:
                known = ", ".join(SUFFIXES)
                raise click.UsageError(f"{path}: expected a name that ends in one of {known}")
            require_writable(path)


def output_options(format: str) -> Callable[[F], F]:
    """The options that make a ``Target``; ``format`` is the one for standard output."""
    options = (
        click.option(
            "--output",
            "-o",
            "files",
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write here, as the suffix says: .svg, .png, .pdf, .dot, .mmd. Several are fine.",
        ),
        click.option(
            "--format",
            type=click.Choice(PRINTED),
            default=format,
            show_default=True,
            help="What goes to standard output without -o.",
        ),
        click.option(
            "--time-limit",
            "seconds",
            type=click.FloatRange(0.1, 86_400),
            default=SECONDS,
            show_default=True,
            metavar="S",
            help="End Graphviz after S seconds.",
        ),
    )

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def save(drawing: Drawing, target: Target) -> int:
    """Writes a picture to all files, or prints it; the exit code."""
    if not target.files:
        try:
            click.echo(_printed(drawing, target), nl=False)
        except (NoGraphviz, LayoutFailed, TooSlow) as error:
            return _failed("standard output", "; --format dot needs no Graphviz", error, target.seconds)
        return AS_EXPECTED
    codes = [_save(drawing, path, target) for path in target.files]
    return ERROR if ERROR in codes else max(codes)


def _printed(drawing: Drawing, target: Target) -> str:
    if target.format == "svg":
        return _rendered(drawing, "svg", target.seconds).decode()
    return drawing.dot() if target.format == "dot" else drawing.mermaid()


def _rendered(drawing: Drawing, format: str, seconds: float) -> bytes:
    if format == "svg" and drawing.svg is not None:
        return drawing.svg().encode()
    return render(drawing.dot(), format, drawing.layout, seconds)


def _save(drawing: Drawing, path: Path, target: Target) -> int:
    format = SUFFIXES[path.suffix.lower()]
    if format in ("dot", "mermaid"):
        text = drawing.dot() if format == "dot" else drawing.mermaid()
        write_atomically(path, text)
        if format == "mermaid" and len(text) > MERMAID_SIGNS:
            most = f"forges draw Mermaid of at most {MERMAID_SIGNS:,}"
            complain(f"{path}: {len(text):,} characters; {most}: draw less of it")
        return AS_EXPECTED
    try:
        write_atomically(path, _rendered(drawing, format, target.seconds))
    except (NoGraphviz, LayoutFailed, TooSlow) as error:
        instead = path.with_suffix(".dot")
        if instead not in target.files:
            write_atomically(instead, drawing.dot())
        return _failed(str(path), f"; {instead} is written", error, target.seconds)
    return AS_EXPECTED


def _failed(where: str, instead: str, error: Exception, seconds: float) -> int:
    """Says in one line why there is no picture, and what can be done."""
    match error:
        case NoGraphviz():
            complain(f"{where}: no Graphviz to draw it with{instead}; {INSTALL}")
        case TooSlow():
            limit = f"{seconds:g} seconds (--time-limit)"
            complain(f"{where}: Graphviz did not end in {limit}{instead}; draw less of it")
            return LIMIT
        case _:
            complain(f"{where}: Graphviz could not draw it: {error}{instead}")
    return ERROR


def chosen(files: Sequence[Path], format: str, seconds: float) -> Target:
    target = Target(tuple(files), format, seconds)
    target.require()
    return target
