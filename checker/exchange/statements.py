"""The verdicts on claims as JSON; docs/output.md describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checker.document.lengths import write_number
from checker.document.needs import Need
from checker.document.statements import Exchange
from checker.exchange.timing import given_to_json
from checker.exchange.traces import TraceCodec
from checker.verify.statements import Decided, StatementResult


def statements_to_json(name: str, version: str, results: Sequence[StatementResult]) -> dict[str, Any]:
    """The results for one document of claims, whose text and documents have the hash ``version``."""
    return {"document": name, "version": version, "claims": [_statement(result) for result in results]}


def _statement(result: StatementResult) -> dict[str, Any]:
    statement = result.statement
    return {
        "claim": statement.name,
        "source": statement.source,
        "words": statement.words,
        "means": statement.means,
        "because": statement.because or None,
        "verdict": result.verdict,
        "expected": statement.expect,
        "as_expected": result.as_expected,
        "reason": result.reason or None,
        "complaint": result.complaint or None,
        "decided_by": [_decided(decided) for decided in result.decided],
    }


def _decided(decided: Decided) -> dict[str, Any]:
    decision, answer = decided.decision, decided.answer
    exchange = isinstance(decision.subject, Exchange)
    trace = None
    if answer.trace is not None:
        # An exchange is no property of the protocol, so its trace is about none.
        about = "" if exchange else decision.subject.name
        trace = TraceCodec(decision.protocol).encode(answer.trace, decision.scenario, about, answer.end)
    return {
        "document": decision.document,
        "scenario": decision.scenario.name,
        "property": None if exchange else decision.subject.name,
        "exchange": decision.subject.name if exchange else None,
        "need": None if decision.need is None else _need(decision.need),
        "said": decision.said,
        "outcome": answer.outcome,
        "agrees": decided.agrees,
        "scope": answer.scope,
        "reason": answer.reason or None,
        "longest": None if answer.longest is None else write_number(answer.longest),
        "trace": trace,
    }


def _need(need: Need) -> dict[str, Any]:
    return {
        "duration": need.duration,
        "length": write_number(need.length),
        "given": {name: given_to_json(given) for name, given in need.given.items()},
    }
