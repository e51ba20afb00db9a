"""The native engine gives the graph of the reference engine, number for number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.library import load
from checker.document.protocol import Network, Protocol, Scenario
from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.native import channels, engine, expand, layout, share, team
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from tests.explore.same import same_counts, same_graph, same_verdicts, values
from tests.toys import ROOT, tcp, toy

FEW = 300
"""States to which some scenarios are explored by default."""

MOST = 30_000
"""States to which every scenario is explored by the slow tests."""

LARGE = {
    "everything": 150_000,
    "open and close, no copies": 100_000,
    "two incarnations, across 2^32": 60_000,
}
"""Scenarios of rfc9293 of which they explore more."""

PLACES = ("spec", "spec/changes", "spec/literal", "tests/documents")
PATHS = [
    path
    for place in PLACES
    for path in sorted((ROOT / place).glob("*.md"))
    if path.name not in ("README.md", "claims.md", "figure5.md")
]
PARTS = [path for path in PATHS if path.parent.name in ("changes", "literal")]
"""Documents that differ from rfc9293 by a few rows."""

TOYS = [path for path in PATHS if path.parent.name == "documents"]


def scenarios(path: Path) -> Iterator[tuple[Protocol, Scenario]]:
    protocol = load(path)
    for scenario in protocol.scenarios.values():
        yield protocol, scenario


def both(
    protocol: Protocol, scenario: Scenario, most: int | None = None, threads: int = 1
) -> tuple[StateGraph, StateGraph] | None:
    """The graphs of both engines, or none where both find the same row without meaning."""
    limits = Limits(max_states=most)
    try:
        found = reference.explore(Model(protocol, scenario), limits)
    except SemanticError as error:
        with pytest.raises(SemanticError, match=f"^{re.escape(str(error))}$"):
            engine.explore(Model(protocol, scenario), limits, threads)
        return None
    return found, engine.explore(Model(protocol, scenario), limits, threads)


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks and buffers, so that few states come to all that many do."""
    monkeypatch.setattr(engine, "CHUNK", 50)
    monkeypatch.setattr(team, "CHUNK", 50)
    monkeypatch.setattr(team, "ENOUGH_TO_SHARE", 1)
    monkeypatch.setattr(share, "ENTRIES", 300)
    monkeypatch.setattr(share, "RECENT", 8)
    monkeypatch.setattr(expand, "EVENTS", 200)
    monkeypatch.setattr(channels, "REPLIES_KEPT", 300)


def test_the_documents_are_there() -> None:
    assert {path.parent.name for path in PATHS} == {Path(place).name for place in PLACES}


@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("path", [p for p in PATHS if p not in PARTS] + PARTS[::10], ids=lambda p: p.stem)
def test_scenarios_begin_the_same(path: Path) -> None:
    """Up to eight of a document; the slow tests take all to the end."""
    some = list(scenarios(path))
    for protocol, scenario in some[:: 1 + len(some) // 8]:
        if graphs := both(protocol, scenario, FEW, threads=2):
            same_graph(*graphs)


@pytest.mark.slow
@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("bits", [63, 24, 1], ids=["one word", "two words in the end", "two words"])
@pytest.mark.parametrize("threads", [1, 2, pytest.param(7, marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", TOYS, ids=lambda path: path.stem)
def test_toys_in_words_of_any_size(
    path: Path, threads: int, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "NARROW_BITS", bits)
    for protocol, scenario in scenarios(path):
        if graphs := both(protocol, scenario, 2_000, threads):
            same_graph(*graphs)


def test_a_state_that_fits_no_words_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than that a part of it runs over into the next."""
    monkeypatch.setattr(layout, "NARROW_BITS", 12)
    monkeypatch.setattr(layout, "CONTENT_BITS", 3)
    protocol, scenario = toy("alternating-bit"), toy("alternating-bit").scenarios["reordered"]
    graph = engine.explore(Model(protocol, scenario))
    assert graph.limit == layout.TOO_MANY
    found = reference.explore(Model(protocol, scenario))
    assert len(graph) < len(found)
    assert values(graph) == values(found)[: len(graph)]


@pytest.mark.parametrize("name", ["alternating-bit", "echo", "outage", "pit", "post", "timers"])
def test_verdicts_on_the_toys(name: str) -> None:
    runs = 0
    for protocol, scenario in scenarios(ROOT / "tests" / "documents" / f"{name}.md"):
        if graphs := both(protocol, scenario, 5_000):
            runs += same_verdicts(*graphs)
    assert runs > 0 or name == "alternating-bit"


@pytest.mark.parametrize("name", ["fin-not-retransmitted", "no-time-wait", "rst-ignored-in-syn-received"])
def test_verdicts_on_changes(name: str) -> None:
    runs = 0
    for protocol, scenario in scenarios(ROOT / "spec" / "changes" / f"{name}.md"):
        graphs = both(protocol, scenario, 5_000)
        assert graphs is not None
        runs += same_verdicts(*graphs)
    assert runs > 0


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_scenario_to_its_end(path: Path) -> None:
    for protocol, scenario in scenarios(path):
        if graphs := both(protocol, scenario, MOST):
            same_counts(*graphs)
            same_verdicts(*graphs)
            found, _ = graphs
            same_counts(found, engine.explore(Model(protocol, scenario), Limits(max_states=MOST), 2))


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_scenarios_to_many_states(name: str) -> None:
    graphs = both(tcp(), tcp().scenarios[name], LARGE[name], threads=2)
    assert graphs is not None
    same_counts(*graphs)
    assert len(graphs[0]) > MOST


@settings(deadline=None, max_examples=60, database=None, derandomize=True)
@given(
    name=st.sampled_from(["alternating-bit", "outage", "post", "timers"]),
    which=st.integers(0, 20),
    order=st.sampled_from(["queue", "bag"]),
    lose=st.sampled_from([0, 1, 2, 5000, None]),
    duplicate=st.sampled_from([0, 1, 3, None]),
    capacity=st.integers(1, 8),
    threads=st.integers(1, 2),
)
def test_any_network(
    name: str,
    which: int,
    order: str,
    lose: int | None,
    duplicate: int | None,
    capacity: int,
    threads: int,
) -> None:
    network = Network("queue" if order == "queue" else "bag", lose, duplicate)
    all_of_them = list(toy(name).scenarios.values())
    scenario = replace(all_of_them[which % len(all_of_them)], network=network, capacity=capacity)
    if graphs := both(toy(name), scenario, 1_500, threads):
        same_graph(*graphs)


def test_no_thread_does_its_work_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that lacks room for its successors empties those after it; so it is given no more
    states than it has room for, after the first times."""
    monkeypatch.setattr(team, "ENOUGH_TO_SHARE", 1)
    monkeypatch.setattr(share, "ENTRIES", 2_000)
    short = []
    note = share.Share.note

    def noted(self: share.Share, done: expand.Done) -> None:
        note(self, done)
        short.append(self.short)

    monkeypatch.setattr(share.Share, "note", noted)
    protocol = load(ROOT / "spec" / "textbook.md")
    scenario = replace(protocol.scenarios["last ACK sent again"], capacity=4)
    graph = engine.explore(Model(protocol, scenario), threads=2)
    assert graph.transitions > 20 * 2_000
    assert sum(short) < len(short) / 10
