"""The native engine: breadth-first like the reference, a chunk of a level at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from checker.explore.engines import CHECKPOINT, processors
from checker.explore.graph import Mask, StateGraph
from checker.explore.limits import Limits, Progress
from checker.explore.native import checkpoint
from checker.explore.native.arrays import Longs, grown
from checker.explore.native.expand import CHUNK, Expander
from checker.explore.native.files import Files
from checker.explore.native.layout import fields_for, fits
from checker.explore.native.packed import PackedStates
from checker.explore.native.share import Share
from checker.explore.native.successors import Stop, expand
from checker.explore.native.table import REGIONS, larger, table
from checker.explore.native.team import Team, cut
from checker.explore.native.words import Words, filled
from checker.explore.system import System
from checker.model.tables import LimitReached, Model

MOST_THREADS = 16
"""By default; what more of them are good for has not been measured. There is no use for more than
``REGIONS``."""

SAVED_EVERY = 30.0
"""Seconds after which what was found is written down again."""


def explore(
    model: Model,
    limits: Limits | None = None,
    threads: int | None = None,
    workdir: Path | None = None,
    resume: bool = False,
) -> StateGraph:
    """All states of ``model`` that can be reached, within ``limits``: the graph of the reference
    engine, number for number.

    By default it uses all processors, up to 16, as soon as there is enough to do; the graph is the
    same for any number of ``threads``. With a ``workdir``, a folder of its own, the states are in
    files there instead of in memory, and with ``resume`` an exploration that ended goes on where
    it was last written down; if there is none, it begins.

    Raises ``SemanticError`` where a row has no meaning, ``ResumeError`` where it cannot go on.
    """
    threads = min(threads or min(processors(), MOST_THREADS), REGIONS)
    exploration = _Exploration(model, limits or Limits(), threads, workdir)
    exploration.begin(resume)
    return exploration.run()


class _Exploration:
    def __init__(self, model: Model, limits: Limits, threads: int, workdir: Path | None) -> None:
        self.system = System(model)
        self.limits = limits
        self.expander = Expander(self.system)
        self.workdir = workdir
        self.initial = self.expander.initial()
        files = None if workdir is None else Files(workdir)
        self.words = Words(self.expander.scope, fields_for(self.expander.needs(), self.expander.scope), files)
        self.table = table(0, False)
        self.team = Team(self.words.fields.wide, threads)
        self.levels: list[int] = []
        self.truncated: list[tuple[int, np.ndarray]] = []
        self.expanded = 0
        self.most = sys.maxsize if limits.max_states is None else limits.max_states
        self.limit = ""
        self.reported = self.saved = limits.seconds()

    def begin(self, resume: bool) -> None:
        """Makes the initial state the only one, or all those of an earlier exploration."""
        if resume and self.workdir is not None and (self.workdir / CHECKPOINT).exists():
            self._resume(self.workdir)
        else:
            if self.workdir is not None:
                checkpoint.begin(self.workdir)
            self.words.begin(self.initial)
        self.table = filled(self.words, 1_024)

    def _resume(self, folder: Path) -> None:
        self.words, values, arrays = checkpoint.load(self.expander, self.initial, folder)
        self.levels, self.expanded = values["levels"], values["expanded"]
        self.team = Team(self.words.fields.wide, self.team.threads)
        self.team.shares[0].taken = arrays["taken"]
        self.truncated = [(0, np.unpackbits(arrays["truncated"], count=self.expanded))]

    def _save(self) -> None:
        """Writes down all that it takes to go on from here."""
        self.saved = self.limits.seconds()
        values = {"levels": self.levels, "expanded": self.expanded}
        marks = np.packbits(self._truncated()[: self.expanded])
        checkpoint.save(self.expander, self.words, values, {"taken": self._taken(), "truncated": marks})

    def run(self) -> StateGraph:
        try:
            self._levels()
        except LimitReached as reached:
            self.limit = str(reached)
        finally:
            self.team.dismiss()
        if self.words.files is not None:
            self._save()
        return self._graph()

    def _levels(self) -> None:
        """Expands level after level; ``levels`` are exact up to the limit."""
        while self.expanded < self.words.count:
            if sum(self.levels) == self.expanded:  # else it was ended within a level
                self.levels.append(self.words.count - self.expanded)
            after = sum(self.levels)
            while self.expanded < after:
                self._look_at_limits()
                if self.words.files is not None and self.limits.seconds() - self.saved > SAVED_EVERY:
                    self._save()
                self._chunk(min(self.expanded + CHUNK * self.team.threads, after))

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

    def _chunk(self, last: int) -> None:
        """Expands the next states, at most those before ``last``."""
        shares = self.team.shared(self.expanded, last)
        stop = self._successors(shares)
        if shares[0].last > shares[0].first:
            self._insert(shares)
        if stop is not None:
            # What the reference would not have come to must not end this exploration either.
            if self.words.count > self.most:
                raise LimitReached(self.limits.hit(self.words.count))
            raise stop[1]

    def _successors(self, shares: list[Share]) -> Stop | None:
        """Writes the successors of the shares' states in words that have room for them."""
        spans = [(share.first, share.last) for share in shares]
        stop = expand(self.expander, self.words, self.team, shares, None)
        while not fits(self.words.fields, self.expander.needs()):
            self._repack()
            for share, span in zip(shares, spans, strict=True):
                share.first, share.last = span
            stop = expand(self.expander, self.words, self.team, shares, stop)
        return stop

    def _insert(self, shares: list[Share]) -> None:
        """Appends what is new among the successors of the shares' states."""
        words = self.words
        entries = sum(share.entries for share in shares)
        everyone = self.team.shares

        def insert(one: tuple[int, Share]) -> bool:
            return one[1].insert(shares, one[0], len(everyone), self.table)

        while int(self.table.used.max()) + entries // (4 * REGIONS) > self.table.crowded:
            self.table = larger(self.table, self.team.together, len(everyone))
        self.team.together(Share.route, shares)
        while not all(self.team.together(insert, list(enumerate(everyone)))):
            self.table = larger(self.table, self.team.together, len(everyone))
        words.reserve(entries)
        places = []
        for share in shares:
            places.append(words.count)
            fresh = share.fresh()
            if words.count <= self.most < words.count + fresh:
                # As in the reference, the state at hand is the last one expanded.
                share.cut(self.most - words.count)
                cut(shares, share.last)
                fresh = share.fresh()
            words.count += fresh
            share.count_labels(len(self.expander.tables.actions))
        self.team.together(
            lambda pair: pair[0].append(words, pair[1]), list(zip(shares, places, strict=True))
        )
        self._expanded(shares)

    def _expanded(self, shares: list[Share]) -> None:
        for share in shares:
            truncated = share.out.truncated[: share.last - share.first]
            if truncated.any():
                self.truncated.append((share.first, truncated.copy()))
        self.team.note(shares)
        self.expanded = max(share.last for share in shares if share.last > share.first)

    def _repack(self) -> None:
        self.words.repack(self.expander.needs())
        self.team.widen(self.words.fields.wide)
        size, self.table = self.table.size, table(0, False)  # freed before another is made
        self.table = filled(self.words, size)

    def _taken(self) -> Longs:
        """By label how often it occurred."""
        most = max(len(share.taken) for share in self.team.shares)
        return sum(
            (grown(share.taken, most)[:most] for share in self.team.shares), np.zeros(most, dtype=np.int64)
        )

    def _truncated(self) -> Mask:
        """The states in which an action lacked room."""
        truncated: Mask = np.zeros(self.words.count, dtype=np.bool_)
        for first, marks in self.truncated:
            truncated[first : first + len(marks)] = marks
        return truncated

    def _graph(self) -> StateGraph:
        self.table = table(0, False)
        self.words.trim()
        count = self.words.count
        if count > sum(self.levels):
            self.levels.append(count - sum(self.levels))
        levels = tuple(self.levels)
        return StateGraph(
            engine="native",
            system=self.system,
            found=PackedStates(self.expander, self.words, levels, self.expanded, self._taken()),
            levels=levels,
            truncated=self._truncated(),
            complete=not self.limit,
            limit=self.limit,
            expanded=self.expanded,
            seconds=self.limits.seconds(),
        )
