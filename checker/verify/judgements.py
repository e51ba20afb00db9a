"""Claims judged on all states, or all steps, of a graph.

Each part of a claim is asked only where those before it hold, and once for all states or steps that
are alike in what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from checker.explore.graph import Ints, Mask, StateGraph
from checker.explore.search import combinations_of, distinct
from checker.model.evaluate import Env
from checker.model.tables import Action, Interned
from checker.verify.claims import (
    BEFORE,
    HOLDS,
    PREMISE_FALSE,
    SENT,
    TAKEN_EVENT,
    TAKEN_SEGMENT,
    VIOLATED,
    Claim,
    Judgements,
    Part,
    showing,
    step_env,
)
from checker.verify.trace import move_of

# States


def judge_all(graph: StateGraph, claim: Claim) -> Judgements:
    """The claim's judgement of every state."""
    premise = _holding(graph, claim, claim.when, None) if claim.when else None
    holding = _holding(graph, claim, claim.claim, premise)
    judged: Judgements = np.where(holding, np.int8(HOLDS), np.int8(VIOLATED))
    if premise is not None:
        judged[~premise] = PREMISE_FALSE
    return judged


def _holding(graph: StateGraph, claim: Claim, parts: Sequence[Part], where: Mask | None) -> Mask:
    """The states in which all of ``parts`` hold, of those in ``where``."""
    for together in _together(parts):
        if where is not None and not where.any():
            break
        where = _holding_together(graph, claim, together, where)
    assert where is not None  # a claim has a part at least
    return where


