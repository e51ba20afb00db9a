"""The transition system: global states and the actions enabled in them.

This is the one definition of how endpoints, channels and budgets act together.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.document.kinds import Value
from checker.explore.channel import Channels, Content
from checker.model.evaluate import SemanticError
from checker.model.tables import Action, Interned, Model, OwnMove

UNLIMITED = -1


class GlobalState(NamedTuple):
    """A global state, interned: local states of A and B, contents of the channels A to B and
    B to A, losses and duplications left (``UNLIMITED`` if they are not counted)."""

    a: int
    b: int
    ab: int
    ba: int
    losses: int
    duplications: int


Successors = list[tuple[int, GlobalState]]


class System:
    """The transition system of a model.

    Actions are enumerated in a fixed order, A's before B's: calls, own events, timers,
    faults, deliveries, then losses and duplications of what it sent.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.contents: Interned[Content] = Interned()
        self._empty = self.contents.number(())
        self._in_flight: dict[int, tuple[tuple[Value, ...], ...]] = {}
        self.channels = (Channels(model, self.contents, 0), Channels(model, self.contents, 1))

    def in_flight(self, content: int) -> tuple[tuple[Value, ...], ...]:
        """The values of the segments of a content, the oldest first."""
        found = self._in_flight.get(content)
        if found is None:
            found = tuple(self.model.segments[number].values for number in self.contents[content])
            self._in_flight[content] = found
        return found

    def initial(self) -> GlobalState:
        """The state in which a run begins, after the calls of ``opened``."""
        network = self.model.scenario.network
        lose = UNLIMITED if network.lose is None else network.lose
        duplicate = UNLIMITED if network.duplicate is None else network.duplicate
        start = self.model.start()
        a, b = (self.model.tables[end].locals.number(start.ends[end]) for end in (0, 1))
        contents = []
        for end in (0, 1):
            content, lost = self.channels[end].send(self._empty, start.sent[end])
            contents.append(content)
            if network.lose is not None:
                lose -= lost
        if network.lose is not None and lose < 0:
            raise SemanticError(
                "what `opened` sends finds no room in the channel, and no loss is left for it",
                self.model.scenario.position,
                self.model.scenario.name,
            )
        return GlobalState(a, b, contents[0], contents[1], lose, duplicate)

    def successors(self, state: GlobalState) -> tuple[Successors, bool]:
        """(the enabled actions with their successors, whether some action lacked room).

        A send that finds no room is a loss; where no loss is left to spend, the action is not
        enabled, and the state counts as truncated.
        """
        found: Successors = []
        truncated = False
        for end in (0, 1):
            truncated |= self._own(state, end, found)
            truncated |= self._deliver(state, end, found)
            self._fault(state, end, found)
        return found, truncated

    def _own(self, state: GlobalState, end: int, found: Successors) -> bool:
        tables = self.model.tables
        truncated = False
        for own in tables[end].own_moves(state[end]):
            if own.condition is not None and not self._allowed(own, state, end):
                continue
            action, move, _ = own
            sent = self.channels[end].send(state[2 + end], move.sent) if move.sent else None
            after = self._place(state, end, move.after, sent)
            if after is None:
                truncated = True
            else:
                found.append((action, after))
        return truncated

    def _deliver(self, state: GlobalState, end: int, found: Successors) -> bool:
        """What ``end`` may receive from the channel that the other end sends into."""
        incoming = state[3 - end]
        if incoming == self._empty:
            return False
        truncated = False
        arrival = self.model.tables[end].arrival
        for segment, action, rest in self.channels[1 - end].deliveries(incoming):
            move = arrival(state[end], segment)
            sent = self.channels[end].send(state[2 + end], move.sent) if move.sent else None
            after = self._place(state, end, move.after, sent, rest)
            if after is None:
                truncated = True
            else:
                found.append((action, after))
        return truncated

    def _place(
        self,
        state: GlobalState,
        end: int,
        local: int,
        sent: tuple[int, int] | None,
        rest: int | None = None,
    ) -> GlobalState | None:
        """The state after ``end`` moved, or ``None`` where a loss was needed and none is left."""
        a, b, ab, ba, losses, duplications = state
        outgoing = state[2 + end]
        if sent is not None:
            outgoing, lost = sent
            if lost and losses != UNLIMITED:
                if losses < lost:
                    return None
                losses -= lost
        if end == 0:
            return GlobalState(local, b, outgoing, ba if rest is None else rest, losses, duplications)
        return GlobalState(a, local, ab if rest is None else rest, outgoing, losses, duplications)

    def _fault(self, state: GlobalState, end: int, found: Successors) -> None:
        a, b, ab, ba, losses, duplications = state
        content = state[2 + end]
        if content == self._empty:
            return
        if losses:
            left = losses - 1 if losses > 0 else losses
            for _, action, after in self.channels[end].losses(content):
                channels = (after, ba) if end == 0 else (ab, after)
                found.append((action, GlobalState(a, b, *channels, left, duplications)))
        if duplications:
            left = duplications - 1 if duplications > 0 else duplications
            for _, action, after in self.channels[end].duplications(content):
                channels = (after, ba) if end == 0 else (ab, after)
                found.append((action, GlobalState(a, b, *channels, losses, left)))

    def _allowed(self, own: OwnMove, state: GlobalState, end: int) -> bool:
        """Whether the assumptions allow a move in a state."""
        reading = 1 if state.ab == state.ba == self._empty else 0
        if self._no_equal(own.move.sent, state[2 + end]):
            reading |= 2
        reading |= self.model.tables[1 - end].disabled_timers(state[1 - end]) << 2
        assert own.condition is not None  # only called where there is one
        return bool(own.condition >> reading & 1)

    def _no_equal(self, sent: tuple[int, ...], content: int) -> bool:
        """Whether nothing that would be sent is in flight already, ghosts aside."""
        form, segments = self.model.form, self.model.segments
        in_flight = {form.wire(segments[segment]) for segment in self.contents[content]}
        return not any(form.wire(segments[segment]) in in_flight for segment in sent)

    def action(self, number: int) -> Action:
        return self.model.actions[number]
