"""The steps that an end can take in the views: each once, and beside which peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker.model.tables import Action, OwnMove
from checker.prove.closure import Closure
from checker.prove.moves import View, members


class Step(NamedTuple):
    """An action in a local state, and a view in which it can be taken."""

    local: int
    action: Action
    view: View


class Steps:
    """What one end (0 is A) can do in the views of a closure."""

    def __init__(self, closure: Closure, end: int) -> None:
        self._moves = closure.moves
        self._model = closure.model
        self._end = end
        self._views: dict[int, list[View]] = {}
        for view in closure:
            self._views.setdefault(view.pair[end], []).append(view)

    def __iter__(self) -> Iterator[Step]:
        """Every action of every local state, once."""
        for local, views in self._views.items():
            for own in self._model.tables[self._end].own_moves(local):
                view = next((view for view in views if self._may(own, view)), None)
                if view is not None:
                    yield Step(local, self._model.actions[own.action], view)
            seen = 0
            for view in views:
                incoming = view.sets[1 - self._end]
                for number in members(incoming & ~seen):
                    segment = self._model.segments[number]
                    yield Step(local, Action("delivery", self._end, "", segment), view)
                seen |= incoming

    def with_peers(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Each of ``steps`` with every local state that the peer may be in then, once."""
        for local, action, _ in steps:
            seen: set[int] = set()
            for view in self._taking(local, action):
                peer = view.pair[1 - self._end]
                if peer not in seen:
                    seen.add(peer)
                    yield Step(local, action, view)

    def _taking(self, local: int, action: Action) -> Iterator[View]:
        """The views in which an action can be taken."""
        views = self._views[local]
        if action.segment is not None:
            bit = 1 << self._model.segments.number(action.segment)
            return (view for view in views if view.sets[1 - self._end] & bit)
        wanted = self._model.actions.number(action)
        own = next(o for o in self._model.tables[self._end].own_moves(local) if o.action == wanted)
        return (view for view in views if self._may(own, view))

    def _may(self, own: OwnMove, view: View) -> bool:
        return self._moves.kept(view, self._end, own) is not None
