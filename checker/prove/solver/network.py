"""Global states with channels of a given capacity, as symbols; ``explore.channel`` for terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from checker.document.protocol import Scenario
from checker.prove.solver.frame import Carried, Frame, Local
from checker.prove.solver.free import Symbol
from checker.prove.solver.terms import FALSE, Bool, Term, all_of, chosen, either, negated


@dataclass(frozen=True)
class EndState:
    """An end with its budgets: how far its calls have been used up, and what faults are left."""

    local: Local
    called: Symbol
    faults: tuple[Symbol, ...]


@dataclass(frozen=True)
class Channel:
    """What is in flight one way, the oldest first; there is no gap between the places."""

    places: tuple[Carried, ...]

    @property
    def empty(self) -> Bool:
        return negated(self.places[0].present)

    def without(self, number: int) -> Channel:
        """After the segment at a place has left."""
        kept = [place for i, place in enumerate(self.places) if i != number]
        return Channel((*kept, Carried(FALSE, self.places[-1].fields)))

    def doubled(self, number: int) -> Channel:
        """With a copy behind a place; there is room for it."""
        return Channel((*self.places[: number + 1], *self.places[number:-1]))

    def with_sent(self, sent: Sequence[Carried]) -> tuple[Channel, list[Bool]]:
        """(after some segments were sent, for each whether it found no room)."""
        places, lost = list(self.places), []
        for segment in sent:
            lost.append(all_of(segment.present, places[-1].present))
            before: Bool = segment.present
            filled = []
            for place in places:
                here = all_of(before, negated(place.present))
                filled.append(carried_either(here, segment, place))
                before = all_of(before, place.present)
            places = filled
        return Channel(tuple(places)), lost


def carried_either(condition: Bool, then: Carried, otherwise: Carried) -> Carried:
    """``then`` where ``condition`` holds."""
    fields = {name: chosen(condition, then.fields[name], term) for name, term in otherwise.fields.items()}
    present = either(condition, then.present, otherwise.present)
    return Carried(present, fields)


def channel_either(condition: Bool, then: Channel, otherwise: Channel) -> Channel:
    pairs = zip(then.places, otherwise.places, strict=True)
    return Channel(tuple(carried_either(condition, *pair) for pair in pairs))


@dataclass(frozen=True)
class State:
    """A global state: the ends, the channels from A and from B, and the losses and duplications
    that are left, ``None`` where they are not counted."""

    ends: tuple[EndState, EndState]
    channels: tuple[Channel, Channel]
    losses: Symbol | None
    duplications: Symbol | None


def state_of(frame: Frame, scenario: Scenario, prefix: str) -> State:
    """A state whose symbols all begin with ``prefix``."""
    faults = [event.name for event in frame.protocol.events.values() if event.kind == "fault"]
    ends, channels = [], []
    for end in "AB":
        left = tuple(frame.number(f"{prefix}{end} has left: {name}") for name in faults)
        local = frame.local(f"{prefix}{end}'s ")
        ends.append(EndState(local, frame.number(f"{prefix}calls of {end}"), left))
        places = (frame.carried(f"{prefix}{i + 1} from {end}") for i in range(scenario.capacity))
        channels.append(Channel(tuple(places)))
    network = scenario.network
    return State(
        (ends[0], ends[1]),
        (channels[0], channels[1]),
        None if network.lose is None else frame.number(f"{prefix}losses"),
        None if network.duplicate is None else frame.number(f"{prefix}duplications"),
    )


# What a later state is


def is_now(symbol: Term, term: Term) -> Bool:
    """That a symbol stands for a term; what is unset has any value."""
    parts = [mine == yours for mine, yours in zip(symbol.flags, term.flags, strict=True)]
    if symbol.value is not None:
        parts.append(equal_present(symbol.present, term.present))
        if term.value is not None:
            parts.append(symbol.value == term.value)
    return all_of(*parts)


def equal_present(one: Bool, two: Bool) -> Bool:
    if z3.is_true(one):
        return two
    return one if z3.is_true(two) else one == two


def channel_is(channel: Channel, other: Channel) -> Bool:
    parts = []
    for place, what in zip(channel.places, other.places, strict=True):
        parts.append(place.present == what.present)
        parts += [is_now(term, what.fields[name]) for name, term in place.fields.items()]
    return all_of(*parts)


def local_is(local: Local, other: Local, condition: Bool, after: Local) -> Bool:
    """That a local state is ``after`` where ``condition`` holds, else as ``other``."""
    parts = [
        is_now(term, chosen(condition, after.end.values[name], other.end.values[name]))
        for name, term in local.end.values.items()
    ]
    return all_of(is_now(local.end.state, chosen(condition, after.end.state, other.end.state)), *parts)
