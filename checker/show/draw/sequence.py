"""A run as a ladder: time runs downwards, a segment's arrow from where it was sent to where it
arrives, beside the lifelines what each end does and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.model.tables import Model
from checker.show.draw.places import (
    AWAY,
    BAR,
    LARGE,
    LEADING,
    MARGIN,
    NUMBERS,
    SIZE,
    SMALL,
    TITLE,
    Places,
    Point,
    shortened,
)
from checker.show.draw.shapes import Anchor, Box, Line, Pattern, Picture, Shape, Words
from checker.show.draw.style import BLACK, GREY, LOOKS, PALE, PURPLE, VERMILION, WHITE
from checker.show.flights import Flight
from checker.verify.trace import Trace

SHADES = (WHITE, PALE)
"""A lifeline's colour changes with the state."""


def sequence(model: Model, trace: Trace, title: Sequence[str], brief: bool = False) -> Picture:
    """``trace``, which replays in ``model``, as a picture with ``title`` above it; ``brief`` for
    where the rows that fired and what they changed are told elsewhere."""
    return _Drawing(model, trace, title, brief).picture()


class _Drawing:
    def __init__(self, model: Model, trace: Trace, title: Sequence[str], brief: bool) -> None:
        self.model = model
        self.trace = trace
        self.title = title
        self.places = Places(model, trace, title, brief)

    def picture(self) -> Picture:
        shapes = [*self._heading(), *self._lifelines()]
        for flight in self.places.flights.made_in(0):
            shapes.extend(self._flight(flight, 0))
        for number in self.places.rows:
            shapes.extend(self._step(number))
        # Last, so that no arrow strikes out their words.
        shapes.extend(self._rules())
        shapes.extend(self._bracket())
        title, height = " · ".join(self.title), self.places.end + MARGIN
        rows = tuple((row.top, row.height) for row in self.places.rows.values())
        return Picture(title, self.places.width, height, tuple(shapes), rows)

    # What does not belong to a step

    def _heading(self) -> Iterator[Shape]:
        for place, line in enumerate(self.places.title):
            y, size = MARGIN + TITLE * (place + 0.7), LARGE if place == 0 else SIZE
            yield Words(self.places.width / 2, y, line, size, anchor="middle", bold=place == 0)
        for end, local in enumerate(self.trace.initial.ends):
            y = self.places.start - 18.0
            yield Words(self.places.lifeline(end), y, "AB"[end], LARGE, anchor="middle", bold=True)
            yield Words(self._beside(end), y, shortened(local.state), SIZE, anchor=_against(end), bold=True)

    def _lifelines(self) -> Iterator[Shape]:
        """A bar for each end, in parts: one for each time it is in one state."""
        for end in (0, 1):
            top, shade = self.places.start - 12.0, 0
            for number, row in self.places.rows.items():
                before, step = self.trace.before(number), self.trace.steps[number - 1]
                if step.after.ends[end].state != before.ends[end].state:
                    yield self._bar(end, top, row.middle, shade)
                    top, shade = row.middle, 1 - shade
            yield self._bar(end, top, self.places.end, shade)

    def _bar(self, end: int, top: float, bottom: float, shade: int) -> Shape:
        return Box(self.places.lifeline(end) - BAR / 2, top, BAR, bottom - top, SHADES[shade], GREY)

    def _rules(self) -> Iterator[Shape]:
        for number, row in self.places.rows.items():
            if words := self.places.rule(number):
                y = row.top - 11.0
                yield Line(((MARGIN + NUMBERS, y), (self.places.width - MARGIN, y)), VERMILION, 1.0, "dashed")
                middle = (self.places.left + self.places.right) / 2
                yield Words(middle, y + 4.0, f" {words} ", SIZE, VERMILION, "middle", halo=True)

    def _bracket(self) -> Iterator[Shape]:
        """Around the steps of a cycle, back to where it begins."""
        if self.trace.loop_start is not None:
            x, top, end = MARGIN + 4.0, self.places.rows[self.trace.loop_start + 1].top, self.places.end
            yield Line(((x + 8.0, end), (x, end), (x, top), (x + 9.0, top)), VERMILION, 1.6, arrow=True)

    # Steps

    def _step(self, number: int) -> Iterator[Shape]:
        row, action = self.places.rows[number], self.trace.steps[number - 1].action
        yield Words(MARGIN + NUMBERS - 4.0, row.middle + 4.0, str(number), SIZE, GREY, "end", step=number)
        for flight in self.places.flights.made_in(number):
            yield from self._flight(flight, number)
        if action.is_step:
            yield from self._sign(number)
        else:
            yield from self._strike(number)
        anchor = _against(action.end)
        for place, words in enumerate(self.places.notes[number]):
            y = row.middle + 4.0 + LEADING * place
            x = self._beside(action.end)
            yield Words(x, y, words.text, words.size, words.colour, anchor, words.bold, step=number)

    def _beside(self, end: int) -> float:
        """Where the words beside a lifeline stand."""
        return self.places.lifeline(end, -AWAY)

    def _flight(self, flight: Flight, number: int) -> Iterator[Shape]:
        """The arrow of a segment, where it departs, with what becomes of it."""
        start, end = self.places.departure(flight), self.places.arrival(flight)
        colour = BLACK if flight.fate == "arrives" else GREY
        pattern: Pattern = "dashed" if flight.fate == "in flight" else "solid"
        yield Line((start, end), colour, 1.2, pattern, flight.fate in ("arrives", "in flight"), number)
        if flight.fate in ("lost", "no room"):
            yield from _cross(end, number)
        if flight.fate == "no room":
            yield self._ahead(flight, (end[0], end[1] + 4.0), "no room", number)
        if flight.copy is None:
            away = 8.0 if flight.sender == 0 else -8.0
            text, anchor = self.model.form.write(flight.segment), _against(1 - flight.sender)
            yield Words(start[0] + away, start[1] - 4.0, text, SIZE, colour, anchor, halo=True, step=number)

    def _strike(self, number: int) -> Iterator[Shape]:
        """What the network does to a segment on its way."""
        flight = self.places.flights.of_step[number]
        if self.trace.steps[number - 1].action.kind == "loss":
            x, y = self.places.arrival(flight)
            yield self._ahead(flight, (x, y + 4.0), "lost", number)
            return
        x, y = self.places.along(flight, self.places.rows[number].middle)
        yield Box(x - 4.0, y - 4.0, 8.0, 8.0, WHITE, VERMILION, round=True, step=number)
        yield self._ahead(flight, (x, y - 3.0), "doubled", number)

    def _ahead(self, flight: Flight, place: Point, text: str, step: int) -> Words:
        """Words before the tip of an arrow that ends on its way, or behind it where a lifeline is
        too near."""
        ahead = Words(place[0], place[1], text, SMALL, VERMILION, halo=True, step=step)
        left = abs(self.places.lifeline(1 - flight.sender, BAR / 2) - place[0])
        towards = 1 - flight.sender if left > ahead.width + 2 * 11.0 else flight.sender
        away = 11.0 if towards == 1 else -11.0
        return replace(ahead, x=place[0] + away, anchor=_against(towards))

    def _sign(self, number: int) -> Iterator[Shape]:
        """What an end does by itself, on its lifeline."""
        action = self.trace.steps[number - 1].action
        x, y = self.places.lifeline(action.end), self.places.rows[number].middle
        outwards = -1.0 if action.end == 0 else 1.0
        if action.kind == "timer":
            yield from _clock(x, y, number)
        elif action.kind == "fault":
            yield from _cross((x, y), number)
        elif action.kind in ("call", "own"):
            ends = ((x + 13.0 * outwards, y), (x + BAR / 2 * outwards, y))
            yield Line(ends, LOOKS[action.kind].colour, 2.0, arrow=True, step=number)


def _against(end: int) -> Anchor:
    """Words that stand outside, against a lifeline."""
    return "end" if end == 0 else "start"


def _cross(place: Point, step: int) -> Iterator[Shape]:
    x, y = place
    for sign in (1.0, -1.0):
        yield Line(((x - 5.0, y - 5.0 * sign), (x + 5.0, y + 5.0 * sign)), VERMILION, 2.4, step=step)


def _clock(x: float, y: float, step: int) -> Iterator[Shape]:
    yield Box(x - 7.0, y - 7.0, 14.0, 14.0, WHITE, PURPLE, round=True, step=step)
    yield Line(((x, y - 5.0), (x, y), (x + 4.0, y)), PURPLE, 1.4, step=step)
