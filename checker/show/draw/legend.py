"""What the arrows and nodes of a picture mean, drawn beside it with arrows and nodes of its own."""

from __future__ import annotations

from itertools import pairwise

import graphviz

from checker.model.tables import ActionKind
from checker.show.draw.style import BLACK, LOOKS, PALE, WHITE
from checker.show.draw.text import beside, label

Look = dict[str, str]
"""Attributes of a node or an edge."""


def arrow_look(kind: ActionKind) -> Look:
    """How an arrow of this kind looks."""
    look = LOOKS[kind]
    return {
        "color": look.colour,
        "fontcolor": look.colour,
        "style": look.line,
        "arrowhead": look.head,
        "penwidth": f"{look.width:g}",
    }


class Legend:
    """A box of samples, first arrows and then nodes."""

    def __init__(self) -> None:
        self.arrows: list[tuple[str, Look]] = []
        self.nodes: list[tuple[str, Look]] = []

    def arrow(self, look: Look, *lines: str) -> None:
        self.arrows.append((beside(*lines), look))

    def node(self, look: Look, *lines: str) -> None:
        self.nodes.append((label(*lines), look))

    def draw(self, dot: graphviz.Digraph, *remarks: str, under: str | None = None) -> None:
        """Puts it into a picture, with ``remarks`` below it: at the top, or ``under`` a node."""
        tails = [f"sample{number}" for number in range(len(self.arrows))]
        heads = [f"{tail}to" for tail in tails]
        with dot.subgraph(name="cluster_legend") as box:
            words = label(*remarks, end=r"\l") if remarks else ""
            box.attr(style="solid", color=PALE, label=words, labelloc="b", fontsize="10", margin="8")
            nodes = [
                (f"meaning{number}", text, SAMPLE | look) for number, (text, look) in enumerate(self.nodes)
            ]
            _row(box, [*((tail, "", END) for tail in tails), *nodes])
            _row(box, [(head, "", END) for head in heads])
            for tail, head, (text, look) in zip(tails, heads, self.arrows, strict=True):
                box.edge(tail, head, label=text, weight="100", **{**look, "fontcolor": BLACK})
        if under is not None and tails:
            dot.edge(under, tails[0], style="invis")


def _row(box: graphviz.Digraph, nodes: list[tuple[str, str, Look]]) -> None:
    """Nodes side by side, from left to right."""
    with box.subgraph() as same:
        same.attr(rank="same")
        for name, text, look in nodes:
            same.node(name, label=text, **look)
        for (left, *_), (right, *_) in pairwise(nodes):
            same.edge(left, right, style="invis")


END = {"shape": "none", "style": "", "fixedsize": "true", "width": "0.85", "height": "0.1"}
"""Of a sample of an arrow: as wide as its words, so that the arrow comes out straight."""
SAMPLE = {"fontsize": "10", "width": "0.3", "height": "0.3", "fillcolor": WHITE}
