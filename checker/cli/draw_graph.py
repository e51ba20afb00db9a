"""``lastack draw graph``: the state graph of a scenario at a chosen level."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from checker.cli import LIMIT
from checker.cli.messages import complain
from checker.cli.pictures import Drawing, chosen, output_options, save
from checker.cli.single import explored, scenario_of
from checker.cli.traces import read_trace, require_run
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Scenario
from checker.document.scenarios import MAX_CAPACITY
from checker.show.draw.graph import to_dot
from checker.show.draw.large import large_dot
from checker.show.draw.mermaid import graph_diagram
from checker.show.paragraph import counted
from checker.verify.cut import NoSuchNode, part_of
from checker.verify.overlay import NO_RUN, way_over
from checker.verify.quotient import LEVELS, NETWORK, Arrow, Level, Quotient, quotient
from checker.verify.trace import Trace

MOST_ARROWS = 700
"""Arrows beyond which dot may take minutes."""

MOST_STEPS = 100_000
"""Steps beyond which a picture of all of them is larger than anything that could read it."""

READABLE = 160
"""Arrows beyond which hardly anybody finds their way."""

EACH: dict[Level, tuple[str, str]] = {
    "states": ("pair of control states", "pairs of control states"),
    "endpoints": ("pair of local states", "pairs of local states"),
    "observation": ("bisimulation class", "bisimulation classes"),
}
"""What a node is, and what several are."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("graph", context_settings={"max_content_width": 80})
@click.argument("document", metavar="DOC")
@click.option("--scenario", "-s", "name", metavar="S", help="The scenario to explore.")
@click.option("--by", type=click.Choice(LEVELS[:-1]), help="What is one node: see above.  [default: states]")
@click.option("--full", is_flag=True, help="Each state is a node, each step an arrow.")
@click.option(
    "--property",
    "-p",
    "properties",
    multiple=True,
    metavar="P",
    help="By observation: of all properties see P.",
)
@click.option("--trace", type=FILE, metavar="FILE", help="Lay this saved trace over the graph.")
@click.option("--from", "start", multiple=True, metavar="X/Y", help="Only what A in X, B in Y leads to.")
@click.option("--to", "goal", multiple=True, metavar="X/Y", help="Only what leads there. `*` is any state.")
@click.option("--depth", type=click.IntRange(0), metavar="N", help="Only N arrows from there, or the start.")
@click.option("--without", multiple=True, metavar="EVENT", help="Leave out the arrows of EVENT.")
@click.option("--capacity", type=click.IntRange(1, MAX_CAPACITY), help="Segments in flight each way.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="Give up beyond N states.",
)
@click.option(
    "--layout",
    type=click.Choice(["dot", "sfdp"]),
    default="dot",
    show_default=True,
    help="sfdp is for what is too large for dot: dots and lines without words.",
)
@click.option("--force", is_flag=True, help="Draw it however large it is.")
@output_options("dot")
def command(
    document: str,
    name: str | None,
    by: Level | None,
    full: bool,
    properties: tuple[str, ...],
    trace: Path | None,
    start: tuple[str, ...],
    goal: tuple[str, ...],
    depth: int | None,
    without: tuple[str, ...],
    capacity: int | None,
    max_states: int,
    layout: str,
    force: bool,
    files: tuple[Path, ...],
    format: str,
    seconds: float,
) -> int:
    """Draw the state graph of scenario S of DOC, seen from afar.

    One node is, by `states`, all states with the same control states of A and B; by `endpoints`,
    with the same local states; by `observation`, all that nobody can tell apart who sees control
    states, calls and what properties say. An arrow is there if some state of its node has such a
    step; steps that stay in their node are not drawn. Size tells how many states there are.

    Exits with 0 if it is drawn, 2 for an error, 3 if a limit was hit.
    """
    target = chosen(files, format, seconds)
    if full and by is not None:
        raise click.UsageError("--full and --by are two levels; leave out one of them")
    protocol, scenario, run = _asked(document, name, capacity, trace)
    _require_known(protocol, properties, without)
    graph = explored(protocol, scenario, max_states)
    if not graph.complete:
        complain(f"{scenario.name}: {graph.limit}: a picture needs the whole state graph")
        return LIMIT
    if full and not force and graph.transitions > MOST_STEPS:
        complain(f"{graph.transitions:,} steps are too many to be arrows; leave out --full, or --force it")
        return LIMIT
    drawn = quotient(graph, "full" if full else by or "states", properties or None, without)
    shown = _part(drawn, start, goal, depth)
    arrows = [arrow for arrow in drawn.arrows if {arrow.source, arrow.target} <= shown]
    if not force and layout == "dot" and target.needs_layout and len(arrows) > MOST_ARROWS:
        complain(f"{len(arrows):,} arrows may take dot minutes; {_smaller(drawn, arrows)}, or --force it")
        return LIMIT
    if len(arrows) > READABLE and layout == "dot":
        complain(f"{len(arrows):,} arrows are hard to read; {_smaller(drawn, arrows)}")
    title = _title(drawn, shown, start, goal, depth, without)
    way = NO_RUN if run is None else way_over(drawn, run)
    drawing = Drawing(
        dot=lambda: (to_dot if layout == "dot" else large_dot)(drawn, title, shown, way),
        mermaid=lambda: graph_diagram(drawn, title, shown, way),
        layout=layout,
    )
    return save(drawing, target)


