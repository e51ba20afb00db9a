"""``lastack report``: the results of a check as one page of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from checker.cli import ERROR
from checker.cli.checking import exit_code
from checker.cli.choice import near
from checker.cli.documents import called, documents
from checker.cli.jobs import FAILURES, Job, Turns, begin
from checker.cli.messages import complain
from checker.cli.page_pictures import Picture, machine_picture, state_graph
from checker.cli.terminal import console, require_writable, write_atomically
from checker.document.library import holds_claims, load, version_of
from checker.document.protocol import Protocol, Scenario
from checker.exchange.checked import CheckedDocument
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.page.html import page
from checker.show.page.results import Pictures, report_value
from checker.show.paragraph import counted
from checker.show.report import document_report
from checker.verify.machine import Firing, firings_of
from checker.verify.results import ScenarioResult, check_graph, untouched
from checker.verify.twins import with_twins


@click.command("report", context_settings={"max_content_width": 80})
@click.argument("document", metavar="[DOC]", default="rfc9293")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="End a scenario beyond N states.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="Write the page here.",
)
def command(document: str, scenarios: tuple[str, ...], max_states: int, output: Path) -> int:
    """Check DOC and write one page of HTML with all that came of it.

    The page stands alone and loads nothing: verdicts with their scopes, every run step by step, the
    rows with how often they fired, and, where Graphviz is installed, the machine and the smaller
    state graphs. DOC is rfc9293 unless another document is named.

    Exits as `check` does: with 0 if every verdict is as its scenario expects, 1 if one is not, 2 for
    an error, 3 if a limit kept one from being decided.
    """
    path, protocol = one_document(document, "a report")
    require_scenarios(path, protocol, scenarios)
    require_writable(output)
    chosen = [s for s in protocol.scenarios.values() if not scenarios or s.name in scenarios]
    with begin(_jobs(path, protocol, chosen, max_states), Engine()) as turns:
        checked = _checked(turns, chosen)
    return _write(checked, path, protocol, output)


def one_document(document: str, what: str) -> tuple[Path, Protocol]:
    """The document of this name; ``what`` is being made of it."""
    path, *others = documents([document])
    if others:
        raise click.UsageError(f"{document}: {what} is of one document, not of a folder of them")
    if holds_claims(path):
        raise click.UsageError(f"{document}: {what} is of a protocol; `lastack check` decides claims")
    return path, load(path)


def require_scenarios(path: Path, protocol: Protocol, names: Sequence[str]) -> None:
    for name in names:
        if name not in protocol.scenarios:
            hint = near(name, list(protocol.scenarios), [(path, protocol)])
            raise click.UsageError(f"there is no scenario `{name}`{hint}")


@dataclass(frozen=True)
class Examined:
    """What came of a scenario: its verdicts, what its ends do, and a picture of its graph."""

    result: ScenarioResult
    firings: set[Firing]
    graph: Picture


@dataclass
class _Checked:
    """All that was examined, in the order of the scenarios; ``broken`` are those that ended in an
    error, with the error."""

    examined: list[Examined]
    broken: list[str]
    interrupted: bool


def _jobs(path: Path, protocol: Protocol, chosen: Sequence[Scenario], max_states: int) -> list[Job]:
    jobs = []
    for number, scenario in enumerate(chosen, 1):
        label = f"{protocol.name}: {scenario.name} ({number} of {len(chosen)})"
        work = partial(_examine, called(path), protocol, scenario)
        jobs.append(Job(scenario.name, label, work, protocol, max_states))
    return jobs


def _examine(name: str, protocol: Protocol, scenario: Scenario, engine: Engine, limits: Limits) -> Examined:
    graph = engine.explore(Model(protocol, scenario), limits)
    return Examined(check_graph(graph, limits), firings_of(graph), state_graph(name, graph))


def _checked(turns: Turns, chosen: Sequence[Scenario]) -> _Checked:
    checked = _Checked([], [], False)
    for scenario in chosen:
        outcome = turns.take()
        if outcome is None:
            break
        try:
            checked.examined.append(outcome.get())
        except FAILURES as error:
            complain(f"{scenario.name}: {error}")
            checked.broken.append(f"{scenario.name}: {error}")
    checked.interrupted = turns.is_over
    return checked


def _write(checked: _Checked, path: Path, protocol: Protocol, output: Path) -> int:
    """Writes the page and tells what stands in it; the exit code."""
    results = with_twins([examined.result for examined in checked.examined])
    whole = len(results) == len(protocol.scenarios)
    silent = untouched(protocol, results) if whole else []
    complaints = CheckedDocument(protocol, version_of(path), results, untouched=silent).complaints
    cut = ["interrupted: the scenarios that follow were not checked"] if checked.interrupted else []
    firings = [(each.firings, each.result.complete) for each in checked.examined]
    graphs = {each.result.scenario.name: each.graph for each in checked.examined}
    pictures = Pictures(machine_picture(path, protocol, firings), graphs)
    troubles = [*cut, *checked.broken]
    value = report_value(protocol, version_of(path), results, pictures, complaints, troubles)
    text = page(f"{protocol.name}: Lastack", value)
    write_atomically(output, text)
    for line in document_report(protocol, results, complaints, broken=len(checked.broken)):
        console().print(line)
    console().print(f"{output}: {counted(len(text.encode()) // 1000, 'kB').removesuffix('s')}")
    return ERROR if checked.broken else exit_code(results, silent, checked.interrupted)
