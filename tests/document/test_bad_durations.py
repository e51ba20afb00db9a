"""What is said of durations that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.syntax import Connected
from tests.document.bad_documents import GOOD, Case, check

SLOW = "| slow | timeout again | `nothing in flight` |"
HEADER = "\n\n| duration | of | length | restarted if |\n|---|---|---|---|\n"


def rows(id: str, *said: str, header: str = HEADER, table: str) -> Case:
    """A case with a table of durations behind the assumptions."""
    return Case(id, ((SLOW, f"{SLOW}{header}{table}"),), said)


CASES = [
    rows("no event", "life: the column `of` is empty, expected an event", table="| life | »| at most | |"),
    rows(
        "unknown event",
        "life: `segmnt` is not an event; did you mean `segment`?",
        table="| life | »segmnt | at most | |",
    ),
    rows(
        "call",
        "life: `ASK` takes no time: expected timers, or the arrival for its segments",
        table="| life | »ASK | at most | |",
    ),
    rows(
        "segments and timers",
        "life: segments and timers have durations of their own",
        table="| life | »segment, timeout again | at most | |",
    ),
    rows(
        "restarted segment",
        "life: only a timer can be restarted",
        table="| life | segment | at most | »`event is ASK` |",
    ),
    rows(
        "unknown length",
        "wait: `fix` is not a value of `length`, expected `at most`, `range`, `fixed`; did you mean `fixed`?",
        table="| wait | timeout again | »fix | |",
    ),
    rows(
        "said twice",
        "more: how long `timeout again` takes is said by `wait` already; say it once",
        table="| wait | timeout again | fixed | |\n| »more | timeout again | range | |",
    ),
    rows(
        "ghost",
        "wait: `seen` is a ghost; only properties and other ghosts may read it",
        table="| wait | timeout again | fixed | `»seen > 0` |",
    ),
    rows(
        "peer",
        "wait: an end knows only itself here; `peer's`, `A's` and `B's` are for properties",
        table="| wait | timeout again | fixed | `»peer's level > 0` |",
    ),
    rows(
        "network",
        "wait: an end cannot see the network; this is only for assumptions",
        table="| wait | timeout again | fixed | `»nothing in flight` |",
    ),
    rows(
        "name",
        "no wait: `no wait` cannot be used as a name: `no` is a reserved word",
        table="| »no wait | timeout again | fixed | |",
    ),
    rows(
        "column",
        "unknown column `restart if` in a durations table, expected duration, of, length, restarted if, "
        "meaning, cite; did you mean `restarted if`?",
        header="\n\n| duration | of | length | »restart if |\n|---|---|---|---|\n",
        table="| wait | timeout again | fixed | |",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_complaint(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def test_durations_are_read(tmp_path: Path) -> None:
    table = (
        "| life | segment | at most | |\n"
        "| wait | timeout again | fixed | `event is segment and after level /= before level` |"
    )
    path = tmp_path / "good.md"
    path.write_text(GOOD.replace(SLOW, f"{SLOW}{HEADER}{table}"), encoding="utf-8")
    life, wait = load(path).durations.values()
    assert (life.name, life.events, life.length, life.restart) == ("life", ("segment",), "at most", None)
    assert (wait.name, wait.events, wait.length) == ("wait", ("timeout again",), "fixed")
    assert isinstance(wait.restart, Connected)
