"""``lastack lint``: everything wrong or suspicious in documents, at once."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, ERROR, NOT_AS_EXPECTED
from checker.cli.documents import documents as files
from checker.cli.messages import complain, say
from checker.cli.terminal import ProgressLine
from checker.document.figures import load_figure
from checker.document.library import holds_claims, holds_figure, load, read_text
from checker.document.problems import DocumentError, Problem
from checker.document.statements import load_statements


@click.command("lint")
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
@click.option("--only-documents", is_flag=True, help="Leave out files that are no documents.")
def command(documents: tuple[str, ...], only_documents: bool) -> int:
    """Report everything suspicious in documents.

    DOC is as for `check`. Besides errors of syntax, names and kinds: states without rules or
    never reached, two rows of one step that can both fire, events that nothing handles, rules
    that fire in no scenario, scenarios without properties.

    Exits with 0 if nothing is found, with 1 if something is, be it an error or merely
    suspicious, and with 2 for a file that cannot be read as text.
    """
    found = unreadable = 0
    for path in files(documents, only_documents):
        try:
            read_text(path)
        except DocumentError as error:
            say(str(error), sys.stderr)
            unreadable += 1
            continue
        for problem in _problems(path):
            say(str(problem), sys.stdout)
            found += 1
    if number := found + unreadable:
        complain(f"{number} problem{'' if number == 1 else 's'}")
    return ERROR if unreadable else NOT_AS_EXPECTED if found else AS_EXPECTED


def _problems(path: Path) -> list[Problem]:
    from checker.verify.lint import lint

    progress = ProgressLine(path.stem)
    try:
        if holds_claims(path):
            load_statements(path)
            return []
        if holds_figure(path):
            load_figure(path)
            return []
        return lint(load(path), lambda scenario: progress.say(f"{path.stem}: {scenario}"))
    except DocumentError as error:
        return list(error.problems)
    finally:
        progress.clear()
