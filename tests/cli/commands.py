"""Ways to run the command, and a small document whose states can be counted on fingers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.toys import ROOT

MAIN = [sys.executable, "-m", "checker"]


@dataclass(frozen=True)
class Ran:
    """What a run left: the exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class Lastack(Protocol):
    def __call__(self, *arguments: object) -> Ran: ...


def environment() -> dict[str, str]:
    """For processes of their own: this checkout, compiled once and not by each of them, UTF-8, and
    nothing that asks for colours."""
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "CLICOLOR_FORCE")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "",
        "TERM": "xterm",
    }


def process(*arguments: object, **variables: str) -> Ran:
    """The command in a process of its own, with ``variables`` in its environment."""
    done = subprocess.run(
        [*MAIN, *map(str, arguments)],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def timeless(text: str) -> str:
    """Text output without the time that it took."""
    return re.sub(r"(\d+\.)?\d+ s\b", "0 s", text)


DOOR = """# Door: A knocks, B wakes up

| state | meaning |
|---|---|
| asleep | |
| waiting | has knocked |
| awake | has heard a knock |

| switch | kind | default | meaning |
|---|---|---|---|
| `lazy` | flag | off | the knock makes no noise |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | hello, bye | none |

| event | kind | fair |
|---|---|---|
| knock | call | no |
| letter | arrival | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `knock.asleep` | asleep | knock | `not lazy` | | `<WORD=hello>` | waiting | |
| `knock.lazily` | asleep | knock | `lazy` | | | waiting | |
| `letter.asleep` | asleep | letter | | | | awake | |
| `letter.later` | waiting, awake | letter | | | | | |

| property | kind | when | claim | because |
|---|---|---|---|---|
| woken | never stuck | `A's STATE is waiting` | `B's STATE is awake` | a knock is heard |
| tidy | invariant | `STATE is awake` | `peer's STATE is waiting` | |
| met | reachable | | `A's STATE is waiting and B's STATE is awake` | |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| quiet | knock | none | queue | capacity 1 | QUIET |
| lossy | knock | none | queue, lose | capacity 1 | LOSSY |
"""
"""In *quiet* there are 3 states: asleep; knocked, the letter on its way; awake. In *lossy* a
fourth: knocked, and the letter is lost."""

AS_IT_IS = "woken violated by knock.asleep, holds in quiet"


def door(quiet: str = "", lossy: str = AS_IT_IS) -> str:
    """The document; the property *met* is there only where something is expected of it."""
    lines = [
        line for line in DOOR.splitlines(keepends=True) if "met" in quiet or not line.startswith("| met ")
    ]
    return "".join(lines).replace("QUIET", quiet).replace("LOSSY", lossy)


def write_door(folder: Path, quiet: str = "", lossy: str = AS_IT_IS, name: str = "door.md") -> Path:
    path = folder / name
    path.write_text(door(quiet, lossy), encoding="utf-8")
    return path
