"""Where a run leads through a quotient: its nodes, and which of its steps each arrow stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checker.explore.graph import StateGraph
from checker.verify.quotient import Quotient, words_at
from checker.verify.replay import ReplayError
from checker.verify.trace import Trace


@dataclass(frozen=True)
class Way:
    """A run over a quotient: the nodes that it is in, first to last; by the number of an
    arrow those of the steps that it stands for, and by node those that stay in it."""

    nodes: tuple[int, ...]
    steps: Mapping[int, tuple[int, ...]]
    stays: Mapping[int, tuple[int, ...]]


NO_RUN = Way((), {}, {})
"""Where no run leads."""


def edges_along(graph: StateGraph, trace: Trace) -> list[int]:
    """The numbers of the edges of ``graph`` that ``trace`` takes.

    Raises ``ReplayError`` if it is no run of it.
    """
    edges, actions = graph.edges, graph.system.model.actions
    state, taken = 0, []
    for number, step in enumerate(trace.steps, 1):
        leaving = edges.of(np.array([state])).tolist()
        found = [edge for edge in leaving if actions[int(edges.labels[edge])] == step.action]
        if not found:
            raise ReplayError(f"step {number} cannot be taken in {graph.system.model.scenario.name}")
        taken.append(found[0])
        state = int(edges.targets[found[0]])
    return taken


def way_over(quotient: Quotient, trace: Trace) -> Way:
    """Where ``trace`` leads; steps of arrows that are left out are nowhere.

    Raises ``ReplayError`` if it is no run of the graph.
    """
    edges, blocks = quotient.graph.edges, quotient.blocks
    called, model = words_at(quotient.level), quotient.graph.system.model
    arrows = {
        (arrow.source, arrow.target, name): number
        for number, arrow in enumerate(quotient.arrows)
        for name in arrow.labels
    }
    nodes = [int(blocks[0])]
    steps: dict[int, tuple[int, ...]] = {}
    stays: dict[int, tuple[int, ...]] = {}
    taken = zip(edges_along(quotient.graph, trace), trace.steps, strict=True)
    for number, (edge, step) in enumerate(taken, 1):
        nodes.append(int(blocks[edges.targets[edge]]))
        arrow = arrows.get((nodes[-2], nodes[-1], called(model, step.action)))
        if arrow is not None:
            steps[arrow] = (*steps.get(arrow, ()), number)
        elif nodes[-2] == nodes[-1]:
            stays[nodes[-1]] = (*stays.get(nodes[-1], ()), number)
    return Way(tuple(nodes), steps, stays)
