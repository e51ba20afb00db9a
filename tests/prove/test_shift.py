"""Any initial sequence numbers: which expressions do not care, known by hand."""

from __future__ import annotations

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol
from checker.prove.solver.obligation import Result, solve
from checker.prove.solver.shift import shift_obligations
from tests.toys import ROOT, tcp, toy


def results(protocol: Protocol) -> dict[str, Result]:
    solved = [solve(obligation) for _, obligation in shift_obligations(protocol)]
    assert len({result.obligation.name for result in solved}) == len(solved)
    return {result.obligation.name.removeprefix("any numbers: "): result for result in solved}


def failing(protocol: Protocol) -> set[str]:
    found = results(protocol)
    assert {result.status for result in found.values()} <= {"proved", "fails"}
    return {name for name, result in found.items() if result.status == "fails"}


@pytest.mark.slow
def test_only_the_literal_of_a_reset_cares_about_numbers() -> None:
    found = results(tcp())
    assert {name for name, r in found.items() if r.status != "proved"} == {"a reset from zero, SEQ"}
    for name in (
        "acceptable",
        "first.old, if",
        "take ISN, SND.UNA",
        "right stream, claim",
        "CLOSE taken, claim",
        "MSL, only if",
    ):
        assert found[name].status == "proved"
    assert "every segment" not in found


def test_tutorials_do_not_care_about_numbers() -> None:
    assert failing(load(ROOT / "spec" / "textbook.md")) == set()


def test_literals_are_found_wherever_they_stand() -> None:
    """All others of the document compare numbers with numbers of the same space."""
    assert failing(toy("numbers")) == {
        "a, initial",
        "of zero",
        "literal",
        "marked",
        "pick",
        "get.all, do a",
    }


def test_an_example_shows_how_a_literal_fails() -> None:
    example = dict(results(toy("numbers"))["literal"].example)
    a, shift = example["a"], example["shift of A"]
    assert isinstance(a, int)
    assert isinstance(shift, int)
    assert (a == 4294967295) != ((a + shift) % 2**32 == 4294967295)
