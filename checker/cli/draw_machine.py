"""``lastack draw machine``: the state machine of one end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from checker.cli.choice import near
from checker.cli.documents import documents
from checker.cli.jobs import Job, begin
from checker.cli.pictures import Drawing, chosen, output_options, save
from checker.document.figures import Figure, figures_of, load_figure
from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.draw.machine import to_dot
from checker.show.draw.mermaid import machine_diagram
from checker.show.paragraph import counted
from checker.verify.figure import NOTHING_IN_COMMON, Comparison, compare
from checker.verify.machine import Firing, Machine, firings_of, machine


@click.command("machine", context_settings={"max_content_width": 80})
@click.argument("document", metavar="DOC")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only what fires in S.")
@click.option("--against", metavar="FIGURE", help="Mark what FIGURE leaves out, and what of it no run takes.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="End a scenario beyond N states.",
)
@output_options("dot")
def command(
    document: str,
    scenarios: tuple[str, ...],
    against: str | None,
    max_states: int,
    files: tuple[Path, ...],
    format: str,
    seconds: float,
) -> int:
    """Draw the state machine of one end of DOC.

    An arrow is there if some run takes it, in some scenario of DOC: all of them are explored.
    The states stand where a figure of the protocol has them, if there is one beside DOC or among
    the bundled documents. What leads from many states to the same one is drawn below.

    Exits with 0 if it is drawn, 2 for an error, 3 if Graphviz took too long.
    """
    target = chosen(files, format, seconds)
    path, *others = documents([document])
    if others:
        raise click.UsageError(f"{document}: a picture is of one document, not of a folder of them")
    protocol = load(path)
    figure = _figure(protocol, path, against)
    found = _machine(protocol, _chosen(path, protocol, scenarios), max_states)
    comparison = NOTHING_IN_COMMON if figure is None else compare(found, figure)
    title = title_of(found, figure if against else None, comparison)
    drawing = Drawing(
        dot=lambda: to_dot(found, title, figure, comparison, marks=against is not None),
        mermaid=lambda: machine_diagram(found, title),
    )
    return save(drawing, target)


def _figure(protocol: Protocol, path: Path, against: str | None) -> Figure | None:
    """The figure to be compared with, or else the one to be laid out like."""
    if against is None:
        return next(figures_of(protocol, path.parent), None)
    (named,) = documents([against])[:1]
    figure = load_figure(named)
    if not figure.is_of(protocol):
        raise click.UsageError(f"{against} is no figure of {protocol.name}: it has other states")
    return figure


def _chosen(path: Path, protocol: Protocol, names: Sequence[str]) -> list[Scenario]:
    for name in names:
        if name not in protocol.scenarios:
            hint = near(name, list(protocol.scenarios), [(path, protocol)])
            raise click.UsageError(f"there is no scenario `{name}`{hint}")
    return [s for s in protocol.scenarios.values() if not names or s.name in names]


def _machine(protocol: Protocol, scenarios: Sequence[Scenario], max_states: int) -> Machine:
    jobs = [
        Job(s.name, f"what fires in {s.name}?", partial(_firings, protocol, s), protocol, max_states)
        for s in scenarios
    ]
    found = []
    with begin(jobs, Engine()) as turns:
        for _ in jobs:
            outcome = turns.take()
            if outcome is None or outcome.interrupted:
                raise KeyboardInterrupt
            found.append(outcome.get())
    return machine(protocol, found)


def _firings(
    protocol: Protocol, scenario: Scenario, engine: Engine, limits: Limits
) -> tuple[set[Firing], bool]:
    graph = engine.explore(Model(protocol, scenario), limits)
    return firings_of(graph), graph.complete


def title_of(found: Machine, against: Figure | None, comparison: Comparison) -> list[str]:
    """What the picture shows, and where it comes from."""
    lines = [f"{found.protocol.name}: the states of one end"]
    if against is not None:
        arrows = len(against.arrows)
        lines = [f"{found.protocol.name} against {against.name}"]
        lines.append(f"taken: {arrows - len(comparison.lacking)} of the figure's {counted(arrows, 'arrow')}")
    what = f"what fires in {counted(found.scenarios, 'scenario')}"
    if found.whole == found.scenarios:
        lines.append(f"{what}, explored to the end")
    else:
        lines.append(f"{what}, {found.whole} of them explored to the end, the others in part")
    return lines
