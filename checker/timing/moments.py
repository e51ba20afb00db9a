"""The moments of a run: the calls made before its start, and its steps, as timing sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.model.endpoint import Local
from checker.model.segment import Segment
from checker.model.tables import Action, ActionKind, Model
from checker.verify.trace import Trace


@dataclass(frozen=True)
class Moment:
    """Something that happens at one time. ``step`` is its number in the run, 0 for a call made
    before the start.

    ``end`` is who acts, for a loss or duplication who sent the segment; ``before`` and ``after``
    are its local states; ``sent`` is all that it sends, ``kept`` what found room.
    """

    step: int
    kind: ActionKind
    event: str
    end: int
    segment: Segment | None
    position: int | None
    before: Local
    after: Local
    sent: tuple[Segment, ...]
    kept: tuple[Segment, ...]

    @property
    def action(self) -> Action:
        return Action(self.kind, self.end, self.event, self.segment, self.position)

    @property
    def is_step(self) -> bool:
        """Whether an end acts, not the network."""
        return self.kind not in ("loss", "duplication")

    @property
    def sender(self) -> int:
        """Who sent the segment that arrives, is lost or is doubled."""
        return 1 - self.end if self.kind == "delivery" else self.end


def moments_of(model: Model, trace: Trace) -> list[Moment]:
    """The moments of a run that replays in ``model``, in its order."""
    moments = list(_openings(model))
    before = trace.initial.ends
    for number, step in enumerate(trace.steps, 1):
        action = step.action
        moments.append(
            Moment(
                number,
                action.kind,
                _event(model, action),
                action.end,
                action.segment,
                action.position,
                before[action.end],
                step.after.ends[action.end],
                step.sent,
                step.sent[: len(step.sent) - step.lost],
            )
        )
        before = step.after.ends
    return moments


def _event(model: Model, action: Action) -> str:
    return model.arrival_event if action.kind == "delivery" else action.event


def _openings(model: Model) -> Iterator[Moment]:
    """The calls of ``opened``: each at a time of its own, all before the first step."""
    room = [model.scenario.capacity, model.scenario.capacity]
    for opening in model.start().openings:
        sent, end = opening.reaction.sent, opening.end
        kept = sent[: room[end]]
        room[end] -= len(kept)
        before, after = opening.before[end], opening.reaction.after
        yield Moment(0, "call", opening.call, end, None, None, before, after, sent, kept)
