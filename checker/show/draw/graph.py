"""A quotient of a state graph in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import graphviz

from checker.show.draw.legend import Legend, arrow_look
from checker.show.draw.nodes import NodeText, few, sizes, staying, stepping
from checker.show.draw.style import BLACK, FONT, GREY, HELD, LOOKS, SEEN, VERMILION, WHITE
from checker.show.draw.text import beside, label
from checker.verify.overlay import NO_RUN, Way
from checker.verify.quotient import Arrow, Node, Quotient

PASSED = {"penwidth": "3", "fillcolor": SEEN}
FINAL = {"peripheries": "2"}
STUCK = {"shape": "octagon", "style": "filled", "color": VERMILION, "fillcolor": HELD}


def to_dot(
    quotient: Quotient,
    title: Sequence[str],
    shown: Collection[int] | None = None,
    way: Way = NO_RUN,
) -> str:
    """``quotient`` as DOT, or the nodes ``shown`` of it, with the lines of ``title`` above it and a
    run laid over it. The same bytes every time."""
    return _Drawing(quotient, shown, way).source(title)


class _Drawing:
    def __init__(self, quotient: Quotient, shown: Collection[int] | None, way: Way) -> None:
        self.quotient = quotient
        self.shown = sorted(range(len(quotient.nodes)) if shown is None else shown)
        self.way = way
        self.words = NodeText(quotient)
        self.sizes = sizes(quotient)
        self.dot = graphviz.Digraph(
            name=label(quotient.graph.system.model.scenario.name),
            graph_attr={"fontname": FONT, "fontsize": "14", "labelloc": "t", "ranksep": "0.35"},
            node_attr={"fontname": FONT, "fontsize": "11", "shape": "box", "style": "rounded,filled"},
            edge_attr={"fontname": FONT, "fontsize": "10"},
        )

    def source(self, title: Sequence[str]) -> str:
        self.dot.attr("graph", label=label(*title))
        among = set(self.shown)
        boxed = [m for m in self.quotient.closed if set(m) <= among and len(m) < len(self.quotient.nodes)]
        inside = {node for members in boxed for node in members}
        for number in self.shown:
            if number not in inside:
                self._node(self.dot, number)
        for members in boxed:
            with self.dot.subgraph(name=f"cluster_{members[0]}") as box:
                box.attr(style="dashed", color=GREY, label="", margin="10")
                for number in members:
                    self._node(box, number)
        if 0 in among:
            self.dot.node("start", label="", shape="point", width="0.12")
            self.dot.edge("start", "n0", penwidth="1.6")
        drawn = {n: a for n, a in enumerate(self.quotient.arrows) if {a.source, a.target} <= among}
        for number, arrow in drawn.items():
            self._arrow(number, arrow)
        self._legend(drawn, bool(boxed))
        source: str = self.dot.source
        return source

    def _node(self, dot: graphviz.Digraph, number: int) -> None:
        node = self.quotient.nodes[number]
        lines = list(self.words.lines(node))
        lines += staying(self.way, number)
        dot.node(f"n{number}", label=label(*lines), **self._look(node, number))

    def _look(self, node: Node, number: int) -> dict[str, str]:
        """Its size tells how many states are behind it; its shape and border what they are."""
        size = self.sizes[number]
        look = {"width": f"{0.8 + 1.2 * size:.2f}", "height": f"{0.4 + 0.8 * size:.2f}", "fillcolor": WHITE}
        if number in self.way.nodes:
            look |= PASSED
        if node.final:
            look |= FINAL
        if node.stuck:
            look |= STUCK
        return look

    def _arrow(self, number: int, arrow: Arrow) -> None:
        look = arrow_look(arrow.kind)
        steps = stepping(self.way, number)
        if steps:
            look |= {"penwidth": "4", "fontcolor": BLACK}
        words = beside(*steps, *few(arrow.labels))
        self.dot.edge(f"n{arrow.source}", f"n{arrow.target}", label=words, **look)

    def _legend(self, drawn: Mapping[int, Arrow], boxed: bool) -> None:
        nodes = [self.quotient.nodes[number] for number in self.shown]
        kinds = {arrow.kind for arrow in drawn.values()}
        legend = Legend()
        for kind in LOOKS:
            if kind in kinds:
                legend.arrow(arrow_look(kind), LOOKS[kind].word)
        if any(node.final for node in nodes):
            legend.node(FINAL, "an end: nothing", "new can follow")
        if any(node.stuck for node in nodes):
            legend.node(STUCK, "stuck")
        if self.way.nodes:
            legend.node(PASSED, "the run; (1):", "its first step")
        legend.draw(self.dot, *(["no step leads out of a dashed box"] if boxed else []))
