"""Exchanges on toy systems: what is found, what is not, and what is left open."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.document.statements import Exchange, Sending
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.exchanges import Found, find_exchange, shows
from checker.verify.replay import replay
from checker.verify.trace import move_of
from tests.timing.runs import run_along

POST = """
| state | meaning |
|---|---|
| idle | |
| sent | |
| done | |

| field | written | kind | unless given |
|---|---|---|---|
| `sort` | SORT | ask, answer, note | none |
| `size` | SIZE | count | `0` |
| `mark` | MARK | ghost count to 1 | `1` |

| event | kind | fair |
|---|---|---|
| ask | call | no |
| twice | call | no |
| get | arrival | yes |
| timeout again | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `ask.now` | idle | ask | | | `<SORT=ask><SIZE=2>` | sent | |
| `ask.no` | sent, done | ask, twice | | | | | refuse |
| `twice.now` | idle | twice | | | `<SORT=ask><SIZE=2>; <SORT=note>` | sent | |
| `get.ask` | idle, sent | get | `sort is ask` | | `<SORT=answer>` | done | |
| `get.answer` | sent | get | `sort is answer` | | | done | |
| `get.note` | idle, done, sent | get | `sort is note` | | | | |
| `get.other` | idle, done | get | `sort is answer or sort is ask and STATE is done` | | | | |
| `again.ask` | sent | timeout again | | | `<SORT=ask><SIZE=2>` | | |

