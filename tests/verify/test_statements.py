"""What the outcomes of runs say of a claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.document.library import parse
from checker.document.problems import Position
from checker.document.protocol import Protocol
from checker.document.statements import Decision, Exchange, Statement
from checker.explore.limits import Limits
from checker.verify.statements import Answer, Finder, StatementResult, answer, conclude, jobs_of, key_of
from checker.verify.verdict import Outcome

LAMP = """
| state | meaning |
|---|---|
| dark | |
| bright | |

| variable | kind | lives | initial |
|---|---|---|---|
| `watts` | count | host | scenario |

| switch | kind | default |
|---|---|---|
| `plugged` | flag | on |

| event | kind | fair |
|---|---|---|
| press | call | no |
| timeout burn | timer | yes |
| cut | fault | no |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `press.on` | dark | press | `plugged` | | | bright | |
| `press.nothing` | dark | press | `not plugged` | | | | |
| `press.more` | bright | press | | | | | |
| `burn.out` | bright | timeout burn | `watts > 60` | | | dark | |
| `cut.off` | bright | cut | | | | dark | |

| assumption | on | only if |
|---|---|---|
| rest | timeout burn | `peer timer burn disabled` |

| property | kind | when | claim |
|---|---|---|---|
| stays on | step | `before STATE is bright` | `after STATE is bright` |
| lights | reachable | | `STATE is bright` |

