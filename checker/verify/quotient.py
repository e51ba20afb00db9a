"""A state graph seen from farther away: states that are alike are one node, and the steps between
two nodes one arrow for each kind of step.

What counts as alike is the *level*: the same control states, the same local states, the same for
whoever sees only control states and what properties say, or nothing but the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from checker.document.protocol import Property
from checker.explore.graph import Edges, Ints, Mask, StateGraph, edges_from
from checker.explore.search import components
from checker.model.tables import Action, ActionKind, Model
from checker.verify.bisimulation import UNSEEN, coarsest, renumbered
from checker.verify.claims import VIOLATED, claims_of
from checker.verify.decide import judge_states
from checker.verify.words import brief_action, describe_action

Level = Literal["states", "endpoints", "observation", "full"]
LEVELS: tuple[Level, ...] = get_args(Level)

Words = Callable[[Model, Action], str]
"""Says how an action is called."""

NETWORK: tuple[ActionKind, ...] = ("loss", "duplication")
"""What the network does."""

KINDS: tuple[ActionKind, ...] = get_args(ActionKind)


@dataclass(frozen=True)
class Node:
    """Some states that are alike: how many, and the ``first`` that was found.

    ``ends`` are the control states of A and B. ``stuck`` of the states break some `never stuck`
    property; ``final`` of the others are in terminal SCCs of the whole graph: nothing new can
    follow.
    """

    ends: tuple[str, str]
    first: int
    states: int
    final: int
    stuck: int


class Arrow(NamedTuple):
    """Steps of one kind and one end that lead from some state of a node to some state of another:
    the numbers of the nodes, and what the actions are called, each once and sorted."""

    source: int
    target: int
    kind: ActionKind
    end: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Quotient:
    """The nodes of ``graph``, numbered by their first states, and the arrows between different
    nodes, sorted. ``blocks`` has the node of each state; ``closed`` the nodes of each terminal SCC
    of the nodes, of which no step leads out."""

    graph: StateGraph
    level: Level
    blocks: Ints
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    closed: tuple[tuple[int, ...], ...]


def quotient(
    graph: StateGraph,
    level: Level,
    properties: Collection[str] | None = None,
    without: Collection[str] = (),
) -> Quotient:
    """``graph``, which must be complete, at a level; of the properties of the document only these
    ``properties`` are seen by `observation`, if they are given.

    Arrows from a node to itself are left out, but for `full`, where each edge is an arrow; so are
    those of the events (or, of the network's, the kinds) that it is to be ``without``.
    """
    blocks = by_observation(graph, properties) if level == "observation" else _BLOCKS[level](graph)
    words = words_at(level)
    kept = graph.edges_of(lambda action: _event(graph, action) not in without)
    arrows = _each_edge(graph, kept, words) if level == "full" else _arrows(graph, blocks, kept, words)
    return Quotient(graph, level, blocks, _nodes(graph, blocks), arrows, _closed(graph, blocks))


def words_at(level: Level) -> Words:
    """How actions are called at a level."""
    return describe_action if level == "full" else brief_action


# What is alike


def by_states(graph: StateGraph) -> Ints:
    """By state its block: alike are states with the same control states of both ends."""
    tables = graph.system.model.tables
    numbers = {name: number for number, name in enumerate(graph.system.model.protocol.states)}
    first, pairs = graph.combinations((0, 1))
    codes = []
    for index in first.tolist():
        state = graph.state(index)
        a, b = (numbers[tables[end].locals[state[end]].state] for end in (0, 1))
        codes.append(a * len(numbers) + b)
    return renumbered(np.array(codes, dtype=np.int64)[pairs])


def by_endpoints(graph: StateGraph) -> Ints:
    """Alike are states with the same local states of both ends, whatever is in flight."""
    return renumbered(graph.combinations((0, 1))[1])


def by_observation(graph: StateGraph, properties: Collection[str] | None = None) -> Ints:
    """Branching bisimulation: alike are states with the same control states, of which the
    properties of states say the same, and from which users, who see their calls and all this,
    cannot find out which it is. See ``checker.verify.bisimulation``.
    """
    calls: dict[tuple[int, str], int] = {}
    edges = graph.edges  # first, for an engine may number actions as it builds the edges
    by_action = [
        1 + calls.setdefault((action.end, action.event), len(calls)) if action.kind == "call" else UNSEEN
        for action in graph.system.model.actions.values
    ]
    labels = np.array(by_action, dtype=np.int64)[edges.labels]
    return coarsest(edges, labels, _observed(graph, properties))


def _observed(graph: StateGraph, properties: Collection[str] | None) -> npt.NDArray[Any]:
    """By state a number for its control states and for what properties say of it."""
    codes = by_states(graph).astype(np.int64)
    model = graph.system.model
    for property in model.protocol.properties.values():
        if property.kind in ("step", "leads to") or not _applies(model, property):
            continue
        if properties is not None and property.name not in properties:
            continue
        for claim in claims_of(model, property):
            codes = renumbered(codes * 3 + judge_states(graph, property, claim)).astype(np.int64)
    return codes


def _each(graph: StateGraph) -> Ints:
    states: Ints = np.arange(len(graph), dtype=np.int32)
    return states


_BLOCKS: dict[Level, Callable[[StateGraph], Ints]] = {
    "states": by_states,
    "endpoints": by_endpoints,
    "full": _each,
}

# Nodes


def _nodes(graph: StateGraph, blocks: Ints) -> tuple[Node, ...]:
    _, first, sizes = np.unique(blocks, return_index=True, return_counts=True)
    stuck = stuck_states(graph)
    final = last_states(graph) & ~stuck
    marked = [np.bincount(blocks[mask], minlength=len(first)) for mask in (final, stuck)]
    tables = graph.system.model.tables
    nodes = []
    for number, index in enumerate(first.tolist()):
        state = graph.state(index)
        ends = (tables[0].locals[state.a].state, tables[1].locals[state.b].state)
        nodes.append(Node(ends, index, int(sizes[number]), *(int(counts[number]) for counts in marked)))
    return tuple(nodes)


def last_states(graph: StateGraph) -> Mask:
    """The states of the terminal SCCs."""
    number, labels = components(graph.edges)
    return _terminal(graph.edges, number, labels)[labels]


def _terminal(edges: Edges, number: int, labels: Ints) -> Mask:
    """The components that no edge leaves."""
    terminal: Mask = np.ones(number, dtype=np.bool_)
    leaving = labels[edges.sources] != labels[edges.targets]
    terminal[labels[edges.sources[leaving]]] = False
    return terminal


def stuck_states(graph: StateGraph) -> Mask:
    """The states from which helpful actions do not lead where some `never stuck` property wants
    to get to."""
    model = graph.system.model
    stuck: Mask = np.zeros(len(graph), dtype=np.bool_)
    for property in model.protocol.properties.values():
        if property.kind == "never stuck" and _applies(model, property):
            for claim in claims_of(model, property):
                stuck |= judge_states(graph, property, claim) == VIOLATED
    return stuck


def _applies(model: Model, property: Property) -> bool:
    """Whether the scenario assumes what the property is claimed under."""
    return set(property.assumptions) <= set(model.scenario.assume)


# Arrows


def _arrows(graph: StateGraph, blocks: Ints, kept: Mask, words: Words) -> tuple[Arrow, ...]:
    edges = graph.edges
    leading = np.flatnonzero(kept & (blocks[edges.sources] != blocks[edges.targets]))
    nodes, actions = int(blocks.max()) + 1, len(graph.system.model.actions)
    codes = blocks[edges.sources[leading]].astype(np.int64)
    codes = codes * nodes + blocks[edges.targets[leading]]
    codes = np.unique(codes * actions + edges.labels[leading])
    model = graph.system.model
    called = [words(model, action) for action in model.actions.values]
    found: dict[tuple[int, int, ActionKind, int], set[str]] = {}
    for code in codes.tolist():
        ends, number = divmod(code, actions)
        action = model.actions[number]
        key = (*divmod(ends, nodes), action.kind, action.end)
        found.setdefault(key, set()).add(called[number])
    arrows = (Arrow(*key, tuple(sorted(labels))) for key, labels in found.items())
    return tuple(sorted(arrows, key=_order))


def _event(graph: StateGraph, action: Action) -> str:
    if action.kind in NETWORK:
        return action.kind
    return graph.system.model.arrival_event if action.kind == "delivery" else action.event


def _order(arrow: Arrow) -> tuple[int, ...]:
    return arrow.source, arrow.target, KINDS.index(arrow.kind), arrow.end


def _each_edge(graph: StateGraph, kept: Mask, words: Words) -> tuple[Arrow, ...]:
    model, edges = graph.system.model, graph.edges.only(kept)
    called = [(a.kind, a.end, (words(model, a),)) for a in model.actions.values]
    rows = zip(edges.sources.tolist(), edges.targets.tolist(), edges.labels.tolist(), strict=True)
    return tuple(Arrow(source, target, *called[number]) for source, target, number in rows)


def _closed(graph: StateGraph, blocks: Ints) -> tuple[tuple[int, ...], ...]:
    """The terminal SCCs of the nodes, with all arrows there are."""
    nodes = int(blocks.max()) + 1
    pairs = np.unique(blocks[graph.edges.sources].astype(np.int64) * nodes + blocks[graph.edges.targets])
    edges = edges_from((divmod(pair, nodes) for pair in pairs.tolist()), nodes)
    number, labels = components(edges)
    terminal = np.flatnonzero(_terminal(edges, number, labels))
    members = (tuple(np.flatnonzero(labels == component).tolist()) for component in terminal)
    return tuple(sorted(members))
