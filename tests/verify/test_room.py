"""A loss for want of room is no help: what only it makes possible is not said to hold."""

from __future__ import annotations

import numpy as np
import pytest

from checker.document.library import parse
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.results import check_scenario
from checker.verify.room import losing, with_room

BALL = """# A ball that is played back for ever, and fillers that can take its place

| state | meaning |
|---|---|
| court | |

| switch | kind | default |
|---|---|---|
| `fillers` | flag | off |
| `lets it lie` | flag | off |

| field | written | kind | unless given |
|---|---|---|---|
| `sort` | SORT | ball, filler | none |

| event | kind | fair |
|---|---|---|
| serve | call | no |
| segment | arrival | yes |
| timeout filler | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `serve.ball` | court | serve | | | `<SORT=ball>` | | |
| `get.ball` | court | segment | `sort is ball and not lets it lie` | | `<SORT=ball>` | | |
| `get.dead` | court | segment | `sort is ball and lets it lie` | | `<SORT=filler>` | | |
| `get.filler` | court | segment | `sort is filler` | | | | |
| `more.dead` | court | segment | `sort is ball and lets it lie` | | `<SORT=filler>` | | |
| `filler.send` | court | timeout filler | `fillers` | | `<SORT=filler>` | | |

| property | kind | when | claim |
|---|---|---|---|
| rest | never stuck | | `no segment from us (sort is ball) and no segment from peer (sort is ball)` |

| scenario | A | B | network | bounds | set | expect |
|---|---|---|---|---|---|---|
| for ever | serve | none | bag, lose | capacity 2 | | |
| pushed out of one | serve | none | bag, lose | capacity 1 | fillers = on | |
| pushed out of two | serve | none | bag, lose | capacity 2 | fillers = on | |
| pushed out of a queue | serve | none | queue, lose | capacity 2 | fillers = on | |
| two answers, room for one | serve | none | bag, lose | capacity 1 | lets it lie = on | |
| two answers, room for two | serve | none | bag, lose | capacity 2 | lets it lie = on | |
"""


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        # Nothing ever finds no room, and nobody but the network can stop the ball.
        ("for ever", "violated"),
        # Fillers may fill the channel, so that the ball finds no room. That does not stop it in
        # a channel with more room, whatever the capacity was.
        ("pushed out of one", "unknown"),
        ("pushed out of two", "unknown"),
        ("pushed out of a queue", "unknown"),
        # One of two answers finds no room in a channel of 1, but a channel of 2 has room.
        ("two answers, room for one", "holds"),
        ("two answers, room for two", "holds"),
    ],
)
def test_what_only_a_full_channel_makes_possible(scenario: str, outcome: str) -> None:
    protocol = parse(BALL, "ball.md")
    (judged,) = check_scenario(protocol, protocol.scenarios[scenario], Limits()).judged
    assert judged.verdict.outcome == outcome
    assert ("try a larger capacity" in judged.verdict.reason) == (outcome == "unknown")


def test_the_edges_that_lose_and_the_states_with_room() -> None:
    """Room for one each way, two answers to the ball: to receive it loses the second. States:
    nothing happened; the ball on its way; an answer on its way; all is over, by a loss or not."""
    protocol = parse(BALL, "ball.md")
    graph = explore(Model(protocol, protocol.scenarios["two answers, room for one"]))
    lost = [graph.system.action(int(graph.edges.labels[edge])) for edge in np.flatnonzero(losing(graph))]
    assert [(action.kind, action.end) for action in lost] == [("delivery", 1)]
    assert len(graph) == 4
    assert with_room(graph).all()  # in one direction at least
