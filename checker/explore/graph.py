"""The reachable states as a graph in arrays, which networkx can work on directly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from checker.explore.system import GlobalState, System
from checker.model.tables import Action

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

FEW = 5_000
"""Nodes or edges up to which no compiled code is loaded, which takes longer than to do without."""


@dataclass(frozen=True)
class Edges:
    """A directed graph on the nodes 0 … n-1 in compressed sparse rows.

    ``offsets`` has n+1 entries; the edges of node i are ``targets[offsets[i]:offsets[i+1]]``.
    ``labels`` are numbers of actions, one an edge, or empty. Several edges may join the same
    two nodes.

    It is a graph to networkx: functions that ``checker.explore.backend`` implements work on
    the arrays, all others on a conversion.
    """

    offsets: npt.NDArray[np.int64]
    targets: Ints
    labels: Ints

    __networkx_backend__ = "lastack"

    def is_directed(self) -> bool:
        return True

    def is_multigraph(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __contains__(self, node: object) -> bool:
        return isinstance(node, int) and 0 <= node < len(self)

    @cached_property
    def sources(self) -> Ints:
        """The source of each edge."""
        nodes: Ints = np.arange(len(self), dtype=np.int32)
        return np.repeat(nodes, np.diff(self.offsets))

    def of(self, nodes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The numbers of the edges that leave ``nodes``."""
        starts = self.offsets[nodes]
        return ranges(starts, self.offsets[nodes + 1] - starts, small_ints(self.targets))

    def only(self, keep: Mask) -> Edges:
        """The same nodes with the edges where ``keep`` holds."""
        counts = np.bincount(self.sources[keep], minlength=len(self))
        labels = self.labels[keep] if len(self.labels) else self.labels
        return Edges(_offsets(counts), self.targets[keep], labels)

    def reversed(self) -> Edges:
        """Every edge the other way round, in the order of its old target."""
        order = self._by_target()
        counts = np.bincount(self.targets, minlength=len(self))
        labels = self.labels[order] if len(self.labels) else self.labels
        return Edges(_offsets(counts), self.sources[order], labels)

    def _by_target(self) -> npt.NDArray[Any]:
        """The numbers of all edges by their targets; those of one target ascending."""
        if len(self.targets) <= FEW:
            return np.argsort(self.targets, kind="stable")
        # Not before it is needed: this takes as long as all else that a small check loads.
        from scipy.sparse import csr_array

        # A matrix of the edges' numbers, column by column: counted, not compared.
        numbers = np.arange(len(self.targets), dtype=small_ints(self.targets))
        matrix = csr_array(
            (numbers, self.targets, self.offsets.astype(numbers.dtype)), shape=(len(self), len(self))
        )
        order: npt.NDArray[Any] = matrix.tocsc().data
        return order


def small_ints(things: npt.NDArray[Any]) -> type[np.signedinteger[Any]]:
    """The smallest integers that can number so many ``things`` and one more: of millions of them
    half the memory, and what scipy need not copy."""
    return np.int32 if len(things) < np.iinfo(np.int32).max else np.int64


def ranges(
    starts: npt.NDArray[Any], counts: npt.NDArray[Any], kind: type[np.signedinteger[Any]] = np.int64
) -> npt.NDArray[Any]:
    """As many numbers from each of ``starts`` on as ``counts`` says, one range after the other."""
    ends = np.cumsum(counts)
    numbers: npt.NDArray[Any] = np.arange(int(ends[-1]) if len(ends) else 0, dtype=kind)
    numbers += np.repeat((starts - ends + counts).astype(kind), counts)
    return numbers


