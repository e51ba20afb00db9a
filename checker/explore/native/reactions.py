"""The reactions of a model in flat arrays, computed when an exploration first needs them."""

from __future__ import annotations

import hashlib

import numpy as np

from checker.explore.native.arrays import grown
from checker.explore.native.pairs import empty, put_one, with_room
from checker.explore.native.tuples import ARRIVAL, OWN, Reactions
from checker.model.tables import Action, Model, Move, OwnMove


class Tables:
    """The ``Reactions`` of a model, and what the numbers in them stand for."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.actions: list[Action] = []
        """By move: what it is a reaction to."""
        self.nodes: list[int] = []
        """By move: the node it starts from."""
        self.log: list[tuple[int, int, int]] = []
        """What was computed, in order: see ``compute``."""
        self.most_own = 0
        self.most_sent = 0
        self._conditions: dict[int, int] = {}
        self._replies: dict[tuple[int, ...], int] = {(): 0}
        self._sends = 0
        self._arrivals: set[tuple[int, int]] = set()
        self._wires: dict[object, int] = {}
        self._wired = 0
        none = np.full(64, -1, dtype=np.int32)
        zero = np.zeros(64, dtype=np.int32)
        keys, values = empty(64)
        self.arrays = Reactions(
            own_first=none,
            own_last=none.copy(),
            disabled=np.zeros(64, dtype=np.int64),
            after=zero,
            reply=zero.copy(),
            condition=none.copy(),
            sent_first=zero.copy(),
            sent_last=zero.copy(),
            sends=zero.copy(),
            truth=np.zeros(0, dtype=np.uint8),
            readings=1 << model.atoms.bits,
            keys=keys,
            values=values,
            wire=zero.copy(),
        )
        self.settle()

    def compute(self, kind: int, node: int, other: int) -> None:
        """Computes what an event says is missing, unless an earlier one said so too.

        In the same order as the reference, so that everything gets the same number.
        """
        if kind == OWN:
            self._compute_own(node)
            table = self.model.tables[node & 1]
            if any(own.condition is not None for own in table.own_moves(node >> 1)):
                self._compute_own(other)
        else:
            assert kind == ARRIVAL
            self._compute_arrival(node, other)

    @property
    def replies(self) -> int:
        """How many replies there are."""
        return len(self._replies)

    def checksum(self) -> str:
        """Tells apart models whose reactions differ as far as they were computed."""
        a, moves = self.arrays, len(self.actions)
        sends = a.sends[: self._sends]
        by_move = [column[:moves] for column in (a.after, a.reply, a.condition)]
        by_reply = [column[: self.replies] for column in (a.sent_first, a.sent_last)]
        digest = hashlib.blake2b(digest_size=32)
        for part in (
            *by_move,
            *by_reply,
            sends,
            a.wire[sends],
            a.disabled[self.nodes],
            a.truth,
            np.array(self.nodes),
        ):
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()

    def settle(self) -> None:
        """Gives every local state and segment that now exists its entries."""
        tables, segments = self.model.tables, self.model.segments
        nodes = 2 * max(len(table.locals) for table in tables) + 2
        a = self.arrays
        wire = grown(a.wire, len(segments))
        form = self.model.form
        for number in range(self._wired, len(segments)):
            wire[number] = self._wires.setdefault(form.wire(segments[number]), len(self._wires))
        self._wired = len(segments)
        self.arrays = a._replace(
            own_first=grown(a.own_first, nodes, -1),
            own_last=grown(a.own_last, nodes, -1),
            disabled=grown(a.disabled, nodes),
            wire=wire,
        )

    def _compute_own(self, node: int) -> None:
        if self.arrays.own_first[node] >= 0:
            return
        end, local = node & 1, node >> 1
        table = self.model.tables[end]
        found = table.own_moves(local)
        first = len(self.actions)
        for own in found:
            self._append(node, self.model.actions[own.action], own.move, self._condition(own))
        disabled = table.disabled_timers(local)
        self.settle()
        self.arrays.own_first[node] = first
        self.arrays.own_last[node] = first + len(found)
        self.arrays.disabled[node] = disabled
        self.most_own = max(self.most_own, len(found))
        self.log.append((OWN, node, node))

    def _compute_arrival(self, node: int, segment: int) -> None:
        if (node, segment) in self._arrivals:
            return
        move = self.model.tables[node & 1].arrival(node >> 1, segment)
        number = len(self.actions)
        self._append(node, Action("delivery", node & 1, "", self.model.segments[segment]), move, -1)
        self.settle()
        self._arrivals.add((node, segment))
        keys, values = with_room(self.arrays.keys, self.arrays.values, len(self._arrivals))
        put_one(keys, values, node, segment, number)
        self.arrays = self.arrays._replace(keys=keys, values=values)
        self.log.append((ARRIVAL, node, segment))

    def _append(self, node: int, action: Action, move: Move, condition: int) -> None:
        number = len(self.actions)
        self.actions.append(action)
        self.nodes.append(node)
        reply = self._reply(move.sent)
        a = self.arrays
        self.arrays = a = a._replace(
            after=grown(a.after, number + 1),
            reply=grown(a.reply, number + 1),
            condition=grown(a.condition, number + 1),
        )
        a.after[number], a.reply[number], a.condition[number] = move.after, reply, condition

    def _reply(self, sent: tuple[int, ...]) -> int:
        """The number of a sequence of segments."""
        number = self._replies.get(sent)
        if number is not None:
            return number
        number = self._replies[sent] = len(self._replies)
        first, last = self._sends, self._sends + len(sent)
        a = self.arrays
        self.arrays = a = a._replace(
            sent_first=grown(a.sent_first, number + 1),
            sent_last=grown(a.sent_last, number + 1),
            sends=grown(a.sends, last),
        )
        a.sent_first[number], a.sent_last[number] = first, last
        a.sends[first:last] = sent
        self._sends = last
        self.most_sent = max(self.most_sent, len(sent))
        return number

    def _condition(self, own: OwnMove) -> int:
        """The number of a move's truth table, -1 if it has none."""
        if own.condition is None:
            return -1
        if own.condition not in self._conditions:
            self._conditions[own.condition] = len(self._conditions)
            row = [own.condition >> reading & 1 for reading in range(self.arrays.readings)]
            truth = np.concatenate([self.arrays.truth, np.array(row, dtype=np.uint8)])
            self.arrays = self.arrays._replace(truth=truth)
        return self._conditions[own.condition]
