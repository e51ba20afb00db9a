"""Pictures in the language of Mermaid, which forges draw in issues and pull requests."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence

from checker.model.tables import Model
from checker.show.draw.machine_words import words_of
from checker.show.draw.nodes import few, staying, stepping
from checker.show.draw.text import plain
from checker.show.flights import Flight, flights_of
from checker.show.paragraph import counted
from checker.verify.machine import Machine
from checker.verify.overlay import NO_RUN, Way
from checker.verify.quotient import Quotient
from checker.verify.trace import Step, Trace

_UNSAFE = re.compile(r"[^\w .,()/+=\[\]'-]|\be(?=nd\b)", re.ASCII | re.IGNORECASE)
"""Signs that may mean something to Mermaid, or in the HTML that it makes; and the first letter of the
word that ends a block."""

BREAK = "<br/>"


def words(*lines: str) -> str:
    """Words that anybody may have written: whatever may mean something is written by its number."""
    return BREAK.join(_UNSAFE.sub(lambda found: f"#{ord(found[0])};", plain(line)) for line in lines)


# State diagrams


def machine_diagram(machine: Machine, title: Sequence[str]) -> str:
    """A machine as a state diagram."""
    names = {state: f"s{number}" for number, state in enumerate(machine.protocol.states)}
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for arrow in machine.arrows:
        arrows.setdefault((arrow.source, arrow.target), {})[words_of(arrow).text] = None
    states = {state for ends in arrows for state in ends} | {machine.protocol.initial_state}
    lines = [f'state "{words(state)}" as {names[state]}' for state in names if state in states]
    lines.append(f"[*] --> {names[machine.protocol.initial_state]}")
    lines += [f"{names[a]} --> {names[b]} : {words(*texts)}" for (a, b), texts in arrows.items()]
    return _state_diagram(title, lines)


def graph_diagram(quotient: Quotient, title: Sequence[str], shown: Collection[int], way: Way = NO_RUN) -> str:
    """The nodes ``shown`` of a quotient and the arrows between them as a state diagram, with the
    numbers of the steps of a run."""
    lines = []
    for number in sorted(shown):
        node = quotient.nodes[number]
        stuck = f", {node.stuck:,} stuck" if node.stuck else ""
        ends = ["an end"] if node.final else []
        states = counted(node.states, "state")
        told = words(
            f"A {node.ends[0]}", f"B {node.ends[1]}", f"{states}{stuck}", *ends, *staying(way, number)
        )
        lines.append(f'state "{told}" as n{number}')
    if 0 in shown:
        lines.append("[*] --> n0")
    together: dict[tuple[int, int], list[str]] = {}
    for number, arrow in enumerate(quotient.arrows):
        if {arrow.source, arrow.target} <= set(shown):
            texts = together.setdefault((arrow.source, arrow.target), [])
            texts += [*stepping(way, number), *few(arrow.labels)]
    lines += [f"n{a} --> n{b} : {words(*texts)}" for (a, b), texts in together.items()]
    return _state_diagram(title, lines)


def _state_diagram(title: Sequence[str], lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in (*_front(title), "stateDiagram-v2", *(f"  {s}" for s in lines)))


def _front(title: Sequence[str]) -> Iterator[str]:
    """The title, if there is one, as YAML: a string of JSON is one there too."""
    if title:
        yield from ("---", f"title: {json.dumps(' · '.join(map(plain, title)), ensure_ascii=False)}", "---")


# Sequence diagrams


def sequence_diagram(model: Model, trace: Trace, title: Sequence[str] = ()) -> str:
    """A run as a sequence diagram: a segment's arrow stands where it arrives or is lost."""
    return "".join(f"{line}\n" for line in _Sequence(model, trace).lines(title))


class _Sequence:
    def __init__(self, model: Model, trace: Trace) -> None:
        self.model = model
        self.trace = trace
        self.flights = flights_of(trace, model.scenario.network.order)

    def lines(self, title: Sequence[str]) -> Iterator[str]:
        yield "sequenceDiagram"
        for end in (0, 1):
            yield f"  participant {'AB'[end]}"
        if title:
            # Not as a title, of which Mermaid cuts off what does not fit between both ends.
            yield f"  Note over A,B: {words(*title)}"
        for end in (0, 1):
            yield self._note(end, self.trace.initial.ends[end].state)
        indent = ""
        for number, step in enumerate(self.trace.steps, 1):
            if self.trace.stuck_after == number - 1:
                yield f"  Note over A,B: {words('stuck; what goes on, for example')}"
            if self.trace.loop_start == number - 1:
                yield f"  loop {words('for ever')}"
                indent = "  "
            yield from (indent + line for line in self._step(number, step))
        if self.trace.loop_start is not None:
            yield "  end"
        for flight in self.flights.all:
            if flight.fate == "in flight":
                yield self._arrow(flight, "--)", "in flight")

    def _step(self, number: int, step: Step) -> Iterator[str]:
        flight = self.flights.of_step.get(number)
        action = step.action
        if flight is not None and action.kind == "duplication":
            yield f"  Note over A,B: {words(self._written(flight), 'is doubled')}"
        elif flight is not None:
            late = "" if flight.made == number - 1 else self._origin(flight)
            yield self._arrow(flight, "->>" if action.kind == "delivery" else "-x", late)
        if action.is_step:
            before = self.trace.before(number).ends[action.end].state
            state = step.after.ends[action.end].state
            news = [action.event, state if before != state else ""]
            if any(news):
                yield self._note(action.end, *filter(None, news))
        for sent in self.flights.made_in(number):
            if sent.fate == "no room":
                yield self._arrow(sent, "-x", "no room")

    def _origin(self, flight: Flight) -> str:
        return (
            "copy" if flight.copy is not None else "sent earlier" if flight.made else "sent before the start"
        )

    def _written(self, flight: Flight) -> str:
        return self.model.form.write(flight.segment)

    def _arrow(self, flight: Flight, line: str, remark: str) -> str:
        a, b = "AB"[flight.sender], "BA"[flight.sender]
        return f"  {a}{line}{b}: {words(self._written(flight), *([remark] if remark else []))}"

    def _note(self, end: int, *lines: str) -> str:
        return f"  Note over {'AB'[end]}: {words(*lines)}"
