"""The networkx backend ``lastack``: graph algorithms on the arrays of ``Edges``.

What is listed here runs on the arrays; for everything else networkx converts the graph to
its own classes, which are also the oracle that the tests compare with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import networkx as nx
import numpy as np

from checker.explore.graph import Edges, Ints, edges_from
from checker.explore.search import components, reach_layers

FUNCTIONS = (
    "bfs_layers",
    "strongly_connected_components",
    "number_strongly_connected_components",
    "attracting_components",
)


def plain(edges: Edges) -> nx.MultiDiGraph[int]:
    """``edges`` in networkx's own classes; each edge carries its ``action``."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(edges)))
    labels = edges.labels.tolist() if len(edges.labels) else [0] * len(edges.targets)
    pairs = zip(edges.sources.tolist(), edges.targets.tolist(), labels, strict=True)
    graph.add_edges_from((u, v, {"action": label}) for u, v, label in pairs)
    return graph


def _members(labels: Ints, number: int) -> list[set[int]]:
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(number + 1))
    return [set(order[bounds[i] : bounds[i + 1]].tolist()) for i in range(number)]


class Dispatcher:
    """What networkx calls for graphs of this backend (entry point ``networkx.backends``)."""

    @staticmethod
    def bfs_layers(G: Edges, sources: Iterable[int] | int) -> Iterator[list[int]]:  # noqa: N803
        nodes = [sources] if isinstance(sources, int) else list(sources)
        return (layer.tolist() for layer in reach_layers(G, np.array(nodes, dtype=np.int32)))

    @staticmethod
    def strongly_connected_components(G: Edges) -> Iterator[set[int]]:  # noqa: N803
        number, labels = components(G)
        return iter(_members(labels, number))

    @staticmethod
    def number_strongly_connected_components(G: Edges) -> int:  # noqa: N803
        return components(G)[0]

    @staticmethod
    def attracting_components(G: Edges) -> Iterator[set[int]]:  # noqa: N803
        """The terminal SCCs: those that no edge leaves."""
        number, labels = components(G)
        leaves = labels[G.sources] != labels[G.targets]
        left = np.unique(labels[G.sources[leaves]])
        terminal = np.setdiff1d(np.arange(number), left)
        members = _members(labels, number)
        return (members[i] for i in terminal.tolist())

    @staticmethod
    def convert_from_nx(graph: Any, **_: Any) -> Edges:
        """A networkx graph on the nodes 0 … n-1 as arrays."""
        if isinstance(graph, Edges):
            return graph
        if set(graph) != set(range(len(graph))):
            raise NotImplementedError("only graphs on the nodes 0 … n-1 become arrays")
        return edges_from(((int(u), int(v)) for u, v in graph.to_directed(as_view=True).edges()), len(graph))

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        """Arrays as a networkx multigraph; other results as they are."""
        if not isinstance(result, Edges):
            return result
        return plain(result)

    @staticmethod
    def can_run(name: str, args: Any, kwargs: Any) -> bool:
        return True

    @staticmethod
    def should_run(name: str, args: Any, kwargs: Any) -> bool:
        return True


dispatcher = Dispatcher()


def backend_info() -> dict[str, Any]:
    """What networkx shows about the backend (entry point ``networkx.backend_info``)."""
    return {
        "backend_name": "lastack",
        "project": "lastack",
        "package": "checker",
        "short_summary": "State graphs in compressed sparse rows.",
        "functions": {name: {} for name in FUNCTIONS},
    }
