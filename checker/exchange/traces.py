"""Traces as JSON, to be saved, compared and replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from checker.document.kinds import Value, parse_value, show_value
from checker.document.protocol import Network, Property, Protocol, Scenario
from checker.document.scenarios import MAX_BUDGET
from checker.model.endpoint import Local
from checker.model.evaluate import settle
from checker.model.segment import Segment
from checker.model.tables import Action, ActionKind
from checker.verify.trace import Snapshot, Step, Trace

FORMAT = "lastack-trace"
VERSION = 1

MOST_ROOM = 1_000
"""Segments in flight each way: a run on a network without bounds may need more than a scenario
may have."""

Json = Mapping[str, Any]


class TraceFormatError(Exception):
    """A file that is no trace of the given document; the message says where it is not."""


class TraceCodec:
    """Writes the traces of one protocol as JSON values and reads them back."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._faults = [e.name for e in protocol.events.values() if e.kind == "fault"]

    # Writing

    def encode(
        self, trace: Trace, scenario: Scenario, property: str = "", end: int | None = None
    ) -> dict[str, Any]:
        """``trace`` with what it takes to replay it: the name of the scenario, and the capacity,
        the network and the switches that may not be those of the document; ``property`` and
        ``end`` it is about."""
        return {
            "format": FORMAT,
            "format_version": VERSION,
            "document": self.protocol.name,
            "scenario": scenario.name,
            "capacity": scenario.capacity,
            "network": _network(scenario.network),
            "set": {name: show_value(value) for name, value in scenario.set.items()},
            "property": property,
            "end": None if end is None else "AB"[end],
            "initial": self._snapshot(trace.initial),
            "steps": [self._step(step) for step in trace.steps],
            "loop": trace.loop_start,
            "stuck": trace.stuck_after,
        }

    def _step(self, step: Step) -> dict[str, Any]:
        return {
            "action": self._action(step.action),
            "rules": list(step.rules),
            "sent": [self._segment(segment) for segment in step.sent],
            "lost": step.lost,
            "after": self._snapshot(step.after),
        }

    def _action(self, action: Action) -> dict[str, Any]:
        written: dict[str, Any] = {"kind": action.kind, "end": "AB"[action.end]}
        if action.event:
            written["event"] = action.event
        if action.segment is not None:
            written["segment"] = self._segment(action.segment)
        if action.position is not None:
            written["position"] = action.position
        return written

    def _segment(self, segment: Segment) -> dict[str, Any]:
        return dict(zip(self.protocol.fields, map(_plain, segment.values), strict=True))

    def _snapshot(self, state: Snapshot) -> dict[str, Any]:
        return {
            "A": self._local(state.ends[0]),
            "B": self._local(state.ends[1]),
            "from A": [self._segment(segment) for segment in state.in_flight[0]],
            "from B": [self._segment(segment) for segment in state.in_flight[1]],
            "losses": state.losses,
            "duplications": state.duplications,
        }

    def _local(self, local: Local) -> dict[str, Any]:
        variables = zip(self.protocol.variables.values(), local.values, strict=True)
        return {
            "state": local.state,
            "called": local.called,
            "faults": dict(zip(self._faults, local.faults, strict=True)),
            "values": {v.name: _plain(value) for v, value in variables if v.lives != "event"},
        }

    # Reading

    def decode(self, data: Any) -> tuple[Trace, Scenario]:
        """(the trace, the scenario that it runs in).

        Raises ``TraceFormatError`` for anything that ``encode`` does not write.
        """
        top = _object(data, "the file")
        if top.get("format") != FORMAT or top.get("format_version") != VERSION:
            raise TraceFormatError(f"this is no {FORMAT} of version {VERSION}")
        try:
            return self._read(top)
        except TraceFormatError as error:
            if (other := top.get("document")) == self.protocol.name:
                raise
            message = f"this is a trace of {other}, not of {self.protocol.name} ({error})"
            raise TraceFormatError(message) from None

    def _read(self, top: Json) -> tuple[Trace, Scenario]:
        scenario = self._read_scenario(top)
        steps = [
            self._read_step(step, f"step {i}") for i, step in enumerate(_list(top, "steps", "the file"), 1)
        ]
        loop = top.get("loop")
        if loop is not None and not 0 <= _integer(top, "loop", "the file") < len(steps):
            raise TraceFormatError("the file: `loop` is not the number of a step")
        stuck = top.get("stuck")
        if stuck is not None and not 0 <= _integer(top, "stuck", "the file") <= len(steps):
            raise TraceFormatError("the file: `stuck` is not the number of a step")
        initial = self._read_snapshot(_get(top, "initial", "the file"), "initial")
        return Trace(initial, tuple(steps), loop, stuck), scenario

    def _read_scenario(self, top: Json) -> Scenario:
        name = _text(top, "scenario", "the file")
        scenario = self.protocol.scenarios.get(name)
        if scenario is None:
            raise TraceFormatError(f"{self.protocol.name} has no scenario `{name}`, which the trace runs in")
        capacity = _integer(top, "capacity", "the file")
        if not 1 <= capacity <= MOST_ROOM:
            raise TraceFormatError(f"the file: `capacity` is not a number from 1 to {MOST_ROOM}")
        network = _read_network(top["network"]) if "network" in top else scenario.network
        settings: dict[str, Value] = {}
        given = _object(_get(top, "set", "the file"), "the file, `set`")
        for name in given:
            switch = self.protocol.switches.get(name)
            if switch is None:
                raise TraceFormatError(f"{self.protocol.name} has no switch `{name}`, which the trace sets")
            valid, settings[name] = parse_value(_text(given, name, "the file, `set`"), switch.kind)
            if not valid:
                raise TraceFormatError(f"the file: `{given[name]}` is not a value of the switch `{name}`")
        return replace(scenario, capacity=capacity, network=network, set=settings)

    def subject(self, data: Any) -> tuple[Property | None, int]:
        """(the property that a saved trace is about, the end it was found at).

        ``None`` if it is about none. Raises ``TraceFormatError`` for one that is not declared.
        """
        top = _object(data, "the file")
        name = _text(top, "property", "the file") if "property" in top else ""
        if not name:
            return None, 0
        if name not in self.protocol.properties:
            raise TraceFormatError(f"{self.protocol.name} has no property `{name}`, which the trace is about")
        end = top.get("end")
        return self.protocol.properties[name], 0 if end is None else _end(end, "the file")

    def _read_step(self, data: Any, where: str) -> Step:
        step = _object(data, where)
        rules = _list(step, "rules", where)
        if not all(isinstance(rule, str) for rule in rules):
            raise TraceFormatError(f"{where}: `rules` are not all text")
        sent = tuple(self._read_segment(s, where) for s in _list(step, "sent", where))
        lost = _integer(step, "lost", where)
        action = self._read_action(_get(step, "action", where), where)
        after = self._read_snapshot(_get(step, "after", where), where)
        return Step(action, tuple(rules), sent, lost, after)

    def _read_action(self, data: Any, where: str) -> Action:
        action = _object(data, where)
        kind = _get(action, "kind", where)
        if kind not in get_args(ActionKind):
            raise TraceFormatError(f"{where}: `kind` is not one of {', '.join(get_args(ActionKind))}")
        segment = self._read_segment(action["segment"], where) if "segment" in action else None
        if (segment is None) is (kind in ("delivery", "loss", "duplication")):
            raise TraceFormatError(f"{where}: a {kind} {'has a' if segment is None else 'has no'} `segment`")
        return Action(
            kind,
            _end(_get(action, "end", where), where),
            _text(action, "event", where) if "event" in action else "",
            segment,
            _integer(action, "position", where) if "position" in action else None,
        )

    def _read_segment(self, data: Any, where: str) -> Segment:
        given = _object(data, where)
        if set(given) != set(self.protocol.fields):
            fields = ", ".join(self.protocol.fields)
            raise TraceFormatError(f"{where}: a segment of this document has the fields {fields}")
        return Segment(tuple(_value(given[name], where) for name in self.protocol.fields))

    def _read_snapshot(self, data: Any, where: str) -> Snapshot:
        state = _object(data, where)
        ends = [self._read_local(_get(state, end, where), f"{where}, {end}") for end in "AB"]
        flight = [
            tuple(self._read_segment(s, where) for s in _list(state, f"from {end}", where)) for end in "AB"
        ]
        budgets = (_integer(state, "losses", where), _integer(state, "duplications", where))
        return Snapshot((ends[0], ends[1]), (flight[0], flight[1]), *budgets)

    def _read_local(self, data: Any, where: str) -> Local:
        local = _object(data, where)
        given = _object(_get(local, "values", where), where)
        values: list[Value] = []
        for variable in self.protocol.variables.values():
            if variable.lives == "event":
                values.append(settle(variable.initial, variable.kind))
            else:
                values.append(_value(_get(given, variable.name, where), where))
        faults = _object(_get(local, "faults", where), where)
        return Local(
            _text(local, "state", where),
            tuple(values),
            _integer(local, "called", where),
            tuple(_integer(faults, name, where) for name in self._faults),
        )


