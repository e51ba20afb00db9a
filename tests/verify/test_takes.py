"""``takes CALL``: whether an end, as it is, would take a call, whoever still has it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from checker.document.library import parse
from checker.document.problems import Position
from checker.document.protocol import Property, Protocol
from checker.document.syntax import Takes, Who
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.endpoint import Local
from checker.model.tables import Model
from checker.prove.closure import Closure
from checker.prove.decide import judge
from checker.verify.claims import HOLDS, ClaimError, claims_of
from checker.verify.decide import decide
from checker.verify.judgements import judge_all
from checker.verify.replay import confirm
from checker.verify.results import check_scenario
from tests.oracle import Oracle, State, hold
from tests.prove.certificates import certificate_of, closure, refusal
from tests.toys import tcp, toy

HERE = Position("takes.md", 1, 1)

COUNTER = """
| state | meaning |
|---|---|
| shut | |
| open | |

| variable | kind | lives | initial |
|---|---|---|---|
| `TICKET` | count | supply | scenario |
| `held` | count | TCB | none |
| `served` | count to 1 | ghost host | 0 |
| `note` | flag | event | off |

| event | kind | fair |
|---|---|---|
| enter | call | no |
| leave | call | no |
| ask | call | no |
| letter | arrival | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `enter.shut` | shut | enter | | `held := TICKET; served := served + 1` | | open | stop |
| `enter.open` | open | enter | | | | | refuse |
| `leave.open` | open | leave | | `delete TCB` | | shut | stop |
| `ask.note` | shut, open | ask | | `note := on` | | | |
| `asked.no` | open | ask | `note and held > 1` | | | | refuse |
| `letter.any` | shut, open | letter | | | | | stop |

| assumption | on | only if | because |
|---|---|---|---|
| never | enter | `held is not none` | nobody enters |

| property | kind | when | claim | under |
|---|---|---|---|---|
| enters shut | invariant | | `takes enter = (STATE is shut)` | |
| leaves open | invariant | | `takes leave = (STATE is open)` | |
| asks | invariant | `STATE is open` | `takes ask = (held = 1)` | |
| never both | invariant | `A takes leave` | `not B takes leave` | |
| peer shut | invariant | | `peer takes enter` | |
| someone left | reachable | | `takes leave and not peer takes leave` | |
| can leave | never stuck | `takes enter` | `takes leave` | users enter |
| will leave | leads to | `takes enter` | `takes leave` | users enter |
| rests open | quiescent | | `takes leave` | users enter |

