"""``lastack mutate``: which slips of the pen in a document anything would notice."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.documents import one_document
from checker.cli.jobs import FAILURES, Job, begin
from checker.cli.messages import complain
from checker.cli.terminal import console, plain, require_writable, write_atomically
from checker.compare.mutation import Fate, Kill, Measured, Mutation, Original, judge_mutant, measure
from checker.document.library import load
from checker.document.mutants import Mutant, mutants
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Rule
from checker.exchange.mutation import mutation_to_json
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.show.mutation import mutation_report, rule_report


@click.command("mutate", context_settings={"max_content_width": 80})
@click.argument("document", metavar="DOC")
@click.option("--row", "-r", "rows", multiple=True, metavar="ROW", help="Only mutants of this row.")
@click.option("--jobs", "-j", type=click.IntRange(1), metavar="N", help="Judge N rows at once.")
@click.option("--min-score", type=click.FloatRange(0, 100), metavar="P", help="End with 1 below P percent.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    metavar="N",
    help="Try no scenarios with more states.",
)
@click.option("--time-limit", type=click.FloatRange(0), metavar="S", help="End a mutant after S seconds.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
def command(
    document: str,
    rows: tuple[str, ...],
    jobs: int | None,
    min_score: float | None,
    max_states: int,
    time_limit: float | None,
    format: str,
    output: Path | None,
) -> int:
    """Say which slips of the pen in the rules of DOC anything would notice.

    Each mutant is the document with one change of one rule: the row dropped, its guard negated or
    weakened, another next state, a segment not sent, an update dropped, `then` flipped. A mutant is
    killed if some verdict is then not as its scenario expects. One that shows the same in every
    scenario is equivalent, and does not count; the score is the share of the others that are killed.

    Exits with 0 if the score is at least --min-score, 1 if it is not, 2 for an error, 3 if a limit
    or Ctrl-C kept it from being known.
    """
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit {time_limit}: expected a number of seconds")
    if min_score is not None and not math.isfinite(min_score):
        raise click.UsageError(f"--min-score {min_score}: expected a number of percent")
    if output is not None:
        require_writable(output)
    protocol = load(one_document(document))
    chosen = [_rule(protocol, row) for row in rows] or list(protocol.rules)
    engine = Engine(threads=jobs)
    measured = _measured(protocol, engine, max_states)
    if measured is None:
        return ERROR
    original = Original(protocol, measured)
    to_judge = {rule.id: list(mutants(protocol, rule)) for rule in chosen}
    ...
