"""Quotients as DOT: a toy worked out by hand, and what all pictures have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.document.library import parse
from checker.explore.graph import StateGraph
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.show.draw.graph import to_dot
from checker.show.draw.large import large_dot
from checker.show.draw.mermaid import graph_diagram
from checker.show.draw.style import LOOKS
from checker.show.draw.text import OFF
from checker.verify.decide import decide
from checker.verify.overlay import NO_RUN, way_over
from checker.verify.quotient import LEVELS, Level, Quotient, quotient
from tests.cli.commands import door
from tests.exchange.checkers import graph_of, needs, run
from tests.toys import ROOT

TEXTBOOK, POST = "spec/textbook.md", "tests/documents/post.md"

GOLDEN = """digraph lossy {
	graph [fontname="Helvetica,Arial,sans-serif" fontsize=14 labelloc=t ranksep=0.35]
	node [fontname="Helvetica,Arial,sans-serif" fontsize=11 shape=box style="rounded,filled"]
	edge [fontname="Helvetica,Arial,sans-serif" fontsize=10]
	graph [label="the door"]
	n0 [label="A asleep\\nB asleep\\n1 state" fillcolor="#ffffff" height=0.40 width=0.80]
	n1 [label="A waiting\\nB asleep\\n2 states, 1 stuck" color="#c04f00" fillcolor="#fbe3d4" height=1.20 \
shape=octagon style=filled width=2.00]
	subgraph cluster_2 {
		color="#595959" label="" margin=10 style=dashed
		n2 [label="A waiting\\nB awake\\n1 state" fillcolor="#ffffff" height=0.40 peripheries=2 width=0.80]
	}
	start [label="" shape=point width=0.12]
	start -> n0 [penwidth=1.6]
	n0 -> n1 [label="{OFF}A: knock{OFF}" arrowhead=normal color="#0072b2" fontcolor="#0072b2" penwidth=2 \
style=solid]
	n1 -> n2 [label="{OFF}B: rcv hello{OFF}" arrowhead=vee color="#000000" fontcolor="#000000" penwidth=1 \
style=solid]
""".replace("{OFF}", OFF)
"""Without its legend. Of at most 2 states: a node of 2 is as large as can be, one of 1 as small."""


def knocked() -> StateGraph:
    protocol = parse(door(), "door.md")
    return explore(Model(protocol, protocol.scenarios["lossy"]))


def test_the_picture_of_a_door() -> None:
    dot = to_dot(quotient(knocked(), "states"), ["the door"])
    assert dot.startswith(GOLDEN)
    legend = dot.removeprefix(GOLDEN)
    assert legend.startswith("\tsubgraph cluster_legend {\n")
    assert re.findall(rf'label="{OFF}(\w+){OFF}"', legend) == ["call", "delivery"]
    assert 'label="an end: nothing\\nnew can follow"' in legend
    assert "label=stuck" in legend
    assert 'label="no step leads out of a dashed box\\l"' in legend


def test_the_mermaid_of_a_door() -> None:
    assert graph_diagram(quotient(knocked(), "states"), ["the door: lossy"], {0, 1, 2}) == (
        "---\n"
        'title: "the door: lossy"\n'
        "---\n"
        "stateDiagram-v2\n"
        '  state "A asleep<br/>B asleep<br/>1 state" as n0\n'
        '  state "A waiting<br/>B asleep<br/>2 states, 1 stuck" as n1\n'
        '  state "A waiting<br/>B awake<br/>1 state<br/>an #101;nd" as n2\n'
        "  [*] --> n0\n"
        "  n0 --> n1 : A#58; knock\n"
        "  n1 --> n2 : B#58; rcv hello\n"
    )


def test_a_part_has_only_its_nodes_and_arrows() -> None:
    dot = to_dot(quotient(knocked(), "states"), ["the door"], {1, 2})
    assert re.findall(r"^\t+(n\d) \[", dot, re.MULTILINE) == ["n1", "n2"]
    assert re.findall(r"^\t(\w+) -> (\w+)", dot, re.MULTILINE) == [("n1", "n2")]
    assert "start" not in dot


def test_the_whole_graph_has_every_state_and_edge() -> None:
    graph = graph_of(POST, "a pair in a queue")
    dot = to_dot(quotient(graph, "full"), ["a pair"])
    nodes = dict(re.findall(r'^\t+n(\d+) \[label="((?:[^"\\]|\\.)*)"', dot, re.MULTILINE))
    assert sorted(map(int, nodes)) == list(range(13))
    assert len(re.findall(r"^\tn\d+ -> n\d+", dot, re.MULTILINE)) == 22
    assert nodes["1"].split(r"\n") == [
        "1: here / here",
        "from A: <MARK=x>, <MARK=x>",
        "losses left: 1",
        "duplications left: 1",
    ]


@pytest.mark.parametrize("wide", [False, True])
def test_what_is_too_wide_for_one_line_has_several(wide: bool) -> None:
    """What is 50 characters wide is not, and what is 52 wide is."""
    state, field = "h" * (22 + wide), "M" * (16 + wide)
    text = (ROOT / POST).read_text(encoding="utf-8")
    text = re.sub(r"\bhere\b", state, text).replace("MARK", field)
    protocol = parse(text, "post.md")
    graph = explore(Model(protocol, protocol.scenarios["a pair in a queue"]))
    dot = to_dot(quotient(graph, "full"), ["a pair"])
    between = r"\n" if wide else " "
    letter = f"<{field}=x>"
    assert rf'label="1: {state} /{between}{state}\nfrom A: {letter},{between}{letter}\n' in dot


def test_a_run_is_drawn_over_it() -> None:
    graph = graph_of(TEXTBOOK, "last ACK lost")
    seen = quotient(graph, "states")
    trace = decide(graph, graph.system.model.protocol.properties["last ACK"]).trace
    assert trace is not None
    dot = to_dot(seen, ["lost"], way=way_over(seen, trace))
    steps = re.findall(rf'label="{OFF}\((\d+)\){OFF}\\n', dot)
    assert steps == ["1", "2", "3", "4", "5", "6", "7"]
    assert "the run stays: 8" in dot
    assert dot.count("penwidth=4") == 7


def test_a_run_is_told_in_mermaid_too() -> None:
    graph = graph_of(TEXTBOOK, "last ACK lost")
    seen = quotient(graph, "states")
    trace = decide(graph, graph.system.model.protocol.properties["last ACK"]).trace
    assert trace is not None
    text = graph_diagram(seen, ["lost"], range(len(seen.nodes)), way_over(seen, trace))
    assert re.findall(r" : \((\d+)\)<br/>", text) == ["1", "2", "3", "4", "5", "6", "7"]
    assert text.count("<br/>the run stays#58; 8") == 1


def test_every_kind_of_step_can_be_told_in_grey() -> None:
    looks = [(look.line, look.head, look.width) for look in LOOKS.values()]
    assert len(set(looks)) == len(looks)


def picture_of_dots(*, passed: bool = False) -> tuple[Quotient, str]:
    graph = graph_of(TEXTBOOK, "last ACK lost")
    seen = quotient(graph, "states")
    trace = decide(graph, graph.system.model.protocol.properties["last ACK"]).trace
    assert trace is not None
    return seen, large_dot(seen, ["lost"], way=way_over(seen, trace) if passed else NO_RUN)


def test_dots_and_lines_can_be_told_in_grey_too() -> None:
    seen, dot = picture_of_dots()
    edges = re.findall(r"^\tn\d+ -> n\d+ \[(.*)\]$", dot, re.MULTILINE)
    assert len(edges) == len(seen.arrows)
    for arrow, edge in zip(seen.arrows, edges, strict=True):
        look = LOOKS[arrow.kind]
        assert f"arrowhead={look.head} " in edge
        assert f"style={look.line} " in edge
        assert f"penwidth={0.7 * look.width:g} " in edge
    hues = {kind: look.hue.split(", ") for kind, look in LOOKS.items()}
    assert [kind for kind, words in hues.items() if len(words) == 1] == ["delivery"]


def test_a_larger_dot_stands_for_more_states() -> None:
    seen, dot = picture_of_dots()
    width = [float(w) for w in re.findall(r"^\tn\d+ \[.*\bwidth=([\d.]+)", dot, re.MULTILINE)]
    by_states = sorted(zip((node.states for node in seen.nodes), width, strict=True))
    assert by_states[0] == (1, 0.2)
    assert by_states[-1] == (4, 0.6)
    assert [size for _, size in by_states] == sorted(width)


def test_the_legend_of_dots_tells_what_is_there() -> None:
    _, dot = picture_of_dots()
    kinds, marks = legend_of(dot)
    assert kinds == "call: blue, thick; delivery: black; timer: purple, dashed"
    assert marks == "dark: the start; double: an end; orange octagon: stuck"
    assert dot.count("shape=octagon") == 9
    assert legend_of(picture_of_dots(passed=True)[1])[1] == f"{marks}; thick: the run"
    calm = large_dot(quotient(graph_of(POST, "one letter"), "full"), ["a letter"])
    assert legend_of(calm)[1] == "dark: the start; double: an end"


def legend_of(dot: str) -> list[str]:
    """The last two lines above a picture of dots."""
    (title,) = re.findall(r'^\tgraph \[.*?label="((?:[^"\\]|\\.)*)"', dot, re.MULTILINE)
    lines: list[str] = title.split(r"\n")
    return lines[-2:]


def test_endpoints_are_told_apart_by_their_words() -> None:
    graph = graph_of(TEXTBOOK, "last ACK sent again")
    seen = quotient(graph, "endpoints")
    labels = re.findall(
        r'^\t+n\d+ \[label="((?:[^"\\]|\\.)*)\\n[\d,]+ state', to_dot(seen, ["x"]), re.MULTILINE
    )
    assert len(labels) == len(seen.nodes)
    assert len(set(labels)) == len(labels)


def test_a_box_around_everything_says_nothing() -> None:
    graph = graph_of(POST, "one letter may be lost")
    seen = quotient(graph, "states")
    assert len(seen.nodes) == 1
    assert "dashed box" not in to_dot(seen, ["x"])


@pytest.mark.parametrize("level", LEVELS)
def test_pictures_are_the_same_bytes_every_time(level: Level) -> None:
    def picture() -> tuple[str, str]:
        seen = quotient(graph_of(TEXTBOOK, "last ACK sent again"), level)
        return to_dot(seen, ["x"]), large_dot(seen, ["x"])

    first = picture()
    graph_of.cache_clear()
    assert picture() == first


@needs("dot")
@pytest.mark.parametrize("level", LEVELS)
def test_graphviz_reads_it(tmp_path: Path, level: Level) -> None:
    seen = quotient(graph_of(TEXTBOOK, "last ACK lost"), level)
    for name, dot in (("small", to_dot(seen, ["x"])), ("large", large_dot(seen, ["x"]))):
        (tmp_path / f"{name}.dot").write_text(dot, encoding="utf-8")
        assert run(tmp_path, "dot", "-Tplain", f"{name}.dot").count("\nedge ") >= len(seen.arrows)
