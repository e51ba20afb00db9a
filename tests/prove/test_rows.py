"""Two interpreters of rows that share only the expressions do the same in every local state.

A certificate is accepted if all that the second one does stays within its views; that it does
everything is seen here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Model
from checker.prove.certificate import Certificate, State
from checker.prove.claims import Values
from checker.prove.rows import Rows
from tests.prove.certificates import TOYS, certificate, closure, scenarios

Effect = tuple[str, Local | State, tuple[Segment, ...]]

TCP = ["refused", "crash, listening again", "SYN in the window"]
MORE = [
    "open and close",
    "abort, keep-alive",
    "two incarnations, reused ISNs",
    "reset from zero",
]
"""Scenarios that differ in their calls, faults, switches, and supplies; the others have nothing that
none of these has."""

CASES = [case for name in [*TOYS, "textbook"] for case in scenarios(name)]
CASES += [("rfc9293", scenario) for scenario in TCP]


def by_tables(model: Model, end: int, local: int) -> Iterator[Effect]:
    for own in model.tables[end].own_moves(local):
        sent = tuple(model.segments[segment] for segment in own.move.sent)
        yield model.actions[own.action].event, model.tables[end].locals[own.move.after], sent


def by_rows(rows: Rows, us: State) -> Iterator[Effect]:
    for event, paid in rows.own(us):
        reaction = rows.react(paid, event, None)
        if reaction is not None:
            yield event, reaction[0], tuple(reaction[1])


def both(certificate: Certificate, model: Model, end: int) -> None:
    rows = Rows(certificate, end, Values(certificate))
    start = model.start()
    if not model.scenario.opened:
        assert rows.start == start.ends[end]
    tables = model.tables[end]
    calls = [event.name for event in model.protocol.events.values() if event.kind == "call"]
    for number, local in enumerate(list(tables.locals.values)):
        for call in calls:
            assert rows.takes(State(*local), call) is tables.endpoint.takes(local, call)
        assert list(by_rows(rows, State(*local))) == list(by_tables(model, end, number))
        for disabled, timer in enumerate(model.atoms.timers):
            fires = rows.react(State(*local), timer, None) is not None
            assert fires is not bool(tables.disabled_timers(number) >> disabled & 1)
    for (number, segment), move in list(tables.arrivals().items()):
        us, arrived = State(*tables.locals[number]), model.segments[segment]
        reaction = rows.react(us, model.arrival_event, arrived)
        sent = [model.segments[sent] for sent in move.sent]
        assert reaction == (tables.locals[move.after], sent)
    assert {*tables.endpoint.exhausted} == rows.exhausted
    assert {note.split(" saturated")[0] for note in rows.saturated} == {*tables.endpoint.saturated}


@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_all_that_an_end_does_in_any_local_state(name: str, scenario: str) -> None:
    views = closure(name, scenario)
    for end in (0, 1):
        both(certificate(name, scenario), views.model, end)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", MORE)
def test_all_that_an_end_of_tcp_does_in_any_local_state(scenario: str) -> None:
    test_all_that_an_end_does_in_any_local_state("rfc9293", scenario)
