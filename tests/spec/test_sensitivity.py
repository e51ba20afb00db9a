"""What each row of ``rfc9293.md`` is for: without it, something is noticed.

See ``checker.verify.why``; ``lastack why --all`` prints the same, and says by what.
"""

from __future__ import annotations

import pytest

from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.verify.why import missed
from tests.toys import tcp

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
    "second.time-wait": "TIME-WAIT assassinated",
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

NOT_NOTICED = {
    "synsent-2.rst-no-ack": "without it `synsent-5.other` drops the reset as well: no difference at all",
    "second.ignored": "the later steps do nothing with a reset in TIME-WAIT either: it has no length",
    "fourth.give-up": "the SYN is then dropped, the SYN,ACK is repeated, and the peer's answer resets",
    "fourth.challenge": "the SYN is then dropped; what is repeated until it is acknowledged asks the same",
    "fourth.reset": "the SYN is then dropped; what is repeated until it is acknowledged is reset by the peer",
    "fifth-0.out-of-range": "optional (RFC 5961), a second lock: what it keeps out does no harm either",
    "fifth.unsent": "the peer is not told that it acknowledges what was not sent, and finds out later",
    "eighth.again": "what comes again behind the FIN is out of the window, and answered in the first step",
}
"""Rows that none of the scenarios with at most 20,000 states misses, and why that may be."""


def is_noticed(row: str, name: str) -> bool:
    return missed(tcp(), row, tcp().scenarios[name], Limits(), Engine()).anything


@pytest.mark.slow
@pytest.mark.parametrize(("row", "scenario"), NOTICED.items(), ids=NOTICED)
def test_a_row_that_is_missed(row: str, scenario: str) -> None:
    assert is_noticed(row, scenario)


def test_every_row_is_accounted_for() -> None:
    rows = {rule.id for rule in tcp().rules if not rule.never}
    assert NOTICED.keys() | NOT_NOTICED.keys() == rows
    assert not NOTICED.keys() & NOT_NOTICED.keys()
    assert len(NOT_NOTICED) < 0.15 * len(rows)
