"""ITF files as Apalache's ADR 015 has them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from checker.exchange.itf import to_itf
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.decide import decide
from checker.verify.trace import Trace
from tests.exchange.test_traces import DOCUMENTS, protocol, traces


def itf(name: str, scenario: str, property: str, loop: int | None = None) -> dict[str, Any]:
    chosen = protocol(name).scenarios[scenario]
    model = Model(protocol(name), chosen)
    verdict = decide(explore(model, Limits(max_states=2_000)), protocol(name).properties[property])
    assert verdict.trace is not None
    return to_itf(model, Trace(verdict.trace.initial, verdict.trace.steps, loop), property)


@cache
def opening() -> dict[str, Any]:
    return itf("textbook", "three-way", "open")


def number(value: int) -> dict[str, str]:
    return {"#bigint": str(value)}


def test_the_top_of_the_file() -> None:
    value = opening()
    assert list(value) == ["#meta", "params", "vars", "states"]
    assert value["#meta"]["format"] == "ITF"
    assert value["#meta"]["format-description"] == "https://apalache-mc.org/docs/adr/015adr-trace.html"
    assert value["#meta"]["source"].endswith("textbook.md")
    assert value["#meta"]["description"] == "three-way: open"
    assert (value["params"], value["vars"]) == ([], ["A", "B", "fromA", "fromB", "action"])


def test_the_states_of_a_handshake() -> None:
    """connect; the SYN arrives; the answer arrives; the last ACK arrives: five states."""
    states = opening()["states"]
    assert [state["#meta"]["index"] for state in states] == [0, 1, 2, 3, 4]
    ends = [(state["A"]["STATE"], state["B"]["STATE"]) for state in states]
    assert ends == [
        ("CLOSED", "LISTEN"),
        ("SYN-SENT", "LISTEN"),
        ("SYN-SENT", "SYN-RECEIVED"),
        ("ESTABLISHED", "SYN-RECEIVED"),
        ("ESTABLISHED", "ESTABLISHED"),
    ]
    syn = {
        "Flags": {"#set": ["SYN"]},
        "Seq": number(100),
        "Ack": "none",
        "written": "<FLAGS=SYN><Seq=100>",
    }
    assert (states[1]["fromA"], states[1]["fromB"]) == ([syn], [])
    assert states[2]["fromB"][0]["Flags"] == {"#set": ["SYN", "ACK"]}
    assert states[1]["A"] == {
        "STATE": "SYN-SENT",
        "ISN": number(1),
        "first": number(100),
        "seq": number(101),
        "ack": "none",
        "client": True,
    }
    assert [state["action"] for state in states] == [
        "initial",
        "A: connect",
        "<FLAGS=SYN><Seq=100> from A arrives at B",
        "<FLAGS=SYN,ACK><Seq=200><ACK=101> from B arrives at A",
        "<FLAGS=ACK><Seq=101><ACK=201> from A arrives at B",
    ]


def test_flags_are_booleans_and_words_are_strings() -> None:
    last = itf("post", "two in a bag", "x twice")["states"][-1]
    # The letter y came first, so that x is the last of two.
    assert last["B"] == {"STATE": "here", "got": number(2), "last": "x"}
    frame = itf("alternating-bit", "two frames", "delivered")["states"][1]
    assert frame["fromA"][0]["bit"] is False
    assert frame["A"]["turn"] is False
    # A ghost is part of the state, but not of the segment as it is written.
    assert frame["fromA"][0]["number"] == number(1)
    assert frame["fromA"][0]["written"] == "<SORT=data>"


def test_a_loop_is_the_state_that_the_run_comes_back_to() -> None:
    assert "loop" not in itf("pit", "walks about", "no rescue")
    value = itf("pit", "walks about", "no rescue", loop=1)
    assert value["loop"] == 1
    assert 0 <= value["loop"] < len(value["states"])


def kinds(value: Any) -> None:
    """Only what the format knows: no null, no bare number."""
    if isinstance(value, dict):
        if "#bigint" in value:
            assert list(value) == ["#bigint"]
            assert str(int(value["#bigint"])) == value["#bigint"]
            return
        for part in value["#set"] if "#set" in value else value.values():
            kinds(part)
    elif isinstance(value, list):
        for part in value:
            kinds(part)
    else:
        assert type(value) in (str, bool)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_state_has_every_variable_and_only_values_of_the_format(name: str) -> None:
    shown = 0
    for scenario, property, _, trace in traces(name):
        value = to_itf(Model(protocol(name), scenario), trace, property)
        assert len(value["states"]) == len(trace.steps) + 1
        for place, state in enumerate(value["states"]):
            assert state.pop("#meta") == {"index": place}
            assert list(state) == value["vars"]
            kinds(state)
            shown += 1
    assert shown > 0
