"""A run as a ladder: time runs downwards, a segment's arrow from where it was sent to where it
arrives, beside the lifelines what each end does and what becomes of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.model.tables import Model
from checker.show.draw.shapes import ADVANCE, Anchor, Box, Line, Pattern, Picture, Shape, Words
from checker.show.draw.style import BLACK, BLUE, GREEN, GREY, PALE, PURPLE, VERMILION, WHITE
from checker.show.flights import Flight, flights_of
from checker.show.steps import changes_of, cited
from checker.verify.trace import Step, Trace

MARGIN = 16.0
NUMBERS = 34.0
"""For the numbers of the steps, and the bracket of a cycle."""
SIDE = 262.0
"""For the words beside a lifeline."""
GAP = 420.0
"""Between the lifelines."""
BAR = 8.0
"""The width of a lifeline."""
SIZE, SMALL = 11.0, 9.5
LEADING = 13.0
"""From one line of text to the next."""
TITLE = 18.0
LEAST = 30.0
"""The height of a step at least."""

LEFT = MARGIN + NUMBERS + SIDE
RIGHT = LEFT + GAP
WIDTH = RIGHT + SIDE + MARGIN

EVENTS = {"call": BLUE, "own": GREEN, "timer": PURPLE, "fault": VERMILION}
SHADES = (WHITE, "#c9c9c9")
"""A lifeline's colour changes with the state."""


def sequence(model: Model, trace: Trace, title: Sequence[str]) -> Picture:
    """``trace``, which replays in ``model``, as a picture with ``title`` above it."""
    return _Drawing(model, trace, title).picture()


@dataclass
class _Row:
    """Where a step stands: its top, where what arrives in it arrives, and where each segment that it
    sends departs."""

    top: float
    height: float
    departures: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.top + 12.0


