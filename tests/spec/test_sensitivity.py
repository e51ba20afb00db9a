"""What each row of ``rfc9293.md`` is for: without it, a property fails.

See ``checker.verify.why``; ``lastack why --all`` prints the same, and says which. The rows that no
property misses stand in ``docs/rows.md``, each with a reason. That a row leaves a hole or that
something has no meaning without it does not count.
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
    "open.passive": "refused",
    "open.turn-active": "peer never closes",
    "open.listening": "peer never closes",
    "open.exists": "refused",
    "send.closed": "peer never closes",
    "send.turn-active": "peer never closes",
    "send.queue": "refused",
    "send.now": "peer never closes",
    "send.behind": "crash, something to send",
    "send.closing": "early FIN avoided",
    "send.closed-already": "peer never closes",
    "close.closed": "refused",
    "close.listen": "peer never closes",
    "close.synsent": "refused",
    "close.synrcvd": "peer never closes",
    "close.now": "peer never closes",
    "close.synrcvd-later": "early FIN avoided",
    "close.later": "crash, something to send",
    "close.passive": "peer never closes",
    "close.passive-later": "two incarnations after TIME-WAIT, fresh ISNs",
    "close.again": "early FIN avoided",
    "close.closing": "peer never closes",
    "abort.closed": "refused",
    "abort.opening": "refused",
    "abort.reset": "peer never closes",
    "abort.closing": "last ACK repeated",
    "output.text": "crash, something to send",
    "output.close": "early FIN avoided",
    "output.fin": "two incarnations after TIME-WAIT, fresh ISNs",
    "output.close-passive": "early FIN avoided",
    "closed.ack": "peer never closes",
    "closed.no-ack": "refused",
    "listen-1.rst": "early FIN avoided",
    "listen-2.ack": "crash, listening again",
    "listen-3.syn": "peer never closes",
    "synsent-1.bad-ack": "two incarnations after TIME-WAIT, fresh ISNs",
    "synsent-1.bad-ack-rst": "two incarnations after TIME-WAIT, fresh ISNs",
    "synsent-2.rst": "refused",
    "synsent-4.synack": "peer never closes",
    "synsent-4.syn": "early FIN avoided",
    "reopen.syn": "reopen",
    "first.old": "crash",
    "first.old-rst": "SYN in the window, RFC 793",
    "second.challenge": "RST in the window",
    "second.listen": "peer never closes",
    "second.give-up": "early FIN avoided",
    "second.refused": "early FIN avoided",
    "second.reopened": "reopen",
    "second.reset": "last ACK repeated",
    "second.closing": "last ACK lost",
    "second.time-wait": "CLOSE queued, another SYN, RFC 793",
    "fourth.listen": "SYN in the window",
    "fourth.give-up": "CLOSE queued, another SYN",
    "fourth.challenge": "reopen",
    "fourth.reset": "RFC 793 resets, both active",
    "fourth.challenge-sync": "SYN in the window",
    "fourth.reset-sync": "SYN in the window, RFC 793",
    "fifth-0.out-of-range": "overlapping ISNs avoided",
    "fifth-1.established": "peer never closes",
    "fifth-1.bad-ack": "early FIN avoided",
    "fifth.new": "peer never closes",
    "fifth.unsent": "two incarnations, reused ISNs",
    "fifth-fin.fw1": "peer never closes",
    "fifth-fin.closing": "last ACK repeated",
    "fifth-fin.last-ack": "last ACK repeated",
    "seventh.text": "crash, something to send",
    "seventh.gap": "early FIN",
    "eighth.established": "peer never closes",
    "eighth.fw1": "last ACK repeated",
    "eighth.fw2": "last ACK repeated",
    "answer.ack": "open",
    "again.syn": "refused",
    "again.synack": "peer never closes",
    "again.text": "crash, something to send",
    "again.fin": "peer never closes",
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


NOT_NOTICED = listed("Rows that no property misses")
ONLY_FAILURES = listed("Rows that only a failure misses")


@cache
def small() -> list[Scenario]:
    """The scenarios that ``lastack why --all`` asks."""

    def is_small(scenario: Scenario) -> bool:
        return Engine().explore(Model(tcp(), scenario), Limits(MOST_STATES)).complete

    return [scenario for scenario in tcp().scenarios.values() if is_small(scenario)]


def in_scenario(row: str, name: str) -> Missed:
    return missed(tcp(), row, tcp().scenarios[name], Limits(20 * MOST_STATES), Engine())


def outcomes(found: Missed) -> str:
    """In words, what is not as expected without the row."""
    return ", ".join(f"{j.verdict.property.name} {j.verdict.outcome}" for j in found.judged)


@pytest.mark.slow
@pytest.mark.parametrize(("row", "scenario"), NOTICED.items(), ids=NOTICED)
def test_a_row_that_is_missed(row: str, scenario: str) -> None:
    found = in_scenario(row, scenario)
    if row in ONLY_FAILURES:
        assert found.judged, f"docs/rows.md: {row} is missed no more by {scenario}"
    else:
        assert found.fails, (
            f"NOTICED: {row} is missed no more by {scenario}; if by no other, remove it and add it to "
            "docs/rows.md"
        )


@pytest.mark.slow
@pytest.mark.parametrize("row", [*NOT_NOTICED, *ONLY_FAILURES])
def test_a_row_that_no_property_misses(row: str) -> None:
    for scenario in small():
        found = in_scenario(row, scenario.name)
        wrong = found.fails if row in ONLY_FAILURES else found.judged
        assert not wrong, f"docs/rows.md: remove {row}, which {scenario.name} misses: {outcomes(found)}"


def test_every_row_is_accounted_for() -> None:
    rows = {rule.id for rule in tcp().rules if not rule.never}
    told = {*NOTICED, *NOT_NOTICED}
    assert sorted(rows - told) == [], (
        "missed or not? `lastack why` tells; add them to NOTICED or docs/rows.md"
    )
    assert sorted(told - rows) == [], "no such rows any more: remove them from NOTICED or docs/rows.md"
    assert sorted(NOTICED.keys() & set(NOT_NOTICED)) == [], "missed: remove them from docs/rows.md"
    assert set(ONLY_FAILURES) <= NOTICED.keys()


def test_few_rows_are_missed_by_no_property() -> None:
    """As the page says."""
    rows = len([rule for rule in tcp().rules if not rule.never])
    unmissed = len({*NOT_NOTICED, *ONLY_FAILURES})
    assert unmissed < 0.15 * rows
    said = f"Of {rows} rows, properties miss {rows - unmissed}; {unmissed} rows ({unmissed / rows:.0%})"
    assert said.replace("%", " %") in ROWS.read_text(encoding="utf-8")
