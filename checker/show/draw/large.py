"""A quotient that is too large for words: dots and lines, for the engine sfdp to lay out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import graphviz

from checker.show.draw.nodes import NodeText
from checker.show.draw.style import BLUE, FONT, GREY, HELD, LOOKS, SEEN, VERMILION, WHITE
from checker.show.draw.text import label
from checker.verify.overlay import NO_RUN, Way
from checker.verify.quotient import Quotient


def large_dot(
    quotient: Quotient, title: Sequence[str], shown: Collection[int] | None = None, way: Way = NO_RUN
) -> str:
    """As ``checker.show.draw.graph.to_dot``, with what a node is in its tooltip only."""
    among = set(range(len(quotient.nodes)) if shown is None else shown)
    arrows = [(n, a) for n, a in enumerate(quotient.arrows) if {a.source, a.target} <= among]
    kinds = {arrow.kind for _, arrow in arrows}
    legend = [f"{LOOKS[kind].word}: {LOOKS[kind].hue}" for kind in LOOKS if kind in kinds]
    marks = "thick: the start; double: an end; orange: stuck" + ("; large: the run" if way.nodes else "")
    dot = graphviz.Digraph(
        name=label(quotient.graph.system.model.scenario.name),
        graph_attr={
            "fontname": FONT,
            "fontsize": "16",
            "label": label(*title, "; ".join(legend), marks),
            "labelloc": "t",
            "layout": "sfdp",
            "overlap": "prism",
            "outputorder": "edgesfirst",
        },
        node_attr={"shape": "circle", "label": "", "style": "filled", "fillcolor": WHITE, "color": GREY},
        edge_attr={"arrowsize": "0.4"},
    )
    words = NodeText(quotient)
    for number in sorted(among):
        node = quotient.nodes[number]
        passed = number in way.nodes
        look = {"width": "0.5" if passed else "0.2", "tooltip": label(*words.lines(node))}
        if passed:
            look["fillcolor"] = SEEN
        if node.final:
            look["peripheries"] = "2"
        if node.stuck:
            look |= {"color": VERMILION, "fillcolor": HELD}
        if number == 0:
            look |= {"color": BLUE, "penwidth": "4"}
        dot.node(f"n{number}", **look)
    for number, arrow in arrows:
        kind = LOOKS[arrow.kind]
        width = "3" if number in way.steps else "0.7"
        look = {"color": kind.colour, "style": kind.line, "penwidth": width, "tooltip": label(*arrow.labels)}
        dot.edge(f"n{arrow.source}", f"n{arrow.target}", **look)
    source: str = dot.source
    return source
