"""Traces as JSON, to be saved, compared and replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from checker.document.kinds import show_value
from checker.document.protocol import Network, Property, Protocol, Scenario
from checker.document.scenarios import MAX_BUDGET
from checker.exchange.values import (
    FormatError,
    Json,
    ValueCodec,
    a_list,
    a_text,
    an_end,
    an_integer,
    an_object,
    get,
)
from checker.model.tables import Action, ActionKind
from checker.verify.trace import Snapshot, Step, Trace

FORMAT = "lastack-trace"
VERSION = 1

MOST_ROOM = 1_000
"""Segments in flight each way: a run on a network without bounds may need more than a scenario
may have."""


class TraceCodec:
    """Writes the traces of one protocol as JSON values and reads them back."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._values = ValueCodec(protocol)

    # Writing

    def encode(
        self, trace: Trace, scenario: Scenario, property: str = "", end: int | None = None
    ) -> dict[str, Any]:
        """``trace`` with what it takes to replay it: the name of the scenario, the capacity and the
        switches that the command line may have changed, and the network if it is another one;
        ``property`` and ``end`` it is about."""
        return {
            "format": FORMAT,
            "format_version": VERSION,
            "document": self.protocol.name,
            "scenario": scenario.name,
            "capacity": scenario.capacity,
            **self._other_network(scenario),
            "set": {name: show_value(value) for name, value in scenario.set.items()},
            "property": property,
            "end": None if end is None else "AB"[end],
            "initial": self._snapshot(trace.initial),
            "steps": [self._step(step) for step in trace.steps],
            "loop": trace.loop_start,
            "stuck": trace.stuck_after,
        }

    def _other_network(self, scenario: Scenario) -> dict[str, Any]:
        """The network, where it is not the one that the document gives the scenario."""
        declared = self.protocol.scenarios.get(scenario.name)
        same = declared is not None and declared.network == scenario.network
        return {} if same else {"network": _network(scenario.network)}

    def _step(self, step: Step) -> dict[str, Any]:
        return {
            "action": self._action(step.action),
            "rules": list(step.rules),
            "sent": [self._values.segment(segment) for segment in step.sent],
            "lost": step.lost,
            "after": self._snapshot(step.after),
        }

    def _action(self, action: Action) -> dict[str, Any]:
        written: dict[str, Any] = {"kind": action.kind, "end": "AB"[action.end]}
        if action.event:
            written["event"] = action.event
        if action.segment is not None:
            written["segment"] = self._values.segment(action.segment)
        if action.position is not None:
            written["position"] = action.position
        return written

    def _snapshot(self, state: Snapshot) -> dict[str, Any]:
        return {
            "A": self._values.local(state.ends[0]),
            "B": self._values.local(state.ends[1]),
            "from A": [self._values.segment(segment) for segment in state.in_flight[0]],
            "from B": [self._values.segment(segment) for segment in state.in_flight[1]],
            "losses": state.losses,
            "duplications": state.duplications,
        }

    # Reading

    def decode(self, data: Any) -> tuple[Trace, Scenario]:
        """(the trace, the scenario that it runs in).

        Raises ``FormatError`` for anything that ``encode`` does not write.
        """
        top = an_object(data, "the file")
        if top.get("format") != FORMAT or top.get("format_version") != VERSION:
            raise FormatError(f"this is no {FORMAT} of version {VERSION}")
        try:
            return self._read(top)
        except FormatError as error:
            if (other := top.get("document")) == self.protocol.name:
                raise
            message = f"this is a trace of {other}, not of {self.protocol.name} ({error})"
            raise FormatError(message) from None

    def _read(self, top: Json) -> tuple[Trace, Scenario]:
        scenario = self._read_scenario(top)
        steps = [
            self._read_step(step, f"step {i}") for i, step in enumerate(a_list(top, "steps", "the file"), 1)
        ]
        loop = top.get("loop")
        if loop is not None and not 0 <= an_integer(top, "loop", "the file") < len(steps):
            raise FormatError("the file: `loop` is not the number of a step")
        stuck = top.get("stuck")
        if stuck is not None and not 0 <= an_integer(top, "stuck", "the file") <= len(steps):
            raise FormatError("the file: `stuck` is not the number of a step")
        initial = self._read_snapshot(get(top, "initial", "the file"), "initial")
        return Trace(initial, tuple(steps), loop, stuck), scenario

    def _read_scenario(self, top: Json) -> Scenario:
        scenario = self._values.read_scenario(top, "the file")
        capacity = an_integer(top, "capacity", "the file")
        if not 1 <= capacity <= MOST_ROOM:
            raise FormatError(f"the file: `capacity` is not a number from 1 to {MOST_ROOM}")
        network = _read_network(top["network"]) if "network" in top else scenario.network
        return replace(scenario, capacity=capacity, network=network)

    def subject(self, data: Any) -> tuple[Property | None, int]:
        """(the property that a saved trace is about, the end it was found at).

        ``None`` if it is about none. Raises ``FormatError`` for one that is not declared.
        """
        top = an_object(data, "the file")
        name = a_text(top, "property", "the file") if "property" in top else ""
        if not name:
            return None, 0
        if name not in self.protocol.properties:
            raise FormatError(f"{self.protocol.name} has no property `{name}`, which the trace is about")
        end = top.get("end")
        return self.protocol.properties[name], 0 if end is None else an_end(end, "the file")

    def _read_step(self, data: Any, where: str) -> Step:
        step = an_object(data, where)
        rules = a_list(step, "rules", where)
        if not all(isinstance(rule, str) for rule in rules):
            raise FormatError(f"{where}: `rules` are not all text")
        sent = tuple(self._values.read_segment(s, where) for s in a_list(step, "sent", where))
        lost = an_integer(step, "lost", where)
        action = self._read_action(get(step, "action", where), where)
        after = self._read_snapshot(get(step, "after", where), where)
        return Step(action, tuple(rules), sent, lost, after)

    def _read_action(self, data: Any, where: str) -> Action:
        action = an_object(data, where)
        kind = get(action, "kind", where)
        if kind not in get_args(ActionKind):
            raise FormatError(f"{where}: `kind` is not one of {', '.join(get_args(ActionKind))}")
        segment = self._values.read_segment(action["segment"], where) if "segment" in action else None
        if (segment is None) is (kind in ("delivery", "loss", "duplication")):
            raise FormatError(f"{where}: a {kind} {'has a' if segment is None else 'has no'} `segment`")
        return Action(
            kind,
            an_end(get(action, "end", where), where),
            a_text(action, "event", where) if "event" in action else "",
            segment,
            an_integer(action, "position", where) if "position" in action else None,
        )

    def _read_snapshot(self, data: Any, where: str) -> Snapshot:
        state = an_object(data, where)
        ends = [self._values.read_local(get(state, end, where), f"{where}, {end}") for end in "AB"]
        flight = [
            tuple(self._values.read_segment(s, where) for s in a_list(state, f"from {end}", where))
            for end in "AB"
        ]
        budgets = (an_integer(state, "losses", where), an_integer(state, "duplications", where))
        return Snapshot((ends[0], ends[1]), (flight[0], flight[1]), *budgets)


def _network(network: Network) -> dict[str, Any]:
    return {"order": network.order, "lose": network.lose, "duplicate": network.duplicate}


def _read_network(data: Any) -> Network:
    where = "the file, `network`"
    given = an_object(data, where)
    order = get(given, "order", where)
    if order not in ("queue", "bag"):
        raise FormatError(f"{where}: `order` is not `queue` or `bag`")
    return Network(order, _read_budget(given, "lose", where), _read_budget(given, "duplicate", where))


def _read_budget(given: Json, name: str, where: str) -> int | None:
    if get(given, name, where) is None:
        return None
    budget = an_integer(given, name, where)
    if not 0 <= budget <= MAX_BUDGET:
        raise FormatError(f"{where}: `{name}` is not a number from 0 to {MAX_BUDGET} or null")
    return budget
