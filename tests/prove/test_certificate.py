"""Certificates are accepted as they are made, and refused with any view or segment missing.

Closures are least. So whatever is taken from one, some step leads out of it: of a merged closure
because any other set of views with one for each pair that is closed contains it, of an exact one
because each of its views is reached by a run and covered by no other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.library import load
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.segment import SegmentForm
from checker.model.tables import Model
from checker.prove.certificate import View
from checker.prove.closure import merged
from checker.prove.decide import judge
from checker.prove.moves import members
from checker.prove.search import without_bounds
from tests.prove.certificates import (
    TAKEN_APART,
    TOYS,
    applicable,
    certificate,
    certificate_of,
    closure,
    document,
    proved,
    refusal,
    scenarios,
)
from tests.toys import ROOT

SMALL = ["open", "TIME-WAIT defended", "reset from zero"]
MORE = [
    "crash, listening again",
    "reopen",
    "early FIN",
    "two incarnations, reused ISNs",
    "simultaneous open",
    "SYN in the window",
    "no needless repetition",
    "crash, reused ISNs, quiet time",
]
"""Scenarios that differ in their calls, faults, switches, supplies and assumptions."""

CASES = [case for name in [*TOYS, "textbook"] for case in scenarios(name)]
CASES += [("rfc9293", scenario) for scenario in SMALL]
CHANGES = sorted((ROOT / "spec").glob("*/*.md"))[::4]
"""Some of them: to ask of all takes minutes, and they differ in rows, which certificates know
nothing of."""


@pytest.mark.parametrize("is_exact", [False, True])
@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_what_is_proved_is_accepted(name: str, scenario: str, is_exact: bool) -> None:
    assert refusal(certificate(name, scenario, is_exact)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("scenario", MORE)
def test_what_is_proved_of_tcp_is_accepted(scenario: str) -> None:
    assert refusal(certificate("rfc9293", scenario)) == ""


@pytest.mark.parametrize("is_exact", [False, True])
@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_what_is_not_proved_is_refused(name: str, scenario: str, is_exact: bool) -> None:
    views = closure(name, scenario, is_exact)
    known = proved(name, scenario, is_exact)
    for property in applicable(views):
        if property not in known:
            said = refusal(certificate_of(views, [*known, property]))
            assert said.startswith(f"{property.name} does not hold: ")


def test_something_is_not_proved_in_those_cases() -> None:
    """Else the test above would refuse nothing."""
    open_ones = {(name, s) for name, s in CASES if len(applicable(closure(name, s))) > len(proved(name, s))}
    assert {name for name, _ in open_ones} >= {"post", "outage", "rfc9293"}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", MORE)
def test_what_is_not_proved_of_tcp_is_refused(scenario: str) -> None:
    test_what_is_not_proved_is_refused("rfc9293", scenario, False)


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_what_is_proved_of_changed_tables_is_accepted_and_nothing_else(path: Path) -> None:
    protocol = load(path)
    model = Model(protocol, without_bounds(next(iter(protocol.scenarios.values()))))
    try:
        views = merged(model, Limits())
    except SemanticError:
        return  # a change may be one that leaves a row without a meaning
    holding = [p for p in applicable(views) if judge(views, p).broken is None]
    assert refusal(certificate_of(views, holding)) == ""
    for property in applicable(views):
        if property not in holding:
            assert refusal(certificate_of(views, [property])).startswith(f"{property.name} does not hold: ")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("reachable", "views say nothing of a `reachable` property"),
        ("never stuck", "views say nothing of a `never stuck` property"),
    ],
)
def test_claims_that_views_say_nothing_of(kind: str, said: str) -> None:
    property = next(p for p in document("rfc9293").properties.values() if p.kind == kind)
    views = closure("rfc9293", "open")
    assert refusal(certificate_of(views, [property])) == f"{property.name}: {said}"


def test_a_claim_that_needs_an_assumption_of_other_scenarios() -> None:
    property = document("timers").properties["one at a time"]
    assert refusal(certificate_of(closure("timers", "no echo"), [property])) == ""
    said = refusal(certificate_of(closure("timers", "no assumption"), [property]))
    assert said == "one at a time: the scenario does not assume no echo"


# Something taken away


@pytest.mark.parametrize(("name", "scenario", "is_exact"), TAKEN_APART)
def test_without_any_one_view(name: str, scenario: str, is_exact: bool) -> None:
    whole = certificate(name, scenario, is_exact)
    for i, view in enumerate(whole.views):
        fewer = [*whole.views[:i], *whole.views[i + 1 :]]
        said = refusal(replace(whole, views=fewer))
        assert said.startswith(
            ("no view covers the start: ", "no view covers what follows from the view of ")
        )
        others = [other for other in fewer if other[:2] == view[:2]]
        assert whole.place(view) in said
        assert said.endswith("is missing") is (not others)


def in_flight(view: View) -> list[tuple[int, int]]:
    return [(end, segment) for end in (0, 1) for segment in members(view[2 + end])]


@pytest.mark.parametrize(("name", "scenario", "is_exact"), TAKEN_APART)
def test_without_any_one_segment_of_a_view(name: str, scenario: str, is_exact: bool) -> None:
    whole = certificate(name, scenario, is_exact)
    write = partial(SegmentForm(whole.protocol).write, ghosts=True)
    for i, view in enumerate(whole.views):
        alone = sum(other[:2] == view[:2] for other in whole.views) == 1
        for end, segment in in_flight(view):
            sets = [*view[2:]]
            sets[end] &= ~(1 << segment)
            views = [*whole.views[:i], View(view.a, view.b, *sets), *whole.views[i + 1 :]]
            said = refusal(replace(whole, views=views))
            assert said.startswith(("no view covers the start: ", "no view covers what follows from "))
            # Where a pair has several views, it may be another one that lacks least.
            what = write(whole.segments[segment]) if alone else ""
            assert f"{what} in flight from {'AB'[end] if alone else ''}" in said


@settings(max_examples=8, deadline=None)
@given(st.data(), st.booleans())
def test_without_some_views_and_segments_of_tcp(data: st.DataObject, is_exact: bool) -> None:
    whole = certificate("rfc9293", "simultaneous close", is_exact)
    numbers = st.integers(0, len(whole.views) - 1)
    gone = data.draw(st.sets(numbers, max_size=3))
    fewer = data.draw(st.dictionaries(numbers, st.integers(0, 2 ** len(whole.segments) - 1), max_size=3))
    views = [
        View(view.a, view.b, view.from_a & fewer.get(i, -1), view.from_b & fewer.get(i, -1))
        for i, view in enumerate(whole.views)
        if i not in gone
    ]
    assert (refusal(replace(whole, views=views)) == "") is (views == whole.views)


def test_without_a_local_state_or_a_segment() -> None:
    whole = certificate("textbook", "four-way")
    a, b = whole.ends
    assert a[1] not in a[2:]
    said = refusal(replace(whole, ends=([a[0], a[2], *a[2:]], b)))
    assert said.startswith("no view covers what follows from the view of A in CLOSED (#0), ")
    assert "A in SYN-SENT (ISN = 1, first = 299, seq = 300, client = on, 1 of the calls used)" in said
    assert said.endswith(" is not among its local states")
    lost = whole.segments[0]
    said = refusal(replace(whole, segments=[whole.segments[1], *whole.segments[1:]]))
    assert said.endswith(f" lacks {SegmentForm(whole.protocol).write(lost, ghosts=True)} in flight from A")
