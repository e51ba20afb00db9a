"""In how many points two scenarios differ."""

from __future__ import annotations

import pytest

from checker.document.library import bundled_folder, holds_claims, holds_figure, load, parse
from checker.verify.twins import differences, unlike_twins

DOCUMENT = """
| state | meaning |
|---|---|
| here | |

| variable | kind | lives | initial |
|---|---|---|---|
| `NUMBER` | own seq | supply | scenario |

| switch | kind | default |
|---|---|---|
| `stay` | flag | off |
| `fly` | flag | off |

| event | kind | fair |
|---|---|---|
| go | call | no |
| timeout wait | timer | yes |
| crash | fault | no |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.on` | here | go, timeout wait, crash | | | | | |

| assumption | on | only if | because |
|---|---|---|---|
| calm | timeout wait | `nothing in flight` | |
| slow | timeout wait | `peer timer wait disabled` | |

| property | kind | when | claim |
|---|---|---|---|
| here | invariant | | `STATE is here` |

| scenario | A | B | opened | network | bounds | assume | set | expect |
|---|---|---|---|---|---|---|---|---|
"""
BASE = "| base | go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | calm | stay = on | |"


@pytest.mark.parametrize(
    ("row", "points"),
    [
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | calm | stay = on | here holds |", []),
        ("| go; go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | calm | stay = on | |", ["A"]),
        ("| go | go | | queue, lose | capacity 1, NUMBER 1 / 2 | calm | stay = on | |", ["B"]),
        ("| go | none | B: go | queue, lose | capacity 1, NUMBER 1 / 2 | calm | stay = on | |", ["opened"]),
        ("| go | none | | bag, lose 1 | capacity 1, NUMBER 1 / 2 | calm | stay = on | |", ["network"]),
        ("| go | none | | queue, lose | capacity 2, NUMBER 1 / 2 | calm | stay = on | |", ["capacity"]),
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 then 3 / 2 | calm | stay = on | |", ["NUMBER"]),
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 / 2, crash 1 | calm | stay = on | |", ["crash"]),
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | | stay = on | |", ["calm"]),
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | slow | stay = on | |", ["calm", "slow"]),
        ("| go | none | | queue, lose | capacity 1, NUMBER 1 / 2 | calm | | |", ["stay"]),
        (
            "| go | none | | queue | capacity 1, NUMBER 1 / 2 | calm | fly = on | |",
            ["network", "stay", "fly"],
        ),
    ],
)
def test_differences(row: str, points: list[str]) -> None:
    protocol = parse(f"{DOCUMENT}{BASE}\n| other {row}\n", "twins.md")
    base, other = protocol.scenarios.values()
    assert differences(base, other) == points
    assert sorted(differences(other, base)) == sorted(points)


def test_unlike_twins() -> None:
    rows = [
        BASE.replace("stay = on | |", "stay = on | here violated by go.on, holds in far |"),
        BASE.replace("base", "near").replace("go | none", "go; go | none"),
        BASE.replace("base", "far").replace("go | none", "go; go | go"),
    ]
    protocol = parse(DOCUMENT + "\n".join(rows) + "\n", "twins.md")
    assert [(s.name, twin, points) for s, twin, points in unlike_twins(protocol)] == [
        ("base", "far", ["A", "B"])
    ]


PROTOCOLS = [
    path
    for path in sorted(bundled_folder().glob("**/*.md"))
    if not (holds_claims(path) or holds_figure(path))
]


@pytest.mark.slow
@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_twins_of_the_bundled_documents_differ_in_one_point(path: object) -> None:
    assert unlike_twins(load(path)) == []  # type: ignore[arg-type]
