"""Lassos: a run to a place that breaks a liveness property, and what goes on there for ever.

The stem is as short as there is. The cycle is a short one, found greedily: it takes the
nearest of the fair actions that it still owes until it owes none, and goes back. So it need
not be the shortest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from checker.explore.graph import Edges, Ints, Mask, StateGraph
from checker.explore.search import Distinct
from checker.verify.fairness import NOT_FAIR, FairSets, Owing

MOST_ENTRIES = 24
"""Entries to fair sets from which a cycle is looked for; the best of them is shown."""

Path = list[int]
"""Numbers of consecutive edges."""


@dataclass(frozen=True)
class Lasso:
    """Edges from the initial state to the cycle, and once around it; no edges for a cycle where
    the run stops."""

    stem: Path
    cycle: Path

    def __len__(self) -> int:
        return len(self.stem) + len(self.cycle)


def shortest_lasso(graph: StateGraph, starts: Mask, inside: Mask, sets: FairSets, owing: Owing) -> Lasso:
    """A lasso through one of ``starts`` that from there on stays ``inside`` and goes round in
    (or stops in) one of the fair ``sets``, one of which must be reachable."""
    ways = _Ways(graph, starts, inside)
    best: Lasso | None = None
    for entry in islice(ways.reached_among(sets.numbers >= 0), MOST_ENTRIES):
        steps = int(ways.steps[entry])
        if best is not None and steps >= len(best):
            break
        cycle = Walk(graph.edges, owing, sets, entry).closed()
        if best is None or steps + len(cycle) < len(best):
            best = Lasso(ways.to(entry), cycle)
    assert best is not None  # a fair set that can be reached has an entry
    return best


class _Ways:
    """The shortest runs to each state that pass through a start and then stay inside.

    ``steps`` has their lengths, -1 where there is none or the search has not come so far.
    """

    def __init__(self, graph: StateGraph, starts: Mask, inside: Mask) -> None:
        self.graph = graph
        self.depths = np.repeat(np.arange(len(graph.levels), dtype=np.int32), graph.levels)
        self.starts = starts & inside
        self.inside = inside
        self.steps = np.full(len(graph), -1, dtype=np.int32)

    def _layers(self) -> Iterator[Ints]:
        """The states that are reached in 0, 1, … steps, each ascending."""
        edges = self.graph.edges
        distinct = Distinct(len(edges))
        bounds = np.cumsum([0, *self.graph.levels]).tolist()
        layer: Ints = np.empty(0, dtype=np.int32)
        step = 0
        last = int(self.depths[self.starts].max(initial=-1))
        while len(layer) or step <= last:
            if step <= last:
                begin = bounds[step] + np.flatnonzero(self.starts[bounds[step] : bounds[step + 1]])
                layer = distinct.of(np.concatenate([layer, begin.astype(np.int32)]))
                layer = layer[self.steps[layer] < 0]
            self.steps[layer] = step
            yield layer
            reached = edges.targets[edges.of(layer)]
            layer = distinct.of(reached[self.inside[reached] & (self.steps[reached] < 0)])
            step += 1

    def reached_among(self, mask: Mask) -> Iterator[int]:
        """The states of ``mask`` that are reached, the nearest first."""
        for layer in self._layers():
            yield from layer[mask[layer]].tolist()

    def to(self, state: int) -> Path:
        """The edges of a shortest way to ``state``."""
        edges = self.graph.edges
        path: Path = []
        while not (self.starts[state] and self.depths[state] == self.steps[state]):
            into = np.flatnonzero(edges.targets == state)
            before = edges.sources[into]
            edge = int(into[self.steps[before] == self.steps[state] - 1][0])
            path.append(edge)
            state = int(edges.sources[edge])
        return self._to_start(state) + path[::-1]

    def _to_start(self, state: int) -> Path:
        """The edges by which the exploration first came to ``state``."""
        edges = self.graph.edges
        path: Path = []
        at = 0
        for action, target in self.graph.path_to(state):
            out = np.arange(edges.offsets[at], edges.offsets[at + 1])
            chosen = out[(edges.labels[out] == action) & (edges.targets[out] == target)]
            path.append(int(chosen[0]))
            at = target
        return path


class Walk:
    """A walk within a fair set, and the fair actions that it still owes: enabled in a state
    that it came through, or lost for want of room, and not taken."""

    def __init__(self, edges: Edges, owing: Owing, sets: FairSets, entry: int) -> None:
        self.edges = edges
        self.owing = owing
        self.sets = sets
        self.at = entry
        self.path: Path = []
        self.taken: set[int] = {NOT_FAIR}
        self.owed: set[int] = set()
        self._visit(entry)

    def closed(self) -> Path:
        """On from here until nothing is owed and the entry is reached again: the edges of a
        cycle on which every fair action that is enabled is taken; none where none is."""
        entry = self.at
        while self.owed or self.at != entry:
            if self.owed:
                self._go(lambda edge: int(self.owing.fair[edge]) in self.owed)
            else:
                self._go(lambda edge: int(self.edges.targets[edge]) == entry)
        return self.path

    def _visit(self, state: int) -> None:
        self.at = state
        enabled = self.owing.fair[self.edges.offsets[state] : self.edges.offsets[state + 1]]
        self.owed |= set(enabled.tolist()) - self.taken

    def _go(self, wanted: Callable[[int], bool]) -> None:
        """Takes the shortest way whose last edge is ``wanted``."""
        for edge in self._way(wanted):
            self.path.append(edge)
            self.taken.add(int(self.owing.fair[edge]))
            self.owed |= set(self.owing.owed_by(edge))
            self.owed -= self.taken
            self._visit(int(self.edges.targets[edge]))

    def _way(self, wanted: Callable[[int], bool]) -> Path:
        came: dict[int, int] = {}
        todo = [self.at]
        for state in todo:
            for edge in range(int(self.edges.offsets[state]), int(self.edges.offsets[state + 1])):
                target = int(self.edges.targets[edge])
                if not self.sets.edges[edge]:
                    continue
                if wanted(edge):
                    return self._back(came, state, [edge])
                if target not in came and target != self.at:
                    came[target] = edge
                    todo.append(target)
        raise AssertionError("a fair set is strongly connected, and takes what it enables")

    def _back(self, came: dict[int, int], state: int, way: Path) -> Path:
        while state != self.at:
            way.append(came[state])
            state = int(self.edges.sources[came[state]])
        return way[::-1]
