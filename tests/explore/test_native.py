"""The native engine gives the graph of the reference engine, number for number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.native import engine, expand, share
from checker.model.tables import Model
from tests.explore.same import same_counts, same_graph, same_verdicts
from tests.toys import ROOT

FEW = 500
"""States to which every scenario is explored by default."""

MOST = 400_000
"""States to which every scenario is explored by the slow tests."""

PLACES = ("spec", "spec/changes", "spec/literal", "tests/documents")
PATHS = [
    path
    for place in PLACES
    for path in sorted((ROOT / place).glob("*.md"))
    if path.name not in ("README.md", "claims.md")
]


def scenarios(path: Path) -> Iterator[tuple[Protocol, Scenario]]:
    protocol = load(path)
    for scenario in protocol.scenarios.values():
        yield protocol, scenario


def both(
    protocol: Protocol, scenario: Scenario, most: int | None = None, threads: int = 1
) -> tuple[StateGraph, StateGraph]:
    found = reference.explore(Model(protocol, scenario), Limits(max_states=most))
    return found, engine.explore(Model(protocol, scenario), Limits(max_states=most), threads)


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks and buffers, so that few states come to all that many do."""
    monkeypatch.setattr(engine, "CHUNK", 50)
    monkeypatch.setattr(engine, "ENOUGH_TO_SHARE", 1)
    monkeypatch.setattr(share, "ENTRIES", 300)
    monkeypatch.setattr(share, "RECENT", 8)
    monkeypatch.setattr(expand, "EVENTS", 200)


def test_the_documents_are_there() -> None:
    assert {path.parent.name for path in PATHS} == {Path(place).name for place in PLACES}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_scenario_begins_the_same(path: Path) -> None:
    for protocol, scenario in scenarios(path):
        found, native = both(protocol, scenario, FEW)
        same_counts(found, native)
        same_verdicts(found, native)


@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_scenario_in_small_chunks(path: Path, threads: int) -> None:
    for protocol, scenario in scenarios(path):
        same_graph(*both(protocol, scenario, FEW, threads))


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_scenario_to_its_end(path: Path) -> None:
    for protocol, scenario in scenarios(path):
        found, native = both(protocol, scenario, MOST)
        same_counts(found, native)
        same_verdicts(found, native)
        same_counts(found, engine.explore(Model(protocol, scenario), Limits(max_states=MOST), 2))
