"""What a figure of a protocol and its machine have in common: what is taken and not drawn, and what
is drawn and not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.document.figures import DrawnArrow, Figure, Omission
from checker.verify.machine import Firing, Machine, MachineArrow


@dataclass(frozen=True)
class Comparison:
    """By the number of an arrow of the machine the figure's arrow that it is, or the omission that
    the figure owns up to; and the figure's arrows that no run takes."""

    drawn: Mapping[int, DrawnArrow]
    owned_up: Mapping[int, Omission]
    lacking: tuple[DrawnArrow, ...]


NOTHING_IN_COMMON = Comparison({}, {}, ())
"""What is compared with no figure."""


def compare(machine: Machine, figure: Figure) -> Comparison:
    """An arrow of the machine is one of the figure if some run takes it just as the figure says:
    between these states, on this event and this sort of segment, and with this sent."""
    drawn: dict[int, DrawnArrow] = {}
    owned_up: dict[int, Omission] = {}
    found: set[str] = set()
    for number, arrow in enumerate(machine.arrows):
        for shown in figure.arrows.values():
            if any(_is(figure, shown, firing) for firing in arrow.firings):
                drawn.setdefault(number, shown)
                found.add(shown.name)
        for omission in figure.omissions.values():
            if number not in drawn and _covers(omission, arrow):
                owned_up.setdefault(number, omission)
    lacking = tuple(shown for shown in figure.arrows.values() if shown.name not in found)
    return Comparison(drawn, owned_up, lacking)


def _is(figure: Figure, shown: DrawnArrow, firing: Firing) -> bool:
    return (
        figure.places[shown.source].state == firing.source
        and figure.places[shown.target].state == firing.target
        and shown.event == firing.event
        and shown.receives == firing.received
        and shown.sends == firing.sent
    )


def _covers(omission: Omission, arrow: MachineArrow) -> bool:
    return (
        arrow.source in omission.sources
        and arrow.target in omission.targets
        and arrow.event == omission.event
        and all(set(omission.receives) <= set(sort.split(",")) for sort in arrow.received)
    )
