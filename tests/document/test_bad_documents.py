"""What is said of documents whose tables, cells and declarations cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import load
from tests.document.bad_documents import GOOD, MARK, Case, added, case, check, complaints, guard, line_of

TOO_LONG = (
    "this cell is too long or too deeply nested (at most 4000 characters and 60 levels); "
    "give its parts names in a definitions table"
)
KINDS = "`own seq`, `peer seq`, `count`, `count to N`, `flag`, `flags X, Y` or words `x, y`"
WORDS_ONLY = (
    "a name is words of letters, digits, `.` and `-`, with single spaces between, and begins with a letter"
)
STATES = "| state | meaning |\n|---|---|\n| idle | |\n| busy | |\n"

CELLS = [
    guard("too long", "»" + "x" * 4001, TOO_LONG),
    guard("too deep", "»" + "(" * 61 + "fits" + ")" * 61, TOO_LONG),
    guard("deep enough to lose oneself in", "»" + "not " * 900 + "fits", TOO_LONG),
    guard("empty code span", "» ", "this code span is empty; expected an expression"),
    guard("double equals", "level »== 1", "`==` is not used here; write `=`"),
    guard("C's at most", "level »<= 1", "`<=` is not used here; write `=<`"),
    guard("C's and", "PING »&& PONG", "`&&` is not used here; write `and`"),
    guard("C's not", "»!PONG", "`!` is not used here; write `not`"),
    guard("ends early", "PONG and»", "the cell ends; expected an expression"),
    guard(
        "reserved word",
        "PONG and »else",
        "`else` is a reserved word and cannot stand here; expected an expression",
    ),
    guard(
        "comma",
        "PONG», PING",
        "`,` is not expected here; expected a comparison (`=<`, `=`, …), the end of the cell, "
        "`+`, `-`, `and`, `is` or `or`",
    ),
    guard("closed too often", "PONG»)", "`)` is not expected here; expected nothing more"),
    guard(
        "33 bits",
        "level = »4294967296",
        "4294967296 does not fit 32 bits; the largest number is 4294967295",
    ),
    guard("a number with letters", "level = »12th", "`12th` is not expected here; expected an expression"),
    case(
        "assignment of nothing",
        "`heard := number`",
        "`heard :=»`",
        "get.fits: the cell ends; expected an expression",
    ),
    case(
        "open segment",
        "`asked := START; count it` | `a ping`",
        "`asked := START; count it` | `<NUM=asked»`",
        "ask.idle: the cell ends; expected `+`, `,`, `-` or `>`",
    ),
    case(
        "no code span",
        "segment | `fits` |",
        "segment | »fits |",
        "get.fits: the column `if` takes one code span: write `` `fits` ``",
    ),
    case(
        "two code spans",
        "segment | `fits` |",
        "segment | »`fits` or `note` |",
        "get.fits: the column `if` takes one code span: write `` `fits or note` ``",
    ),
]

TABLES = [
    case("short row", "| busy | |\n", "| »busy |\n", "busy: this row has 1 cell, expected 2: state, meaning"),
    case(
        "long row",
        "| busy | |\n",
        "| »busy | a | b |\n",
        "busy: this row has 3 cells, expected 2: state, meaning (a cell cannot contain `|`)",
    ),
    case(
        "bars in a cell",
        "| `get.other` | anywhere | segment | `not fits` |",
        "| »`get.other` | anywhere | segment | `PING || PONG` |",
        "get.other: this row has 10 cells, expected 8: rule, in, on, if, do, send, next, then "
        "(a cell cannot contain `|`)",
    ),
    case(
        "column twice",
        STATES,
        "| state | meaning | »meaning |\n|---|---|---|\n| idle | | |\n| busy | | |\n",
        "a column of this states table appears twice",
    ),
    case(
        "unknown column",
        STATES,
        "| state | meaning | »cites |\n|---|---|---|\n| idle | | |\n| busy | | |\n",
        "unknown column `cites` in a states table, expected state, meaning, cite; did you mean `cite`?",
    ),
    case(
        "missing column",
        "| assumption | on | only if |\n|---|---|---|\n| slow | timeout again | `nothing in flight` |\n",
        "| »assumption | on |\n|---|---|\n| slow | timeout again |\n",
        "this assumptions table lacks the column `only if`; expected assumption, on, only if, because",
    ),
    case(
        "nameless row",
        "| busy | |\n",
        "| busy | |\n| »| nobody |\n",
        "the first cell of a row of states is its name; it is empty",
    ),
    added(
        "same name twice",
        "| busy | |",
        "| »idle | |",
        f"idle: `idle` is declared twice in the states tables, first at line {line_of('| idle | |')}; "
        "names are unique",
    ),
]

DECLARATIONS = [
    case(
        "kind of event",
        "| flush | own |",
        "| flush | »owned |",
        "flush: `owned` is not a kind, expected `call`, `arrival`, `own`, `timer`, `fault`; "
        "did you mean `own`?",
    ),
    case(
        "kind of property",
        "| steady | step |",
        "| steady | »steps |",
        "steady: `steps` is not a kind, expected `invariant`, `step`, `reachable`, `never stuck`, "
        "`leads to`, `quiescent`; did you mean `step`?",
    ),
    case(
        "fairness",
        "| flush | own | yes |",
        "| flush | own | »maybe |",
        "flush: `maybe` is not a value of `fair`, expected `yes`, `no`",
    ),
    case(
        "kind of variable",
        "| calm, cross | host | calm |",
        "| »calm | host | calm |",
        f"mood: `calm` is not a kind, expected {KINDS}",
    ),
    case(
        "initial word",
        "| calm, cross | host | calm |",
        "| calm, cross | host | »angry |",
        "mood: `angry` is not a value of this kind, expected `calm`, `cross` or `none`",
    ),
    case(
        "initial number",
        "| `heard` | peer seq | host | none |",
        "| `heard` | peer seq | host | »-1 |",
        "heard: `-1` is not a value of this kind, expected a number from 0 to 4294967295 or `none`",
    ),
    case(
        "default of a switch",
        "| `brisk` | flag | off |",
        "| `brisk` | flag | »maybe |",
        "brisk: `maybe` is not a value of this kind, expected `on` or `off` or `none`",
    ),
    added(
        "reserved name",
        "| `mood`",
        "| »`some day` | flag | host | off |",
        "some day: `some day` cannot be used as a name: `some` is a reserved word",
    ),
    added(
        "name with a digit first",
        "| `mood`",
        "| »`2nd` | flag | host | off |",
        f"2nd: `2nd` cannot be used as a name: {WORDS_ONLY}",
    ),
    case(
        "group of strangers",
        "| anywhere | idle, busy |",
        "| anywhere | idle, »bussy |",
        "anywhere: `bussy` is not a state; did you mean `busy`?",
    ),
    case(
        "rule in a strange state",
        "| `ask.busy` | busy |",
        "| `ask.busy` | idle, »bussy |",
        "ask.busy: `bussy` is not a state or a group; did you mean `busy`?",
    ),
    case(
        "lifetime",
        "| `note` | flag | event |",
        "| `note` | flag | »events |",
        "note: `events` is not a lifetime, expected `TCB`, `host`, `event`, `supply`, `ghost TCB`, "
        "`ghost host`, `ghost event`",
    ),
    case(
        "supply of its own",
        "| supply | scenario |",
        "| supply | »0 |",
        "START: a supply takes its values from the scenario: write `scenario`",
    ),
    case(
        "field without default",
        "| count | `0` |",
        "| count | »|",
        "size: expected `none` or an expression in a code span",
    ),
    case(
        "default outside a code span",
        "| count | `0` |",
        "| count | »0 |",
        "size: expected `none` or an expression in a code span",
    ),
    case(
        "broken default",
        "| count | `0` |",
        "| count | `0 +»` |",
        "size: the cell ends; expected an expression",
    ),
    added(
        "name of a timer",
        "| timeout again",
        "| »linger | timer | yes |",
        "linger: the name of a timer event begins with `timeout`: `timeout linger`",
    ),
    added("definition of nothing", "| `fits`", "| `new` | »|", "new: the column `means` is empty"),
    case(
        "broken definition, complained of once",
        "`PONG and answer = asked`",
        "`PONG and answer =»`",
        "fits: the cell ends; expected an expression",
    ),
    case(
        "rule on a strange event",
        "| busy | timeout again |",
        "| busy | »timeout agan |",
        "again.ping: `timeout agan` is not an event; did you mean `timeout again`?",
    ),
    case(
        "rule on nothing",
        "| `ask.busy` | busy | ASK |",
        "| `ask.busy` | busy | »|",
        "ask.busy: the column `on` is empty, expected an event",
    ),
    case(
        "rule nowhere",
        "| `ask.busy` | busy |",
        "| `ask.busy` | »|",
        "ask.busy: the column `in` is empty, expected a state or a group",
    ),
    case(
        "rule to nowhere",
        "`heard := number` | | idle |",
        "`heard := number` | | »idel |",
        "get.fits: `idel` is not a state; did you mean `idle`?",
    ),
    case(
        "segment without a name",
        "count it` | `a ping`",
        "count it` | `»a pong`",
        "ask.idle: `a pong` does not name a segment; did you mean `a ping`?",
    ),
    case(
        "empty assumption",
        "| `nothing in flight` |",
        "| »|",
        "slow: the column `only if` is empty, expected an expression",
    ),
    case(
        "property under nothing known",
        "`STATE is idle` | slow |",
        "`STATE is idle` | slow, »slowly |",
        "answered: `slowly` is neither an assumption nor `users CALL`; did you mean `slow`?",
    ),
    case(
        "users without a call",
        "`STATE is idle` | slow |",
        "`STATE is idle` | »users ASKS |",
        "answered: `ASKS` is not a call of the events table; did you mean `ASK`?",
    ),
    added(
        "word of the language",
        "| `mood`",
        "| »`STATE` | flag | host | off |",
        "STATE: `STATE` is a word of the language; choose another name",
    ),
    added(
        "name of something else",
        "| `fits`",
        "| »`level` | `1` |",
        f"level: `level` is declared already, at line {line_of('| `level` | count')}; names are unique",
    ),
    case(
        "flag named like a variable",
        "| `bits` | BITS | flags PING, PONG |",
        "| »`bits` | BITS | flags PING, PONG, note |",
        f"note: `note` is declared already, at line {line_of('| `note` |')}; names are unique",
    ),
    added(
        "group named like a state",
        "| anywhere | idle",
        "| »idle | busy |",
        "idle: `idle` is a state; a group needs another name",
    ),
]


def test_the_good_document_is_good(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    protocol = load(tmp_path / "good.md")
    assert [rule.id for rule in protocol.rules][:2] == ["ask.idle", "ask.busy"]
    assert MARK not in GOOD


@pytest.mark.parametrize("case", [*CELLS, *TABLES, *DECLARATIONS], ids=lambda case: case.id)
def test_complaint(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def test_a_document_without_tables_lacks_three(tmp_path: Path) -> None:
    (tmp_path / "prose.md").write_text("No tables at all.\n", encoding="utf-8")
    assert complaints(tmp_path / "prose.md") == [
        f"prose.md:1:1: the document has no {table} table with a row that can be read"
        for table in ("events", "rules", "states")
    ]
