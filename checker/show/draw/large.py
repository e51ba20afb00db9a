"""A quotient that is too large for words: dots and lines, for the engine sfdp to lay out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import graphviz

from checker.show.draw.legend import Look
from checker.show.draw.nodes import NodeText, sizes
from checker.show.draw.style import BLACK, BLUE, FONT, GREY, HELD, LOOKS, SEEN, VERMILION, WHITE
from checker.show.draw.text import label
from checker.verify.overlay import NO_RUN, Way
from checker.verify.quotient import Arrow, Quotient

PASSED = {"penwidth": "3", "color": BLACK, "fillcolor": SEEN}
FINAL = {"peripheries": "2"}
STUCK = {"shape": "octagon", "color": VERMILION, "fillcolor": HELD}
START = {"fillcolor": BLUE}


def large_dot(
    quotient: Quotient, title: Sequence[str], shown: Collection[int] | None = None, way: Way = NO_RUN
) -> str:
    """As ``checker.show.draw.graph.to_dot``, with what a node is in its tooltip only."""
    among = sorted(range(len(quotient.nodes)) if shown is None else shown)
    inside = set(among)
    arrows = [(n, a) for n, a in enumerate(quotient.arrows) if {a.source, a.target} <= inside]
    looks = {number: _node_look(quotient, number, way) for number in among}
    lines = [*title, "; ".join(_kinds(arrows)), "; ".join(_marks(looks.values()))]
    dot = graphviz.Digraph(
        name=label(quotient.graph.system.model.scenario.name),
        graph_attr={
            "fontname": FONT,
            "fontsize": "16",
            "label": label(*filter(None, lines)),
            "labelloc": "t",
            "layout": "sfdp",
            "overlap": "prism",
            "outputorder": "edgesfirst",
        },
        node_attr={"shape": "circle", "label": "", "style": "filled", "fillcolor": WHITE, "color": GREY},
        edge_attr={"arrowsize": "0.5"},
    )
    words, large = NodeText(quotient), sizes(quotient)
    for number, look in looks.items():
        told, size = label(*words.lines(quotient.nodes[number])), f"{0.2 + 0.4 * large[number]:.2f}"
        dot.node(f"n{number}", width=size, height=size, tooltip=told, **look)
    for number, arrow in arrows:
        dot.edge(f"n{arrow.source}", f"n{arrow.target}", **_arrow_look(arrow, number in way.steps))
    source: str = dot.source
    return source


def _node_look(quotient: Quotient, number: int, way: Way) -> Look:
    node = quotient.nodes[number]
    look: Look = {}
    if number in way.nodes:
        look |= PASSED
    if node.final:
        look |= FINAL
    if node.stuck:
        look |= STUCK
    if number == 0:
        look |= START
    return look


def _arrow_look(arrow: Arrow, passed: bool) -> Look:
    kind = LOOKS[arrow.kind]
    return {
        "color": kind.colour,
        "style": kind.line,
        "arrowhead": kind.head,
        "penwidth": "3" if passed else f"{0.7 * kind.width:g}",
        "tooltip": label(*arrow.labels),
    }


def _kinds(arrows: Sequence[tuple[int, Arrow]]) -> Iterator[str]:
    """What the kinds of arrows are that are there."""
    kinds = {arrow.kind for _, arrow in arrows}
    return (f"{LOOKS[kind].word}: {LOOKS[kind].hue}" for kind in LOOKS if kind in kinds)


def _marks(looks: Collection[Look]) -> Iterator[str]:
    """What the marks of nodes are that are there."""
    meanings = ((START, "dark: the start"), (FINAL, "double: an end"), (STUCK, "orange octagon: stuck"))
    for mark, meaning in (*meanings, (PASSED, "thick: the run")):
        (key, *_) = mark
        if any(look.get(key) == mark[key] for look in looks):
            yield meaning
