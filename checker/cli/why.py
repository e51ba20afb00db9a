"""``lastack why``: what a row is for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from checker.cli import AS_EXPECTED
from checker.cli.documents import documents
from checker.cli.terminal import ProgressLine, console, interruptible
from checker.document.library import load
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Rule, Scenario
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.why import purpose, row_of_table, score
from checker.verify.why import Missed, missed


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
    fail, with the shortest run of each. `--all` makes the table for the whole document, and says
    how many rows would be missed.
    """
    if bool(rows) == every:
        raise click.UsageError("expected the names of rows, or --all")
    protocol = _one(document)
    chosen = [_rule(protocol, row) for row in rows] or [rule for rule in protocol.rules if not rule.never]
    asking = _Asking(protocol, _named(protocol, scenarios), max_states)
    out = console()
    if not every:
        for rule in chosen:
            for line in purpose(rule, asking.everything(rule)):
                line.rstrip()
                out.print(line)
        return AS_EXPECTED
    noticed = 0
    for rule in chosen:
        found = asking.first(rule)
        noticed += any(each.anything for each in found)
        out.print(row_of_table(rule, found))
    for line in score(noticed, len(chosen), len(asking.scenarios), asking.left_out):
        out.print(line)
    return AS_EXPECTED


def _one(document: str) -> Protocol:
    path, *others = documents([document])
    if others:
        raise click.UsageError(f"{document}: expected one document, not a folder of them")
    return load(Path(path))


def _rule(protocol: Protocol, row: str) -> Rule:
    known = {rule.id: rule for rule in protocol.rules}
    if row not in known:
        raise click.UsageError(f"{protocol.name} has no row `{row}`{suggest(row, list(known))}")
    return known[row]


def _named(protocol: Protocol, names: Sequence[str]) -> list[Scenario]:
    for name in names:
        if name not in protocol.scenarios:
            hint = suggest(name, list(protocol.scenarios))
            raise click.UsageError(f"{protocol.name} has no scenario `{name}`{hint}")
    return [s for s in protocol.scenarios.values() if not names or s.name in names]


class _Asking:
    """Asks the scenarios that are small enough, the smallest first."""

    def __init__(self, protocol: Protocol, scenarios: Sequence[Scenario], max_states: int) -> None:
        self.protocol = protocol
        self.max_states = max_states
        sized = [(self._size(scenario), n, scenario) for n, scenario in enumerate(scenarios)]
        self.scenarios = [s for size, _, s in sorted(sized, key=lambda each: each[:2]) if size <= max_states]
        self.left_out = len(scenarios) - len(self.scenarios)

    def _size(self, scenario: Scenario) -> int:
        progress = ProgressLine(scenario.name)
        limits = Limits(self.max_states, None, progress.report)
        progress.say(f"how large is {scenario.name}?")
        try:
            graph = Engine().explore(Model(self.protocol, scenario), limits)
        finally:
            progress.clear()
        return len(graph) if graph.complete else self.max_states + 1

    def everything(self, rule: Rule) -> list[Missed]:
        """What each scenario misses without ``rule``."""
        return [self._missed(rule, scenario) for scenario in self.scenarios]

    def first(self, rule: Rule) -> list[Missed]:
        """The same up to the first that misses anything."""
        found: list[Missed] = []
        for scenario in self.scenarios:
            found.append(self._missed(rule, scenario))
            if found[-1].anything:
                break
        return found

    def _missed(self, rule: Rule, scenario: Scenario) -> Missed:
        progress = ProgressLine(scenario.name)
        limits = Limits(MOST_TIMES_LARGER * self.max_states, None, progress.report)
        progress.say(f"without {rule.id}: {scenario.name}")
        try:
            with interruptible(limits):
                found = missed(self.protocol, rule.id, scenario, limits, Engine())
        finally:
            progress.clear()
        if limits.interrupted:  # what has been found out is on the screen
            raise KeyboardInterrupt
        return found


MOST_TIMES_LARGER = 20
"""A scenario may grow that much without a row before it is cut short."""
