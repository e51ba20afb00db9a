"""All errors of a document are told at once, and none that only follows from another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.document.bad_documents import GOOD, Case, check, complaints, line_of

MANY = Case(
    "many kinds of errors",
    (
        ("| state | meaning |", "| state | »meanin |"),
        ("| variable | kind | lives |", "| »variabel | kind | lives |"),
        ("| `mood` | calm, cross |", "| »`heard` | calm, cross |"),
        ("| calm |\n| `seen`", "| »angry |\n| `seen`"),
        ("| `size` | SIZE | count | `0` |", "| »`size` | SIZE | count |"),
        ("| segment | arrival | yes |", "| segment | arrival | »no |"),
        ("| rule | in | on | if |", "| rule | in | on | »iff |"),
        ("| `ask.busy` | busy |", "| »`ask.idle` | »bussy |"),
        ("`heard := number` | | idle", "`heard := »asked` | | »idel"),
        ("`level > 0`", "`»levle > 0`"),
        ("| `crash.any` |", "| »|"),
        ("| assumption | on | only if |", "| assumption | on | »onyl if |"),
        ("| answered | never stuck |", "| answered | »never |"),
        ("capacity 2, START 1 / 5", "capacity 2, »capacity 3, START 1 / 5"),
        ("brisk = on", "»brisc = on"),
    ),
    (
        "unknown column `meanin` in a states table, expected state, meaning, cite; did you mean `meaning`?",
        "this looks like a variables table, and the first column of one is `variable`, not `variabel`; "
        "write it so, or choose other columns if this is prose",
        "heard: `heard` is declared twice in the variables tables, first at line 16; names are unique",
        "heard: `angry` is not a value of this kind, expected `calm`, `cross` or `none`",
        "size: this row has 3 cells, expected 4: field, written, kind, unless given",
        "segment: `no` would have no effect: deliveries are always helpful; write `yes`",
        "unknown column `iff` in a rules table, expected rule, in, on, if, do, send, next, then, cite, "
        "never fires; did you mean `if`?",
        "ask.idle: `ask.idle` is declared twice in the rules tables, first at line 50; names are unique",
        "ask.idle: `bussy` is not a state or a group; did you mean `busy`?",
        "get.fits: this is an own seq, expected a peer seq",
        "get.fits: `idel` is not a state; did you mean `idle`?",
        "again.ping: unknown name `levle`; did you mean `level`?",
        "the first cell of a row of rules is its name; it is empty",
        "unknown column `onyl if` in an assumptions table, expected assumption, on, only if, because; "
        "did you mean `only if`?",
        "answered: `never` is not a kind, expected `invariant`, `step`, `reachable`, `never stuck`, "
        "`leads to`, `quiescent`; did you mean `never stuck`?",
        "calm: `capacity` is given already; give it once",
        "calm: unknown switch `brisc`; did you mean `brisk`?",
    ),
)


def test_many_kinds_of_errors_are_told_at_once(tmp_path: Path) -> None:
    check(MANY, tmp_path)


def lost(column: str, kind: str, columns: str, table: str, *edits: tuple[str, str], said: str = "") -> Case:
    """A case in which a column of a table has a name that says nothing."""
    message = f"unknown column `xyz` in {kind} table, expected {columns}; the column `{column}` is missing"
    new = "".join(f" {'»xyz' if word == column else word} |" for word in table.strip("| ").split(" | "))
    return Case(f"no {column} in {kind}", ((table, f"|{new}"), *edits), (message, *([said] if said else [])))


VARIABLES = "variable, kind, lives, initial, meaning"
FIELDS = "field, written, kind, unless given, meaning"
RULES = "rule, in, on, if, do, send, next, then, cite, never fires"

# A mistake that takes from all rows of a table what they declare: all that they are used for
# looks wrong then, and nothing of it is.
COLUMNS = [
    lost("kind", "a variables", VARIABLES, "| variable | kind | lives | initial |"),
    lost("lives", "a variables", VARIABLES, "| variable | kind | lives | initial |"),
    lost("initial", "a variables", VARIABLES, "| variable | kind | lives | initial |"),
    lost("default", "a switches", "switch, kind, default, meaning, cite", "| switch | kind | default |"),
    lost("written", "a segment", FIELDS, "| field | written | kind | unless given |"),
    lost("kind", "a segment", FIELDS, "| field | written | kind | unless given |"),
    lost("kind", "an events", "event, kind, fair, meaning, cite", "| event | kind | fair |"),
    *(
        lost(column, "a rules", RULES, "| rule | in | on | if | do | send | next | then |")
        for column in ("in", "on", "if", "do", "send", "next", "then")
    ),
    lost("on", "an assumptions", "assumption, on, only if, because", "| assumption | on | only if |"),
    lost(
        "kind",
        "a properties",
        "property, kind, when, claim, under, because",
        "| property | kind | when | claim | under |",
        # This is wrong whatever the kind is; the claims beside it are right for one kind each.
        ("| steady | step | `event is segment` |", "| steady | step | `»evnt` |"),
        said="steady: unknown name `evnt`",
    ),
    *(
        lost(
            column,
            "a scenarios",
            "scenario, A, B, network, bounds, expect, opened, assume, set",
            "| scenario | A | B | opened | network | bounds | assume | set | expect |",
        )
        for column in ("A", "network", "bounds", "expect")
    ),
]


@pytest.mark.parametrize("case", COLUMNS, ids=lambda case: case.id)
def test_what_follows_from_a_lost_column_is_not_told(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def test_an_error_beside_a_lost_column_is_told(tmp_path: Path) -> None:
    header = "| rule | in | on | if | do | send | next | then |"
    edits = (
        (header, header.replace(" do ", " »doing ")),
        ("`heard := number` | | idle", "`heard := number` | | »idel"),
    )
    said = (
        f"unknown column `doing` in a rules table, expected {RULES}; the column `do` is missing",
        "get.fits: `idel` is not a state; did you mean `idle`?",
    )
    check(Case("both", edits, said), tmp_path)


def one(id: str, old: str, new: str, said: str, *more: tuple[str, str]) -> Case:
    return Case(id, ((old, new), *more), (said,))


KINDS = "expected `own seq`, `peer seq`, `count`, `count to N`, `flag`, `flags X, Y` or words `x, y`"
LIVES = "expected `TCB`, `host`, `event`, `supply`, `ghost TCB`, `ghost host`, `ghost event`"
EMPTY = "is its name; it is empty"

# One mistake in a declaration that is used in many places.
CONSEQUENCES = [
    one(
        "flags that are no kind",
        "| flags PING, PONG |",
        "| »flag PING, PONG |",
        f"bits: `flag PING, PONG` is not a kind, {KINDS}",
    ),
    one(
        "words that are no kind",
        "| calm, cross | host | calm |",
        "| »calm; cross | host | calm |",
        f"mood: `calm; cross` is not a kind, {KINDS}",
        ("`not fits`", "`not fits or mood = calm or mood is cross`"),
    ),
    one(
        "a supply that lives strangely",
        "| own seq | supply | scenario |",
        "| own seq | »forever | scenario |",
        f"START: `forever` is not a lifetime, {LIVES}",
        ("START 1 / 5", "START 1 then 2 / 5"),
    ),
    one(
        "a ghost that lives strangely",
        "| `seen` | count | ghost host |",
        "| `seen` | count | »ghosts |",
        f"seen: `ghosts` is not a lifetime, {LIVES}",
    ),
    one(
        "an initial value that is none",
        "| `level` | count to 3 | host | scenario |",
        "| `level` | count to 3 | host | »scene |",
        "level: `scene` is not a value of this kind, expected a number from 0 to 3 or `none`",
    ),
    one(
        "an arrival of no kind",
        "| segment | arrival | yes |",
        "| segment | »incoming | yes |",
        "segment: `incoming` is not a kind, expected `call`, `arrival`, `own`, `timer`, `fault`",
    ),
    one(
        "a fault of no kind",
        "| crash | fault | no |",
        "| crash | »bad luck | no |",
        "crash: `bad luck` is not a kind, expected `call`, `arrival`, `own`, `timer`, `fault`",
        ("level 2 |", "level 2, crash 1 |"),
    ),
    one(
        "a timer of no kind",
        "| timeout again | timer |",
        "| timeout again | »clock |",
        "timeout again: `clock` is not a kind, expected `call`, `arrival`, `own`, `timer`, `fault`",
        ("`nothing in flight`", "`peer timer again disabled`"),
    ),
    one(
        "a call of no kind",
        "| ASK | call |",
        "| ASK | »phone |",
        "ASK: `phone` is not a kind, expected `call`, `arrival`, `own`, `timer`, `fault`",
        ("| `STATE is idle` |", "| `takes ASK` |"),
    ),
    one(
        "a broken definition",
        "`PONG and answer = asked`",
        "`PONG and answer = »askd`",
        "fits: unknown name `askd`; did you mean `asked`?",
    ),
    one(
        "a broken segment",
        "`<NUM=asked><BITS=PING>`",
        "`<NUM=asked>»<BITS=PIN>`",
        "a ping: `PIN` is not a flag of `BITS`; did you mean `PING`?",
    ),
    one(
        "a broken list of assignments",
        "`seen := seen + 1; note := on`",
        "`seen := seen + 1; »nota := on`",
        "count it: `nota` is not a variable; did you mean `note`?",
    ),
    one(
        "a name that is none",
        "| `mood` | calm",
        "| »`some mood` | calm",
        "some mood: `some mood` cannot be used as a name: `some` is a reserved word",
        ("`not fits`", "`not fits or some mood is calm`"),
    ),
    one(
        "a nameless variable", "| `note` | flag", "| »| flag", f"the first cell of a row of variables {EMPTY}"
    ),
    one(
        "a nameless timer",
        "| timeout again | timer",
        "| »| timer",
        f"the first cell of a row of events {EMPTY}",
    ),
    one(
        "a nameless group",
        "| anywhere | idle, busy |",
        "| »| idle, busy |",
        f"the first cell of a row of groups {EMPTY}",
    ),
    one("a nameless state", "| busy | |\n", "| »| |\n", f"the first cell of a row of states {EMPTY}"),
    one("a nameless rule", "| `get.fits` |", "| »|", f"the first cell of a row of rules {EMPTY}"),
    one("a nameless property", "| steady |", "| »|", f"the first cell of a row of properties {EMPTY}"),
    one(
        "a short row of a supply",
        "| `START` | own seq | supply | scenario |",
        "| »`START` | own seq | supply |",
        "START: this row has 3 cells, expected 4: variable, kind, lives, initial",
    ),
    one(
        "a short row of flags",
        "| `bits` | BITS | flags PING, PONG | none |",
        "| »`bits` | BITS | flags PING, PONG |",
        "bits: this row has 3 cells, expected 4: field, written, kind, unless given",
    ),
    one(
        "a rule on no event that is known",
        "| `get.fits` | busy | segment |",
        "| `get.fits` | busy | »segments |",
        "get.fits: `segments` is not an event; did you mean `segment`?",
    ),
    one(
        "a copied rule",
        "| `crash.any` |",
        "| »`ask.idle` |",
        "ask.idle: `ask.idle` is declared twice in the rules tables, first at line 50; names are unique",
    ),
]


@pytest.mark.parametrize("case", CONSEQUENCES, ids=lambda case: case.id)
def test_what_follows_from_a_mistake_is_not_told(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("table", ["states", "events"])
def test_a_table_that_is_not_there_is_told_once(table: str, tmp_path: Path) -> None:
    """All its names are unknown then; what else is wrong is told too."""
    header = {"states": "| state | meaning |", "events": "| event | kind | fair |"}[table]
    text = GOOD.replace(header, header.replace(table[:5], "x")).replace("`not fits`", "`not fit`")
    if table == "events":
        text = text.replace("| x | kind | fair |", "| x | y | z |")
    (tmp_path / "bad.md").write_text(text, encoding="utf-8")
    assert complaints(tmp_path / "bad.md") == [
        f"bad.md:1:1: the document has no {table} table with a row that can be read",
        f"bad.md:{line_of('| `get.other` |')}:43: get.other: unknown name `fit`; did you mean `fits`?",
    ]
