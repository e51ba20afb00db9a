"""A document that declares durations, and claims on what its runs need on the clock."""

from __future__ import annotations

from pathlib import Path

from checker.document.statements import Statements, load_statements
from tests.timing.runs import TOY, document

TIMED = (
    TOY.replace("RESTARTED", "")
    + """
| variable | kind | lives | initial |
|---|---|---|---|
| `last` | count to 1 | ghost host | 0 |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `letter.any` | idle, waiting, over | letter | | `last := number` | | | |

| property | kind | when | claim |
|---|---|---|---|
| over | reachable | | `STATE is over and nothing in flight` |
| in order | step | `event is letter and before last = 1` | `number = 1` |
| begins | reachable | | `A's STATE is idle` |
| known | invariant | | `STATE is idle or STATE is waiting or STATE is over` |

| scenario | A | B | network | bounds | set | expect |
|---|---|---|---|---|---|---|
| counted | go | none | bag | capacity 2 | counting = on | |
"""
)
"""*over*: A goes (1), its wait is over (2), its letter is lost (3). A would have sent it again after
``again``, so that is the limit of ``wait``. *in order* is broken where the second letter comes
before the first one; *known* is not broken; *begins* is so at the start."""

HEAD = """| claim | source | words | means | decided by | expect | because |
|---|---|---|---|---|---|---|
"""


def write_timed_claims(folder: Path, *decided_by: str, expect: str = "confirmed") -> Path:
    """One claim for each of ``decided_by``."""
    document(folder, TIMED)
    rows = (f"| c{n} | a clock | tick | tock | {by} | {expect} | |\n" for n, by in enumerate(decided_by))
    path = folder / "claims.md"
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def timed_claims(folder: Path, *decided_by: str) -> Statements:
    return load_statements(write_timed_claims(folder, *decided_by))