def _offsets(counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


class States(Protocol):
    """The states that an engine found, in breadth-first order, and the edges between them.

    What an engine does not store it computes when it is asked; only states that were expanded
    have edges.
    """

    def __len__(self) -> int: ...

    def state(self, index: int) -> GlobalState: ...

    def combinations(self, columns: tuple[int, ...]) -> tuple[Ints, Ints]:
        """(for each combination of the parts ``columns`` of ``GlobalState`` that occurs, the
        first state with it, in ascending order; for each state the number of its own)."""

    def edges(self) -> Edges:
        """All edges, those of a state in the order of ``System.successors``."""

    def transitions(self) -> int:
        """The number of edges."""

    def enabling(self, moves: Callable[[Action], bool]) -> Mask:
        """The states in which an endpoint's action is enabled that is one of ``moves``."""

    def steps(self, end: int) -> Iterable[tuple[int, Action, int]]:
        """(local state, action, how often it is taken there) for all that ``end`` does."""

    def expansions(self, end: int) -> Iterable[tuple[int, int]]:
        """(local state of ``end``, the number of expanded states that it is in)."""

    def meetings(self, end: int) -> Iterable[tuple[int, Action, int]]:
        """(local state, action, peer's local state) for all that ``end`` does."""

    def first_source(self, end: int, steps: Set[tuple[int, Action, int]]) -> int:
        """The first state in which ``end`` takes one of these: (local state, action, peer's
        local state or -1 for any). There is one."""

    def parent(self, index: int) -> tuple[int, int]:
        """The edge by which a state was first reached: (state before, action); not of state 0."""


@dataclass(frozen=True)
class StateGraph:
    """Everything that the exploration of an ``engine`` found.

    ``levels[d]`` is the number of states at depth d. ``truncated`` marks states in which an
    action lacked room. ``complete`` is false when a limit, named in ``limit``, ended the
    exploration; the edges of the states from ``expanded`` on are then missing.
    """

    engine: str
    system: System
    found: States
    levels: tuple[int, ...]
    truncated: Mask
    complete: bool
    limit: str
    expanded: int
    seconds: float
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def depth(self) -> int:
        """The number of the last breadth-first level."""
        return len(self.levels) - 1

    def __len__(self) -> int:
        return len(self.found)

    @property
    def transitions(self) -> int:
        """The number of edges, which need not be built for it."""
        return self.found.transitions()

    @property
    def edges(self) -> Edges:
        """The graph itself, built when it is first asked for."""
        if "edges" not in self.cache:
            self.cache["edges"] = self.found.edges()
        edges: Edges = self.cache["edges"]
        return edges

    def edges_of(self, actions: Callable[[Action], bool]) -> Mask:
        """The edges of such actions."""
        labels = self.edges.labels  # first, for an engine may number actions as it builds the edges
        wanted: Mask = np.array(list(map(actions, self.system.model.actions.values)), dtype=np.bool_)
        return wanted[labels]

    def state(self, index: int) -> GlobalState:
        return self.found.state(index)

    def over_states(
        self, columns: tuple[int, ...], value: Callable[[GlobalState], int]
    ) -> npt.NDArray[np.int8]:
        """``value`` (a small integer) of every state; it may depend on ``columns`` only, and is
        evaluated once per combination of them, in the order in which they are found."""
        first, inverse = self.combinations(columns)
        values = map(value, self.having(columns, range(len(first))))
        return np.fromiter(values, np.int8, len(first))[inverse]

    def having(self, columns: tuple[int, ...], numbers: Iterable[int]) -> Iterator[GlobalState]:
        """The first state with each of these combinations of ``columns``."""
        first, _ = self.combinations(columns)
        states = self._firsts(columns, first)
        for number in numbers:
            state = states[number]
            if state is None:
                state = states[number] = self.state(int(first[number]))
            yield state

    def _firsts(self, columns: tuple[int, ...], first: Ints) -> list[GlobalState | None]:
        """By combination of ``columns`` the first state with it, once it has been asked for."""
        key = f"states {columns}"
        if key not in self.cache:
            self.cache[key] = [None] * len(first)
        states: list[GlobalState | None] = self.cache[key]
        return states

    def combinations(self, columns: tuple[int, ...]) -> tuple[Ints, Ints]:
        """See ``States.combinations``."""
        key = f"combinations {columns}"
        if key not in self.cache:
            self.cache[key] = self.found.combinations(columns)
        result: tuple[Ints, Ints] = self.cache[key]
        return result

    def steps(self, end: int) -> list[tuple[int, Action]]:
        """(local state, action) for all that ``end`` does, sorted."""
        found = ((local, action) for local, action, _ in self.found.steps(end))
        return sorted(found, key=self._step_key)

    def _step_key(self, step: tuple[int, Action]) -> tuple[int, str, str, int]:
        """Sorts steps alike whatever numbers an engine gave their actions."""
        local, action = step
        segment = action.segment
        number = -1 if segment is None else self.system.model.segments.number(segment)
        return local, action.kind, action.event, number

    def peers(self, end: int) -> dict[tuple[int, Action], list[int]]:
        """By (local state, action) of all that ``end`` does: the local states of the peer in which
        it does that, sorted."""
        key = f"peers {end}"
        if key not in self.cache:
            met: dict[tuple[int, Action], list[int]] = {}
            for local, action, peer in self.found.meetings(end):
                met.setdefault((local, action), []).append(peer)
            self.cache[key] = {step: sorted(peers) for step, peers in met.items()}
        peers: dict[tuple[int, Action], list[int]] = self.cache[key]
        return peers

    def path_to(self, index: int) -> list[tuple[int, int]]:
        """The shortest run to a state: (action, state reached) for each step."""
        steps = []
        while index > 0:
            before, action = self.found.parent(index)
            steps.append((action, index))
            index = before
        return steps[::-1]


@dataclass(frozen=True)
class ListedStates:
    """States in an array with a row for each, all their edges and, by state, the edge by which
    it was found (-1 for the first)."""

    system: System
    rows: Ints
    expanded: int
    listed_edges: Edges
    parents: Ints
    parent_labels: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def state(self, index: int) -> GlobalState:
        return GlobalState(*self.rows[index].tolist())

    def edges(self) -> Edges:
        return self.listed_edges

    def transitions(self) -> int:
        return len(self.listed_edges.targets)

    def parent(self, index: int) -> tuple[int, int]:
        return int(self.parents[index]), int(self.parent_labels[index])

    def combinations(self, columns: tuple[int, ...]) -> tuple[Ints, Ints]:
        first, inverse, _ = _combined([self.rows[:, column] for column in columns], len(self))
        order = np.argsort(first)
        rank: Ints = np.empty(len(first), dtype=np.int32)
        rank[order] = np.arange(len(first))
        return first[order].astype(np.int32), rank[inverse]

    def enabling(self, moves: Callable[[Action], bool]) -> Mask:
        wanted = self._which(lambda action: action.is_step and moves(action))
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[self.listed_edges.sources[wanted]] = True
        return mask

    def steps(self, end: int) -> Iterable[tuple[int, Action, int]]:
        return [(local, action, times) for local, action, _, _, times in self._taken(end, False)]

    def expansions(self, end: int) -> Iterable[tuple[int, int]]:
        counts = np.bincount(self.rows[: self.expanded, end])
        return [(local, times) for local, times in enumerate(counts.tolist()) if times]

    def meetings(self, end: int) -> Iterable[tuple[int, Action, int]]:
        return [(local, action, peer) for local, action, peer, _, _ in self._taken(end, True)]

    def first_source(self, end: int, steps: Set[tuple[int, Action, int]]) -> int:
        return min(
            source
            for local, action, peer, source, _ in self._taken(end, True)
            if (local, action, peer) in steps or (local, action, -1) in steps
        )

    def _which(self, actions: Callable[[Action], bool]) -> Mask:
        """Which edges are of these actions."""
        wanted: Mask = np.array(list(map(actions, self.system.model.actions.values)), dtype=np.bool_)
        return wanted[self.listed_edges.labels]

    def _taken(self, end: int, with_peer: bool) -> Iterator[tuple[int, Action, int, int, int]]:
        """(local state, action, a local state of the peer, first source, how often) for the
        steps of ``end``, all peers together or each apart."""
        edges = np.flatnonzero(self._which(lambda action: action.end == end and action.is_step))
        sources, labels = self.listed_edges.sources[edges], self.listed_edges.labels[edges]
        locals_, peers = self.rows[sources, end], self.rows[sources, 1 - end]
        first, _, times = _combined([locals_, labels, *([peers] if with_peer else [])], len(edges))
        actions = self.system.model.actions
        for i, count in zip(first.tolist(), times.tolist(), strict=True):
            yield int(locals_[i]), actions[int(labels[i])], int(peers[i]), int(sources[i]), count


def _combined(columns: Sequence[Ints], count: int) -> tuple[npt.NDArray[np.int64], ...]:
    """(first index, number of each entry, times) of each combination in ``columns``."""
    code = np.zeros(count, dtype=np.int64)
    for part in columns:
        code = code * (int(part.max(initial=0)) + 1) + part
        # Numbered anew after each column, so that the code cannot overflow.
        code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    _, first, inverse, times = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    return first, inverse, times


def edges_from(pairs: Iterable[tuple[int, int]], nodes: int) -> Edges:
    """A small graph given by its edges, for toy systems; labels are the edges' numbers."""
    listed = list(pairs)
    sources = np.array([source for source, _ in listed], dtype=np.int32)
    targets = np.array([target for _, target in listed], dtype=np.int32)
    order = np.argsort(sources, kind="stable")
    counts = np.bincount(sources, minlength=nodes) if listed else np.zeros(nodes, dtype=np.int64)
    return Edges(_offsets(counts), targets[order], order.astype(np.int32))
