"""What is told of pairs of documents is what was worked out by hand."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checker.compare.documents import Versions, versions
from checker.compare.scenarios import (
    ScenarioDiff,
    compare_scenario,
    needs_exploration,
    without_exploration,
)
from checker.compare.verdicts import is_failure
from checker.document.library import Document
from checker.document.library import given as read_given
from checker.document.problems import DocumentError
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.show.differences import letter
from tests.compare import brute
from tests.compare.pairs import BASE, BROKEN, PAIRS, Pair


@cache
def document(text: str, file: str) -> Document:
    return read_given(text, file)


def compared(pair: Pair) -> tuple[Versions, dict[str, ScenarioDiff]]:
    both = versions(document(BASE, "base.md"), document(pair.head(), "head.md"))
    found = {}
    for name in both.scenarios():
        if needs_exploration(both, name):
            found[name] = compare_scenario(both, name, Engine("reference"), Limits())
        else:
            found[name] = without_exploration(both, name)
    return both, found


def test_there_are_enough() -> None:
    assert len(PAIRS) >= 30
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_what_is_told_of_a_pair(pair: Pair) -> None:
    both, found = compared(pair)
    assert sorted((row.how, row.table, row.row) for row in both.rows.rows) == sorted(pair.rows)
    expected = {"calm": pair.calm, "lossy": pair.lossy} | pair.also
    if "unreliable" in expected:
        del expected["lossy"]  # which is its name now
    assert {name: (each.how, each.within) for name, each in found.items()} == expected
    assert {
        name: {change.property: change.became for change in each.verdicts}
        for name, each in found.items()
        if each.verdicts
    } == pair.verdicts
    assert {
        name: [(t.version, len(t.trace.steps), letter(t.word[-1])) for t in each.tellings if t.trace]
        for name, each in found.items()
        if each.tellings
    } == pair.runs
    assert all(telling.shortest for each in found.values() for telling in each.tellings)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_rows_to_blame(pair: Pair) -> None:
    _, found = compared(pair)
    for each in found.values():
        for telling in each.tellings:
            assert sorted(telling.blamed) == sorted(pair.by)
        for change in each.verdicts:
            seen = change.after is not None and change.after.verdict.outcome == "violated"
            if change.became in ("worse", "better") and seen:
                assert sorted(change.blamed) == sorted(pair.by), change.property
            else:
                assert sorted(change.blamed) in ([], sorted(pair.by))


def test_what_is_a_failure() -> None:
    """Worse, new and not as it should be, or no longer as expected; not what is merely gone."""
    names = {
        pair.name: sorted(
            {
                change.property
                for each in compared(pair)[1].values()
                for change in each.verdicts
                if is_failure(change)
            }
        )
        for pair in PAIRS
    }
    assert {name: failing for name, failing in names.items() if failing} == {
        "a state that looks the same": ["answered", "met"],
        "a weaker guard": ["few"],
        "a stronger guard": ["answered"],
        "no timer": ["answered"],
        "another answer": ["answered", "met"],
        "no answer": ["answered", "met"],
        "a row in front of another": ["answered", "met"],
        "a call that is refused": ["answered", "met"],
        "a switch": ["answered", "met"],
        "a timer that cannot be relied on": ["answered"],
        "a property more": ["never asks"],
        "a claim about nothing": ["few"],
        "something else expected": ["answered"],
    }


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_an_enumeration_of_words_agrees(pair: Pair) -> None:
    """With sets of states of the transition system, letter by letter, and no clever walk."""
    both, found = compared(pair)
    looked = 0
    for name, each in found.items():
        if None in both.pair(name) or any(each.errors):
            continue
        looked += 1
        base, head = brute.Document(both.base, name), brute.Document(both.head, name)
        answers = [brute.shows_nothing_else(*way) for way in ((base, head), (head, base))]
        assert each.within == tuple("yes" if answer else "no" for answer in answers)
        for telling in each.tellings:
            one, other = (base, head) if telling.version == 0 else (head, base)
            assert telling.trace is not None
            assert len(telling.trace.steps) == brute.fewest_steps(one, other)
    assert looked or pair.calm == BROKEN


def random_edits() -> st.SearchStrategy[str]:
    """A document with several of the changes at once, as far as they leave each other alone."""

    def edited(chosen: list[Pair]) -> str:
        text = BASE
        for pair in chosen:
            if all(old in text for old, _ in pair.edits):
                for old, new in pair.edits:
                    text = text.replace(old, new)
        return text

    return st.lists(st.sampled_from(PAIRS), max_size=4).map(edited)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(random_edits(), random_edits())
def test_it_agrees_on_several_changes_at_once(base: str, head: str) -> None:
    try:
        both = versions(document(base, "base.md"), document(head, "head.md"))
    except DocumentError:
        assume(False)
    for name in both.scenarios():
        if None in both.pair(name):
            continue
        each = compare_scenario(both, name, Engine("reference"), Limits())
        if any(each.errors) or any(s.opened for s in both.pair(name) if s is not None):
            continue
        try:
            pair = [brute.Document(protocol, name) for protocol in (both.base, both.head)]
            expected = [brute.shows_nothing_else(pair[i], pair[1 - i]) for i in (0, 1)]
        except SemanticError:
            assert each.how == "unchanged"  # and not explored
            continue
        except brute.LacksRoom:
            continue
        assert each.within == tuple("yes" if answer else "no" for answer in expected)
        for telling in each.tellings:
            fewest = brute.fewest_steps(pair[telling.version], pair[1 - telling.version])
            assert telling.trace is not None
            assert fewest is not None
            assert len(telling.trace.steps) >= fewest
            assert len(telling.trace.steps) == fewest or not telling.shortest
