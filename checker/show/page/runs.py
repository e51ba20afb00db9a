"""Runs as values that a page shows: words, the values that change, and the ladder's shapes.

Texts stand once in a list, and elsewhere their numbers in it: runs repeat them a great deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.document.kinds import Value, show_value
from checker.document.protocol import Protocol
from checker.model.endpoint import Local, values_by_name
from checker.model.segment import Segment
from checker.model.tables import Interned, Model
from checker.show.draw.sequence import sequence
from checker.show.draw.shapes import Box, Line, Picture, Shape, Words
from checker.show.draw.style import BLACK, BLUE, GREEN, GREY, PALE, PURPLE, VERMILION, WHITE
from checker.show.draw.svg import arrowhead, halo
from checker.show.draw.text import plain
from checker.verify.trace import Snapshot, Step, Trace
from checker.verify.words import describe

COLOURS = {
    BLACK: "ink",
    GREY: "soft",
    PALE: "pale",
    WHITE: "paper",
    BLUE: "blue",
    GREEN: "green",
    VERMILION: "alarm",
    PURPLE: "purple",
}
"""What a page calls the colours of ladders, which are others in the dark."""

PATTERNS = ("solid", "dashed", "dotted")
ANCHORS = ("start", "middle", "end")


class RunWriter:
    """Writes the runs of one document; ``texts`` are those that its values number."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.texts: Interned[str] = Interned()
        self.shown = shown_variables(protocol)
        self._rows = {rule.id: number for number, rule in enumerate(protocol.rules)}

    def run(self, model: Model, trace: Trace) -> dict[str, Any]:
        """``trace``, which replays in ``model``."""
        states = [trace.initial, *(step.after for step in trace.steps)]
        steps = [self._step(model, before, step) for before, step in zip(states, trace.steps, strict=False)]
        initial = {
            "ends": [self._changes(None, local) for local in trace.initial.ends],
            **self._network(model, trace.initial),
        }
        ladder = self.ladder(sequence(model, trace, (), brief=True))
        return {
            "initial": initial,
            "steps": steps,
            "loop": trace.loop_start,
            "stuck": trace.stuck_after,
            "ladder": ladder,
        }

    def text(self, text: str) -> int:
        return self.texts.number(text)

    # States and steps

    def _step(self, model: Model, before: Snapshot, step: Step) -> dict[str, Any]:
        """What happens, and what it changes: at most one end, which is the one that acts."""
        end = step.action.end
        return {
            "words": self.text(describe(model, step.action)),
            "end": end,
            "kind": step.action.kind,
            "rows": [self._rows[rule] for rule in step.rules],
            "sent": self._segments(model, step.sent),
            "lost": step.lost,
            **self._changes(before.ends[end], step.after.ends[end]),
            **self._network(model, step.after),
        }

    def _changes(self, before: Local | None, after: Local) -> dict[str, Any]:
        """The state and the values by the numbers of their variables, those that differ only."""
        old: Mapping[str, Value] = {} if before is None else values_by_name(self.protocol, before)
        new = values_by_name(self.protocol, after)
        values = {
            str(number): self.text(show_value(new[name]))
            for number, name in enumerate(self.shown)
            if before is None or new[name] != old[name]
        }
        moved = before is None or before.state != after.state
        state = {"state": self.text(after.state)} if moved else {}
        return {**state, **({"values": values} if values else {})}

    def _network(self, model: Model, state: Snapshot) -> dict[str, Any]:
        flight = [self._segments(model, segments) for segments in state.in_flight]
        return {"flight": flight, "left": [state.losses, state.duplications]}

    def _segments(self, model: Model, segments: Sequence[Segment]) -> list[int]:
        return [self.text(model.form.write(segment)) for segment in segments]

    # Ladders

    def ladder(self, picture: Picture) -> dict[str, Any]:
        """A picture with all its shapes as lists, whose first items are the sort, the step, and the
        colour."""
        return {
            "size": [_short(picture.width), _short(picture.height)],
            "rows": [[_short(top), _short(height)] for top, height in picture.rows],
            "shapes": [written for shape in picture.shapes for written in self._shape(shape)],
        }

    def _shape(self, shape: Shape) -> Iterator[list[Any]]:
        colour = COLOURS[shape.colour]
        match shape:
            case Line(points=points, width=width, pattern=pattern):
                head: list[Any] = []
                if shape.arrow:
                    corners, neck = arrowhead(points[-2], points[-1])
                    points, head = (*points[:-1], neck), _flat(corners)
                yield ["l", shape.step, colour, PATTERNS.index(pattern), width, _flat(points), head]
            case Words(x=x, y=y, size=size):
                if shape.halo:
                    yield ["b", shape.step, colour, "halo", *map(_short, halo(shape)), 0]
                text, anchor = self.text(plain(shape.text).strip()), ANCHORS.index(shape.anchor)
                look = [anchor, int(shape.bold)]
                yield ["t", shape.step, colour, _short(x), _short(y), size, *look, text]
            case Box():
                place = [_short(v) for v in (shape.x, shape.y, shape.width, shape.height)]
                yield ["b", shape.step, colour, COLOURS[shape.fill], *place, int(shape.round)]


def shown_variables(protocol: Protocol) -> list[str]:
    """The variables that a state of an end consists of."""
    variables = protocol.variables
    return [name for name in variables if variables[name].lives not in ("event", "supply")]


def _flat(points: Sequence[tuple[float, float]]) -> list[float | int]:
    return [_short(value) for point in points for value in point]


def _short(value: float) -> float | int:
    """As few digits as a picture needs."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
