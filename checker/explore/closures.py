"""Closures of sets of nodes under edges, for many sets of one graph."""

from __future__ import annotations

import numpy as np

from checker.explore.engines import FEW_IF_LOADED, is_installed
from checker.explore.graph import Edges, Ints
from checker.explore.search import reach_layers


class Closures:
    """Closes sets under ``edges``: with a kernel, where it is worth loading it."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._kernel = len(edges) > FEW_IF_LOADED and is_installed()
        if self._kernel:
            self._stamps: Ints = np.zeros(len(edges), dtype=np.int32)
            self._queue: Ints = np.empty(len(edges), dtype=np.int32)
            self._stamp = 0

    def of(self, nodes: Ints) -> Ints:
        """``nodes``, which are distinct, and all that paths lead to from them; ascending."""
        if not self._kernel:
            return np.sort(np.concatenate([nodes[:0], *reach_layers(self._edges, nodes)]))
        # Not before it is needed: this takes half a second.
        from checker.explore.native.reach import reach

        self._stamp += 1
        self._queue[: len(nodes)] = nodes
        edges, queue = self._edges, self._queue
        count = reach(edges.offsets, edges.targets, self._stamps, self._stamp, queue, len(nodes))
        return np.sort(queue[:count])
