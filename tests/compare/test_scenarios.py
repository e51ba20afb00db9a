"""What has to be decided although both versions of a scenario have the same graph, and other
things that pairs of small changes do not show."""

from __future__ import annotations

import pytest

from checker.compare import scenarios
from checker.compare.behaviour import Effort
from checker.compare.documents import Versions, versions
from checker.compare.scenarios import ScenarioDiff, compare_scenario, needs_exploration
from checker.compare.verdicts import is_failure
from checker.document.library import given
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from tests.compare.changes import BASE, row
from tests.verify.test_room import BALL

STRONGER = BASE.replace("tries < 1", "tries < 0")


def both_of(base: str, head: str) -> Versions:
    return versions(given(base, "base.md"), given(head, "head.md"))


def compared(
    base: str, head: str, name: str, limits: Limits | None = None, effort: Effort | None = None
) -> ScenarioDiff:
    return compare_scenario(both_of(base, head), name, Engine("reference"), limits or Limits(), effort)


def became(found: ScenarioDiff) -> dict[str, str]:
    return {change.property: change.became for change in found.verdicts}


def test_a_row_that_is_blamed_fires_no_longer() -> None:
    """Another row does just the same in its place, so the graph is the same; but the scenario says
    that every counterexample fires the first one."""
    expected = "silent = off | met holds; answered violated by go.idle |"
    stuck = STRONGER.replace("silent = off | met holds |", expected)
    idle = row("`go.idle`", stuck)
    never = idle.replace("| go | |", "| go | `tries = 7` |")
    instead = idle.replace("go.idle", "go.first").replace("| go | |", "| go | `tries = 0` |")
    found = compared(stuck, stuck.replace(idle, never + instead), "lossy")
    assert (found.how, became(found)) == ("same graph", {"answered": "expected"})
    (change,) = found.verdicts
    assert is_failure(change)
    assert change.after is not None
    assert "some counterexample does not fire it" in change.after.complaint


def test_calls_that_would_be_taken_are_asked_of_both_versions() -> None:
    """Nobody makes the call twice, so the graph does not show that it would no longer be refused."""
    claim = "| few | invariant | `STATE is asking` | `not takes go` | nobody is pestered |"
    base = BASE.replace("| few | invariant | | `tries =< 1` | nobody is pestered |", claim)
    head = base.replace("| `go.busy` | busy | go | | | | | refuse |", "| `go.busy` | busy | go | | | | | |")
    found = compared(base, head, "calm")
    assert (found.how, became(found)) == ("same graph", {"few": "worse"})
    assert needs_exploration(both_of(base, head), "calm")


MORE_DEAD = "`more.dead` | court | segment | `sort is ball and lets it lie` | | "
NO_BALL = "`no segment from us (sort is ball) and no segment from peer (sort is ball)`"
LATE = (
    BALL.replace("SORT | ball, filler |", "SORT | ball, filler, late |")
    .replace(f"{MORE_DEAD}`<SORT=filler>`", f"{MORE_DEAD}`<SORT=late>`")
    .replace(
        "| `filler.send` |", "| `late.any` | court | segment | `sort is late` | | | | |\n| `filler.send` |"
    )
    .replace(NO_BALL, "`nothing in flight`")
)


def test_what_is_only_seen_with_more_room() -> None:
    """Of two answers the second never finds room, so nobody asks what it would do. That all comes
    to rest is said to hold only because it would with more room: and then it is asked."""
    head = LATE.replace("`sort is late` | | | | |", "`sort is late` | | `<SORT=ball>` | | |")
    name = "two answers, room for one"
    found = compared(LATE, head, name)
    assert (found.how, became(found)) == ("same graph", {"rest": "undecided"})
    assert became(compared(head, LATE, name)) == {"rest": "better"}
    # In another way, but with more room it does nothing too.
    other = LATE.replace("`sort is late` |", "`not sort is ball and not sort is filler` |")
    found = compared(LATE, other, name)
    assert (found.how, became(found), found.same) == ("same graph", {}, 1)


def test_calls_before_the_start_are_compared_one_by_one() -> None:
    """Two calls that send the same in all, but not each the same."""
    text = BASE.replace("| network |", "| opened | network |").replace("---|\n| calm", "---|---|\n| calm")
    text = text.replace("| calm | go | none |", "| calm | none | none | A: go; A: go |")
    text = text.replace("| lossy | go | none |", "| lossy | go | none | |")
    text = text.replace("| busy | go | | | | | refuse |", "| busy | go | | | | | |")
    later = text.replace("| idle | go | | | `ASK` | asking |", "| idle | go | | | | asking |")
    later = later.replace("| busy | go | | | | | |", "| busy | go | | | `ASK` | | |")
    found = compared(text, later, "calm")
    assert (found.how, found.within) == ("compared", ("no", "no"))
    assert [(t.trace, len(t.word), t.word[0].sent) for t in found.tellings] == [
        (None, 1, ("<WORD=ask>",)),
        (None, 1, ()),
    ]


@pytest.mark.parametrize(
    ("old", "new", "explored"),
    [
        ("`tries =< 1`", "`tries =< 2`", [True, True]),
        ("silent = off | met holds |", "silent = off | |", [False, True]),
        ("nobody is pestered", "", [False, False]),
        ("| lossy | go |", "| lossy | none |", [False, True]),
    ],
)
def test_only_what_differs_is_explored(old: str, new: str, explored: list[bool]) -> None:
    both = both_of(BASE, BASE.replace(old, new))
    assert [needs_exploration(both, name) for name in ("calm", "lossy")] == explored


def test_a_graph_that_was_cut_short_is_not_said_to_be_the_same() -> None:
    head = BASE.replace("tries < 1", "not tries >= 1")
    assert compared(BASE, head, "lossy").same_behaviour
    found = compared(BASE, head, "lossy", Limits(max_states=3))
    assert (found.how, found.within) == ("same graph", ("unknown", "unknown"))
    assert not found.same_behaviour
    assert "more than 3 states" in found.reasons[0]


def test_what_is_too_large_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "MOST_STATES", 5)
    found = compared(BASE, STRONGER, "lossy")
    assert (found.how, found.within) == ("not compared", ("unknown", "unknown"))
    assert found.reasons == ("more than 5 states",)
    assert became(found) == {"answered": "worse"}
    assert found.arrows[0]


def test_a_budget_that_is_too_small() -> None:
    found = compared(BASE, STRONGER, "lossy", effort=Effort(pairs=1, words=0, edges=1, places=0))
    assert found.within == ("unknown", "unknown")
    assert found.reasons == ("too many combinations of states to compare",)
    assert not found.same_behaviour
