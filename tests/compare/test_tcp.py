"""Changes of TCP: what their scenarios can show, against an enumeration of words."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checker.compare.documents import Versions
from checker.compare.rows import RowChanges
from checker.compare.scenarios import compare_scenario
from checker.document.library import load
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from tests.compare import brute
from tests.sampling import one_in
from tests.toys import ROOT, tcp

CHANGES = [
    path
    for path in sorted((ROOT / "spec" / "changes").glob("*.md"))
    if path.stem != "stateless-listen"  # the scenarios of the RFC's document give it no cookies
]


BASE = replace(tcp(), properties={})


@cache
def of_base(name: str) -> brute.Document:
    return brute.Document(BASE, name)


def agrees(path: Path, name: str) -> str:
    """How the behaviours compare, once the enumeration says so too."""
    head = replace(load(path), scenarios=BASE.scenarios, properties={})
    found = compare_scenario(Versions(BASE, head, RowChanges((), {})), name, Engine("reference"), Limits())
    if any(found.errors):
        return "no meaning"
    pair = [of_base(name), brute.Document(head, name)]
    answers = [brute.shows_nothing_else(pair[i], pair[1 - i]) for i in (0, 1)]
    assert found.within == tuple("yes" if answer else "no" for answer in answers)
    return found.how


@pytest.mark.slow
@pytest.mark.parametrize("path", one_in(3, CHANGES), ids=lambda path: path.stem)
def test_the_smallest_scenarios(path: Path) -> None:
    assert {agrees(path, name) for name in ("peer never closes", "refused")} <= {"same graph", "compared"}


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_a_larger_one(path: Path) -> None:
    assert agrees(path, "last ACK lost") in ("same graph", "compared")
