"""Claims on what a run needs on the clock: the verdict is what the solver makes of the run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from checker.explore.limits import Limits
from checker.timing.statements import Finder, answers
from checker.verify.statements import Answer, StatementResult, conclude, jobs_of, key_of
from tests.timing.claims import timed_claims


def decided(folder: Path, *decided_by: str, limits: Limits | None = None) -> list[StatementResult]:
    document = timed_claims(folder, *decided_by)
    found = {
        key: one
        for job in jobs_of(document.statements)
        for key, one in answers(job, Finder(limits or Limits()))
    }
    return [conclude(statement, found) for statement in document.statements]


def answered(folder: Path, decided_by: str, limits: Limits | None = None) -> Answer:
    (result,) = decided(folder, decided_by, limits=limits)
    (one,) = result.decided
    return one.answer


@pytest.mark.parametrize(
    ("need", "outcome", "longest", "reason"),
    [
        ("wait 10 if life 25, again 3..10", "holds", 10, "wait over 10 rules it out"),
        ("wait 10.0 if again 3..10", "holds", 10, "wait over 10 rules it out"),
        ("wait 4.5 if life 25, again 3..4.5", "holds", Fraction("4.5"), "wait over 4.5 rules it out"),
        ("wait 9 if life 25, again 3..10", "violated", 10, "wait over 10 rules it out"),
        ("wait 11 if life 25, again 3..10", "violated", 10, "wait over 10 rules it out"),
        ("wait 3 if life 25, again 3..10", "violated", 10, "wait over 10 rules it out"),
        # Neither end sees when the letter is lost, so its life sets no limit.
        ("wait 25 if life 25", "violated", None, "no wait rules it out"),
        ("wait 0", "violated", None, "no wait rules it out"),
    ],
)
def test_what_a_run_needs(
    tmp_path: Path, need: str, outcome: str, longest: Fraction | None, reason: str
) -> None:
    found = answered(tmp_path, f"timed: line: over: {need}")
    assert (found.outcome, found.longest, found.reason) == (outcome, longest, reason)
    assert found.trace is not None
    assert len(found.trace.steps) == 3


def test_a_run_that_is_not_there_confirms_nothing_and_refutes_nothing(tmp_path: Path) -> None:
    found = answered(tmp_path, "timed: line: known: wait 10 if again 3..10")
    assert (found.outcome, found.reason) == ("vacuous", "there is no run that shows it")


def test_nor_does_one_that_has_nothing_to_do_with_the_duration(tmp_path: Path) -> None:
    found = answered(tmp_path, "timed: line: begins: wait 10 if again 3..10")
    assert (found.outcome, found.reason) == ("vacuous", "nothing in its run waits for wait")


def test_nor_does_one_that_cannot_happen_with_these_lengths(tmp_path: Path) -> None:
    """The first letter would have to be in flight for as long as it takes to send it again."""
    late = answered(tmp_path, "timed: counted: in order: wait 0 if life 25, again 30..")
    assert (late.outcome, late.reason) == ("vacuous", "its run cannot happen if life 25, again 30..")
    # With others it can, and with a wait of any length.
    early = answered(tmp_path, "timed: counted: in order: wait 0 if life 25, again 20..")
    assert (early.outcome, early.longest) == ("violated", None)


def test_what_a_limit_left_open_is_unknown(tmp_path: Path) -> None:
    by = "timed: line: over: wait 10 if again 3..10"
    (result,) = decided(tmp_path, by, limits=Limits(max_states=1))
    assert (result.verdict, result.limited) == ("undecided", True)
    assert result.decided[0].answer.outcome == "unknown"


def test_a_solver_without_an_answer_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    by = "timed: line: over: wait {} if again 3..10"
    monkeypatch.setattr(z3.Solver, "check", lambda self, *assumed: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda self: "timeout")
    for result in decided(tmp_path, by.format(10), by.format(9)):
        assert (result.verdict, result.limited) == ("undecided", True)
        reason = "its run was not timed: the solver gave no answer (timeout)"
        assert result.reason == f"over is unknown ({reason})"


def test_too_many_equal_segments_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.timing.flights.MAX_FATES", 0)
    found = answered(tmp_path, "timed: line: over: wait 10 if again 3..10")
    assert (found.outcome, found.longest) == ("unknown", None)
    assert "more than 0 ways to tell equal segments apart" in found.reason


TRUE, WIDER, BARE = (
    f"timed: line: over: wait 10{given}" for given in (" if again 3..10", " if again 3..11", " if life 25")
)


@pytest.mark.parametrize(
    ("decided_by", "verdict", "reason"),
    [
        (TRUE, "confirmed", ""),
        (WIDER, "refuted", ""),
        (f"{TRUE}; {WIDER}", "under assumptions", "true with again 3..10"),
        (f"{WIDER}; {TRUE}", "under assumptions", "true with again 3..10"),
        (f"{TRUE}; {BARE}", "under assumptions", "true with again 3..10, with no length given for life"),
        # Two lengths are two questions, and so is the property itself.
        (f"{TRUE}; timed: line: over: wait 11 if again 3..11", "confirmed", ""),
        (f"{TRUE}; timed: line: over: wait 11 if again 3..10", "refuted", ""),
        (f"{TRUE}; timed: line: over", "confirmed", ""),
        (f"{TRUE}; timed: line: over violated", "refuted", ""),
        (f"{TRUE}; timed: line: known: wait 10 if again 3..10", "undecided", None),
    ],
)
def test_the_verdict(tmp_path: Path, decided_by: str, verdict: str, reason: str | None) -> None:
    (result,) = decided(tmp_path, decided_by)
    assert result.verdict == verdict
    assert reason is None or result.reason == reason


def test_a_run_is_found_once_for_all_that_it_is_said_to_need(tmp_path: Path) -> None:
    """And timed once for each; what it is said to need does not change what is said of it."""
    document = timed_claims(tmp_path, f"{TRUE}; {WIDER}; timed: line: over", TRUE)
    (job,) = jobs_of(document.statements)
    assert job.properties == ("over",)
    keys = [key for key, _ in answers(job, Finder(Limits()))]
    first = [key_of(decision) for decision in document.statements[0].decisions]
    assert keys == [first[2], first[0], first[1]]
