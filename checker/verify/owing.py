"""What the steps of a state graph owe to fairness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.explore.graph import Ints, StateGraph
from checker.explore.system import GlobalState
from checker.model.tables import Action
from checker.verify.fairness import NOT_FAIR, FairAction, Owing, delivery_of, fair_action
from checker.verify.trace import move_of


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
        return self.numbers.setdefault(fair_action(self.model, action, self.calls), len(self.numbers) - 1)

    def found(self) -> Owing:
        actions = self.model.actions.values
        fair = np.array([self._number(action) for action in actions], dtype=np.int32)
        parts = [self._losing(end) for end in (0, 1)]
        losing, lost = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.argsort(losing, kind="stable")
        return Owing(fair[self.graph.edges.labels], losing[order], lost[order])

    def _losing(self, end: int) -> tuple[Ints, Ints]:
        """(edges by which ``end`` sends what finds no room, the fair actions owed for it).

        What is lost depends on the local state, the action and what is in the channel; it is
        worked out once for each.
        """
        graph, actions = self.graph, self.model.actions.values
        acts = np.array([a.end == end and a.kind not in ("loss", "duplication") for a in actions])
        edges = np.flatnonzero(acts[graph.edges.labels])
        first, inverse = graph.combinations((end, 2 + end))
        code = inverse[graph.edges.sources[edges]].astype(np.int64) * len(actions) + graph.edges.labels[edges]
        distinct, which = np.unique(code, return_inverse=True)
        owed = [
            self._lost(graph.state(int(first[each // len(actions)])), actions[each % len(actions)])
            for each in distinct.tolist()
        ]
        counts = np.array([len(numbers) for numbers in owed], dtype=np.int64)[which]
        lost = [number for each in which[counts > 0].tolist() for number in owed[each]]
        return np.repeat(edges, counts), np.array(lost, dtype=np.int32)

    def _lost(self, state: GlobalState, action: Action) -> list[int]:
        """The fair actions owed for what ``action`` sends in ``state`` and finds no room."""
        system, end = self.graph.system, action.end
        move = move_of(system, state[end], action)
        assert move is not None  # only called for steps of an end
        _, lost = system.channels[end].send(state[2 + end], move.sent)
        unplaced = [self.model.segments[number] for number in move.sent[len(move.sent) - lost :]]
        return [self._number(delivery_of(end, segment)) for segment in unplaced]
