"""Ghosts never flow into what is not a ghost, not even by taking from a supply."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.document.problems import DocumentError

DOCUMENT = """
| state | meaning |
|---|---|
| here | |

| variable | kind | lives | initial |
|---|---|---|---|
| `real` | count | host | 0 |
| `next` | count | supply | scenario |
| `seen` | flag | ghost host | off |
| `ghost` | count | ghost host | 0 |

| event | kind | fair |
|---|---|---|
| go | call | no |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.on` | here | go | GUARD | `ACT` | | | |
"""


def problems(guard: str, act: str) -> list[str]:
    try:
        parse(DOCUMENT.replace("GUARD", guard).replace("ACT", act), "ghosts.md")
    except DocumentError as error:
        return [problem.message for problem in error.problems]
    return []


READS = "`seen` is a ghost; only properties and other ghosts may read it"
TAKES = "`next` is a supply; a ghost must not take from it"


@pytest.mark.parametrize(
    ("guard", "act", "expected"),
    [
        ("", "real := next; ghost := real; seen := on", []),
        ("", "ghost := (1 if seen else 2)", []),
        ("`seen`", "real := 1", [READS]),
        ("", "real := (1 if seen else 2)", [READS]),
        ("", "ghost := next", [TAKES]),
        ("", "ghost := (next if seen else 0)", [TAKES]),
    ],
)
def test_where_a_ghost_may_stand(guard: str, act: str, expected: list[str]) -> None:
    assert problems(guard, act) == expected
