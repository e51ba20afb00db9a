"""Certificates as values, and what is said of those that are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from checker.document.kinds import Value, show_value
from checker.document.protocol import Property, Protocol, Scenario
from checker.model.segment import Segment, SegmentForm


class Refused(Exception):
    """Why a certificate is not accepted, in terms of the document."""


class State(NamedTuple):
    """A local state: all variables in document order (a supply's is how many were taken), how far
    the list of calls has been used up, and the faults that are left."""

    state: str
    values: tuple[Value, ...]
    called: int
    faults: tuple[int, ...]


class View(NamedTuple):
    """The local states of A and B, and the segments that may be in flight from A and from B: bit i
    of a set is segment i."""

    a: int
    b: int
    from_a: int
    from_b: int


class Step(NamedTuple):
    """What an event does to an end (0 is A); ``segment`` is what arrived, if it is an arrival.

    ``place`` and ``bits`` are how a certificate numbers ``after`` and what is ``sent``, see ``Lookup``.
    """

    end: int
    event: str
    segment: Segment | None
    before: State
    after: State
    sent: tuple[Segment, ...]
    place: int
    bits: int


@dataclass(frozen=True)
class Certificate:
    """Views that are said to cover all runs of a scenario on a network without bounds, and the
    properties claimed of them. Numbers in views are places in ``ends`` and ``segments``."""

    protocol: Protocol
    scenario: Scenario
    ends: tuple[Sequence[State], Sequence[State]]
    segments: Sequence[Segment]
    views: Sequence[View]
    claims: Sequence[Property]

    def switches(self) -> dict[str, Value]:
        """The values of all switches in the scenario."""
        given = self.scenario.set
        return {name: given.get(name, switch.default) for name, switch in self.protocol.switches.items()}

    def arrival(self) -> str:
        """The event that a segment arrives."""
        return next((e.name for e in self.protocol.events.values() if e.kind == "arrival"), "")

    # In words, for refusals

    def place(self, view: View) -> str:
        """A view, by the control states of its ends and their places."""
        ends = zip("AB", self.ends, view[:2], strict=True)
        return "the view of " + ", ".join(f"{end} in {states[i].state} (#{i})" for end, states, i in ends)

    def step(self, step: Step) -> str:
        arrived = "" if step.segment is None else f" {self._write(step.segment)}"
        return f"{'AB'[step.end]} in {step.before.state} on {step.event}{arrived}"

    def lack(self, ends: Sequence[State], in_flight: Sequence[Collection[Segment]]) -> str:
        """What a certificate has not that would cover such local states with so much in flight."""
        pair = []
        for end, state, known in zip("AB", ends, self.ends, strict=True):
            if state not in known:
                return f"{end} in {self._described(state)} is not among its local states"
            pair.append(known.index(state))
        where = self.place(View(pair[0], pair[1], 0, 0))
        missing = [self._missing(view, in_flight) for view in self.views if [view.a, view.b] == pair]
        if not missing:
            return f"{where} is missing"
        fewest = min(map(len, missing))
        return f"{where} lacks {' and '.join(next(some for some in missing if len(some) == fewest))}"

    def _missing(self, view: View, in_flight: Sequence[Collection[Segment]]) -> list[str]:
        """The segments that a view lacks, written."""
        lacking = []
        for end, segments, known in zip("AB", in_flight, view[2:], strict=True):
            there = {segment for i, segment in enumerate(self.segments) if known >> i & 1}
            lacking += [f"{self._write(s)} in flight from {end}" for s in segments if s not in there]
        return lacking

    def _described(self, state: State) -> str:
        """A local state by all that is set in it."""
        values = zip(self.protocol.variables, state.values, strict=True)
        parts = [f"{name} = {show_value(value)}" for name, value in values if value not in (None, False, ())]
        return f"{state.state} ({', '.join([*parts, f'{state.called} of the calls used'])})"

    def _write(self, segment: Segment) -> str:
        return SegmentForm(self.protocol).write(segment, ghosts=True)


class Lookup:
    """Finds in a certificate what a step leads to.

    Raises ``Refused`` for views of what is not in the certificate.
    """

    def __init__(self, certificate: Certificate) -> None:
        self._places = [{state: i for i, state in enumerate(states)} for states in certificate.ends]
        self._bits = {segment: 1 << i for i, segment in enumerate(certificate.segments)}
        self._views: dict[tuple[int, ...], list[View]] = {}
        for view in certificate.views:
            sizes = (*map(len, certificate.ends), *[1 << len(certificate.segments)] * 2)
            if not all(0 <= number < size for number, size in zip(view, sizes, strict=True)):
                raise Refused(f"the view {list(view)} speaks of states or segments that are not there")
            self._views.setdefault(view[:2], []).append(view)

    def place(self, end: int, state: State) -> int:
        """-1, where no view is, if the certificate lacks the state."""
        return self._places[end].get(state, -1)

    def set_of(self, segments: Iterable[Segment]) -> int:
        """As bits; -1, which no view covers, if the certificate lacks one of them."""
        found = 0
        for segment in segments:
            found |= self._bits.get(segment, -1)
        return found

    def covers(self, places: Sequence[int], sets: Sequence[int]) -> bool:
        """Whether some view of two local states has at least so much in flight."""
        ab, ba = sets
        views = self._views.get(tuple(places), ())
        return any(not (ab & ~view.from_a or ba & ~view.from_b) for view in views)


def members(bits: int) -> Iterator[int]:
    """The numbers in a bit set, the least first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
