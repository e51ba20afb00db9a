"""``lastack why``: what a row is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import click

from checker.cli import AS_EXPECTED
from checker.cli.documents import one_document, rule_of
from checker.cli.jobs import Job, begin
from checker.cli.terminal import console
from checker.document.library import load
from checker.document.omission import trial_of
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Rule, Scenario
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.why import purpose, row_of_table, score
from checker.verify.why import Missed, holes, missed


@click.command("why", context_settings={"max_content_width": 80})
@click.argument("rows", nargs=-1, metavar="[ROW]...")
@click.option("--document", "-d", default="rfc9293", show_default=True, metavar="DOC", help="Whose rows.")
@click.option("--all", "every", is_flag=True, help="A table of all rows, and what misses each.")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=20_000,
    show_default=True,
    metavar="N",
    help="Leave out scenarios with more states.",
)
def command(
    rows: tuple[str, ...], document: str, every: bool, scenarios: tuple[str, ...], max_states: int
) -> int:
    """Say what a ROW of the rules is for: what goes wrong without it.

    The row is left out and the scenarios are checked again. Shown are the properties that then
    fail, with the shortest run of each. A row that takes or refuses a call is not left out, for
    then nothing would be said of that call: one that takes it refuses it instead, one that refuses
    takes it and does nothing else. `--all` makes the table for the whole document, and says how
    many rows some property would miss.
    """
    if bool(rows) == every:
        raise click.UsageError("expected the names of rows, or --all")
    protocol = load(one_document(document))
    chosen = [rule_of(protocol, row) for row in rows] or [rule for rule in protocol.rules if not rule.never]
    named = _named(protocol, scenarios)
    asked = _small(protocol, named, max_states)
    left_out = len(named) - len(asked)
    out = console()
    noticed = 0
    for rule, found in _missed(protocol, chosen, asked, every, max_states):
        if every:
            noticed += any(each.fails for each in found)
            out.print(row_of_table(rule, found))
            continue
        for line in purpose(rule, trial_of(protocol, rule), found, left_out):
            line.rstrip()
            out.print(line)
    for line in score(noticed, len(chosen), len(asked), left_out) if every else ():
        out.print(line)
    return AS_EXPECTED


def _named(protocol: Protocol, names: Sequence[str]) -> list[Scenario]:
    for name in names:
        if name not in protocol.scenarios:
            hint = suggest(name, list(protocol.scenarios))
            raise click.UsageError(f"{protocol.name} has no scenario `{name}`{hint}")
    return [s for s in protocol.scenarios.values() if not names or s.name in names]


def _small(protocol: Protocol, scenarios: Sequence[Scenario], max_states: int) -> list[Scenario]:
    """The scenarios that have no more than ``max_states``, the smallest first."""
    jobs = [
        Job(s.name, f"how large is {s.name}?", partial(_size, protocol, s), protocol, max_states)
        for s in scenarios
    ]
    sizes = list(_taken(jobs))
    sized = sorted(zip(sizes, range(len(sizes)), scenarios, strict=True), key=lambda each: each[:2])
    return [scenario for size, _, scenario in sized if size <= max_states]


def _size(protocol: Protocol, scenario: Scenario, engine: Engine, limits: Limits) -> int:
    graph = engine.explore(Model(protocol, scenario), limits)
    assert limits.max_states is not None
    return len(graph) if graph.complete else limits.max_states + 1


def _missed(
    protocol: Protocol, rules: Sequence[Rule], scenarios: Sequence[Scenario], first: bool, max_states: int
) -> Iterator[tuple[Rule, list[Missed]]]:
    """What ``scenarios`` miss without each of ``rules``; if only the ``first`` in which a property
    fails is asked for, up to that."""
    several = [scenarios] if first else [[scenario] for scenario in scenarios]
    jobs = []
    for rule in rules:
        for asked in several:
            label = f"without {rule.id}" + ("" if first else f": {asked[0].name}")
            work = partial(_without, protocol, rule.id, asked)
            jobs.append(Job(label, label, work, protocol, MOST_TIMES_LARGER * max_states))
    outcomes = _taken(jobs)
    for rule in rules:
        yield rule, [missed for _ in several for missed in next(outcomes)]


def _without(
    protocol: Protocol, rule: str, scenarios: Sequence[Scenario], engine: Engine, limits: Limits
) -> list[Missed]:
    """What ``scenarios`` miss without a rule, up to the first in which a property fails; if none
    does, with the first holes that it leaves."""
    found: list[Missed] = []
    for scenario in scenarios:
        found.append(missed(protocol, rule, scenario, limits, engine))
        if found[-1].fails or limits.interrupted:
            return found
    for number, each in enumerate(found):
        if left := holes(protocol, rule, each.scenario):
            found[number] = replace(each, holes=left)
            break
    return found


def _taken(jobs: Sequence[Job]) -> Iterator[Any]:
    """What the jobs give, in their order; an interruption ends it."""
    with begin(jobs, Engine()) as turns:
        for _ in jobs:
            outcome = turns.take()
            if outcome is None or outcome.interrupted:  # what has been found out is on the screen
                raise KeyboardInterrupt
            yield outcome.get()


MOST_TIMES_LARGER = 20
"""A scenario may grow that much without a row before it is cut short."""
