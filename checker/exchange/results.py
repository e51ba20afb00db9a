"""The results of a check as JSON; docs/output.md describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checker.document.protocol import Protocol
from checker.exchange.traces import TraceCodec
from checker.verify.results import Judged, ScenarioResult, never_fired
from checker.verify.stuck import run_of


def results_to_json(
    protocol: Protocol, version: str, results: Sequence[ScenarioResult], complaints: Sequence[str] = ()
) -> dict[str, Any]:
    """The results for one document, whose text has the hash ``version``; ``complaints`` are
    those that are about no single verdict."""
    why = {rule.id: rule.never for rule in protocol.rules}
    return {
        "document": protocol.name,
        "version": version,
        "scenarios": [_scenario(protocol, result) for result in results],
        "never_fired": {rule: why[rule] or None for rule in never_fired(protocol, results)},
        "complaints": list(complaints),
    }


def _scenario(protocol: Protocol, result: ScenarioResult) -> dict[str, Any]:
    return {
        "scenario": result.scenario.name,
        "engine": result.engine,
        "states": result.states,
        "transitions": result.transitions,
        "depth": result.depth,
        "seconds": round(result.seconds, 3),
        "cached": result.kept,
        "complete": result.complete,
        "limit": result.limit or None,
        "rules": dict(result.rules),
        "verdicts": [_verdict(protocol, result, judged) for judged in result.judged],
    }


def _verdict(protocol: Protocol, result: ScenarioResult, judged: Judged) -> dict[str, Any]:
    verdict = judged.verdict
    trace = None
    if (run := run_of(result.model, verdict)) is not None:
        codec = TraceCodec(protocol)
        trace = codec.encode(run, result.scenario, verdict.property.name, verdict.end)
    return {
        "property": verdict.property.name,
        "kind": verdict.property.kind,
        "outcome": verdict.outcome,
        "scope": verdict.scope,
        "expected": judged.expected,
        "as_expected": judged.as_expected,
        "reason": verdict.reason or None,
        "complaint": judged.complaint or None,
        "trace": trace,
    }
