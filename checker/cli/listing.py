"""``lastack list``: what there is to check."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.text import Text

from checker.cli.documents import called
from checker.cli.documents import documents as files
from checker.cli.messages import WIDTH
from checker.cli.terminal import console
from checker.document.library import bundled_folder, files_of, holds_claims, load
from checker.document.problems import DocumentError
from checker.document.protocol import Scenario
from checker.document.statements import load_statements
from checker.show.paragraph import counted, paragraph


@click.command("list")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--files", "only_files", is_flag=True, help="Show only their files, one a line.")
@click.option("--extended", is_flag=True, help="So for protocols, and behind tabs what each extends.")
@click.option(
    "-z",
    "ended",
    is_flag=True,
    help="With these, end each name with a NUL; with --extended each document with one more.",
)
def command(documents: tuple[str, ...], only_files: bool, extended: bool, ended: bool) -> int:
    """Show documents, scenarios and properties.

    DOC is as for `check`; the default is all bundled documents.

    Exits with 0, or with 2 for an error.
    """
    if ended and not (only_files or extended):
        raise click.UsageError("-z: it is for --files and --extended")
    out = console()
    paths = files(documents or (str(bundled_folder()),))
    if extended:
        paths = [path for path in paths if not _is_of_claims(path)]
    if only_files or extended:
        for path in paths:
            _write_names(files_of(path) if extended else [str(path)], extended, ended)
        return 0
    for path in paths:
        for line in _listing(path):
            out.print(line)
    for line in [] if documents else _folders():
        out.print(line)
    return 0


def _write_names(names: Sequence[str], extended: bool, ended: bool) -> None:
    """The names of the files of one document; ``ended`` by NUL, which no name has in it, as they are
    on the disk."""
    if ended:
        last = b"\0" if extended else b""
        click.echo(b"".join(os.fsencode(name) + b"\0" for name in names) + last, nl=False)
    else:
        click.echo("\t".join(names))


def _is_of_claims(path: Path) -> bool:
    """Whether it is surely a document of claims; whoever reads another is told what is wrong."""
    try:
        return holds_claims(path)
    except DocumentError:
        return False


def _folders() -> Iterator[Text]:
    """The bundled folders, whose documents can be listed by the folder's name."""
    for folder in sorted(path for path in bundled_folder().iterdir() if path.is_dir()):
        number = len(list(folder.glob("*.md")))
        if number:
            yield Text(f"{counted(number, 'more document')}: lastack list {folder.name}", style="dim")


def _listing(path: Path) -> list[Text]:
    return _claims(path) if holds_claims(path) else _protocol(path)


def _claims(path: Path) -> list[Text]:
    document = load_statements(path)
    lines = [_head(path, document.name, counted(len(document.statements), "claim"))]
    for statement in document.statements:
        lines += _entry(statement.name, f"{statement.expect}. {statement.means.replace('`', '')}")
    return [*lines, Text()]


def _head(path: Path, name: str, what: str) -> Text:
    called_by = called(path)
    where = "bundled" if called_by != str(path) else called_by
    return Text("\n").join(paragraph(f"{name} ({where}): {what}", "bold", hanging="  "))


def _protocol(path: Path) -> list[Text]:
    protocol = load(path)
    what = f"{counted(len(protocol.states), 'state')}, {counted(len(protocol.rules), 'rule')}"
    lines = [_head(path, protocol.name, what), Text("  scenarios")]
    for scenario in protocol.scenarios.values():
        lines += _entry(scenario.name, _summary(scenario))
    lines.append(Text("  properties"))
    for property in protocol.properties.values():
        lines += _entry(property.name, f"{property.kind}. {property.because.replace('`', '')}".strip(". "))
    return [*lines, Text()]


def _summary(scenario: Scenario) -> str:
    calls = [f"{'AB'[end]} {', '.join(scenario.calls[end]) or 'waits'}" for end in (0, 1)]
    network = scenario.network
    faults = [w for w, n in (("loss", network.lose), ("duplication", network.duplicate)) if n != 0]
    with_faults = f" with {' and '.join(faults)}" if faults else ""
    return f"{calls[0]}; {calls[1]}; {network.order} of {scenario.capacity}{with_faults}"


def _entry(name: str, text: str) -> list[Text]:
    indent = 34
    first = f"    {name}"
    if len(first) > indent - 2:
        lines = [Text(first, style="cyan")]
        first = ""
    else:
        lines = []
    for number, line in enumerate(textwrap.wrap(text, WIDTH - indent) or [""]):
        head = Text((first if number == 0 else "").ljust(indent), style="cyan")
        entry = head + Text(line, style="dim")
        entry.rstrip()
        lines.append(entry)
    return lines
