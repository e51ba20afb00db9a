"""What a scenario expects, compared with what was found; and what nobody would notice."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.document.problems import DocumentError
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.verify.results import ScenarioResult, check_scenario, untouched
from tests.promises import unkept_twins

DOCUMENT = """
| state | meaning |
|---|---|
| here | |

| variable | kind | lives | initial |
|---|---|---|---|
| `steps` | count to 3 | host | 0 |

| switch | kind | default |
|---|---|---|
| `stay` | flag | off |

| event | kind | fair |
|---|---|---|
| go | call | no |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.on` | here | go | `not stay` | `steps := steps + 1` | | | |
| `go.stay` | here | go | `stay` | | | | |

| property | kind | when | claim |
|---|---|---|---|
| standing still | step | | `after steps = before steps` |
| not two | invariant | | `steps /= 2` |
| empty premise | invariant | `steps = 3` | `steps = 0` |
| one | reachable | | `steps = 1` |

| scenario | A | B | opened | network | bounds | set | expect |
|---|---|---|---|---|---|---|---|
"""


def results(*rows: str) -> tuple[Protocol, list[ScenarioResult]]:
    protocol = parse(DOCUMENT + "\n".join(rows) + "\n", "steps.md")
    return protocol, [check_scenario(protocol, s, Limits()) for s in protocol.scenarios.values()]


def complaint(result: ScenarioResult, property: str) -> str:
    return next(j.complaint for j in result.judged if j.verdict.property.name == property)


def test_a_call_before_the_start_is_judged_like_any_step() -> None:
    """Whether the user calls before the start or after, the claim about steps is broken."""
    _, (before, after) = results(
        "| before | none | none | A: go | queue | capacity 1 | | |",
        "| after | go | none | | queue | capacity 1 | | |",
    )
    assert before.outcome("standing still") == "violated"
    assert after.outcome("standing still") == "violated"
    judged = next(j for j in before.judged if j.verdict.property.name == "standing still")
    assert judged.verdict.reason == "broken before the start, when A calls go"
    assert before.outcome("not two") == "holds"


def test_a_state_between_two_calls_before_the_start_is_judged() -> None:
    """After three calls steps is 3; on the way there it was 2."""
    _, (result,) = results("| three | none | none | A: go; A: go; A: go | queue | capacity 1 | | |")
    assert result.outcome("not two") == "violated"


def test_a_call_before_the_start_that_breaks_nothing() -> None:
    _, (result,) = results("| stay | go | none | A: go | queue | capacity 1 | stay = on | |")
    assert result.outcome("standing still") == "holds"


def test_a_property_that_no_scenario_decides_is_told() -> None:
    protocol, found = results("| go | go | none | | queue | capacity 1 | | one holds |")
    assert [property.name for property in untouched(protocol, found)] == ["empty premise"]
    protocol, found = results("| go | go | none | | queue | capacity 1 | | |")
    assert [property.name for property in untouched(protocol, found)] == ["empty premise", "one"]


def test_an_unmet_blame() -> None:
    _, (right, wrong) = results(
        "| right | go | none | | queue | capacity 1 | | standing still violated by go.on |",
        "| wrong | go | none | | queue | capacity 1 | | standing still violated by go.stay |",
    )
    assert complaint(right, "standing still") == ""
    assert complaint(wrong, "standing still") == (
        "expected by go.stay, but some counterexample does not fire it"
    )


def test_a_blame_needs_a_run_that_fires_it() -> None:
    """The step is broken before the start, so there is no run to fire the row."""
    _, (result,) = results(
        "| b | none | none | A: go | queue | capacity 1 | | standing still violated by go.on |"
    )
    assert complaint(result, "standing still") == "expected by go.on, but it is broken before the start"


def test_what_fires_before_every_run_explains_none() -> None:
    """The second step makes `steps` 2; the first, by the same row, came before the start."""
    _, (result,) = results("| b | go | none | A: go | queue | capacity 1 | | not two violated by go.on |")
    assert complaint(result, "not two") == (
        "expected by go.on, but that fires before the start, so it explains nothing"
    )


@pytest.mark.parametrize(
    ("expect", "promises"),
    [
        ("standing still violated by go.on, holds in still", []),
        (
            "standing still violated by go.on, vacuous in still",
            ["moving: standing still: in still it is said to be: vacuous, and is: holds"],
        ),
    ],
)
def test_twins(expect: str, promises: list[str]) -> None:
    _, found = results(
        f"| moving | go | none | | queue | capacity 1 | | {expect} |",
        "| still | go | none | | queue | capacity 1 | stay = on | |",
    )
    assert unkept_twins(found) == promises


def test_a_twin_that_does_not_decide_the_property() -> None:
    """A reachable property is decided only where a scenario expects something of it."""
    _, found = results(
        "| none | none | none | | queue | capacity 1 | | one violated, holds in some |",
        "| some | go | none | | queue | capacity 1 | | |",
    )
    assert unkept_twins(found) == ["none: one: in some it is said to be: holds, and is: not decided"]


def test_what_nobody_expects_to_be_reached_need_not_be() -> None:
    """Asked for by name, it is decided all the same."""
    protocol, _ = results("| idle | none | none | | queue | capacity 1 | | |")
    (judged,) = check_scenario(protocol, protocol.scenarios["idle"], Limits(), ["one"]).judged
    assert (judged.verdict.outcome, judged.complaint) == ("violated", "")


def test_nothing_can_be_blamed_for_what_is_not_reached() -> None:
    with pytest.raises(DocumentError) as raised:
        results("| none | none | none | | queue | capacity 1 | | one violated by go.on |")
    assert "what is not reachable has no counterexample; leave out `by`" in str(raised.value)
