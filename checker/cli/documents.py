"""The documents that a command is given, and how they are called in what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from checker.cli.messages import complain
from checker.document.library import bundled_folder, find, holds_figure, is_document
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Rule


def documents(names: Sequence[str], only_documents: bool = False) -> list[Path]:
    """The files that arguments name, without those that are no documents if so asked. Raises what
    ``find`` does, and a usage error for what is there but cannot be a document."""
    for name in names:
        if name == "-":
            raise click.UsageError("-: a document is read from a file, not from standard input")
        path = Path(name)
        if path.exists() and not path.is_file() and not path.is_dir():
            raise click.UsageError(f"{name}: this is neither a file nor a folder")
    found = [path for name in names for path in find(name)]
    for name in names:
        for other in sorted(set(Path(name).glob("*.md")) - set(found)) if Path(name).is_dir() else ():
            if not holds_figure(other):
                complain(f"{other} is left out: it has no table of a protocol")
    return [path for path in found if is_document(path)] if only_documents else found


def one_document(name: str) -> Path:
    """The file that an argument names, which must be one."""
    path, *others = documents([name])
    if others:
        raise click.UsageError(f"{name}: expected one document, not a folder of them")
    return path


def rule_of(protocol: Protocol, row: str) -> Rule:
    """The rule that an argument names."""
    known = {rule.id: rule for rule in protocol.rules}
    if row not in known:
        raise click.UsageError(f"{protocol.name} has no row `{row}`{suggest(row, list(known))}")
    return known[row]


def called(path: Path) -> str:
    """What to type for a document: the bare name of a bundled one, the path of others."""
    try:
        inside = path.relative_to(bundled_folder())
    except ValueError:
        return str(path)
    name = inside.with_suffix("").as_posix()
    return name if find(name) == [path] else str(path)
