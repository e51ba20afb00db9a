"""``leads to`` on machines of a few states, where naive checkers go wrong."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.verify.fairness import fair_action
from checker.verify.results import ScenarioResult, check_scenario
from tests.toys import model_of

EVENTS = """| event | kind | fair |
|---|---|---|
| begin | call | no |
| jump | call | no |
| word | arrival | yes |
| timeout x | timer | yes |
| timeout y | timer | yes |
| timeout z | timer | yes |
| timeout user | timer | no |
"""


def machine(edges: str, claims: dict[str, str], jumps: int = 0) -> Protocol:
    """A machine that A walks, from ``a`` on; B stays in ``idle``.

    ``edges`` are written ``a x b``: from a to b by the timer x, at most one of a kind from each
    state. ``jump`` is a call that may be
    made ``jumps`` times and that nobody has to make.
    """
    arrows = [edge.split() for edge in edges.split(", ") if edge]
    states = ["a", "b", "c", "d"]
    rows = ["| `begin.idle` | idle | begin | | | | a | |"]
    for number, (source, event, target) in enumerate(arrows):
        on = "jump" if event == "jump" else f"timeout {event}"
        rows.append(f"| `e{number}.{event}` | {source} | {on} | | | | {target} | stop |")
    properties = [
        f"| {name} | leads to | `A's STATE is {p}` | `A's STATE is {q}` |"
        for name, (p, q) in ((name, claim.split(" ~> ")) for name, claim in claims.items())
    ]
    text = "\n".join(
        [
            "| state | meaning |",
            "|---|---|",
            "| idle | |",
            *(f"| {s} | |" for s in states),
            "",
            EVENTS,
            "| rule | in | on | if | do | send | next | then |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "| property | kind | when | claim |",
            "|---|---|---|---|",
            *properties,
            "",
            "| scenario | A | B | opened | network | bounds | expect |",
            "|---|---|---|---|---|---|---|",
            f"| walk | {'; '.join(['jump'] * jumps) or 'none'} | none | A: begin | queue | capacity 1 | |",
        ]
    )
    return parse(text + "\n", "machine.md")


def check(protocol: Protocol) -> ScenarioResult:
    (scenario,) = protocol.scenarios.values()
    return check_scenario(protocol, scenario, Limits())


def run(result: ScenarioResult, property: str) -> tuple[list[str], list[str]] | None:
    """(the events of the stem, those of the cycle) of a violated property, else None."""
    (verdict,) = (j.verdict for j in result.judged if j.verdict.property.name == property)
    if verdict.trace is None:
        assert verdict.outcome == "holds"
        return None
    assert verdict.outcome == "violated"
    events = [step.action.event.removeprefix("timeout ") for step in verdict.trace.steps]
    loop = verdict.trace.loop_start
    return (events, []) if loop is None else (events[:loop], events[loop:])


@pytest.mark.parametrize(
    ("edges", "claim", "expected"),
    [
        # The goal lies on the cycle only, and is not where a run ends.
        ("a x b, b y a", "a ~> b", None),
        # Two ways that join again: the goal behind the join is met, a goal on one way is not.
        ("a x b, a y c, b x d, c y d", "a ~> d", None),
        ("a x b, a y c, b x d, c y d", "a ~> b", (["y", "y"], [])),
        # A fair cycle through the premise that never sees the goal.
        ("a x b, b y a, b user c", "a ~> c", ([], ["x", "y"])),
        # A loop may be taken for ever only if it puts nobody off.
        ("a user a, a x b", "a ~> b", None),
        # z is enabled in a only, again and again, but never continuously: weak fairness would
        # let the run go round without it.
        ("a x b, b y a, a z c", "a ~> c", None),
        # Everything stops where no goal is.
        ("a x b", "a ~> a", None),
        ("a x b", "b ~> a", (["x"], [])),
        # Only the user's patience ends it, and that helps nobody.
        ("a user b", "a ~> b", ([], [])),
        # It may be lost in c after the goal was met: that was early enough.
        ("a x b, b y c", "a ~> b", None),
        # To go round by c for ever is unfair to x. If x also leads from c back, it is not.
        ("a x b, b z d, a y c, c z a", "a ~> d", None),
        ("a x b, b z d, a y c, c x a", "a ~> d", ([], ["y", "x"])),
        # To stay in c is unfair to nobody.
        ("a x b, b z d, a y c, c y c", "a ~> d", (["y"], ["y"])),
        # What is owed is taken where it is nearest, and only then the cycle is closed.
        ("a x b, b x a, b y b", "a ~> d", ([], ["x", "y", "x"])),
    ],
)  # fmt: skip
def test_machines(edges: str, claim: str, expected: tuple[list[str], list[str]] | None) -> None:
    result = check(machine(edges, {"claim": claim}))
    assert run(result, "claim") == expected


def test_a_call_helps_only_who_may_rely_on_it() -> None:
    """A user may jump once; that this must happen in the end is for a property to say."""
    protocol = machine("a jump b, a x a", {"claim": "a ~> b"}, jumps=1)
    assert run(check(protocol), "claim") == ([], ["x"])


POST = """# A sends letters one and two, over and over; B wants a two

