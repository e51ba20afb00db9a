"""Where everything stands in the picture of a run: lifelines, steps, and both ends of each arrow."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.model.tables import Model
from checker.show.draw.shapes import ADVANCE, Words
from checker.show.draw.style import GREY, LOOKS
from checker.show.draw.text import plain
from checker.show.flights import Flight, flights_of
from checker.show.steps import changes_of, cited
from checker.verify.trace import Trace

Point = tuple[float, float]

MARGIN = 16.0
NUMBERS = 34.0
"""For the numbers of the steps, and the bracket of a cycle."""
SIDE = 262.0
"""For the words beside a lifeline."""
GAP = 420.0
"""Between the lifelines, unless segments need more."""
BAR = 8.0
"""The width of a lifeline."""
AWAY = 16.0
"""From a lifeline to the words beside it."""

SIZE, SMALL, LARGE = 11.0, 9.5, 13.0
LEADING = 13.0
"""From one line of text to the next."""
TITLE = 18.0
"""For each line of the title."""
HEAD = 34.0
"""For the names of both ends."""
RULE = 22.0
"""For a line across the picture."""
LEAST = 30.0
"""The height of a step at least."""
MIDDLE = 12.0
"""From the top of a step to where it happens."""
SENT = 22.0
"""From one segment that is sent to the next."""


@dataclass
class Row:
    """Where a step stands: its top, and where each segment that it sends departs."""

    top: float
    height: float
    departures: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.top + MIDDLE


class Places:
    """The places of a run with a title. ``left`` and ``right`` are where the lifelines are, ``start``
    and ``end`` where time begins and ends. ``brief`` is without rows and changes, and only as wide
    as that needs."""

    def __init__(self, model: Model, trace: Trace, title: Sequence[str], brief: bool = False) -> None:
        self.model = model
        self.trace = trace
        self.brief = brief
        self.flights = flights_of(trace, model.scenario.network.order)
        longest = max((len(model.form.write(flight.segment)) for flight in self.flights.all), default=0)
        self.notes = {number: list(self._notes(number)) for number in range(1, len(trace.steps) + 1)}
        side = self._widest() + AWAY + 8.0 if brief else SIDE
        self.left = MARGIN + NUMBERS + side
        self.right = self.left + max(GAP, longest * SIZE * ADVANCE + 40.0)
        self.width = self.right + side + MARGIN
        self.title = [part for line in title for part in _wrapped(line, self.width - 2 * MARGIN, LARGE)]
        self.start = MARGIN + TITLE * len(self.title) + HEAD
        self.rows: dict[int, Row] = {}
        top = self.start + SENT * max(len(self._before_the_run(end)) for end in (0, 1))
        for number in self.notes:
            top += RULE if self.rule(number) else 0.0
            self.rows[number] = self._row(number, top)
            top += self.rows[number].height
        self.end = top

    def _widest(self) -> float:
        """The width of the widest words beside a lifeline."""
        states = [Words(0, 0, shortened(local.state), SIZE) for local in self.trace.initial.ends]
        return max(words.width for part in (states, *self.notes.values()) for words in part)

    def _row(self, number: int, top: float) -> Row:
        arrives = number in self.flights.of_step
        first = top + MIDDLE + (14.0 if arrives else 0.0)
        departures = [first + SENT * place for place in range(len(self.sent(number)))]
        below = departures[-1] - top + 16.0 if departures else 0.0
        return Row(top, max(LEAST, 8.0 + LEADING * len(self.notes[number]), below), departures)

    def sent(self, number: int) -> list[Flight]:
        """What a step sends; copies are not sent."""
        return [flight for flight in self.flights.made_in(number) if flight.copy is None]

    def _before_the_run(self, sender: int) -> list[Flight]:
        """What an end had sent before the run began."""
        return [flight for flight in self.flights.made_in(0) if flight.sender == sender]

    def rule(self, number: int) -> str:
        """What stands on a line across the picture above a step, if there is one."""
        stuck, loops = self.trace.stuck_after == number - 1, self.trace.loop_start == number - 1
        if stuck:
            return f"stuck; what goes on{' for ever' if loops else ''}, for example"
        return "from here on for ever" if loops else ""

    # Beside a lifeline

    def _notes(self, number: int) -> Iterator[Words]:
        """The state that an end comes to, the event, the rows with their sections, what changed."""
        step = self.trace.steps[number - 1]
        action = step.action
        if not action.is_step:
            return
        before, after = self.trace.before(number).ends[action.end], step.after.ends[action.end]
        for line in _beside(after.state if after.state != before.state else "", SIZE):
            yield Words(0, 0, line, SIZE, bold=True)
        for line in _beside(action.event, SIZE):
            yield Words(0, 0, line, SIZE, LOOKS[action.kind].colour)
        if self.brief:
            return
        rows = "; ".join(cited(self.model.protocol, step.rules))
        for text in (rows, changes_of(self.model.protocol, before, after)):
            yield from (Words(0, 0, line, SMALL, GREY) for line in _beside(text, SMALL))

    # Arrows

    def lifeline(self, end: int, inwards: float = 0.0) -> float:
        """The x of a lifeline, or of what is so far from it towards the other."""
        return self.left + inwards if end == 0 else self.right - inwards

    def departure(self, flight: Flight) -> Point:
        """Where the arrow of a flight begins."""
        if flight.copy is not None:
            return self.along(flight.copy, self.rows[flight.made].middle)
        x = self.lifeline(flight.sender, BAR / 2)
        if flight.made == 0:
            return x, self.start + SENT * self._before_the_run(flight.sender).index(flight)
        return x, self.rows[flight.made].departures[self.sent(flight.made).index(flight)]

    def arrival(self, flight: Flight) -> Point:
        """Where the arrow of a flight ends: at the other lifeline, or on the way."""
        x, y = self.departure(flight)
        other = self.lifeline(1 - flight.sender, BAR / 2)
        if flight.fate == "no room":
            return x + (other - x) * 0.3, y + 8.0
        bottom = self.end if flight.ended is None else self.rows[flight.ended].middle
        part = {"arrives": 1.0, "lost": 0.62}.get(flight.fate, 0.8)
        return x + (other - x) * part, bottom

    def along(self, flight: Flight, y: float) -> Point:
        """The point of a flight's arrow at a height."""
        (x1, y1), (x2, y2) = self.departure(flight), self.arrival(flight)
        part = min(max((y - y1) / (y2 - y1), 0.0), 1.0) if y2 > y1 else 0.5
        return x1 + (x2 - x1) * part, y1 + (y2 - y1) * part


def shortened(text: str) -> str:
    """``text`` in one line beside a lifeline, whatever that costs."""
    first, *others = _beside(text, SIZE)
    return f"{first[:-2]} …" if others else first


def _beside(text: str, size: float) -> list[str]:
    """``text`` in lines that have room beside a lifeline."""
    return _wrapped(text, SIDE - 20.0, size)


def _wrapped(text: str, room: float, size: float) -> list[str]:
    return textwrap.wrap(plain(text), int(room / (size * ADVANCE)), break_on_hyphens=False)
