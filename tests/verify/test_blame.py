"""Which rows are to blame: those that no counterexample does without, worked out by hand."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.blame import can_do_without
from checker.verify.decide import decide
from checker.verify.results import check_scenario

DOCUMENT = """
| state | meaning |
|---|---|
| start | |
| ridge | |
| pit | |

| event | kind | fair |
|---|---|---|
| arise | call | no |
| left | call | no |
| right | call | no |
| timeout walk | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `up` | start | arise | | | | start | |
| `by.left` | start | left | | | | ridge | |
| `by.right` | start | right | | | | ridge | |
| `fall` | ridge | timeout walk | | | | pit | stop |
| `stay` | pit | timeout walk | | | | | |

| property | kind | when | claim |
|---|---|---|---|
| no pit | invariant | | `STATE is not pit` |
| no fall | step | `before STATE is ridge` | `after STATE is not pit` |
| out of it | never stuck | | `STATE is start` |
| still | quiescent | | `STATE is start` |

| scenario | A | B | opened | network | bounds | expect |
|---|---|---|---|---|---|---|
| two ways | left; right | none | | queue | capacity 1 | |
| two ways, either first | right; left; right | none | | queue | capacity 1 | |
| one way | left | none | | queue | capacity 1 | |
| risen | left; right | none | A: arise | queue | capacity 1 | |
"""

NO_ROW: frozenset[str] = frozenset()

TO_BLAME = [
    # Both ways lead to the ridge, and only the fall into the pit.
    ("two ways", "no pit", {"fall"}),
    ("two ways", "no fall", {"fall"}),
    ("two ways, either first", "no pit", {"fall"}),
    # Whoever is on the ridge never gets back, fallen or not.
    ("two ways", "out of it", NO_ROW),
    ("one way", "out of it", {"by.left"}),
    ("one way", "no pit", {"by.left", "fall"}),
    # A row that fired before the start is in every run.
    ("risen", "no pit", {"up", "fall"}),
]


@pytest.mark.parametrize(("scenario", "property", "expected"), TO_BLAME)
def test_rows_to_blame(scenario: str, property: str, expected: frozenset[str]) -> None:
    protocol = parse(DOCUMENT, "ridge.md")
    graph = explore(Model(protocol, protocol.scenarios[scenario]))
    wanted = protocol.properties[property]
    assert decide(graph, wanted).outcome == "violated"
    rows = {rule.id for rule in protocol.rules}
    assert {row for row in rows if not can_do_without(graph, wanted, row)} == expected


@pytest.mark.parametrize(
    ("blame", "complaint"),
    [("fall", ""), ("by.left", "expected by by.left, but some counterexample does not fire it")],
)
def test_a_row_in_the_shortest_counterexample_only_is_not_to_blame(blame: str, complaint: str) -> None:
    """The shortest counterexample goes by the left, but one can as well go by the right."""
    text = DOCUMENT.replace(
        "| two ways | left; right | none | | queue | capacity 1 | |",
        f"| two ways | left; right | none | | queue | capacity 1 | no pit violated by {blame} |",
    )
    protocol = parse(text, "ridge.md")
    result = check_scenario(protocol, protocol.scenarios["two ways"], Limits(), ["no pit"])
    (judged,) = result.judged
    assert judged.verdict.trace is not None
    fired = {rule for step in judged.verdict.trace.steps for rule in step.rules}
    assert {"by.left", "fall"} <= fired
    assert judged.complaint == complaint
