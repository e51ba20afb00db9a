"""The results of a check as a JSON value. (``tests/cli`` compares a whole one.)"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from checker.document.protocol import Protocol
from checker.exchange.checked import CheckedDocument
from checker.exchange.results import results_to_json
from checker.exchange.traces import TraceCodec
from checker.explore.limits import Limits
from checker.verify.results import ScenarioResult, check_scenario, untouched
from tests.exchange.test_traces import protocol

Types = Mapping[str, tuple[type, ...]]

STRING: tuple[type, ...] = (str,)
NUMBER: tuple[type, ...] = (int,)
FLAG: tuple[type, ...] = (bool,)
PERHAPS: tuple[type, ...] = (str, type(None))

DOCUMENT: Types = {
    "document": STRING,
    "version": STRING,
    "scenarios": (list,),
    "never_fired": (dict,),
    "complaints": (list,),
}
SCENARIO: Types = {
    "scenario": STRING,
    "engine": STRING,
    "states": NUMBER,
    "transitions": NUMBER,
    "depth": NUMBER,
    "seconds": (float,),
    "cached": FLAG,
    "complete": FLAG,
    "limit": PERHAPS,
    "rules": (dict,),
    "verdicts": (list,),
}
VERDICT: Types = {
    "property": STRING,
    "kind": STRING,
    "outcome": STRING,
    "scope": STRING,
    "expected": STRING,
    "as_expected": FLAG,
    "reason": PERHAPS,
    "complaint": PERHAPS,
    "trace": (dict, type(None)),
}


def check_types(value: dict[str, Any], types: Types) -> None:
    assert list(value) == list(types)
    for key, part in value.items():
        assert type(part) in types[key], key


def results(document: Protocol, *scenarios: str, most: int | None = None) -> list[ScenarioResult]:
    names = scenarios or tuple(document.scenarios)
    return [check_scenario(document, document.scenarios[name], Limits(max_states=most)) for name in names]


def test_every_key_has_its_type() -> None:
    kinds = set()
    for name in ("textbook", "alternating-bit", "pit", "post"):
        document = protocol(name)
        found = results(document)
        complaints = CheckedDocument(document, "", found, untouched=untouched(document, found)).complaints
        value = json.loads(json.dumps(results_to_json(document, "0" * 12, found, complaints)))
        check_types(value, DOCUMENT)
        assert [s["scenario"] for s in value["scenarios"]] == list(document.scenarios)
        for scenario in value["scenarios"]:
            check_types(scenario, SCENARIO)
            assert list(scenario["rules"]) == [rule.id for rule in document.rules]
            assert all(type(times) is int and times >= 0 for times in scenario["rules"].values())
            for verdict in scenario["verdicts"]:
                check_types(verdict, VERDICT)
                assert (verdict["complaint"] is None) is verdict["as_expected"]
                kinds.add((verdict["kind"], verdict["outcome"], verdict["trace"] is not None))
    # What was asked for above was there to be asked.
    assert {outcome for _, outcome, _ in kinds} == {
        "holds",
        "violated",
        "unknown",
        "vacuous",
        "not applicable",
    }
    assert ("reachable", "holds", True) in kinds
    assert ("reachable", "holds", False) not in kinds
    assert ("invariant", "holds", True) not in kinds


def test_a_trace_is_the_one_that_is_saved_and_can_be_read_back() -> None:
    document = protocol("textbook")
    (found,) = results(document, "SYN lost")
    value = results_to_json(document, "", [found])
    verdict = next(v for v in value["scenarios"][0]["verdicts"] if v["property"] == "connected")
    trace, scenario = TraceCodec(document).decode(verdict["trace"])
    judged = next(j for j in found.judged if j.verdict.property.name == "connected")
    assert (trace, scenario.name) == (judged.verdict.trace, "SYN lost")
    assert (verdict["trace"]["property"], verdict["trace"]["end"]) == ("connected", "A")


def test_both_why_and_what_was_expected_are_told() -> None:
    """A verdict that surprises has a reason of its own and a complaint beside it."""
    document = protocol("post")
    (found,) = results(document, "full, no loss")
    by_name = {v["property"]: v for v in results_to_json(document, "", [found])["scenarios"][0]["verdicts"]}
    # A's second letter finds no room, and no loss is left for it.
    stuck = by_name["at most two"]
    assert (stuck["outcome"], stuck["reason"], stuck["complaint"]) == (
        "unknown",
        "some actions lacked room in a channel",
        "expected to hold",
    )


def test_rules_that_never_fired_are_those_of_what_was_checked() -> None:
    document = protocol("post")
    # In each only A acts, by the calls of the scenario, and B receives.
    for scenarios, silent in {
        ("one letter",): {"send.y", "send.both", "send.twice"},
        ("one letter", "both at once"): {"send.y", "send.twice"},
        ("two in a queue", "both at once"): {"send.twice"},
    }.items():
        value = results_to_json(document, "", results(document, *scenarios))
        assert value["never_fired"] == dict.fromkeys(value["never_fired"])
        assert set(value["never_fired"]) == silent


def test_an_exploration_that_a_limit_ended() -> None:
    document = protocol("echo")
    value = results_to_json(document, "", results(document, "no end", most=50))["scenarios"][0]
    assert (value["complete"], value["limit"]) == (False, "more than 50 states (--max-states)")
    assert value["states"] > 50
    by_name = {v["property"]: v for v in value["verdicts"]}
    # A broken invariant is final, with its trace: A and B take a step each, then one of them more.
    assert by_name["few steps"]["outcome"] == "violated"
    assert len(by_name["few steps"]["trace"]["steps"]) == 4
    assert by_name["always here"]["outcome"] == "unknown"
