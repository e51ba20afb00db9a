"""Shapes as DOT, each pinned where it stands, for Graphviz to make other formats of."""

from __future__ import annotations

from itertools import pairwise

import graphviz

from checker.show.draw.shapes import Box, Line, Picture, Shape, Words
from checker.show.draw.style import MONO, WHITE
from checker.show.draw.text import label, label_markup

POINTS = 72.0
"""Points in an inch: sizes are in inches in DOT, places in points."""


def to_dot(picture: Picture) -> str:
    """``picture`` as DOT; the layout ``nop2`` leaves everything where it is."""
    dot = graphviz.Digraph(
        name=label(picture.title),
        graph_attr={
            "layout": "nop2",
            "bb": f"0,0,{picture.width:.1f},{picture.height:.1f}",
            "splines": "line",
        },
        node_attr={"fontname": MONO, "shape": "none", "label": "", "fixedsize": "true", "margin": "0"},
        edge_attr={"arrowhead": "none"},
    )
    pins = _Pins(dot, picture.height)
    for shape in picture.shapes:
        pins.draw(shape)
    source: str = dot.source
    return source


class _Pins:
    def __init__(self, dot: graphviz.Digraph, height: float) -> None:
        self.dot = dot
        self.height = height
        self.count = 0

    def draw(self, shape: Shape) -> None:
        match shape:
            case Line():
                self._line(shape)
            case Words():
                self._words(shape)
            case Box():
                self._box(shape)

    def _pin(self, x: float, y: float, width: float = 0.0, height: float = 0.0, **look: str) -> str:
        """A node with its middle at a place; the name that it got."""
        name = f"p{self.count}"
        self.count += 1
        size = {"width": f"{width / POINTS:.3f}", "height": f"{height / POINTS:.3f}"}
        self.dot.node(name, pos=f"{x:.1f},{self.height - y:.1f}", **size, **look)
        return name

    def _line(self, line: Line) -> None:
        pins = [self._pin(x, y) for x, y in line.points]
        for place, (tail, head) in enumerate(pairwise(pins), 2):
            arrow = {"arrowhead": "normal", "arrowsize": "0.8"} if line.arrow and place == len(pins) else {}
            look = {"color": line.colour, "penwidth": f"{line.width:g}", "style": line.pattern}
            (x1, y1), (x2, y2) = line.points[place - 2 : place]
            pos = self._straight(x1, y1, x2, y2, bool(arrow))
            self.dot.edge(tail, head, pos=pos, **look, **arrow)

    def _straight(self, x1: float, y1: float, x2: float, y2: float, arrow: bool) -> str:
        """The spline of a straight line, in which an arrow's head is given apart."""
        y1, y2 = self.height - y1, self.height - y2
        tip = ""
        if arrow:
            tip = f"e,{x2:.1f},{y2:.1f} "
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1.0
            part = 1 - min(1.0, 8 / length)
            x2, y2 = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
        thirds = [(x1 + (x2 - x1) * t / 3, y1 + (y2 - y1) * t / 3) for t in range(4)]
        return tip + " ".join(f"{x:.1f},{y:.1f}" for x, y in thirds)

    def _words(self, words: Words) -> None:
        # Some more than needed, for fonts that are wider; then the text stays beside what it was.
        width, height = words.width * 1.07 + 2, words.size * 1.3
        x = {"start": words.x + width / 2, "middle": words.x, "end": words.x - width / 2}[words.anchor]
        look = {"fontsize": f"{words.size:g}", "fontcolor": words.colour, "label": _label(words)}
        if words.halo:
            look |= {"style": "filled", "fillcolor": WHITE, "color": WHITE, "shape": "box"}
        self._pin(x, words.y - words.size * 0.3, width, height, **look)

    def _box(self, box: Box) -> None:
        look = {"style": "filled", "fillcolor": box.fill, "color": box.colour}
        shape = "ellipse" if box.round else "box"
        self._pin(box.x + box.width / 2, box.y + box.height / 2, box.width, box.height, shape=shape, **look)


def _label(words: Words) -> str:
    if words.bold:
        side = {"start": "LEFT", "middle": "CENTER", "end": "RIGHT"}[words.anchor]
        return f'<<B>{label_markup(words.text)}</B><BR ALIGN="{side}"/>>'
    return label(words.text, end={"start": r"\l", "middle": r"\n", "end": r"\r"}[words.anchor])
