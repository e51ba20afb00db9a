"""Parts of a quotient, and runs laid over it."""

from __future__ import annotations

import pytest

from checker.verify.cut import NoSuchNode, part_of
from checker.verify.decide import decide
from checker.verify.overlay import edges_along, way_over
from checker.verify.quotient import Quotient, quotient
from checker.verify.replay import ReplayError
from checker.verify.trace import Snapshot, Trace
from tests.exchange.checkers import graph_of

TEXTBOOK = "spec/textbook.md"
SCENARIO = "last ACK lost"


@pytest.fixture(scope="module")
def seen() -> Quotient:
    return quotient(graph_of(TEXTBOOK, SCENARIO), "states")


@pytest.fixture(scope="module")
def run() -> Trace:
    graph = graph_of(TEXTBOOK, SCENARIO)
    trace = decide(graph, graph.system.model.protocol.properties["last ACK"]).trace
    assert trace is not None
    return trace


def names(seen: Quotient, part: frozenset[int]) -> set[str]:
    return {"/".join(seen.nodes[number].ends) for number in part}


def test_without_a_start_it_is_the_initial_node(seen: Quotient) -> None:
    assert part_of(seen) == frozenset(range(len(seen.nodes)))
    assert names(seen, part_of(seen, depth=0)) == {"CLOSED/LISTEN"}
    assert names(seen, part_of(seen, depth=1)) == {"CLOSED/LISTEN", "SYN-SENT/LISTEN"}


def test_from_here_to_there(seen: Quotient) -> None:
    # Both ways from the one to the other: A gets the acknowledgment, or B closes before.
    between = part_of(seen, ["FIN-WAIT-1/CLOSE-WAIT"], ["FIN-WAIT-2 / LAST-ACK"])
    assert names(seen, between) == {
        "FIN-WAIT-1/CLOSE-WAIT",
        "FIN-WAIT-1/LAST-ACK",
        "FIN-WAIT-2/CLOSE-WAIT",
        "FIN-WAIT-2/LAST-ACK",
    }
    assert part_of(seen, ["TIME-WAIT/CLOSED"], ["SYN-SENT/LISTEN"]) == frozenset()


def test_with_only_an_end_the_depth_is_counted_backwards(seen: Quotient) -> None:
    assert names(seen, part_of(seen, goal=["SYN-SENT/SYN-RECEIVED"], depth=1)) == {
        "SYN-SENT/LISTEN",
        "SYN-SENT/SYN-RECEIVED",
    }


def test_any_state_is_a_star(seen: Quotient) -> None:
    last = names(seen, part_of(seen, ["*/LAST-ACK"], depth=0))
    assert last == {f"{a}/LAST-ACK" for a in ("FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED")}


@pytest.mark.parametrize("name", ["LISTEN/LISTEN", "LISTEN", "A/B/C", ""])
def test_what_is_not_there_is_told(seen: Quotient, name: str) -> None:
    with pytest.raises(NoSuchNode, match=f"no node is `{name}`; write the states of A and B, such as"):
        part_of(seen, [name])


def test_a_run_leads_over_arrows_and_stays_in_nodes(seen: Quotient, run: Trace) -> None:
    way = way_over(seen, run)
    states = [tuple(end.state for end in snapshot.ends) for snapshot in _snapshots(run)]
    assert [seen.nodes[number].ends for number in way.nodes] == states
    taken = sorted(step for steps in (*way.steps.values(), *way.stays.values()) for step in steps)
    assert taken == list(range(1, len(run.steps) + 1))
    for arrow, steps in way.steps.items():
        for step in steps:
            ends = seen.arrows[arrow].source, seen.arrows[arrow].target
            assert ends == (way.nodes[step - 1], way.nodes[step])
            assert seen.arrows[arrow].end == run.steps[step - 1].action.end
    # The eighth step loses the acknowledgment, and nobody's state changes.
    assert way.stays == {way.nodes[7]: (8,)}


def _snapshots(run: Trace) -> list[Snapshot]:
    return [run.initial, *(step.after for step in run.steps)]


def test_a_run_over_the_whole_graph_takes_its_edges(run: Trace) -> None:
    graph = graph_of(TEXTBOOK, SCENARIO)
    whole = quotient(graph, "full")
    assert sorted(way_over(whole, run).steps) == sorted(edges_along(graph, run))


def test_arrows_that_are_left_out_are_not_passed(run: Trace) -> None:
    way = way_over(quotient(graph_of(TEXTBOOK, SCENARIO), "states", without=["close"]), run)
    assert {step for steps in way.steps.values() for step in steps} == {1, 2, 3, 5, 6}


def test_a_run_of_something_else_is_refused(run: Trace) -> None:
    other = quotient(graph_of(TEXTBOOK, "SYN lost"), "states")
    with pytest.raises(ReplayError, match="step 1 cannot be taken in SYN lost"):
        way_over(other, Trace(run.initial, run.steps[4:]))
