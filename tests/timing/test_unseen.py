"""What no end can tell from a run, against all runs that are like it: other orders of the same steps,
found by trying, each timed in its own order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import networkx as nx
import pytest

from checker.document.lengths import Given, Numbers
from checker.document.library import load
from checker.document.protocol import Network
from checker.explore.system import GlobalState
from checker.explore.system import System as Transitions
from checker.model.segment import Segment
from checker.model.tables import Action, Model
from checker.timing.answer import answer
from checker.timing.clocks import Clocks
from checker.timing.constraints import constraints
from checker.timing.flights import Fate, fates
from checker.timing.moments import Moment, moments_of
from checker.timing.solve import System
from checker.timing.unseen import unseen_fates
from checker.verify.trace import Step, Trace, step
from tests.timing.runs import numbers_of, run_along
from tests.timing.test_schedules import Clockwork, graph_of, never, wound_up
from tests.toys import DOCUMENTS

NETWORK = ("loss", "duplication")

Seen = tuple[str, str, Segment | None]
Unseen = tuple[str, int, Segment | None]


def seen(action: Action) -> Seen:
    """What an end sees of its step."""
    return action.kind, action.event, action.segment


def unseen(actions: Sequence[Action], kind: str) -> Counter[Unseen]:
    return Counter((a.kind, a.end, a.segment) for a in actions if a.kind == kind)


def like(model: Model, trace: Trace) -> Iterator[Trace]:
    """All runs in which both ends see what they see in this one, as much is doubled, and at least
    as much is lost: whatever is left may be."""
    system = Transitions(model)
    actions = [taken.action for taken in trace.steps]
    own = [
        [seen(a) for a in actions if a.end == end and a.kind not in ("loss", "duplication")] for end in (0, 1)
    ]
    losses, doubled = unseen(actions, "loss"), unseen(actions, "duplication")

    def further(state: GlobalState, steps: list[Step]) -> Iterator[list[Step]]:
        taken = [before.action for before in steps]
        done = [sum(a.end == end and a.kind not in NETWORK for a in taken) for end in (0, 1)]
        complete = done == [len(own[0]), len(own[1])] and unseen(taken, "duplication") == doubled
        if complete and unseen(taken, "loss") >= losses:
            yield steps
        tried: set[tuple[Seen | Unseen, GlobalState]] = set()
        for number, after in system.successors(state)[0]:
            action = system.action(number)
            what: Seen | Unseen = seen(action)
            if action.kind in NETWORK:
                what = action.kind, action.end, action.segment
                if action.kind == "duplication" and unseen(taken, "duplication")[what] == doubled[what]:
                    continue
            elif own[action.end][done[action.end] : done[action.end] + 1] != [what]:
                continue
            if (what, after) not in tried:
                tried.add((what, after))
                yield from further(after, [*steps, step(system, state, number, after)])

    for steps in further(system.initial(), []):
        yield Trace(trace.initial, tuple(steps))


Told = list[tuple[list[Moment], Fate]]


def told(model: Model, trace: Trace) -> Told:
    """The runs that no end can tell from this one, with which segment is which in each."""
    return [
        (moments, fate)
        for other in like(model, trace)
        for moments in [moments_of(model, other)]
        for fate in fates(moments, model.scenario.network.order)
    ]


def can_happen(model: Model, others: Told, numbers: Numbers, wait: Fraction) -> bool:
    """Whether one of the runs has a schedule in its own order: no cycle of differences is negative."""
    known = {**numbers, "wait": Given(wait, wait)}
    systems = (System(constraints(Clocks(model), m, fate, "run", known), known) for m, fate in others)
    return any(not nx.negative_edge_cycle(graph_of(system)) for system in systems)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 25))]
)
@pytest.mark.parametrize("scenario", ["bag", "lossy bag", "queue", "lossy queue", "sure queue"])
def test_what_no_end_can_tell_is_any_run_that_looks_the_same(scenario: str, seed: int) -> None:
    protocol = load(DOCUMENTS / "knocks.md")
    numbers = numbers_of(protocol, {"life": "2..6", "again": "2..4"})
    model = Model(protocol, protocol.scenarios[scenario])
    clockwork = Clockwork(model, {**numbers, "wait": Given(Fraction(7), Fraction(7))}, never)
    trace = wound_up(clockwork, seed, 6).trace()
    bound = answer(model, trace, numbers).ends.bounds.get("wait")
    others = told(model, trace)
    if bound is None:  # the clockwork does not know that letters take a while
        assert not any(can_happen(model, others, numbers, Fraction(wait)) for wait in range(0, 40, 2))
        return
    step = Fraction(1, 1000)
    assert can_happen(model, others, numbers, bound.shortest)
    if bound.shortest:
        assert not can_happen(model, others, numbers, bound.shortest - step)
    assert can_happen(model, others, numbers, bound.longest or Fraction(1_000_000))
    if bound.longest is not None:
        assert not can_happen(model, others, numbers, bound.longest + step)


GO, AGAIN = "A: go", "A: timeout again"
KNOCK, ANSWER = "<MARK=knock> from", "<MARK=answer> from"


def arrived(scenario: str, *actions: str, network: Network | None = None) -> set[tuple[int, ...]]:
    """For each way to match them, the numbers of the steps in which the arriving letters were sent."""
    protocol = load(DOCUMENTS / "knocks.md")
    model = Model(protocol, protocol.scenarios[scenario])
    moments = moments_of(model, run_along(model, *actions))
    found = unseen_fates(moments, network or model.scenario.network)
    arrivals = {number for number, moment in enumerate(moments) if moment.kind == "delivery"}
    return {tuple(f.sent + 1 for number, f in fate.uses if number in arrivals) for fate in found}


def test_what_arrives_in_a_queue_has_cost_what_was_sent_before() -> None:
    """A knocks, answers, and knocks again; one knock arrives. Were it the second, the first one and
    the answer were lost, and only one letter may be. In a bag the answer may still come."""
    run = ("B: go", GO, f"{KNOCK} B arrives at A", AGAIN, f"{KNOCK} A arrives at B")
    assert arrived("queue", *run) == {(1, 2)}
    assert arrived("queue", *run, network=Network("queue", 2, 1)) == {(1, 2), (1, 4)}
    assert arrived("bag", *run) == {(1, 2), (1, 4)}


def test_in_a_queue_nothing_overtakes() -> None:
    """Knock, answer, knock: one of the knocks arrives, and then the answer."""
    run = (
        "B: go",
        GO,
        f"{KNOCK} B arrives at A",
        AGAIN,
        f"{KNOCK} A arrives at B",
        f"{ANSWER} A arrives at B",
    )
    assert arrived("queue", *run, network=Network("queue", None, None)) == {(1, 2, 3)}
    assert arrived("bag", *run) == {(1, 2, 3), (1, 4, 3)}


def test_nothing_arrives_that_its_own_arrival_has_caused() -> None:
    """A knocks again only when it has the answer to its knock."""
    run = (GO, f"{KNOCK} A arrives at B", f"{ANSWER} B arrives at A", AGAIN)
    assert arrived("lossy bag", *run) == {(1, 2)}
