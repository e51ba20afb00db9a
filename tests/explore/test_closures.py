"""Closures of sets of nodes, by the kernel and without it, against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.explore import closures
from checker.explore.closures import Closures
from checker.explore.graph import edges_from

NODES = 12
PAIRS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=30)
SETS = st.lists(st.sets(st.integers(0, NODES - 1)), min_size=1, max_size=5)


@pytest.mark.parametrize("few", [0, NODES])
@settings(max_examples=100, deadline=None)
@given(PAIRS, SETS)
def test_what_paths_lead_to(few: int, pairs: list[tuple[int, int]], sets: list[set[int]]) -> None:
    graph = nx.MultiDiGraph(pairs)
    graph.add_nodes_from(range(NODES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closures, "FEW_IF_LOADED", few)
        closed = Closures(edges_from(pairs, NODES))
        for nodes in sets:  # one after the other, with the marks that those before have left
            expected = set(nodes).union(*(nx.descendants(graph, node) for node in nodes))
            assert closed.of(np.array(sorted(nodes), dtype=np.int32)).tolist() == sorted(expected)
