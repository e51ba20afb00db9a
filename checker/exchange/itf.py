"""Traces in the Informal Trace Format of Apalache (its ADR 015)."""

from __future__ import annotations

from typing import Any

from checker.document.kinds import Value
from checker.document.protocol import Protocol
from checker.model.endpoint import Local
from checker.model.segment import Segment, SegmentForm
from checker.model.tables import Model
from checker.verify.trace import Snapshot, Trace
from checker.verify.words import describe

VARIABLES = ("A", "B", "fromA", "fromB", "action")


def to_itf(model: Model, trace: Trace, property: str) -> dict[str, Any]:
    """``trace`` as an ITF value: records for A and B, sequences of records for the channels,
    and in words the ``action`` that led to each state. Unset values are the string "none"."""
    protocol = model.protocol
    states = [_state(protocol, trace.initial, "initial", 0)]
    for number, step in enumerate(trace.steps, 1):
        states.append(_state(protocol, step.after, describe(model, step.action), number))
    itf: dict[str, Any] = {
        "#meta": {
            "format": "ITF",
            "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
            "source": f"{protocol.name}.md",
            "description": f"{model.scenario.name}: {property}",
        },
        "params": [],
        "vars": list(VARIABLES),
        "states": states,
    }
    if trace.loop_start is not None:
        itf["loop"] = trace.loop_start
    return itf


def _state(protocol: Protocol, state: Snapshot, action: str, number: int) -> dict[str, Any]:
    return {
        "#meta": {"index": number},
        "A": _local(protocol, state.ends[0]),
        "B": _local(protocol, state.ends[1]),
        "fromA": [_segment(protocol, segment) for segment in state.in_flight[0]],
        "fromB": [_segment(protocol, segment) for segment in state.in_flight[1]],
        "action": action,
    }


def _local(protocol: Protocol, local: Local) -> dict[str, Any]:
    variables = zip(protocol.variables.values(), local.values, strict=True)
    values = {v.name: _value(value) for v, value in variables if v.lives != "event"}
    return {"STATE": local.state, **values}


def _segment(protocol: Protocol, segment: Segment) -> dict[str, Any]:
    fields = dict(zip(protocol.fields, map(_value, segment.values), strict=True))
    return {**fields, "written": SegmentForm(protocol).write(segment)}


def _value(value: Value) -> Any:
    if value is None:
        return "none"
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, tuple):
        return {"#set": list(value)}
    return {"#bigint": str(value)}
