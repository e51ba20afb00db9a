"""Ladders as a person should see them.

The rules: the number of a step, A's lifeline, arrows, B's lifeline, 78 columns in all. A
lifeline shows the state of its end where it changes and │ elsewhere. An arrow leaves one
column free on either side. It is whole where a segment arrives in the step after it was sent;
otherwise it ends in ··· where it departs, and begins with ··· where it goes on: to its goal,
to ✗ where it is lost, to ×2 where it is doubled. Below it, under the end that acts: the
event, since when the segment was on its way, the rows, and what changed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.explore.system import System
from checker.model.tables import Model
from checker.show.ladder import ladder
from checker.show.paragraph import WIDTH
from checker.verify.decide import decide
from checker.verify.trace import Trace, snapshot, step
from checker.verify.words import describe
from tests.toys import ROOT, toy


def run(protocol: Protocol, scenario: Scenario, *actions: str) -> tuple[Model, Trace]:
    """The run in which these actions are taken, each in words."""
    model = Model(protocol, scenario)
    system = System(model)
    state = system.initial()
    start, steps = snapshot(system, state), []
    for words in actions:
        enabled = {describe(model, system.action(a)): (a, s) for a, s in system.successors(state)[0]}
        assert words in enabled, f"{words} is not among {', '.join(enabled)}"
        action, after = enabled[words]
        steps.append(step(system, state, action, after))
        state = after
    return model, Trace(start, tuple(steps))


def drawn(document: str, scenario: str, *actions: str) -> str:
    model, trace = run(toy(document), toy(document).scenarios[scenario], *actions)
    return picture(model, trace)


def picture(model: Model, trace: Trace) -> str:
    return "".join(f"{line.plain.rstrip()}\n" for line in ladder(model, trace))


HANDSHAKE = """\
    A                                                                        B
    CLOSED                                                              LISTEN
 1  SYN-SENT                                                                 │
      connect: open.connect · first 100, seq 101, client on
 2  │             ── <FLAGS=SYN><Seq=100> ─────────────────────▶  SYN-RECEIVED
                 syn.listen · first 200, seq 201, ack 101
 3  ESTABLISHED   ◀──────── <FLAGS=SYN,ACK><Seq=200><ACK=101> ──             │
      synack.first · ack 201
 4  │             ── <FLAGS=ACK><Seq=101><ACK=201> ────────────▶   ESTABLISHED
                 ack.open
"""


def test_a_handshake() -> None:
    textbook = load(ROOT / "spec" / "textbook.md")
    actions = (
        "A: connect",
        "<FLAGS=SYN><Seq=100> from A arrives at B",
        "<FLAGS=SYN,ACK><Seq=200><ACK=101> from B arrives at A",
        "<FLAGS=ACK><Seq=101><ACK=201> from A arrives at B",
    )
    assert picture(*run(textbook, textbook.scenarios["three-way"], *actions)) == HANDSHAKE


LOST = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 2  │     ··· ── <MARK=x> ───────────────────────────────────────────▶ ✗     │
      lost (sent in 1)
"""


def test_a_lost_segment() -> None:
    found = drawn("post", "one letter may be lost", "A: send x", "<MARK=x> from A is lost")
    assert found == LOST


LATE = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 2  │                                                                        │
      send y: send.y
 3  │     ── <MARK=y> ─────────────────────────────────────────────────▶     │
         letter.any · got 0→1, last y
 4  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 1; letter.any · got 1→2, last y→x
"""


def test_a_late_segment() -> None:
    """In a bag: y overtakes x. Its own departure need not be drawn, for it arrives at once."""
    actions = ("A: send x", "A: send y", "<MARK=y> from A arrives at B", "<MARK=x> from A arrives at B")
    assert drawn("post", "two in a bag", *actions) == LATE


DUPLICATE = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 2  │     ··· ── <MARK=x> ──────────────────────────────────────────▶ ×2     │
      duplicated (sent in 1)
 3  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 1; letter.any · got 0→1, last x
 4  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         the copy made in 2; letter.any · got 1→2
"""


def test_a_duplicate() -> None:
    """Neither of the two is drawn as if it had just been sent."""
    arrival = "<MARK=x> from A arrives at B"
    actions = ("A: send x", "<MARK=x> from A is duplicated", arrival, arrival)
    assert drawn("post", "one letter, twice delivered", *actions) == DUPLICATE


FULL = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 2  │     ── <MARK=x> ───────────────────────────────────────────────▶ ✗     │
      send x: no room in the channel; send.x
 3  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 1; letter.any · got 0→1, last x
