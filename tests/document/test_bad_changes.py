"""What a change breaks is told at the change, wherever in the extended document it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import load
from tests.document.bad_documents import GOOD, MARK, complaints, line_of, places

EXTENDS = "| extends | because |\n|---|---|\n| good | |\n\n"
REMOVES = "| removes | because |\n|---|---|\n"
RULES = "| rule | in | on | if | do | send | next | then |\n|---|---|---|---|---|---|---|---|\n"
REMOVED = REMOVES + "| `again.ping` | |\n"
VARIABLES = "| variable | kind | lives | initial |\n|---|---|---|---|\n"
DEFINITIONS = "| name | means |\n|---|---|\n"

LINES = GOOD.splitlines()


def at(row: str, text: str) -> str:
    """Where ``text`` stands in the row of the good document that begins with ``row``."""
    line = next(number for number, line in enumerate(LINES, 1) if line.startswith(row))
    return f"good.md:{line}:{LINES[line - 1].index(text) + 1}"


BREAKS = "with this, another row is wrong: "
NOT_OURS = VARIABLES + "| »`heard` | own seq | host | none |\n"
HEARD = f"heard: {BREAKS}{at('| `get.fits`', 'number`')}: get.fits: this is a peer seq, expected an own seq"
GHOST = (
    f"level: {BREAKS}{at('| `again.ping`', 'level > 0')}: again.ping: `level` is a ghost; "
    "only properties and other ghosts may read it"
)
FITS = f"line {line_of('| `fits` | `PONG')} of good.md"
LEVEL = f"line {line_of('| `level` | count')} of good.md"

# A change of the good document, and what is said of it at its marks.
CHANGES = {
    "a step in the middle of another": (
        RULES + "| `get.fits` | busy | segment | `fits` | | | idle | stop |\n"
        "| »`late.flush` | busy | flush | | | | | stop |\n",
        [
            "late.flush: this rule begins the step `late` in the middle of the step `get`; repeat the last "
            "rule of that step, `get.other`, above it"
        ],
    ),
    "steps from nowhere": (
        RULES + "| »`last.one` | busy | flush | `»lvl` | | | | get |\n"
        "| `later.one` | busy | flush | | | | | get |\n",
        [
            "last.one: this rule begins a new step, and no rule stands above it in this table to say where; "
            "repeat the rule that it follows above it",
            "last.one: unknown name `lvl`; did you mean `level`?",
        ],
    ),
    "another kind": (
        NOT_OURS,
        [HEARD],
    ),
    "another lifetime": (
        VARIABLES + "| »`level` | count to 3 | ghost host | scenario |\n",
        [GHOST],
    ),
    "no segment any more": (
        DEFINITIONS + "| »»`a ping` | `asked = asked` |\n",
        [
            f"a ping: {BREAKS}{at('| `ask.idle`', 'a ping')}: ask.idle: `a ping` does not name a segment",
            f"a ping: {BREAKS}{at('| `again.ping`', 'a ping')}: again.ping: `a ping` does not name a segment",
        ],
    ),
    "two that are to blame": (
        VARIABLES
        + "| »`heard` | own seq | host | none |\n| »`level` | count to 3 | ghost host | scenario |\n",
        [
            HEARD,
            GHOST,
        ],
    ),
    "a step that is gone, for a rule of the change": (
        RULES
        + "| `get.fits` | busy | segment | `fits` | | | idle | »again |\n\n"
        + REMOVES
        + "| `again.ping` | |\n",
        ["get.fits: `then` is `again`, expected nothing, `stop`, `refuse` or a step"],
    ),
    "a name of something else": (
        VARIABLES + "| »`fits` | flag | host | on |\n",
        [f"fits: `fits` is declared already, at {FITS}; names are unique"],
    ),
    "a name of something declared before": (
        DEFINITIONS + "| »`level` | `1` |\n",
        [f"level: `level` is declared already, at {LEVEL}; names are unique"],
    ),
    "a word that is a name": (
        VARIABLES + "| »`tone` | fits, flat | host | flat |\n",
        [f"tone: `fits` is a word of `tone`, and a name, declared at {FITS}; a word must not be a name too"],
    ),
    "a name that is a word": (
        DEFINITIONS + "| »`calm` | `1` |\n",
        [
            f"calm: `calm` is a word of `mood`, declared at line {line_of('| `mood` |')} of good.md; "
            "a name must not be a word too"
        ],
    ),
    "a rule twice": (
        RULES + "| `ask.busy` | busy | ASK | `»lvl` | | | | |\n| »`ask.busy` | busy | ASK | | | | »bsy | |\n",
        [
            "ask.busy: unknown name `lvl`; did you mean `level`?",
            "ask.busy: `ask.busy` is declared twice in the rules tables, first at line 7; names are unique",
            "ask.busy: `bsy` is not a state; did you mean `busy`?",
        ],
    ),
}


def said(folder: Path, base: str, change: str) -> list[str]:
    (folder / "good.md").write_text(base, encoding="utf-8")
    (folder / "change.md").write_text(change, encoding="utf-8")
    return [line.replace(f"{folder}/", "") for line in complaints(folder / "change.md")]


@pytest.mark.parametrize("name", CHANGES)
def test_complaint(name: str, tmp_path: Path) -> None:
    change, expected = CHANGES[name]
    marked = EXTENDS + change
    found = said(tmp_path, GOOD, marked.replace(MARK, ""))
    where = places(marked)
    assert found == [f"change.md:{place}: {text}" for place, text in zip(where, expected, strict=True)]


def test_a_step_on_which_others_go_on_is_removed(tmp_path: Path) -> None:
    base = GOOD.replace("| `not fits` | | | | |", "| `not fits` | | | | again |")
    place = f"{line_of('| `get.other` |')}:{LINES[line_of('| `get.other` |') - 1].index('| |') + 9}"
    assert said(tmp_path, base, EXTENDS + REMOVED) == [
        f"change.md:7:3: again.ping: {BREAKS}good.md:{place}: get.other: `then` is `again`, "
        "expected nothing, `stop`, `refuse` or a step"
    ]


def test_a_row_that_a_scenario_blames_is_removed(tmp_path: Path) -> None:
    base = GOOD.replace("steady holds", "steady violated by again.ping")
    place = at("| calm |", "steady holds")
    assert said(tmp_path, base, EXTENDS + REMOVED) == [
        f"change.md:7:3: again.ping: {BREAKS}{place}: calm: there is no rule `again.ping` to blame"
    ]


def test_what_is_wrong_below_is_told_there_and_only_there(tmp_path: Path) -> None:
    """The extended document is wrong by itself, and the change breaks something else in it."""
    base = GOOD.replace("`not fits`", "`not fit`")
    change = EXTENDS + VARIABLES + "| `heard` | own seq | host | none |\n"
    assert said(tmp_path, base, change) == [
        f"change.md:7:3: {HEARD}",
        f"{at('| `get.other`', 'fits')}: get.other: unknown name `fit`; did you mean `fits`?",
    ]


def test_the_change_between_is_blamed(tmp_path: Path) -> None:
    """A change of a change: what the one in the middle breaks is told there."""
    middle = EXTENDS + VARIABLES + "| `heard` | own seq | host | none |\n"
    (tmp_path / "middle.md").write_text(middle, encoding="utf-8")
    change = EXTENDS.replace("good", "middle") + DEFINITIONS + "| `level` | `1` |\n"
    assert said(tmp_path, GOOD, change) == [
        f"change.md:7:3: level: `level` is declared already, at {LEVEL}; names are unique",
        f"middle.md:7:3: {HEARD}",
    ]


def test_a_new_step_behind_the_last_rule_of_another_is_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    above = "| `get.other` | anywhere | segment | `not fits` | | | | |\n"
    text = EXTENDS + RULES + above + "| `late.flush` | busy | flush | | | | | stop |\n"
    (tmp_path / "change.md").write_text(text, encoding="utf-8")
    steps = [name for name, _ in load(tmp_path / "change.md").steps]
    assert steps == ["ask", "get", "late", "again", "crash"]
