"""Diagrams in the notation of Mermaid, which forges draw where it stands in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checker.model.segment import Segment
from checker.model.tables import Action, Model
from checker.verify.trace import Step, Trace

STRANGE = re.compile(r"[^A-Za-z0-9 .,=+\-/()]|\be(?=nd\b)", re.IGNORECASE)
"""Signs that may mean something to Mermaid, or in the HTML that it makes: written as entities. So is
the first letter of the word that ends a block."""


def sequence(model: Model, trace: Trace) -> str:
    """A run as a sequence diagram, its steps numbered: an arrow where a segment arrives or is lost,
    an open one where it departs and does not arrive in the next step; all else in notes."""
    lines = ["sequenceDiagram", "  participant A", "  participant B"]
    states = [end.state for end in trace.initial.ends]
    lines += [f"  {line}" for line in _states(["", ""], states)]
    for number, step in enumerate(trace.steps, 1):
        if number - 1 == trace.stuck_after:
            lines.append("  Note over A,B: stuck, what goes on, for example")
        elif number - 1 == trace.loop_start:
            lines.append("  Note over A,B: from here on for ever")
        after = [end.state for end in step.after.ends]
        lines += [f"  {line}" for line in _arrows(model, trace.steps, number)]
        lines += [f"  {line}" for line in _states(states, after)]
        states = after
    return "\n".join(lines) + "\n"


def _arrows(model: Model, steps: Sequence[Step], number: int) -> Iterator[str]:
    step = steps[number - 1]
    action = step.action
    end, peer = "AB"[action.end], "BA"[action.end]
    if action.segment is None:
        yield f"Note over {end}: {number} {_safe(action.event)}"
    else:
        written = _safe(model.form.write(action.segment))
        if action.kind == "delivery":
            yield f"{peer}->>{end}: {number} {written}"
        elif action.kind == "loss":
            yield f"{end}-x{peer}: {number} lost {written}"
        else:
            yield f"Note over A,B: {number} doubled, from {end}, {written}"
    following = steps[number].action if number < len(steps) else None
    kept = len(step.sent) - step.lost
    for place, segment in enumerate(step.sent):
        written = _safe(model.form.write(segment))
        if place >= kept:
            yield f"{end}-x{peer}: no room for {written}"
        elif not _arrives(following, action.end, segment):
            yield f"{end}--){peer}: {written} departs"


def _arrives(following: Action | None, sender: int, segment: Segment) -> bool:
    """Whether the next action delivers what was just sent."""
    return following is not None and (following.kind, following.end, following.segment) == (
        "delivery",
        1 - sender,
        segment,
    )


def _states(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """The control states that changed."""
    for side, was, now in zip(("left of A", "right of B"), before, after, strict=True):
        if was != now:
            yield f"Note {side}: {_safe(now)}"


def _safe(text: str) -> str:
    """``text`` with every sign that Mermaid might take for its own as an entity of it."""
    return STRANGE.sub(lambda match: f"#{ord(match.group())};", text)
