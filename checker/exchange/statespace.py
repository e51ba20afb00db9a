"""What the exports of an explored graph share: its states and edges in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.exchange.words import describe_local
from checker.explore.graph import StateGraph
from checker.explore.system import UNLIMITED
from checker.verify.words import describe_action


class StateWords(NamedTuple):
    """A state in words; budgets that are not counted are empty."""

    a: str
    b: str
    from_a: str
    from_b: str
    losses: str
    duplications: str


class Edge(NamedTuple):
    """An edge: numbers of states, and the action in words."""

    source: int
    action: str
    target: int


class StateSpace:
    """The states and edges of a graph, in the order in which they were found."""

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph
        self._model = graph.system.model
        self._locals: tuple[dict[int, str], dict[int, str]] = ({}, {})
        self._contents: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.graph)

    @property
    def edge_count(self) -> int:
        return self.graph.transitions

    @property
    def name(self) -> str:
        return f"{self._model.protocol.name}: {self._model.scenario.name}"

    def edges(self) -> Iterator[Edge]:
        """All edges, those of one state together."""
        actions = [describe_action(self._model, action) for action in self._model.actions.values]
        edges = self.graph.edges
        for source in range(len(edges)):
            first, last = int(edges.offsets[source]), int(edges.offsets[source + 1])
            targets, labels = edges.targets[first:last].tolist(), edges.labels[first:last].tolist()
            for target, label in zip(targets, labels, strict=True):
                yield Edge(source, actions[label], target)

    def names(self, index: int) -> tuple[str, str]:
        """The names of the local states of A and B, without their variables."""
        tables, state = self._model.tables, self.graph.state(index)
        return tables[0].locals[state.a].state, tables[1].locals[state.b].state

    def words(self, index: int) -> StateWords:
        a, b, ab, ba, losses, duplications = self.graph.state(index)
        return StateWords(
            self._local(0, a),
            self._local(1, b),
            self._content(ab),
            self._content(ba),
            *("" if budget == UNLIMITED else str(budget) for budget in (losses, duplications)),
        )

    def _local(self, end: int, number: int) -> str:
        if number not in self._locals[end]:
            local = self._model.tables[end].locals[number]
            self._locals[end][number] = describe_local(self._model.protocol, local)
        return self._locals[end][number]

    def _content(self, number: int) -> str:
        if number not in self._contents:
            segments = (self._model.segments[segment] for segment in self.graph.system.contents[number])
            self._contents[number] = ", ".join(
                self._model.form.write(segment, ghosts=True) for segment in segments
            )
        return self._contents[number]
