"""Search on the arrays of ``Edges``; ``backend`` offers it to networkx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

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
        starts, ends = edges.offsets[layer], edges.offsets[layer + 1]
        counts = ends - starts
        base = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        reached = edges.targets[base + np.arange(int(counts.sum()))]
        reached = reached[~seen[reached]]
        places: Ints = np.arange(len(reached), dtype=np.int32)
        last[reached] = places
        layer = np.sort(reached[last[reached] == places])
