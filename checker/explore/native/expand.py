"""Successors of states, and what a model turns out to need for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from checker.explore.native.arrays import Numbers
from checker.explore.native.channels import Channels
from checker.explore.native.generate import faulty, generate
from checker.explore.native.layout import Needs
from checker.explore.native.reactions import Tables
from checker.explore.native.tuples import MOVES, Found, Scope
from checker.explore.native.words import Words
from checker.explore.system import GlobalState, System
from checker.model.tables import Action, ActionKind

CHUNK = 8_192
"""States expanded at a time: few enough that their successors stay in the processor's cache."""

ENTRIES = 131_072
EVENTS = 16_384

NONE = np.zeros(0, dtype=np.int64)


class Done(NamedTuple):
    """What ``generate`` did: states, entries written, events, deferred states."""

    states: int
    entries: int
    events: int
    deferred: int


def buffers(wide: bool, entries: int = ENTRIES) -> Found:
    """Somewhere to write the successors of a chunk."""
    return Found(
        lo=np.empty(entries, dtype=np.int64),
        hi=np.empty(entries if wide else 0, dtype=np.int64),
        label=np.empty(entries, dtype=np.int32),
        ends=np.empty(CHUNK, dtype=np.int32),
        truncated=np.empty(CHUNK, dtype=np.uint8),
        events=np.empty((EVENTS, 4), dtype=np.int64),
        deferred=np.empty(CHUNK, dtype=np.int64),
        deferred_at=np.empty(CHUNK, dtype=np.int64),
        spent=np.zeros(2, dtype=np.int64),
    )


class Expander:
    """The model and the contents of its channels as the kernels need them."""

    def __init__(self, system: System) -> None:
        scenario = system.model.scenario
        network = scenario.network
        self.system = system
        self.scope = Scope(
            scenario.capacity,
            network.order == "bag",
            -1 if network.lose is None else network.lose,
            -1 if network.duplicate is None else network.duplicate,
        )
        self.tables = Tables(system.model)
        self.channels = Channels(self.scope)
        self.spent = [0, 0]
        self._contents: dict[int, int] = {}
        self._numbers: dict[int, int] = {}

    def initial(self) -> tuple[int, ...]:
        """The columns of the initial state."""
        state = self.system.initial()
        contents = [self.channels.number(self.system.contents[c]) for c in (state.ab, state.ba)]
        self.tables.settle()
        if self.scope.lose >= 0:
            self.spent[0] = self.scope.lose - state.losses
        return state.a, state.b, contents[0], contents[1], self.spent[0], 0

    def global_state(self, parts: tuple[int, ...]) -> GlobalState:
        """The state with these columns as the reference knows it."""
        a, b, ab, ba, lost, doubled = parts
        return GlobalState(
            a,
            b,
            self._content(ab),
            self._content(ba),
            self.scope.lose - lost if self.scope.lose >= 0 else -1,
            self.scope.duplicate - doubled if self.scope.duplicate >= 0 else -1,
        )

    def _content(self, number: int) -> int:
        """The number of a content for the reference."""
        found = self._contents.get(number)
        if found is None:
            found = self._contents[number] = self.system.contents.number(self.channels.content(number))
        return found

    def needs(self) -> Needs:
        most = max(len(table.locals) for table in self.system.model.tables)
        return Needs(most, len(self.channels), *self.spent)

    def room(self) -> int:
        """More than the successors and the events of any state."""
        return 4 * self.tables.most_own + 6 * self.scope.capacity + 16

    def margin(self) -> int:
        """More than the contents that one state may create."""
        return self.room() * (self.tables.most_sent + 1) * self.scope.capacity

    def make_room(self) -> None:
        """Room for all that one call of ``generate`` may create."""
        self.channels.make_room(self.margin(), self.tables.replies)

    def generate(
        self,
        words: Words,
        first: int,
        last: int,
        out: Found,
        which: tuple[np.ndarray, np.ndarray] = (NONE, NONE),
        room: int = 0,
        create: bool = False,
        exact: bool = False,
    ) -> Done:
        """The kernel of that name; it lets other threads run."""
        return Done(
            *generate(
                self.tables.arrays,
                self.channels.arrays,
                self.scope,
                words.fields,
                words.lo,
                words.hi,
                first,
                last,
                *which,
                room or self.room(),
                self.margin(),
                create,
                exact,
                out,
            )
        )

    def note_spent(self, out: Found) -> None:
        self.spent = [max(a, b) for a, b in zip(self.spent, out.spent.tolist(), strict=True)]

    def action_of(self, label: int) -> int:
        """The number of the action of a label, which is exact."""
        found = self._numbers.get(label)
        if found is None:
            found = self._numbers[label] = self.system.model.actions.number(self._action(label))
        return found

    def _action(self, label: int) -> Action:
        if label >= MOVES:
            return self.tables.actions[label - MOVES]
        segment, place, end, kind = faulty(label, self.scope.capacity)
        at = None if self.scope.bag else place
        name: ActionKind = "duplication" if kind else "loss"
        return Action(name, end, "", self.system.model.segments[segment], at)

    def actions_of(self, labels: Numbers) -> Numbers:
        """``action_of`` each of many."""
        lowest = int(labels.min(initial=0))
        index = labels - lowest
        numbers: Numbers = np.zeros(int(index.max(initial=0)) + 1, dtype=np.int32)
        for i in np.flatnonzero(np.bincount(index)).tolist():
            numbers[i] = self.action_of(i + lowest)
        return numbers[index]
