"""That two documents have one graph is found out without exploring the second, and is true."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from checker.compare.same import depends_on_values, same_graph
from checker.document import syntax as s
from checker.document.library import given, load
from checker.document.meaning import Meaning
from checker.document.protocol import Protocol
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from tests.compare.changes import BASE
from tests.compare.pairs import PAIRS
from tests.sampling import one_in
from tests.toys import ROOT, tcp, toy

CHANGES = sorted((ROOT / "spec" / "changes").glob("*.md"))
SMALL = ("open", "last ACK lost", "peer never closes", "refused", "crash, keep-alive")


def explored(protocol: Protocol, scenario: str, engine: str = "reference") -> StateGraph:
    return Engine(engine).explore(Model(protocol, protocol.scenarios[scenario]), Limits())


@cache
def of_tcp(scenario: str) -> StateGraph:
    return explored(tcp(), scenario)


def is_same(base: StateGraph, head: StateGraph) -> bool:
    """Whether two graphs are the same, state by state and edge by edge."""
    if len(base) != len(head) or not np.array_equal(base.edges.offsets, head.edges.offsets):
        return False
    actions = [[graph.system.action(n) for n in graph.edges.labels.tolist()] for graph in (base, head)]
    same_edges = np.array_equal(base.edges.targets, head.edges.targets) and actions[0] == actions[1]
    return same_edges and all(_written(base, i) == _written(head, i) for i in range(len(base)))


def _written(graph: StateGraph, index: int) -> object:
    state, model = graph.state(index), graph.system.model
    return (
        [model.tables[end].locals[state[end]] for end in (0, 1)],
        [[model.segments[n] for n in graph.system.contents[content]] for content in state[2:4]],
        state[4:],
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_it_is_what_exploring_both_would_find(pair: object) -> None:
    base, head = given(BASE, "base.md").protocol, given(pair.head(), "head.md").protocol  # type: ignore[attr-defined]
    for name in base.scenarios.keys() & head.scenarios.keys():
        graph = explored(base, name)
        said = same_graph(graph, Model(head, head.scenarios[name]))
        try:
            true = is_same(graph, explored(head, name))
        except SemanticError:
            true = False
        # A frame that differs is not looked into: then it is not said although it may be so.
        frames = [Meaning(p).frame(p.scenarios[name]) for p in (base, head)]
        assert said == (true and frames[0] == frames[1])


@pytest.mark.slow
@pytest.mark.parametrize("path", one_in(3, CHANGES), ids=lambda path: path.stem)
def test_a_change_of_tcp_is_seen_where_it_matters(path: Path) -> None:
    """In scenarios of the RFC's document, with the rules of the change."""
    base, change = tcp(), load(path)
    if {v.name for v in change.variables.values() if v.from_scenario} != {"ISN"}:
        return  # the scenarios of the RFC's document give it no value
    head = replace(change, scenarios=base.scenarios)
    for name in SMALL:
        graph = of_tcp(name)
        if same_graph(graph, Model(head, head.scenarios[name])):
            assert is_same(graph, explored(head, name))


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_every_reaction_is_asked_for_again(engine: str) -> None:
    """After an exploration by either engine, without each row that fires in it."""
    protocol = toy("post")
    name = next(iter(protocol.scenarios))
    graph = explored(protocol, name, engine)
    assert same_graph(graph, Model(protocol, protocol.scenarios[name]))
    from checker.verify.results import times_fired

    for rule, times in times_fired(graph).items():
        left = replace(protocol, rules=tuple(r for r in protocol.rules if r.id != rule))
        assert same_graph(graph, Model(left, left.scenarios[name])) == (not times)


def test_a_property_may_ask_only_for_values() -> None:
    """What a later kind of condition asks of the rows is asked of both versions."""
    protocol = given(BASE, "base.md").protocol
    few = protocol.properties["few"]
    assert depends_on_values(Meaning(protocol), few)
    strange = replace(few, claim=s.PeerTimerDisabled(few.position, "timeout again"))
    assert not depends_on_values(Meaning(protocol), strange)
    named = replace(few, claim=s.Name(few.position, "may try"))
    assert depends_on_values(Meaning(protocol), named)
    definition = replace(protocol.definitions["may try"], means=s.Not(few.position, strange.claim))
    hidden = replace(protocol, definitions={**protocol.definitions, "may try": definition})
    assert not depends_on_values(Meaning(hidden), named)