"""


def test_a_full_channel() -> None:
    actions = ("A: send x", "A: send x", "<MARK=x> from A arrives at B")
    assert drawn("post", "full, any loss", *actions) == FULL


TWICE = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send twice: send.twice
 2  │     ── <MARK=x> ─────────────────────────────────────────────────▶     │
         letter.any · got 0→1, last x
 3  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 1; letter.any · got 1→2
"""


def test_two_equal_segments_of_one_step() -> None:
    """Only one of them arrives in the next step; the other one's departure is drawn."""
    post = toy("post")
    scenario = replace(post.scenarios["two in a queue"], calls=(("send twice",), ()))
    arrival = "<MARK=x> from A arrives at B"
    assert picture(*run(post, scenario, "A: send twice", arrival, arrival)) == TWICE


IN_ORDER = """\
    A                                                                        B
    here                                                                  here
 1  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 2  │     ── <MARK=x> ─────────────────────────────────────────────▶ ···     │
      send x: send.x
 3  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 1; letter.any · got 0→1, last x
 4  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent in 2; letter.any · got 1→2
"""


def test_equal_segments_do_not_overtake_each_other_in_a_queue() -> None:
    arrival = "<MARK=x> from A arrives at B"
    found = drawn("post", "two equal in a queue", "A: send x", "A: send x", arrival, arrival)
    assert found == IN_ORDER


BEFORE = """\
    A                                                                        B
    here                                                                  here
 1  gone                                                                     │
      leave: call.leave
 2  │     ◀───────────────────────────────────────────── <MARK=x> ── ···     │
      sent before the start; letter.gone
 3  │     ··· ── <MARK=x> ─────────────────────────────────────────────▶     │
         sent before the start; letter.answer
 4  │     ◀───────────────────────────────────────────────── <MARK=y> ──     │
      letter.gone
"""


def test_segments_that_were_in_flight_before_the_start() -> None:
    actions = (
        "A: leave",
        "<MARK=x> from B arrives at A",
        "<MARK=x> from A arrives at B",
        "<MARK=y> from B arrives at A",
    )
    assert drawn("echo", "two letters and a way out", *actions) == BEFORE


LOOP = """\
    A                                                                        B
    path                                                                  path
 1  pit                                                                      │
      fall: fall.path
    ── from here on for ever ─────────────────────────────────────────────────
 2  corner                                                                   │
      walk about: walk.pit
 3  pit                                                                      │
      walk about: walk.corner
"""


def test_a_loop() -> None:
    pit = toy("pit")
    actions = ("A: fall", "A: walk about", "A: walk about")
    model, trace = run(pit, pit.scenarios["walks about"], *actions)
    # From the pit to the corner and back: the states after steps 1 and 3 are the same.
    assert trace.steps[0].after == trace.steps[2].after
    assert picture(model, replace(trace, loop_start=1)) == LOOP


def test_no_steps() -> None:
    model, trace = run(toy("post"), toy("post").scenarios["one letter"])
    assert picture(model, trace).split("\n") == [
        "    A                                                                        B",
        "    here                                                                  here",
        "",
    ]


@pytest.mark.parametrize("name", ["alternating-bit", "echo", "outage", "pit", "post", "timers", "textbook"])
def test_every_ladder_fits(name: str) -> None:
    """Whatever is drawn has its width, its lifelines at their places, and each step once."""
    protocol = load(ROOT / "spec" / "textbook.md") if name == "textbook" else toy(name)
    drawings = 0
    for scenario in protocol.scenarios.values():
        model = Model(protocol, scenario)
        graph = explore(model, Limits(max_states=2_000))
        for property in protocol.properties.values():
            trace = decide(graph, property).trace
            if trace is None:
                continue
            drawings += 1
            lines = picture(model, trace).splitlines()
            assert max(map(len, lines)) == WIDTH
            numbers = [int(line[:4]) for line in lines if line[:4].strip()]
            assert numbers == list(range(1, len(trace.steps) + 1))
            # An arrow for every delivery, loss and duplication, and for every loss in a full channel.
            arrows = [line for line in lines if "▶" in line or "◀" in line]
            assert all(len(line) == WIDTH for line in arrows)
            assert len(arrows) >= sum((s.action.segment is not None) + s.lost for s in trace.steps)
            struck = sum((s.action.kind == "loss") + s.lost for s in trace.steps)
            assert sum("✗" in line for line in arrows) == struck
    assert drawings > 0
