"""What a row is for: what is missed without it, in a document of a few rows."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.document.omission import trial_of, tried, without
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.verify.why import Missed, holes, missed, newly_fails, shortest

LAMP = """
| state | meaning |
|---|---|
| dark | |
| bright | |

| field | written | kind | unless given |
|---|---|---|---|
| `sort` | SORT | light, thanks | none |

| event | kind | fair |
|---|---|---|
| press | call | no |
| letter | arrival | yes |
| timeout again | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `press.dark` | dark | press | | | `<SORT=light>` | bright | |
| `press.bright` | bright | press | | | | | refuse |
| `letter.light` | dark, bright | letter | `sort is light` | | `<SORT=thanks>` | bright | |
| `letter.thanks` | dark, bright | letter | `sort is thanks` | | | | |
| `again.send` | bright | timeout again | | | `<SORT=light>` | | |
| `spare.dark` | dark | timeout again | | | | | |

| property | kind | when | claim |
|---|---|---|---|
| both bright | never stuck | `A's STATE is bright` | `B's STATE is bright` |
| lit | reachable | | `STATE is bright and peer's STATE is bright` |
| pressed once | invariant | | `takes press = (STATE is dark)` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| good | press; press | none | queue | capacity 2 | lit holds |
| lossy | press | none | queue, lose | capacity 2 | lit holds |
"""


def found(row: str) -> list[Missed]:
    protocol = parse(LAMP, "lamp.md")
    return [missed(protocol, row, s, Limits(), Engine("reference")) for s in protocol.scenarios.values()]


@pytest.mark.parametrize(
    ("row", "properties"),
    [
        # Nobody presses: the lamp never shines, and the premise is never true.
        ("again.send", [[], ["both bright"]]),
        # It does nothing in a state and for a timer that nothing else asks for.
        ("spare.dark", [[], []]),
    ],
)
def test_the_properties_that_fail_without_a_row(row: str, properties: list[list[str]]) -> None:
    wrong = [[judged.verdict.property.name for judged in each.judged] for each in found(row)]
    assert wrong == properties
    assert [each.anything for each in found(row)] == [bool(names) for names in properties]


def left_out(row: str) -> list[tuple[str, ...]]:
    """By scenario the holes that a row leaves."""
    protocol = parse(LAMP, "lamp.md")
    return [holes(protocol, row, scenario) for scenario in protocol.scenarios.values()]


def failing(row: str) -> list[set[str]]:
    """By scenario the properties that fail without a row and not with it."""
    return [{j.verdict.property.name for j in each.judged if each.fails} for each in found(row)]


def test_a_row_that_takes_a_call_refuses_it_instead() -> None:
    """Then nobody shines, but for B in *lossy*, whose premise is about A. And the call that is not
    taken in the dark is missed by who asks for that."""
    assert failing("press.dark") == [{"lit", "pressed once"}] * 2
    assert left_out("press.dark") == [("nobody takes or refuses press in dark",)] * 2


def test_a_row_that_refuses_a_call_takes_it_instead_and_does_nothing_else() -> None:
    """Only who asks whether it is taken can tell."""
    assert failing("press.bright") == [{"pressed once"}] * 2
    assert left_out("press.bright") == [("nobody takes or refuses press in bright",)] * 2


def test_a_row_that_handles_a_segment_does_nothing_instead() -> None:
    """B stays dark; where nothing may be lost, that is unknown for want of room. A row that only
    ignores a segment does no less then, and leaves a hole all the same."""
    assert failing("letter.light") == [set(), {"lit", "both bright"}]
    assert failing("letter.thanks") == [set(), set()]
    assert not any(each.anything for each in found("letter.thanks"))
    assert left_out("letter.thanks")[0] == (
        "in bright at A on letter <SORT=thanks>: no row handles it",
        "in dark at A on letter <SORT=thanks>: no row handles it",
    )
    assert left_out("letter.light")[1] == ("in dark at B on letter <SORT=light>: no row handles it",)
    assert left_out("again.send") == [(), ()]


def test_what_fails_with_the_row_too_does_not_count() -> None:
    """That the row which is blamed is needed no more, or that nothing fails any more, is told, but
    no property misses the row for that."""
    lossy = "| lossy | press | none | queue, lose | capacity 2 | lit holds"
    text = LAMP.replace(lossy, f"{lossy}; both bright violated by again.send")
    protocol = parse(text.replace("| `STATE is bright and peer's", "| `on or peer's"), "lamp.md")
    other = missed(protocol, "letter.light", protocol.scenarios["lossy"], Limits(), Engine("reference"))
    assert [(j.verdict.outcome, j.complaint) for j in other.judged] == [
        ("violated", "expected by again.send, but some counterexample does not fire it")
    ]
    assert other.anything
    assert not other.fails
    spare = missed(protocol, "spare.dark", protocol.scenarios["lossy"], Limits(), Engine("reference"))
    assert [(j.verdict.outcome, j.expected) for j in spare.judged] == [("holds", "violated")]
    assert not spare.fails


def test_what_is_tried_in_place_of_each_row() -> None:
    protocol = parse(LAMP, "lamp.md")
    assert {rule.id: trial_of(protocol, rule) for rule in protocol.rules} == {
        "press.dark": "refuses",
        "press.bright": "takes",
        "letter.light": "idle",
        "letter.thanks": "idle",
        "again.send": "left out",
        "spare.dark": "left out",
    }
    for rule in protocol.rules:
        others = {r.id: r for r in tried(protocol, rule.id).rules}
        other = others.pop(rule.id, None)
        assert others == {r.id: r for r in protocol.rules if r is not rule}
        if other is None:
            assert rule.id in ("again.send", "spare.dark")
        else:
            assert (other.states, other.events, other.guard) == (rule.states, rule.events, rule.guard)
            assert (other.acts, other.sends, other.next) == ((), (), "")
            assert other.then == {"press.dark": "refuse", "press.bright": "stop"}.get(rule.id, "")


def test_a_call_that_cannot_be_made_before_the_start() -> None:
    text = LAMP.replace("| scenario | A | B |", "| scenario | opened | A | B |")
    text = text.replace(
        "|---|---|---|---|---|---|\n| good |", "|---|---|---|---|---|---|---|\n| good | B: press |"
    )
    text = text.replace("| lossy |", "| lossy | |")
    protocol = parse(text, "lamp.md")
    good = missed(protocol, "press.dark", protocol.scenarios["good"], Limits(), Engine("reference"))
    assert good.error == "B cannot call press in dark"
    assert good.anything
    assert not good.fails


def test_where_nothing_changes_nothing_is_decided() -> None:
    """Nobody presses, so nothing is sent; thanks are ignored with the row and without it. But calls
    are asked about where nobody makes them."""
    text = LAMP.replace("| good | press; press |", "| good | none |")
    protocol = parse(text, "lamp.md")

    def decided(row: str, scenario: str) -> bool:
        found = missed(protocol, row, protocol.scenarios[scenario], Limits(), Engine("reference"))
        return found.model is not None

    assert not decided("letter.light", "good")
    assert decided("letter.light", "lossy")
    assert not decided("letter.thanks", "lossy")
    assert decided("press.bright", "good")
    assert decided("again.send", "good")


def test_a_row_that_ends_what_others_would_go_on_with() -> None:
    """It does nothing but stop; a row behind it would put the lamp out."""
    stops = "| `check.thanks` | bright | letter | `sort is thanks` | | | | stop |\n"
    text = LAMP.replace("| `letter.light` |", f"{stops}| `letter.light` |")
    text = text.replace("`sort is thanks` | | | | |", "`sort is thanks` | | | dark | |")
    stays = "| stays bright | step | `before STATE is bright` | `after STATE is bright` |\n"
    protocol = parse(text.replace("| pressed once |", f"{stays}| pressed once |"), "lamp.md")
    each = missed(protocol, "check.thanks", protocol.scenarios["lossy"], Limits(), Engine("reference"))
    assert [j.verdict.property.name for j in each.judged if newly_fails(j)] == ["stays bright"]


def test_the_shortest_run_of_each_property() -> None:
    """Pressed, and the only light is lost: two steps."""
    (name, (each, judged)), *others = shortest(found("again.send")).items()
    assert (name, each.scenario.name, others) == ("both bright", "lossy", [])
    assert judged.verdict.trace is not None
    assert len(judged.verdict.trace.steps) == 2


def test_what_a_limit_leaves_open_misses_nothing() -> None:
    protocol = parse(LAMP, "lamp.md")
    cut = missed(
        protocol, "spare.dark", protocol.scenarios["lossy"], Limits(max_states=2), Engine("reference")
    )
    assert not cut.anything
    assert "more than 2 states" in cut.limit


def test_only_the_row_is_left_out() -> None:
    protocol = parse(LAMP, "lamp.md")
    left = without(protocol, "spare.dark")
    assert {rule.id for rule in protocol.rules} - {rule.id for rule in left.rules} == {"spare.dark"}
