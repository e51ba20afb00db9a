"""How pictures look: colours that colour-blind readers can tell apart (Okabe and Ito 2008), and for
those who see none a pattern and an arrowhead of its own for each kind of step."""

from __future__ import annotations

from dataclasses import dataclass

from checker.model.tables import ActionKind

BLACK = "#000000"
GREY = "#595959"
PALE = "#bfbfbf"
WHITE = "#ffffff"
BLUE = "#0072b2"
GREEN = "#007a5a"
"""Darker than theirs, so that it can be read as text on white."""
VERMILION = "#c04f00"
PURPLE = "#a0527d"
ORANGE = "#e69f00"

HELD = "#fbe3d4"
"""Behind what is stuck."""
SEEN = "#dcebf5"
"""Behind what a run passes through."""

FONT = "Helvetica,Arial,sans-serif"
MONO = "DejaVu Sans Mono,Menlo,Consolas,monospace"


@dataclass(frozen=True)
class Look:
    """How the arrows of one kind look, and what a legend calls them."""

    word: str
    hue: str
    colour: str
    line: str
    head: str
    width: float = 1.0


LOOKS: dict[ActionKind, Look] = {
    "call": Look("call", "blue, thick", BLUE, "solid", "normal", 2.0),
    "own": Look("by itself", "green, hollow", GREEN, "solid", "onormal"),
    "delivery": Look("delivery", "black", BLACK, "solid", "vee"),
    "timer": Look("timer", "purple, dashed", PURPLE, "dashed", "empty"),
    "fault": Look("fault", "orange, dashed", VERMILION, "dashed", "box", 1.6),
    "loss": Look("loss", "orange, dotted", VERMILION, "dotted", "tee", 1.4),
    "duplication": Look("duplication", "grey, dotted", GREY, "dotted", "odiamond", 1.4),
}
