"""Systems so small that their states and transitions are counted by hand, in the comments.

Of ``post``: n letters x are in flight, g have been received, l losses and d duplications are
left. Where everything sent is a letter x, a state is told by such numbers alone.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.document.library import parse
from checker.explore.reference import explore
from checker.explore.system import System
from checker.model.tables import Model
from checker.verify.trace import snapshot
from checker.verify.words import describe
from tests.toys import DOCUMENTS, explored, model_of, toy

Counts = tuple[int, int, tuple[int, ...], int]
"""States, transitions, states per level, truncated states."""

POST: dict[str, Counts] = {
    # not sent - in flight - received.
    "one letter": (3, 2, (1, 1, 1), 0),
    # not sent - in flight - received, or lost.
    "one letter may be lost": (4, 3, (1, 1, 2), 0),
    # not sent - (n1 g0 d1) - (n0 g1 d1), or doubled (n2 g0 d0) - (n1 g1 d0) - (n0 g2 d0).
    "one letter, twice delivered": (6, 5, (1, 1, 2, 1, 1), 0),
    # A duplication needs room, so even an unlimited one never happens: as `one letter`.
    "no room for the copy": (3, 2, (1, 1, 1), 0),
    # s sent, g received, k lost (at most 1), n = s - g - k; a state's depth is s + g + k.
    #   s=0: 1 state.  s=1: k=0 with g=0,1; k=1 with g=0: 3.  s=2: k=0 with g=0,1,2; k=1 with
    #   g=0,1: 5.  Together 9; by depth: 000 | 100 | 110 101 200 | 210 201 | 220 211.
    # Sends: from every state with s<2: 4. Deliveries, one wherever n>0: 100 200 210 201: 4.
    # Losses, one wherever n>0 and k=0, since equal segments of a bag are one: 100 200 210: 3.
    "two equal in a bag": (9, 11, (1, 1, 3, 2, 2), 0),
    # The same states, but in 200 the queue loses its first letter or its second: one more.
    "two equal in a queue": (9, 12, (1, 1, 3, 2, 2), 0),
    # Letters still to send / in flight / received; y may be sent first, leaving x out:
    #   xy//  ->  y/x/ and /y/;  y/x/ -> /xy/ and y//x;  /y/ -> //y;
    #   /xy/ -> /y/x;  y//x -> /y/x;  /y/x -> //xy.
    # States: xy// | y/x/ /y/ | /xy/ y//x //y | /y/x | //xy = 8. Transitions: 2+2+1+1+1+1 = 8.
    "two in a queue": (8, 8, (1, 2, 3, 1, 1), 0),
    # As in the queue, and /xy/ -> /x/y -> //yx: two states and two transitions more.
    "two in a bag": (10, 10, (1, 2, 3, 2, 2), 0),
    # s sent, g received, k lost (at most 1), n = s - g - k (at most 1): the channel holds one.
    #   000 -> 100;  100 -> 110 delivered, 101 lost, 201: sent into the full channel, a loss;
    #   110 -> 210;  101 -> 201;  201 -> 211;  210 -> 220 delivered, 211 lost.
    # States: 000 | 100 | 201 110 101 | 211 210 | 220 = 8. Transitions: 1+3+1+1+1+2 = 9.
    "full, one loss": (8, 9, (1, 1, 3, 2, 1), 0),
    # The third send goes on from there:
    #   210 -> 311, sent into the full channel;  211 -> 311;  220 -> 320;
    #   311 -> 321;  320 -> 330 delivered, 321 lost.
    # In 201 the channel is full and the loss is spent: no third send, and it is truncated.
    # States: 8 + 311 320 321 330 = 12, 220 and 311 at depth 4, 320 and 321 at depth 5, 330 at
    # depth 6. Transitions: 9 + 3 + 1 + 2 = 15.
    "full, one loss too few": (12, 15, (1, 1, 3, 2, 2, 2, 1), 1),
    # 00 -> 10 -> 11 -> 21 -> 22 (s sent, g received); in 10 there is no room: truncated.
    "full, no loss": (5, 4, (1, 1, 1, 1, 1), 1),
    # r letters still to send, n, g; losses are not counted.
    #   200 -> 110;  110 -> 010 sent and lost, 101, 100;  101 -> 011;  100 -> 010;
    #   010 -> 001, 000;  011 -> 002, 001.
    # States: 200 | 110 | 010 101 100 | 001 000 011 | 002 = 9. Transitions: 1+3+1+1+2+2 = 10.
    "full, any loss": (9, 10, (1, 1, 3, 3, 1), 0),
    # The copy goes right behind its original, so never xyx or yxy. In flight / received:
    #   start -> xy/;  xy/ -> y/x, xxy/, xyy/;  y/x -> /xy, yy/x;
    #   xxy/ -> xy/x -> y/xx -> /xxy;  xyy/ -> yy/x -> y/xy -> /xyy.
    # xy/x has no copy left, unlike xy/; y/xx and y/xy differ in the last letter received;
    # /xxy and /xyy agree in all that is remembered: three received, y the last.
    # States: start | xy/ | y/x xxy/ xyy/ | /xy yy/x xy/x | y/xx y/xy | /..y = 11.
    # Transitions: 1+3+2+1+1+1+1+1+1 = 12.
    "both at once": (11, 12, (1, 1, 3, 3, 2, 1), 0),
    # With room for two only y can be doubled, once x is gone:
    #   start -> xy/ -> y/x;  y/x -> /xy, yy/x;  yy/x -> y/xy -> /xyy.
    "both at once, little room": (7, 6, (1, 1, 1, 2, 1, 1), 0),
    # After the one call: g received, k lost, c copied, n = 2 - g - k + c; depth 1 + g + k + c.
    #   k=0 c=0: g=0,1,2;  k=1 c=0: g=0,1;  k=0 c=1: g=0,1,2,3;  k=1 c=1: g=0,1,2: 12 states.
    #   By g + k + c: 1, 3, 4 (200 110 101 011), 2 (201 111), 2 (301 211).
    # Deliveries wherever n>0: 2+1+3+2 = 8. Losses where k=0, one for each place:
    # (2+1) + (3+2+1) = 9. Duplications where c=0 and n<3, one for each place: (2+1) + 1 = 4.
    # With the call: 13 states, 1+8+9+4 = 22 transitions.
    "a pair in a queue": (13, 22, (1, 1, 3, 4, 2, 2), 0),
    # In a bag one for each n>0: losses 2+3 = 5, duplications 2+1 = 3: 1+8+5+3 = 17.
    "a pair in a bag": (13, 17, (1, 1, 3, 4, 2, 2), 0),
    # The first letter finds room, the second spends the loss: not sent - in flight - received.
    "half a pair": (3, 2, (1, 1, 1), 0),
    # The second finds neither room nor a loss, so neither is sent.
    "no room for a pair": (1, 0, (1,), 1),
    # Two independent letters with three states each: 3*3 states, 2*3 + 3*2 transitions; the
    # depths 0 1 2 of both add up.
    "each to the other": (9, 12, (1, 2, 3, 2, 1), 0),
}

OUTAGE: dict[str, Counts] = {
    # Calls are optional and in order; of the two `learn` only the first that is left is tried.
    # Calls left, learnt or not: lrl- -> rl+ by learn, l- by rest;  rl+ -> l+ by rest, 0+ by
    # learn;  l- -> 0+;  l+ -> 0+.  States: lrl- | rl+ l- | l+ 0+.
    "calls in order": (5, 6, (1, 2, 2), 0),
    # up, 2 left - down, 1 - up, 1 - down, 0 - up, 0.
    "crash twice": (5, 4, (1, 1, 1, 1, 1), 0),
    # Each end: up, 1 left - down, 0 - up, 0. Independent: as `each to the other`.
    "both crash": (9, 12, (1, 2, 3, 2, 1), 0),
    # Up or down, learn still to be called (l) or not, learnt (+), crashes left:
    #   up l - 1 -> up + 1, down l - 0;  up + 1 -> down - 0, forgotten;
    #   down l - 0 -> up l - 0 by waking, learn is refused;  down - 0 -> up - 0;
    #   up l - 0 -> up + 0.
    # States: up l - 1 | up + 1, down l - 0 | down - 0, up l - 0 | up - 0, up + 0 = 7.
    "learn and crash": (7, 6, (1, 2, 2, 2), 0),
    # A hint passes to the next step of the same event, and is gone after it:
    #   both left -> one left, taken;  both left -> none left, not taken, by `take a hint`;
    #   one left, taken -> none left, taken.
    "hints": (4, 3, (1, 2, 1), 0),
    # A draws 7, then 9, then 9 again: 3 states, each with one transition, the last onto itself.
    # B draws 5 for ever: 2 states. Together 3*2 states with two transitions each; the depths
    # 0 1 2 and 0 1 add up.
    "tickets": (6, 12, (1, 2, 2, 1), 0),
}

TIMERS: dict[str, Counts] = {
    # Waiting (w) or over (o), with n letters in flight:
    #   idle -> w1;  w0 -> w1, o0;  w1 -> w2, w0, o1;  w2 -> w1, o2, and no room to send again;
    #   o2 -> o1 -> o0.
    # States: idle | w1 | w2 w0 o1 | o2 o0 = 7. Transitions: 1+2+3+2+1+1 = 10.
    "no assumption": (7, 10, (1, 1, 3, 2), 1),
    # Over only from w0: idle -> w1;  w0 -> w1, o0;  w1 -> w2, w0;  w2 -> w1.
    "drained": (5, 6, (1, 1, 2, 1), 1),
    # Again only from w0: idle -> w1;  w0 -> w1, o0;  w1 -> w0, o1;  o1 -> o0.
    "no echo": (5, 6, (1, 1, 2, 1), 0),
    # Never over, and letters are numbered by ghosts, in flight / next number:
    #   idle -> 0/0 -> /0 -> 1/1 -> /1 -> 1/1.  In 0/0 a letter 1 would be an echo of letter 0.
    "ghosts aside": (5, 5, (1, 1, 1, 1, 1), 0),
    # Both wait, so neither is ever over: a channel is full, and delivers, or is empty, and its
    # sender sends again. 2*2 states with two transitions each, beginning with both full.
    "both wait": (4, 8, (1, 2, 1), 0),
    # Nobody waits at B, whose timer is disabled: w1 -> w0, o1;  w0 -> w1, o0;  o1 -> o0.
    "one waits": (4, 5, (1, 2, 1), 0),
}

CASES = [("post", POST), ("outage", OUTAGE), ("timers", TIMERS)]


@pytest.mark.parametrize(
    ("document", "scenario", "counts"),
    [(name, scenario, counts) for name, table in CASES for scenario, counts in table.items()],
)
def test_counts_by_hand(document: str, scenario: str, counts: Counts) -> None:
    graph = explored(document, scenario)
    assert (len(graph), len(graph.edges.targets), graph.levels, int(graph.truncated.sum())) == counts
    assert graph.depth == len(counts[2]) - 1
    assert graph.complete


def test_what_lacks_room_is_named_by_its_state() -> None:
    graph = explored("post", "full, one loss too few")
    (index,) = graph.truncated.nonzero()[0].tolist()
    state = snapshot(graph.system, graph.state(index))
    # Two sent, one of them lost, none received: 201 of the table above.
    assert (len(state.in_flight[0]), state.losses, state.ends[1].values) == (1, 0, (0, None))


def test_supplies_that_run_out_are_named() -> None:
    graph = explored("outage", "tickets")
    assert graph.system.model.exhausted() == ["A's ticket", "B's ticket"]
    drawn = [[local.values[2] for local in table.locals.values] for table in graph.system.model.tables]
    assert drawn == [[None, 7, 9], [None, 5]]


def test_what_lives_for_an_event_is_gone_after_it() -> None:
    graph = explored("outage", "hints")
    hints = {local.values[3] for table in graph.system.model.tables for local in table.locals.values}
    assert hints == {False}


def test_refusals_are_kept_apart_from_moves() -> None:
    graph = explored("outage", "learn and crash")
    table = graph.system.model.tables[0]
    rules = graph.system.model.protocol.rules
    down = [i for i, local in enumerate(table.locals.values) if local.state == "down" and local.called == 0]
    assert [[(r.event, rules[r.fired[0]].id) for r in table.refusals(i)] for i in down] == [
        [("learn", "learn.down")]
    ]


def test_the_order_of_actions() -> None:
    """A before B; its calls, timers, faults, what it receives, then what becomes of what it sent."""
    system = System(model_of("post", "a pair in a queue"))
    state = system.initial()
    (call, state), *more = system.successors(state)[0]
    assert (describe(system.model, system.action(call)), more) == ("A: send twice", [])
    actions = [system.action(action) for action, _ in system.successors(state)[0]]
    assert [(action.kind, action.end, action.position) for action in actions] == [
        ("loss", 0, 0),
        ("loss", 0, 1),
        ("duplication", 0, 0),
        ("duplication", 0, 1),
        ("delivery", 1, None),
    ]


def test_copies_stand_right_behind_their_originals() -> None:
    graph = explored("post", "both at once")
    contents = [snapshot(graph.system, graph.state(i)).in_flight[0] for i in range(len(graph))]
    queued = {"".join(str(segment.values[0]) for segment in content) for content in contents}
    assert queued == {"", "y", "xy", "xxy", "xyy", "yy"}


def test_a_list_of_assignments_may_delete_the_tcb() -> None:
    text = (DOCUMENTS / "outage.md").read_text(encoding="utf-8").replace("`delete TCB`", "`forget all`")
    text += "\n| name | means |\n|---|---|\n| `forget all` | `hint := off; delete TCB` |\n"
    protocol = parse(text, "outage.md")
    graph = explore(Model(protocol, protocol.scenarios["learn and crash"]))
    assert (len(graph), len(graph.edges.targets), graph.levels) == OUTAGE["learn and crash"][:3]


def test_what_is_sent_before_the_start_needs_room_too() -> None:
    """Of two letters one finds room; the other is a loss, and the only one."""
    protocol, pair = toy("post"), toy("post").scenarios["half a pair"]
    scenario = replace(pair, calls=((), ()), opened=((0, "send twice"),))
    state = System(Model(protocol, scenario)).initial()
    assert (state.losses, state.duplications) == (0, 0)


@pytest.mark.parametrize("condition", ["peer timer again disabled = on", "not not peer timer again disabled"])
def test_an_assumption_may_say_the_same_in_other_words(condition: str) -> None:
    text = (DOCUMENTS / "timers.md").read_text(encoding="utf-8")
    protocol = parse(text.replace("peer timer again disabled", condition), "timers.md")
    graph = explore(Model(protocol, protocol.scenarios["one waits"]))
    assert (len(graph), len(graph.edges.targets), graph.levels) == TIMERS["one waits"][:3]