def _asked(
    document: str, name: str | None, capacity: int | None, trace: Path | None
) -> tuple[Protocol, Scenario, Trace | None]:
    """The scenario to explore, and the run to lay over it."""
    if trace is None:
        if name is None:
            raise click.UsageError("Missing option '--scenario'; or give a --trace, which names one")
        return *scenario_of(document, name, capacity, "a picture"), None
    saved = read_trace(trace, document)
    if name is not None and name != saved.scenario.name:
        raise click.UsageError(f"{trace} is a run of `{saved.scenario.name}`, not of `{name}`")
    if capacity is not None:
        raise click.UsageError(f"{trace} says how many segments are in flight; leave out --capacity")
    require_run(trace, saved)
    return saved.protocol, saved.scenario, saved.run


def _require_known(protocol: Protocol, properties: Sequence[str], without: Sequence[str]) -> None:
    for name in properties:
        if name not in protocol.properties:
            raise click.UsageError(f"there is no property `{name}`{suggest(name, protocol.properties)}")
    known = [*protocol.events, *NETWORK]
    for name in without:
        if name not in known:
            raise click.UsageError(f"there is no event `{name}`{suggest(name, known)}")


def _part(drawn: Quotient, start: Sequence[str], goal: Sequence[str], depth: int | None) -> frozenset[int]:
    try:
        shown = part_of(drawn, start, goal, depth)
    except NoSuchNode as error:
        raise click.ClickException(str(error)) from None
    if not shown:
        raise click.ClickException("nothing is left: no arrows lead --from there --to there")
    return shown


def _smaller(drawn: Quotient, arrows: Sequence[Arrow]) -> str:
    """What could be asked for instead."""
    often = Counter(label.partition(": ")[2] for arrow in arrows for label in arrow.labels)
    events = [name for name, _ in often.most_common(3) if name in drawn.graph.system.model.protocol.events]
    without = f", leave out events (--without {shlex.quote(events[0])})" if events else ""
    other = {"states": "", "endpoints": "take --by states, ", "observation": "take --by states or fewer -p, "}
    level = other.get(drawn.level, "take --by observation or states, ")
    sfdp = ", take --layout sfdp" if len(arrows) > MOST_ARROWS else ""
    return f"{level}cut it (--from, --to, --depth){without}{sfdp}"


def _title(
    drawn: Quotient,
    shown: frozenset[int],
    start: Sequence[str],
    goal: Sequence[str],
    depth: int | None,
    without: Sequence[str],
) -> list[str]:
    """What the picture shows of what."""
    model = drawn.graph.system.model
    lines = [f"{model.protocol.name}: {model.scenario.name}"]
    nodes, states = len(drawn.nodes), counted(len(drawn.graph), "state")
    each = "" if drawn.level == "full" else f"{nodes:,} {EACH[drawn.level][nodes != 1]}, of "
    lines.append(each + states)
    if len(shown) < len(drawn.nodes):
        ways = [f"from {name}" for name in start] + [f"to {name}" for name in goal]
        ways += [] if depth is None else [f"within {counted(depth, 'arrow')}"]
        lines.append(f"shown are {len(shown):,} of them: {', '.join(ways) or 'what arrows lead to'}")
    if without:
        lines.append(f"without {', '.join(without)}")
    return lines
