"""Exported models have the state graph of the explorer in SPIN, in rumur and in TLC.

The counts that are compared with are the explorer's; those of toys are counted by hand in
``tests/explore/test_toys.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import load
from checker.exchange.murphi import to_murphi
from checker.exchange.problems import TooLarge
from checker.exchange.product import product_of
from checker.exchange.promela import to_promela
from checker.exchange.tla import to_tla
from checker.explore.graph import StateGraph
from tests.exchange.checkers import (
    build_pan,
    counts,
    graph_of,
    needs_rumur,
    needs_spin,
    needs_tlc,
    optimized,
    pan_counts,
    pan_depth,
    product,
    rumur_counts,
    run_pan,
    run_tlc,
    tlc_counts,
    tlc_depth,
)
from tests.toys import ROOT

POST, OUTAGE, TIMERS = (f"tests/documents/{name}.md" for name in ("post", "outage", "timers"))
TEXTBOOK, RFC = "spec/textbook.md", "spec/rfc9293.md"

CASES = [
    (POST, "a pair in a bag"),  # equal segments, lists of two, budgets of losses and duplications
    (POST, "full, one loss too few"),  # overflow that spends a loss, truncation
    (OUTAGE, "learn and crash"),  # faults with a budget in the local state
    (TIMERS, "ghosts aside"),  # no equal segment in flight, ghosts aside
    (TIMERS, "both wait"),  # segments in flight at the start, peer timer disabled
    (TEXTBOOK, "last ACK sent again"),  # a queue that loses from anywhere, nothing in flight
    (RFC, "TIME-WAIT defended"),  # a bag that loses and duplicates without limit
]

ENDLESS = {"no end", "no end, or both leave", "some end"}
"""Scenarios of echo.md that are there to hit limits."""

REST = [
    (path, scenario)
    for path in [
        *(f"tests/documents/{path.name}" for path in sorted((ROOT / "tests/documents").glob("*.md"))),
        TEXTBOOK,
        RFC,
    ]
    for scenario in load(ROOT / path).scenarios
    if (path, scenario) not in CASES and scenario not in ENDLESS
]


@needs_spin
@pytest.mark.parametrize(("path", "scenario"), CASES)
def test_spin_finds_the_same_graph(path: str, scenario: str, tmp_path: Path) -> None:
    pan = build_pan(to_promela(product(path, scenario)), tmp_path)
    assert pan_counts(run_pan(pan)) == counts(graph_of(path, scenario))


@pytest.mark.slow
@needs_rumur
@pytest.mark.parametrize(("path", "scenario"), CASES)
def test_rumur_finds_the_same_graph(path: str, scenario: str, tmp_path: Path) -> None:
    assert rumur_counts(to_murphi(product(path, scenario)), tmp_path) == counts(graph_of(path, scenario))


@pytest.mark.slow
@needs_tlc
@pytest.mark.parametrize(("path", "scenario"), CASES)
def test_tlc_finds_the_same_graph(path: str, scenario: str, tmp_path: Path) -> None:
    graph = graph_of(path, scenario)
    printed = run_tlc(to_tla(product(path, scenario), "Model"), tmp_path)
    assert (tlc_counts(printed), tlc_depth(printed)) == (counts(graph), graph.depth)


@needs_spin
def test_spin_finds_the_same_depth_breadth_first(tmp_path: Path) -> None:
    graph = graph_of(TEXTBOOK, "last ACK sent again")
    text = to_promela(product(TEXTBOOK, "last ACK sent again"))
    printed = run_pan(build_pan(text, tmp_path, "-O0", "-DBFS"))
    assert (pan_counts(printed), pan_depth(printed)) == (counts(graph), graph.depth)


# Every scenario of every document


@pytest.fixture(scope="module", params=REST, ids=lambda case: f"{case[0]}-{case[1]}")
def graph(request: pytest.FixtureRequest) -> StateGraph:
    """Each in turn for all that look at it, so that it is explored once and not kept."""
    return graph_of.__wrapped__(*request.param)


@pytest.mark.slow
@needs_spin
def test_spin_finds_every_graph(graph: StateGraph, tmp_path: Path) -> None:
    pan = build_pan(to_promela(product_of(graph)), tmp_path, optimized(len(graph)), "-DBFS")
    printed = run_pan(pan)
    assert (pan_counts(printed), pan_depth(printed)) == (counts(graph), graph.depth)


@pytest.mark.slow
@needs_rumur
def test_rumur_finds_every_graph(graph: StateGraph, tmp_path: Path) -> None:
    found = rumur_counts(to_murphi(product_of(graph)), tmp_path, optimized(len(graph)))
    assert found == counts(graph)


MOST_FOR_TLC = 10_000
"""States; TLC finds some ten thousand a second, and there are millions."""


@pytest.mark.slow
@needs_tlc
def test_tlc_finds_every_small_graph(graph: StateGraph, tmp_path: Path) -> None:
    if len(graph) > MOST_FOR_TLC:
        pytest.skip(f"more than {MOST_FOR_TLC:,} states: TLC would take too long")
    printed = run_tlc(to_tla(product_of(graph), "Model"), tmp_path)
    assert (tlc_counts(printed), tlc_depth(printed)) == (counts(graph), graph.depth)


# A model written by hand

HAND = ROOT / "tests" / "exchange" / "models" / "last-ack.pml"


@needs_spin
@pytest.mark.parametrize("capacity", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_a_model_written_by_hand_has_the_same_graph(capacity: int, tmp_path: Path) -> None:
    """``benchmarks/run.py`` compares the speed of both."""
    by_hand = f"#define CAPACITY {capacity}\n{HAND.read_text(encoding='utf-8')}"
    expected = counts(graph_of(TEXTBOOK, "last ACK sent again", capacity))
    assert pan_counts(run_pan(build_pan(by_hand, tmp_path))) == expected
    exported = to_promela(product(TEXTBOOK, "last ACK sent again", capacity))
    assert pan_counts(run_pan(build_pan(exported, tmp_path))) == expected


# What cannot be exported


def test_what_spin_cannot_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.exchange.promela_tables.SPIN_C_LIMIT", 300)
    with pytest.raises(TooLarge, match=r"SPIN reads at most 64 KB .* or `murphi` or `tla`"):
        to_promela(product(RFC, "TIME-WAIT defended"))


@needs_spin
def test_spin_reads_pieces_up_to_the_limit(tmp_path: Path) -> None:
    """The limit that the export keeps to is one that SPIN has room for."""
    from checker.exchange.promela_tables import SPIN_C_LIMIT

    row = "static const char wide[] = {" + "1," * ((SPIN_C_LIMIT - 40) // 2) + "1};"
    assert SPIN_C_LIMIT - 50 < len(row) <= SPIN_C_LIMIT
    text = f"c_decl {{\n{row}\n}}\nbyte a = 1;\nactive proctype p() {{ a = 2 }}\n"
    assert pan_counts(run_pan(build_pan(text, tmp_path)))[0] > 1
