"""Searches on the arrays of ``Edges``: what is reached, and strongly connected components.

``backend`` offers them to networkx.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from checker.explore.graph import Edges, Ints, Mask


def reach_layers(edges: Edges, sources: npt.NDArray[Any]) -> Iterator[Ints]:
    """Breadth-first layers of node numbers from ``sources``, each sorted."""
    seen: Mask = np.zeros(len(edges), dtype=np.bool_)
    last: Ints = np.empty(len(edges), dtype=np.int32)
    """By node its last place among those reached: the others are repetitions."""
    first: Mask = np.zeros(len(edges), dtype=np.bool_)
    first[sources] = True
    layer = np.flatnonzero(first).astype(np.int32)
    while len(layer):
        seen[layer] = True
        yield layer
        reached = edges.targets[edges.of(layer)]
        reached = reached[~seen[reached]]
        places: Ints = np.arange(len(reached), dtype=np.int32)
        last[reached] = places
        layer = np.sort(reached[last[reached] == places])


def reached_from(edges: Edges, sources: npt.NDArray[Any]) -> Mask:
    """The nodes that a path from one of ``sources`` leads to, these included."""
    # One node more, from which there are edges to the sources.
    nodes = len(edges) + 1
    targets = np.concatenate([edges.targets, sources.astype(np.int32)])
    offsets = np.append(edges.offsets, len(targets))
    weights = np.broadcast_to(np.ones(1), len(targets))
    matrix = csr_array((weights, targets, offsets), shape=(nodes, nodes))
    mask: Mask = np.zeros(nodes, dtype=np.bool_)
    mask[breadth_first_order(matrix, nodes - 1, return_predecessors=False)] = True
    return mask[:-1]


MOST_MARKS = 1 << 28
"""Bytes spent on marking numbers rather than sorting them."""


def distinct(numbers: npt.NDArray[Any], below: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(the numbers that occur, ascending; for each of ``numbers`` its place among them).

    All are less than ``below``. As ``numpy.unique``, but where it can without sorting.
    """
    if below > MOST_MARKS:
        values, places = np.unique(numbers, return_inverse=True)
        return values.astype(np.int64), places.astype(np.int64)
    occurs = np.zeros(below, dtype=np.bool_)
    occurs[numbers] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs, dtype=np.int64) - 1)[numbers]


def components(edges: Edges) -> tuple[int, Ints]:
    """(number of strongly connected components, the component of each node)."""
    shape = (len(edges), len(edges))
    ones = np.ones(len(edges.targets), dtype=np.int8)
    matrix = csr_array((ones, edges.targets, edges.offsets), shape=shape)
    number, labels = connected_components(matrix, directed=True, connection="strong")
    return int(number), labels
