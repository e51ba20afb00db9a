"""The mutants of ``rfc9293.md`` that nothing notices are those that ``docs/mutation.md`` explains.

``lastack mutate rfc9293`` makes the whole list; it takes too long for a test, so these are samples,
in the small scenarios.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from checker.compare.mutation import Fate
from checker.compare.trial import Original, judge_mutant, measure
from checker.document.mutants import OPERATORS, Mutant, mutants
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from tests.toys import ROOT, tcp

PAGE = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")
MOST_STATES = 4_000
ENGINE = Engine(threads=1)


def listed() -> list[str]:
    return re.findall(r"^\| `(\S+: .*?)` +\| survived: ", PAGE, re.MULTILINE)


@cache
def all_mutants() -> dict[str, Mutant]:
    return {mutant.name: mutant for rule in tcp().rules for mutant in mutants(tcp(), rule)}


@cache
def original() -> Original:
    """With the small scenarios only, so that what differs in larger ones counts as equivalent."""
    measured = [measure(tcp(), s, ENGINE, Limits(MOST_STATES)) for s in tcp().scenarios.values()]
    return Original(tcp(), [each for each in measured if each.states is not None])


def fate(mutant: Mutant) -> Fate:
    return judge_mutant(original(), mutant, (), ENGINE, Limits())


def sums() -> dict[str, list[str]]:
    """The rows of the table of sums, by operator."""
    rows = re.findall(r"^\| ([a-z ]+?) +\| +(\d[^\n]*) \|$", PAGE, re.MULTILINE)
    return {operator: [cell.strip() for cell in cells.split("|")] for operator, cells in rows}


def test_the_page_speaks_of_mutants_that_there_are() -> None:
    assert len(listed()) == 6
    assert set(listed()) <= set(all_mutants())


def test_the_sums_on_the_page_add_up() -> None:
    """As to what there is, and to the score."""
    told = sums()
    assert list(told) == list(OPERATORS)
    for operator, (total, *fates, score) in told.items():
        killed, _, _, survived, unknown = map(int, fates)
        assert int(total) == sum(map(int, fates))
        assert int(total) == sum(mutant.operator == operator for mutant in all_mutants().values())
        assert score == f"{int(1000 * killed / (killed + survived + unknown)) / 10:.1f} %"
    killed, broken, equivalent, survived, unknown = (
        sum(int(cells[place]) for cells in told.values()) for place in range(1, 6)
    )
    assert survived + unknown == len(listed())
    prose = " ".join(PAGE.split())
    counted = killed + survived + unknown
    assert (
        f"is {int(1000 * killed / counted) / 10:.1f} %: of {counted} mutants that count, {killed} are"
        in prose
    )
    assert f"killed, {survived} survive, {unknown} are unknown." in prose
    assert f"Besides, {broken} are broken and {equivalent} equivalent." in prose
    assert killed >= 0.9 * counted


@pytest.mark.slow
@pytest.mark.parametrize("name", listed())
def test_what_is_listed_is_not_noticed(name: str) -> None:
    found = fate(all_mutants()[name])
    assert found.fate in ("survived", "unknown", "equivalent"), f"docs/mutation.md: {found.kill} kills {name}"


SAMPLE = ("listen-3.syn", "synsent-4.synack", "first.old", "eighth.established", "again.fin")


@pytest.mark.slow
@pytest.mark.parametrize("row", SAMPLE)
def test_nothing_else_survives(row: str) -> None:
    """Of some rows: all that is not listed is noticed, broken or equivalent."""
    others = [mutant for name, mutant in all_mutants().items() if mutant.row == row and name not in listed()]
    assert len(others) > 4
    left = [mutant.name for mutant in others if fate(mutant).fate in ("survived", "unknown")]
    assert left == [], "docs/mutation.md: nothing notices these"