| scenario | A | B | network | bounds | assume | expect |
|---|---|---|---|---|---|---|
| one | enter | none | queue | capacity 1, TICKET 1 | | |
| twice | enter; leave; enter | none | queue | capacity 1, TICKET 1 then 2 | | |
| held back | enter | none | queue | capacity 1, TICKET 1 | never | |
| both | enter | enter | queue | capacity 1, TICKET 2 | | |
"""


@pytest.fixture
def counter() -> Protocol:
    return parse(COUNTER, "counter.md")


ONE = {
    "enters shut": "holds",
    "leaves open": "holds",
    "asks": "holds",
    "never both": "holds",
    "peer shut": "violated",
    "someone left": "holds",
    # B would be let in, but its user has no such call.
    "can leave": "violated",
    "will leave": "violated",
    "rests open": "violated",
}
EXPECTED = {
    "one": ONE,
    "twice": ONE,
    # Rows alone are asked, whatever is assumed of the call. So nobody is ever let in.
    "held back": {
        **ONE,
        **{"asks": "vacuous", "never both": "vacuous", "peer shut": "holds", "someone left": "violated"},
    },
    # With ticket 2 both are refused what they ask; and both get in.
    "both": {
        **ONE,
        **{"never both": "violated", "can leave": "holds", "will leave": "holds", "rests open": "holds"},
    },
}


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("scenario", EXPECTED)
def test_claims_of_every_kind(counter: Protocol, scenario: str, engine: str) -> None:
    names = list(counter.properties)
    result = check_scenario(counter, counter.scenarios[scenario], Limits(), names, Engine(engine))
    assert {j.verdict.property.name: j.verdict.outcome for j in result.judged} == EXPECTED[scenario]


# Whatever the state, and whoever is asked


def claim_that(takes: Takes) -> Property:
    return Property("it takes it", "invariant", None, takes, (), (), "", HERE, ("", "takes"))


VIEWS: Sequence[Who] = ("", "peer", "A", "B")

COMPARED = [
    ("counter", "twice"),
    ("outage", "hints"),
    ("outage", "learn and crash"),
    ("pit", "may shout"),
    ("rfc9293", "crash"),
    ("rfc9293", "early FIN"),
]


def taken_by_oracle(oracle: Oracle, state: State, end: int, call: str) -> bool:
    return oracle.react(dict(state[end]), call) is not None


@pytest.mark.parametrize(("name", "scenario"), COMPARED)
def test_an_independent_reading_of_the_rows_says_the_same(
    counter: Protocol, name: str, scenario: str
) -> None:
    """How many states there are in which A, B, this end and its peer take each call."""
    protocol = {"counter": counter, "rfc9293": tcp()}.get(name) or toy(name)
    oracle = Oracle(protocol, scenario)
    graph = explore(Model(protocol, protocol.scenarios[scenario]))
    assert len(graph) == len(oracle.depth)
    for call in (event.name for event in protocol.events.values() if event.kind == "call"):
        taken = [sum(taken_by_oracle(oracle, state, end, call) for state in oracle.depth) for end in (0, 1)]
        for who in VIEWS:
            for claim in claims_of(graph.system.model, claim_that(Takes(HERE, call, who))):
                asked = {"": claim.end, "peer": 1 - claim.end, "A": 0, "B": 1}[who]
                assert int((judge_all(graph, claim) == HOLDS).sum()) == taken[asked]


def test_what_is_asked_leaves_no_trace(counter: Protocol) -> None:
    """The second ticket runs out only if it is drawn, and a ghost saturates only if it counts."""
    model = Model(counter, counter.scenarios["one"])
    graph = explore(model)
    assert decide(graph, counter.properties["enters shut"]).outcome == "holds"
    assert (model.exhausted(), model.saturated()) == ([], [])
    a = model.tables[0].endpoint
    shut = a.initial()
    entered = a.react(shut, "enter")
    assert entered is not None
    left = a.react(entered.after, "leave")
    assert left is not None
    assert a.takes(left.after, "enter")
    assert (a.exhausted, a.saturated) == (set(), set())
    assert a.react(left.after, "enter") is not None
    assert (a.exhausted, a.saturated) == ({"TICKET"}, {"served"})


def test_what_is_asked_may_have_no_meaning() -> None:
    text = COUNTER.replace("`held` | count | TCB |", "`held` | count to 1 | TCB |")
    text = text.replace("TICKET 1 then 2 ", "TICKET 2 ")
    protocol = parse(text.replace("| twice | enter; leave; enter |", "| twice | none |"), "counter.md")
    graph = explore(Model(protocol, protocol.scenarios["twice"]))
    with pytest.raises(ClaimError) as raised:
        decide(graph, protocol.properties["enters shut"])
    assert raised.value.what == (
        "the claim in shut at A on enter: `held` would become 2, but it is a count to 1; raise its bound, "
        "or let a guard end the counting (only ghosts saturate); its `when` must exclude such states"
    )


@pytest.mark.parametrize("kind", ["never stuck", "leads to"])
def test_a_goal_is_asked_of_every_state_also_if_nothing_leads_to_wanting_it(kind: str) -> None:
    line = "| can leave | never stuck | `takes enter` | `takes leave` | users enter |"
    wanting = f"| can leave | {kind} | `STATE is open and held > 7` | `held > 5` | users enter |"
    assert line in COUNTER
    protocol = parse(COUNTER.replace(line, wanting), "counter.md")
    graph = explore(Model(protocol, protocol.scenarios["one"]))
    with pytest.raises(ClaimError) as raised:
        decide(graph, protocol.properties["can leave"])
    assert raised.value.what == (
        f"the claim reads `held`, which is unset; the claim of a `{kind}` property is asked of every "
        "state, whatever its `when`"
    )


def test_a_counterexample_replays(counter: Protocol) -> None:
    model = Model(counter, counter.scenarios["both"])
    verdict = confirm(model, decide(explore(model), counter.properties["never both"]))
    assert verdict.trace is not None
    assert [step.action.event for step in verdict.trace.steps] == ["enter", "enter"]


# Proofs


def locals_of(views: Closure, end: int) -> set[Local]:
    """The local states of an end, those before the start included."""
    model = views.model
    before = {opening.before[end] for opening in model.start().openings}
    return before | {model.tables[end].locals[view.pair[end]] for view in views}


def always_taken(views: Closure, end: int, call: str) -> bool:
    """Whether an end takes a call in all its local states, as the oracle reads the rows."""
    protocol, name = views.model.protocol, views.model.scenario.name
    oracle = Oracle.__new__(Oracle)
    oracle.p, oracle.s = protocol, protocol.scenarios[name]
    variables = protocol.variables.items()
    for local in locals_of(views, end):
        us = {("end",): end, "STATE": local.state}
        us |= {n: hold(value, v.kind) for (n, v), value in zip(variables, local.values, strict=True)}
        if oracle.react(us, call) is None:
            return False
    return True


CLOSED = [
    # An end that is CLOSED takes nothing but an OPEN, and each comes to be in another state.
    ("rfc9293", "crash", {False}),
    ("rfc9293", "two incarnations, reused ISNs", {False}),
    # Only A crashes, and takes nothing then.
    ("outage", "learn and crash", {True, False}),
    ("outage", "hints", {True}),
    ("post", "two in a bag", {True}),
]


@pytest.mark.parametrize(("name", "scenario", "both_ways"), CLOSED)
def test_proofs_and_their_check_say_the_same(name: str, scenario: str, both_ways: set[bool]) -> None:
    views = closure(name, scenario)
    found = set()
    for call in (e.name for e in views.model.protocol.events.values() if e.kind == "call"):
        always = [always_taken(views, end, call) for end in (0, 1)]
        for who in VIEWS:
            property = claim_that(Takes(HERE, call, who))
            expected = {"A": always[0], "B": always[1]}.get(who, all(always))
            assert (judge(views, property).broken is None) is expected
            said = refusal(certificate_of(views, [property]))
            assert said.startswith("" if expected else "it takes it does not hold: ")
            assert bool(said) is not expected
            found.add(expected)
    assert found == both_ways
