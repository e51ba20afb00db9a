"""Bounded model checking agrees with exploration on how soon something can happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate, product

import numpy as np
import pytest

from checker.document.library import parse
from checker.document.protocol import Property, Protocol
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.prove.solver.unroll import Unrolling
from checker.verify.claims import HOLDS, claims_of, judge_all
from tests.toys import ROOT, tcp, toy

parsed = cache(parse)


def asking(text: str, name: str, claims: Mapping[str, str]) -> Protocol:
    """A document that asks whether more is reachable."""
    header = text.index("| property ")
    end = text.index("\n\n", header)
    columns = [cell.strip() for cell in text[header : text.index("\n", header)].strip("|").split("|")]
    rows = []
    for title, claim in claims.items():
        cells = {"property": title, "kind": "reachable", "claim": f"`{claim}`"}
        rows.append(f"| {' | '.join(cells.get(column, '') for column in columns)} |")
    return parsed(f"{text[:end]}\n" + "\n".join(rows) + text[end:], name)


def with_all_pairs(text: str, name: str) -> Protocol:
    """A document that asks for each pair of states whether it is reachable, and with nothing in
    flight."""
    states = parsed(text, name).states
    claims = {f"{a}, {b}": f"A's STATE is {a} and B's STATE is {b}" for a, b in product(states, states)}
    quiet = {f"{title}, quiet": f"{claim} and nothing in flight" for title, claim in claims.items()}
    return asking(text, name, claims | quiet)


def reachable(protocol: Protocol) -> list[Property]:
    return [p for p in protocol.properties.values() if p.kind == "reachable"]


def depths(graph: StateGraph, properties: Sequence[Property], most: int) -> Mapping[str, int | None]:
    """In how many steps each property holds first, by exploration; ``None`` if in more than ``most``."""
    ends = list(accumulate(graph.levels))
    assert graph.complete or len(graph.levels) > most + 1  # all states of the levels asked for are there
    found: dict[str, int | None] = {}
    for property in properties:
        holding = [
            np.flatnonzero(judge_all(graph, c) == HOLDS) for c in claims_of(graph.system.model, property)
        ]
        first = min((int(some[0]) for some in holding if len(some)), default=None)
        depth = None if first is None else next(d for d, end in enumerate(ends) if first < end)
        found[property.name] = None if depth is None or depth > most else depth
    return found


def both(
    protocol: Protocol, scenario: str, most: int | None, max_states: int | None = None
) -> Mapping[str, int | None]:
    """The depths that both find; ``most`` is that of the whole graph where it is ``None``."""
    graph = explore(Model(protocol, protocol.scenarios[scenario]), Limits(max_states))
    most = len(graph.levels) - 1 if most is None else most
    expected = depths(graph, reachable(protocol), most)
    found = Unrolling(protocol, protocol.scenarios[scenario]).soonest(reachable(protocol), most)
    assert {name: soonest.depth for name, soonest in found.items()} == expected
    assert all(soonest.looked == most for soonest in found.values())
    return expected


TEXTBOOK = (ROOT / "spec" / "textbook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("scenario", ["three-way", "SYN lost"])
def test_the_textbook_to_every_depth(scenario: str) -> None:
    found = both(with_all_pairs(TEXTBOOK, "textbook.md"), scenario, None)
    assert found["LISTEN, LISTEN"] is None
    assert found["CLOSED, LISTEN"] == 0
    assert found["SYN-SENT, LISTEN"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [
        "four-way",
        "four-way, in turn",
        "SYN sent again",
        "last ACK lost",
        "last ACK sent again",
        "no TIME-WAIT",
        "TIME-WAIT too short",
    ],
)
def test_more_of_the_textbook_to_every_depth(scenario: str) -> None:
    both(with_all_pairs(TEXTBOOK, "textbook.md"), scenario, None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    ["open and close", "wrap-around", "user timeout", "crash, keep-alive", "reset from zero, one copy"],
)
def test_tcp_to_depth_six(scenario: str) -> None:
    found = both(tcp(), scenario, 6, 60_000)
    assert any(depth is not None for depth in found.values())


# Toys, in which every kind of network occurs

LETTERS = {
    f"{number} letters, {last}, {there}": f"B's got = {number} and B's last is {last} and {there}"
    for number, last, there in product(
        range(4),
        ("none", "x", "y"),
        ("nothing in flight", "some segment from us (mark is x)", "some segment from us (mark is y)"),
    )
}


def toy_text(name: str) -> str:
    return (ROOT / "tests" / "documents" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("scenario", toy("post").scenarios)
def test_the_post_to_every_depth(scenario: str) -> None:
    found = both(asking(toy_text("post"), "post.md", LETTERS), scenario, None)
    assert found["0 letters, none, nothing in flight"] == 0


@pytest.mark.parametrize(
    ("name", "scenario"),
    [(name, scenario) for name in ("timers", "outage") for scenario in toy(name).scenarios],
)
def test_timers_and_faults_to_every_depth(name: str, scenario: str) -> None:
    found = both(with_all_pairs(toy_text(name), f"{name}.md"), scenario, None)
    assert 0 in found.values()
