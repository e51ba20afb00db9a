"""Pictures that Graphviz makes for a page: of the machine, and of state graphs that are small
enough; or why there are none."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker.cli.documents import called
from checker.cli.draw_machine import title_of
from checker.cli.rendering import INSTALL, LayoutFailed, NoGraphviz, TooSlow, render
from checker.document.figures import figures_of
from checker.document.protocol import Protocol
from checker.explore.graph import StateGraph
from checker.show.draw.graph import to_dot as graph_dot
from checker.show.draw.machine import to_dot as machine_dot
from checker.show.page.svg import elements_of
from checker.verify.figure import NOTHING_IN_COMMON, compare
from checker.verify.machine import Firing, machine
from checker.verify.quotient import quotient

Picture = list[Any] | str
"""Elements, or in words why there are none."""

MOST_STATES = 100_000
MOST_ARROWS = 80
"""What is larger takes long or is hard to read on a page; `lastack draw` makes it all the same."""

SECONDS = 60.0


def machine_picture(path: Path, protocol: Protocol, found: Sequence[tuple[set[Firing], bool]]) -> Picture:
    """The machine of one end, from what fires in each scenario and whether that is all of it."""
    drawn = machine(protocol, list(found))
    figure = next(figures_of(protocol, path.parent), None)
    comparison = NOTHING_IN_COMMON if figure is None else compare(drawn, figure)
    dot = machine_dot(drawn, title_of(drawn, None, comparison), figure, comparison)
    return _rendered(dot, f"lastack draw machine {shlex.quote(called(path))}")


def state_graph(document: str, graph: StateGraph) -> Picture:
    """The graph of a scenario of ``document`` by control states."""
    scenario = graph.system.model.scenario.name
    command = shlex.join(["lastack", "draw", "graph", document, "-s", scenario])
    if not graph.complete:
        return ""
    if len(graph) > MOST_STATES:
        return f"{len(graph):,} states are too many to be drawn here: {command}"
    drawn = quotient(graph, "states")
    if len(drawn.arrows) > MOST_ARROWS:
        return f"{len(drawn.arrows)} arrows are too many to be drawn here: {command}"
    return _rendered(graph_dot(drawn, [f"{graph.system.model.protocol.name}: {scenario}"]), command)


def _rendered(dot: str, command: str) -> Picture:
    try:
        return elements_of(render(dot, "svg", "dot", SECONDS))
    except NoGraphviz:
        return f"There is no picture, for there was no Graphviz to draw it with: {INSTALL}."
    except TooSlow:
        return f"There is no picture, for it took Graphviz more than {SECONDS:g} seconds: {command}"
    except LayoutFailed as error:
        return f"There is no picture, for Graphviz could not draw it: {error}"
