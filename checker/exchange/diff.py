"""What differs between two versions of a document as JSON; docs/output.md describes it."""

from __future__ import annotations

from typing import Any

from checker.compare.diff import Diff
from checker.compare.rows import RowChange
from checker.compare.scenarios import Counts, ScenarioDiff, Telling
from checker.compare.verdicts import VerdictChange, is_failure
from checker.document.protocol import Protocol
from checker.exchange.traces import TraceCodec
from checker.verify.results import Judged
from checker.verify.trace import Trace

FORMAT = "lastack-diff"
VERSION = 1


def diff_to_json(diff: Diff) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "base": diff.names[0],
        "head": diff.names[1],
        "rows": [_row(row) for row in diff.both.rows.rows],
        "scenarios": [_scenario(diff, scenario) for scenario in diff.scenarios],
        "not_compared": [*diff.left, *diff.failed],
        "failures": len(diff.failures()),
        "undecided": diff.is_undecided,
    }


def _row(row: RowChange) -> dict[str, Any]:
    return {
        "how": row.how,
        "table": row.table,
        "row": row.row,
        "was": row.was,
        "file": row.position.file,
        "line": row.position.line,
        "only_words": row.only_words,
        "cells": [{"column": cell.column, "before": cell.before, "after": cell.after} for cell in row.cells],
    }


def _scenario(diff: Diff, scenario: ScenarioDiff) -> dict[str, Any]:
    protocols = (diff.both.base, diff.both.head)
    lost, gained = ([list(pair) for pair in pairs] for pairs in scenario.pairs)
    fewer, more = ([arrow._asdict() for arrow in arrows] for arrows in scenario.arrows)
    return {
        "scenario": scenario.scenario,
        "how": scenario.how,
        "same_behaviour": scenario.same_behaviour,
        "head_shows_all_of_base": scenario.within[0],
        "base_shows_all_of_head": scenario.within[1],
        "reasons": list(scenario.reasons),
        "counts": {
            name: _counts(counts) for name, counts in zip(("base", "head"), scenario.counts, strict=True)
        },
        "runs": [_telling(protocols[t.version], scenario.scenario, t) for t in scenario.tellings],
        "pairs": {"gained": gained, "lost": lost},
        "arrows": {"gained": more, "lost": fewer},
        "verdicts": [_change(protocols, scenario.scenario, change) for change in scenario.verdicts],
        "same_verdicts": scenario.same,
        "errors": {"base": scenario.errors[0] or None, "head": scenario.errors[1] or None},
        "seconds": round(scenario.seconds, 3),
        "cached": scenario.kept,
    }


def _counts(counts: Counts | None) -> dict[str, Any] | None:
    if counts is None:
        return None
    return {**vars(counts), "limit": counts.limit or None}


def _telling(protocol: Protocol, scenario: str, telling: Telling) -> dict[str, Any]:
    codec = TraceCodec(protocol)
    trace = telling.trace
    return {
        "version": ("base", "head")[telling.version],
        "word": [
            {"end": "AB"[letter.end], "call": letter.call or None, "sent": list(letter.sent)}
            for letter in telling.word
        ],
        "shortest": telling.shortest,
        "blamed": list(telling.blamed),
        "trace": None if trace is None else codec.encode(trace, protocol.scenarios[scenario]),
    }


def _change(protocols: tuple[Protocol, Protocol], scenario: str, change: VerdictChange) -> dict[str, Any]:
    return {
        "property": change.property,
        "became": change.became,
        "failure": is_failure(change),
        "blamed": list(change.blamed),
        "before": _judged(change.before),
        "after": _judged(change.after),
        "trace": _counterexample(protocols[1], scenario, change),
    }


def _counterexample(protocol: Protocol, name: str, change: VerdictChange) -> dict[str, Any] | None:
    """The run of a new failure."""
    if change.after is None or change.after.verdict.trace is None or not is_failure(change):
        return None
    verdict = change.after.verdict
    trace: Trace = change.after.verdict.trace
    return TraceCodec(protocol).encode(trace, protocol.scenarios[name], verdict.property.name, verdict.end)


def _judged(judged: Judged | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    verdict = judged.verdict
    return {
        "outcome": verdict.outcome,
        "expected": judged.expected,
        "as_expected": judged.as_expected,
        "complaint": judged.complaint or None,
        "scope": verdict.scope,
        "reason": verdict.reason or None,
    }
