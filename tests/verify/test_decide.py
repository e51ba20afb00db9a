"""Verdicts on toys, reasoned by hand, and decided a second time by other means."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.protocol import Network, Property, Protocol, Scenario
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.claims import HOLDS, PREMISE_FALSE, VIOLATED, claims_of
from checker.verify.decide import decide
from checker.verify.judgements import judge_all
from checker.verify.verdict import Verdict
from tests.oracle import Label, Oracle, State
from tests.toys import explored, run_of, tcp, toy

OF_STATES = ("invariant", "reachable", "quiescent", "never stuck")
X, Y = "<MARK=x>", "<MARK=y>"


def verdict_on(document: str, scenario: str, property: str) -> tuple[Verdict, list[str] | None]:
    """The verdict with its run in words, if it has one."""
    graph = explored(document, scenario)
    verdict = decide(graph, toy(document).properties[property])
    return verdict, None if verdict.trace is None else run_of(graph.system.model, verdict.trace)


HOLD = [
    ("post", "two in a queue", "at most two"),
    ("post", "two in a queue", "counted"),
    ("post", "one letter", "x only"),
    ("post", "two in a queue", "an empty post"),
    ("post", "two in a bag", "all gone"),
    ("timers", "no echo", "one at a time"),
    ("outage", "crash twice", "wakes"),
    ("echo", "some end", "one step at a time"),
    ("echo", "some end", "tired"),
    ("echo", "some end", "at rest"),
    # The ladder, the letter of a friend who has written, a shout that is still to come.
    ("pit", "has a ladder", "out"),
    ("pit", "both fall", "out"),
    ("pit", "one ladder for two", "alone on the ladder"),
    ("pit", "may shout", "out by shouting"),
    ("pit", "may shout", "rests once it has shouted"),
    ("pit", "has a ladder", "rests at home"),
    # Who walks about in the pit never rests there; that it is stuck is another property.
    ("pit", "walks about", "rests at home"),
]


@pytest.mark.parametrize(("document", "scenario", "property"), HOLD)
def test_holds(document: str, scenario: str, property: str) -> None:
    verdict, run = verdict_on(document, scenario, property)
    assert (verdict.outcome, verdict.reason, run, verdict.end) == ("holds", "", None, None)
    assert verdict.scope.startswith("exhaustive; at most ")


VIOLATED_BY: list[tuple[str, str, str, int, list[str]]] = [
    # Two letters reach B. Of the runs of four steps, the first sends twice before it delivers.
    (
        "post",
        "two in a queue",
        "at most one",
        1,
        ["A: send x", "A: send y", f"{X} from A arrives at B", f"{Y} from A arrives at B"],
    ),
    # B has received, but nothing from B is in flight.
    ("post", "two in a queue", "only from B", 1, ["A: send x", f"{X} from A arrives at B"]),
    # Sending y alone is a step; no state need be reached first.
    ("post", "two in a queue", "x only", 0, ["A: send y"]),
    # Only a bag delivers x after y.
    (
        "post",
        "two in a bag",
        "y after y",
        1,
        ["A: send x", "A: send y", f"{Y} from A arrives at B", f"{X} from A arrives at B"],
    ),
    # Before anything is sent nothing helps: calls do not. So the initial state is quiescent.
    ("post", "two in a queue", "all came", 0, []),
    ("outage", "calls in order", "learns", 0, []),
    ("outage", "crash twice", "stays up", 0, ["A: crash"]),
    # `timeout end` is enabled, but it is a timer that helps nobody.
    ("timers", "no echo", "it ends", 0, ["A: go"]),
    ("timers", "one waits", "it ends", 0, []),
    # The second letter x is another one to a ghost, though not to `no echo`.
    (
        "timers",
        "ghosts aside",
        "one at a time",
        0,
        ["A: go", f"{X} from A arrives at B", "A: timeout again"],
    ),
    # A first, since its actions come first.
    ("echo", "some end", "few steps", 0, ["A: step"] * 4),
    ("echo", "some end", "third step", 0, ["A: step"] * 3),
    # A rescue may come by chance, but a claim must not rely on it.
    ("pit", "falls", "out", 0, ["A: fall"]),
    ("pit", "falls", "out by shouting", 0, ["A: fall"]),
    ("pit", "falls", "rests at home", 0, ["A: fall"]),
    ("pit", "falls", "no rescue", 0, ["A: fall", "A: timeout rescue"]),
    # That it may shout does not mean that it must.
    ("pit", "may shout", "out", 0, ["A: fall"]),
    ("pit", "may shout", "rests at home", 0, ["A: fall"]),
    # A letter in flight would help; a friend who may write does not.
    ("pit", "has a friend", "out", 0, ["A: fall"]),
    ("pit", "walks about", "out", 0, ["A: fall"]),
    # Nobody waits for the other to climb; or each does.
    ("pit", "both fall", "alone on the ladder", 0, ["A: fall", "B: fall", "A: timeout climb"]),
    ("pit", "one ladder for two", "out by the one ladder", 0, ["A: fall", "B: fall"]),
]


@pytest.mark.parametrize(("document", "scenario", "property", "end", "run"), VIOLATED_BY)
def test_violated(document: str, scenario: str, property: str, end: int, run: list[str]) -> None:
    verdict, found = verdict_on(document, scenario, property)
    assert (verdict.outcome, verdict.end, found) == ("violated", end, run)


REACHED: list[tuple[str, str, str, int, list[str]]] = [
    ("post", "two in a queue", "y was last", 1, ["A: send y", f"{Y} from A arrives at B"]),
    (
        "post",
        "two in a bag",
        "x twice",
        1,
        ["A: send x", "A: send y", f"{Y} from A arrives at B", f"{X} from A arrives at B"],
    ),
    # Of the runs of four steps, that in which A does first what it can.
    ("pit", "both fall", "both home", 0, ["A: fall", "A: timeout climb", "B: fall", "B: timeout climb"]),
]


@pytest.mark.parametrize(("document", "scenario", "property", "end", "run"), REACHED)
def test_reachable(document: str, scenario: str, property: str, end: int, run: list[str]) -> None:
    verdict, found = verdict_on(document, scenario, property)
    assert (verdict.outcome, verdict.end, found) == ("holds", end, run)


@pytest.mark.parametrize(
    ("document", "scenario", "property"),
    [("post", "two in a queue", "x twice"), ("pit", "falls", "both home"), ("echo", "some end", "never")],
)
def test_not_reachable(document: str, scenario: str, property: str) -> None:
    verdict, run = verdict_on(document, scenario, property)
    assert (verdict.outcome, run, verdict.reason) == ("violated", None, "no state satisfies it")


@pytest.mark.parametrize(
    ("document", "scenario", "property"),
    [
        ("post", "two in a queue", "y after y"),  # step: y is the last to arrive
        ("outage", "calls in order", "wakes"),  # never stuck: nobody is ever down
        ("echo", "some end", "not gone at once"),  # invariant: nobody leaves
        ("pit", "stays", "rests at home"),  # quiescent: nobody leaves the path
        ("pit", "stays", "no rescue"),
        ("pit", "stays", "out"),
    ],
)
def test_vacuous(document: str, scenario: str, property: str) -> None:
    verdict, run = verdict_on(document, scenario, property)
    assert (verdict.outcome, run, verdict.reason) == ("vacuous", None, "its `when` was never true")


@pytest.mark.parametrize("scenario", ["stays", "falls", "both fall"])
def test_not_applicable(scenario: str) -> None:
    """Even where it would be vacuous, or violated: the scenario does not assume it."""
    verdict, run = verdict_on("pit", scenario, "out by the one ladder")
    assert (verdict.outcome, run) == ("not applicable", None)
    assert verdict.reason == "the scenario does not assume one ladder"


@pytest.mark.parametrize(
    ("scenario", "property", "reason"),
    [
        ("falls", "out", "no helpful action is enabled here: A is in pit, B in path"),
        (
            "walks about",
            "out",
            "helpful actions go on, but never lead out of these 2 states: what goes round is "
            "A's walk about, with A in pit or corner and B in path",
        ),
        (
            "one ladder for two",
            "out by the one ladder",
            "no helpful action is enabled here: both are in pit; A's timeout climb and "
            "B's timeout climb are held back by an assumption",
        ),
    ],
)
def test_why_it_is_stuck(scenario: str, property: str, reason: str) -> None:
    assert verdict_on("pit", scenario, property)[0].reason == reason


def test_a_way_out_through_lack_of_room_is_unknown() -> None:
    """Both channels are full of letters to be answered: who knows what would happen with room."""
    verdict, run = verdict_on("echo", "two letters", "quiet")
    assert (verdict.outcome, run) == ("unknown", None)
    verdict, run = verdict_on("echo", "two letters and a way out", "quiet")
    assert (verdict.outcome, run) == ("unknown", None)
    # Who waits sends again until the channel is full, so all that is stuck may lead there.
    verdict, run = verdict_on("timers", "no assumption", "it ends")
    assert (verdict.outcome, run) == ("unknown", None)


def test_stuck_for_certain_although_something_lacked_room() -> None:
    """Once A is gone and has taken its letter there is room for everything: it stays gone.

    Where it has just left, the other letter still lacks room, so that state is not certain.
    """
    verdict, run = verdict_on("echo", "two letters and a way out", "back")
    assert (verdict.outcome, run) == ("violated", ["A: leave", f"{X} from B arrives at A"])


def test_the_initial_state_may_already_violate() -> None:
    verdict, _ = verdict_on("post", "two in a queue", "all came")
    assert verdict.trace is not None
    assert verdict.trace.last == verdict.trace.initial


# The same decided by other means


def _env(state: State, end: int) -> dict[str, Any]:
    a, b = dict(state[0]), dict(state[1])
    return {
        "us": (a, b)[end],
        "peer": (b, a)[end],
        "A": a,
        "B": b,
        "from us": state[2 + end],
        "from peer": state[3 - end],
        "drained": not state[2] and not state[3],
    }


def _judged(oracle: Oracle, state: State, property: Property, end: int) -> int:
    env = _env(state, end)
    if property.when is not None and not oracle.value(property.when, env):
        return PREMISE_FALSE
    return HOLDS if oracle.value(property.claim, env) else VIOLATED


def _helps(protocol: Protocol, label: Label, property: Property) -> bool:
    kind, _, event = label
    if kind in ("own", "timer"):
        return protocol.events[event].fair
    return kind == "delivery" or (kind == "call" and event in property.calls)


def _stuck(oracle: Oracle, property: Property, end: int, doubts: set[State]) -> set[State]:
    """The states with the premise from which neither the claim nor a doubtful state is reached
    by helpful edges; a search forward from each of them."""
    helpful = defaultdict(list)
    for source, label, target in oracle.edges:
        if _helps(oracle.p, label, property):
            helpful[source].append(target)
    goal = {state for state in oracle.depth if oracle.value(property.claim, _env(state, end))} | doubts
    stuck = set()
    for start in oracle.depth:
        if property.when is not None and not oracle.value(property.when, _env(start, end)):
            continue
        seen, todo = {start}, [start]
        while todo and not goal & set(todo[-1:]):
            new = [state for state in helpful[todo.pop()] if state not in seen]
            seen.update(new)
            todo += new
        if not todo:
            stuck.add(start)
    return stuck


def agrees(protocol: Protocol, scenario: Scenario) -> None:
    """All verdicts on states, on quiescent states and on stuck states, decided on the oracle."""
    protocol = replace(protocol, scenarios={scenario.name: scenario})
    graph = explore(Model(protocol, scenario))
    oracle = Oracle(protocol, scenario.name)
    for property in protocol.properties.values():
        verdict = decide(graph, property)
        if verdict.outcome == "not applicable" or property.kind not in OF_STATES:
            continue
        within = set(oracle.depth)
        if property.kind == "quiescent":
            busy = {source for source, label, _ in oracle.edges if _helps(protocol, label, property)}
            within -= busy | oracle.truncated
        found: list[State] = []
        for claim in claims_of(graph.system.model, property):
            judged = {state: _judged(oracle, state, property, claim.end) for state in oracle.depth}
            masks = judge_all(graph, claim)
            assert Counter(masks.tolist()) == Counter(judged.values())
            if property.kind == "never stuck":
                stuck = _stuck(oracle, property, claim.end, set())
                sure = _stuck(oracle, property, claim.end, oracle.truncated)
                assert sure <= stuck
                found += sure
            else:
                wanted = HOLDS if property.kind == "reachable" else VIOLATED
                found += [state for state in within if judged[state] == wanted]
        if found:
            assert verdict.outcome == ("holds" if property.kind == "reachable" else "violated")
            assert verdict.trace is not None
            assert len(verdict.trace.steps) == min(oracle.depth[state] for state in found)
        elif oracle.truncated:
            assert verdict.outcome == "unknown"
        elif property.kind == "reachable":
            assert verdict.outcome == "violated"
        else:
            assert verdict.outcome in ("holds", "vacuous")


@pytest.mark.parametrize("name", list(toy("alternating-bit").scenarios))
def test_alternating_bit_agrees(name: str) -> None:
    agrees(toy("alternating-bit"), toy("alternating-bit").scenarios[name])


@pytest.mark.parametrize("document", ["post", "timers", "pit", "outage"])
def test_toys_agree(document: str) -> None:
    for scenario in toy(document).scenarios.values():
        agrees(toy(document), scenario)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("calls", "network", "assume"),
    [
        ((("active OPEN",), ()), Network("bag", None, None), ()),
        ((("active OPEN", "CLOSE"), ("CLOSE",)), Network("queue", None, 0), ("MSL", "RTO>RTT")),
        ((("active OPEN", "ABORT"), ("ABORT",)), Network("bag", 1, 0), ("MSL",)),
    ],
)
def test_tcp_agrees(
    calls: tuple[tuple[str, ...], tuple[str, ...]], network: Network, assume: tuple[str, ...]
) -> None:
    base = next(iter(tcp().scenarios.values()))
    values = {"ISN": ((100,), (300,))}
    scenario = replace(base, opened=((1, "passive OPEN"),), values=values, faults={}, set={}, expect=())
    agrees(tcp(), replace(scenario, calls=calls, network=network, assume=assume, capacity=1))


@settings(deadline=None, max_examples=40, database=None, derandomize=True)
@given(
    document=st.sampled_from(["post", "timers", "pit"]),
    network=st.builds(
        Network,
        st.sampled_from(["queue", "bag"]),
        st.sampled_from([0, 1, None]),
        st.sampled_from([0, 1]),
    ),
    capacity=st.integers(1, 2),
    data=st.data(),
)
def test_random_scenarios_agree(document: str, network: Network, capacity: int, data: st.DataObject) -> None:
    protocol = toy(document)
    calls = st.lists(
        st.sampled_from([event.name for event in protocol.events.values() if event.kind == "call"]),
        max_size=2,
    ).map(tuple)
    settable = st.fixed_dictionaries({}, optional={name: st.booleans() for name in protocol.switches})
    scenario = replace(
        next(iter(protocol.scenarios.values())),
        calls=data.draw(st.tuples(calls, calls)),
        network=network,
        capacity=capacity,
        assume=tuple(data.draw(st.lists(st.sampled_from(sorted(protocol.assumptions) or [""]), unique=True)))
        if protocol.assumptions
        else (),
        set=data.draw(settable),
    )
    agrees(protocol, scenario)