| state | meaning |
|---|---|
| idle | |
| sending | |
| happy | |

| field | written | kind | unless given |
|---|---|---|---|
| `number` | NUMBER | count to 2 | `0` |

| event | kind | fair |
|---|---|---|
| begin | call | no |
| letter | arrival | yes |
| timeout one | timer | yes |
| timeout two | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `begin.idle` | idle | begin | | | | sending | stop |
| `letter.two` | idle | letter | `number = 2` | | | happy | |
| `letter.one` | idle | letter | `number = 1` | | | | |
| `letter.more` | sending, happy | letter | | | | | |
| `one.sending` | sending | timeout one | | | `<NUMBER=1>` | | |
| `two.sending` | sending | timeout two | | | `<NUMBER=2>` | | |

| property | kind | when | claim |
|---|---|---|---|
| two comes | leads to | `A's STATE is sending` | `B's STATE is happy` |

| scenario | A | B | opened | network | bounds | expect |
|---|---|---|---|---|---|---|
| any order | none | none | A: begin | bag, lose | capacity 2 | |
| in order | none | none | A: begin | queue, lose | capacity 2 | |
| no room for two | none | none | A: begin | queue, lose 0 | capacity 1 | two comes unknown |
"""


def test_two_segments_of_one_kind_of_which_only_one_matters() -> None:
    """The network may lose any two, but not all of them: ones that arrive do not make up for
    it. Where no loss is left and the channel is full, it is not known what would be sent."""
    protocol = parse(POST, "post.md")
    outcomes = {}
    for name, scenario in protocol.scenarios.items():
        (judged,) = check_scenario(protocol, scenario, Limits()).judged
        outcomes[name] = judged.verdict.outcome
    assert outcomes == {"any order": "holds", "in order": "holds", "no room for two": "unknown"}


def test_ghosts_do_not_tell_segments_apart() -> None:
    """The letters of ``ghosts aside`` carry the number of tries, 0 or 1, for properties only."""
    model = model_of("timers", "ghosts aside")
    explore(model)
    letters = [a for a in model.actions.values if a.kind == "delivery" and a.end == 1]
    assert {letter.segment.values[1] for letter in letters if letter.segment} == {0, 1}
    assert len({fair_action(model, letter, ()) for letter in letters}) == 1


BALL = """# A serves a ball; B plays it back or keeps it

| state | meaning |
|---|---|
| ready | |
| served | |

| field | written | kind | unless given |
|---|---|---|---|
| `number` | NUMBER | count to 1 | `0` |

| switch | kind | default | meaning |
|---|---|---|---|
| `plays` | flag | on | whoever gets the ball plays it back |
| `knocks` | flag | off | A goes on knocking |

| event | kind | fair |
|---|---|---|
| serve | call | no |
| ball | arrival | yes |
| timeout knock | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `serve.ready` | ready | serve | | | `<NUMBER=1>` | served | |
| `serve.again` | served | serve | | | | | refuse |
| `ball.back` | ready, served | ball | `plays` | | `<NUMBER=1>` | | |
| `ball.kept` | ready, served | ball | `not plays` | | | | |
| `knock.served` | served | timeout knock | `knocks` | | `<NUMBER=0>` | | |

| property | kind | when | claim |
|---|---|---|---|
| rests | leads to | `A's STATE is served` | `nothing in flight` |

| scenario | A | B | network | bounds | set | expect |
|---|---|---|---|---|---|---|
| rally | serve | none | queue | capacity 1 | | rests violated |
| copies | serve | none | queue, duplicate | capacity 2 | plays = off | rests violated |
| knocks | serve | none | queue, lose | capacity 2 | plays = off, knocks = on | rests violated |
"""


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("rally", "a livelock, segments that circulate for ever: "),
        # The ends are done with it; it is the network that keeps it going, and a timer in the other.
        ("copies", "this can go on for as long as the network makes copies: "),
        ("knocks", "this can go on for ever: "),
    ],
)
def test_a_livelock_is_one_of_the_ends_alone(scenario: str, words: str) -> None:
    protocol = parse(BALL, "ball.md")
    (judged,) = check_scenario(protocol, protocol.scenarios[scenario], Limits()).judged
    assert judged.as_expected
    assert judged.verdict.reason.startswith(words)
