"""The textbook's numbers and counts, worked out by hand."""

from __future__ import annotations

from checker.document.library import bundled_folder, load
from checker.explore.graph import StateGraph
from checker.explore.reference import explore
from checker.model.segment import SegmentForm
from checker.model.tables import Model
from checker.verify.trace import Trace, trace_to

TEXTBOOK = load(bundled_folder() / "textbook.md")


def explored(name: str) -> StateGraph:
    return explore(Model(TEXTBOOK, TEXTBOOK.scenarios[name]))


def states_of(graph: StateGraph, index: int) -> tuple[str, str]:
    tables = graph.system.model.tables
    state = graph.state(index)
    return tables[0].locals[state.a].state, tables[1].locals[state.b].state


def sent(trace: Trace) -> list[str]:
    form = SegmentForm(TEXTBOOK)
    return [form.write(segment) for step in trace.steps for segment in step.sent]


def test_three_way_is_one_line_of_five_states() -> None:
    """connect, SYN arrives, SYN-ACK arrives, ACK arrives: nothing else can happen, and a second
    connect is refused. Five states in a row, four transitions."""
    graph = explored("three-way")
    assert (len(graph), len(graph.edges.targets), graph.depth) == (5, 4, 4)
    assert [states_of(graph, i) for i in range(5)] == [
        ("CLOSED", "LISTEN"),
        ("SYN-SENT", "LISTEN"),
        ("SYN-SENT", "SYN-RECEIVED"),
        ("ESTABLISHED", "SYN-RECEIVED"),
        ("ESTABLISHED", "ESTABLISHED"),
    ]


def test_three_way_has_the_numbers_of_the_tutorials() -> None:
    graph = explored("three-way")
    assert sent(trace_to(graph, len(graph) - 1)) == [
        "<FLAGS=SYN><Seq=100>",
        "<FLAGS=SYN,ACK><Seq=200><ACK=101>",
        "<FLAGS=ACK><Seq=101><ACK=201>",
    ]


def test_four_way_has_the_numbers_of_the_tutorials() -> None:
    """With 299 and 399 to open, closing begins at 300 and 400, as the examples do."""
    graph = explored("four-way")
    closed = [
        trace_to(graph, i) for i in range(len(graph)) if states_of(graph, i) == ("CLOSED", "CLOSED") and i > 0
    ]
    runs = {tuple(sent(trace)[3:]) for trace in closed}
    assert (
        "<FLAGS=FIN><Seq=300>",
        "<FLAGS=ACK><Seq=400><ACK=301>",
        "<FLAGS=FIN><Seq=400>",
        "<FLAGS=ACK><Seq=301><ACK=401>",
    ) in runs


def test_a_lost_handshake_by_hand() -> None:
    """Each of the three segments may be lost, and nobody repeats it: the line of five states
    has a dead end beside each state in which a segment is in flight. 5 + 3 states, 4 + 3
    transitions; the last dead end is as deep as the last state of the line."""
    graph = explored("SYN lost")
    assert (len(graph), len(graph.edges.targets), graph.depth) == (8, 7, 4)


def test_a_repeated_handshake_by_hand() -> None:
    """With repetition, one place each way, (A to B, B to A):

    CLOSED, LISTEN: nothing in flight                                            1
    SYN-SENT, LISTEN: SYN or nothing; nothing                                    2
    SYN-SENT, SYN-RECEIVED: SYN or nothing; SYN-ACK or nothing                   4
    ESTABLISHED, SYN-RECEIVED: SYN (then A's ACK found no room), ACK or nothing;
    SYN-ACK or nothing                                                           6
    ESTABLISHED, ESTABLISHED: nothing, or the last SYN-ACK (B repeats it no more),
    or the ACK that answers it: never both, as the one is there because the other
    was taken                                                                    3
    """
    graph = explored("SYN sent again")
    assert len(graph) == 1 + 2 + 4 + 6 + 3
