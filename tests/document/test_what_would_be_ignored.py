"""What was written for nothing: cells, tables and names that no run would ever heed are errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import parse, read_text
from checker.document.problems import ProblemList
from checker.document.sheet import read_sheet
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from tests.document.bad_documents import GOOD, Case, added, case, check, complaints, guard, line_of

ROOT = Path(__file__).parents[2]

RULES = "| rule | in | on | if | do | send | next | then |"
RULE_DASHES = "|---|---|---|---|---|---|---|---|\n| `ask.idle`"
NOT_SEEN = (
    "but Markdown sees none here: the next line must be `|---|` and so on, with {} columns like this one"
)
LOOKS = "write it so, or choose other columns if this is prose"


def first(kind: str, right: str, wrong: str) -> str:
    return f"this looks like {kind} table, and the first column of one is `{right}`, not `{wrong}`; {LOOKS}"


HEADERS = [
    case("misspelt first column", "| rule | in |", "| »rul | in |", first("a rules", "rule", "rul")),
    case("any first column", "| rule | in |", "| »what | in |", first("a rules", "rule", "what")),
    case("short table", "| group | states |", "| »gruop | states |", first("a groups", "group", "gruop")),
    case(
        "capitals",
        "| state | meaning |",
        "| »State | »Meaning |",
        first("a states", "state", "State"),
        "unknown column `Meaning` in a states table, expected state, meaning, cite; did you mean `meaning`?",
    ),
    case(
        "other order",
        "| switch | kind | default |\n",
        "| »switches | kind | default |\n",
        first("a switches", "switch", "switches"),
    ),
    case(
        "too few dashes",
        f"{RULES}\n{RULE_DASHES}",
        f"| »{RULES[2:]}\n{RULE_DASHES[4:]}",
        f"this is the header of a rules table, {NOT_SEEN.format(8)}",
    ),
    case(
        "no dashes",
        f"{RULES}\n{RULE_DASHES}",
        f"| »{RULES[2:]}\n| `ask.idle`",
        f"this is the header of a rules table, {NOT_SEEN.format(8)}",
    ),
]

PROSE = [
    *(
        "| name | age |",
        "| state | entered by |",
        "| State |",
        "| option | kind | default |",
        "| rule | why |",
    ),
    *("| Property | Result |", "| event | happens when |", "| names | places |", "| scenario | states |"),
]


@pytest.mark.parametrize("header", PROSE)
def test_a_table_of_prose_is_left_alone(header: str) -> None:
    columns = header.count("|") - 1
    table = f"\n{header}\n{'|---' * columns}|\n{'| x ' * columns}|\n"
    assert parse(GOOD + table, "good.md") == parse(GOOD, "good.md")


@pytest.mark.parametrize("line", ["a | b", "| state | is a state |", "so `a | b` is no expression"])
def test_a_paragraph_with_bars_is_left_alone(line: str) -> None:
    assert parse(f"{GOOD}\n{line}\n", "good.md") == parse(GOOD, "good.md")


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "spec").rglob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]),
    ids=str,
)
def test_no_table_that_we_wrote_looks_misspelt(path: Path) -> None:
    problems = ProblemList()
    read_sheet(read_text(path), str(path), problems)
    assert problems.problems == []


HELPLESS = "would have no effect:"

CELLS = [
    case(
        "an arrival that is not fair",
        "| segment | arrival | yes |",
        "| segment | arrival | »no |",
        f"segment: `no` {HELPLESS} deliveries are always helpful; write `yes`",
    ),
    case(
        "a call that is fair",
        "| ASK | call | no |",
        "| ASK | call | »yes |",
        f"ASK: `yes` {HELPLESS} calls help only properties that list them under `users …`; write `no`",
    ),
    case(
        "a fault that is fair",
        "| crash | fault | no |",
        "| crash | fault | »yes |",
        f"crash: `yes` {HELPLESS} faults help nobody; write `no`",
    ),
    case(
        "a ghost that is a supply",
        "| supply | scenario |",
        "| »ghost supply | scenario |",
        "START: `ghost supply` is not a lifetime, expected `TCB`, `host`, `event`, `supply`, `ghost TCB`, "
        "`ghost host`, `ghost event`",
    ),
    case(
        "a default of flags",
        "| flags PING, PONG | none |",
        "| flags PING, PONG | »`PING` |",
        "bits: a set of flags that is not given is empty: write `none`",
    ),
    case(
        "a rule in no state",
        "| `ask.busy` | busy |",
        "| `ask.busy` | »none |",
        "ask.busy: the column `in` says `none`, expected a state or a group",
    ),
    case(
        "a rule on no event",
        "| `ask.busy` | busy | ASK |",
        "| `ask.busy` | busy | »none |",
        "ask.busy: the column `on` says `none`, expected an event",
    ),
    case(
        "an assumption on no event",
        "| slow | timeout again |",
        "| slow | »none |",
        "slow: the column `on` says `none`, expected an event",
    ),
    case(
        "an assumption about a note of an event",
        "`nothing in flight`",
        "`»note`",
        "slow: `note` lives for one event only; no state has it",
    ),
    case(
        "a group of nothing",
        "| anywhere | idle, busy |",
        "| anywhere | »|",
        "anywhere: the column `states` is empty, expected a state",
    ),
    case(
        "capacity twice",
        "capacity 2,",
        "capacity 2, »capacity 3,",
        "calm: `capacity` is given already; give it once",
    ),
    case("value twice", "level 2 |", "level 2, »level 2 |", "calm: `level` is given already; give it once"),
    case("lose twice", "lose 1 |", "lose 1, »lose |", "calm: `lose` is said already; say it once"),
    case("set twice", "brisk = on", "brisk = on, »brisk = off", "calm: `brisk` is set already; set it once"),
    case(
        "assumed twice",
        "| slow | brisk",
        "| slow, »slow | brisk",
        "calm: `slow` is assumed already; say it once",
    ),
    case(
        "several crashes",
        "level 2 |",
        "level 2, »crash 1 then 2 |",
        "calm: `crash` takes one value, only a supply takes several",
    ),
    case(
        "its own twin",
        "steady holds",
        "»steady violated, holds in calm",
        "calm: `calm` is this scenario; the pair needs another one",
    ),
    case(
        "more than it holds",
        "`level := level - 1`",
        "`level := »4`",
        "again.ping: 4 is more than a count to 3 holds",
    ),
    case(
        "refused timer, told once",
        "`a ping` | | stop |\n| `crash",
        "`a ping` | | »refuse |\n| `crash",
        "again.ping: only a call can be refused",
    ),
]

PHRASE = (
    "a name is words of letters, digits, `.` and `-`, with single spaces between, and begins with a letter"
)
TAKEN = "this phrase means something of its own in expressions"

NAMES = [
    case(
        "event",
        "| flush | own |",
        "| »flush; it | own |",
        f"flush; it: `flush; it` cannot be used as a name: {PHRASE}",
    ),
    case(
        "event with a reserved word",
        "| flush | own |",
        "| »no flush | own |",
        "no flush: `no flush` cannot be used as a name: `no` is a reserved word",
    ),
    case(
        "written",
        "| `number` | NUM |",
        "| `number` | »N>M |",
        f"number: `N>M` cannot be used as a name: {PHRASE}",
    ),
    added(
        "definition with a name of the language",
        "| `fits`",
        "| »`delete TCB` | `note := on; level := 0` |",
        f"delete TCB: `delete TCB` cannot be used as a name: {TAKEN}",
    ),
    added(
        "variable named like a view of the network",
        "| `mood`",
        "| »`nothing in flight` | flag | host | on |",
        f"nothing in flight: `nothing in flight` cannot be used as a name: {TAKEN}",
    ),
    added(
        "definition named like a call that is taken",
        "| `fits`",
        "| »`peer takes part` | `level = 0` |",
        f"peer takes part: `peer takes part` cannot be used as a name: {TAKEN}",
    ),
    case(
        "step named like an end",
        "| `crash.any` |",
        "| »`stop.any` |",
        "stop.any: the name of a rule begins with that of its step, which cannot be `stop`",
    ),
    case(
        "step without a name",
        "| `crash.any` |",
        "| »`.any` |",
        ".any: the name of a rule begins with that of its step, which cannot be empty",
    ),
    case(
        "assumption with a comma",
        "| slow | timeout again | `nothing in flight` |",
        "| slow | timeout again | `nothing in flight` |\n| »a, b | timeout again | `on` |",
        "a, b: `a, b` cannot be used as a name: lists of such names are separated by `,`",
    ),
    added(
        "property with a semicolon",
        "| steady |",
        "| »a; b | invariant | | `on` | |",
        "a; b: `a; b` cannot be used as a name: lists of such names are separated by `;`",
    ),
    added(
        "scenario with a semicolon",
        "| calm |",
        "| »a; b | ASK | | none | queue | capacity 1, START 1, level 1 | | | |",
        "a; b: `a; b` cannot be used as a name: lists of expectations, which may name it, are "
        "separated by `;`",
    ),
    case(
        "word that is a name",
        "| `mood` | calm, cross |",
        "| »`mood` | calm, level |",
        f"mood: `level` is a word of `mood`, and a name, declared at line {line_of('| `level` |')}; "
        "a word must not be a name too",
    ),
    added(
        "state that is a name",
        "| busy |",
        "| »level | |",
        f"level: `level` is a state, and a name, declared at line {line_of('| `level` |') + 1}; "
        "a word must not be a name too",
    ),
]

NONE = [
    guard("order", "»(level if brisk else none) > 0", "this may be `none`, and `>` needs numbers"),
    guard("order behind", "0 < »(none if brisk else level)", "this may be `none`, and `<` needs numbers"),
    guard("sum", "1 + »(level if brisk else none) = 1", "this may be `none`, and `+` needs numbers"),
    guard("guard", "»(on if brisk else none)", "this may be `none`, which neither holds nor does not"),
    Case(
        "in a definition",
        (
            ("| `fits` | `PONG", "| `rest` | `(level if brisk else none)` |\n| `fits` | `PONG"),
            ("`not fits`", "`not fits and »rest > 0`"),
        ),
        ("get.other: this may be `none`, and `>` needs numbers",),
    ),
    guard("flags", "»bits is none", "a set of flags is never `none`, only empty; test its flags one by one"),
    guard(
        "flags and a sign",
        "»bits = none",
        "a set of flags is never `none`, only empty; test its flags one by one",
    ),
    guard("told once", "»level > on", "these are of different kinds: count to 3 and flag"),
]


@pytest.mark.parametrize("case", [*HEADERS, *CELLS, *NAMES, *NONE], ids=lambda case: case.id)
def test_complaint(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize(
    "text", ["(level if brisk else none) = 1", "(mood if brisk else none) is none", "asked = none"]
)
def test_none_may_be_asked_for(text: str) -> None:
    parse(GOOD.replace("`level > 0`", f"`{text}`"), "good.md")


def test_a_removes_table_is_never_prose(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    text = (
        "| extends | because |\n|---|---|\n| good | |\n\n| removes | reason |\n|---|---|\n| `ask.busy` | |\n"
    )
    (tmp_path / "change.md").write_text(text, encoding="utf-8")
    assert complaints(tmp_path / "change.md") == [
        "change.md:5:13: unknown column `reason` in a removes table, expected removes, because; "
        "the column `because` is missing"
    ]


def test_an_assumption_that_reads_what_is_unset_is_told_at_its_row() -> None:
    protocol = parse(GOOD.replace("`nothing in flight`", "`heard = heard`"), "good.md")
    model = Model(protocol, protocol.scenarios["calm"])
    model.start()
    asked = model.tables[0].locals.number(model.tables[0].endpoint.initial()._replace(state="busy"))
    with pytest.raises(SemanticError) as raised:
        model.tables[0].own_moves(asked)
    assert str(raised.value).startswith(f"good.md:{line_of('| slow | timeout again |')}:3: slow: ")


def test_a_switch_without_a_value_is_unset_where_it_is_read() -> None:
    text = GOOD.replace("| `brisk` | flag | off |", "| `brisk` | flag | none |").replace("brisk = on", "")
    protocol = parse(
        text.replace("| `ask.idle` | idle | ASK | |", "| `ask.idle` | idle | ASK | `brisk` |"), "g.md"
    )
    endpoint = Model(protocol, protocol.scenarios["calm"]).tables[0].endpoint
    with pytest.raises(SemanticError, match="reads `brisk`, which is unset"):
        endpoint.react(endpoint.initial(), "ASK")


def test_a_definition_that_is_unset_may_be_asked_for() -> None:
    text = GOOD.replace("| `fits` | `PONG", "| `ours` | `asked` |\n| `fits` | `PONG").replace(
        "`level > 0`", "`ours is none`"
    )
    protocol = parse(text, "good.md")
    endpoint = Model(protocol, protocol.scenarios["calm"]).tables[0].endpoint
    local = endpoint.initial()._replace(state="busy")
    reaction = endpoint.react(local, "timeout again")
    assert reaction is not None
    assert [protocol.rules[index].id for index in reaction.fired] == ["again.ping"]
