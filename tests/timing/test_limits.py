"""How long a fixed duration may be: numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from checker.timing.answer import Answer, Bound, Timing
from checker.timing.words import formula
from tests.timing.runs import bundled, timed, toy

X_SENT = "A: go"
AGAIN = "A: timeout again"
END = "A: timeout end"
ARRIVES = "x from A arrives at B"
LOST = "x from A is lost"
DOUBLED = "x from A is duplicated"


def bound(timing: Timing, name: str = "wait") -> Bound:
    found = timing.bounds[name]
    assert found is not None
    return found


def limits(answer: Answer, name: str = "wait") -> tuple[Fraction | None, Fraction | None]:
    return bound(answer.run, name).longest, bound(answer.ends, name).longest


# Each run of the toy, with life 25 and again 3..10 unless said, and why its limit is what it is.
# ``wait`` runs from when A goes to when it ends.
BY_HAND = [
    # Nothing was sent again: A ended before it had to, and the letter is still alive.
    ((X_SENT, END), {}, "", "line", 10),
    ((X_SENT, END), {"life": "7"}, "", "line", 7),
    # Sent again once, within 10; it would have been again within 10 more.
    ((X_SENT, AGAIN, ARRIVES, ARRIVES, END), {}, "", "line", 20),
    # The letter is there when A has ended, and sent 25 before it at most.
    ((X_SENT, AGAIN, AGAIN, END, ARRIVES, ARRIVES, ARRIVES), {}, "", "line", 25),
    # Of a queue the first letter is lost, by 12 and after both repetitions, which are 3 apart: the
    # second one was sent by 9.
    ((X_SENT, AGAIN, AGAIN, LOST, END, ARRIVES, ARRIVES), {"life": "12"}, "", "line", 21),
    # In a bag nobody can say which one is lost: that may be the first here as well.
    ((X_SENT, AGAIN, AGAIN, LOST, END, ARRIVES, ARRIVES), {"life": "12"}, "", "cloud", 21),
    # Where two are lost, what arrives may be the third, sent by 12; A repeats 10 later.
    ((X_SENT, AGAIN, AGAIN, LOST, LOST, END, ARRIVES), {"life": "12"}, "", "cloud", 22),
    # A copy is as old as its original: both came by 5, when the second letter had been sent.
    ((X_SENT, AGAIN, DOUBLED, ARRIVES, ARRIVES, END, ARRIVES), {"life": "5"}, "", "line", 10),
    ((X_SENT, DOUBLED, ARRIVES, END, ARRIVES), {"life": "5"}, "", "line", 5),
    # Waiting begins anew with each repetition, and A repeats after 10 at most.
    ((X_SENT, AGAIN, ARRIVES, ARRIVES, END), {}, "event is timeout again", "line", 10),
    # Called before the start, whenever that was.
    ((END, ARRIVES), {}, "", "opened", 10),
    ((END, ARRIVES), {"life": "7"}, "", "opened", 7),
]


@pytest.mark.parametrize(("actions", "given", "restarted", "scenario", "longest"), BY_HAND)
def test_limit_by_hand(
    actions: tuple[str, ...], given: dict[str, str], restarted: str, scenario: str, longest: int
) -> None:
    given = {"life": "25", "again": "3..10", **given}
    found = timed(toy(restarted), scenario, actions, **given)
    assert bound(found.run).longest == longest
    assert found.run.schedule is not None
    assert found.possible
    # The formula comes to the number.
    values = [(count, quantity.value(found.numbers)) for count, quantity in bound(found.run).terms]
    assert sum(count * (value or 0) for count, value in values) == longest * bound(found.run).times


def test_what_is_left_in_flight_may_as_well_have_been_lost() -> None:
    """The letter is 7 old at most when the run ends, unless the network has lost it: then nothing
    is known but that A has not sent again yet. Where nothing is lost, it is there."""
    found = timed(toy(), "line", (X_SENT, END), life="7", again="3..10")
    assert limits(found) == (7, 10)
    found = timed(toy(), "opened", (END,), life="7", again="3..10")
    assert limits(found) == (7, 7)


def test_the_limit_itself_is_possible_and_nothing_beyond() -> None:
    run = (X_SENT, AGAIN, ARRIVES, ARRIVES, END)
    assert timed(toy(), "line", run, life="25", again="3..10", wait="20").possible
    assert not timed(toy(), "line", run, life="25", again="3..10", wait="20.000001").possible


def test_waiting_may_be_too_short_as_well() -> None:
    """A sends again before it ends, so it waits for 3 at least."""
    run = (X_SENT, AGAIN, ARRIVES, ARRIVES, END)
    found = timed(toy(), "line", run, life="25", again="3..10")
    assert bound(found.run).shortest == bound(found.ends).shortest == 3
    assert timed(toy(), "line", run, life="25", again="3..10", wait="3").possible
    assert not timed(toy(), "line", run, life="25", again="3..10", wait="2.999999").possible


@pytest.mark.parametrize(("scenario", "shortest"), [("line", 9), ("cloud", 6)])
def test_a_segment_takes_its_time_to_arrive_but_not_to_get_lost(scenario: str, shortest: int) -> None:
    """In a queue the first of two letters is lost; the other one is sent at 3 and arrives at 9. In
    a bag it may be the first that arrives, at 6, and the second is lost before that."""
    run = (X_SENT, AGAIN, LOST, ARRIVES, END)
    found = timed(toy(life="range"), scenario, run, life="6..12", again="3..10")
    assert bound(found.run).shortest == shortest
    assert timed(toy(life="range"), scenario, run, life="6..12", again="3..10", wait=str(shortest)).possible


def test_a_limit_rests_on_what_it_would_not_be_without() -> None:
    found = bound(timed(toy(), "line", (X_SENT, END), life="7", again="3..10").run)
    assert [(q and (q.duration, q.side), weaker) for q, weaker in found.without] == [(("life", "most"), 10)]
    assert formula(found) == "life"
    found = bound(timed(toy(), "line", (X_SENT, AGAIN, ARRIVES, ARRIVES, END), life="25", again="3..10").run)
    assert [(q and (q.duration, q.side), weaker) for q, weaker in found.without] == [
        (("again", "most"), None),
        (None, None),
    ]
    assert formula(found) == "2 again"


def test_without_a_limit_of_anything_else_there_is_none_for_waiting() -> None:
    found = timed(toy(), "line", (X_SENT, AGAIN, ARRIVES, ARRIVES, END), life="25", again="3..")
    assert limits(found) == (None, None)
    assert found.possible


def test_what_nothing_waits_for_rules_nothing_out() -> None:
    """Where the user never goes, no timer runs."""
    found = timed(toy(), "line", (), life="25", again="3..10", wait="5")
    assert (found.idle, found.possible) == (("wait",), True)


def test_some_runs_cannot_happen_however_long_it_waits() -> None:
    """The first letter lives on although A has sent again twice, 30 later."""
    run = (X_SENT, AGAIN, AGAIN, ARRIVES, ARRIVES, ARRIVES, END)
    found = timed(toy(), "line", run, life="25", again="30..40")
    assert found.run.bounds == {"wait": None}
    assert found.ends.schedule is not None  # no end can tell whether the first came early
    blamed = {(c.why, c.quantity and c.quantity.side) for c in found.run.blame}
    assert blamed >= {("segment", "most"), ("timer", "least")}


def test_two_ends_were_called_at_times_of_their_own() -> None:
    """B's letter lives for 5 and arrives when A has repeated twice, 6 after its call at least: so
    B was called later than A."""
    run = (AGAIN, LOST, LOST, AGAIN, LOST, "x from B arrives at A")
    found = timed(toy(), "both opened", run, life="5", again="3..10")
    assert found.run.schedule is not None
    a, b = found.run.schedule.times[1:3]
    assert [moment.step for moment in found.moments[:2]] == [0, 0]
    assert found.run.schedule.times[-2] - a >= 6
    assert found.run.schedule.times[-2] - b <= 5


# TCP, as docs/time.md works it out

FOUR_WAY = (
    "A: connect",
    "<FLAGS=SYN><Seq=299> from A arrives at B",
    "<FLAGS=SYN,ACK><Seq=399><ACK=300> from B arrives at A",
    "<FLAGS=ACK><Seq=300><ACK=400> from A arrives at B",
    "A: close",
    "<FLAGS=FIN><Seq=300> from A arrives at B",
    "<FLAGS=ACK><Seq=400><ACK=301> from B arrives at A",
    "B: close",
    "<FLAGS=FIN><Seq=400> from B arrives at A",  # A in TIME-WAIT
)
OVER = "A: timeout TIME-WAIT"
FIN_AGAIN = "B: timeout resend"
FIN_COMES = "<FLAGS=FIN><Seq=400> from B arrives at A"
LAST_ACK = "<FLAGS=ACK><Seq=301><ACK=401> from A"

ACK_LOST = (*FOUR_WAY, f"{LAST_ACK} is lost", FIN_AGAIN, OVER, FIN_COMES)
ACK_LATE = (*FOUR_WAY, FIN_AGAIN, f"{LAST_ACK} arrives at B", OVER, FIN_COMES)


def tcp(run: tuple[str, ...], **given: str) -> Answer:
    return timed(bundled("textbook"), "TIME-WAIT too short", run, **given)


@pytest.mark.parametrize(
    ("msl", "rto", "longest", "made_of"),
    [
        # The FIN leaves RTO after the first one and arrives MSL later ...
        ("30", "1..60", 90, "RTO + MSL"),
        ("0.5", "0.2..120", Fraction("120.5"), "RTO + MSL"),
        # ... but before the next one leaves, or else the run would say so.
        ("120", "1..60", 120, "2 RTO"),
        # Without a limit of RTO there is none.
        ("120", "1..", None, None),
    ],
)
def test_when_the_last_ack_is_lost(msl: str, rto: str, longest: Fraction | None, made_of: str | None) -> None:
    found = tcp(ACK_LOST, MSL=msl, RTO=rto)
    assert limits(found, "time-wait") == (longest, longest)
    if made_of is not None:
        assert sorted(formula(bound(found.ends, "time-wait")).split(" + ")) == sorted(made_of.split(" + "))


def test_each_repetition_that_is_lost_adds_rto() -> None:
    run = (*FOUR_WAY, f"{LAST_ACK} is lost", FIN_AGAIN, "<FLAGS=FIN><Seq=400> from B is lost")
    found = tcp((*run, FIN_AGAIN, OVER, FIN_COMES), MSL="30", RTO="1..60")
    assert bound(found.ends, "time-wait").longest == 2 * 60 + 30


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("<FLAGS=FIN><Seq=400> from B is lost",)])
def test_the_ends_of_a_queue_cannot_tell_which_repetition_is_lost(more: tuple[str, ...]) -> None:
    """Two FINs are sent again, and the first of them arrives. The ends would see the same if it had
    been lost, and the second, sent RTO later, had arrived."""
    run = (*FOUR_WAY, f"{LAST_ACK} is lost", FIN_AGAIN, FIN_AGAIN, OVER, FIN_COMES, *more)
    found = tcp(run, MSL="30", RTO="1..60")
    assert limits(found, "time-wait") == (60 + 30, 2 * 60 + 30)
    assert tcp(run, MSL="30", RTO="1..60", time_wait="150").possible
    assert not tcp(run, MSL="30", RTO="1..60", time_wait="150.5").possible


def test_a_repetition_that_takes_longer_than_rto_adds_msl() -> None:
    found = bound(tcp(ACK_LOST, MSL="120", RTO="1..60").ends, "time-wait")
    assert (None, Fraction(180)) in found.without


@pytest.mark.parametrize(
    ("msl", "rto", "longest", "made_of"),
    [
        # The last ACK takes MSL, and what left just before it came takes another one: 2 MSL ...
        ("120", "1..", 240, "2 MSL"),
        ("30", "1..60", 60, "2 MSL"),
        # ... unless it left RTO after the first FIN, and that is sooner.
        ("120", "1..60", 180, "RTO + MSL"),
    ],
)
def test_when_the_last_ack_is_late(msl: str, rto: str, longest: int, made_of: str) -> None:
    found = tcp(ACK_LATE, MSL=msl, RTO=rto)
    assert limits(found, "time-wait") == (longest, longest)
    assert sorted(formula(bound(found.ends, "time-wait")).split(" + ")) == sorted(made_of.split(" + "))


def test_2_msl_is_long_enough_only_if_rto_is_shorter_than_msl() -> None:
    """RFC 9293's TIME-WAIT of 2 MSL, for the run in which the last ACK is lost."""
    assert not tcp(ACK_LOST, MSL="120", RTO="1..119", time_wait="240").possible
    assert tcp(ACK_LOST, MSL="120", RTO="1..120", time_wait="240").possible


