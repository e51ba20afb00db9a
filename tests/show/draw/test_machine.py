"""Machines as DOT and as Mermaid: toys by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.document.figures import Figure, load_figure
from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.show.draw.machine import to_dot
from checker.show.draw.machine_words import Words, apart, words_of
from checker.show.draw.mermaid import machine_diagram
from checker.show.draw.text import OFF
from checker.verify.figure import compare
from checker.verify.machine import Firing, Machine, MachineArrow, machine
from tests.cli.commands import door
from tests.document.test_figures import RIGHT, write
from tests.exchange.checkers import needs, run
from tests.verify.test_machine import machine_of


def doors() -> Machine:
    return machine_of(parse(door(), "door.md"), "lossy")


@pytest.fixture
def figure(tmp_path: Path) -> Figure:
    """The door's states; the arrow to the hall, one that nobody takes, and a note."""
    arrows = "| 1 | Bed | Hall | knock | | hello | knock | say hello |\n"
    return load_figure(
        write(tmp_path, RIGHT.replace(arrows, f"{arrows}| 2 | Up | Bed | knock | | | yawn | x |\n"))
    )


def edges(dot: str) -> list[tuple[str, str]]:
    return re.findall(r"^\t+(\w+) -> (\w+) \[(?!.*invis)", dot, re.MULTILINE)


def test_the_machine_of_a_door() -> None:
    dot = to_dot(doors(), ["the door"])
    assert re.findall(r"^\t(s\d) \[label=(\w+)", dot, re.MULTILINE) == [
        ("s0", "asleep"),
        ("s1", "waiting"),
        ("s2", "awake"),
    ]
    assert edges(dot)[:2] == [("s0", "s1"), ("s0", "s2")]
    assert "<TR><TD>knock</TD></TR><HR/><TR><TD>snd hello</TD></TR>" in dot
    assert "<TR><TD>rcv hello</TD></TR></TABLE>" in dot
    assert 'tooltip="knock.asleep"' in dot
    assert "from many states" not in dot


def test_it_is_laid_out_like_its_figure(figure: Figure) -> None:
    dot = to_dot(doors(), ["the door"], figure, compare(doors(), figure))
    rows = re.findall(r"\{\n((?:\t\t[^\n]*\n)*?)\t\}", dot)
    same = [re.findall(r"^\t\t(s\d)$", row, re.MULTILINE) for row in rows if "rank=same" in row]
    assert same[:2] == [["s0"], ["s1", "s2"]]
    assert "not taken" not in dot
    assert "taken, not" not in dot


def test_marks_tell_what_is_left_out_and_what_is_not_taken(figure: Figure) -> None:
    comparison = compare(doors(), figure)
    assert [shown.name for shown in comparison.drawn.values()] == ["1"]
    assert [shown.name for shown in comparison.lacking] == ["2"]
    dot = to_dot(doors(), ["the door"], figure, comparison, marks=True)
    assert len(re.findall(r"^\ts\d -> s\d .*style=solid", dot, re.MULTILINE)) == 1
    assert len(re.findall(r"^\ts\d -> s\d .*style=dashed", dot, re.MULTILINE)) == 1
    # What leads upwards is given the other way round.
    (upwards,) = re.findall(r"^\t(s\d -> s\d) .*dir=back.*style=dotted", dot, re.MULTILINE)
    assert upwards == "s0 -> s2"
    assert re.findall(rf'label="{OFF}([\w, ]+){OFF}(?:"|\\n)', dot) == [
        "in the figure,",
        "taken, not",
        "in the figure,",
    ]


def test_an_omission_that_the_figure_owns_up_to_bears_its_name(tmp_path: Path) -> None:
    text = RIGHT.replace("hello, bye", "hello")
    figure = load_figure(write(tmp_path, text))
    dot = to_dot(doors(), ["the door"], figure, compare(doors(), figure), marks=True)
    assert "rcv hello <I>(note)</I>" in dot


def test_heads_of_arrows_that_run_side_by_side_are_apart(tmp_path: Path) -> None:
    """Else an arrow that begins where another one ends would seem to have two heads."""
    places = "".join(f"| {name} | {name} | {row} | 1 |\n" for row, name in enumerate("abcd", 1))
    before, _, rest = RIGHT.partition("| Bed |")
    arrows = rest[rest.index("\n\n") + 1 : rest.index("| 1 | Bed")]
    figure = load_figure(write(tmp_path, f"{before}{places}{arrows}| 1 | a | b | go | | | go | |\n"))

    def ports(*ways: str) -> list[tuple[str, str]]:
        dot = to_dot(roads(*((a, b, "call", "go") for a, b in ways)), ["roads"], figure)
        return re.findall(r"^\t(s\d -> s\d) .*?\b(headport=\w+|tailport=\w+)", dot, re.MULTILINE)

    assert ports("ad", "da") == [("s0 -> s3", "headport=sw"), ("s0 -> s3", "tailport=sw")]
    # None leads back, or they are so short that they part by themselves.
    assert ports("ad", "ab", "ba", "ca", "ac") == []


