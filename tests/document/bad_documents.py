"""A good document, small edits that spoil it, and what should be said of each.

The mark ``»`` in an edit stands where a complaint is expected; it is no part of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.problems import DocumentError

MARK = "»"

GOOD = """# A good document

| state | meaning |
|---|---|
| idle | |
| busy | |

| group | states |
|---|---|
| anywhere | idle, busy |

| variable | kind | lives | initial |
|---|---|---|---|
| `START` | own seq | supply | scenario |
| `asked` | own seq | TCB | none |
| `heard` | peer seq | host | none |
| `level` | count to 3 | host | scenario |
| `note` | flag | event | off |
| `mood` | calm, cross | host | calm |
| `seen` | count | ghost host | 0 |

| switch | kind | default |
|---|---|---|
| `brisk` | flag | off |

| field | written | kind | unless given |
|---|---|---|---|
| `number` | NUM | own seq | none |
| `answer` | ANS | peer seq | none |
| `bits` | BITS | flags PING, PONG | none |
| `size` | SIZE | count | `0` |
| `trail` | TRAIL | ghost count | `seen` |

| event | kind | fair |
|---|---|---|
| ASK | call | no |
| segment | arrival | yes |
| flush | own | yes |
| timeout again | timer | yes |
| crash | fault | no |

| name | means |
|---|---|
| `fits` | `PONG and answer = asked` |
| `a ping` | `<NUM=asked><BITS=PING>` |
| `count it` | `seen := seen + 1; note := on` |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `ask.idle` | idle | ASK | | `asked := START; count it` | `a ping` | busy | stop |
| `ask.busy` | busy | ASK | | | | | refuse |
| `get.fits` | busy | segment | `fits` | `heard := number` | | idle | stop |
| `get.other` | anywhere | segment | `not fits` | | | | |
| `again.ping` | busy | timeout again | `level > 0` | `level := level - 1` | `a ping` | | stop |
| `crash.any` | anywhere | crash | | `delete TCB` | | idle | stop |

| assumption | on | only if |
|---|---|---|
| slow | timeout again | `nothing in flight` |

| property | kind | when | claim | under |
|---|---|---|---|---|
| answered | never stuck | `STATE is busy` | `STATE is idle` | slow |
| steady | step | `event is segment` | `after level = before level` | |

| scenario | A | B | opened | network | bounds | assume | set | expect |
|---|---|---|---|---|---|---|---|---|
| calm | ASK | | none | queue, lose 1 | capacity 2, START 1 / 5, level 2 | slow | brisk = on | steady holds |
"""


def line_of(text: str) -> int:
    """The line of the good document in which ``text`` stands."""
    assert GOOD.count(text) == 1
    return GOOD.count("\n", 0, GOOD.index(text)) + 1


@dataclass(frozen=True)
class Case:
    """``edits`` of the good document, and what is said at their marks, in document order."""

    id: str
    edits: tuple[tuple[str, str], ...]
    said: tuple[str, ...]

    def marked(self) -> str:
        """The spoilt document, with its marks."""
        text = GOOD
        for old, new in self.edits:
            assert text.count(old) == 1, f"{old} stands {text.count(old)} times in the document"
            text = text.replace(old, new)
        return text


def case(id: str, old: str, new: str, *said: str) -> Case:
    """A case with one edit."""
    return Case(id, ((old, new),), said)


def added(id: str, after: str, row: str, *said: str) -> Case:
    """A case that adds a row behind the line that begins with ``after``."""
    line = next(line for line in GOOD.splitlines() if line.startswith(after))
    return Case(id, ((line, f"{line}\n{row}"),), said)


def guard(id: str, text: str, *said: str) -> Case:
    """A case with another guard in the rule ``get.other``."""
    return Case(id, (("`not fits`", f"`{text}`"),), tuple(f"get.other: {message}" for message in said))


def places(marked: str) -> list[str]:
    """``line:column`` of each mark, counted without the marks."""
    found: list[str] = []
    for number, line in enumerate(marked.split("\n"), 1):
        parts = line.split(MARK)[:-1]
        found.extend(f"{number}:{len(''.join(parts[: i + 1])) + 1}" for i in range(len(parts)))
    return found


def complaints(path: Path) -> list[str]:
    """What is said of the document at ``path``, without its folder."""
    with pytest.raises(DocumentError) as raised:
        load(path)
    return [str(problem).replace(f"{path.parent}/", "") for problem in raised.value.problems]


def check(case: Case, folder: Path) -> None:
    """Asserts that a spoilt document is complained of as its case says."""
    marked = case.marked()
    path = folder / "bad.md"
    path.write_text(marked.replace(MARK, ""), encoding="utf-8")
    where = places(marked)
    assert len(where) == len(case.said), "a mark for each complaint"
    expected = [f"bad.md:{place}: {message}" for place, message in zip(where, case.said, strict=True)]
    assert complaints(path) == expected
