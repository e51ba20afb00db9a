"""A timed run as JSON; docs/output.md describes it."""

from __future__ import annotations

from typing import Any

from checker.document.lengths import Given, write_number
from checker.document.protocol import Protocol
from checker.timing.answer import Answer, Bound, Timing
from checker.timing.words import constraint_in_words, formula, premise


def timing_to_json(protocol: Protocol, scenario: str, answer: Answer) -> dict[str, Any]:
    return {
        "document": protocol.name,
        "scenario": scenario,
        "given": {name: given_to_json(answer.numbers.get(name, Given())) for name in protocol.durations},
        "possible": answer.possible,
        "idle": list(answer.idle),
        "orders": [_timing(answer, timing) for timing in (answer.run, answer.ends)],
    }


def given_to_json(given: Given) -> dict[str, str | None]:
    return {
        "least": write_number(given.least),
        "most": None if given.most is None else write_number(given.most),
    }


def _timing(answer: Answer, timing: Timing) -> dict[str, Any]:
    schedule = timing.schedule
    moments = enumerate(answer.moments, 1)
    return {
        "order": timing.order,
        "possible": schedule is not None,
        "times": schedule and [write_number(schedule.times[n]) for n, moment in moments if moment.step],
        "fixed": {name: write_number(value) for name, value in schedule.fixed.items()} if schedule else {},
        "because": [": ".join(constraint_in_words(c, answer.moments)) for c in timing.blame],
        "bounds": [_bound(answer, name, bound) for name, bound in timing.bounds.items()],
    }


def _bound(answer: Answer, name: str, bound: Bound | None) -> dict[str, Any]:
    if bound is None:
        return {"duration": name, "possible": False}
    return {
        "duration": name,
        "possible": True,
        "shortest": write_number(bound.shortest),
        "longest": None if bound.longest is None else write_number(bound.longest),
        "formula": None if bound.longest is None else formula(bound),
        "because": [": ".join(constraint_in_words(c, answer.moments)) for c in bound.chain],
        "rests_on": [
            {
                "premise": premise(quantity, answer.numbers),
                "longest_without": None if weaker is None else write_number(weaker),
            }
            for quantity, weaker in bound.without
        ],
    }
