"""The contents of channels, interned: what can be delivered, lost, doubled, added.

A content is a tuple of segment numbers, the oldest first in a ``queue``, sorted in a
``bag``. Both ends of a model share one table, so equal contents have equal numbers.
"""

from __future__ import annotations

from bisect import insort
from typing import NamedTuple

from checker.document.protocol import Network
from checker.model.tables import Action, Interned, Model

Content = tuple[int, ...]


class Taken(NamedTuple):
    """A segment leaves a channel, or is doubled in it."""

    segment: int
    action: int
    after: int


class Channels:
    """All contents of the channel that end ``sender`` sends into."""

    def __init__(self, model: Model, contents: Interned[Content], sender: int) -> None:
        self._model = model
        self._network: Network = model.scenario.network
        self._capacity = model.scenario.capacity
        self._contents = contents
        self._sender = sender
        self._deliveries: dict[int, tuple[Taken, ...]] = {}
        self._losses: dict[int, tuple[Taken, ...]] = {}
        self._duplications: dict[int, tuple[Taken, ...]] = {}
        self._sendings: dict[tuple[int, tuple[int, ...]], tuple[int, int]] = {}

    def deliveries(self, content: int) -> tuple[Taken, ...]:
        """What the receiver may get next: the oldest of a queue, any segment of a bag."""
        found = self._deliveries.get(content)
        if found is None:
            queued = self._contents[content]
            places = self._places(content) if self._network.order == "bag" else range(len(queued[:1]))
            found = tuple(self._taken(queued, place, "delivery") for place in places)
            self._deliveries[content] = found
        return found

    def losses(self, content: int) -> tuple[Taken, ...]:
        """What the network may lose."""
        found = self._losses.get(content)
        if found is None:
            queued = self._contents[content]
            places = self._places(content)
            found = tuple(self._taken(queued, place, "loss") for place in places)
            self._losses[content] = found
        return found

    def duplications(self, content: int) -> tuple[Taken, ...]:
        """What the network may double; nothing where the channel is full."""
        found = self._duplications.get(content)
        if found is None:
            queued = self._contents[content]
            full = len(queued) >= self._capacity
            places = [] if full else self._places(content)
            found = tuple(self._doubled(queued, place) for place in places)
            self._duplications[content] = found
        return found

    def send(self, content: int, segments: tuple[int, ...]) -> tuple[int, int]:
        """(content after ``segments`` were sent in order, how many found no room)."""
        found = self._sendings.get((content, segments))
        if found is None:
            queued = list(self._contents[content])
            lost = 0
            for segment in segments:
                if len(queued) >= self._capacity:
                    lost += 1
                elif self._network.order == "bag":
                    insort(queued, segment)
                else:
                    queued.append(segment)
            found = self._contents.number(tuple(queued)), lost
            self._sendings[content, segments] = found
        return found

    def _places(self, content: int) -> list[int]:
        """Where a fault may strike: every place of a queue, each kind of segment of a bag once."""
        queued = self._contents[content]
        if self._network.order == "queue":
            return list(range(len(queued)))
        return [i for i, segment in enumerate(queued) if i == 0 or queued[i - 1] != segment]

    def _taken(self, queued: Content, place: int, kind: str) -> Taken:
        rest = queued[:place] + queued[place + 1 :]
        return Taken(queued[place], self._action(kind, queued, place), self._contents.number(rest))

    def _doubled(self, queued: Content, place: int) -> Taken:
        doubled = (*queued[: place + 1], *queued[place:])
        return Taken(
            queued[place],
            self._action("duplication", queued, place),
            self._contents.number(doubled),
        )

    def _action(self, kind: str, queued: Content, place: int) -> int:
        """A delivery is the receiver's action; losses and duplications bear the sender's end."""
        segment = self._model.segments[queued[place]]
        end = 1 - self._sender if kind == "delivery" else self._sender
        at = place if self._network.order == "queue" and kind != "delivery" else None
        return self._model.actions.number(Action(kind, end, "", segment, at))  # type: ignore[arg-type]
