"""The sides of the numbers that are given for durations: what a schedule must respect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from checker.document.lengths import Given, Numbers
from checker.document.protocol import Protocol

Side = Literal["least", "most", "fixed"]


@dataclass(frozen=True)
class Quantity:
    """A number that a schedule must respect: one side of what is given for a duration, or the
    one number of a ``fixed`` duration."""

    duration: str
    side: Side

    def value(self, numbers: Numbers) -> Fraction | None:
        """The number; ``None`` where there is no limit, or where it is unknown."""
        given = numbers.get(self.duration, Given())
        return given.least if self.side == "least" else given.most


def quantities(protocol: Protocol, numbers: Numbers) -> Iterator[Quantity]:
    """The given numbers that rule anything out, in document order."""
    for duration in protocol.durations.values():
        given = numbers.get(duration.name, Given())
        if duration.length == "fixed":
            if given.most is not None:
                yield Quantity(duration.name, "fixed")
            continue
        if given.least > 0:
            yield Quantity(duration.name, "least")
        if given.most is not None:
            yield Quantity(duration.name, "most")
