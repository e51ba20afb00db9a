"""The reachable states as a graph in arrays, which networkx can work on directly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.explore.system import GlobalState, System

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Edges:
    """A directed graph on the nodes 0 … n-1 in compressed sparse rows.

    ``offsets`` has n+1 entries; the edges of node i are ``targets[offsets[i]:offsets[i+1]]``.
    ``labels`` are numbers of actions, one an edge, or empty. Several edges may join the same
    two nodes.

    It is a graph to networkx: functions that ``checker.explore.backend`` implements work on
    the arrays, all others on a conversion.
    """

    offsets: npt.NDArray[np.int64]
    targets: Ints
    labels: Ints

    __networkx_backend__ = "lastack"

    def is_directed(self) -> bool:
        return True

    def is_multigraph(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __contains__(self, node: object) -> bool:
        return isinstance(node, int) and 0 <= node < len(self)

    @cached_property
    def sources(self) -> Ints:
        """The source of each edge."""
        nodes: Ints = np.arange(len(self), dtype=np.int32)
        return np.repeat(nodes, np.diff(self.offsets))

    def only(self, keep: Mask) -> Edges:
        """The same nodes with the edges where ``keep`` holds."""
        counts = np.bincount(self.sources[keep], minlength=len(self))
        labels = self.labels[keep] if len(self.labels) else self.labels
        return Edges(_offsets(counts), self.targets[keep], labels)

    def reversed(self) -> Edges:
        """Every edge the other way round, in the order of its old target."""
        order = np.argsort(self.targets, kind="stable")
        counts = np.bincount(self.targets, minlength=len(self))
        labels = self.labels[order] if len(self.labels) else self.labels
        return Edges(_offsets(counts), self.sources[order], labels)


def _offsets(counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@dataclass(frozen=True)
class StateGraph:
    """Everything an exploration found.

    ``states`` has a row for each state in breadth-first order: numbers of the local states of
    A and B, of the contents of the channels A to B and B to A, and the losses and duplications
    left (-1: not counted). ``levels[d]`` is the number of states at depth d. ``parents`` and
    ``parent_labels`` are the edge by which each state was first reached (-1 for the initial
    state). ``truncated`` marks states in which an action lacked room. ``complete`` is false
    when a limit, named in ``limit``, ended the exploration; the edges of the states from
    ``expanded`` on are then missing.
    """

    system: System
    states: Ints
    edges: Edges
    levels: tuple[int, ...]
    parents: Ints
    parent_labels: Ints
    truncated: Mask
    complete: bool
    limit: str
    expanded: int
    seconds: float
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def depth(self) -> int:
        """The number of the last breadth-first level."""
        return len(self.levels) - 1

    def __len__(self) -> int:
        return len(self.states)

    def state(self, index: int) -> GlobalState:
        return GlobalState(*(int(number) for number in self.states[index]))

    def over_states(
        self, columns: tuple[int, ...], value: Callable[[GlobalState], int]
    ) -> npt.NDArray[np.int8]:
        """``value`` (a small integer) of every state; it may depend on ``columns`` only, and is
        evaluated once per combination of them."""
        first, inverse = self.combinations(columns)
        results = np.fromiter((value(self.state(int(i))) for i in first), np.int8, len(first))
        return results[inverse]

    def combinations(self, columns: tuple[int, ...]) -> tuple[Ints, Ints]:
        """(for each combination of ``columns`` that occurs the first state with it; for each
        state the number of its combination)."""
        key = f"combinations {columns}"
        if key not in self.cache:
            code = np.zeros(len(self.states), dtype=np.int64)
            for column in columns:
                part = self.states[:, column].astype(np.int64)
                code = code * (int(part.max()) + 1) + part
                # Numbered anew after each column, so that the code cannot overflow.
                code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
            self.cache[key] = (first, inverse)
        result: tuple[Ints, Ints] = self.cache[key]
        return result

    def path_to(self, index: int) -> list[tuple[int, int]]:
        """The shortest run to a state: (action, state reached) for each step."""
        steps = []
        while self.parents[index] >= 0:
            steps.append((int(self.parent_labels[index]), index))
            index = int(self.parents[index])
        return steps[::-1]


def edges_from(pairs: Iterable[tuple[int, int]], nodes: int) -> Edges:
    """A small graph given by its edges, for toy systems; labels are the edges' numbers."""
    listed = list(pairs)
    sources = np.array([source for source, _ in listed], dtype=np.int32)
    targets = np.array([target for _, target in listed], dtype=np.int32)
    order = np.argsort(sources, kind="stable")
    counts = np.bincount(sources, minlength=nodes) if listed else np.zeros(nodes, dtype=np.int64)
    return Edges(_offsets(counts), targets[order], order.astype(np.int32))
