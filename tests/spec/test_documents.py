"""The bundled documents: they read, are tidy, and every verdict in them is as expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.document.format import format_document
from checker.document.library import bundled_folder, load
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.verify.lint import lint
from checker.verify.results import ScenarioResult, check_scenario, never_fired
from checker.verify.twins import differences
from tests.promises import unkept_twins

SPEC = bundled_folder()
DOCUMENTS = sorted(SPEC.glob("**/*.md"))
CHANGES = sorted((SPEC / "changes").glob("*.md"))
RFC = SPEC / "rfc9293.md"


def checked(protocol: Protocol, scenario: Scenario) -> ScenarioResult:
    return check_scenario(protocol, scenario, Limits(max_states=5_000_000))


def complaints(results: list[ScenarioResult]) -> list[str]:
    return [
        f"{result.scenario.name}: {judged.verdict.property.name} {judged.verdict.outcome}: {judged.complaint}"
        for result in results
        for judged in result.judged
        if not judged.as_expected
    ] + unkept_twins(results)


def all_results(path: Path) -> tuple[Protocol, list[ScenarioResult]]:
    protocol = load(path)
    return protocol, [checked(protocol, scenario) for scenario in protocol.scenarios.values()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_documents_are_aligned(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_document(text) == text


def test_the_textbook_is_clean_and_as_expected() -> None:
    protocol, results = all_results(SPEC / "textbook.md")
    assert lint(protocol) == []
    assert complaints(results) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_changes_break_what_they_say(path: Path) -> None:
    """And lint finds nothing else to say, unless a scenario is too large for it."""
    protocol, results = all_results(path)
    assert complaints(results) == []
    assert [finding for finding in lint(protocol) if "reactions" not in str(finding)] == []


def broken_by(change: Protocol) -> dict[str, set[str]]:
    """For each scenario of a change, the properties that it expects to be violated."""
    return {
        scenario.name: {e.property for e in scenario.expect if e.outcome == "violated"}
        for scenario in change.scenarios.values()
    }


@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_changes_break_something_or_say_that_nothing_breaks(path: Path) -> None:
    nothing = "nothing breaks" in path.read_text(encoding="utf-8").lower()
    assert nothing is not any(broken_by(load(path)).values())


BROKEN_ANYWAY = {
    "rst-ignored-in-last-ack": {"orderly for both"},
    "syn-unchallenged": {"half-open noticed", "half-open ends"},
    "time-wait-silent": {"orderly for both"},
}
"""What is violated in a change's scenarios that rfc9293 violates there too; the page says so."""


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_what_a_change_breaks_is_not_broken_without_it(path: Path) -> None:
    """Each scenario of a change, run on rfc9293 itself, has none of its violations, unless the
    page says that it has; and the change adds some to them."""
    change, rfc = load(path), load(RFC)
    anyway: set[str] = set()
    added = 0
    for name, properties in broken_by(change).items():
        known = sorted(properties & rfc.properties.keys())
        before = check_scenario(rfc, change.scenarios[name], Limits(max_states=5_000_000), known)
        still = {property for property in known if before.outcome(property) == "violated"}
        anyway |= still
        added += len(properties - still)
    assert anyway == BROKEN_ANYWAY.get(path.stem, set())
    assert bool(anyway) is ("without this change" in path.read_text(encoding="utf-8"))
    assert added > 0 or not any(broken_by(change).values())


def test_there_are_changes_in_every_state() -> None:
    """At least 25 changes; each state is where some row is changed, added or removed."""
    rfc = load(RFC)
    kept = {rule.id: rule for rule in rfc.rules}
    touched: set[str] = set()
    for path in CHANGES:
        change = load(path)
        own = [rule for rule in change.rules if rule.position.file == change.file]
        gone = kept.keys() - {rule.id for rule in change.rules}
        touched.update(*(rule.states for rule in own), *(kept[id].states for id in gone))
    assert len(CHANGES) >= 25
    assert touched >= set(rfc.states)


@pytest.mark.slow
def test_rfc9293_is_as_expected_and_every_row_fires_or_says_why_not() -> None:
    protocol, results = all_results(RFC)
    assert complaints(results) == []
    unexplained = [rule.id for rule in protocol.rules if not rule.never]
    assert set(never_fired(protocol, results)).isdisjoint(unexplained)
    assert lint(protocol) == []


def test_a_give_up_timer_does_not_rescue_a_deadlock() -> None:
    """No TIME-WAIT, a silent CLOSED state, a user timeout that may expire: still stuck."""
    protocol = load(SPEC / "changes" / "no-time-wait-silent-closed.md")
    scenario = protocol.scenarios["user timeout, keep-alive"]
    result = check_scenario(protocol, scenario, Limits(), ["last ACK"])
    assert result.model.switches["give up"] is True
    assert result.rules["user.gives-up"] > 0
    assert result.outcome("last ACK") == "violated"


def test_every_row_of_rfc9293_cites_a_section() -> None:
    uncited = [r.id for r in load(RFC).rules if not re.search(r"§3\.\d|RFC 1337", r.cite)]
    assert uncited == []


def test_every_violation_of_rfc9293_is_explained() -> None:
    """A violated property names a scenario in which it does not fail, and the row to blame;
    unless the two differ in the network alone, which no row can help."""
    protocol = load(RFC)
    violated = [(s, e) for s in protocol.scenarios.values() for e in s.expect if e.outcome == "violated"]
    assert len(violated) > 10
    for scenario, expectation in violated:
        assert expectation.twin, (scenario.name, expectation.property)
        points = differences(scenario, protocol.scenarios[expectation.twin])
        assert expectation.blame or points == ["network"], (scenario.name, expectation.property)


def test_rfc9293_has_all_eleven_states_and_what_the_rfc_lists() -> None:
    protocol = load(RFC)
    assert list(protocol.states) == [
        *("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1"),
        *("FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"),
    ]
    calls = {event.name for event in protocol.events.values() if event.kind == "call"}
    assert calls == {"active OPEN", "passive OPEN", "SEND", "CLOSE", "ABORT"}


def test_numbers_across_the_wrap_give_the_same_graph() -> None:
    """Shifting all numbers of an end, past 2^32 too, only renames the states."""
    protocol = load(RFC)
    fresh = checked(protocol, protocol.scenarios["two incarnations, fresh ISNs"])
    across = checked(protocol, protocol.scenarios["two incarnations, across 2^32"])
    assert (fresh.states, fresh.transitions, fresh.depth) == (
        across.states,
        across.transitions,
        across.depth,
    )
    assert fresh.rules == across.rules
