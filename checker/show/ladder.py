"""A run as a ladder: two lifelines, an arrow for each segment, below it why and what changed.

A segment that arrives in the step after it was sent is one arrow; one that stays in the
network is drawn where it departs and again, with the step it was sent in, where it arrives,
is lost, or is doubled.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Model
from checker.show.flights import Flight, flights_of
from checker.show.paragraph import WIDTH
from checker.show.steps import changes_of, cited
from checker.verify.trace import Step, Trace

NUMBER = 4
"""Columns before the first lifeline: the number of the step. Its time, where there is one, stands
in more columns behind it."""

CHANGED = "bold"
ARROW = "cyan"
FAULT = "magenta"
"""Losses are part of many good runs; red is for verdicts that are not as expected."""
LATE = "yellow"
DETAIL = "dim"


def ladder(model: Model, trace: Trace, times: Sequence[str] = ()) -> Iterator[Text]:
    """The lines of ``trace``, at most ``WIDTH`` columns wide, with a time beside each step if
    ``times`` has one for each."""
    yield from _Ladder(model, trace, times).lines()


class _Ladder:
    def __init__(self, model: Model, trace: Trace, times: Sequence[str]) -> None:
        self.model = model
        self.trace = trace
        self.times = times
        self.number = NUMBER + max((len(time) + 2 for time in times), default=0)
        states = [step.after for step in trace.steps] + [trace.initial]
        self.column = max(len(end.state) for state in states for end in state.ends) + 1
        self.middle = WIDTH - self.number - 2 * self.column
        self.flights = flights_of(trace, model.scenario.network.order)

    def lines(self) -> Iterator[Text]:
        initial = self.trace.initial
        yield self._row("", ("A", "B"), Text(" " * self.middle), (True, True))
        states = (initial.ends[0].state, initial.ends[1].state)
        yield self._row("", states, Text(" " * self.middle), (False, False))
        before = initial.ends
        for number, step in enumerate(self.trace.steps, 1):
            stuck, loops = self.trace.stuck_after == number - 1, self.trace.loop_start == number - 1
            if stuck:
                yield self._rule(f"stuck; what goes on{' for ever' if loops else ''}, for example")
            elif loops:
                yield self._rule("from here on for ever")
            yield from self._step(number, step, before)
            before = step.after.ends

    def _rule(self, words: str) -> Text:
        return Text(f"{'':{self.number}}── {words} ".ljust(WIDTH, "─"), style=LATE)

    # One step

    def _step(self, number: int, step: Step, before: tuple[Local, Local]) -> Iterator[Text]:
        arrow, notes = self._arrow(number, step)
        changed = [step.after.ends[end].state != before[end].state for end in (0, 1)]
        states = [step.after.ends[end].state if changed[end] else "│" for end in (0, 1)]
        sent = list(self._sendings(number))
        if arrow is None and sent:
            arrow = sent.pop(0)
        blank = Text(" " * self.middle)
        label = f"{number:>2}"
        if self.times:
            label += f"{self.times[number - 1]:>{self.number - NUMBER}}"
        yield self._row(label, (states[0], states[1]), arrow or blank, (changed[0], changed[1]))
        yield from self._details(step, before, notes)
        for line in sent:
            yield self._row("", ("│", "│"), line, (False, False))

    def _arrow(self, number: int, step: Step) -> tuple[Text | None, list[str]]:
        """The arrow of a delivery, loss or duplication, and what there is to say of it."""
        flight = self.flights.of_step.get(number)
        if flight is None:
            return None, []
        origin = _origin(flight)
        if step.action.kind == "duplication":
            return self._segment(flight.segment, flight.sender, "×2", late=True), [f"duplicated ({origin})"]
        if step.action.kind == "loss":
            return self._segment(flight.segment, flight.sender, "✗", late=True), [f"lost ({origin})"]
        late = flight.copy is not None or flight.made == 0 or flight.made != number - 1
        return self._segment(flight.segment, flight.sender, "", late), [origin] if late else []

    def _sendings(self, number: int) -> Iterator[Text]:
        """The departures of what a step sent; what arrives in the next step is drawn there."""
        for flight in self.flights.made_in(number):
            arrives_next = flight.fate == "arrives" and flight.ended == number + 1
            if flight.copy is None and not arrives_next:
                mark = "✗" if flight.fate == "no room" else "···"
                yield self._segment(flight.segment, flight.sender, mark, late=False)

    def _segment(self, segment: Segment, sender: int, mark: str, late: bool) -> Text:
        """An arrow that carries a segment, pointing away from ``sender``; ``mark`` stands at
        its head where it does not arrive, dots at its tail where it departed earlier."""
        written = f" {self.model.form.write(segment)} "
        head = f" {mark}" if mark else ""
        room = self.middle - 3 - len(head)
        dots = "··· " if late and len(written) + 6 <= room else ""
        dashes = "─" * min(2, max(0, room - len(dots) - len(written)))
        style = FAULT if "✗" in mark else LATE if late or mark else ARROW
        if sender == 0:
            body = (dots + dashes + written).ljust(room, "─")
            return Text(f" {body}▶{head}".ljust(self.middle), style=style)
        body = (written + dashes + dots.rstrip().rjust(len(dots))).rjust(room, "─")
        return Text(f"{head.strip() + ' ' if head else ''}◀{body} ".rjust(self.middle), style=style)

    # Below the arrow

    def _details(self, step: Step, before: tuple[Local, Local], notes: list[str]) -> Iterator[Text]:
        """The event, the rows with their sections, and the variables that changed."""
        action = step.action
        if step.lost:
            notes = [*notes, "no room in the channel" + (f" for {step.lost}" if step.lost > 1 else "")]
        parts = [*notes, *cited(self.model.protocol, step.rules)]
        changes = changes_of(self.model.protocol, before[action.end], step.after.ends[action.end])
        text = (
            (f"{action.event}: " if action.event else "")
            + "; ".join(parts)
            + (f" · {changes}" if changes else "")
        )
        for line in textwrap.wrap(text, self.middle + self.column - 2, break_on_hyphens=False):
            indent = self.number + (2 if action.end == 0 else self.column)
            yield Text(" " * indent + line, style=DETAIL)

    def _row(self, number: str, states: tuple[str, str], middle: Text, bold: tuple[bool, bool]) -> Text:
        line = Text()
        line.append(f"{number:<{self.number}}", style=DETAIL)
        left = states[0].ljust(self.column)
        right = states[1].rjust(self.column)
        line.append(left, style=CHANGED if bold[0] else "")
        line.append_text(middle)
        line.append(right, style=CHANGED if bold[1] else "")
        line.rstrip()
        return line


def _origin(flight: Flight) -> str:
    """Where a segment comes from, in words."""
    if flight.made == 0:
        return "sent before the start"
    return f"{'the copy made' if flight.copy is not None else 'sent'} in {flight.made}"
