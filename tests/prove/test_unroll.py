"""Bounded model checking agrees with exploration on how soon something can happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate, product
from pathlib import Path

import numpy as np
import pytest
import z3

from checker.document.library import load, parse
from checker.document.protocol import Property, Protocol
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.prove.solver.depths import Depths, UnrollResult, unroll_scenario
from checker.prove.solver.obligation import write_all
from checker.prove.solver.unroll import EFFORT, Soonest, Unrolling
from checker.verify.claims import HOLDS, claims_of
from checker.verify.judgements import judge_all
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
    """The depths that both find; where ``most`` is ``None``, in runs one step longer than the graph is
    deep."""
    graph = explore(Model(protocol, protocol.scenarios[scenario]), Limits(max_states))
    most = len(graph.levels) if most is None else most
    expected = depths(graph, reachable(protocol), most)
    found = Unrolling(protocol, protocol.scenarios[scenario]).soonest(reachable(protocol), most)
    assert {name: soonest.depth for name, soonest in found.items()} == expected
    assert all(soonest.looked == most for soonest in found.values())
    return expected


SPEC = ROOT / "spec"
TEXTBOOK = (SPEC / "textbook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "scenario",
    [
        scenario
        if scenario in ("four-way", "last ACK sent again")
        else pytest.param(scenario, marks=pytest.mark.slow)
        for scenario in load(SPEC / "textbook.md").scenarios
    ],
)
def test_the_textbook_to_every_depth(scenario: str) -> None:
    assert both(load(SPEC / "textbook.md"), scenario, None) == {"open": 4}


@pytest.mark.slow
def test_all_pairs_of_states_of_the_textbook() -> None:
    found = both(with_all_pairs(TEXTBOOK, "textbook.md"), "three-way", None)
    assert found["LISTEN, LISTEN"] is None
    assert found["CLOSED, LISTEN"] == 0
    assert found["SYN-SENT, LISTEN"] == 1


def test_which_calls_are_taken_in_the_textbook() -> None:
    protocol = load(SPEC / "textbook.md")
    calls = [event.name for event in protocol.events.values() if event.kind == "call"]
    claims = {
        f"{end} {call} {state}": f"{end} takes {call} and peer's STATE is {state}"
        for end, call, state in product(("A", "peer"), calls, protocol.states)
    }
    found = both(asking(TEXTBOOK, "textbook.md", claims), "three-way", None)
    assert {None, 0} < set(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["SYN sent again"])
def test_more_pairs_of_the_textbook_to_every_depth(scenario: str) -> None:
    both(with_all_pairs(TEXTBOOK, "textbook.md"), scenario, None)


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "most"), [("refused", 6), ("user timeout", 5)])
def test_tcp_to_depth_six_and_five(scenario: str, most: int) -> None:
    found = both(tcp(), scenario, most, 60_000)
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


QUICK = ["one letter may be lost", "no room for the copy", "two in a bag", "full, one loss", "both at once"]
"""Scenarios of the post in which each kind of network occurs: queue and bag, losses, copies."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [s if s in QUICK else pytest.param(s, marks=pytest.mark.slow) for s in toy("post").scenarios],
)
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


@pytest.mark.parametrize(
    ("network", "soonest"), [("queue", [None, None]), ("queue, lose 1", [2, None]), ("queue, lose", [2, 4])]
)
def test_what_finds_no_room_spends_a_loss(network: str, soonest: list[int | None]) -> None:
    """Of two letters at once the second finds no room. Without a loss for it neither is sent."""
    row = f"| pairs | send both; send both | none | {network} | capacity 1 | |\n"
    got = {f"got {n}": f"B's got = {n}" for n in (1, 2)}
    found = both(asking(toy_text("post").rstrip("\n") + f"\n{row}", "post.md", got), "pairs", 5)
    assert [found[title] for title in got] == soonest


def test_no_echo_is_about_what_the_end_itself_has_sent() -> None:
    """A sends again when what it sent has arrived, though what B sent is equal and on its way."""
    text = toy_text("timers").rstrip("\n")
    text += "\n| both count | none | none | A: go; B: go | queue | capacity 1 | no echo | counting = on | |\n"
    protocol = asking(text, "timers.md", {"again": "tries = 1 and some segment from peer (number = 0)"})
    assert both(protocol, "both count", None)["again"] == 2


# Questions


def unrolled(name: str, scenario: str, most: int, effort: int = EFFORT) -> UnrollResult:
    protocol = toy(name)
    return unroll_scenario(protocol, protocol.scenarios[scenario], most, Limits(), effort=effort)


