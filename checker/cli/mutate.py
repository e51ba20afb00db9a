"""``lastack mutate``: which slips of the pen in a document anything would notice."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.documents import one_document, rule_of
from checker.cli.jobs import FAILURES, Job, begin
from checker.cli.messages import complain
from checker.cli.terminal import console, interruptible, plain, require_writable, write_atomically
from checker.compare.mutation import Fate, Measured, Mutation
from checker.compare.trial import Original, judge_mutant, measure
from checker.document.library import load, version_of
from checker.document.mutants import Mutant, mutants
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
    default=200_000,
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
    killed if some verdict is then not as its scenario expects. Those that show the same in every
    scenario are equivalent, those that have no meaning any more are broken; the score is the share of
    the others that are killed.

    Exits with 0 if the score is at least --min-score, 1 if it is not, 2 for an error, 3 if a limit
    or Ctrl-C kept it from being known.
    """
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit {time_limit}: expected a number of seconds")
    if min_score is not None and not math.isfinite(min_score):
        raise click.UsageError(f"--min-score {min_score}: expected a number of percent")
    if output is not None:
        require_writable(output)
    path = one_document(document)
    protocol = load(path)
    chosen = [rule_of(protocol, row) for row in dict.fromkeys(rows)] or list(protocol.rules)
    engine = Engine(threads=jobs)
    original = _original(protocol, engine, max_states)
    out = console() if format == "text" and output is None else None
    fates, left, broken = _judged(original, chosen, engine, time_limit, out)
    mutation = Mutation(protocol, (*original.small, *original.large), max_states, fates, left)
    _write(mutation, path, format, output)
    return ERROR if broken else _code(mutation, min_score)


def _original(protocol: Protocol, engine: Engine, max_states: int) -> Original:
    """The document with its scenarios, measured. Raises where one has no meaning."""
    jobs = [
        Job(s.name, f"as it is: {s.name}", partial(measure, protocol, s), protocol, max_states)
        for s in protocol.scenarios.values()
    ]
    original = Original(protocol, list(_taken(jobs, engine)))
    if not original.small:
        raise click.UsageError(
            f"{protocol.name} has no scenario with at most {max_states:,} states to try mutants in; "
            "raise --max-states"
        )
    return original


def _taken(jobs: Sequence[Job], engine: Engine) -> Iterator[Measured]:
    with begin(jobs, engine) as turns:
        for _ in jobs:
            outcome = turns.take()
            if outcome is None or outcome.interrupted:  # nothing can be said yet
                raise KeyboardInterrupt
            yield outcome.get()


def _judged(
    original: Original, rules: Sequence[Rule], engine: Engine, time_limit: float | None, out: Console | None
) -> tuple[list[tuple[Rule, list[Fate]]], int, bool]:
    """What became of the mutants of ``rules``, told as it is found; how many were not judged, and
    whether an error is why."""
    todo = [(rule, list(mutants(original.protocol, rule))) for rule in rules]
    jobs = [
        Job(
            rule.id,
            f"{rule.id} ({number} of {len(todo)})",
            partial(_fates, original, some),
            original.protocol,
            time_limit=time_limit,
        )
        for number, (rule, some) in enumerate(todo, 1)
    ]
    found: list[tuple[Rule, list[Fate]]] = []
    broken = False
    between = Limits()  # Ctrl-C may also come while a row is told
    with interruptible(between), begin(jobs, engine) as turns:
        for rule, _ in todo:
            outcome = None if between.interrupted else turns.take()
            if outcome is None:
                break
            try:
                fates: list[Fate] = outcome.get()
            except FAILURES as error:
                complain(f"{rule.id}: {error}")
                broken = True
                continue
            found.append((rule, fates))
            if out is not None and fates:
                _print(out, rule_report(rule, fates))
    judged = sum(len(fates) for _, fates in found)
    return found, sum(len(some) for _, some in todo) - judged, broken


def _fates(original: Original, some: Sequence[Mutant], engine: Engine, limits: Limits) -> list[Fate]:
    """What became of the mutants of one row. What noticed one of them is the first to be asked about
    the next, for they are much alike."""
    found: list[Fate] = []
    for mutant in some:
        limits.begin_again()
        fate = judge_mutant(original, mutant, found, engine, limits)
        if limits.interrupted:
            break
        found.append(fate)
    return found


def _write(mutation: Mutation, path: Path, format: str, output: Path | None) -> None:
    """Writes what became of all, or on the screen, where the rows have been told, the sums."""
    if format == "text" and output is None:
        _print(console(), mutation_report(mutation))
        return
    if format == "json":
        value = mutation_to_json(mutation, version_of(path))
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    else:
        rows = (rule_report(rule, fates) for rule, fates in mutation.fates if fates)
        text = plain(chain(*rows, mutation_report(mutation)))
    if output is not None:
        write_atomically(output, text)
    else:
        click.echo(text, nl=False)


def _print(out: Console, lines: Iterator[Text]) -> None:
    for line in lines:
        line.rstrip()
        out.print(line)


def _code(mutation: Mutation, min_score: float | None) -> int:
    if min_score is None:
        return LIMIT if mutation.left else AS_EXPECTED
    best, score = mutation.best_score(), mutation.score()
    if best is None or best < min_score:
        return NOT_AS_EXPECTED
    if mutation.left or score is None or score < min_score:
        return LIMIT
    return AS_EXPECTED
