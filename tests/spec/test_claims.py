"""What tutorials say: every verdict in ``spec/claims.md`` is what runs make of it."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from checker.document.lengths import Given
from checker.document.library import bundled_folder, load
from checker.document.statements import Exchange, Statements, load_statements
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.statements import statement_report
from checker.timing.answer import answer as timed
from checker.timing.statements import Finder, answers
from checker.timing.words import formula
from checker.verify.lint import lint
from checker.verify.results import check_scenario, never_fired
from checker.verify.statements import Decided, StatementResult, conclude, jobs_of
from tests.promises import unkept_twins

CLAIMS = bundled_folder() / "claims.md"
TUTORIALS = sorted((bundled_folder() / "tutorials").glob("*.md"))


@cache
def claims() -> Statements:
    return load_statements(CLAIMS)


@cache
def results() -> dict[str, StatementResult]:
    found = {key: one for job in jobs_of(claims().statements) for key, one in answers(job, Finder(Limits()))}
    return {statement.name: conclude(statement, found) for statement in claims().statements}


def test_all_five_tutorials_speak() -> None:
    sources = Counter(statement.source for statement in claims().statements)
    assert [name[:3] for name in sorted(sources)] == ["000", "001", "002", "003", "004"]
    assert all(re.fullmatch(r"\d{3}_[0-9a-f]{16}\.txt", name) for name in sources)
    assert len(claims().statements) >= 25
    assert min(sources.values()) >= 5


def test_all_claims_are_decided_by_runs() -> None:
    assert [s.name for s in claims().statements if not s.decisions or s.expect == "undecided"] == []


def by_claim(name: str) -> list[Decided]:
    """What decides a claim, without the other claims."""
    (statement,) = (s for s in claims().statements if s.name == name)
    found = {key: one for job in jobs_of([statement]) for key, one in answers(job, Finder(Limits()))}
    return list(conclude(statement, found).decided)


def test_240_seconds_are_2_msl_for_a_late_last_ack() -> None:
    """As derived by hand in docs/time.md: 2 MSL, or RTO + MSL where RTO is shorter."""
    decided = by_claim("240 seconds")
    assert [(one.agrees, one.answer.longest) for one in decided] == [
        (True, 2 * 120),
        (False, 2 * 30),
        (False, 60 + 120),
    ]


def test_the_run_behind_them_is_the_late_one_in_its_own_order_too() -> None:
    """So the limit is that of a run in which the property is broken, not only of its like."""
    decision, answer = (one := by_claim("240 seconds")[0]).decision, one.answer
    assert answer.trace is not None
    assert [rule for step in answer.trace.steps[-4:] for rule in step.rules] == [
        *("again.fin", "fifth.new", "fifth-fin.last-ack", "time-wait.over", "closed.ack"),
    ]
    numbers = {"MSL": Given(most=Fraction(120))}
    bound = timed(Model(decision.protocol, decision.scenario), answer.trace, numbers).run.bounds["time-wait"]
    assert bound is not None
    assert (bound.longest, formula(bound)) == (240, "2 MSL")


def test_2_hours_are_not_what_either_run_needs() -> None:
    """Late, and lost: RTO + MSL."""
    assert [(one.agrees, one.answer.longest) for one in by_claim("2 hours")] == [
        (False, 2 * 120),
        (False, 2 * 30),
        (False, 60 + 30),
    ]


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
        ("240 seconds", "true with MSL 120; true with no length given for RTO"),
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
def test_the_examples_of_the_manual_are_what_is_printed() -> None:
    text = (bundled_folder().parent / "docs" / "output.md").read_text(encoding="utf-8")
    section = text.split("\n## Claims\n")[1].split("\n## ")[0]
    shown = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    assert len(shown) == 2
    for name, example in zip(("server waits for ever", "240 seconds"), shown, strict=True):
        printed = [line.plain.rstrip() for line in statement_report(results()[name])]
        assert "\n".join(printed).rstrip() == example.rstrip()


@pytest.mark.slow
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
