"""Claims that two documents decide, and edits of them: those that matter to what is found out, and
those that do not."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import DOOR
from tests.timing.claims import TIMED
from tests.toys import DOCUMENTS

Edit = tuple[str, str, str]
"""A file, a text in it, and what that becomes."""

CLAIMS = """# What is said of the door, and of the time that it takes

| claim | source | words | means | decided by | expect | because |
|---|---|---|---|---|---|---|
| heard | a song | toc toc | a knock is heard | door: quiet: woken; door: lossy: woken | under assumptions | |
| one letter | a novel | lettre | a knock is one letter | door: quiet: a knock | confirmed | |
| an answer | a novel | réponse | B answers | door: quiet: a knock and an answer | refuted | |
| both | a novel | les deux | they meet | door: quiet: met; timed: line: over | confirmed | |
| ten | a clock | tick | it waits for ten | timed: line: over: wait 10 if life 25, again 3..10 | confirmed | |
| tried | a clock | tock | so once more | timed: counted: tried: wait 10 if again 3..10 | confirmed | |
| any | a clock | tuck | that long too | timed: counted: in order: wait 10 if again 3..10 | refuted | |
| one mark | a clock | tack | it may do | timed: line: a mark | confirmed | |

| exchange | segments | ends | because |
|---|---|---|---|
| a knock | `A: <WORD=hello>` | waiting / awake | |
| a knock and an answer | `A: <WORD=hello>; B: <WORD=bye>` | | |
| a mark | `A: <MARK=x>` | over / idle | |
"""

RESTART = "`event is timeout again and anew and after STATE is trying`"

TIME = (
    TIMED.replace("| timeout end | fixed |  |", f"| timeout end | fixed | {RESTART} |")
    + """
| name | means |
|---|---|
| `anew` | `lively` |

| switch | kind | default | meaning |
|---|---|---|---|
| `lively` | flag | on | who sends again waits anew |

| group | states |
|---|---|
| trying | waiting |

