"""When an exploration must end, and how it tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """How far an exploration is: states found, states not yet expanded, depth, seconds."""

    states: int
    frontier: int
    depth: int
    seconds: float


class ResumeError(Exception):
    """What an earlier exploration left cannot be gone on with; the message says why."""


@dataclass
class Limits:
    """Bounds of one exploration; hitting one makes the result incomplete, never wrong.

    ``max_states`` is a number of states, ``time_limit`` is in seconds; ``None`` is: no limit.
    ``report`` is called a few times a second. Whoever sets ``interrupted`` ends the
    exploration at its next look, with what is known so far.
    """

    max_states: int | None = None
    time_limit: float | None = None
    report: Callable[[Progress], None] | None = None
    interrupted: bool = False
    started: float = field(default_factory=time.monotonic)

    def begin_again(self) -> None:
        """What follows has all of the time for itself."""
        self.started = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def hit(self, states: int) -> str:
        """The limit that has been hit, in words, or nothing."""
        if self.interrupted:
            return "interrupted"
        if self.max_states is not None and states > self.max_states:
            return f"more than {self.max_states:,} states (--max-states)"
        if self.time_limit is not None and self.seconds() > self.time_limit:
            return f"more than {self.time_limit:g} seconds (--time-limit)"
        return ""
