"""The views that the runs of a model stay within, closed under its table.

There are two closures. The *merged* one keeps a single view for each pair of local states: all
that some run has in flight between them. It is small, and what holds of it holds of every run;
but it may join what no run has together (view abstraction; Abdulla, Haziza and Holik, "All for
the Price of Few", 2013).

The *exact* one keeps for each pair the views that no other covers. What a run can do with less
in flight it can do with more, so these stand for all that can happen: each is reached by a run,
and every run is covered (Abdulla, Cerans, Jonsson and Tsay, "General Decidability Theorems for
Infinite-State Systems", 1996, forwards, which ends here because there are finitely many sets).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from checker.explore.limits import Limits, Progress
from checker.model.tables import LimitReached, Model
from checker.prove.moves import Moves, Pair, Sets, View

LOOK_EVERY = 1_000
"""Views between two looks at the limits."""


@dataclass
class Closure:
    """Views closed under the steps of ``moves``: what each pair may have in flight.

    ``parents`` says from which view each was reached, in an exact closure.
    """

    moves: Moves
    views: dict[Pair, list[Sets]]
    is_exact: bool
    parents: dict[View, View | None] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.moves.model

    def __len__(self) -> int:
        return sum(map(len, self.views.values()))

    def __iter__(self) -> Iterator[View]:
        for pair, alternatives in self.views.items():
            for sets in alternatives:
                yield View(pair, sets)


def merged(model: Model, limits: Limits) -> Closure:
    """The merged closure of a model.

    Raises ``SemanticError`` where a row has no meaning in a view, ``LimitReached``.
    """
    closure = Closure(Moves(model), {}, is_exact=False)
    watch = _Watch(limits)
    start = closure.moves.start()
    closure.views[start.pair] = [start.sets]
    waiting = deque([start.pair])
    is_waiting = {start.pair}
    while waiting:
        watch.look(len(closure.views), len(waiting))
        pair = waiting.popleft()
        is_waiting.discard(pair)
        for after in closure.moves.successors(View(pair, closure.views[pair][0])):
            if _merge(closure.views, after) and after.pair not in is_waiting:
                is_waiting.add(after.pair)
                waiting.append(after.pair)
    return closure


def _merge(views: dict[Pair, list[Sets]], view: View) -> bool:
    """Joins a view to that of its pair; whether that made it larger."""
    known = views.get(view.pair)
    if known is None:
        views[view.pair] = [view.sets]
        return True
    if known[0].covers(view.sets):
        return False
    known[0] = known[0].joined(view.sets)
    return True


def exact(model: Model, limits: Limits) -> Closure:
    """The exact closure of a model; raises as ``merged`` does."""
    closure = Closure(Moves(model), {}, is_exact=True)
    moves = closure.moves
    watch = _Watch(limits)
    start = moves.saturated(moves.start())
    closure.views[start.pair] = [start.sets]
    closure.parents[start] = None
    waiting = deque([start])
    while waiting:
        watch.look(len(closure.parents), len(waiting))
        view = waiting.popleft()
        if view.sets not in closure.views[view.pair]:
            continue  # a larger one has taken its place
        for after in moves.successors(view):
            if _is_covered(closure.views, after):
                continue
            after = moves.saturated(after)
            if not _is_covered(closure.views, after):
                _add(closure.views, after)
                closure.parents[after] = view
                waiting.append(after)
    return closure


def _is_covered(views: dict[Pair, list[Sets]], view: View) -> bool:
    """Whether some view stands for this one. A loop, for most of the time goes here."""
    ab, ba = view.sets
    known = views.get(view.pair, [])
    for number, sets in enumerate(known):
        if ab & sets[0] == ab and ba & sets[1] == ba:
            if number:  # what covers one covers the next one too, more often than not
                known[0], known[number] = known[number], known[0]
            return True
    return False


def _add(views: dict[Pair, list[Sets]], view: View) -> None:
    """Adds a view in place of those that it covers."""
    ab, ba = view.sets
    known = views.get(view.pair, [])
    views[view.pair] = [view.sets, *[k for k in known if k[0] & ab != k[0] or k[1] & ba != k[1]]]


class _Watch:
    """Ends a closure at its limits, and tells how far it is."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._looks = 0

    def look(self, views: int, waiting: int) -> None:
        self._looks += 1
        if self._looks % LOOK_EVERY:
            return
        most = self._limits.max_states
        if most is not None and views > most:
            raise LimitReached(f"more than {most:,} views (--max-views)")
        if limit := self._limits.hit(0):
            raise LimitReached(limit)
        if self._limits.report:
            self._limits.report(Progress(views, waiting, 0, self._limits.seconds()))
