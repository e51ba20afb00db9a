"""What a row is for: what is missed without it, in a document of a few rows."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.verify.why import Missed, missed, shortest, without

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


def test_a_call_that_nobody_takes_or_refuses_any_more() -> None:
    """In both scenarios: B, lit, may light up A before A's user presses."""
    assert [each.unanswered for each in found("press.bright")] == [(("bright", "press"),)] * 2
    assert [each.unanswered for each in found("press.dark")] == [(("dark", "press"),)] * 2


def test_what_has_no_meaning_without_a_row() -> None:
    for each in found("letter.thanks"):
        assert "in bright at A on letter <SORT=thanks>: no row handles it" in each.error
        assert each.anything


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
