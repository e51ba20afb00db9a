"""Which states of two graphs are alike: the same but for ghosts and what only one document has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.compare.observe import Observed
from checker.explore.graph import Ints, StateGraph
from checker.explore.search import combinations_of
from checker.model.endpoint import Local
from checker.model.tables import Interned, Model


def alike(one: Observed, other: Observed) -> tuple[Ints, Ints]:
    """For each state of either a number, the same for states that are alike. The states of runs
    before the start are like those at the same distance from it."""
    graphs = [one.graph, other.graph]
    columns = [np.concatenate(parts) for parts in zip(*map(_columns(graphs), graphs), strict=True)]
    numbers = combinations_of(columns, sum(map(len, graphs))).astype(np.int32)
    first = len(graphs[0])
    highest = int(numbers.max(initial=0))
    return tuple(  # type: ignore[return-value]
        np.append(part, np.arange(highest + len(seen) - len(part), highest, -1)).astype(np.int32)
        for part, seen in ((numbers[:first], one), (numbers[first:], other))
    )


def _columns(graphs: list[StateGraph]) -> Callable[[StateGraph], list[npt.NDArray[Any]]]:
    """What tells the columns of a graph, in numbers that both graphs share."""
    values: Interned[Any] = Interned()
    models = [graph.system.model for graph in graphs]
    variables = [model.protocol.variables for model in models]
    common = {name for name, v in variables[0].items() if name in variables[1] and not v.ghost}

    def columns(graph: StateGraph) -> list[npt.NDArray[Any]]:
        return [_column(graph, place, common, values) for place in range(6)]

    return columns


def _column(graph: StateGraph, place: int, common: set[str], values: Interned[Any]) -> npt.NDArray[Any]:
    first, combination = graph.combinations((place,))
    numbers = [
        values.number(_told(graph, place, graph.state(index)[place], common)) for index in first.tolist()
    ]
    return np.array(numbers, dtype=np.int64)[combination]


def _told(graph: StateGraph, place: int, number: int, common: set[str]) -> Any:
    """What stands in a column, in terms of the documents."""
    model = graph.system.model
    if place < 2:
        return tuple(_local(model, model.tables[place].locals[number], common))
    if place < 4:
        segments = [model.form.write(model.segments[n]) for n in graph.system.contents[number]]
        return tuple(segments if model.scenario.network.order == "queue" else sorted(segments))
    return number


def _local(model: Model, local: Local, common: set[str]) -> Iterator[Any]:
    yield local.state
    yield local.called
    yield local.faults
    for name, value in zip(model.protocol.variables, local.values, strict=True):
        if name in common:
            yield name, value
