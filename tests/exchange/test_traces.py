"""Traces as JSON: every one comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.exchange.traces import TraceCodec, TraceFormatError
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.decide import decide
from checker.verify.replay import Divergence, replay, still_shows
from checker.verify.results import check_scenario
from checker.verify.stuck import run_of
from checker.verify.trace import Trace
from tests.toys import ROOT, toy

DOCUMENTS = ["alternating-bit", "echo", "outage", "pit", "post", "timers", "textbook"]


@cache
def protocol(name: str) -> Protocol:
    return load(ROOT / "spec" / "textbook.md") if name == "textbook" else toy(name)


@cache
def traces(name: str) -> list[tuple[Scenario, str, int | None, Trace]]:
    """(scenario, property, end, trace) for everything that can be decided in a document."""
    found = []
    for scenario in protocol(name).scenarios.values():
        graph = explore(Model(protocol(name), scenario), Limits(max_states=2_000))
        for property in protocol(name).properties.values():
            verdict = decide(graph, property)
            if verdict.trace is not None:
                found.append((scenario, property.name, verdict.end, verdict.trace))
    return found


def written(name: str, scenario: str, property: str) -> dict[str, Any]:
    """A fresh copy of a trace as it is written."""
    found = next(t for t in traces(name) if (t[0].name, t[1]) == (scenario, property))
    value = TraceCodec(protocol(name)).encode(found[3], found[0], property, found[2])
    return copy.deepcopy(value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_trace_comes_back_as_it_was(name: str) -> None:
    codec = TraceCodec(protocol(name))
    assert traces(name) != []
    for scenario, property, end, trace in traces(name):
        value = codec.encode(trace, scenario, property, end)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        assert codec.decode(json.loads(text)) == (trace, scenario)
        assert json.loads(text) == value
        assert (value["property"], value["end"]) == (property, "A" if end == 0 else "B")
        assert replay(Model(protocol(name), scenario), codec.decode(value)[0]) is None


def test_what_a_trace_is_about() -> None:
    codec, property = TraceCodec(protocol("post")), protocol("post").properties["x only"]
    value = written("post", "two in a queue", "x only")
    assert codec.subject(value) == (property, 0)
    assert codec.subject({**value, "end": "B"}) == (property, 1)
    assert codec.subject({**value, "property": ""}) == (None, 0)


def test_a_loop_comes_back() -> None:
    scenario, property, end, trace = next(t for t in traces("post") if len(t[3].steps) == 3)
    codec = TraceCodec(protocol("post"))
    for loop in (None, 0, 2):
        looping = Trace(trace.initial, trace.steps, loop)
        value = codec.encode(looping, scenario, property, end)
        assert value["loop"] == loop
        assert codec.decode(value)[0] == looping


def test_what_goes_on_for_ever_comes_back_and_is_looked_at() -> None:
    """After the fall into a pit nothing leads out, and what is done there goes round for ever."""
    protocol_ = protocol("pit")
    found = 0
    for scenario in protocol_.scenarios.values():
        for judged in check_scenario(protocol_, scenario, Limits()).judged:
            model, verdict = Model(protocol_, scenario), judged.verdict
            run = run_of(model, verdict)
            if verdict.outcome != "violated" or run is None or run.loop_start is None:
                continue
            found += 1
            assert verdict.trace is not None
            assert verdict.end is not None
            assert run.stuck_after == len(verdict.trace.steps) <= run.loop_start < len(run.steps)
            value = TraceCodec(protocol_).encode(run, scenario, verdict.property.name, verdict.end)
            assert (value["loop"], value["stuck"]) == (run.loop_start, run.stuck_after)
            assert TraceCodec(protocol_).decode(value)[0] == run
            assert still_shows(model, run, verdict.property, verdict.end)
            early = replace(run, stuck_after=0)
            assert not still_shows(model, early, verdict.property, verdict.end)
            shorter = replace(run, steps=run.steps[:-1])
            if shorter.loop_start is not None and shorter.loop_start < len(shorter.steps):
                assert replay(model, shorter) == Divergence(
                    len(shorter.steps), f"it does not come back to where it was after step {run.loop_start}"
                )
    assert found


def test_all_the_kinds_of_values() -> None:
    """Numbers, flags, words and sets of flags, and what is not set, as JSON has them."""
    steps = written("textbook", "three-way", "open")["steps"]
    assert steps[0]["sent"] == [{"Flags": ["SYN"], "Seq": 100, "Ack": None}]
    assert steps[1]["sent"] == [{"Flags": ["SYN", "ACK"], "Seq": 200, "Ack": 101}]
    assert steps[0]["action"] == {"kind": "call", "end": "A", "event": "connect"}
    assert steps[1]["action"] == {"kind": "delivery", "end": "B", "segment": steps[0]["sent"][0]}
    assert steps[0]["after"]["A"]["values"] == {
        "ISN": 1,
        "first": 100,
        "seq": 101,
        "ack": None,
        "client": True,
    }
    state = written("alternating-bit", "reordered", "in order")["initial"]["A"]["values"]
    assert state == {"turn": False, "expected": False, "sent": 0, "accepted": 0, "wrong": False}
    last = written("post", "two in a queue", "x only")["steps"][-1]
    assert (last["after"]["A"]["values"], last["sent"]) == ({"got": 0, "last": None}, [{"mark": "y"}])


# What is no trace

DAMAGES: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("format",), "other", "this is no lastack-trace of version 1"),
    (("format_version",), "1", "this is no lastack-trace of version 1"),
    (("scenario",), "nowhere", "post has no scenario `nowhere`, which the trace runs in"),
    (("scenario",), ["one letter"], "the file: `scenario` is not text"),
    (("capacity",), 0, "the file: `capacity` is not a number from 1 to 1000"),
    (("capacity",), True, "the file: `capacity` is not an integer"),
    (("set",), [], "the file, `set`: expected an object"),
    (("set",), {"fast": "on"}, "post has no switch `fast`, which the trace sets"),
    (("initial",), None, "initial: expected an object"),
    (("initial", "A"), 1, "initial, A: expected an object"),
    (("initial", "A", "state"), 1, "initial, A: `state` is not text"),
    (("initial", "B", "called"), "0", "initial, B: `called` is not an integer"),
    (("initial", "B", "values"), [], "initial, B: expected an object"),
    (("initial", "B", "values", "got"), {}, "initial, B: {} is not a value"),
    (("initial", "B", "values", "got"), 0.5, "initial, B: 0.5 is not a value"),
    (("initial", "B", "values", "got"), [1], "initial, B: [1] is not a value"),
    (("initial", "from A"), {}, "initial: `from A` is not a list"),
    (("initial", "from B"), [{}], "initial: a segment of this document has the fields mark"),
    (("initial", "losses"), None, "initial: `losses` is not an integer"),
    (("initial", "duplications"), False, "initial: `duplications` is not an integer"),
    (("steps",), {}, "the file: `steps` is not a list"),
    (("steps", 1), "step", "step 2: expected an object"),
    (("steps", 1, "rules"), "send.y", "step 2: `rules` is not a list"),
    (("steps", 1, "rules"), [1], "step 2: `rules` are not all text"),
    (("steps", 1, "sent"), None, "step 2: `sent` is not a list"),
    (("steps", 1, "sent"), [{"mark": "y", "more": 1}], "step 2: a segment of this document has the"),
    (("steps", 1, "lost"), 1.0, "step 2: `lost` is not an integer"),
    (("steps", 1, "action"), [], "step 2: expected an object"),
    (("steps", 1, "action", "kind"), "jump", "step 2: `kind` is not one of call, own, timer, fault"),
    (("steps", 1, "action", "kind"), ["call"], "step 2: `kind` is not one of call, own, timer, fault"),
    (("steps", 1, "action", "kind"), "delivery", "step 2: a delivery has a `segment`"),
    (("steps", 2, "action", "kind"), "call", "step 3: a call has no `segment`"),
    (("steps", 1, "action", "end"), 0, "step 2: an end is `A` or `B`"),
    (("steps", 1, "action", "end"), ["A"], "step 2: an end is `A` or `B`"),
    (("steps", 1, "action", "event"), 3, "step 2: `event` is not text"),
    (("steps", 1, "action", "position"), "first", "step 2: `position` is not an integer"),
    (("steps", 2, "action", "segment"), "x", "step 3: expected an object"),
    (("steps", 3, "after", "B"), None, "step 4, B: expected an object"),
    (("network",), "bag", "the file, `network`: expected an object"),
    (("network", "order"), "heap", "the file, `network`: `order` is not `queue` or `bag`"),
    (("network", "lose"), -1, "the file, `network`: `lose` is not a number from 0 to 100 or null"),
    (("network", "duplicate"), "1", "the file, `network`: `duplicate` is not an integer"),
    (("loop",), 4, "the file: `loop` is not the number of a step"),
    (("loop",), -1, "the file: `loop` is not the number of a step"),
    (("stuck",), 5, "the file: `stuck` is not the number of a step"),
    (("stuck",), -1, "the file: `stuck` is not the number of a step"),
    (("loop",), True, "the file: `loop` is not an integer"),
    (("loop",), "0", "the file: `loop` is not an integer"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "message"), DAMAGES)
def test_what_is_no_trace_is_refused_with_its_place(
    path: tuple[str | int, ...], value: Any, message: str
) -> None:
    trace = written("post", "two in a queue", "at most one")
    assert len(trace["steps"]) == 4
    place: Any = trace
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(TraceFormatError) as error:
        TraceCodec(protocol("post")).decode(trace)
    assert str(error.value).startswith(message)


def keys(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all the keys of objects."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(part, (dict, list)):
            yield from keys(part, (*path, key))


FOR_READERS = ("document", "property", "end", "loop", "stuck", "network")
"""What says what a trace is about, the endless part that this one has not, and the network,
which in older traces was that of the scenario."""


def test_everything_that_is_missing_is_noticed() -> None:
    codec = TraceCodec(protocol("textbook"))
    whole = codec.decode(written("textbook", "SYN lost", "connected"))[0]
    paths = list(keys(written("textbook", "SYN lost", "connected")))
    assert len(paths) > 40
    for path in paths:
        trace = written("textbook", "SYN lost", "connected")
        place: Any = trace
        for key in path[:-1]:
            place = place[key]
        place.pop(path[-1])
        if path[-1] in FOR_READERS and len(path) == 1:
            assert codec.decode(trace)[0] == whole
        elif path[-1] in ("event", "position"):
            # Not every action has them; without, this is another one.
            assert codec.decode(trace)[0] != whole
        else:
            with pytest.raises(TraceFormatError):
                codec.decode(trace)


@pytest.mark.parametrize("value", [None, 1, "trace", [], {}, True])
def test_what_is_no_object_with_our_format_is_refused(value: Any) -> None:
    with pytest.raises(TraceFormatError):
        TraceCodec(protocol("post")).decode(value)


def test_the_trace_of_another_document_says_so() -> None:
    value = written("pit", "falls", "out")
    with pytest.raises(TraceFormatError, match=r"this is a trace of pit, not of post \(post has no scenario"):
        TraceCodec(protocol("post")).decode(value)


WORDS = st.sampled_from(["", "A", "B", "x", "y", "mark", "loss", "here", "2"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(WORDS, parts, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A trace in which some parts were removed, replaced, or put elsewhere."""
    trace = written("post", "two in a bag", "y after y")
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(list(keys(trace)) or [("format",)]))
        place: Any = trace
        for key in path[:-1]:
            place = place[key]
        how = draw(st.sampled_from(["remove", "replace", "move"]))
        if how == "remove":
            place.pop(path[-1], None)
        elif how == "replace":
            place[path[-1]] = draw(JSON)
        else:
            place[path[-1]] = copy.deepcopy(place[draw(st.sampled_from(list(place) or ["format"]))])
    return trace


@given(mutated())
def test_whatever_was_changed_is_read_or_refused(value: Any) -> None:
    """And what is read can be replayed, to its end or to where it diverges."""
    try:
        trace, scenario = TraceCodec(protocol("post")).decode(value)
        TraceCodec(protocol("post")).subject(value)
    except TraceFormatError:
        return
    divergence = replay(Model(protocol("post"), scenario), trace)
    assert divergence is None or 0 <= divergence.steps <= len(trace.steps)