| scenario | A | B | opened | network | bounds | assume | set | expect |
|---|---|---|---|---|---|---|---|---|
| weak | press; press | none | | queue | capacity 1, watts 40 | | | |
| strong | press; press | none | | queue | capacity 1, watts 100 | | | |
| unplugged | press; press | none | | queue | capacity 1, watts 40 | | plugged = off | |
| cut | press; press | none | | queue | capacity 1, watts 40, cut 1 / 0 | | | |
| resting | press; press | none | | queue | capacity 1, watts 40 | rest | | |
| losing | press; press | none | | bag, lose 2, duplicate | capacity 1, watts 40 | | | |
| roomy | press; press | none | | queue | capacity 2, watts 40 | | | |
| idle | none | none | | queue | capacity 1, watts 40 | | | |
| opened | press; press | none | B: press | queue | capacity 1, watts 40 | | | |
| strong rest | press; press | none | | queue | capacity 1, watts 100 | rest | | |
"""


@pytest.fixture(scope="module")
def lamp() -> Protocol:
    return parse(LAMP, "lamp.md")


def decision(protocol: Protocol, scenario: str, said: str = "holds", subject: str = "stays on") -> Decision:
    return Decision(protocol.name, protocol, protocol.scenarios[scenario], protocol.properties[subject], said)


def statement(*decisions: Decision, expect: str = "confirmed", because: str = "") -> Statement:
    return Statement("it stays on", "a box", "…", "…", decisions, expect, because, Position("x.md", 1, 1))


def judged(*outcomes: tuple[Decision, Outcome], expect: str = "confirmed") -> StatementResult:
    """The verdict where these decisions have these outcomes."""
    answers = {key_of(d): Answer(outcome, "", "because of it", None, None) for d, outcome in outcomes}
    return conclude(statement(*(d for d, _ in outcomes), expect=expect), answers)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((("weak", "holds", "holds"),), "confirmed"),
        ((("weak", "violated", "violated"),), "confirmed"),
        ((("weak", "holds", "violated"),), "refuted"),
        ((("weak", "violated", "holds"),), "refuted"),
        ((("weak", "holds", "holds"), ("strong", "holds", "holds")), "confirmed"),
        ((("weak", "holds", "violated"), ("strong", "holds", "violated")), "refuted"),
        ((("weak", "holds", "holds"), ("strong", "holds", "violated")), "under assumptions"),
        # With it and without it: two things are said, and one of them is wrong.
        ((("weak", "holds", "holds"), ("strong", "violated", "violated")), "confirmed"),
        ((("weak", "holds", "holds"), ("strong", "violated", "holds")), "refuted"),
        ((("weak", "holds", "violated"), ("strong", "violated", "violated")), "refuted"),
        ((("weak", "holds", "unknown"),), "undecided"),
        ((("weak", "holds", "vacuous"),), "undecided"),
        ((("weak", "holds", "not applicable"),), "undecided"),
        ((("weak", "violated", "vacuous"),), "undecided"),
        ((("weak", "holds", "holds"), ("strong", "holds", "vacuous")), "undecided"),
        ((("weak", "holds", "violated"), ("strong", "holds", "unknown")), "undecided"),
    ],
)
def test_the_verdict(lamp: Protocol, outcomes: tuple[tuple[str, str, Outcome], ...], verdict: str) -> None:
    decided = [(decision(lamp, scenario, said), outcome) for scenario, said, outcome in outcomes]
    assert judged(*decided).verdict == verdict
    assert judged(*reversed(decided)).verdict == verdict


def test_a_part_that_is_wrong_everywhere_outweighs_one_that_is_so_sometimes(lamp: Protocol) -> None:
    sometimes: list[tuple[Decision, Outcome]] = [
        (decision(lamp, "weak"), "holds"),
        (decision(lamp, "strong"), "violated"),
    ]
    never = (decision(lamp, "weak", subject="lights"), "violated")
    assert judged(*sometimes).verdict == "under assumptions"
    assert judged(*sometimes, never).verdict == "refuted"  # type: ignore[arg-type]


def test_what_was_not_looked_at_is_open(lamp: Protocol) -> None:
    result = conclude(statement(decision(lamp, "weak")), {})
    assert (result.verdict, result.limited, result.as_expected) == ("undecided", True, False)
    assert result.decided[0].agrees is None


def test_only_what_is_unknown_counts_as_a_limit(lamp: Protocol) -> None:
    assert judged((decision(lamp, "weak"), "unknown")).limited
    assert not judged((decision(lamp, "weak"), "vacuous")).limited
    assert judged((decision(lamp, "weak"), "vacuous")).reason == "stays on is vacuous (because of it)"


def test_what_nothing_decides_is_undecided_and_says_why() -> None:
    result = conclude(statement(expect="undecided", because="no clock"), {})
    assert (result.verdict, result.reason, result.complaint) == ("undecided", "no clock", "")
    assert not result.limited


def test_expectations_do_not_make_verdicts(lamp: Protocol) -> None:
    for expect in ("confirmed", "refuted", "under assumptions", "undecided"):
        result = judged((decision(lamp, "weak"), "holds"), expect=expect)
        assert result.verdict == "confirmed"
        assert result.complaint == ("" if expect == "confirmed" else f"expected: {expect}")


@pytest.mark.parametrize(
    ("for_it", "against", "condition"),
    [
        ("weak", "strong", "true with watts 40 / 40"),
        ("strong", "weak", "true with watts 100 / 100"),
        ("weak", "unplugged", "true with plugged = on"),
        ("unplugged", "weak", "true with plugged = off"),
        ("weak", "cut", "true without cut"),
        ("cut", "weak", "true with cut 1 / 0"),
        ("resting", "weak", "true assuming rest"),
        ("weak", "resting", "true without assuming rest"),
        ("weak", "losing", "true with queue"),
        ("losing", "weak", "true with bag, lose 2, duplicate"),
        ("roomy", "weak", "true with capacity 2"),
        ("weak", "idle", "true where A may call press, press"),
        ("idle", "weak", "true where A may call nothing"),
        ("opened", "weak", "true in opened, whose opened is another"),
        ("strong rest", "weak", "true with watts 100 / 100, assuming rest"),
    ],
)
def test_the_points_in_which_two_scenarios_differ_are_the_condition(
    lamp: Protocol, for_it: str, against: str, condition: str
) -> None:
    result = judged((decision(lamp, for_it), "holds"), (decision(lamp, against), "violated"))
    assert (result.verdict, result.reason) == ("under assumptions", condition)


def test_each_run_against_it_is_compared_with_the_nearest_for_it(lamp: Protocol) -> None:
    result = judged(
        (decision(lamp, "strong rest"), "holds"),
        (decision(lamp, "weak"), "holds"),
        (decision(lamp, "strong"), "violated"),
        (decision(lamp, "cut"), "violated"),
    )
    assert result.reason == "true assuming rest; true without cut"


def test_two_documents_differ_in_their_rows(lamp: Protocol) -> None:
    text = LAMP.replace("| `cut.off` | bright |", "| `cut.off` | dark, bright |").replace(
        "`watts > 60`", "`off`"
    )
    other = replace(parse(text, "led.md"), name="led")
    result = judged((decision(other, "weak"), "holds"), (decision(lamp, "weak"), "violated"))
    assert result.reason == "true in led, whose rows burn.out, cut.off differ from lamp's"


def test_runs_decide(lamp: Protocol) -> None:
    """From the document to the verdict: a lamp of more than 60 watts burns out."""
    nothing = Exchange("nothing", (), (("bright",), ("dark",)))
    silent = replace(decision(lamp, "weak"), subject=nothing)
    claims = [
        statement(decision(lamp, "weak"), decision(lamp, "strong")),
        statement(decision(lamp, "weak"), decision(lamp, "strong", "violated"), silent),
        statement(decision(lamp, "idle")),
        statement(decision(lamp, "unplugged", subject="lights")),
        statement(decision(lamp, "unplugged", "violated", subject="lights"), silent),
    ]
    jobs = jobs_of(claims)
    assert [(job.scenario.name, job.properties, [e.name for e in job.exchanges]) for job in jobs] == [
        ("weak", ("stays on",), ["nothing"]),
        ("strong", ("stays on",), []),
        ("idle", ("stays on",), []),
        ("unplugged", ("lights",), []),
    ]
    answers = {key: found for job in jobs for key, found in answer(job, Finder(Limits()))}
    results = [conclude(claim, answers) for claim in claims]
    assert [(result.verdict, result.reason) for result in results] == [
        ("under assumptions", "true with watts 40 / 40"),
        ("confirmed", ""),
        ("undecided", "stays on is vacuous (its `when` was never true)"),
        ("refuted", ""),
        ("confirmed", ""),
    ]
    traces = [decided.answer.trace for result in results[:2] for decided in result.decided]
    assert [trace is not None and len(trace.steps) for trace in traces] == [False, 2, False, 2, 1]
