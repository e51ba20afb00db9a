"""What is said of bad scenarios, of changes that do not fit, of files, and of many errors at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import MAX_EXTENSIONS, load
from tests.document.bad_documents import GOOD, MARK, Case, added, case, check, complaints, line_of, places


def scenario(id: str, old: str, new: str, *said: str) -> Case:
    """A case with an edit of the scenario ``calm``."""
    return Case(id, ((old, new),), tuple(f"calm: {message}" for message in said))


NOT_A_CALL = "`ASC` is not a call of the events table; did you mean `ASK`?"

SCENARIOS = [
    scenario("unknown call", "| calm | ASK |", "| calm | ASK; »ASC |", NOT_A_CALL),
    scenario("opened by nobody", "| | none |", "| | »ASK |", "expected `A: call` or `B: call`"),
    scenario("opened by a third", "| | none |", "| | »C: ASK |", "expected `A: call` or `B: call`"),
    scenario("opened with no call", "| | none |", "| | A: ASK; »B: ASC |", NOT_A_CALL),
    scenario("network", "| queue, lose 1 |", "| »line, lose 1 |", "a network begins with `queue` or `bag`"),
    scenario(
        "fault of a network",
        "queue, lose 1",
        "queue, »loose 1",
        "`loose 1` is not `lose`, `lose N`, `duplicate` or `duplicate N`",
    ),
    scenario(
        "large budget",
        "queue, lose 1",
        "queue, »duplicate 101",
        "a budget is at most 100; leave the number out for no limit",
    ),
    scenario(
        "unknown bound",
        ", level 2 |",
        ", level 2, »window 3 |",
        "`window 3` is not a bound, expected `capacity …`, `START …`, `level …`, `crash …`",
    ),
    scenario(
        "several values",
        "level 2",
        "»level 2 then 3",
        "`level` takes one value, only a supply takes several",
    ),
    scenario(
        "no capacity",
        "capacity 2, START",
        "»START",
        "the bounds of a scenario need `capacity N`",
    ),
    scenario("large capacity", "capacity 2", "»capacity 9", "`9` is not a number from 1 to 8"),
    scenario(
        "no number",
        "START 1 / 5",
        "»START 1 / five",
        "`five` is not a number from 0 to 4294967295",
    ),
    scenario("number out of range", "level 2", "»level 4", "`4` is not a number from 0 to 3"),
    scenario("many crashes", ", level 2 |", ", level 2, »crash 101 |", "`101` is not a number up to 100"),
    scenario(
        "three ends",
        "START 1 / 5",
        "»START 1 / 5 / 9",
        "expected one value for both ends, or `A's / B's`",
    ),
    scenario(
        "no initial value",
        "capacity 2, START 1 / 5, level 2",
        "»capacity 2, START 1 / 5",
        "the bounds lack `level …`, whose initial value is the scenario's",
    ),
    scenario(
        "unknown assumption",
        "| slow | brisk",
        "| »slwo | brisk",
        "unknown assumption `slwo`; did you mean `slow`?",
    ),
    scenario("setting without a value", "brisk = on", "»brisk", "expected `switch = value`"),
    scenario("unknown switch", "brisk = on", "»brisc = on", "unknown switch `brisc`; did you mean `brisk`?"),
    scenario(
        "unknown setting",
        "brisk = on",
        "»brisk = yes",
        "`yes` is not a value of `brisk`, expected `on` or `off`",
    ),
    scenario(
        "expected twice", "steady holds", "steady holds; »steady violated", "`steady` is expected twice"
    ),
    scenario(
        "unknown property",
        "steady holds",
        "»stedy holds",
        "`stedy holds` does not begin with the name of a property; did you mean `steady holds`?",
    ),
    scenario(
        "unknown outcome",
        "steady holds",
        "»steady hold",
        "`hold` is not an outcome, expected holds, holds within bounds, violated, unknown, vacuous, "
        "not applicable",
    ),
    scenario(
        "nothing to explain",
        "steady holds",
        "»steady holds by get.fits",
        "only `violated` is explained with `by` and `holds in`",
    ),
    scenario(
        "unknown row to blame",
        "steady holds",
        "»steady violated by get.fit",
        "there is no rule `get.fit` to blame; did you mean `get.fits`?",
    ),
    scenario(
        "unknown twin",
        "steady holds",
        "»steady violated by again.ping, holds in clam",
        "there is no scenario `clam`; did you mean `calm`?",
    ),
]

UNKNOWN = (
    "in the folder of this one, in the folder above, or among the bundled ones; "
    "write its name, perhaps with a folder, without `.md`"
)
EXTENDS = "| extends | because |\n|---|---|\n"
REMOVES = "| removes | because |\n|---|---|\n"
RULES = "| rule | in | on | if | do | send | next | then |\n|---|---|---|---|---|---|---|---|\n"

# The text of a change of the good document, and what is said of it.
CHANGES = {
    "removes without extends": (
        GOOD + "\n" + REMOVES + "| »`ask.busy` | |\n",
        ["only a document with an `extends` table can remove rules"],
    ),
    "extends two": (
        EXTENDS + "| good | |\n| »better | |\n",
        ["a document extends one other only"],
    ),
    "extends nothing there": (
        EXTENDS + "| »nowhere | |\n",
        [f"there is no document `nowhere` {UNKNOWN}"],
    ),
    "extends a path": (
        EXTENDS + "| »../good | |\n",
        [f"there is no document `../good` {UNKNOWN}"],
    ),
    "extends a file": (
        EXTENDS + "| »good.md | |\n",
        [f"there is no document `good.md` {UNKNOWN}"],
    ),
    "extends itself": (
        EXTENDS + "| »change | |\n",
        [f"there is no document `change` {UNKNOWN}"],
    ),
    "removes nothing there": (
        EXTENDS + "| good | |\n\n" + REMOVES + "| »`ask.bsy` | |\n| `ask.busy` | |\n",
        ["ask.bsy: there is no rule `ask.bsy` to remove; did you mean `ask.busy`?"],
    ),
    "step from nowhere": (
        EXTENDS + "| good | |\n\n" + RULES + "| »`last.one` | busy | flush | | | | | stop |\n",
        [
            "last.one: this rule begins a new step, and no rule stands above it in this table to say "
            "where; repeat the rule that it follows above it"
        ],
    ),
}


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.id)
def test_complaint(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("name", CHANGES)
def test_complaint_of_a_change(name: str, tmp_path: Path) -> None:
    marked, said = CHANGES[name]
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "change.md").write_text(marked.replace(MARK, ""), encoding="utf-8")
    expected = [f"change.md:{place}: {text}" for place, text in zip(places(marked), said, strict=True)]
    assert complaints(tmp_path / "change.md") == expected


def test_an_error_in_what_is_extended_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD.replace("`not fits`", "`not fit`"), encoding="utf-8")
    (tmp_path / "change.md").write_text(EXTENDS + "| good | |\n", encoding="utf-8")
    place = f"{line_of('| `get.other` |')}:{len('| `get.other` | anywhere | segment | `not ') + 1}"
    assert complaints(tmp_path / "change.md") == [
        f"good.md:{place}: get.other: unknown name `fit`; did you mean `fits`?"
    ]


def _chain(folder: Path, length: int) -> Path:
    """``length`` documents, each of which extends the next; the last one is good."""
    for number in range(length - 1):
        (folder / f"d{number}.md").write_text(EXTENDS + f"| d{number + 1} | |\n", encoding="utf-8")
    (folder / f"d{length - 1}.md").write_text(GOOD, encoding="utf-8")
    return folder / "d0.md"


def test_documents_may_extend_eight_others(tmp_path: Path) -> None:
    assert MAX_EXTENSIONS == 8
    assert len(load(_chain(tmp_path, 9)).rules) == 6


def test_documents_may_not_extend_nine_others(tmp_path: Path) -> None:
    assert complaints(_chain(tmp_path, 10)) == ["d8.md:3:3: documents extend each other more than 8 deep"]


def test_documents_may_not_extend_each_other_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(EXTENDS + "| b | |\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(EXTENDS + "| a | |\n", encoding="utf-8")
    # a is the first of the nine documents that are read, and so the last.
    assert complaints(tmp_path / "a.md") == ["a.md:3:3: documents extend each other more than 8 deep"]


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("# Café\n".encode("latin-1"))
    assert complaints(tmp_path / "latin.md") == ["latin.md:1:1: this file is not UTF-8 text (byte 5)"]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "large.md").write_bytes(b"x" * 4_000_001)
    assert complaints(tmp_path / "large.md") == [
        "large.md:1:1: this file is larger than 4,000,000 bytes; it is no document"
    ]


FIVE_ERRORS = """# Five errors

