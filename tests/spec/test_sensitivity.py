"""What each row of ``rfc9293.md`` is for: without it, something is noticed.

See ``checker.verify.why``; ``lastack why --all`` prints the same, and says by what. The rows that
nothing misses stand in ``docs/rows.md``, each with a reason.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from checker.document.protocol import Scenario
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.verify.why import Missed, missed
from tests.toys import ROOT, tcp

NOTICED = {
    "open.active": "refused",
    "open.passive": "early FIN",
    "open.turn-active": "calls out of place",
    "open.listening": "calls out of place",
    "open.exists": "calls out of place",
    "send.closed": "calls out of place",
    "send.turn-active": "calls out of place",
    "send.queue": "calls out of place",
    "send.now": "calls out of place",
    "send.behind": "calls out of place",
    "send.closing": "calls out of place",
    "send.closed-already": "calls out of place",
    "close.closed": "calls out of place",
    "close.listen": "calls out of place",
    "close.synsent": "two incarnations after TIME-WAIT",
    "close.synrcvd": "early FIN",
    "close.now": "reopen",
    "close.synrcvd-later": "calls out of place",
    "close.later": "calls out of place",
    "close.passive": "TIME-WAIT assassinated",
    "close.passive-later": "calls out of place",
    "close.again": "calls out of place",
    "close.closing": "calls out of place",
    "abort.closed": "calls out of place",
    "abort.opening": "calls out of place",
    "abort.reset": "calls out of place",
    "abort.closing": "calls out of place",
    "output.text": "two incarnations after TIME-WAIT",
    "output.close": "early FIN avoided",
    "output.fin": "two incarnations after TIME-WAIT",
    "output.close-passive": "early FIN avoided",
    "closed.rst": "RFC 793 resets, both active",
    "closed.ack": "RFC 793 resets, both active",
    "closed.no-ack": "RFC 793 resets, both active",
    "listen-1.rst": "early FIN avoided",
    "listen-2.ack": "crash, listening again",
    "listen-3.syn": "crash",
    "synsent-1.bad-ack": "SYN in the window",
    "synsent-1.bad-ack-rst": "SYN in the window",
    "synsent-2.rst": "refused",
    "synsent-4.synack": "crash",
    "synsent-4.syn": "early FIN avoided",
    "synsent-5.other": "RFC 793 resets, both active",
    "reopen.syn": "reopen",
    "first.old": "crash",
    "first.old-rst": "SYN in the window, RFC 793",
    "second.challenge": "RST in the window",
    "second.listen": "last ACK repeated",
    "second.give-up": "early FIN avoided",
    "second.refused": "early FIN avoided",
    "second.reopened": "reopen",
    "second.reset": "last ACK repeated",
    "second.closing": "last ACK lost",
    "second.time-wait": "reopen, RFC 793",
    "fourth.listen": "overlapping ISNs",
    "fourth.challenge-sync": "SYN in the window",
    "fourth.reset-sync": "SYN in the window, RFC 793",
    "fifth-1.established": "RFC 793 resets, both active",
    "fifth-1.bad-ack": "RFC 793 resets, both active",
    "fifth.new": "calls out of place",
    "fifth.old": "RFC 793 resets, both active",
    "fifth-fin.fw1": "last ACK repeated",
    "fifth-fin.closing": "last ACK repeated",
    "fifth-fin.last-ack": "last ACK repeated",
    "seventh.text": "crash, something to send",
    "seventh.gap": "early FIN",
    "eighth.established": "last ACK repeated",
    "eighth.fw1": "last ACK repeated",
    "eighth.fw2": "last ACK repeated",
    "answer.ack": "early FIN",
    "again.syn": "refused",
    "again.synack": "crash",
    "again.text": "crash, something to send",
    "again.fin": "last ACK repeated",
    "time-wait.over": "last ACK repeated",
    "probe.keep-alive": "crash, keep-alive",
    "user.gives-up": "user timeout",
    "crash.any": "crash",
}
"""For each row a small scenario in which it is missed."""

ROWS = ROOT / "docs" / "rows.md"
MOST_STATES = 20_000
"""What ``lastack why --all`` leaves out without being told otherwise."""


def listed(heading: str) -> list[str]:
    """The rows in the table below a heading of ``docs/rows.md``."""
    section = re.split(r"^#+ ", ROWS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(f"{heading}\n")]
    return re.findall(r"^\| `([\w.-]+)` ", text, re.MULTILINE)


NOT_NOTICED = listed("Rows that nothing misses")


ONLY_FAILURES = listed("Rows that only a failure misses")


@cache
def small() -> list[Scenario]:
    """The scenarios that ``lastack why --all`` asks."""

    def is_small(scenario: Scenario) -> bool:
        return Engine().explore(Model(tcp(), scenario), Limits(MOST_STATES)).complete

    return [scenario for scenario in tcp().scenarios.values() if is_small(scenario)]


def who_misses(row: str) -> str:
    """The first small scenario that misses a row, and by what; empty if none does."""
    for scenario in small():
        found = missed(tcp(), row, scenario, Limits(20 * MOST_STATES), Engine())
        if found.anything:
            return f"{scenario.name} ({', '.join(j.verdict.property.name for j in found.judged)})"
    return ""


def in_scenario(row: str, name: str) -> Missed:
    return missed(tcp(), row, tcp().scenarios[name], Limits(), Engine())


def is_needed(found: Missed) -> bool:
    """Whether something fails without the row, and not only some failure with it."""
    worse = [judged for judged in found.judged if judged.verdict.outcome == "violated"]
    return bool(worse or found.unanswered or found.error)


@pytest.mark.slow
@pytest.mark.parametrize(("row", "scenario"), NOTICED.items(), ids=NOTICED)
def test_a_row_that_is_missed(row: str, scenario: str) -> None:
    found = in_scenario(row, scenario)
    if not found.anything:
        other = who_misses(row)
        if other:
            pytest.fail(f"NOTICED: {row} is missed by {other}, no more by {scenario}")
        pytest.fail(f"docs/rows.md: add {row}, for nothing misses it; and remove it from NOTICED")
    if row not in ONLY_FAILURES and not is_needed(found):
        pytest.fail(f"docs/rows.md: add {row}, which {scenario} does not need; or name one that does")


@pytest.mark.slow
@pytest.mark.parametrize("row", NOT_NOTICED)
def test_a_row_that_nothing_misses(row: str) -> None:
    by = who_misses(row)
    assert not by, f"docs/rows.md: remove {row}, for it is missed by {by}; and add it to NOTICED"


@pytest.mark.slow
@pytest.mark.parametrize("row", ONLY_FAILURES)
def test_a_row_that_only_a_failure_misses(row: str) -> None:
    for scenario in [*small(), tcp().scenarios[NOTICED[row]]]:
        found = in_scenario(row, scenario.name)
        names = ", ".join(judged.verdict.property.name for judged in found.judged)
        assert not is_needed(found), f"docs/rows.md: remove {row}: {scenario.name} needs it ({names})"


def test_every_row_is_accounted_for() -> None:
    rows = {rule.id for rule in tcp().rules if not rule.never}
    told = {*NOTICED, *NOT_NOTICED}
    assert sorted(rows - told) == [], (
        "missed or not? `lastack why` tells; add them to NOTICED or docs/rows.md"
    )
    assert sorted(told - rows) == [], "no such rows any more: remove them from NOTICED or docs/rows.md"
    assert sorted(NOTICED.keys() & set(NOT_NOTICED)) == [], "missed: remove them from docs/rows.md"
    assert set(ONLY_FAILURES) <= NOTICED.keys()
    assert len({*NOT_NOTICED, *ONLY_FAILURES}) < 0.15 * len(rows)


def test_rows_that_only_refuse() -> None:
    refusing = [rule.id for rule in tcp().rules if rule.then == "refuse"]
    assert listed("Rows that only refuse") == refusing
    assert "refuse" not in {rule.then for rule in tcp().rules if rule.acts or rule.sends or rule.next}
