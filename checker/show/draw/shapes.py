"""Pictures made of shapes with fixed places, which SVG and DOT are both written from.

Lengths are in points, x to the right and y down. Text is monospaced, so that its width is known
whatever font shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.show.draw.style import BLACK

ADVANCE = 0.602
"""The width of a character of a monospaced font, in parts of its size; that of most such fonts."""

Anchor = Literal["start", "middle", "end"]
Pattern = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True)
class Line:
    """Straight parts between ``points``, perhaps with an arrowhead at the end. ``step`` is the
    number of the step that a shape belongs to, 0 for none, here and below."""

    points: tuple[tuple[float, float], ...]
    colour: str = BLACK
    width: float = 1.0
    pattern: Pattern = "solid"
    arrow: bool = False
    step: int = 0


@dataclass(frozen=True)
class Words:
    """One line of text at ``x``, standing on ``y``; a ``halo`` keeps lines behind it off it."""

    x: float
    y: float
    text: str
    size: float = 11.0
    colour: str = BLACK
    anchor: Anchor = "start"
    bold: bool = False
    halo: bool = False
    step: int = 0

    @property
    def width(self) -> float:
        return len(self.text) * self.size * ADVANCE


@dataclass(frozen=True)
class Box:
    """A filled rectangle with a border; ``round`` makes it an ellipse."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    colour: str = BLACK
    round: bool = False
    step: int = 0


Shape = Line | Words | Box


@dataclass(frozen=True)
class Picture:
    """Shapes, those behind others first, with what the picture is called. ``rows`` are the (top,
    height) of the steps."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    rows: tuple[tuple[float, float], ...] = ()
