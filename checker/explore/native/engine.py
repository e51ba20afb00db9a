"""The native engine: breadth-first like the reference, a chunk of a level at a time."""

from __future__ import annotations

import sys

import numpy as np

from checker.explore.graph import StateGraph
from checker.explore.limits import Limits, Progress
from checker.explore.native.arrays import Longs, grown
from checker.explore.native.expand import CHUNK, Expander, buffers
from checker.explore.native.layout import fits
from checker.explore.native.packed import PackedStates
from checker.explore.native.table import ENOUGH, FULL, Table, fill, insert, table
from checker.explore.native.words import Words
from checker.explore.system import System
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model

Stop = tuple[int, SemanticError | LimitReached]
"""The state whose expansion cannot be computed, and why."""


def explore(model: Model, limits: Limits | None = None, threads: int | None = None) -> StateGraph:
    """All states of ``model`` that can be reached, within ``limits``: the graph of the reference
    engine, number for number.

    Raises ``SemanticError`` where a row has no meaning.
    """
    return _Exploration(model, limits or Limits()).run()


class _Exploration:
    def __init__(self, model: Model, limits: Limits) -> None:
        self.system = System(model)
        self.limits = limits
        self.expander = Expander(self.system)
        initial = self.expander.initial()
        self.words = Words(self.expander.scope, self.expander.needs(), initial)
        self.table: Table
        self._rebuild(1024)
        self.out = buffers(self.words.fields.wide)
        self.taken: Longs = np.zeros(64, dtype=np.int64)
        self.levels: list[int] = []
        self.truncated: list[tuple[int, np.ndarray]] = []
        self.expanded = 0
        self.most = sys.maxsize if limits.max_states is None else limits.max_states
        self.limit = ""
        self.reported = 0.0

    def run(self) -> StateGraph:
        try:
            self._levels()
        except LimitReached as reached:
            self.limit = str(reached)
        return self._graph()

    def _levels(self) -> None:
        """Expands level after level; ``levels`` are exact up to the limit."""
        while self.expanded < self.words.count:
            after = self.words.count
            self.levels.append(after - self.expanded)
            while self.expanded < after:
                self._look_at_limits()
                self._chunk(self.expanded, min(self.expanded + CHUNK, after))

    def _look_at_limits(self) -> None:
        count = self.words.count
        reason = self.limits.hit(count)
        if reason:
            raise LimitReached(reason)
        seconds = self.limits.seconds()
        if self.limits.report is not None and seconds - self.reported > 0.2:
            self.reported = seconds
            depth = len(self.levels) - 1
            self.limits.report(Progress(count, count - self.expanded, depth, seconds))

    def _chunk(self, first: int, last: int) -> None:
        """Expands the states from ``first``, at most to ``last``."""
        last, stop = self._successors(first, last)
        if last > first:
            self._insert(first, last)
        if stop is not None:
            # What the reference would not have come to must not end this exploration either.
            if self.words.count > self.most:
                raise LimitReached(self.limits.hit(self.words.count))
            raise stop[1]

    def _successors(self, first: int, last: int) -> tuple[int, Stop | None]:
        """Writes the successors of states from ``first`` into ``out``.

        Returns the state after the last one done, and what stopped it if it may not go on.
        """
        expander, stop = self.expander, None
        while True:
            room = expander.room()
            expander.channels.make_room(expander.margin())
            if len(self.out.lo) < 2 * room:
                self.out = buffers(self.words.fields.wide, 4 * room)
            done = expander.generate(self.words, first, last, self.out, room=room, create=True)
            last = first + done.states
            stop = stop or self._compute(self.out.events[: done.events])
            if stop is not None:
                last = min(last, stop[0])
            if expander.room() <= room and done.states:
                self._complete(first, last, done.deferred, room)
                expander.note_spent(self.out)
                if fits(self.words.fields, expander.needs()):
                    return last, stop
                self._repack()

    def _compute(self, events: Longs) -> Stop | None:
        """Computes what was missing, in the reference's order."""
        for index, kind, node, other in events.tolist():
            try:
                self.expander.tables.compute(kind, node, other)
            except (SemanticError, LimitReached) as error:
                return index, error
        return None

    def _complete(self, first: int, last: int, deferred: int, room: int) -> None:
        """Fills in the successors of the deferred states before ``last``."""
        expander = self.expander
        which, at = self.out.deferred[:deferred], self.out.deferred_at[:deferred]
        which, at = which[which < last].copy(), at[which < last].copy()
        while len(which):
            expander.channels.make_room(expander.margin())
            done = expander.generate(self.words, first, last, self.out, (which, at), room, create=True)
            assert done.deferred == 0
            which, at = which[done.states :], at[done.states :]

    def _insert(self, first: int, last: int) -> None:
        """Appends what is new in ``out``, which has the successors of these states."""
        out, words, wide = self.out, self.words, self.words.fields.wide
        self.taken = grown(self.taken, len(self.expander.tables.actions) + 2)
        begin, end, most = 0, int(out.ends[last - first - 1]), self.most
        words.reserve(end)
        while begin < end:
            begin, words.count, status = insert(
                self.table, wide, out.lo, out.hi, out.label, begin, end,
                words.lo, words.hi, words.count, most, self.taken,
            )  # fmt: skip
            if status == FULL:
                self._rebuild(self.table.size * 3 // 2)
            elif status == ENOUGH:
                # As in the reference, the state at hand is the last one expanded.
                state = int(np.searchsorted(out.ends[: last - first], begin - 1, side="right"))
                end, last, most = int(out.ends[state]), first + state + 1, sys.maxsize
        truncated = out.truncated[: last - first]
        if truncated.any():
            self.truncated.append((first, truncated.copy()))
        self.expanded = last

    def _repack(self) -> None:
        self.words.repack(self.expander.needs())
        self.out = buffers(self.words.fields.wide, len(self.out.lo))
        self._rebuild(self.table.size)

    def _rebuild(self, size: int) -> None:
        """The table anew, with ``size`` entries a region; the old one is gone before."""
        words = self.words
        while True:
            self.table = table(0, words.fields.wide)
            self.table = table(size, words.fields.wide)
            if not fill(self.table, words.fields.wide, words.lo, words.hi, words.count):
                return
            size += size // 2

    def _graph(self) -> StateGraph:
        self.table = table(0, False)
        self.words.trim()
        count = self.words.count
        if count > sum(self.levels):
            self.levels.append(count - sum(self.levels))
        truncated = np.zeros(count, dtype=np.bool_)
        for first, marks in self.truncated:
            truncated[first : first + len(marks)] = marks
        levels = tuple(self.levels)
        return StateGraph(
            system=self.system,
            found=PackedStates(self.expander, self.words, levels, self.expanded, self.taken),
            levels=levels,
            truncated=truncated,
            complete=not self.limit,
            limit=self.limit,
            expanded=self.expanded,
            seconds=self.limits.seconds(),
        )
