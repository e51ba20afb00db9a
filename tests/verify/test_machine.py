"""The state machine of one end, as runs show it: a toy by hand, and TCP against what rows say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.machine import Firing, Machine, firings_of, machine
from tests.cli.commands import door
from tests.toys import tcp


def machine_of(protocol: Protocol, *scenarios: str, limits: Limits | None = None) -> Machine:
    graphs = [explore(Model(protocol, protocol.scenarios[name]), limits) for name in scenarios]
    return machine(protocol, [(firings_of(graph), graph.complete) for graph in graphs])


def test_the_machine_of_a_door() -> None:
    found = machine_of(parse(door(), "door.md"), "quiet", "lossy")
    assert [a.firings for a in found.arrows] == [
        (_firing("asleep", "waiting", "call", "knock", "", ("hello",), "knock.asleep"),),
        (_firing("asleep", "awake", "delivery", "letter", "hello", (), "letter.asleep"),),
    ]
    assert (found.scenarios, found.whole) == (2, 2)


def _firing(a: str, b: str, kind: str, event: str, received: str, sent: tuple[str, ...], row: str) -> Firing:
    return Firing(a, b, kind, event, received, sent, (row,), (row,), ())  # type: ignore[arg-type]


def test_settings_that_a_row_needs_are_told() -> None:
    protocol = parse(door(), "door.md")
    lazy = replace(protocol.scenarios["quiet"], set={"lazy": True})
    graph = explore(Model(protocol, lazy))
    (arrow,) = machine(protocol, [(firings_of(graph), True)]).arrows
    assert (arrow.rows, arrow.needs, arrow.sent) == (("knock.lazily",), ("lazy = on",), ((), ()))


def test_what_some_scenario_does_without_a_setting_does_not_need_it() -> None:
    firing = _firing("asleep", "waiting", "call", "knock", "", (), "knock.asleep")
    found = machine(parse(door(), "door.md"), [([firing._replace(needs=("lazy = on",)), firing], True)])
    assert [arrow.needs for arrow in found.arrows] == [()]


def test_an_incomplete_exploration_counts_as_such() -> None:
    found = machine_of(parse(door(), "door.md"), "quiet", "lossy", limits=Limits(max_states=1))
    assert (found.scenarios, found.whole) == (2, 0)


def test_words_are_what_all_segments_of_an_arrow_have() -> None:
    """The acknowledgment of our SYN may come with text or not, and is answered only with text."""
    found = machine_of(tcp(), "early FIN")
    arrows = {(a.source, a.target, a.rows): a for a in found.arrows}
    opened = arrows["SYN-RECEIVED", "ESTABLISHED", ("fifth-1.established",)]
    assert opened.received == ("ACK",)
    assert opened.sent[0] == ()
    at_once = arrows["SYN-RECEIVED", "CLOSE-WAIT", ("fifth-1.established", "eighth.established")]
    assert (at_once.received, at_once.sent) == (("FIN,ACK",), (("ACK",), ()))


def test_different_segments_are_listed() -> None:
    arrow = machine(
        tcp(),
        [([_came("SYN"), _came("SYN,ACK")], True)],
    ).arrows[0]
    assert arrow.received == ("SYN",)
    either = machine(tcp(), [([_came("SYN"), _came("RST")], True)]).arrows[0]
    assert sorted(either.received) == ["RST", "SYN"]


def _came(sort: str) -> Firing:
    row = ("second.refused",)
    return Firing("SYN-RECEIVED", "CLOSED", "delivery", "segment", sort, (), row, row, ())


def test_calls_before_the_start_are_arrows_too() -> None:
    found = machine_of(tcp(), "open")
    assert [a.rows for a in found.arrows if a.source == "CLOSED"] == [("open.passive",), ("open.active",)]


@pytest.mark.parametrize("scenario", ["last ACK repeated", "early FIN", "refused"])
def test_arrows_are_just_what_the_graph_does(scenario: str) -> None:
    """Asked of the transition system, state by state."""
    graph = explore(Model(tcp(), tcp().scenarios[scenario]))
    tables = graph.system.model.tables
    changes = set()
    for index in range(len(graph)):
        state = graph.state(index)
        for number, after in graph.system.successors(state)[0]:
            action = graph.system.action(number)
            if action.is_step:
                ends = [tables[action.end].locals[s[action.end]].state for s in (state, after)]
                event = "segment" if action.kind == "delivery" else action.event
                changes.add((*ends, action.kind, event))
    opened = {
        (o.before[o.end].state, o.reaction.after.state, "call", o.call)
        for o in graph.system.model.start().openings
    }
    expected = {change for change in changes | opened if change[0] != change[1]}
    assert {firing[:4] for firing in firings_of(graph)} == expected
