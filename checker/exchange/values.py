"""Local states and segments as JSON, and how JSON is read that anybody may have written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import category

from checker.document.kinds import Value, parse_value
from checker.document.protocol import Protocol, Scenario
from checker.model.endpoint import Local
from checker.model.evaluate import settle
from checker.model.segment import Segment

Json = Mapping[str, Any]


class FormatError(Exception):
    """A file that is not what it should be; the message says where it is not."""


class ValueCodec:
    """Writes the local states and segments of one protocol as JSON values and reads them back."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._faults = [e.name for e in protocol.events.values() if e.kind == "fault"]

    def segment(self, segment: Segment) -> dict[str, Any]:
        return dict(zip(self.protocol.fields, map(_plain, segment.values), strict=True))

    def local(self, local: Local) -> dict[str, Any]:
        variables = zip(self.protocol.variables.values(), local.values, strict=True)
        return {
            "state": local.state,
            "called": local.called,
            "faults": dict(zip(self._faults, local.faults, strict=True)),
            "values": {v.name: _plain(value) for v, value in variables if v.lives != "event"},
        }

    def read_segment(self, data: Any, where: str) -> Segment:
        given = an_object(data, where)
        if set(given) != set(self.protocol.fields):
            fields = ", ".join(self.protocol.fields)
            raise FormatError(f"{where}: a segment of this document has the fields {fields}")
        return Segment(tuple(_value(given[name], where) for name in self.protocol.fields))

    def read_local(self, data: Any, where: str) -> Local:
        local = an_object(data, where)
        given = an_object(get(local, "values", where), where)
        values: list[Value] = []
        for variable in self.protocol.variables.values():
            if variable.lives == "event":
                values.append(settle(variable.initial, variable.kind))
            else:
                values.append(_value(get(given, variable.name, where), where))
        faults = an_object(get(local, "faults", where), where)
        return Local(
            a_text(local, "state", where),
            tuple(values),
            an_integer(local, "called", where),
            tuple(an_integer(faults, name, where) for name in self._faults),
        )

    def read_scenario(self, data: Json, where: str) -> Scenario:
        """A scenario of the document, with the switches as they were set."""
        name = a_text(data, "scenario", where)
        scenario = self.protocol.scenarios.get(name)
        if scenario is None:
            raise FormatError(f"{self.protocol.name} has no scenario `{name}`, which the file names")
        settings: dict[str, Value] = {}
        given = an_object(get(data, "set", where), f"{where}, `set`")
        for name in given:
            switch = self.protocol.switches.get(name)
            if switch is None:
                raise FormatError(f"{self.protocol.name} has no switch `{name}`, which the file sets")
            valid, settings[name] = parse_value(a_text(given, name, f"{where}, `set`"), switch.kind)
            if not valid:
                raise FormatError(f"{where}: `{given[name]}` is not a value of the switch `{name}`")
        return replace(scenario, set=settings)


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def read_json(path: Path) -> Any:
    """What stands in a JSON file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is no JSON ({error})") from None


def an_object(data: Any, where: str) -> Json:
    if not isinstance(data, dict):
        raise FormatError(f"{where}: expected an object")
    return data


def get(data: Json, key: str, where: str) -> Any:
    if key not in data:
        raise FormatError(f"{where}: `{key}` is missing")
    return data[key]


def a_list(data: Json, key: str, where: str) -> Sequence[Any]:
    value = get(data, key, where)
    if not isinstance(value, list):
        raise FormatError(f"{where}: `{key}` is not a list")
    return value


def an_integer(data: Json, key: str, where: str) -> int:
    value = get(data, key, where)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError(f"{where}: `{key}` is not an integer")
    return value


def a_text(data: Json, key: str, where: str) -> str:
    value = get(data, key, where)
    if not isinstance(value, str):
        raise FormatError(f"{where}: `{key}` is not text")
    if {"Cc", "Cs"} & set(map(category, value)):  # a terminal obeys these; half a pair cannot be written
        raise FormatError(f"{where}: `{key}` has characters that cannot be shown: {value!a:.60}")
    return value


def an_end(value: Any, where: str) -> int:
    if value not in ("A", "B"):
        raise FormatError(f"{where}: an end is `A` or `B`")
    return "AB".index(value)


def _value(value: Any, where: str) -> Value:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise FormatError(f"{where}: {value!r} is not a value")