| property | kind | when | claim |
|---|---|---|---|
| tried | reachable | | `STATE is over and tries = 1` |
"""
)
"""In *tried* A sends its letter again and then waits anew, so ``wait`` is at most one ``again``, and
two if it did not wait anew. Definition, switch and group are mentioned nowhere else."""

TEXTS = {
    "claims.md": CLAIMS,
    "door.md": DOOR.replace(" QUIET ", " ").replace(" LOSSY ", " "),
    "timed.md": TIME,
    "timers.md": (DOCUMENTS / "timers.md").read_text(encoding="utf-8"),
}
"""One of the two extends another."""

FOUND = [
    *("a knock", "a knock and an answer", "quiet", "lossy"),
    *("a mark", "line", "time in line", "counted", "time in counted", "time in counted"),
]
"""What is found out for them, in this order; of each something is kept. Two runs are timed with the
same lengths given."""

SCENARIOS = 4

MATTERS: dict[str, list[Edit]] = {
    "a knock": [
        ("door.md", "| `lazy` | flag | off |", "| `lazy` | flag | on |"),
        ("door.md", "| WORD | hello, bye |", "| WORD | bye, hello |"),
        ("door.md", "| quiet | knock | none | queue |", "| quiet | knock | knock | bag |"),
        ("door.md", "none | queue | capacity 1 |", "none | queue | capacity 2 |"),
        ("door.md", "| letter | | | | awake |", "| letter | | | | waiting |"),
        ("claims.md", "waiting / awake", "awake / waiting"),
        ("claims.md", "waiting / awake", ""),
        ("claims.md", "| a knock | `A: <WORD=hello>`", "| a knock | `A: <WORD=bye>`"),
        ("claims.md", "| a knock | `A: <WORD=hello>`", "| a knock | `B: <WORD=hello>`"),
        ("claims.md", "| a knock | `A: <WORD=hello>`", "| a knock | `A: <WORD=hello>; A: <WORD=hello>`"),
    ],
    "a knock and an answer": [
        ("claims.md", "; B: <WORD=bye>", "; B: <WORD=hello>"),
        ("claims.md", "; B: <WORD=bye>", "; A: <WORD=bye>"),
        ("claims.md", "; B: <WORD=bye>", ""),
    ],
    "quiet": [
        ("door.md", "| `letter.asleep` |", "| `letter.first` |"),
        ("door.md", "`B's STATE is awake`", "`A's STATE is awake`"),
        ("door.md", "none | queue | capacity 1 | |", "none | queue | capacity 1 | woken violated |"),
        ("claims.md", "quiet: woken;", "quiet: tidy;"),
    ],
    "lossy": [
        ("door.md", "| queue, lose |", "| queue, lose 2 |"),
        ("claims.md", "lossy: woken |", "lossy: tidy |"),
    ],
    "a mark": [
        ("timed.md", "| queue, lose, duplicate |", "| bag, lose 1 |"),
        ("timers.md", "| timeout end | timer | no |", "| timeout end | timer | yes |"),
        ("timers.md", "| `not patient` | | | over |", "| `not patient` | | | idle |"),
    ],
    "line": [("claims.md", "line: over: wait", "line: known: wait")],
    "time in line": [
        ("claims.md", "life 25, again 3..10", "life 25, again 3..11"),
        ("claims.md", "life 25, again 3..10", "life 25, again 4..10"),
        ("claims.md", "life 25, again 3..10", "life 24, again 3..10"),
        ("claims.md", "life 25, again 3..10", "life 25"),
        ("claims.md", "life 25, again 3..10", "life 25, again 3.."),
        ("timed.md", "| life | letter | at most |", "| life | letter | fixed |"),
        ("timed.md", "| timeout again | range | |", "| timeout again | range | `event is go` |"),
        ("timers.md", "| `again.plain` | waiting |", "| `again.plain` | over |"),
    ],
    "counted": [("timed.md", "capacity 2 | counting", "capacity 3 | counting")],
    "time in counted": [
        ("timed.md", RESTART, ""),
        ("timed.md", RESTART, "`event is go`"),
        ("timed.md", "| `anew` | `lively` |", "| `anew` | `not lively` |"),
        ("timed.md", "| `lively` | flag | on |", "| `lively` | flag | off |"),
        ("timed.md", "| trying | waiting |", "| trying | over |"),
        ("timed.md", "counting = on |", "counting = on, lively = off |"),
        ("timed.md", "| bag | capacity 2 |", "| bag, duplicate | capacity 2 |"),
    ],
}
"""Edits by something that is to be found out because of them."""

DOES_NOT: list[Edit] = [
    ("claims.md", "# What is said", "# What was said"),
    ("claims.md", "toc toc", "tac tac"),
    ("claims.md", "a knock is heard", "somebody hears"),
    ("claims.md", "| heard |", "| not heard |"),
    ("claims.md", "| confirmed | |", "| refuted | |"),
    ("claims.md", "a knock and an answer", "an answer, too"),
    ("claims.md", "lossy: woken |", "lossy: woken violated |"),
    ("claims.md", "quiet: a knock |", "quiet: a knock violated |"),
    ("claims.md", "door: quiet: woken; ", ""),
    ("claims.md", "wait 10 if life 25", "wait 9 if life 25"),
    ("door.md", "a knock is heard", "it was heard"),
    ("door.md", "has knocked", "knocked"),
    ("timed.md", "who sends again waits anew", "patience"),
    ("timed.md", "`A's STATE is idle`", "`off`"),
    ("timers.md", "how often it was sent again, if anybody counts", "how often"),
]
"""Prose, names that are no part of runs, what is expected, what is said of what is found out, and what
is not asked."""


def write_texts(folder: Path, *edits: Edit) -> Path:
    """The claims, beside what decides them, as edited; a text that is not there any more is left."""
    texts = dict(TEXTS)
    for file, old, new in edits:
        texts[file] = texts[file].replace(old, new)
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder / "claims.md"
