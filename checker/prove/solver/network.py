"""Global states with channels of a given capacity, as symbols; ``explore.channel`` for terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.document.protocol import Scenario
from checker.prove.solver.cases import is_as, part_is_as, values_are_as
from checker.prove.solver.frame import Carried, Frame, Local
from checker.prove.solver.free import Symbol
from checker.prove.solver.terms import FALSE, Bool, all_of, chosen, either, negated


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

    @property
    def full(self) -> Bool:
        return self.places[-1].present

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
                filled.append(_carried_either(here, segment, place))
                before = all_of(before, place.present)
            places = filled
        return Channel(tuple(places)), lost


def _carried_either(condition: Bool, then: Carried, otherwise: Carried) -> Carried:
    """``then`` where ``condition`` holds."""
    fields = {name: chosen(condition, then.fields[name], term) for name, term in otherwise.fields.items()}
    return Carried(either(condition, then.present, otherwise.present), fields)


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
    ends, channels, network = [], [], scenario.network
    for end, name in enumerate("AB"):
        local = frame.local(f"{prefix}{name}'s ")
        called = frame.number(f"{prefix}calls of {name}", len(scenario.calls[end]))
        faults = (
            frame.number(f"{prefix}{name} has left: {fault}", scenario.faults.get(fault, (0, 0))[end])
            for fault in (event.name for event in frame.protocol.events.values() if event.kind == "fault")
        )
        ends.append(EndState(local, called, tuple(faults)))
        places = (frame.carried(f"{prefix}{i + 1} from {name}") for i in range(scenario.capacity))
        channels.append(Channel(tuple(places)))
    return State(
        (ends[0], ends[1]),
        (channels[0], channels[1]),
        None if network.lose is None else frame.number(f"{prefix}losses", network.lose),
        None if network.duplicate is None else frame.number(f"{prefix}duplications", network.duplicate),
    )


# What a later state is


def local_is_as(local: Local, cases: Sequence[tuple[Bool, Local]]) -> Iterator[Bool]:
    yield from is_as(local.end.state, [(when, other.end.state) for when, other in cases])
    yield from values_are_as(local.end.values, [(when, other.end.values) for when, other in cases])


def channel_is_as(channel: Channel, cases: Sequence[tuple[Bool, Channel]]) -> Iterator[Bool]:
    for i, place in enumerate(channel.places):
        yield from part_is_as(place.present, [(when, other.places[i].present) for when, other in cases])
        yield from values_are_as(place.fields, [(when, other.places[i].fields) for when, other in cases])