class _Drawing:
    def __init__(self, model: Model, trace: Trace, title: Sequence[str]) -> None:
        self.model = model
        self.trace = trace
        self.title = title
        self.flights = flights_of(trace, model.scenario.network.order)
        self.notes = {n: self._notes(n, step) for n, step in enumerate(trace.steps, 1)}
        self.start = MARGIN + TITLE * len(title) + 34.0
        self.rows = self._placed()
        self.end = self.rows[-1].top + self.rows[-1].height if self.rows else self.start

    def picture(self) -> Picture:
        shapes = [*self._heading(), *self._lifelines(), *self._rules()]
        for number in range(1, len(self.trace.steps) + 1):
            shapes.extend(self._step(number))
        shapes.extend(self._left_over())
        shapes.extend(self._bracket())
        return Picture(" · ".join(self.title), WIDTH, self.end + MARGIN + 12.0, tuple(shapes))

    # Places

    def _placed(self) -> list[_Row]:
        rows: list[_Row] = []
        top = self.start
        for number in range(1, len(self.trace.steps) + 1):
            top += 22.0 * len(self._rule_words(number))
            sent = [flight for flight in self.flights.made_in(number) if flight.copy is None]
            arrives = self.trace.steps[number - 1].action.segment is not None
            first = 26.0 if arrives else 12.0
            departures = [top + first + 22.0 * place for place in range(len(sent))]
            lines = len(self.notes[number])
            below = departures[-1] - top + 16.0 if departures else 0.0
            height = max(LEAST, 8.0 + LEADING * lines, below)
            rows.append(_Row(top, height, departures))
            top += height
        return rows

    def _row(self, number: int) -> _Row:
        return self.rows[number - 1]

    @staticmethod
    def _lifeline(end: int, inwards: float = 0.0) -> float:
        """The x of a lifeline, or of what is so far from it towards the other."""
        return LEFT + inwards if end == 0 else RIGHT - inwards

    def _departure(self, flight: Flight) -> tuple[float, float]:
        """Where the arrow of a flight begins."""
        if flight.copy is not None:
            return self._along(flight.copy, self._row(flight.made).middle)
        x = self._lifeline(flight.sender, BAR / 2)
        if flight.made == 0:
            return x, self.start - 6.0
        sent = [other for other in self.flights.made_in(flight.made) if other.copy is None]
        return x, self._row(flight.made).departures[sent.index(flight)]

    def _arrival(self, flight: Flight) -> tuple[float, float]:
        """Where the arrow of a flight ends."""
        x, y = self._departure(flight)
        if flight.fate == "arrives":
            assert flight.ended is not None
            return self._lifeline(1 - flight.sender, BAR / 2), self._row(flight.ended).middle
        if flight.fate == "no room":
            return self._lifeline(flight.sender, GAP * 0.3), y + 8.0
        part = 0.62 if flight.fate == "lost" else 0.8
        end = self._lifeline(flight.sender, GAP * part)
        if flight.copy is not None:  # it begins somewhere on the way
            end = x + (end - x) * 0.8 if abs(end - x) > 20 else self._lifeline(1 - flight.sender, GAP * 0.1)
        return end, self._row(flight.ended).middle if flight.ended is not None else self.end

    def _along(self, flight: Flight, y: float) -> tuple[float, float]:
        """The point of a flight's arrow at a height."""
        (x1, y1), (x2, y2) = self._departure(flight), self._arrival(flight)
        part = min(max((y - y1) / (y2 - y1), 0.0), 1.0) if y2 > y1 else 0.5
        return x1 + (x2 - x1) * part, y1 + (y2 - y1) * part

    # What does not belong to a step

    def _heading(self) -> Iterator[Shape]:
        for place, line in enumerate(self.title):
            y = MARGIN + TITLE * (place + 0.7)
            yield Words(WIDTH / 2, y, line, 13.0 if place == 0 else SIZE, anchor="middle", bold=place == 0)
        for end, local in enumerate(self.trace.initial.ends):
            y = self.start - 18.0
            yield Words(self._lifeline(end), y, "AB"[end], 13.0, anchor="middle", bold=True)
            yield Words(self._beside(end), y, local.state, SIZE, anchor=_anchor(end), bold=True)

    @staticmethod
    def _beside(end: int) -> float:
        return LEFT - 16.0 if end == 0 else RIGHT + 16.0

    def _lifelines(self) -> Iterator[Shape]:
        """A bar for each end, in parts: one for each time it is in one state."""
        for end in (0, 1):
            top, shade = self.start - 12.0, 0
            state = self.trace.initial.ends[end].state
            for number, step in enumerate(self.trace.steps, 1):
                if step.after.ends[end].state == state:
                    continue
                y = self._row(number).middle
                yield self._bar(end, top, y, shade)
                top, shade, state = y, 1 - shade, step.after.ends[end].state
            yield self._bar(end, top, self.end, shade)

    def _bar(self, end: int, top: float, bottom: float, shade: int) -> Shape:
        return Box(self._lifeline(end) - BAR / 2, top, BAR, bottom - top, SHADES[shade], GREY)

    def _rule_words(self, number: int) -> list[str]:
        """What stands on a line across the picture above a step."""
        stuck, loops = self.trace.stuck_after == number - 1, self.trace.loop_start == number - 1
        if stuck:
            return [f"stuck; what goes on{' for ever' if loops else ''}, for example"]
        return ["from here on for ever"] if loops else []

    def _rules(self) -> Iterator[Shape]:
        for number in range(1, len(self.trace.steps) + 1):
            for words in self._rule_words(number):
                y = self._row(number).top - 11.0
                ends = (MARGIN + NUMBERS, y), (WIDTH - MARGIN, y)
                yield Line(ends, VERMILION, 1.0, "dashed")
                middle = (LEFT + RIGHT) / 2
                yield Words(middle, y + 4.0, words, SIZE, VERMILION, "middle", halo=True)

    def _bracket(self) -> Iterator[Shape]:
        """Around the steps of a cycle, back to where it begins."""
        if self.trace.loop_start is None:
            return
        x, top = MARGIN + 4.0, self._row(self.trace.loop_start + 1).top
        path = ((x + 8.0, self.end), (x, self.end), (x, top), (x + 9.0, top))
        yield Line(path, VERMILION, 1.6, arrow=True)

    # Steps

    def _step(self, number: int) -> Iterator[Shape]:
        row, step = self._row(number), self.trace.steps[number - 1]
        yield Words(MARGIN + NUMBERS - 4.0, row.middle + 4.0, str(number), SIZE, GREY, "end", step=number)
        for flight in self.flights.made_in(number):
            yield from self._flight(flight, number)
        yield from self._mark(number, step)
        end = step.action.end
        for place, words in enumerate(self.notes[number]):
            y = row.middle + 4.0 + LEADING * place
            yield Words(
                self._beside(end),
                y,
                words.text,
                words.size,
                words.colour,
                _anchor(end),
                words.bold,
                step=number,
            )

    def _flight(self, flight: Flight, number: int) -> Iterator[Shape]:
        """The arrow of a segment, where it departs; with what becomes of it."""
        start, end = self._departure(flight), self._arrival(flight)
        colour = BLACK if flight.fate == "arrives" else GREY
        pattern: Pattern = "dashed" if flight.fate == "in flight" else "solid"
        yield Line((start, end), colour, 1.2, pattern, flight.fate in ("arrives", "in flight"), number)
        if flight.fate in ("lost", "no room"):
            yield from _cross(end, number)
        if flight.copy is None:
            away = 8.0 if flight.sender == 0 else -8.0
            text = self.model.form.write(flight.segment)
            anchor: Anchor = "start" if flight.sender == 0 else "end"
            yield Words(start[0] + away, start[1] - 4.0, text, SIZE, colour, anchor, halo=True, step=number)
        if flight.fate == "no room":
            away = 12.0 if flight.sender == 0 else -12.0
            place = end[0] + away, end[1] + 4.0
            yield Words(*place, "no room", SMALL, VERMILION, _away(flight.sender), halo=True, step=number)

    def _mark(self, number: int, step: Step) -> Iterator[Shape]:
        """A sign on the lifeline, or on an arrow, for what is no arrival."""
        action, y = step.action, self._row(number).middle
        if action.kind in ("loss", "duplication"):
            flight = self.flights.of_step[number]
            x, y = self._arrival(flight) if action.kind == "loss" else self._along(flight, y)
            word = "lost" if action.kind == "loss" else "doubled"
            if action.kind == "duplication":
                yield Box(x - 4.0, y - 4.0, 8.0, 8.0, WHITE, VERMILION, round=True, step=number)
            away = 12.0 if flight.sender == 0 else -12.0
            yield Words(
                x + away, y + 4.0, word, SMALL, VERMILION, _away(flight.sender), halo=True, step=number
            )
            return
        x = self._lifeline(action.end)
        if action.kind == "timer":
            yield from _clock(x, y, number)
        elif action.kind == "fault":
            yield from _cross((x, y), number)
        elif action.kind in ("call", "own"):
            outside = x - 13.0 if action.end == 0 else x + 13.0
            inside = x - BAR / 2 if action.end == 0 else x + BAR / 2
            yield Line(((outside, y), (inside, y)), EVENTS[action.kind], 2.0, arrow=True, step=number)

    # Beside a lifeline

    def _notes(self, number: int, step: Step) -> list[Words]:
        """The state that an end comes to, the event, the rows with their sections, what changed."""
        action, before = step.action, self._before(number)
        if not action.is_step:
            return []
        end = action.end
        notes = []
        if step.after.ends[end].state != before.ends[end].state:
            notes.append(Words(0, 0, step.after.ends[end].state, SIZE, bold=True))
        if action.event:
            notes.append(Words(0, 0, action.event, SIZE, EVENTS.get(action.kind, BLACK)))
        changes = changes_of(self.model.protocol, before.ends[end], step.after.ends[end])
        for text in ("; ".join(cited(self.model.protocol, step.rules)), changes):
            lines = textwrap.wrap(text, int((SIDE - 20.0) / (SMALL * ADVANCE)), break_on_hyphens=False)
            notes.extend(Words(0, 0, line, SMALL, GREY) for line in lines)
        return notes

    def _before(self, number: int):  # type: ignore[no-untyped-def]
        return self.trace.steps[number - 2].after if number > 1 else self.trace.initial

    def _left_over(self) -> Iterator[Shape]:
        """What was in flight before the run began."""
        for flight in self.flights.made_in(0):
            yield from self._flight(flight, 0)


def _anchor(end: int) -> Anchor:
    """Words beside a lifeline stand against it."""
    return "end" if end == 0 else "start"


def _away(sender: int) -> Anchor:
    return "start" if sender == 0 else "end"


def _cross(place: tuple[float, float], step: int) -> Iterator[Shape]:
    x, y = place
    for sign in (1.0, -1.0):
        yield Line(((x - 5.0, y - 5.0 * sign), (x + 5.0, y + 5.0 * sign)), VERMILION, 2.4, step=step)


def _clock(x: float, y: float, step: int) -> Iterator[Shape]:
    yield Box(x - 7.0, y - 7.0, 14.0, 14.0, WHITE, PURPLE, round=True, step=step)
    yield Line(((x, y - 5.0), (x, y), (x + 4.0, y)), PURPLE, 1.4, step=step)


__all__ = ["PALE", "sequence"]
