"""What tutorials say: every verdict in ``spec/claims.md`` is what runs make of it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from checker.document.library import bundled_folder, load
from checker.document.statements import Exchange, Statements, load_statements
from checker.explore.limits import Limits
from checker.show.statements import statement_report
from checker.timing.statements import answers
from checker.verify.lint import lint
from checker.verify.results import check_scenario, never_fired
from checker.verify.statements import StatementResult, conclude, jobs_of
from tests.promises import unkept_twins

CLAIMS = bundled_folder() / "claims.md"
TUTORIALS = sorted((bundled_folder() / "tutorials").glob("*.md"))


@cache
def claims() -> Statements:
    return load_statements(CLAIMS)


@cache
def results() -> dict[str, StatementResult]:
    found = {key: one for job in jobs_of(claims().statements) for key, one in answers(job, Limits())}
    return {statement.name: conclude(statement, found) for statement in claims().statements}


def test_all_five_tutorials_speak() -> None:
    sources = Counter(statement.source for statement in claims().statements)
    assert [name[:3] for name in sorted(sources)] == ["000", "001", "002", "003", "004"]
    assert all(re.fullmatch(r"\d{3}_[0-9a-f]{16}\.txt", name) for name in sources)
    assert len(claims().statements) >= 25
    assert min(sources.values()) >= 5


def test_a_claim_is_decided_by_runs_or_says_why_nothing_decides_it() -> None:
    undecided = [s for s in claims().statements if not s.decisions]
    assert len(undecided) < 5
    assert all(s.expect == "undecided" and s.because for s in undecided)
    assert [s.name for s in claims().statements if s.decisions and s.expect == "undecided"] == []


def test_number_examples_are_exact_runs() -> None:
    """The numbers of the tutorials stand in the exchanges that decide the claims about them."""
    exchanges = {
        statement.name: [d.subject for d in statement.decisions if isinstance(d.subject, Exchange)]
        for statement in claims().statements
    }
    for name, numbers in (
        ("numbers to open", {100, 200, 101, 201}),
        ("numbers to open, printed", {100, 200, 101, 201}),
        ("numbers to close", {300, 400, 301, 401}),
        ("FIN without ACK", {300, 400, 301, 401}),
    ):
        assert exchanges[name]
        for exchange in exchanges[name]:
            assert numbers <= {value for sending in exchange.sendings for value in sending.values}


@pytest.mark.slow
def test_every_verdict_is_the_expected_one() -> None:
    assert [(r.statement.name, r.verdict) for r in results().values() if not r.as_expected] == []


@pytest.mark.slow
def test_what_is_true_under_assumptions_names_one_for_each_part() -> None:
    """Two runs that differ in several points would explain nothing."""
    conditional = [r for r in results().values() if r.verdict == "under assumptions"]
    assert len(conditional) > 10
    for result in conditional:
        conditions = result.reason.split("; ")
        assert all(re.fullmatch(r"true (with|without|assuming) [^,]+", c) for c in conditions), result.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("the client waits", "true with in turn = on"),
        ("server waits for ever", "true with CLOSED answers = off"),
        ("four steps", "true with ACK waits = off"),
        ("2 MSL", "true assuming 2MSL; true assuming RTO<2MSL"),
        ("FIN always acknowledged", "true assuming RTO<2MSL; true with TIME-WAIT used = on"),
    ],
)
def test_the_assumptions_are_named(claim: str, reason: str) -> None:
    assert results()[claim].reason == reason


@pytest.mark.slow
def test_late_data_need_no_time_wait() -> None:
    """The one thing that most tutorials get wrong; and what TIME-WAIT is for instead."""
    for claim in ("late data", "data lost without it", "data still to come"):
        assert results()[claim].verdict == "refuted"
    assert results()["leftovers"].verdict == "confirmed"


@pytest.mark.slow
def test_the_example_of_the_manual_is_what_is_printed() -> None:
    text = (bundled_folder().parent / "docs" / "output.md").read_text(encoding="utf-8")
    shown = text.split("\n## Claims\n")[1].split("```text\n")[1].split("```")[0]
    printed = [line.plain.rstrip() for line in statement_report(results()["server waits for ever"])]
    assert "\n".join(printed) == shown


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_the_documents_behind_them_are_tidy(path: Path) -> None:
    assert lint(load(path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_the_documents_behind_them_are_as_expected(path: Path) -> None:
    protocol = load(path)
    checked = [check_scenario(protocol, scenario, Limits()) for scenario in protocol.scenarios.values()]
    complaints = [
        f"{result.scenario.name}: {judged.verdict.property.name} {judged.verdict.outcome}: {judged.complaint}"
        for result in checked
        for judged in result.judged
        if not judged.as_expected
    ]
    assert complaints + unkept_twins(checked) == []
    assert never_fired(protocol, checked) == []


def test_switched_back_it_is_rfc9293_row_by_row() -> None:
    """The rows of ``tutorials/tcp.md`` that replace others only add a switch or a note to them."""
    original = {rule.id: rule for rule in load(bundled_folder() / "rfc9293.md").rules}
    told = load(bundled_folder() / "tutorials" / "tcp.md")
    own = [rule for rule in told.rules if rule.position.file == told.file]
    switches = {name for name, switch in told.switches.items() if switch.position.file == told.file}
    for rule in own:
        before = original.get(rule.id)
        if before is None:  # new, and only where a switch is not at its default
            assert any(switch in rule.text["if"] for switch in (*switches, "ACK held")), rule.id
        else:
            assert rule.states == before.states
            assert rule.events == before.events
            assert rule.text["if"].startswith(before.text["if"])
            assert rule.text["do"].startswith(before.text["do"])
            assert (rule.text["send"], rule.next, rule.then) == (
                before.text["send"],
                before.next,
                before.then,
            )
    assert set(original) <= {rule.id for rule in told.rules}
