"""What is said of documents that can be read, but whose expressions and rules mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.document.bad_documents import Case, added, case, check, guard


def claim(id: str, text: str, *said: str) -> Case:
    """A case with another claim of the step property ``steady``."""
    edit = ("`after level = before level`", f"`{text}`")
    return Case(id, (edit,), tuple(f"steady: {message}" for message in said))


def do(id: str, text: str, *said: str) -> Case:
    """A case with other assignments in the rule ``get.fits``, on an arrival."""
    edit = ("`heard := number`", f"`{text}`")
    return Case(id, (edit,), tuple(f"get.fits: {message}" for message in said))


def send(id: str, text: str, *said: str) -> Case:
    """A case with another segment sent by the rule ``ask.idle``, on a call."""
    edit = ("count it` | `a ping`", f"count it` | `{text}`")
    return Case(id, (edit,), tuple(f"ask.idle: {message}" for message in said))


TAKES = "`takes …` is only for claims about states"
NO_SEGMENT = "belongs to a segment, and there is none here"

NAMES = [
    guard("no guard", "»level", "this is a count to 3, expected something that holds or does not"),
    guard("half a guard", "PONG and »size", "this is a count, expected something that holds or does not"),
    guard("bare STATE", "»STATE", "this is one of idle, busy, expected something that holds or does not"),
    guard("bare event", "»event", "`event` is only used in `event is …`"),
    guard(
        "STATE of another kind",
        "»STATE = mood",
        "these are of different kinds: one of idle, busy and one of calm, cross",
    ),
    guard(
        "no space around a minus",
        "PONG and »level-1 > 0",
        "`level-1` is one name; for a difference put spaces around the minus: `level - 1`",
    ),
    guard("unknown name", "not »levle > 0", "unknown name `levle`; did you mean `level`?"),
    guard(
        "peer in a guard",
        "»peer's level > 0",
        "an end knows only itself here; `peer's`, `A's` and `B's` are for properties",
    ),
    guard("before in a guard", "»before level > 0", "`before` is only for claims of `step` properties"),
    guard(
        "ghost in a guard",
        "»seen > 0",
        "`seen` is a ghost; only properties and other ghosts may read it",
    ),
    guard(
        "ghost field in a guard",
        "»trail > 0",
        "`trail` is a ghost; only properties and other ghosts may read it",
    ),
    do(
        "ghost in an assignment",
        "level := »seen",
        "`seen` is a ghost; only properties and other ghosts may read it",
    ),
    send(
        "ghost in a segment",
        "<SIZE=»seen>",
        "`seen` is a ghost; only properties and other ghosts may read it",
    ),
    guard(
        "supply in a guard",
        "»START = asked",
        "`START` is a supply; each reading takes the next value, so only `do` may read it",
    ),
    case("field on a timer", "`level > 0`", "`»number = asked`", f"again.ping: `number` {NO_SEGMENT}"),
    case(
        "definition out of place",
        "`level > 0`",
        "`level > 0 and »fits`",
        f"again.ping: `fits` cannot be used here: `PONG` {NO_SEGMENT}",
    ),
    guard("segment in a guard", "»a ping", "`a ping` is a segment, expected a value"),
    guard("assignments in a guard", "»count it", "`count it` is a list of assignments, expected a value"),
    added(
        "definition of itself",
        "| `fits`",
        "| `riddle` | `note and »riddle` |",
        "riddle: the definition of `riddle` leads back to itself",
    ),
    added(
        "assignments to themselves",
        "| `fits`",
        "| `loop` | `note := on; »loop` |",
        "loop: the definition of `loop` leads back to itself",
    ),
]

OPERATORS = [
    guard(
        "sum of sequence numbers",
        "»asked + answer = asked",
        "two sequence numbers are never added, only a count to one",
    ),
    guard("flag in a sum", "»brisk + 1 = 2", "`+` needs numbers; these are a flag and a number"),
    guard("word in a sum", "»mood + 1 = 2", "`+` needs numbers; these are one of calm, cross and a number"),
    guard(
        "less a sequence number",
        "»1 - asked = 2",
        "`-` needs numbers; these are a number and an own seq",
    ),
    guard("order of flags", "»brisk < on", "`<` orders numbers only; use `=`, `/=` or `is`"),
    guard("order of words", "»mood >= calm", "`>=` orders numbers only; use `=`, `/=` or `is`"),
    guard(
        "interval of four",
        "»asked < asked + 1 < asked + 2 < asked + 3",
        "an interval of sequence numbers has three parts: `a =< b < c`",
    ),
    guard(
        "interval of two directions",
        "»asked < answer >= asked",
        "an interval of sequence numbers is written `a =< b < c`, from left to right",
    ),
    guard(
        "chain of unequal counts",
        "»level /= 1 /= 2",
        "`/=` is not chained; write two comparisons joined by `and`",
    ),
    guard(
        "chain of unequal sequence numbers",
        "»asked /= answer /= asked + 1",
        "`/=` is not chained; write two comparisons joined by `and`",
    ),
    guard("two spaces", "»asked = heard", "these are of different kinds: own seq and peer seq"),
    guard(
        "two kinds in a choice",
        "»(level if brisk else on) = 1",
        "these are of different kinds: count to 3 and flag",
    ),
    guard(
        "count that is a word", "»level is calm", "`is` is for words, states and events; this is a count to 3"
    ),
    guard("unknown word", "»mood is crss", "`crss` is not a word of this kind; did you mean `cross`?"),
    guard("word with an equals sign", "mood = »crss", "unknown name `crss`; did you mean `cross`?"),
    guard("event in a guard", "»event is ASK", "`event is …` is only for claims of `step` properties"),
    guard("unknown state", "»STATE is idel", "`idel` is not a state or a group; did you mean `idle`?"),
    guard(
        "network in a guard",
        "»nothing in flight",
        "an end cannot see the network; this is only for assumptions",
    ),
    guard("call in a guard", "level = 1 and »takes ASK", TAKES),
    added("call in a definition", "| `fits`", "| `free` | `not »takes ASK` |", f"free: {TAKES}"),
    case(
        "call in an assumption",
        "`nothing in flight`",
        "`level = 1 or »peer takes ASK`",
        f"slow: {TAKES}",
    ),
    case(
        "unknown timer",
        "`nothing in flight`",
        "`»peer timer agan disabled`",
        "slow: `timeout agan` is not a timer event; did you mean `timeout again`?",
    ),
]

CLAIMS = [
    claim(
        "whose and when",
        "»peer's before level = 0",
        "only the acting end changes in a step; write either whose or when",
    ),
    claim("no moment", "»level = 0", "say which moment: `before level` or `after level`"),
    claim("no moment of STATE", "»STATE is idle", "say which moment: `before STATE` or `after STATE`"),
    claim("field of an end", "»peer's size = 0", "`size` belongs to a segment, not to an end"),
    claim(
        "in flight in a step",
        "»no segment from us (PING)",
        "`segment from us` is only for claims about states",
    ),
    claim("call in a step", "after level = 0 or »takes ASK", TAKES),
    case(
        "unknown call",
        "| `STATE is idle` |",
        "| `STATE is idle and »peer takes ASC` |",
        "answered: `ASC` is not a call; did you mean `ASK`?",
    ),
    case(
        "event that is no call",
        "| `STATE is idle` |",
        "| `not »takes timeout again` |",
        "answered: `timeout again` is not a call; expected ASK",
    ),
    claim("unknown event", "»event is ASC", "`ASC` is not an event; did you mean `ASK`?"),
    case(
        "sent in a state",
        "| `STATE is idle` |",
        "| `»no segment sent (PING)` |",
        "answered: `segment sent` is only for claims of `step` properties",
    ),
    case(
        "event variable in a state",
        "| `STATE is idle` |",
        "| `»note` |",
        "answered: `note` lives for one event only; no state has it",
    ),
    case(
        "users of a step",
        "`after level = before level` | |",
        "`after level = before level` | »users ASK |",
        "steady: `users …` has no meaning for a property of kind `step`",
    ),
]

ROWS = [
    do("unknown target", "»lvel := 1", "`lvel` is not a variable; did you mean `level`?"),
    do("field as a target", "»number := asked", "`number` is not a variable"),
    do("supply as a target", "»START := 1", "`START` is a supply; it cannot be assigned to"),
    do("flag to a count", "level := »on", "this is a flag, expected a count to 3"),
    do("peer's number to ours", "asked := »number", "this is a peer seq, expected an own seq"),
    do(
        "unknown list",
        "»counted it",
        "`counted it` does not name a list of assignments; did you mean `count it`?",
    ),
    Case(
        "list out of place",
        (
            ("| `count it` |", "| `take it` | `heard := number` |\n| `count it` |"),
            ("`level := level - 1`", "`level := level - 1; »take it`"),
        ),
        (f"again.ping: `take it` cannot be used here: `number` {NO_SEGMENT}",),
    ),
    send("unknown field", "»<NMU=asked>", "no field is written `NMU`; did you mean `NUM`?"),
    send("field twice", "<NUM=asked>»<NUM=asked>", "`NUM` is given twice"),
    send("unknown flag", "»<BITS=PINK>", "`PINK` is not a flag of `BITS`; did you mean `PING`?"),
    send("no flags", "»<BITS=on>", "`BITS` takes flags: PING, PONG"),
    send("list of values", "»<SIZE=PING,PONG>", "`SIZE` takes one value, not a list"),
    send("wrong kind", "<SIZE=»asked>", "this is an own seq, expected a count"),
    case(
        "default of another kind",
        "| count | `0` |",
        "| count | `»asked` |",
        "size: this is an own seq, expected a count",
    ),
    case(
        "refused crash",
        "| crash | | `delete TCB` | | idle | stop |",
        "| crash | | | | | »refuse |",
        "crash.any: only a call can be refused",
    ),
    case(
        "refusal with a change",
        "| `ask.busy` | busy | ASK | | |",
        "| »`ask.busy` | busy | ASK | | `level := 0` |",
        "ask.busy: a refused call changes nothing: leave `do`, `send` and `next` empty",
    ),
    added(
        "scattered step",
        "| `crash.any`",
        "| »`ask.more` | busy | flush | | | | | stop |",
        "ask.more: the rules of step `ask` are not consecutive; keep a step's rows together",
    ),
    case(
        "then where",
        "| `level := level - 1` | `a ping` | | stop |",
        "| `level := level - 1` | `a ping` | | »stpo |",
        "again.ping: `then` is `stpo`, expected nothing, `stop`, `refuse` or a step; did you mean `stop`?",
    ),
    case(
        "then back",
        "| `level := level - 1` | `a ping` | | stop |",
        "| `level := level - 1` | `a ping` | | »get |",
        "again.ping: `then` can only go on to a later step; `get` is not",
    ),
]


@pytest.mark.parametrize("case", [*NAMES, *OPERATORS, *CLAIMS, *ROWS], ids=lambda case: case.id)
def test_complaint(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
