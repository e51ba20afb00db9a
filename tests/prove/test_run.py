"""Runs to what the exact closure holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.prove.closure import exact
from checker.prove.decide import Moment
from checker.prove.run import run_to
from checker.prove.search import without_bounds
from checker.verify.replay import replay
from tests.toys import tcp

EVERY = 12


@pytest.mark.slow
def test_where_retransmissions_wait_for_the_one_before_runs_lead_to_views() -> None:
    """Such a retransmission may be sent, but not again and again: a run must not take it for one
    of the steps that fill a view."""
    scenario = tcp().scenarios["simultaneous close"]
    scenario = replace(without_bounds(scenario), assume=(*scenario.assume, "RTO>RTT"))
    closure = exact(Model(tcp(), scenario), Limits())
    tables = closure.model.tables
    for view in list(closure)[8::EVERY]:
        ends = (tables[0].locals[view.pair[0]], tables[1].locals[view.pair[1]])
        model, trace = run_to(closure, Moment(0, ends, view))
        assert replay(model, trace) is None
        assert trace.last.ends == ends
