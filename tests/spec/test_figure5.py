"""RFC 9293's figure 5: every arrow of it is taken, and its notes are so."""

from __future__ import annotations

from functools import cache

import pytest

from checker.document.figures import Figure, figures_of, load_figure
from checker.document.library import bundled_folder
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.verify.figure import compare
from checker.verify.machine import Machine, firings_of, machine
from tests.toys import tcp

SMALL = ("last ACK repeated", "calls out of place", "early FIN", "abort", "refused")
"""Scenarios that take each of the figure's arrows, and that take no long time."""


@cache
def figure() -> Figure:
    return load_figure(bundled_folder() / "figure5.md")


@cache
def found(scenarios: tuple[str, ...]) -> Machine:
    graphs = [Engine().explore(Model(tcp(), tcp().scenarios[name]), Limits()) for name in scenarios]
    return machine(tcp(), [(firings_of(graph), graph.complete) for graph in graphs])


def test_it_is_the_figure_of_the_rfc() -> None:
    assert list(figure().arrows) == [str(number) for number in range(1, 21)]
    assert figure().is_of(tcp())
    assert [f.name for f in figures_of(tcp(), bundled_folder())] == ["figure5"]
    # CLOSED stands twice, each of the other ten states once.
    assert len(figure().places) == 12
    assert set(figure().omissions) == {"note 2", "note 3"}


def test_its_events_and_states_are_those_of_the_document() -> None:
    for arrow in figure().arrows.values():
        assert arrow.event in tcp().events
    for omission in figure().omissions.values():
        assert omission.event in tcp().events
        assert set(omission.sources + omission.targets) <= set(tcp().states)


def test_all_twenty_arrows_are_taken() -> None:
    comparison = compare(found(SMALL), figure())
    assert comparison.lacking == ()
    assert {shown.name for shown in comparison.drawn.values()} == set(figure().arrows)


def test_what_it_omits_is_there() -> None:
    """Note 2: from FIN-WAIT-1 to TIME-WAIT at once; note 3: resets."""
    machine = found(SMALL)
    owned = compare(machine, figure()).owned_up
    ends = {(o.name, machine.arrows[n].source, machine.arrows[n].target) for n, o in owned.items()}
    assert ("note 2", "FIN-WAIT-1", "TIME-WAIT") in ends
    assert ("note 3", "ESTABLISHED", "CLOSED") in ends


def test_note_1_is_a_condition() -> None:
    """SYN-RECEIVED goes back to LISTEN only if it came from there, as the row says and runs show."""
    rules = {rule.id: rule for rule in tcp().rules}
    back = [a for a in found(SMALL).arrows if (a.source, a.target) == ("SYN-RECEIVED", "LISTEN")]
    assert back
    for arrow in back:
        assert all("origin is passive" in rules[row].text["if"] for row in arrow.rows)


def _sends_rst_into_time_wait(machine: Machine) -> list[str]:
    return [
        firing.source
        for arrow in machine.arrows
        for firing in arrow.firings
        if firing.target == "TIME-WAIT" and any("RST" in sort.split(",") for sort in firing.sent)
    ]


def test_note_3_is_wrong_about_resets_that_are_sent() -> None:
    """No state is left for TIME-WAIT by sending a reset: they lead to CLOSED."""
    assert _sends_rst_into_time_wait(found(SMALL)) == []
    sent = {
        firing.target
        for arrow in found(SMALL).arrows
        for firing in arrow.firings
        if any("RST" in sort.split(",") for sort in firing.sent)
    }
    assert sent == {"CLOSED"}


def test_closed_and_listen_drop_resets() -> None:
    resets = {a.source for a in found(SMALL).arrows for f in a.firings if "RST" in f.received.split(",")}
    assert not resets & {"CLOSED", "LISTEN"}
    assert "SYN-SENT" in resets


@pytest.mark.slow
def test_no_scenario_says_otherwise() -> None:
    """All scenarios together: nothing lacks, and the notes stay as they are."""
    machine = found(tuple(tcp().scenarios))
    comparison = compare(machine, figure())
    assert comparison.lacking == ()
    assert len(comparison.drawn) == 20
    assert machine.whole == machine.scenarios == len(tcp().scenarios)
    assert _sends_rst_into_time_wait(machine) == []
