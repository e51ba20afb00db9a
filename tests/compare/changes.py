"""A small document, and what a change of it is expected to come to."""

from __future__ import annotations

from dataclasses import dataclass, field

BASE = """# Asking

| state | meaning |
|---|---|
| idle | nothing yet |
| asking | waits for an answer |
| done | has been answered |

| group | states |
|---|---|
| any | idle, asking, done |
| busy | asking, done |

| variable | kind | lives | initial | meaning |
|---|---|---|---|---|
| `tries` | count | host | 0 | asked again so often |

| switch | kind | default | meaning |
|---|---|---|---|
| `silent` | flag | off | nobody answers |

| field | written | kind | unless given | meaning |
|---|---|---|---|---|
| `word` | WORD | ask, yes, maybe | none | |

| event | kind | fair | meaning |
|---|---|---|---|
| go | call | no | the user wants to know |
| letter | arrival | yes | |
| timeout again | timer | yes | no answer has come |

| name | means |
|---|---|
| `may try` | `tries < 1` |
| `ASK` | `<WORD=ask>` |
| `YES` | `<WORD=yes>` |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.idle` | idle | go | | | `ASK` | asking | |
| `go.busy` | busy | go | | | | | refuse |
| `letter.ask` | any | letter | `word is ask and not silent` | | `YES` | | |
| `letter.quiet` | any | letter | `word is ask and silent` | | | | |
| `letter.yes` | asking | letter | `word is yes` | | | done | |
| `letter.late` | idle, done | letter | `word is yes` | | | | |
| `letter.no` | any | letter | `word is maybe` | | | | |
| `again.asking` | asking | timeout again | `may try` | `tries := tries + 1` | `ASK` | | |

| property | kind | when | claim | because |
|---|---|---|---|---|
| answered | never stuck | `A's STATE is asking` | `A's STATE is done` | who asks is answered |
| few | invariant | | `tries =< 1` | nobody is pestered |
| met | reachable | | `STATE is done` | |

| scenario | A | B | network | bounds | set | expect |
|---|---|---|---|---|---|---|
| calm | go | none | queue | capacity 4 | | met holds |
| lossy | go | none | queue, lose 1 | capacity 4 | silent = off | met holds |
"""
"""A asks, once again at most; B answers each time. In *lossy* one segment may be lost, which is why
A asks again."""

Within = tuple[str, str]
UNCHANGED = ("unchanged", ("yes", "yes"))
SAME_GRAPH = ("same graph", ("yes", "yes"))
SAME = ("compared", ("yes", "yes"))
MORE = ("compared", ("yes", "no"))
LESS = ("compared", ("no", "yes"))
OTHER = ("compared", ("no", "no"))
BROKEN = ("not compared", ("unknown", "unknown"))
ADDED = ("added", ("yes", "yes"))
REMOVED = ("removed", ("yes", "yes"))

NO_ANSWER = {"answered": "worse", "met": "worse"}


@dataclass(frozen=True)
class Pair:
    """A change of ``BASE``: texts to replace, and what must be told of it.

    ``rows`` are (how, table, row). ``calm`` and ``lossy`` are how the behaviours compare, and
    ``verdicts`` by scenario what became of which property. ``runs`` are by scenario the runs that
    tell the versions apart: (0 for BASE or 1 for HEAD, steps, the last thing that it shows).
    ``by`` are the rows that all of it is blamed on.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...] = ()
    calm: tuple[str, Within] = UNCHANGED
    lossy: tuple[str, Within] = UNCHANGED
    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)
    runs: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    also: dict[str, tuple[str, Within]] = field(default_factory=dict)

    def head(self) -> str:
        text = BASE
        for old, new in self.edits:
            assert old in text, f"{self.name}: `{old}` is not there"
            text = text.replace(old, new)
        return text


def row(start: str, text: str = BASE) -> str:
    """The line of a row, by how it begins."""
    (line,) = [line for line in text.splitlines(keepends=True) if line.startswith(f"| {start} |")]
    return line


def without(start: str) -> tuple[str, str]:
    return row(start), ""


def behind(start: str, *lines: str) -> tuple[str, str]:
    return row(start), row(start) + "".join(f"{line}\n" for line in lines)


def both(outcome: dict[str, str]) -> dict[str, dict[str, str]]:
    return {"calm": outcome, "lossy": outcome}