def test_both_are_compared_for_each_property() -> None:
    result = unrolled("post", "two in a bag", 5)
    assert [(d.claim.name, d.by_solver.depth, d.by_exploration.depth, d.status) for d in result.depths] == [
        ("y was last", 2, 2, "agree"),
        ("x twice", 4, 4, "agree"),
    ]
    assert result.scope.startswith("runs of at most 5 steps; at most 2 segments in flight each way, ")


def test_nothing_is_said_of_longer_runs() -> None:
    (last, _) = unrolled("post", "two in a bag", 1).depths
    assert (last.by_solver, last.by_exploration) == (Soonest(None, 1), Soonest(None, 1))


def test_a_property_that_needs_an_assumption_is_asked_where_it_is_made() -> None:
    text = toy_text("timers").replace("| it ends | never stuck |", "| it ends | reachable |")
    text = text.replace("| one at a time | invariant |", "| one at a time | reachable |")
    protocol = parse(text, "timers.md")
    asked = {
        name: [d.claim.name for d in unroll_scenario(protocol, scenario, 1, Limits()).depths]
        for name, scenario in protocol.scenarios.items()
    }
    assert asked["no assumption"] == ["it ends"]
    assert asked["no echo"] == ["it ends", "one at a time"]


def test_what_costs_too_much_is_unknown() -> None:
    result = unrolled("post", "both at once", 8, effort=1_000)
    given_up = [depths for depths in result.depths if depths.status == "unknown"]
    assert given_up
    for depths in given_up:
        assert depths.by_solver.depth is None
        assert 0 <= depths.by_solver.looked < 8
        assert depths.by_solver.reason
    assert {r.answer for r in result.results} == {"unsat", "unknown"}


@pytest.mark.parametrize(
    ("solver", "exploration", "status"),
    [
        (Soonest(4, 6), Soonest(4, 6), "agree"),
        (Soonest(None, 6), Soonest(None, 6), "agree"),
        (Soonest(4, 6), Soonest(3, 6), "disagree"),
        (Soonest(None, 6), Soonest(3, 6), "disagree"),
        (Soonest(None, 3, "gave up"), Soonest(3, 6), "disagree"),
        (Soonest(None, 3, "gave up"), Soonest(4, 6), "unknown"),
        (Soonest(None, 3, "gave up"), Soonest(None, 6), "unknown"),
        (Soonest(4, 6), Soonest(None, 4, "a limit"), "disagree"),
        (Soonest(5, 6), Soonest(None, 4, "a limit"), "unknown"),
        (Soonest(None, -1, "gave up"), Soonest(0, 6), "unknown"),
    ],
)
def test_what_two_findings_say_together(solver: Soonest, exploration: Soonest, status: str) -> None:
    claim = toy("post").properties["x twice"]
    assert Depths(claim, solver, exploration).status == status


def test_an_exploration_that_ended_early_speaks_of_what_it_has_seen() -> None:
    protocol = toy("post")
    scenario = protocol.scenarios["both at once"]
    whole = unroll_scenario(protocol, scenario, 4, Limits())
    few = unroll_scenario(protocol, scenario, 4, Limits(max_states=5))
    assert any(d.by_exploration.reason for d in few.depths)
    for complete, early in zip(whole.depths, few.depths, strict=True):
        assert early.status in ("agree", "unknown")
        if early.by_exploration.depth is not None or not early.by_exploration.reason:
            assert early.by_exploration == complete.by_exploration
        else:
            assert early.by_exploration.looked < (complete.by_exploration.depth or 99)


def test_every_question_is_a_file_with_its_answer(tmp_path: Path) -> None:
    result = unrolled("post", "two in a bag", 3)
    paths = write_all(result.results, tmp_path)
    assert [path.name for path in paths] == [
        *(f"depth-{n}-2-left.smt2" for n in range(3)),
        "depth-2-1-left.smt2",
        "depth-3-1-left.smt2",
    ]
    answers = []
    for asked, path in zip(result.results, paths, strict=True):
        text = path.read_text(encoding="utf-8")
        solver = z3.Solver()
        solver.from_string(text)
        answers.append(str(solver.check()))
        assert f"(set-info :status {answers[-1]})\n" in text
        assert asked.answer == answers[-1]
    assert answers == ["unsat", "unsat", "sat", "unsat", "unsat"]


def test_a_run_that_nothing_is_asked_of_is_there() -> None:
    """Else nothing would be reached, whatever is asked for."""
    for result in unrolled("post", "two in a bag", 3).results:
        solver = z3.Solver()
        solver.add(*result.obligation.assertions[:-1])
        assert solver.check() == z3.sat
