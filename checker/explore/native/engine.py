"""The native engine: breadth-first like the reference, a chunk of a level at a time."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from checker.explore.limits import Limits, Progress
from checker.explore.native.arrays import Longs, Numbers, grown
from checker.explore.native.contents import Contents, followed
from checker.explore.native.generate import PADDING, Fields, Found, Scope, generate
from checker.explore.native.layout import Needs, fields_for, fits, packed, unpacked
from checker.explore.native.pairs import empty, with_room
from checker.explore.native.reactions import Tables
from checker.explore.native.table import ENOUGH, FULL, REGIONS, Table, fill, insert, table
from checker.explore.system import System
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model

CHUNK = 8_192
"""States expanded at a time: few enough that their successors stay in the processor's cache."""

ENTRIES = 131_072
EVENTS = 16_384


class Channels:
    """The contents of both channels, and their arrays."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        c = scope.capacity
        size = 64
        keys, values = empty(size)
        zero = np.zeros(size, dtype=np.int32)
        places = np.zeros(size * c, dtype=np.int32)
        self.arrays = Contents(
            parent=zero,
            last=zero.copy(),
            length=zero.copy(),
            places=zero.copy(),
            segment=places,
            rest=places - 1,
            doubled=places - 1,
            keys=keys,
            values=values,
            count=np.ones(1, dtype=np.int64),
        )

    def __len__(self) -> int:
        return int(self.arrays.count[0])

    def make_room(self, more: int) -> None:
        a, c = self.arrays, self.scope.capacity
        size = len(self) + more
        if size <= len(a.parent):
            return
        size = max(size, 2 * len(a.parent))
        keys, values = with_room(a.keys, a.values, size)
        self.arrays = Contents(
            *(grown(column, size) for column in (a.parent, a.last, a.length, a.places)),
            grown(a.segment, size * c),
            grown(a.rest, size * c, -1),
            grown(a.doubled, size * c, -1),
            keys,
            values,
            a.count,
        )

    def number(self, content: tuple[int, ...]) -> int:
        """The number of a content given by its segments."""
        self.make_room(len(content) + 1)
        found = 0
        for segment in content:
            found = followed(self.arrays, self.scope.capacity, self.scope.bag, found, segment, True)
        return found

    def content(self, number: int) -> tuple[int, ...]:
        segments = []
        while number:
            segments.append(int(self.arrays.last[number]))
            number = int(self.arrays.parent[number])
        return tuple(reversed(segments))


class Exploration:
    def __init__(self, model: Model, limits: Limits) -> None:
        self.system = System(model)
        self.limits = limits
        scenario = model.scenario
        network = scenario.network
        self.scope = Scope(
            scenario.capacity,
            network.order == "bag",
            -1 if network.lose is None else network.lose,
            -1 if network.duplicate is None else network.duplicate,
        )
        initial = self.system.initial()
        self.tables = Tables(model)
        self.channels = Channels(self.scope)
        contents = [self.channels.number(self.system.contents[c]) for c in (initial.ab, initial.ba)]
        lost = self.scope.lose - initial.losses if self.scope.lose >= 0 else 0
        self.spent = np.array([lost, 0], dtype=np.int64)
        self.fields = fields_for(self._needs(), self.scope)
        columns = [np.array([n], dtype=np.int32) for n in (initial.a, initial.b, *contents, lost, 0)]
        self.lo, self.hi = packed(self.fields, columns)
        self.count = 1
        self.table: Table | None = None
        self._rebuild(1024)
        self.levels: list[int] = []
        self.expanded = 0
        self.most = sys.maxsize if limits.max_states is None else limits.max_states
        self.limit = ""
        self.reported = 0.0
        self.taken = np.zeros(64, dtype=np.int64)
        self.found = self._found(ENTRIES)
        self.truncated: list[tuple[int, np.ndarray]] = []

    def _found(self, entries: int) -> Found:
        return Found(
            lo=np.empty(entries, dtype=np.int64),
            hi=np.empty(entries if self.fields.wide else 0, dtype=np.int64),
            label=np.empty(entries, dtype=np.int32),
            ends=np.empty(CHUNK, dtype=np.int32),
            truncated=np.empty(CHUNK, dtype=np.uint8),
            events=np.empty((EVENTS, 4), dtype=np.int64),
            deferred=np.empty(CHUNK, dtype=np.int64),
            deferred_at=np.empty(CHUNK, dtype=np.int64),
            spent=self.spent,
        )

    def _needs(self) -> Needs:
        most = max(len(table.locals) for table in self.system.model.tables)
        return Needs(most, len(self.channels), int(self.spent[0]), int(self.spent[1]))

    def _rebuild(self, size: int) -> None:
        """The table anew, with ``size`` entries a region; the old one is gone before."""
        self.table = None
        while True:
            made = table(size, self.fields.wide)
            fill(made, self.fields.wide, self.lo, self.hi, self.count)
            if made.used.max() < made.most:
                break
            size *= 2
        self.table = made

    def run(self):
        try:
            first = 0
            while first < self.count:
                after = self.count
                self.levels.append(after - first)
                while self.expanded < after:
                    self._look_at_limits()
                    self._chunk(self.expanded, min(self.expanded + CHUNK, after))
                first = after
        except LimitReached as reached:
            self.limit = str(reached)
        if self.count > sum(self.levels):
            self.levels.append(self.count - sum(self.levels))

    def _look_at_limits(self) -> None:
        reason = self.limits.hit(self.count)
        if reason:
            raise LimitReached(reason)
        seconds = self.limits.seconds()
        if self.limits.report is not None and seconds - self.reported > 0.2:
            self.reported = seconds
            self.limits.report(Progress(self.count, self.count - self.expanded, len(self.levels) - 1, seconds))

    def _room(self) -> int:
        return 2 * self.tables.most_own + 6 * self.scope.capacity + 16

    def _generate(self, first, last, which, at, room):
        margin = room * (self.tables.most_sent + 1) * self.scope.capacity
        self.channels.make_room(margin)
        return generate(
            self.tables.arrays, self.channels.arrays, self.scope, self.fields, self.lo, self.hi,
            first, last, which, at, room, margin, True, False, self.found)

    def _chunk(self, first: int, last: int) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        error = None
        while True:
            room = self._room()
            done, n, events, deferred = self._generate(first, last, nothing, nothing, room)
            last = first + done
            if last == first:
                if len(self.found.lo) < 2 * room:
                    self.found = self._found(4 * room)
                continue
            if events:
                error = error or self._compute(self.found.events[:events])
            if error:
                last = min(last, error[0])
            if self._room() > room:
                continue
            if deferred:
                which = self.found.deferred[:deferred].copy()
                at = self.found.deferred_at[:deferred].copy()
                keep = which < last
                which, at = which[keep], at[keep]
                while len(which):
                    done, _, events, deferred = self._generate(first, last, which, at, room)
                    assert events == 0 and deferred == 0
                    which, at = which[done:], at[done:]
            if not fits(self.fields, self._needs()):
                self._repack()
                continue
            break
        if last > first:
            self._insert(first, last)
        if error:
            if self.count > self.most:
                raise LimitReached(self.limits.hit(self.count))
            raise error[1]

    def _compute(self, events):
        for index, kind, node, other in events.tolist():
            try:
                self.tables.compute(kind, node, other)
            except (SemanticError, LimitReached) as error:
                return index, error
        return None

    def _insert(self, first, last) -> None:
        f = self.found
        n = int(f.ends[last - first - 1])
        self.taken = grown(self.taken, len(self.tables.actions) + 2)
        self._reserve(self.count + n)
        i = 0
        end = n
        most = self.most
        while i < end:
            i, self.count, status = insert(
                self.table, self.fields.wide, f.lo, f.hi, f.label, i, end, self.lo, self.hi, self.count, most, self.taken)
            if status == FULL:
                self._rebuild(self.table.size * 3 // 2)
            elif status == ENOUGH:
                state = int(np.searchsorted(f.ends[: last - first], i - 1, side="right"))
                end = int(f.ends[state])
                last = first + state + 1
                most = sys.maxsize
        if f.truncated[: last - first].any():
            self.truncated.append((first, f.truncated[: last - first].copy()))
        self.expanded = last

    def _reserve(self, size: int) -> None:
        if size > len(self.lo):
            size = max(size, len(self.lo) + len(self.lo) // 8)
            self.lo.resize(size, refcheck=False)
            if self.fields.wide:
                self.hi.resize(size, refcheck=False)

    def _repack(self) -> None:
        columns = [unpacked(self.fields, column, self.lo[: self.count], self.hi[: self.count]) for column in range(6)]
        self.fields = fields_for(self._needs(), self.scope)
        self.lo, self.hi = packed(self.fields, columns)
        self.found = self._found(len(self.found.lo))
        self._rebuild(self.table.size)

    @property
    def transitions(self) -> int:
        return int(self.taken.sum()) - int(self.taken[PADDING])
