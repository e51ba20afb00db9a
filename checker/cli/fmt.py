"""``lastack fmt``: aligns tables."""

from __future__ import annotations

import click

from checker.cli import AS_EXPECTED, NOT_AS_EXPECTED
from checker.cli.documents import documents as files
from checker.cli.terminal import write_atomically
from checker.document.format import format_document
from checker.document.library import read_text


@click.command("fmt")
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
@click.option("--only-documents", is_flag=True, help="Leave out files that are no documents.")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if something would change.")
def command(documents: tuple[str, ...], only_documents: bool, only_check: bool) -> int:
    """Align the tables of documents, in place, and change nothing else.

    DOC is as for `check`. Exits with 0, with 1 if --check finds something to align, with 2 for
    a file that cannot be read or written.
    """
    changed = 0
    for path in files(documents, only_documents):
        text = read_text(path, without_mark=False)
        mark = text[: len(text) - len(text.removeprefix("\ufeff"))]
        formatted = mark + format_document(text.removeprefix("\ufeff"))
        if formatted == text:
            continue
        changed += 1
        if not only_check:
            write_atomically(path, formatted)
        click.echo(f"{path}: {'would be ' if only_check else ''}aligned")
    return NOT_AS_EXPECTED if changed and only_check else AS_EXPECTED
