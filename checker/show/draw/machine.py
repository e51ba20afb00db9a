"""A machine in the language of Graphviz: its states where a figure has them, if there is one, and
below them, apart, what leads from many states to the same one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import graphviz

from checker.document.figures import DrawnArrow, Figure, Place
from checker.show.draw.legend import Legend, Look, arrow_look
from checker.show.draw.machine_words import Words, apart, lacking_words, words_of
from checker.show.draw.style import BLACK, BLUE, FONT, GREY, LOOKS, PALE, VERMILION, WHITE
from checker.show.draw.text import label
from checker.verify.figure import NOTHING_IN_COMMON, Comparison
from checker.verify.machine import Machine

IN_BOTH = {"color": BLACK, "style": "solid", "arrowhead": "normal"}
LEFT_OUT = {"color": BLUE, "fontcolor": BLUE, "style": "dashed", "arrowhead": "normal", "penwidth": "1.8"}
LACKING = {
    "color": VERMILION,
    "fontcolor": VERMILION,
    "style": "dotted",
    "arrowhead": "onormal",
    "penwidth": "2.2",
}

FAR = 3
"""Rows. Arrows over so many of them that lead both ways run side by side."""

WIDTH_OF_LIST = 1.5
"""Inches for a list of states that are drawn apart."""


def to_dot(
    machine: Machine,
    title: Sequence[str],
    figure: Figure | None = None,
    comparison: Comparison = NOTHING_IN_COMMON,
    marks: bool = False,
) -> str:
    """``machine`` as DOT with the lines of ``title`` above it, laid out as the ``figure`` is that
    ``comparison`` compares it with; with ``marks`` for what the figure leaves out and for what of it
    no run takes. The same bytes every time."""
    return _Drawing(machine, figure, comparison, marks).source(title)


class _Drawing:
    def __init__(self, machine: Machine, figure: Figure | None, comparison: Comparison, marks: bool) -> None:
        self.machine = machine
        self.figure = figure
        self.comparison = comparison
        self.marks = marks
        self.places = list(figure.places.values()) if figure is not None else _in_a_column(machine)
        self.names = {place.name: f"s{number}" for number, place in enumerate(self.places)}
        self.words = [
            words_of(arrow, comparison.owned_up.get(number) if marks else None)
            for number, arrow in enumerate(machine.arrows)
        ]
        self.levelled: list[set[str]] = []
        """The pairs of places in one row that have an arrow with its words between them."""
        self.apart = apart(machine, self.words, comparison.drawn)
        self.dot = graphviz.Digraph(
            name=label(machine.protocol.name),
            graph_attr={
                "fontname": FONT,
                "labelloc": "t",
                "nodesep": "0.4",
                "ranksep": "0.3",
                "newrank": "true",
            },
            node_attr={
                "fontname": FONT,
                "fontsize": "12",
                "shape": "box",
                "style": "filled",
                "fillcolor": WHITE,
            },
            edge_attr={"fontname": FONT, "fontsize": "10"},
        )

    def source(self, title: Sequence[str]) -> str:
        self.dot.attr("graph", label=label(*title))
        for place in self.places:
            column = {} if self.figure is None else {"group": f"column{place.column}"}
            self.dot.node(self.names[place.name], label=label(place.state), height="0.4", **column)
        if self.figure is not None:
            self._rows()
        self._arrows()
        if self.apart:
            self._lists()
        self._legend()
        source: str = self.dot.source
        return source

    def _rows(self) -> None:
        """Keeps the places in their rows, and in order within them, as the figure has them."""
        rows: dict[int, list[Place]] = {}
        for place in sorted(self.places, key=lambda place: (place.row, place.column)):
            rows.setdefault(place.row, []).append(place)
        for row in rows.values():
            with self.dot.subgraph() as same:
                same.attr(rank="same")
                for place in row:
                    same.node(self.names[place.name])
                for left, right in pairwise(row):
                    same.edge(self.names[left.name], self.names[right.name], style="invis")
        for above, below in pairwise(rows.values()):
            self.dot.edge(self.names[above[0].name], self.names[below[0].name], style="invis")

    # Arrows

    def _arrows(self) -> None:
        """The arrows that are not drawn apart; those between the same places that look the same
        are one."""
        together: dict[tuple[Place, Place, int], tuple[Look, list[int]]] = {}
        looks: list[Look] = []
        elsewhere = {number for numbers in self.apart.values() for number in numbers}
        for number in range(len(self.machine.arrows)):
            if number not in elsewhere:
                look = self._look(number)
                if look not in looks:
                    looks.append(look)
                key = (*self._ends(number), looks.index(look))
                together.setdefault(key, (look, []))[1].append(number)
        both = {(source, target) for source, target, _ in together}
        for (source, target, _), (look, numbers) in together.items():
            if (target, source) in both:
                look = look | self._corner(source, target)
            rows = dict.fromkeys(row for number in numbers for row in self.machine.arrows[number].rows)
            words = dict.fromkeys(self.words[number] for number in numbers)
            self._edge(source, target, list(words), look, ", ".join(rows))
        if self.marks and self.figure is not None:
            for shown in self.comparison.lacking:
                ends = self.figure.places[shown.source], self.figure.places[shown.target]
                self._edge(*ends, [lacking_words(shown)], LACKING, f"{self.figure.name}, arrow {shown.name}")

    def _ends(self, number: int) -> tuple[Place, Place]:
        """The places between which an arrow is drawn: as in the figure, or else those of its states
        that are nearest to each other, the lower ones of several."""
        shown: DrawnArrow | None = self.comparison.drawn.get(number)
        if shown is not None and self.figure is not None:
            return self.figure.places[shown.source], self.figure.places[shown.target]
        arrow = self.machine.arrows[number]
        sources = [place for place in self.places if place.state == arrow.source]
        targets = [place for place in self.places if place.state == arrow.target]
        return min(((a, b) for a in sources for b in targets), key=_distance)

    def _corner(self, source: Place, target: Place) -> Look:
        """Where an arrow ends that runs beside one that leads back: at a corner, for if both began and
        ended at the same spots, nobody could tell whose the heads are. They run on the left, where
        nothing is beside the upper place, and elsewhere part by themselves."""
        upper = min(source, target, key=lambda place: place.row)
        free = not any(place.row == upper.row and place.column < upper.column for place in self.places)
        far = self.figure is not None and abs(source.row - target.row) >= FAR
        return {"headport": "sw"} if far and free else {}

    def _look(self, number: int) -> Look:
        if self.marks:
            return IN_BOTH if number in self.comparison.drawn else LEFT_OUT
        return arrow_look(self.machine.arrows[number].kind)

    def _edge(self, source: Place, target: Place, words: list[Words], look: Look, told: str) -> None:
        tail, head = self.names[source.name], self.names[target.name]
        tooltip = label(told)
        look = {**look, "label": Words.table(words), "tooltip": tooltip, "labeltooltip": tooltip}
        level = self.figure is not None and target.row == source.row
        if level and {tail, head} not in self.levelled:
            self.levelled.append({tail, head})
            self._level(tail, head, source.column < target.column, look)
        elif self.figure is not None and target.row < source.row:
            # Upwards: given the other way round, so that it does not change what is above what.
            self.dot.edge(head, tail, **_turned(look))
        else:
            self.dot.edge(tail, head, **look)

    def _level(self, tail: str, head: str, rightwards: bool, look: Look) -> None:
        """An arrow within a row: its words are a node in the middle, for which dot makes room."""
        words = f"words{len(self.levelled)}"
        text = {"shape": "none", "style": "", "margin": "0.03", "height": "0", "fontsize": "10"}
        label_only = {key: look.pop(key) for key in ("label", "tooltip")}
        look.pop("labeltooltip")
        with self.dot.subgraph() as same:
            same.attr(rank="same")
            same.node(
                words, color=look["color"], fontcolor=look.get("fontcolor", BLACK), **text, **label_only
            )
            if rightwards:
                same.edge(tail, words, **look | {"arrowhead": "none"})
                same.edge(words, head, **look)
            else:
                same.edge(head, words, **_turned(look))
                same.edge(words, tail, **look | {"arrowhead": "none"})

    # Apart

    def _lists(self) -> None:
        """A box for each list of states, with one arrow from all of them."""
        targets = list(dict.fromkeys(target for target, _ in self.apart))
        with self.dot.subgraph(name="cluster_apart") as box:
            box.attr(label=label("from many states"), color=PALE, fontsize="11", margin="28")
            for number, ((target, words), numbers) in enumerate(self.apart.items()):
                arrows = [self.machine.arrows[n] for n in numbers]
                states = list(dict.fromkeys(arrow.source for arrow in arrows))
                box.node(f"from{number}", label=label(*states), fontsize="10", color=GREY)
                rows = dict.fromkeys(row for arrow in arrows for row in arrow.rows)
                look = {**self._look(numbers[0]), "tooltip": label(", ".join(rows))}
                box.edge(f"from{number}", f"to{targets.index(target)}", label=Words.table([words]), **look)
            for place, target in enumerate(targets):
                lists = sum(to == target for to, _ in self.apart)
                box.node(f"to{place}", label=label(target), height="0.4", width=f"{lists * WIDTH_OF_LIST:g}")
        for number in range(len(self.apart)):
            self.dot.edge(self.names[self._lowest.name], f"from{number}", style="invis")

    @property
    def _lowest(self) -> Place:
        return max(self.places, key=lambda place: place.row)

    def _legend(self) -> None:
        legend = Legend()
        if self.marks:
            legend.arrow(IN_BOTH, "in the figure,", "taken")
            legend.arrow(LEFT_OUT, "taken, not", "in the figure")
            if self.comparison.lacking:
                legend.arrow(LACKING, "in the figure,", "not taken")
        else:
            kinds = {arrow.kind for arrow in self.machine.arrows}
            for kind in LOOKS:
                if kind in kinds:
                    legend.arrow(arrow_look(kind), LOOKS[kind].word)
        remarks = ["event over what is sent"]
        if any(arrow.sent[1] for arrow in self.machine.arrows):
            remarks.append("(snd X): only sometimes")
        if any(arrow.needs for arrow in self.machine.arrows):
            remarks.append("[X = on]: only if this is set so")
        # Below everything: beside it, a picture would be half as wide again.
        legend.draw(self.dot, *remarks, under="to0" if self.apart else self.names[self._lowest.name])


def _turned(look: Look) -> Look:
    """How an arrow looks that is given from its head to its tail."""
    ports = {"tailport": look["headport"]} if "headport" in look else {}
    rest = {key: value for key, value in look.items() if key != "headport"}
    return {**rest, **ports, "dir": "back", "arrowtail": look["arrowhead"]}


def _distance(ends: tuple[Place, Place]) -> tuple[int, int]:
    source, target = ends
    return abs(source.row - target.row) + abs(source.column - target.column), -target.row


def _in_a_column(machine: Machine) -> list[Place]:
    states = machine.protocol.states.values()
    return [Place(state.name, state.name, row, 1, state.position) for row, state in enumerate(states, 1)]