def _together(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Parts that can be asked together: of states that are alike in what one of them reads, or
    in both local states, which are few."""
    found: tuple[Part, ...] = ()
    columns: set[int] = set()
    for part in parts:
        both = columns | set(part.columns)
        if found and not (both in (columns, set(part.columns)) or both <= {0, 1}):
            yield found
            found, both = (), set(part.columns)
        found, columns = (*found, part), both
    if found:
        yield found


def _holding_together(graph: StateGraph, claim: Claim, parts: Sequence[Part], where: Mask | None) -> Mask:
    """As ``_holding``, by combinations of all that ``parts`` read."""
    first, inverse = graph.combinations(tuple(sorted({column for part in parts for column in part.columns})))
    asked: Mask = np.full(len(first), where is None)
    if where is not None:
        asked[inverse[where]] = True
    left = np.flatnonzero(asked)
    for part in parts:
        kind = graph.combinations(part.columns)[1][first[left]]
        left = left[_of_each_kind(graph, claim, part, kind)]
    holding: Mask = np.zeros(len(first), dtype=np.bool_)
    holding[left] = True
    everywhere: Mask = holding[inverse]
    return everywhere if where is None else everywhere & where


def _of_each_kind(graph: StateGraph, claim: Claim, part: Part, kind: Ints) -> Mask:
    """Whether ``part`` holds, for each of ``kind``, combinations of what it reads."""
    kinds, place = distinct(kind, len(graph.combinations(part.columns)[0]))
    show = showing(graph.system, claim.end)
    envs = map(show, graph.having(part.columns, kinds.tolist()))
    holds: Mask = np.array(claim.asks_each(part, envs), dtype=np.bool_)
    return holds[place]


# Steps


TakenStep = tuple[int, Action, int]
"""Local state, action, peer's local state or -1 for any: see ``States.first_source``."""


class StepJudgements(NamedTuple):
    """Whether the premise of a claim holds of any step of its end, and the steps that break it."""

    premise: bool
    broken: set[TakenStep]


def judge_steps(graph: StateGraph, claim: Claim) -> StepJudgements:
    """The claim's judgement of each step of its end; of the local states of the peer in which it
    is taken, each is looked at only from the first part on that reads it."""
    left = _steps(graph, claim.end)
    broken: set[TakenStep] = set()
    premise = False
    for number, part in enumerate((*claim.when, *claim.claim)):
        if 1 - claim.end in part.columns:
            left = left.with_peers(graph)
        if number == len(claim.when):
            premise = bool(len(left))
        holds = _holding_steps(graph, claim, part, left)
        if number >= len(claim.when):
            broken.update(left.only(~holds).taken())
        left = left.only(holds)
    return StepJudgements(premise, broken)


@dataclass(frozen=True, eq=False)
class _Steps:
    """Steps of ``end``: which of ``all_of`` (local state, action) each is, and the peer's local state
    or -1 for any. ``columns`` are numbers for all that a claim may read of each of ``all_of``, and
    ``kept`` what it is evaluated against, whatever the peer's local state."""

    end: int
    all_of: Sequence[tuple[int, Action]]
    columns: dict[int, Ints]
    kept: dict[int, Env]
    which: npt.NDArray[np.int64]
    peers: Ints

    def __len__(self) -> int:
        return len(self.which)

    def only(self, these: npt.NDArray[Any]) -> _Steps:
        """Some of them, by a mask or by their places."""
        return replace(self, which=self.which[these], peers=self.peers[these])

    def envs(self, graph: StateGraph) -> Iterator[Env]:
        """What a claim about each is evaluated against."""
        for which, peer in zip(self.which.tolist(), self.peers.tolist(), strict=True):
            env = self.kept.get(which) if peer < 0 else None
            if env is None:
                local, action = self.all_of[which]
                env = step_env(graph.system, local, max(peer, 0), action)
                if peer < 0:
                    self.kept[which] = env
            yield env

    def taken(self) -> Iterator[TakenStep]:
        for which, peer in zip(self.which.tolist(), self.peers.tolist(), strict=True):
            yield (*self.all_of[which], peer)

    def with_peers(self, graph: StateGraph) -> _Steps:
        """Each of them in all local states of the peer in which it is taken."""
        if len(self.peers) and self.peers[0] >= 0:
            return self
        met = graph.peers(self.end)
        peers = [met[self.all_of[which]] for which in self.which.tolist()]
        which = np.repeat(self.which, [len(each) for each in peers])
        listed: Ints = np.fromiter(chain.from_iterable(peers), dtype=np.int32, count=len(which))
        return replace(self, which=which, peers=listed)

    def kinds(self, columns: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(the first step of each combination of ``columns``, the combination of each step)."""
        values = (
            self.peers if column == 1 - self.end else self.columns[column][self.which] for column in columns
        )
        code = combinations_of(values, len(self))
        first = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.int64)
        first[code[::-1]] = np.arange(len(code))[::-1]
        return first, code


def _steps(graph: StateGraph, end: int) -> _Steps:
    """All that ``end`` does, whatever the peer's local state."""
    key = f"judged steps {end}"
    if key not in graph.cache:
        all_of = graph.steps(end)
        which = np.arange(len(all_of), dtype=np.int64)
        anyone: Ints = np.full(len(all_of), -1, dtype=np.int32)
        graph.cache[key] = _Steps(end, all_of, _columns(graph, end, all_of), {}, which, anyone)
    steps: _Steps = graph.cache[key]
    return steps


def _columns(graph: StateGraph, end: int, steps: Sequence[tuple[int, Action]]) -> dict[int, Ints]:
    """Numbers for what a claim may read of steps: the same only for what it cannot tell apart."""
    numbers: Interned[Any] = Interned()
    rows = []
    for local, action in steps:
        move = move_of(graph.system, local, action)
        assert move is not None  # steps of endpoints only
        told = (action.kind, action.event), action.segment, move.sent
        rows.append((local, move.after, *map(numbers.number, told)))
    listed = np.array(rows, dtype=np.int32).reshape(len(rows), 5)
    return dict(zip((BEFORE, end, TAKEN_EVENT, TAKEN_SEGMENT, SENT), listed.T, strict=True))


def _holding_steps(graph: StateGraph, claim: Claim, part: Part, steps: _Steps) -> Mask:
    """Whether ``part`` holds, for each of ``steps``."""
    first, kind = steps.kinds(part.columns)
    holds: Mask = np.array(claim.asks_each(part, steps.only(first).envs(graph)), dtype=np.bool_)
    return holds[kind]
