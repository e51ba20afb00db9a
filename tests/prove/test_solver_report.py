"""What the solver says, in words."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import pytest
from rich.text import Text

from checker.explore.limits import Limits
from checker.prove.solver.results import ask_of_document, ask_of_scenario
from checker.show.solver import document_report, hazard_report
from tests.toys import tcp, toy

LIMITS = partial(Limits, 100_000, 60)


def lines(report: object) -> list[str]:
    found = [line.plain for line in report if isinstance(line, Text)]  # type: ignore[attr-defined]
    assert [line for line in found if len(line) > 80] == []
    return found


@cache
def of_numbers(name: str) -> list[str]:
    return lines(hazard_report(ask_of_scenario(tcp(), tcp().scenarios[name], LIMITS)))


@cache
def of_table(name: str) -> list[str]:
    return lines(document_report(ask_of_document(toy(name))))


def has(found: list[str], *wanted: str) -> None:
    """That these lines follow each other."""
    places = [i for i in range(len(found)) if tuple(found[i : i + len(wanted)]) == wanted]
    assert places, "\n".join(found)


def test_a_table_with_mistakes() -> None:
    found = of_table("holes")
    has(found, "  5 of 8 expressions come out the same if all numbers of A, and all of B, are", "  moved")
    has(found, "    first.zero, if (holes.md:26) does not, e.g. with NUM = 4294967295, shift")
    has(
        found,
        "  4 of 5 pairs of rows of one step exclude each other",
        "    first.zero / first.next: fails, e.g. with STATE = here, event = arrives,",
        "      last = 4294967295, NUM = 0",
    )
    has(found, "  6 of 8 rows can fire")
    has(found, "    third.never: no values make it fire", "    fourth.late: no values make it fire")


def test_a_question_that_is_given_up_is_said_to_be_unknown() -> None:
    asked = ask_of_document(toy("holes"))
    finding = next(f for f in asked.table if f.result.status == "fails")
    unknown = replace(finding.result, status="unknown", answer="unknown", example=(), reason="timeout")
    shown = lines(document_report(replace(asked, table=(replace(finding, result=unknown),))))
    has(shown, "    first.zero / first.next: unknown: timeout")


@pytest.mark.slow
def test_hazards_of_a_literal() -> None:
    found = of_numbers("reset from elsewhere")
    has(
        found,
        "  4. B in ESTABLISHED on segment, instead of first.old-rst",
        "     second.challenge if ISN of A = 2^32 - 4 to 2^32 - 2 (mod 2^32)",
        "     second.reset if ISN of A = 2^32 - 1 (mod 2^32)",
        "     a run with ISN of A = 4294967295:",
    )
    has(
        found,
        "  The ends do the same as with numbers far apart, unless",
        "    ISN of B = 2^32 - 4 to 2^32 - 1 (mod 2^32)",
        "    ISN of A = 2^32 - 4 to 2^32 - 1 (mod 2^32)",
    )


@pytest.mark.slow
def test_hazards_of_two_incarnations() -> None:
    found = of_numbers("SYN in the window")
    has(found, "     fourth.listen if ISN 2 of A - ISN 1 of A = -4 to -1, 1 to 4 (mod 2^32)")
    assert "     the scenario's own numbers are such" in found


@pytest.mark.slow
def test_numbers_that_do_not_matter() -> None:
    assert of_numbers("open") == [
        "Other initial sequence numbers in open",
        "  with any numbers the ends do the same",
    ]


@pytest.mark.parametrize("name", ["numbers", "holes"])
def test_reports_of_documents_fit_the_terminal(name: str) -> None:
    assert of_table(name)[0] == "Any initial sequence numbers"
