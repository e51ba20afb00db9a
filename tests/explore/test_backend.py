"""``Edges`` as a networkx graph: what runs on the arrays agrees with plain networkx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from unittest import mock

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.explore import graph as state_graph
from checker.explore import search
from checker.explore.backend import FUNCTIONS, Dispatcher, backend_info, dispatcher
from checker.explore.graph import Edges, edges_from
from tests.toys import explored

Pairs = list[tuple[int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Pairs]:
    """(number of nodes, edges): some empty, with loops, parallel edges and isolated nodes."""
    nodes = draw(st.integers(0, 9))
    node = st.integers(0, max(nodes - 1, 0))
    return nodes, draw(st.lists(st.tuples(node, node), max_size=20 if nodes else 0))


def plain(nodes: int, pairs: Pairs) -> nx.MultiDiGraph[int]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(pairs)
    return graph


def sets(components: Iterable[set[int]]) -> set[frozenset[int]]:
    listed = [frozenset(component) for component in components]
    assert len(set(listed)) == len(listed)
    return set(listed)


def multiset(edges: Edges) -> Counter[tuple[int, int, int]]:
    return Counter(zip(edges.sources.tolist(), edges.targets.tolist(), edges.labels.tolist(), strict=True))


def random_graphs(test: Any) -> Any:
    for nodes, pairs in [(0, []), (1, []), (1, [(0, 0), (0, 0)]), (4, [(1, 2), (2, 1), (1, 2), (2, 3)])]:
        test = example((nodes, pairs))(test)
    return settings(deadline=None, max_examples=150, database=None, derandomize=True)(given(graphs())(test))


@random_graphs
def test_breadth_first_layers(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges: Any = edges_from(pairs, nodes)
    for sources in ([], [0], [nodes - 1, 0], list(range(nodes))):
        if not set(sources) <= set(range(nodes)):
            continue
        expected = [sorted(layer) for layer in nx.bfs_layers(plain(nodes, pairs), sources)]
        assert [sorted(layer) for layer in nx.bfs_layers(edges, sources)] == expected
        assert [sorted(layer) for layer in Dispatcher.bfs_layers(edges, sources)] == expected


@random_graphs
def test_edges_the_other_way_round(graph: tuple[int, Pairs]) -> None:
    """In compiled code, and without it where there are few: in the order of their old targets, and
    of their own among those of one target."""
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    sources, targets, labels = (part.tolist() for part in (edges.sources, edges.targets, edges.labels))
    expected = sorted(range(len(pairs)), key=targets.__getitem__)
    for few in (-1, state_graph.FEW):
        with mock.patch.object(state_graph, "FEW", few):
            back = edges.reversed()
        assert back.sources.tolist() == [targets[edge] for edge in expected]
        assert back.targets.tolist() == [sources[edge] for edge in expected]
        assert back.labels.tolist() == [labels[edge] for edge in expected]


@random_graphs
def test_what_is_reached_by_any_edges(graph: tuple[int, Pairs]) -> None:
    """In compiled code, and without it where there are few nodes."""
    nodes, pairs = graph
    for sources in ([], [0], [nodes - 1, 0]):
        if not set(sources) <= set(range(nodes)):
            continue
        expected = set(sources).union(*(nx.descendants(plain(nodes, pairs), node) for node in sources))
        for few in (-1, search.FEW):
            with mock.patch.object(search, "FEW", few):
                reached = search.reached_from(edges_from(pairs, nodes), np.array(sources, dtype=np.int32))
            assert set(np.flatnonzero(reached).tolist()) == expected


@random_graphs
def test_what_is_reached_by_some_edges_and_within_some_nodes(graph: tuple[int, Pairs]) -> None:
    """Also if only two nodes are looked at together."""
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    inside = np.arange(nodes) % 3 != 1
    usable = edges.labels % 2 == 0
    some = [(s, t) for n, (s, t) in enumerate(pairs) if n % 2 == 0 and t % 3 != 1]
    sources = [node for node in (0, 2) if node < nodes]
    expected = set(sources).union(*(nx.descendants(plain(nodes, some), node) for node in sources))
    for at_once in (2, search.NODES_AT_ONCE):
        with mock.patch.object(search, "NODES_AT_ONCE", at_once):
            reached = search.reached_from(edges, np.array(sources, dtype=np.int32), inside, usable)
        assert set(np.flatnonzero(reached).tolist()) == expected


@random_graphs
def test_components_leave_the_graph_as_it_was(graph: tuple[int, Pairs]) -> None:
    edges = edges_from(graph[1], graph[0])
    before = [array.copy() for array in (edges.offsets, edges.targets, edges.labels)]
    search.components(edges)
    after = [edges.offsets, edges.targets, edges.labels]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


@random_graphs
def test_components(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges: Any = edges_from(pairs, nodes)
    expected = sets(nx.strongly_connected_components(plain(nodes, pairs)))
    assert sets(nx.strongly_connected_components(edges)) == expected
    assert sets(Dispatcher.strongly_connected_components(edges)) == expected
    assert nx.number_strongly_connected_components(edges) == len(expected)
    assert Dispatcher.number_strongly_connected_components(edges) == len(expected)


@random_graphs
def test_terminal_components(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges: Any = edges_from(pairs, nodes)
    expected = sets(nx.attracting_components(plain(nodes, pairs)))
    assert sets(nx.attracting_components(edges)) == expected
    assert sets(Dispatcher.attracting_components(edges)) == expected


@random_graphs
def test_other_functions_work_on_a_conversion(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges: Any = edges_from(pairs, nodes)
    other = plain(nodes, pairs)
    for node in range(nodes):
        assert nx.descendants(edges, node, backend="networkx") == nx.descendants(other, node)
    components: Any = nx.weakly_connected_components(edges, backend="networkx")
    assert sets(components) == sets(nx.weakly_connected_components(other))
    with nx.config(fallback_to_nx=True):
        assert nx.is_directed_acyclic_graph(edges) == nx.is_directed_acyclic_graph(other)


@random_graphs
def test_conversion_there_and_back(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    converted = dispatcher.convert_to_nx(edges)
    assert sorted(converted) == list(range(nodes))
    actions = [(source, target, action) for source, target, action in converted.edges(data="action")]
    assert Counter(actions) == multiset(edges)
    back = dispatcher.convert_from_nx(converted)
    assert len(back) == nodes
    ends = zip(back.sources.tolist(), back.targets.tolist(), strict=True)
    assert Counter(ends) == Counter(pairs)
    assert dispatcher.convert_from_nx(edges) is edges
    assert dispatcher.convert_to_nx([1]) == [1]


@random_graphs
def test_edges_are_kept_in_the_order_of_their_sources(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    assert (len(edges), list(edges)) == (nodes, list(range(nodes)))
    listed = list(zip(edges.sources.tolist(), edges.targets.tolist(), strict=True))
    assert listed == sorted(pairs, key=lambda pair: pair[0])
    assert [pairs[label] for label in edges.labels.tolist()] == listed


@random_graphs
def test_some_of_the_edges(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    keep = (edges.labels % 2 == 0).astype(np.bool_)
    some, rest = edges.only(keep), edges.only(~keep)
    assert len(some) == len(rest) == nodes
    assert multiset(some) + multiset(rest) == multiset(edges)
    assert all(label % 2 == 0 for label in some.labels.tolist())
    assert multiset(edges.only(np.ones(len(pairs), dtype=np.bool_))) == multiset(edges)


@random_graphs
def test_reversed_edges(graph: tuple[int, Pairs]) -> None:
    nodes, pairs = graph
    edges = edges_from(pairs, nodes)
    turned = edges.reversed()
    assert len(turned) == nodes
    assert multiset(turned) == Counter({(v, u, label): n for (u, v, label), n in multiset(edges).items()})
    assert multiset(turned.reversed()) == multiset(edges)
    assert turned.sources.tolist() == sorted(edges.targets.tolist())


def test_edges_without_labels() -> None:
    edges = Edges(
        np.array([0, 2, 2], dtype=np.int64), np.array([1, 0], dtype=np.int32), np.array([], dtype=np.int32)
    )
    assert edges.reversed().targets.tolist() == [0, 0]
    assert edges.only(np.array([False, True])).offsets.tolist() == [0, 1, 1]
    assert sorted(dispatcher.convert_to_nx(edges).edges(data="action")) == [(0, 0, 0), (0, 1, 0)]


def test_nodes() -> None:
    edges = edges_from([(0, 1)], 3)
    assert 2 in edges
    assert [3 in edges, -1 in edges, "0" in edges] == [False, False, False]
    assert edges.is_directed()
    assert edges.is_multigraph()


def test_only_graphs_on_numbers_become_arrays() -> None:
    with pytest.raises(NotImplementedError, match="nodes 0"):
        dispatcher.convert_from_nx(nx.DiGraph([("a", "b")]))


def test_an_undirected_graph_has_its_edges_both_ways() -> None:
    path: Any = nx.path_graph(3)
    assert list(nx.bfs_layers(path, [2], backend="lastack")) == [[2], [1], [0]]


def test_the_backend_says_what_it_implements() -> None:
    info = backend_info()
    assert info["backend_name"] == Edges.__networkx_backend__
    assert set(info["functions"]) == set(FUNCTIONS)
    assert all(callable(getattr(dispatcher, name)) for name in FUNCTIONS)


def test_a_state_graph_is_a_graph_to_networkx() -> None:
    """``timers``, one waits: w1 and w0 lead to each other, o1 to o0, where it ends.

    They are found as w1 (0), o1 (1, as A's timer comes before B's delivery), w0 (2), o0 (3).
    """
    graph = explored("timers", "one waits")
    edges: Any = graph.edges
    assert [sorted(layer) for layer in nx.bfs_layers(edges, [0])] == [[0], [1, 2], [3]]
    assert sets(nx.strongly_connected_components(edges)) == sets([{0, 2}, {1}, {3}])
    assert sets(nx.attracting_components(edges)) == sets([{3}])
