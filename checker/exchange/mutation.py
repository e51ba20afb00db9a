"""Mutants and what became of them as JSON; docs/output.md describes it."""

from __future__ import annotations

from typing import Any

from checker.compare.mutation import FATES, Difference, Fate, Measured, Mutation
from checker.document.mutants import OPERATORS, Operator
from checker.document.protocol import Rule

FORMAT = "lastack-mutation"
VERSION = 1


def mutation_to_json(mutation: Mutation, version: str) -> dict[str, Any]:
    """All of it; ``version`` is the hash of the document's text."""
    return {
        "format": FORMAT,
        "format_version": VERSION,
        "document": mutation.protocol.name,
        "version": version,
        "max_states": mutation.max_states,
        "scenarios": [_measured(measured) for measured in mutation.measured],
        "mutants": [_fate(rule, fate) for rule, fates in mutation.fates for fate in fates],
        "not_judged": mutation.left,
        "operators": {operator: _sums(mutation, operator) for operator in OPERATORS},
        "total": _sums(mutation, None),
    }


def _measured(measured: Measured) -> dict[str, Any]:
    return {
        "scenario": measured.scenario.name,
        "states": measured.states,
        "not_as_expected": list(measured.unsound),
    }


def _fate(rule: Rule, fate: Fate) -> dict[str, Any]:
    mutant = fate.mutant
    return {
        "row": rule.id,
        "line": rule.position.line,
        "operator": mutant.operator,
        "what": mutant.what or None,
        "before": _cells(rule),
        "after": None if mutant.rule is None else _cells(mutant.rule),
        "fate": fate.fate,
        "tried": fate.tried,
        "scenario": fate.scenario or None,
        "kill": fate.kill and vars(fate.kill),
        "difference": fate.difference and _difference(fate.difference),
        "reason": fate.reason or None,
    }


def _cells(rule: Rule) -> dict[str, str]:
    """The cells of a row that say something."""
    return {column: text for column, text in rule.text.items() if text}


def _difference(difference: Difference) -> dict[str, Any]:
    shown = difference.letter
    return {
        "scenario": difference.scenario,
        "only": "mutant" if difference.of_mutant else "document",
        "end": "AB"[shown.end],
        "call": shown.call or None,
        "sent": list(shown.sent),
        "steps": difference.steps,
    }


def _sums(mutation: Mutation, operator: Operator | None) -> dict[str, Any]:
    counts = mutation.counts(operator)
    return {
        "mutants": counts.total(),
        **{fate: counts[fate] for fate in FATES},
        "score": mutation.score(operator),
    }