| scenario | A | B | opened | network | bounds | expect |
|---|---|---|---|---|---|---|
| lossy | ask | none | | queue, lose | capacity 2 | |
| lossless | ask | none | | queue | capacity 1 | |
| doubling | ask | none | | queue, duplicate | capacity 2 | |
| twice | twice | none | | queue, lose | capacity 2 | |
| no room | twice | none | | queue, lose | capacity 1 | |
| opened | none | none | A: ask | queue, lose | capacity 2 | |
| no room before | none | none | A: twice | queue, lose | capacity 1 | |
| bag | twice | none | | bag, lose | capacity 2 | |
"""
ASK, ANSWER, NOTE = ("ask", 2), ("answer", None), ("note", None)
NO_NOTE = ["A: twice", "<SORT=ask><SIZE=2> from A arrives at B", "<SORT=answer> from B arrives at A"]


@pytest.fixture(scope="module")
def post() -> Protocol:
    return parse(POST, "post.md")


def exchange(*sent: tuple[int, tuple[str, int | None]], ends: tuple[str, ...] = ()) -> Exchange:
    """The exchange of these (end, (sort, size)); the ghost field is not given."""
    sendings = tuple(Sending(end, (sort, size, None)) for end, (sort, size) in sent)
    a, b = ((ends[0],), (ends[1],)) if ends else ((), ())
    return Exchange("what is sent", sendings, (a, b))


def found(post: Protocol, scenario: str, what: Exchange, limits: Limits | None = None) -> Found:
    return find_exchange(Model(post, post.scenarios[scenario]), what, limits or Limits())


def test_a_possible_exchange_is_shown_by_a_shortest_run_that_replays(post: Protocol) -> None:
    result = found(post, "lossy", exchange((0, ASK), (1, ANSWER), ends=("done", "done")))
    assert result.outcome == "holds"
    assert result.trace is not None
    assert [step.action.kind for step in result.trace.steps] == ["call", "delivery", "delivery"]
    assert [segment.values for step in result.trace.steps for segment in step.sent] == [
        ("ask", 2, 1),
        ("answer", 0, 1),
    ]
    assert replay(Model(post, post.scenarios["lossy"]), result.trace) is None


def test_nothing_is_an_exchange_too(post: Protocol) -> None:
    result = found(post, "lossy", exchange(ends=("idle", "idle")))
    assert result.outcome == "holds"
    assert result.trace is not None
    assert result.trace.steps == ()


SENT = "<SORT=ask><SIZE=2> from A"


@pytest.mark.parametrize(
    ("scenario", "sent", "actions"),
    [
        ("lossy", [(0, ASK)], ["A: ask"]),
        ("lossy", [(0, ASK)], ["A: ask", f"{SENT} is lost"]),
        (
            "lossy",
            [(0, ASK), (1, ANSWER)],
            ["A: ask", f"{SENT} arrives at B", "<SORT=answer> from B is lost"],
        ),
        (
            "lossy",
            [(0, ASK), (0, NOTE)],
            ["A: ask", f"{SENT} arrives at B", "<SORT=answer> from B arrives at A"],
        ),
        (
            "lossy",
            [(1, ASK), (0, ANSWER)],
            ["A: ask", f"{SENT} arrives at B", "<SORT=answer> from B arrives at A"],
        ),
        ("no room", [(0, ASK), (0, NOTE)], ["A: twice", f"{SENT} is lost"]),
        ("no room before", [(0, ASK), (0, NOTE)], [f"{SENT} is lost"]),
        ("no room", [(0, ASK), (0, NOTE), (1, ANSWER)], NO_NOTE),
        ("no room before", [(0, ASK), (0, NOTE), (1, ANSWER)], NO_NOTE[1:]),
    ],
)
def test_a_run_that_does_not_show_it(
    post: Protocol, scenario: str, sent: list[tuple[int, tuple[str, int | None]]], actions: list[str]
) -> None:
    """Not all is sent, or by others, or does not arrive; each is a run all the same."""
    run = run_along(Model(post, post.scenarios[scenario]), *actions)
    assert replay(Model(post, post.scenarios[scenario]), run) is None
    assert not shows(Model(post, post.scenarios[scenario]), exchange(*sent), run)


@pytest.mark.parametrize(("ends", "so"), [(("done", "done"), True), (("done", "idle"), False), ((), True)])
def test_a_run_shows_it_where_it_ends_as_said(post: Protocol, ends: tuple[str, ...], so: bool) -> None:
    model = Model(post, post.scenarios["lossy"])
    run = run_along(model, "A: ask", f"{SENT} arrives at B", "<SORT=answer> from B arrives at A")
    assert shows(model, exchange((0, ASK), (1, ANSWER), ends=ends), run) is so
    assert not shows(model, exchange((0, ASK), (1, ANSWER), ends=ends), replace(run, steps=run.steps[1:]))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (((1, ANSWER),), "first, not B: <SORT=answer> is sent, but A: <SORT=ask><SIZE=2>"),
        (((0, ("ask", 1)),), "first, not A: <SORT=ask><SIZE=1> is sent, but A: <SORT=ask><SIZE=2>"),
        (((1, ASK),), "first, not B: <SORT=ask><SIZE=2> is sent, but A: <SORT=ask><SIZE=2>"),
        (
            ((0, ASK), (0, NOTE)),
            "after 1 of 2 segments, not A: <SORT=note> is sent, "
            "but A: <SORT=ask><SIZE=2> or B: <SORT=answer>",
        ),
        (((0, ASK), (1, ANSWER), (0, ASK), (0, NOTE)), "but A: <SORT=ask><SIZE=2>"),
    ],
)
def test_an_impossible_one_with_what_is_sent_instead(
    post: Protocol, sent: tuple[tuple[int, tuple[str, int | None]], ...], reason: str
) -> None:
    result = found(post, "lossy", exchange(*sent))
    assert (result.outcome, result.trace) == ("violated", None)
    assert reason in result.reason


def test_all_of_it_must_arrive(post: Protocol) -> None:
    """The ask alone is sent in many runs, but where it arrives it is answered."""
    result = found(post, "lossy", exchange((0, ASK)))
    assert result.outcome == "violated"
    assert "is then not all delivered" in result.reason


def test_the_ends_must_be_where_it_is_said(post: Protocol) -> None:
    right = exchange((0, ASK), (1, ANSWER), ends=("done", "done"))
    wrong = exchange((0, ASK), (1, ANSWER), ends=("done", "idle"))
    assert found(post, "lossless", right).outcome == "holds"
    assert found(post, "lossy", right).outcome == "holds"
    assert found(post, "lossy", wrong).outcome == "violated"


def test_what_is_sent_again_counts(post: Protocol) -> None:
    assert found(post, "lossy", exchange((0, ASK), (0, ASK), (1, ANSWER))).outcome == "holds"
    assert found(post, "lossy", exchange((0, ASK), (1, ANSWER), (1, ANSWER))).outcome == "violated"


def test_copies_of_the_network_do_not(post: Protocol) -> None:
    """A second ask would find B done; a copy of it is not sent by anybody, and none may be made."""
    assert found(post, "doubling", exchange((0, ASK), (1, ANSWER))).outcome == "holds"


def test_calls_before_the_start_belong_to_it(post: Protocol) -> None:
    assert found(post, "opened", exchange((0, ASK), (1, ANSWER))).outcome == "holds"
    result = found(post, "opened", exchange((1, ANSWER)))
    assert result.outcome == "violated"
    assert result.reason == "first, not B: <SORT=answer> is sent, but A: <SORT=ask><SIZE=2>"


def test_two_at_once_are_in_order_and_may_overlap(post: Protocol) -> None:
    assert found(post, "twice", exchange((0, ASK), (0, NOTE), (1, ANSWER))).outcome == "holds"
    assert found(post, "twice", exchange((0, NOTE), (0, ASK), (1, ANSWER))).outcome == "violated"
    # The answer comes after both were sent, for they are sent in one step.
    assert found(post, "twice", exchange((0, ASK), (1, ANSWER), (0, NOTE))).outcome == "violated"


@pytest.mark.parametrize("scenario", ["no room", "no room before"])
def test_what_lacks_room_is_not_called_impossible(post: Protocol, scenario: str) -> None:
    result = found(post, scenario, exchange((0, ASK), (0, NOTE), (1, ANSWER)))
    assert result.outcome == "unknown"
    assert "lacked room in a channel; try a larger capacity" in result.reason


def test_what_is_another_segment_anyway_needs_no_room(post: Protocol) -> None:
    assert found(post, "no room", exchange((0, NOTE))).outcome == "violated"


def test_where_no_loss_is_left_a_full_channel_leaves_it_open(post: Protocol) -> None:
    """Without losses, asking again into a full channel is not enabled at all."""
    assert found(post, "lossless", exchange((0, ASK), (0, ASK), (1, ANSWER))).outcome == "unknown"


def test_a_limit_leaves_it_open(post: Protocol) -> None:
    result = found(post, "lossy", exchange((0, NOTE)), Limits(max_states=0))
    assert result.outcome == "unknown"
    assert "--max-states" in result.reason


@pytest.mark.parametrize("scenario", ["lossy", "twice", "bag", "doubling"])
def test_agrees_with_all_runs_of_the_graph(post: Protocol, scenario: str) -> None:
    """Every sequence of up to three segments, against those that the whole graph has."""
    graph = explore(Model(post, post.scenarios[scenario]))
    model, most = graph.system.model, 3
    alphabet = [(end, sort) for end in (0, 1) for sort in (ASK, ANSWER, NOTE)]
    # Per state, the sequences with which some run leads there; grown until nothing is new.
    words: list[set[tuple[object, ...]]] = [set() for _ in range(len(graph))]
    words[0].add(())
    todo = [0]
    while todo:
        source = todo.pop()
        for edge in range(graph.edges.offsets[source], graph.edges.offsets[source + 1]):
            action = model.actions[int(graph.edges.labels[edge])]
            move = move_of(graph.system, graph.state(source)[action.end], action)
            if move is None:
                continue
            channel = graph.system.channels[action.end]
            if channel.send(graph.state(source)[2 + action.end], move.sent)[1]:
                continue
            values = [model.segments[number].values for number in move.sent]
            sent = tuple((action.end, (v[0], v[1] or None)) for v in values)
            target = int(graph.edges.targets[edge])
            grown = {word + sent for word in words[source] if len(word + sent) <= most} - words[target]
            if grown:
                words[target] |= grown
                todo.append(target)
    empty = graph.system.contents.number(())
    arrived = [i for i in range(len(graph)) if graph.state(i)[2:4] == (empty, empty)]
    possible = {word for i in arrived for word in words[i]}
    assert len(possible) > 1
    outcomes = []
    for length in range(most + 1):
        for word in itertools.product(alphabet, repeat=length):
            outcomes.append(found(post, scenario, exchange(*word)).outcome)
            assert (outcomes[-1] == "holds") == (word in possible), word
    # What would need a third place in a channel is left open; that is not much.
    assert outcomes.count("unknown") < 10 < outcomes.count("violated")
