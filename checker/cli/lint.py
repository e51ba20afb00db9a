"""``lastack lint``: everything wrong or suspicious in documents, at once."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli import AS_EXPECTED, NOT_AS_EXPECTED
from checker.document.library import find, load
from checker.document.problems import DocumentError, Problem


@click.command("lint")
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
def command(documents: tuple[str, ...]) -> int:
    """Report everything suspicious in documents.

    Besides errors of syntax, names and kinds: states without rules or never reached, two rows
    of one step that can both fire, events that nothing handles, rules that fire in no
    scenario, scenarios without properties.
    """
    problems = [problem for name in documents for path in find(name) for problem in _problems(path)]
    for problem in problems:
        click.echo(str(problem))
    if problems:
        click.echo(f"lastack: {len(problems)} problem{'' if len(problems) == 1 else 's'}", err=True)
    return NOT_AS_EXPECTED if problems else AS_EXPECTED


def _problems(path: Path) -> list[Problem]:
    from checker.verify.lint import lint

    try:
        return lint(load(path))
    except DocumentError as error:
        return list(error.problems)
