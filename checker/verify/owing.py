"""What the steps of a state graph owe to fairness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.explore.graph import Ints, StateGraph, ranges
from checker.explore.search import distinct
from checker.model.tables import Action
from checker.verify.fairness import NOT_FAIR, FairAction, Owing, delivery_of, fair_action
from checker.verify.room import EdgeNumbers, unplaced


def owing_of(graph: StateGraph, calls: Sequence[str]) -> Owing:
    """What the edges of ``graph`` owe; ``calls`` are those that users must make."""
    key = f"owing {tuple(calls)}"
    if key not in graph.cache:
        graph.cache[key] = _Owing(graph, calls).found()
    owing: Owing = graph.cache[key]
    return owing


class _Owing:
    def __init__(self, graph: StateGraph, calls: Sequence[str]) -> None:
        self.graph = graph
        self.model = graph.system.model
        self.calls = calls
        self.numbers: dict[FairAction | None, int] = {None: NOT_FAIR}

    def _number(self, action: Action) -> int:
        known = fair_action(self.model, action, self.calls)
        return self.numbers.setdefault(known, len(self.numbers) - 1)

    def found(self) -> Owing:
        labels = self.graph.edges.labels  # which may number actions as they are built
        fair = np.array([self._number(action) for action in self.model.actions.values], dtype=np.int32)
        parts = [self._lost(), *(self._losing(end) for end in (0, 1))]
        losing, lost = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.argsort(losing, kind="stable")
        return Owing(fair[labels], losing[order], lost[order])

    def _lost(self) -> tuple[EdgeNumbers, Ints]:
        """(losses, the fair action that would have delivered what is lost)."""
        owed = [
            self._number(delivery_of(action.end, action.segment))
            if action.kind == "loss" and action.segment is not None
            else NOT_FAIR
            for action in self.model.actions.values
        ]
        lost = np.array(owed, dtype=np.int32)[self.graph.edges.labels]
        edges = np.flatnonzero(lost != NOT_FAIR)
        return edges, lost[edges]

    def _losing(self, end: int) -> tuple[EdgeNumbers, Ints]:
        """(edges by which ``end`` sends what finds no room, the fair action owed for each segment
        of that)."""
        without = unplaced(self.graph, end)
        if not len(without.edges):
            return without.edges, without.counts
        most = int(without.counts.max())
        cases, which = distinct(without.moves * (most + 1) + without.counts, (len(without.sent)) * (most + 1))
        owed = [
            [
                self._number(delivery_of(end, self.model.segments[n]))
                for n in without.sent[case // (most + 1)][-(case % (most + 1)) :]
            ]
            for case in cases.tolist()
        ]
        ends = np.cumsum([len(numbers) for numbers in owed])
        flat = np.array([number for numbers in owed for number in numbers], dtype=np.int32)
        counts = without.counts.astype(np.int64)
        return np.repeat(without.edges, counts), flat[ranges(ends[which] - counts, counts)]
