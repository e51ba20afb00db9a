"""Branching bisimulation: which nodes of a graph an observer cannot tell apart, who sees what a node
looks like and some of the steps, and no step beside these that changes nothing to be seen.

Two nodes stay together if they look the same, and whatever one can do, perhaps after steps that
cannot be seen, the other can too, with the same result: the coarsest such partition. It is found
by refining a first one until nothing changes (van Glabbeek and Weijland 1996; Blom and Orzan
2003). Going round unseen for ever is not told from doing nothing: what is fair never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.explore.graph import Edges, Ints
from checker.explore.search import components

UNSEEN = 0
"""The label of the steps that are only seen where they change what a node looks like."""

Move = tuple[int, int]
"""A label, and a node or block that a step leads to."""


def coarsest(edges: Edges, labels: npt.NDArray[Any], looks: npt.NDArray[Any]) -> Ints:
    """By node the number of its block, blocks numbered in the order of their first nodes.

    ``labels`` has a number for each edge, ``UNSEEN`` or another; ``looks`` has one for each node.
    """
    # Nodes that lead to each other unseen are alike; without such cycles the rest is simple.
    inert = (labels == UNSEEN) & (looks[edges.sources] == looks[edges.targets])
    number, component = components(edges.only(inert))
    moves = _moves(edges, labels, component, number)
    look = np.zeros(number, dtype=np.int64)
    look[component] = looks
    blocks: list[int] = look.tolist()
    order = _inert_first(moves, blocks)
    count = 0
    while len(set(blocks)) > count:
        count = len(set(blocks))
        blocks = _refined(moves, blocks, order)
    return renumbered(np.array(blocks, dtype=np.int64)[component])


def _moves(edges: Edges, labels: npt.NDArray[Any], component: Ints, number: int) -> list[list[Move]]:
    """By component what leaves it, and what is seen within it."""
    sources, targets = component[edges.sources], component[edges.targets]
    kept = (sources != targets) | (labels != UNSEEN)
    rows = np.unique(np.stack([sources[kept], labels[kept], targets[kept]], axis=1), axis=0)
    moves: list[list[Move]] = [[] for _ in range(number)]
    for source, label, target in rows.tolist():
        moves[source].append((label, target))
    return moves


def _inert_first(moves: Sequence[Sequence[Move]], looks: Sequence[int]) -> list[int]:
    """The components in an order in which those that one leads to unseen stand before it."""
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for node, leaving in enumerate(moves):
        sorter.add(node, *(to for label, to in leaving if label == UNSEEN and looks[to] == looks[node]))
    return list(sorter.static_order())


def _refined(moves: Sequence[Sequence[Move]], blocks: Sequence[int], order: Sequence[int]) -> list[int]:
    """``blocks``, each divided by what its nodes can do, perhaps after unseen steps within it."""
    able: list[frozenset[Move]] = [frozenset()] * len(moves)
    numbers: dict[tuple[int, frozenset[Move]], int] = {}
    finer = [0] * len(moves)
    for node in order:
        found: set[Move] = set()
        for label, target in moves[node]:
            if label == UNSEEN and blocks[target] == blocks[node]:
                found |= able[target]
            else:
                found.add((label, blocks[target]))
        able[node] = frozenset(found)
        finer[node] = numbers.setdefault((blocks[node], able[node]), len(numbers))
    return finer


def renumbered(blocks: npt.NDArray[Any]) -> Ints:
    """The same partition with its blocks numbered in the order of their first nodes."""
    _, first, inverse = np.unique(blocks, return_index=True, return_inverse=True)
    rank: Ints = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[inverse]
