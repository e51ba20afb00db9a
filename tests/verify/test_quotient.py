"""State graphs seen from afar: by hand, and against the transition system itself."""

from __future__ import annotations

import networkx as nx
import pytest

from checker.document.library import parse
from checker.explore.backend import plain
from checker.explore.graph import StateGraph
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.claims import HOLDS, PREMISE_FALSE, Claim, claims_of, global_env
from checker.verify.quotient import LEVELS, Level, last_states, quotient, stuck_states, words_at
from tests.cli.commands import door
from tests.exchange.checkers import graph_of

TEXTBOOK = "spec/textbook.md"


def knocked(scenario: str) -> StateGraph:
    protocol = parse(door(), "door.md")
    return explore(Model(protocol, protocol.scenarios[scenario]))


def test_a_door_by_states() -> None:
    """Asleep both; A waits while its letter is on its way, or lost for ever; both awake."""
    seen = quotient(knocked("lossy"), "states")
    assert [(n.ends, n.states, n.final, n.stuck) for n in seen.nodes] == [
        (("asleep", "asleep"), 1, 0, 0),
        (("waiting", "asleep"), 2, 0, 1),
        (("waiting", "awake"), 1, 1, 0),
    ]
    assert seen.arrows == (
        (0, 1, "call", 0, ("A: knock",)),
        (1, 2, "delivery", 1, ("B: rcv hello",)),
    )
    assert seen.closed == ((2,),)


def test_a_door_by_observation() -> None:
    """Whether the letter is lost can be found out: B never wakes up then."""
    seen = quotient(knocked("lossy"), "observation")
    assert [(n.ends, n.states, n.stuck) for n in seen.nodes] == [
        (("asleep", "asleep"), 1, 0),
        (("waiting", "asleep"), 1, 0),
        (("waiting", "asleep"), 1, 1),
        (("waiting", "awake"), 1, 0),
    ]
    assert [(a.source, a.target, a.kind) for a in seen.arrows] == [
        (0, 1, "call"),
        (1, 2, "loss"),
        (1, 3, "delivery"),
    ]
    assert seen.closed == ((2,), (3,))


def test_what_is_left_out_is_no_arrow_but_leads_out_of_a_box() -> None:
    seen = quotient(knocked("lossy"), "states", without=["letter"])
    assert [arrow.labels for arrow in seen.arrows] == [("A: knock",)]
    assert seen.closed == ((2,),)
    network = quotient(knocked("lossy"), "full", without=["loss"])
    assert [arrow.kind for arrow in network.arrows] == ["call", "delivery"]


def test_only_the_named_properties_are_seen() -> None:
    graph = graph_of(TEXTBOOK, "last ACK sent again")
    everything = len(quotient(graph, "observation").nodes)
    one = len(quotient(graph, "observation", ["last ACK"]).nodes)
    nothing = len(quotient(graph, "observation", []).nodes)
    assert len(quotient(graph, "states").nodes) <= nothing <= one <= everything < len(graph)


SEEN: list[tuple[str, str, Level]] = [
    (TEXTBOOK, scenario, level)
    for scenario in ("last ACK lost", "last ACK sent again", "TIME-WAIT too short")
    for level in LEVELS
]


@pytest.mark.parametrize(("document", "scenario", "level"), SEEN)
def test_arrows_are_just_the_steps_between_nodes(document: str, scenario: str, level: Level) -> None:
    """Asked of the transition system, one state after the other."""
    graph = graph_of(document, scenario)
    seen = quotient(graph, level)
    model, words = graph.system.model, words_at(level)
    numbers = {graph.state(index): index for index in range(len(graph))}
    steps = set()
    for state, index in numbers.items():
        for number, after in graph.system.successors(state)[0]:
            action = graph.system.action(number)
            ends = int(seen.blocks[index]), int(seen.blocks[numbers[after]])
            if ends[0] != ends[1] or level == "full":
                steps.add((*ends, action.kind, action.end, words(model, action)))
    arrows = [(*arrow[:4], name) for arrow in seen.arrows for name in arrow.labels]
    assert sorted(arrows) == sorted(steps)
    assert len(arrows) == len(set(arrows))


@pytest.mark.parametrize(("document", "scenario", "level"), SEEN)
def test_nodes_hold_all_states(document: str, scenario: str, level: Level) -> None:
    graph = graph_of(document, scenario)
    seen = quotient(graph, level)
    tables = graph.system.model.tables
    held = [0] * len(seen.nodes)
    for index, number in enumerate(seen.blocks.tolist()):
        held[number] += 1
        state = graph.state(index)
        ends = (tables[0].locals[state.a].state, tables[1].locals[state.b].state)
        assert seen.nodes[number].ends == ends
        assert seen.nodes[number].first <= index
    assert [node.states for node in seen.nodes] == held
    assert seen.blocks[0] == 0


@pytest.mark.parametrize("scenario", ["last ACK lost", "TIME-WAIT too short", "four-way"])
def test_ends_are_the_attracting_components(scenario: str) -> None:
    graph = graph_of(TEXTBOOK, scenario)
    members = set().union(*nx.attracting_components(nx.DiGraph(plain(graph.edges))))
    assert {n for n, last in enumerate(last_states(graph).tolist()) if last} == members


def _gets_there(graph: StateGraph, start: int, goal: Claim, calls: tuple[str, ...]) -> bool:
    """Whether helpful actions lead from a state to the goal, looked for forwards."""
    system, todo = graph.system, [graph.state(start)]
    seen = set(todo)
    for state in todo:
        if goal.judge(global_env(system, state, goal.end)) == HOLDS:
            return True
        for number, after in system.successors(state)[0]:
            if after not in seen and system.model.is_helpful(system.action(number), calls):
                seen.add(after)
                todo.append(after)
    return False


@pytest.mark.parametrize("scenario", ["last ACK lost", "TIME-WAIT too short", "SYN lost"])
def test_stuck_is_what_no_helpful_action_leads_out_of(scenario: str) -> None:
    graph = graph_of(TEXTBOOK, scenario)
    model = graph.system.model
    expected = [False] * len(graph)
    for property in model.protocol.properties.values():
        if property.kind != "never stuck" or set(property.assumptions) - set(model.scenario.assume):
            continue
        for claim in claims_of(model, property):
            for index in range(len(graph)):
                due = claim.judge(global_env(graph.system, graph.state(index), claim.end)) != PREMISE_FALSE
                if due and not _gets_there(graph, index, claim.goal(), property.calls):
                    expected[index] = True
    assert stuck_states(graph).tolist() == expected
    assert any(expected)


def test_stuck_states_of_the_door() -> None:
    graph = knocked("lossy")
    lost = [n for n in range(len(graph)) if stuck_states(graph)[n]]
    (index,) = lost
    assert graph.system.contents[graph.state(index).ab] == ()
    assert not graph.system.successors(graph.state(index))[0]
