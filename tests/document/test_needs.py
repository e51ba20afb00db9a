"""What claims say that runs need on the clock, and what is said of those that say it wrongly."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from checker.document.lengths import Given
from checker.document.problems import DocumentError
from checker.document.statements import load_statements
from tests.document.claims_document import MARK
from tests.timing.claims import TIMED, timed_claims


def test_a_need_is_read(tmp_path: Path) -> None:
    (claim,) = timed_claims(tmp_path, "timed: line: over: wait 10.5 if life 25, again 3..").statements
    (decision,) = claim.decisions
    assert (decision.scenario.name, decision.subject.name, decision.said) == ("line", "over", "holds")
    need = decision.need
    assert need is not None
    assert (need.duration, need.length) == ("wait", Fraction(21, 2))
    assert need.given == {"life": Given(most=Fraction(25)), "again": Given(Fraction(3), None)}
    assert need.text(decision.protocol) == "wait 10.5 if life 25, again 3.."


def test_nothing_need_be_given(tmp_path: Path) -> None:
    (claim,) = timed_claims(tmp_path, "timed: line: over: `wait 10`").statements
    need = claim.decisions[0].need
    assert need is not None
    assert (need.length, need.given) == (10, {})
    assert need.text(claim.decisions[0].protocol) == "wait 10"


def test_a_claim_of_the_property_alone_has_no_need(tmp_path: Path) -> None:
    (claim,) = timed_claims(tmp_path, "timed: line: over; timed: line: known holds").statements
    assert [decision.need for decision in claim.decisions] == [None, None]


def test_a_colon_in_the_name_of_a_property_begins_no_need(tmp_path: Path) -> None:
    """The longest name counts."""
    text = TIMED.replace("| begins |", "| over: wait | reachable | | `STATE is over` |\n| begins |")
    timed_claims(tmp_path, "timed: line: over")
    (tmp_path / "timed.md").write_text(text, encoding="utf-8")
    path = tmp_path / "claims.md"
    said = "timed: line: over: wait; timed: line: over: wait violated; timed: line: over: wait: wait 3"
    path.write_text(path.read_text(encoding="utf-8").replace("timed: line: over", said), encoding="utf-8")
    decisions = load_statements(path).statements[0].decisions
    assert [(d.subject.name, d.said, d.need is None) for d in decisions] == [
        ("over: wait", "holds", True),
        ("over: wait", "violated", True),
        ("over: wait", "holds", False),
    ]


WRONG = [
    ("over:»", "`` names no duration of `timed`; expected `life`, `again`, `wait` and its length"),
    ("over: »wiat 10", "`wiat 10` names no duration of `timed`; did you mean `wait`?; expected `life`"),
    ("over: »10", "`10` names no duration of `timed`; expected `life`, `again`, `wait` and its length"),
    ("over: »waiting 10", "`waiting 10` names no duration of `timed`; did you mean `wait`?"),
    ("over: »wait", "`` is no length of `wait`, expected a number, the same each time"),
    ("over: »wait ten", "`ten` is no length of `wait`, expected a number, the same each time"),
    ("over: »wait 1..2", "`1..2` is no length of `wait`, expected a number, the same each time"),
    ("over: »wait 10 violated", "`10 violated` is no length of `wait`"),
    ("over: »life 10 if again 3..", "`life` is not `fixed`, so it has no limit; expected `wait`"),
    ("over: wait 10 if »live 3", "`live 3` names no duration of `timed`; did you mean `life`?"),
    ("over: wait 10 if »life 3..4", "`3..4` is no length of `life`, expected a number, the longest"),
    ("over: wait 10 if life 3, »again 5", "`5` is no length of `again`, expected a range such as 1..60"),
    ("over: wait 10 if life 3, »again 5..3", "`5..3` is no length of `again`: it ends before it begins"),
    ("over: wait 10 if life 3,  »life 4", "`life` has a length already; give it one"),
    ("over: wait 10 if life 3, »wait 4", "`wait` has a length already; give it one"),
    ("over: wait 10 if life 3,»", "`` names no duration of `timed`"),
    ("»ovr: wait 10", "`ovr` is no property of `timed` and no exchange; did you mean `over`?"),
]


@pytest.mark.parametrize(("said", "message"), WRONG)
def test_what_is_wrong_is_told_where_it_is(tmp_path: Path, said: str, message: str) -> None:
    with pytest.raises(DocumentError) as raised:
        timed_claims(tmp_path, f"timed: line: {said.replace(MARK, '')}")
    column = len("| c0 | a clock | tick | tock | timed: line: ") + said.index(MARK) + 1
    (problem,) = raised.value.problems
    place = f"{tmp_path}/claims.md:3:{column}: c0: "
    assert str(problem).startswith(place + message), (str(problem), place)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        timed_claims(tmp_path, "timed: line: over: wait ten if life long, again 5; timed: line: ovr")
    assert len(raised.value.problems) == 4


def test_a_document_without_durations_has_no_need(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        timed_claims(tmp_path, "timers: drained: it ends: wait 10")
    (problem,) = raised.value.problems
    assert problem.message == "`wait 10` names no duration of `timers`; it has no durations table"