| state | meaning |
|---|---|
| idle | |
| busy | |

| variable | kind | lives | initial |
|---|---|---|---|
| `turns` | count | for ever | 0 |

| event | kind | fair |
|---|---|---|
| ASK | call | no |
| segment | arrival | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `ask.any` | idle, bsy | ASK | `turns == 1` | | | busy | |
| `get.any` | idle, busy | segment | `turn > 1` | | | | |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| calm | ASK | none | bag | room 2, capacity 1 | |
"""


def test_five_errors_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "five.md").write_text(FIVE_ERRORS, encoding="utf-8")
    assert complaints(tmp_path / "five.md") == [
        "five.md:10:21: turns: `for ever` is not a lifetime, expected `TCB`, `host`, `event`, `supply`, "
        "`ghost TCB`, `ghost host`, `ghost event`",
        "five.md:19:21: ask.any: `bsy` is not a state; did you mean `busy`?",
        "five.md:19:40: ask.any: `==` is not used here; write `=`",
        "five.md:20:39: get.any: unknown name `turn`; did you mean `turns`?",
        "five.md:24:29: calm: `room 2` is not a bound, expected `capacity …`",
    ]


def test_errors_of_tables_and_of_cells_are_reported_at_once(tmp_path: Path) -> None:
    """A row of the wrong length does not hide what is wrong elsewhere."""
    long_row = (
        "| slow | timeout again | `nothing in flight` |",
        "| »slow | timeout again | `nothing in flight` | |",
    )
    unknown = ("`level > 0`", "`»levle > 0`")
    said = (
        "again.ping: unknown name `levle`; did you mean `level`?",
        "slow: this row has 4 cells, expected 3: assumption, on, only if (a cell cannot contain `|`)",
    )
    check(Case("both", (long_row, unknown), said), tmp_path)


def test_one_mistake_is_one_complaint(tmp_path: Path) -> None:
    """A variable of no known kind is not complained of again where it is used."""
    new = "| »count to three | host | scenario |"
    check(
        case(
            "kind",
            "| count to 3 | host | scenario |",
            new,
            "level: `count to three` is not a kind, expected `own seq`, `peer seq`, `count`, "
            "`count to N`, `flag`, `flags X, Y` or words `x, y`",
        ),
        tmp_path,
    )


def test_two_complaints_of_one_row(tmp_path: Path) -> None:
    check(
        added(
            "row",
            "| `crash.any`",
            "| `flush.it` | idel | »flsh | | | | | stop |".replace("| idel", "| »idel"),
            "flush.it: `idel` is not a state or a group; did you mean `idle`?",
            "flush.it: `flsh` is not an event; did you mean `flush`?",
        ),
        tmp_path,
    )
