"""Explored graphs as Aldebaran and GraphML, read back by other means."""

from __future__ import annotations

import io
import re

import networkx as nx
import pytest

from checker.document.library import parse
from checker.exchange.aut import to_aut
from checker.exchange.graphml import to_graphml
from checker.exchange.words import comment
from checker.explore.graph import StateGraph
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.words import describe_action
from tests.cli.commands import door
from tests.exchange.checkers import graph_of

POST, TEXTBOOK = "tests/documents/post.md", "spec/textbook.md"
Labelled = list[tuple[int, str, int]]


@pytest.fixture
def pair() -> StateGraph:
    """Two equal letters in a queue: losses of the one and of the other are parallel edges."""
    return graph_of(POST, "a pair in a queue")


def edges(graph: StateGraph) -> Labelled:
    model = graph.system.model
    rows = zip(graph.edges.sources, graph.edges.labels, graph.edges.targets, strict=True)
    return [(int(s), describe_action(model, model.actions[int(label)]), int(t)) for s, label, t in rows]


def read_aut(text: str) -> tuple[tuple[int, int, int], Labelled]:
    first, *lines = text.splitlines()
    head = re.fullmatch(r"des \((\d+),(\d+),(\d+)\)", first)
    assert head
    found = [re.fullmatch(r'\((\d+),"([^"]*)",(\d+)\)', line) for line in lines]
    assert all(found)
    listed = [(int(m[1]), m[2], int(m[3])) for m in found if m]
    return (int(head[1]), int(head[2]), int(head[3])), listed


def test_aut_has_every_edge(pair: StateGraph) -> None:
    head, listed = read_aut(to_aut(pair))
    assert head == (0, 22, 13)
    assert listed == edges(pair)


def test_parallel_faults_have_labels_of_their_own(pair: StateGraph) -> None:
    listed = [edge for edge in edges(pair) if "is lost" in edge[1]]
    assert {label[-7:] for _, label, _ in listed} == {"place 1", "place 2", "place 3"}
    assert len(set(listed)) == len(listed)


def test_graphml_is_read_by_networkx(pair: StateGraph) -> None:
    read = nx.read_graphml(io.BytesIO(to_graphml(pair).encode()), node_type=int)
    assert read.is_directed()
    assert read.is_multigraph()
    assert (len(read), read.number_of_edges()) == (13, 22)
    assert sorted((s, d["action"], t) for s, t, d in read.edges(data=True)) == sorted(edges(pair))
    # The one call sends two letters at once; a loss and a duplication are left.
    sent = read.nodes[1]
    assert sent["from A"] == "<MARK=x>, <MARK=x>"
    assert (sent["losses"], sent["duplications"]) == (1, 1)
    assert "from B" not in sent


def test_budgets_that_are_not_counted_are_left_out() -> None:
    read = nx.read_graphml(io.BytesIO(to_graphml(graph_of(POST, "full, any loss")).encode()))
    assert all("losses" not in data for _, data in read.nodes(data=True))
    assert all(data["duplications"] == 0 for _, data in read.nodes(data=True))


@pytest.mark.parametrize("export", [to_aut, to_graphml])
def test_exports_are_the_same_bytes_every_time(export: object) -> None:
    """Also of a graph that is explored anew."""
    assert callable(export)
    first = export(graph_of(TEXTBOOK, "four-way"))
    graph_of.cache_clear()
    assert export(graph_of(TEXTBOOK, "four-way")) == first


# Words that mean something elsewhere


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> StateGraph:
    """The door, as if its document had other rules for names than it has."""
    where = "checker.exchange.statespace"
    monkeypatch.setattr(f"{where}.describe_action", lambda model, action: 'say "go" & \\n\x01')
    monkeypatch.setattr(f"{where}.describe_local", lambda protocol, local: "<asleep> & ]]>")
    protocol = parse(door(), 'a "door" \\ & <more>.md')
    return explore(Model(protocol, protocol.scenarios["quiet"]))


def test_words_are_escaped_in_aut(hostile: StateGraph) -> None:
    _, listed = read_aut(to_aut(hostile))
    assert listed[0][1] == "say 'go' & \\n\x01"


def test_words_are_escaped_in_graphml(hostile: StateGraph) -> None:
    read = nx.read_graphml(io.BytesIO(to_graphml(hostile).encode()))
    # XML has no way to write the character 1.
    assert {data["action"] for *_, data in read.edges(data=True)} == {'say "go" & \\n\ufffd'}
    assert read.nodes["0"]["A"] == "<asleep> & ]]>"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("ends */ here", "ends / here"),
        ("(* and *)", "( and )"),
        ("{ \" ' ` \\ } #define", "define"),
        ("one // two -- three == four", "one / / two - - three = = four"),
        ("a\nline\tbreak", "a line break"),
        ("SND.UNA=100 <SEQ=1>", "SND.UNA=100 <SEQ=1>"),
        ("naïve → arrow", "na ve arrow"),
    ],
)
def test_comments_cannot_be_left(text: str, harmless: str) -> None:
    assert comment(text) == harmless