def test_a_fin_that_comes_in_time_starts_the_wait_again() -> None:
    """The FIN comes again RTO + MSL after the first one at the latest; the last wait begins there,
    and the first one was not over."""
    run = (*ACK_LOST[:-2], FIN_COMES, f"{LAST_ACK} arrives at B", OVER)
    found = tcp(run, MSL="30", RTO="50..60", time_wait="10")
    assert not found.possible  # the FIN is sent 50 after the first, which takes 30 at most
    found = tcp(run, MSL="30", RTO="50..60", time_wait="20")
    assert found.possible
    assert bound(found.ends, "time-wait").shortest == 20
    assert found.run.schedule is not None
    times = dict(enumerate(found.run.schedule.times))
    step = {moment.step: number for number, moment in enumerate(found.moments, 1)}
    assert times[step[14]] - times[step[12]] == 20


def test_what_arrives_may_have_been_sent_only_later_in_the_run() -> None:
    """The FIN arrives before B sends it once more; neither end can tell that it was not the one after,
    sent by 2 RTO, that arrived, and the one before that was lost."""
    run = (*FOUR_WAY, f"{LAST_ACK} is lost", FIN_AGAIN, OVER, FIN_COMES, FIN_AGAIN)
    assert limits(tcp(run, MSL="30", RTO="1..60"), "time-wait") == (90, 150)
