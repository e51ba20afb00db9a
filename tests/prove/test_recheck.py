"""Certificates by the solver: it accepts and refuses what the check without it does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import z3

from checker.document.library import parse
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.prove.certificate import Certificate, Refused, View
from checker.prove.closure import merged
from checker.prove.search import without_bounds
from checker.prove.solver.obligation import write_all
from checker.prove.solver.recheck import Answer, recheck
from tests.prove.certificates import (
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
from tests.prove.test_certificate import in_flight
from tests.toys import ROOT

QUICK = [
    ("textbook", "four-way", False),
    ("textbook", "last ACK lost", False),
    ("textbook", "TIME-WAIT too short", True),
    ("alternating-bit", "two frames", False),
    ("timers", "no echo", True),
    ("timers", "one waits", False),
    ("timers", "both wait", False),
    ("post", "two in a bag", True),
    ("pit", "has a friend", False),
    ("outage", "both crash", True),
    ("rfc9293", "refused", False),
]
TCP = ["open", "crash, listening again"]
SLOW = [
    (*case, is_exact)
    for name in [*TOYS, "textbook"]
    for case in scenarios(name)
    if case[1] != "some end"  # of which there is much
    for is_exact in (False, True)
    if (name, is_exact) != ("echo", True)
]
SLOW += [("rfc9293", scenario, False) for scenario in TCP]
SLOW = [case for case in SLOW if case not in QUICK]

TAKEN_APART = [
    ("timers", "no echo", True),
    ("timers", "one waits", False),
    ("post", "two in a bag", True),
    ("pit", "has a friend", False),
    pytest.param("outage", "both crash", True, marks=pytest.mark.slow),
]


def refused(certificate: Certificate) -> str:
    """Why the solver refuses a certificate, at first; empty if it accepts it."""
    try:
        for answer in recheck(certificate):
            assert answer.result.status != "unknown"
            assert (answer.refusal != "") is (answer.result.status == "fails")
            if answer.refusal:
                return answer.refusal
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(("name", "scenario", "is_exact"), QUICK)
def test_what_is_proved_is_accepted(name: str, scenario: str, is_exact: bool) -> None:
    assert refused(certificate(name, scenario, is_exact)) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scenario", "is_exact"), SLOW)
def test_more_of_what_is_proved_is_accepted(name: str, scenario: str, is_exact: bool) -> None:
    assert refused(certificate(name, scenario, is_exact)) == ""


def not_proved_is_refused(name: str, scenario: str, is_exact: bool) -> int:
    """How many properties are not proved; each is asked beside one that is."""
    views = closure(name, scenario, is_exact)
    known = proved(name, scenario, is_exact)
    unproved = [property for property in applicable(views) if property not in known]
    for property in unproved:
        said = refused(certificate_of(views, [*known[:1], property]))
        assert said.startswith(f"{property.name} does not hold: ")
    return len(unproved)


@pytest.mark.parametrize(
    ("name", "scenario", "is_exact"),
    [
        ("post", "two in a bag", True),
        ("outage", "both crash", True),
        ("alternating-bit", "reordered", False),
        ("timers", "ghosts aside", True),
    ],
)
def test_what_is_not_proved_is_refused(name: str, scenario: str, is_exact: bool) -> None:
    assert not_proved_is_refused(name, scenario, is_exact) > 0


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["reset from zero"])
def test_what_is_not_proved_of_tcp_is_refused(scenario: str) -> None:
    assert not_proved_is_refused("rfc9293", scenario, False) > 0


def test_claims_that_views_say_nothing_of() -> None:
    property = document("textbook").properties["open"]
    views = closure("textbook", "four-way")
    assert refused(certificate_of(views, [property])) == "open: views say nothing of a `reachable` property"
    silent = document("timers").properties["one at a time"]
    said = refused(certificate_of(closure("timers", "no assumption"), [silent]))
    assert said == "one at a time: the scenario does not assume no echo"


def test_a_claim_that_reads_a_segment_where_none_arrives() -> None:
    """True whatever the segment says, but of no meaning where there is none."""
    text = (ROOT / "tests" / "documents" / "post.md").read_text(encoding="utf-8")
    claim = "`every segment sent (mark is x)`"
    assert claim in text
    for guard, accepted in (("", False), ("event is letter", True)):
        said = "mark is x or mark is not x"
        changed = parse(
            text.replace(
                f"| x only | step | | {claim}", f"| x only | step | {guard and f'`{guard}`'} | `{said}`"
            ),
            "post.md",
        )
        views = merged(Model(changed, without_bounds(changed.scenarios["two in a bag"])), Limits())
        whole = certificate_of(views, [changed.properties["x only"]])
        assert (refusal(whole) == "") is accepted
        assert (refused(whole) == "") is accepted


LETTER, SEND = "| `letter.any` | here | letter | |", "| `send.x` | here | send x | |"
NO_MEANING = {
    "a count beyond its limit": {"(got + 1 if got < 3 else 3)": "got + 1"},
    "two rows that both fire": {LETTER: f"| `letter.second` | here | letter | `got = 1` | | | | |\n{LETTER}"},
    "two rows that both fire and lead apart": {
        "| here | the only one |": "| here | the usual one |\n| there | another one |",
        LETTER: "| `early.a` | here | letter | `got = 1` | | | there | |\n"
        "| `early.b` | here | letter | `got = 1` | | | | |\n"
        "| `letter.any` | here, there | letter | |",
    },
    "an arrival that no row handles": {LETTER: f"{LETTER[:-1]} `got = 0` |"},
    "a call that reads what is unset": {SEND: f"{SEND[:-1]} `last is x or last = last` |"},
}
"""What makes a step of the post an error."""


@pytest.mark.parametrize("what", NO_MEANING)
def test_a_step_without_a_meaning_is_refused(what: str) -> None:
    """Whatever the views say: there is nothing that would follow from it."""
    text = (ROOT / "tests" / "documents" / "post.md").read_text(encoding="utf-8")
    for old, new in NO_MEANING[what].items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    changed = parse(text, "post.md")
    whole = certificate("post", "two in a bag", True)
    whole = replace(whole, protocol=changed, scenario=changed.scenarios["two in a bag"])
    assert refusal(whole) != ""
    assert refused(whole).endswith("the rows have no meaning there (`lastack lint` says why)")


@pytest.mark.parametrize(
    ("claim", "accepted"),
    [
        ("takes go = (STATE is idle)", True),
        ("peer takes go = (peer's STATE is idle)", True),
        ("takes go", False),
        ("A takes go or B takes go", True),
        ("B takes go", True),
        ("A takes go", False),
        ("not peer takes go", False),
    ],
)
def test_claims_of_calls_that_would_be_taken(claim: str, accepted: bool) -> None:
    text = (ROOT / "tests" / "documents" / "timers.md").read_text(encoding="utf-8")
    row = "| one at a time | invariant |"
    assert row in text
    changed = parse(text.replace(row, f"| taken | invariant | | `{claim}` | | |\n{row}"), "timers.md")
    views = merged(Model(changed, without_bounds(changed.scenarios["no echo"])), Limits())
    whole = certificate_of(views, [changed.properties["taken"]])
    assert (refusal(whole) == "") is accepted
    assert (refused(whole) == "") is accepted


def test_a_claim_of_a_call_without_a_meaning() -> None:
    """Nobody makes it; but to ask for it is an error."""
    text = (ROOT / "tests" / "documents" / "post.md").read_text(encoding="utf-8")
    text = text.replace("| `send.y` | here | send y | |", "| `send.y` | here | send y | `last = last` |")
    text = text.replace(
        "| at most one | invariant | | `got =< 1` |", "| may send | invariant | | `takes send y` |"
    )
    changed = parse(text, "post.md")
    views = merged(Model(changed, without_bounds(changed.scenarios["one letter"])), Limits())
    whole = certificate_of(views, [changed.properties["may send"]])
    assert "`last`, which is unset" in refusal(whole)
    assert refused(whole).startswith("may send does not hold: ")


# Something taken away


@pytest.mark.parametrize(
    ("name", "scenario", "is_exact"),
    [*TAKEN_APART, pytest.param("rfc9293", "refused", False, marks=pytest.mark.slow)],
)
def test_without_any_one_view(name: str, scenario: str, is_exact: bool) -> None:
    whole = certificate(name, scenario, is_exact)
    for i, view in enumerate(whole.views):
        changed = replace(whole, views=[*whole.views[:i], *whole.views[i + 1 :]])
        said = refused(changed)
        assert said.startswith(
            ("no view covers the start: ", "no view covers what follows from the view of ")
        )
        assert whole.place(view) in said
        assert refusal(changed) != ""


@pytest.mark.parametrize(("name", "scenario", "is_exact"), TAKEN_APART)
def test_without_any_one_segment_of_a_view(name: str, scenario: str, is_exact: bool) -> None:
    whole = certificate(name, scenario, is_exact)
    for i, view in enumerate(whole.views):
        for end, segment in in_flight(view):
            sets = [*view[2:]]
            sets[end] &= ~(1 << segment)
            views = [*whole.views[:i], View(view.a, view.b, *sets), *whole.views[i + 1 :]]
            changed = replace(whole, views=views)
            said = refused(changed)
            assert said.startswith(("no view covers the start: ", "no view covers what follows from "))
            assert " lacks " in said
            assert refusal(changed) != ""


def test_a_refusal_names_the_view_the_step_and_what_is_missing() -> None:
    whole = certificate("textbook", "four-way")
    changed = replace(whole, views=[whole.views[0]])
    said = refused(changed)
    assert said == refusal(changed)
    assert said.startswith(
        "no view covers what follows from the view of A in CLOSED (#0), B in LISTEN (#0): "
    )


def test_the_start_is_covered_or_refused() -> None:
    whole = certificate("textbook", "four-way")
    changed = replace(whole, views=whole.views[1:])
    assert refused(changed) == refusal(changed)
    assert refused(changed).startswith("no view covers the start: ")


@pytest.mark.parametrize(
    ("name", "scenario", "is_exact"),
    [
        ("timers", "one waits", False),
        pytest.param("post", "two in a bag", True, marks=pytest.mark.slow),
    ],
)
def test_with_any_one_segment_more_both_roads_agree(name: str, scenario: str, is_exact: bool) -> None:
    """It may be accepted: then what was added changes nothing."""
    whole = certificate(name, scenario, is_exact)
    said = set()
    for i, view in enumerate(whole.views):
        for end in (0, 1):
            for segment in range(len(whole.segments)):
                if view[2 + end] >> segment & 1:
                    continue
                sets = [*view[2:]]
                sets[end] |= 1 << segment
                views = [*whole.views[:i], View(view.a, view.b, *sets), *whole.views[i + 1 :]]
                changed = replace(whole, views=views)
                one, other = refused(changed), refusal(changed)
                assert (one == "") is (other == "")
                said.add(one == "")
    assert False in said


# Questions


def answers(certificate: Certificate) -> list[Answer]:
    return list(recheck(certificate))


def test_every_question_is_a_file_with_its_answer(tmp_path: Path) -> None:
    whole = certificate("post", "two in a bag", True)
    asked = [answer.result for answer in answers(replace(whole, views=whole.views[:-1]))]
    paths = write_all(asked, tmp_path)
    assert len(paths) == len(asked)
    for result, path in zip(asked, paths, strict=True):
        text = path.read_text(encoding="utf-8")
        status = re.search(r"^\(set-info :status (\w+)\)$", text, re.MULTILINE)
        assert status is not None
        solver = z3.Solver()
        solver.from_string(text)
        assert str(solver.check()) == status[1] == result.answer
    assert {result.answer for result in asked} == {"sat", "unsat"}
    assert {result.status for result in asked} == {"proved", "fails"}


@pytest.mark.parametrize(
    ("name", "scenario", "is_exact"), [("textbook", "four-way", False), ("outage", "both crash", True)]
)
def test_no_question_is_answered_by_asking_nothing(name: str, scenario: str, is_exact: bool) -> None:
    """The last that is asked is that something is wrong: without it there is a step, or a state."""
    kinds = set()
    for answer in answers(certificate(name, scenario, is_exact)):
        obligation = answer.result.obligation
        if obligation.wants == "unsat" and obligation.name != "start":
            solver = z3.Solver()
            solver.add(*obligation.assertions[:-1])
            assert solver.check() == z3.sat
            kinds.add(obligation.name.partition(":")[0])
    assert kinds >= {"steps"}


def test_what_takes_too_long_is_unknown() -> None:
    given_up = [
        a for a in recheck(certificate("rfc9293", "refused"), effort=1_000) if a.result.status == "unknown"
    ]
    assert given_up
    assert all(answer.refusal == "" for answer in given_up)
