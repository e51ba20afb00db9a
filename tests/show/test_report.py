"""Reports: verdicts grouped by outcome, what is said of them, and the sum at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from rich.text import Text

from checker.document.protocol import Expectation, Protocol
from checker.explore.limits import Limits
from checker.show.report import document_report, scenario_report
from checker.verify.results import Judged, ScenarioResult, check_scenario
from checker.verify.verdict import Outcome, Verdict
from tests.toys import toy

SCOPE = "exhaustive; within bounds"


def words(lines: Iterable[Text]) -> list[str]:
    return [line.plain for line in lines]


def judged(
    name: str,
    outcome: Outcome,
    reason: str = "",
    complaint: str = "",
    expectation: tuple[str, str, str] | None = None,
    end: int | None = None,
) -> Judged:
    """A verdict on a property of this name; an expectation is (outcome, blame, twin)."""
    property = replace(toy("post").properties["counted"], name=name)
    expected = None
    if expectation is not None:
        said, blame, twin = expectation
        expected = Expectation(name, said, blame, twin, "holds" if twin else "", property.position)
    return Judged(Verdict(property, outcome, SCOPE, None, reason, end), expected, complaint)


@pytest.fixture
def empty() -> ScenarioResult:
    """A scenario of three states of which nothing was judged."""
    return check_scenario(toy("post"), toy("post").scenarios["one letter"], Limits(), [])


def block(result: ScenarioResult, *verdicts: Judged) -> list[str]:
    """The report of a scenario from its scope on."""
    return words(scenario_report(replace(result, judged=verdicts, seconds=0.04)))


def test_the_head_of_a_scenario(empty: ScenarioResult) -> None:
    # No letter, one on its way, one received.
    assert block(empty) == ["one letter", "  3 states, 2 transitions, depth 2, 0.0 s", ""]


@pytest.mark.parametrize(
    ("states", "transitions", "said"),
    [
        (1, 0, "1 state, 0 transitions"),
        (2, 1, "2 states, 1 transition"),
        (1234567, 7654321, "1,234,567 states, 7,654,321 transitions"),
    ],
)
def test_numbers_and_their_nouns(empty: ScenarioResult, states: int, transitions: int, said: str) -> None:
    head = block(replace(empty, states=states, transitions=transitions))[1]
    assert head == f"  {said}, depth 2, 0.0 s"


def test_outcomes_stand_in_groups_in_a_fixed_order(empty: ScenarioResult) -> None:
    lines = block(
        empty,
        judged("seven", "not applicable"),
        judged("two", "holds"),
        judged("six", "vacuous"),
        judged("one", "holds"),
        judged("five", "unknown", "a limit", "expected to hold"),
        judged("four", "violated", expectation=("violated", "send.x", "both at once"), end=1),
    )
    assert lines[2:] == [
        f"  {SCOPE}",
        "  ✓ holds          two, one",
        "  ✗ violated       four",
        "                   as expected, by send.x, said to hold in “both at once”; at",
        "                   B",
        "  ? unknown        five",
        "                   a limit; expected to hold",
        "  · vacuous        six",
        "  · not applicable seven",
        "",
    ]


def test_verdicts_of_which_the_same_is_said_stand_together(empty: ScenarioResult) -> None:
    lines = block(
        empty,
        judged("b", "unknown", "a limit", "expected to hold"),
        judged("a", "unknown", "a limit", "expected to hold"),
        judged("c", "unknown", "another limit", "expected to hold"),
    )
    assert lines[3:-1] == [
        "  ? unknown        b, a",
        "                   a limit; expected to hold",
        "  ? unknown        c",
        "                   another limit; expected to hold",
    ]


def test_what_is_not_as_expected_stands_apart_and_stands_out(empty: ScenarioResult) -> None:
    wrong = judged("two", "holds", complaint="expected: violated", expectation=("violated", "", ""))
    result = replace(empty, judged=(judged("one", "holds"), wrong))
    lines = list(scenario_report(result))
    assert words(lines)[3:6] == [
        "  ✓ holds          one",
        "  ✓ holds          two",
        "                   NOT AS EXPECTED (expected: violated)",
    ]
    assert str(lines[5].style) == "bold red"
    assert str(lines[3].style) != str(lines[5].style)


def test_long_lists_of_names_are_wrapped_under_each_other(empty: ScenarioResult) -> None:
    names = [f"property number {n}" for n in range(10)]
    lines = block(empty, *(judged(name, "holds") for name in names))[3:-1]
    assert len(lines) > 3
    assert lines[0].startswith("  ✓ holds          property number 0, ")
    assert all(line[:19] == " " * 19 and line[19] != " " for line in lines[1:])
    assert max(map(len, lines)) <= 78
    assert " ".join(line[19:] for line in lines) == ", ".join(names)


def test_a_counterexample_follows_the_verdicts(empty: ScenarioResult) -> None:
    protocol = toy("post")
    result = check_scenario(protocol, protocol.scenarios["two in a queue"], Limits(), ["only from B"])
    lines = words(scenario_report(result))
    place = next(n for n, line in enumerate(lines) if line.startswith("  ── "))
    heading = "  ── only from B in two in a queue "
    assert lines[place].rstrip("─") == heading
    assert 70 < len(lines[place]) <= 80
    assert lines[place - 1] == ""
    # `because` is empty, so that the ladder follows; it is indented by two.
    assert lines[place + 1] == f"      A{'B':>73}"
    assert lines[-1] == ""


# Scopes


@pytest.mark.parametrize(
    ("document", "scenario", "most", "scope"),
    [
        (
            "post",
            "one letter",
            None,
            "exhaustive; at most 1 segment in flight each way, in order, no loss and no duplication; "
            "A may call send x",
        ),
        (
            "post",
            "two equal in a bag",
            None,
            "exhaustive; at most 2 segments in flight each way, in any order, at most 1 loss and no "
            "duplication; A may call send x, send x",
        ),
        (
            "outage",
            "crash twice",
            None,
            "exhaustive; at most 1 segment in flight each way, in order, no loss and no duplication; "
            "A may crash 2x; ticket 1 / 1",
        ),
        (
            "timers",
            "ghosts aside",
            None,
            "exhaustive; at most 2 segments in flight each way, in order, no loss and no duplication; "
            "A may call go; assuming no echo; with counting = on, patient = on; "
            "A's tries saturated at 1",
        ),
        (
            "echo",
            "two letters",
            None,
            "exhaustive but for actions that lacked room in a channel; at most 1 segment in flight each way, "
            "in order, no loss and no duplication; A called call out before; B called call out before",
        ),
        (
            "echo",
            "no end",
            10,
            "not exhaustive: more than 10 states (--max-states); at most 1 segment in flight each way, "
            "in order, no loss and no duplication; with counting = on",
        ),
    ],
)
def test_the_scope_names_all_bounds(document: str, scenario: str, most: int | None, scope: str) -> None:
    protocol = toy(document)
    result = check_scenario(protocol, protocol.scenarios[scenario], Limits(max_states=most))
    assert {j.verdict.scope for j in result.judged} == {scope}
    lines = [line for line in words(scenario_report(result))[2:] if line.startswith("  ")]
    shown = " ".join(line.strip() for line in lines)
    assert shown.startswith(scope + " ")


# The whole document


def of(protocol: Protocol, scenarios: int) -> Protocol:
    """The protocol as if it declared this many scenarios."""
    one = next(iter(protocol.scenarios.values()))
    return replace(protocol, scenarios={f"{n}": one for n in range(scenarios)})


def report(protocol: Protocol, *results: ScenarioResult, **more: Any) -> list[str]:
    timed = [replace(result, seconds=0.2) for result in results]
    return words(document_report(protocol, timed, **more))


def test_the_sum(empty: ScenarioResult) -> None:
    post = of(toy("post"), 1)
    good, bad = judged("one", "holds"), judged("two", "violated", complaint="expected to hold")
    open_ = judged("three", "unknown", complaint="expected to hold")

    def total(*verdicts: Judged) -> str:
        fired = dict.fromkeys(empty.rules, 1)
        return report(post, replace(empty, judged=verdicts, rules=fired))[-1]

    assert total(good) == "post: 1 scenario, 1 verdict, all as expected; 3 states, 0 s"
    assert total() == "post: 1 scenario, 0 verdicts, all as expected; 3 states, 0 s"
    assert total(good, bad) == "post: 1 scenario, 2 verdicts, 1 NOT as expected; 3 states, 0 s"
    assert total(open_, open_) == "post: 1 scenario, 2 verdicts, 2 not decided; 3 states, 0 s"
    assert (
        total(bad, open_) == "post: 1 scenario, 2 verdicts, 1 NOT as expected, 1 not decided; 3 states, 0 s"
    )
    one = replace(empty, judged=(good,), states=1)
    assert report(post, one)[-1] == "post: 1 scenario, 1 verdict, all as expected; 1 state, 0 s"
    four = [replace(empty, judged=(good,), states=1_000)] * 4
    last = report(of(post, 4), *four)[-1]
    assert last == "post: 4 scenarios, 4 verdicts, all as expected; 4,000 states, 1 s"


def test_the_sum_of_a_part_does_not_read_like_the_whole(empty: ScenarioResult) -> None:
    post = of(toy("post"), 4)
    result = replace(empty, judged=(judged("one", "holds"),))
    assert report(post, result) == ["post: 1 of 4 scenarios, 1 verdict, all as expected; 3 states, 0 s"]
    cut = replace(result, complete=False, limit="more than 2 states (--max-states)")
    lines = list(document_report(post, [result, cut], broken=1))
    assert " ".join(line.strip() for line in words(lines)) == (
        "post: 2 of 4 scenarios (1 cut short, 1 in error), 2 verdicts; 6 states, 0 s"
    )
    assert str(lines[-1].style) == "bold red"
    *_, only_cut = document_report(of(post, 3), [result, cut])
    assert str(only_cut.style) == "bold yellow"


def test_what_is_not_as_expected_is_told_once_more_at_the_end(empty: ScenarioResult) -> None:
    wrong = judged("two", "violated", complaint="expected to hold")
    late = judged("it's late", "holds", complaint="expected: violated")
    results = [replace(empty, judged=(judged("one", "holds"), wrong)), replace(empty, judged=(late,))]
    lines = report(
        of(toy("post"), 9), *results, complaints=["five: nobody knows"], again="lastack check post"
    )
    assert lines[:-1] == [
        "NOT as expected:",
        "  one letter: two: violated; expected to hold",
        "  one letter: it's late: holds; expected: violated",
        "  five: nobody knows",
        "to see only the first: lastack check post -s 'one letter' -p two",
    ]
    line = report(of(toy("post"), 9), results[1], again="lastack check post")[2]
    name = """'it'"'"'s late'"""
    assert line == f"to see only that: lastack check post -s 'one letter' -p {name}"


def test_a_command_that_is_too_long_for_a_line_can_still_be_copied(empty: ScenarioResult) -> None:
    wrong = judged("a property of many words", "violated", complaint="expected to hold")
    again = "lastack check some/folder/with/a/document.md --capacity 2"
    lines = report(of(toy("post"), 9), replace(empty, judged=(wrong,)), again=again)[2:-1]
    assert lines == [
        "to see only that:",
        f"  {again} -s 'one letter' \\",
        "   -p 'a property of many words'",
    ]


def test_what_is_seen_alone_can_be_saved(empty: ScenarioResult) -> None:
    """Where there is a run to save, and nothing else is shown."""
    protocol = toy("post")
    result = check_scenario(protocol, protocol.scenarios["two in a queue"], Limits(), ["only from B"])
    (found,) = result.judged
    result = replace(result, judged=(replace(found, complaint="expected to hold"),))
    named = {"again": "lastack check post", "asked": ("only from B",)}
    rest = "-s 'two in a queue' -p 'only from B'"
    lines = report(of(protocol, 9), result, **named)
    assert lines[2:-1] == [
        "to save its run:",
        f"  lastack check post {rest} --traces DIR",
    ]
    without = replace(found, complaint="expected", verdict=replace(found.verdict, trace=None))
    assert report(of(protocol, 9), replace(result, judged=(without,)), **named)[2:-1] == []


def test_a_good_run_needs_no_advice(empty: ScenarioResult) -> None:
    result = replace(empty, judged=(judged("one", "holds"), judged("two", "unknown", "", "expected to hold")))
    assert len(report(of(toy("post"), 9), result, again="lastack check post")) == 1


def test_complaints_are_counted_and_wrapped(empty: ScenarioResult) -> None:
    results = [replace(empty, judged=(judged("one", "holds"),), seconds=0.0)]
    complaint = "quiet: " + "a long complaint " * 8
    lines = words(document_report(of(toy("post"), 9), results, [complaint.strip()]))
    assert lines[0] == "NOT as expected:"
    assert lines[1].startswith("  quiet: a long")
    assert lines[2].startswith("    ")
    assert " ".join(line.strip() for line in lines[1:-1]) == complaint.strip()
    assert max(map(len, lines)) <= 78
    assert lines[-1] == "post: 1 of 9 scenarios, 1 verdict, 1 NOT as expected; 3 states, 0 s"


def test_rules_that_never_fired(empty: ScenarioResult) -> None:
    post = of(toy("post"), 1)
    assert report(post, empty)[:-1] == ["Rules that never fired: send.y, send.both, send.twice"]
    assert report(of(post, 2), empty)[:-1] == []
    rules = tuple(
        replace(rule, never="nobody writes twice") if rule.id == "send.twice" else rule for rule in post.rules
    )
    assert report(replace(post, rules=rules), empty)[:-1] == [
        "Rules that never fired: send.y, send.both",
        "send.twice never fires: nobody writes twice",
    ]
    fired = replace(empty, rules=dict.fromkeys(empty.rules, 1))
    assert report(post, fired)[:-1] == []
    # What one scenario does not fire another one may.
    assert report(of(post, 2), empty, fired)[:-1] == []
