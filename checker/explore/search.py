"""Searches on the arrays of ``Edges``: what is reached, and strongly connected components.

``backend`` offers them to networkx.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.explore.graph import FEW, Edges, Ints, Mask, small_ints

NODES_AT_ONCE = 1 << 18
"""Nodes whose edges are looked at together."""


class Distinct:
    """Drops repetitions from numbers of nodes, without comparing them with one another."""

    def __init__(self, nodes: int) -> None:
        self.last: Ints = np.empty(nodes, dtype=np.int32)
        """By node its last place among those asked for: the others are repetitions."""

    def of(self, nodes: Ints) -> Ints:
        """Each of ``nodes`` once, ascending."""
        places: Ints = np.arange(len(nodes), dtype=np.int32)
        self.last[nodes] = places
        return np.sort(nodes[self.last[nodes] == places])


def reach_layers(
    edges: Edges, sources: npt.NDArray[Any], inside: Mask | None = None, usable: Mask | None = None
) -> Iterator[Ints]:
    """Breadth-first layers of node numbers from ``sources``, each sorted; only by ``usable``
    edges to nodes ``inside``, if these are given."""
    seen: Mask = np.zeros(len(edges), dtype=np.bool_)
    distinct_nodes = Distinct(len(edges))
    first: Mask = np.zeros(len(edges), dtype=np.bool_)
    first[sources] = True
    layer = np.flatnonzero(first).astype(np.int32)
    while len(layer):
        seen[layer] = True
        yield layer
        found = []
        # The first layer may be the whole graph, and few of its edges lead to anything new.
        for first_place in range(0, len(layer), NODES_AT_ONCE):
            out = edges.of(layer[first_place : first_place + NODES_AT_ONCE])
            reached = edges.targets[out if usable is None else out[usable[out]]]
            new = ~seen[reached] if inside is None else ~seen[reached] & inside[reached]
            found.append(reached[new])
        layer = distinct_nodes.of(np.concatenate(found))


def reached_from(
    edges: Edges, sources: npt.NDArray[Any], inside: Mask | None = None, usable: Mask | None = None
) -> Mask:
    """The nodes that a path from one of ``sources`` leads to, these included; see ``reach_layers``."""
    if inside is None and usable is None and len(edges) > FEW:
        return _reached_anywhere(edges, sources)
    mask: Mask = np.zeros(len(edges), dtype=np.bool_)
    for layer in reach_layers(edges, sources, inside, usable):
        mask[layer] = True
    return mask


def _reached_anywhere(edges: Edges, sources: npt.NDArray[Any]) -> Mask:
    """As ``reached_from``, by all edges: one search in compiled code."""
    # Not before it is needed: this takes as long as all else that a small check loads.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    # One node more, from which there are edges to the sources.
    nodes = len(edges) + 1
    targets = np.concatenate([edges.targets, sources.astype(np.int32)])
    offsets = np.append(edges.offsets, len(targets)).astype(small_ints(targets))
    weights = np.broadcast_to(np.ones(1), len(targets))
    matrix = csr_array((weights, targets, offsets), shape=(nodes, nodes))
    mask: Mask = np.zeros(nodes, dtype=np.bool_)
    mask[breadth_first_order(matrix, nodes - 1, return_predecessors=False)] = True
    return mask[:-1]


MARKS = 8
"""Marks for each number up to which marking them is faster than sorting them."""


def distinct(numbers: npt.NDArray[Any], below: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(the numbers that occur, ascending; for each of ``numbers`` its place among them).

    All are less than ``below``. As ``numpy.unique``, but where it can without sorting.
    """
    if below > MARKS * (len(numbers) + 1):
        values, places = np.unique(numbers, return_inverse=True)
        return values.astype(np.int64), places.astype(np.int64)
    occurs = np.zeros(below, dtype=np.bool_)
    occurs[numbers] = True
    places = np.cumsum(occurs, dtype=small_ints(numbers))[numbers].astype(np.int64)
    return np.flatnonzero(occurs), places - 1


def combinations_of(columns: Iterable[npt.NDArray[Any]], count: int) -> npt.NDArray[np.int64]:
    """By place, of which there are ``count``, a number for what stands there in all of ``columns``:
    0, 1, … in their order."""
    code = np.zeros(count, dtype=np.int64)
    for column in columns:
        below = int(column.max(initial=0)) + 1
        code = distinct(code * below + column, (int(code.max(initial=0)) + 1) * below)[1]
    return code


def components(edges: Edges) -> tuple[int, Ints]:
    """(number of strongly connected components, the component of each node)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    shape = (len(edges), len(edges))
    ones = np.ones(len(edges.targets), dtype=np.int8)
    offsets = edges.offsets.astype(small_ints(edges.targets))
    matrix = csr_array((ones, edges.targets, offsets), shape=shape)
    number, labels = connected_components(matrix, directed=True, connection="strong")
    return int(number), labels
