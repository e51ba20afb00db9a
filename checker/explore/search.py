"""Searches of a graph on its arrays: what is reached, and strongly connected components."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from checker.explore.graph import Edges, Ints, Mask


def reach_layers(edges: Edges, sources: Ints) -> Iterator[Ints]:
    """Breadth-first layers of node numbers from ``sources``, each sorted."""
    seen: Mask = np.zeros(len(edges), dtype=np.bool_)
    layer = np.unique(sources).astype(np.int32)
    while len(layer):
        seen[layer] = True
        yield layer
        reached = edges.targets[edges.of(layer)]
        layer = np.unique(reached[~seen[reached]])


def reached(edges: Edges, sources: Ints) -> Mask:
    """The nodes that a path from one of ``sources`` leads to, these included."""
    mask: Mask = np.zeros(len(edges), dtype=np.bool_)
    for layer in reach_layers(edges, sources):
        mask[layer] = True
    return mask


def components(edges: Edges) -> tuple[int, Ints]:
    """(number of strongly connected components, the component of each node)."""
    shape = (len(edges), len(edges))
    ones = np.ones(len(edges.targets), dtype=np.int8)
    matrix = csr_array((ones, edges.targets, edges.offsets), shape=shape)
    number, labels = connected_components(matrix, directed=True, connection="strong")
    return int(number), labels