def _network(network: Network) -> dict[str, Any]:
    return {"order": network.order, "lose": network.lose, "duplicate": network.duplicate}


def _read_network(data: Any) -> Network:
    where = "the file, `network`"
    given = _object(data, where)
    order = _get(given, "order", where)
    if order not in ("queue", "bag"):
        raise TraceFormatError(f"{where}: `order` is not `queue` or `bag`")
    return Network(order, _read_budget(given, "lose", where), _read_budget(given, "duplicate", where))


def _read_budget(given: Json, name: str, where: str) -> int | None:
    if _get(given, name, where) is None:
        return None
    budget = _integer(given, name, where)
    if not 0 <= budget <= MAX_BUDGET:
        raise TraceFormatError(f"{where}: `{name}` is not a number from 0 to {MAX_BUDGET} or null")
    return budget


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _object(data: Any, where: str) -> Json:
    if not isinstance(data, dict):
        raise TraceFormatError(f"{where}: expected an object")
    return data


def _get(data: Json, key: str, where: str) -> Any:
    if key not in data:
        raise TraceFormatError(f"{where}: `{key}` is missing")
    return data[key]


def _list(data: Json, key: str, where: str) -> Sequence[Any]:
    value = _get(data, key, where)
    if not isinstance(value, list):
        raise TraceFormatError(f"{where}: `{key}` is not a list")
    return value


def _integer(data: Json, key: str, where: str) -> int:
    value = _get(data, key, where)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TraceFormatError(f"{where}: `{key}` is not an integer")
    return value


def _text(data: Json, key: str, where: str) -> str:
    value = _get(data, key, where)
    if not isinstance(value, str):
        raise TraceFormatError(f"{where}: `{key}` is not text")
    return value


def _end(value: Any, where: str) -> int:
    if value not in ("A", "B"):
        raise TraceFormatError(f"{where}: an end is `A` or `B`")
    return "AB".index(value)


def _value(value: Any, where: str) -> Value:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise TraceFormatError(f"{where}: {value!r} is not a value")
