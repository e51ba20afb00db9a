"""The steps that an end can take in the views: each once, and beside which peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker.model.tables import Action, OwnMove
from checker.prove.closure import Closure, allowed, members


class Step(NamedTuple):
    """An action in a local state; ``peer`` is a local state that the other end may be in then."""

    local: int
    action: Action
    peer: int


class Steps:
    """What one end (0 is A) can do in the views of a closure."""

    def __init__(self, closure: Closure, end: int) -> None:
        self._model = closure.model
        self._end = end
        self._beside: dict[int, list[tuple[int, int]]] = {}
        for pair, sets in closure.views.items():
            self._beside.setdefault(pair[end], []).append((pair[1 - end], sets[1 - end]))

    def __iter__(self) -> Iterator[Step]:
        """Every action of every local state, once."""
        for local, beside in self._beside.items():
            for own in self._model.tables[self._end].own_moves(local):
                if peers := self._allowing(own, beside):
                    yield Step(local, self._model.actions[own.action], next(iter(peers)))
            for number, peer in _first_with(beside):
                yield Step(local, self._delivery(number), peer)

    def with_peers(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Each of ``steps`` with every local state that the peer may be in then."""
        for local, action, _ in steps:
            beside = self._beside[local]
            if action.segment is not None:
                number = self._model.segments.number(action.segment)
                peers = [peer for peer, incoming in beside if incoming >> number & 1]
            else:
                moves = self._model.tables[self._end].own_moves(local)
                wanted = self._model.actions.number(action)
                own = next(own for own in moves if own.action == wanted)
                peers = self._allowing(own, beside)
            for peer in peers:
                yield Step(local, action, peer)

    def _allowing(self, own: OwnMove, beside: list[tuple[int, int]]) -> list[int]:
        tables = self._model.tables[1 - self._end]
        return [peer for peer, _ in beside if any(allowed(own, tables, peer))]

    def _delivery(self, number: int) -> Action:
        return Action("delivery", self._end, "", self._model.segments[number])


def _first_with(beside: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(each segment that may arrive, the first peer beside which it may)."""
    seen = 0
    for peer, incoming in beside:
        for number in members(incoming & ~seen):
            yield number, peer
        seen |= incoming
