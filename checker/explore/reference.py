"""The reference engine: breadth-first, exhaustive, deterministic, plain Python.

It is short because it is the definition: the native engine must give the same graph.
"""

from __future__ import annotations

import sys
from array import array

import numpy as np

from checker.explore.graph import Edges, ListedStates, StateGraph
from checker.explore.limits import Limits, Progress
from checker.explore.system import GlobalState, System
from checker.model.tables import LimitReached, Model

CHECK_EVERY = 512
"""States expanded between two looks at the limits."""


def explore(model: Model, limits: Limits | None = None) -> StateGraph:
    """All states of ``model`` that can be reached, within ``limits``.

    Raises ``SemanticError`` where a row has no meaning.
    """
    return _Exploration(model, limits or Limits()).run()


def explore_few(model: Model, limits: Limits, few: int) -> StateGraph | None:
    """As ``explore``, unless there are more than ``few`` states."""
    exploration = _Exploration(model, limits, few)
    try:
        return exploration.run()
    except TooMany:
        return None


class TooMany(Exception):
    """There are more states than a first look was to take in."""


class _Exploration:
    def __init__(self, model: Model, limits: Limits, few: int = sys.maxsize) -> None:
        self.system = System(model)
        self.limits = limits
        initial = self.system.initial()
        self.states: list[GlobalState] = [initial]
        self.index: dict[GlobalState, int] = {initial: 0}
        self.parents = array("i", [-1])
        self.parent_labels = array("i", [-1])
        self.offsets = array("q", [0])
        self.targets = array("i")
        self.labels = array("i")
        self.truncated = bytearray()
        self.levels: list[int] = []
        self.few = few
        self.most = few if limits.max_states is None else min(few, limits.max_states)
        self.limit = ""
        self.reported = 0.0

    def run(self) -> StateGraph:
        try:
            self._levels()
        except LimitReached as reached:
            self.limit = str(reached)
        return self._graph()

    def _levels(self) -> None:
        """Expands level after level; ``levels`` are exact up to the limit."""
        first = 0
        while first < len(self.states):
            after = len(self.states)
            self.levels.append(after - first)
            for source in range(first, after):
                if source % CHECK_EVERY == 0 or len(self.states) > self.most:
                    self._look_at_limits(source)
                self._expand(source)
            first = after

    def _expand(self, source: int) -> None:
        index, states = self.index, self.states
        successors, truncated = self.system.successors(states[source])
        for action, state in successors:
            target = index.get(state)
            if target is None:
                target = index[state] = len(states)
                states.append(state)
                self.parents.append(source)
                self.parent_labels.append(action)
            self.targets.append(target)
            self.labels.append(action)
        self.truncated.append(truncated)
        self.offsets.append(len(self.targets))

    def _look_at_limits(self, source: int) -> None:
        reason = self.limits.hit(len(self.states))
        if reason:
            raise LimitReached(reason)
        if len(self.states) > self.few:
            raise TooMany
        seconds = self.limits.seconds()
        if self.limits.report is not None and seconds - self.reported > 0.2:
            self.reported = seconds
            left = len(self.states) - source
            depth = len(self.levels) - 1
            self.limits.report(Progress(len(self.states), left, depth, seconds))

    def _graph(self) -> StateGraph:
        count = len(self.states)
        expanded = len(self.offsets) - 1
        last = self.offsets[-1]
        found = sum(self.levels)
        if count > found:
            self.levels.append(count - found)
        truncated = np.zeros(count, dtype=np.bool_)
        truncated[:expanded] = np.frombuffer(bytes(self.truncated[:expanded]), dtype=np.bool_)
        offsets = np.full(count + 1, last, dtype=np.int64)
        offsets[: expanded + 1] = np.array(self.offsets, dtype=np.int64)
        edges = Edges(
            offsets,
            np.array(self.targets[:last], dtype=np.int32),
            np.array(self.labels[:last], dtype=np.int32),
        )
        rows = np.array(self.states, dtype=np.int32).reshape(count, 6)
        parents = np.array(self.parents[:count], dtype=np.int32)
        parent_labels = np.array(self.parent_labels[:count], dtype=np.int32)
        return StateGraph(
            engine="reference",
            system=self.system,
            found=ListedStates(self.system, rows, expanded, edges, parents, parent_labels),
            levels=tuple(self.levels),
            truncated=truncated,
            complete=not self.limit,
            limit=self.limit,
            expanded=expanded,
            seconds=self.limits.seconds(),
        )
