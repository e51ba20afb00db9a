"""What stands in the nodes and on the arrows of a drawn quotient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from checker.document.kinds import Value, show_value
from checker.explore.system import UNLIMITED
from checker.model.endpoint import values_by_name
from checker.show.paragraph import counted
from checker.verify.overlay import Way
from checker.verify.quotient import Node, Quotient

MOST_LABELS = 4
"""Labels that an arrow shows of more."""

WIDE = 50
"""Characters of a line that what belongs together is kept in."""


def few(labels: Sequence[str]) -> list[str]:
    """The labels of an arrow that there is room for."""
    if len(labels) <= MOST_LABELS:
        return list(labels)
    return [*labels[: MOST_LABELS - 1], f"… {len(labels) - MOST_LABELS + 1} more"]


def _in_lines(head: str, parts: Sequence[str], end: str) -> Iterator[str]:
    """``parts`` behind ``head``, each but the last with its ``end``: in one line, or if that is too
    wide each in its own, for a picture becomes as wide as its widest nodes beside each other."""
    ended = [f"{part}{end}" for part in parts[:-1]] + [parts[-1]]
    line = head + " ".join(ended)
    yield from [line] if len(line) <= WIDE else [head + ended[0], *ended[1:]]


def sizes(quotient: Quotient) -> list[float]:
    """By node from 0 to 1 how large it is: the logarithm of how many states it has, 1 for the most."""
    most = max(node.states for node in quotient.nodes)
    return [0.0 if most == 1 else math.log(node.states) / math.log(most) for node in quotient.nodes]


def stepping(way: Way, arrow: int) -> list[str]:
    """Which steps of a run an arrow stands for, if it does for some."""
    return [f"({_numbers(way.steps[arrow])})"] if arrow in way.steps else []


def staying(way: Way, node: int) -> list[str]:
    """Which steps of a run stay in a node, if some do."""
    return [f"the run stays: {_numbers(way.stays[node])}"] if node in way.stays else []


def _numbers(steps: Sequence[int]) -> str:
    return ", ".join(map(str, steps))


class NodeText:
    """The lines that stand in the nodes of a quotient."""

    def __init__(self, quotient: Quotient) -> None:
        self.quotient = quotient
        self.model = quotient.graph.system.model
        self._told = [_distinguishing(quotient, end) for end in (0, 1)] if self._shows_locals else []

    @property
    def _shows_locals(self) -> bool:
        return self.quotient.level == "endpoints"

    def lines(self, node: Node) -> Iterator[str]:
        """The states of both ends, what tells the node from others, and what is behind it."""
        a, b = node.ends
        if self.quotient.level == "full":
            yield from _in_lines(f"{node.first}: ", (a, b), " /")
            yield from self._state(node)
            return
        yield from (f"{name} {line}" for name, line in (("A", a), ("B", b)))
        for end, told in enumerate(self._told):
            yield from self._locals(node, end, told)
        held = f", {node.stuck:,} stuck" if 0 < node.stuck < node.states else ""
        yield counted(node.states, "state") + held

    def _state(self, node: Node) -> Iterator[str]:
        system = self.quotient.graph.system
        state = self.quotient.graph.state(node.first)
        for end, content in enumerate((state.ab, state.ba)):
            segments = [self.model.segments[number] for number in system.contents[content]]
            if segments:
                written = [self.model.form.write(segment) for segment in segments]
                yield from _in_lines(f"from {'AB'[end]}: ", written, ",")
        for name, left in (("losses", state.losses), ("duplications", state.duplications)):
            if left not in (UNLIMITED, 0):
                yield f"{name} left: {left}"

    def _locals(self, node: Node, end: int, told: dict[str, list[str]]) -> Iterator[str]:
        table = self.model.tables[end]
        local = table.locals[self.quotient.graph.state(node.first)[end]]
        values = values_by_name(self.model.protocol, local)
        names = told.get(local.state, [])
        words = [self._valued(name, values[name]) for name in names if name in values]
        if CALLS in names:
            left = table.endpoint.calls[local.called :]
            words.append(f"may call {', '.join(left)}" if left else "no calls left")
        if FAULTS in names:
            words.append(f"faults left {', '.join(map(str, local.faults))}")
        if words:
            yield f"{'AB'[end]}: {', '.join(words)}"

    def _valued(self, name: str, value: Value) -> str:
        if self.model.protocol.variables[name].lives == "supply":
            return f"{value} of {name} taken"
        return f"{name} {show_value(value)}"


CALLS, FAULTS = "\ncalls", "\nfaults"
"""What tells local states apart besides variables; no variable is named so."""


def _distinguishing(quotient: Quotient, end: int) -> dict[str, list[str]]:
    """By control state the variables that tell its local states apart, in the quotient."""
    model, graph = quotient.graph.system.model, quotient.graph
    numbers = dict.fromkeys(graph.state(node.first)[end] for node in quotient.nodes)
    seen: dict[str, dict[str, set[object]]] = {}
    for number in numbers:
        local = model.tables[end].locals[number]
        values = {**values_by_name(model.protocol, local), CALLS: local.called, FAULTS: local.faults}
        for name, value in values.items():
            seen.setdefault(local.state, {}).setdefault(name, set()).add(value)
    return {state: [name for name in by if len(by[name]) > 1] for state, by in seen.items()}