# Arrows drawn apart

CITY = """# Roads

| state | meaning |
|---|---|
| a | |
| b | |
| c | |
| d | |

| event | kind | fair |
|---|---|---|
| go | call | no |
| fall | fault | no |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.home` | a, b, c | go | | | | d | |
| `fall.down` | d | fall | | | | a | |
"""


def city() -> Protocol:
    return parse(CITY, "city.md")


def roads(*ways: tuple[str, str, str, str]) -> Machine:
    """(from, to, kind, event) for each arrow, all by one row each."""
    rows = {"call": "go.home", "fault": "fall.down"}
    firings = [
        Firing(a, b, kind, event, "", (), (rows[kind],), (rows[kind],), ())  # type: ignore[arg-type]
        for a, b, kind, event in ways
    ]
    return machine(city(), [(firings, True)])


def test_what_leads_from_many_states_to_one_is_apart() -> None:
    many = roads(("a", "d", "call", "go"), ("b", "d", "call", "go"), ("c", "d", "call", "go"))
    words = [words_of(arrow) for arrow in many.arrows]
    assert dict(apart(many, words, {})) == {("d", Words("go")): [0, 1, 2]}
    assert dict(apart(many, words, {1: None})) == {}
    dot = to_dot(many, ["roads"])
    assert 'label="a\\nb\\nc"' in dot
    assert "from many states" in dot
    assert [edge for edge in edges(dot) if edge[0].startswith("s") and not edge[0].startswith("sample")] == []


def test_the_legend_is_below_everything() -> None:
    """Beside the picture, it would make it too wide to be read in a page."""
    below = r"^\t(\w+) -> sample0 \[style=invis\]"
    assert re.findall(below, to_dot(doors(), ["the door"]), re.MULTILINE) == ["s2"]
    many = roads(*((state, "d", "call", "go") for state in "abc"))
    assert re.findall(below, to_dot(many, ["roads"]), re.MULTILINE) == ["to0"]
    assert "sample" not in to_dot(roads(), ["no roads"])


def test_two_states_are_not_many() -> None:
    two = roads(("a", "d", "call", "go"), ("b", "d", "call", "go"))
    assert dict(apart(two, [words_of(arrow) for arrow in two.arrows], {})) == {}


def test_a_fault_is_apart_even_alone() -> None:
    one = roads(("d", "a", "fault", "fall"))
    assert dict(apart(one, [words_of(arrow) for arrow in one.arrows], {})) == {("a", Words("fall")): [0]}


def test_words_say_what_is_sent_and_what_is_needed() -> None:
    first = Firing("a", "b", "delivery", "get", "SYN,ACK", ("ACK", "RST"), (), ("go.home",), ("x = on",))
    arrow = MachineArrow((first, first._replace(received="SYN", sent=("ACK",))))
    assert words_of(arrow) == Words("rcv SYN", "snd ACK, (snd RST)", "[x = on]")
    assert words_of(arrow).text == "rcv SYN [x = on] / snd ACK, (snd RST)"
    assert Words("go").text == "go"


def test_mermaid_of_a_machine() -> None:
    assert machine_diagram(doors(), ["the door"]) == (
        '---\ntitle: "the door"\n---\n'
        "stateDiagram-v2\n"
        '  state "asleep" as s0\n'
        '  state "waiting" as s1\n'
        '  state "awake" as s2\n'
        "  [*] --> s0\n"
        "  s0 --> s1 : knock / snd hello\n"
        "  s0 --> s2 : rcv hello\n"
    )


@needs("dot")
@pytest.mark.parametrize("marks", [False, True])
def test_graphviz_reads_it(tmp_path: Path, figure: Figure, marks: bool) -> None:
    dot = to_dot(doors(), ["the door"], figure, compare(doors(), figure), marks)
    (tmp_path / "door.dot").write_text(dot, encoding="utf-8")
    plain = run(tmp_path, "dot", "-Tplain", "door.dot")
    heights = {name: float(y) for name, y in re.findall(r"^node (s\d) \S+ (\S+)", plain, re.MULTILINE)}
    # Waiting and awake stand in one row, below asleep.
    assert heights["s1"] == heights["s2"] < heights["s0"]
