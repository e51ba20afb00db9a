"""Rows to a ``Protocol``: reads every cell, without yet asking whether names are known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from checker.document import protocol as p
from checker.document.cells import (
    NAME_PATTERN,
    RESERVED,
    CellError,
    parse_acts,
    parse_guard,
    parse_meaning,
    parse_sends,
)
from checker.document.kinds import EXPECTED, UNKNOWN, Kind, Value, parse_kind, parse_value, values_of
from checker.document.markdown import Cell, Code
from checker.document.problems import ProblemList, suggest
from checker.document.scenarios import Phrase, ScenarioReader, phrases
from checker.document.sheet import Row, Sheet
from checker.document.syntax import Broken, Constant, Expression, Perform, SegmentName, Template

T = TypeVar("T")

LIVES = ("TCB", "host", "event", "supply")
EVENT_KINDS = ("call", "arrival", "own", "timer", "fault")
PROPERTY_KINDS = ("invariant", "step", "reachable", "never stuck", "quiescent")
RULE_COLUMNS = ("in", "on", "if", "do", "send", "next", "then", "cite")
DELETE = "delete TCB"


def build(sheet: Sheet, name: str, file: str, problems: ProblemList) -> p.Protocol:
    """The protocol a sheet describes, as far as it can be read."""
    builder = _Builder(sheet, problems)
    protocol = p.Protocol(
        name=name,
        file=file,
        states=builder.each("states", builder.state),
        groups=builder.each("groups", builder.group),
        variables=builder.each("variables", builder.variable),
        switches=builder.each("switches", builder.switch),
        fields=builder.each("segment", builder.segment_field),
        events=builder.each("events", builder.event),
        definitions=builder.each("definitions", builder.definition),
        rules=(),
        assumptions={},
        properties={},
        scenarios={},
    )
    builder.protocol = protocol
    protocol = replace(
        protocol,
        rules=tuple(builder.each("rules", builder.rule).values()),
        assumptions=builder.each("assumptions", builder.assumption),
        properties=builder.each("properties", builder.property),
    )
    names = frozenset(row.key for row in sheet.rows["scenarios"])
    reader = ScenarioReader(protocol, names, problems)
    return replace(protocol, scenarios=builder.each("scenarios", reader.read))


class _Builder:
    def __init__(self, sheet: Sheet, problems: ProblemList) -> None:
        self.sheet = sheet
        self.problems = problems
        self.protocol: p.Protocol
        self._written: dict[str, str] = {}
        self._arrival = ""

    def each(self, kind: str, read: Callable[[Row], T | None]) -> dict[str, T]:
        found = {}
        for row in self.sheet.rows[kind]:
            value = read(row)
            if value is not None:
                found[row.key] = value
        return found

    def complain(self, cell: Cell, message: str, row: Row) -> None:
        self.problems.add(cell.position, message, row.key)

    # Cells

    def parsed(self, row: Row, column: str, parse: Callable[[Code], T]) -> T | None:
        """What the one code span of a cell says, ``None`` where the cell is empty or wrong."""
        cell = row[column]
        codes = cell.codes()
        if not cell.text:
            return None
        if len(codes) != 1 or cell.outside_code():
            self.complain(cell, f"the column `{column}` takes one code span: write `` `{cell.plain}` ``", row)
            return None
        try:
            return parse(codes[0])
        except CellError as error:
            self.problems.add(error.position, error.message, row.key)
            return None

    def required(self, row: Row, column: str) -> Expression:
        """An expression that must be there; a wrong one is reported and stands as ``on``."""
        if not row[column].text:
            self.complain(row[column], f"the column `{column}` is empty, expected an expression", row)
        return self.parsed(row, column, parse_guard) or Broken(row[column].position)

    def one_of(self, row: Row, column: str, words: tuple[str, ...]) -> str:
        text = row[column].plain
        if text not in words:
            expected = ", ".join(f"`{word}`" for word in words if word)
            what = "a kind" if column == "kind" else f"a value of `{column}`"
            self.complain(
                row[column],
                f"`{text}` is not {what}, expected {expected}{suggest(text, words)}",
                row,
            )
            # The nearest word, so that what follows from the mistake is not reported too.
            return next(iter(difflib.get_close_matches(text, words, n=1)), words[0])
        return text

    def kind(self, row: Row, text: str) -> Kind:
        kind = parse_kind(text)
        if kind is None:
            self.complain(row["kind"], f"`{text}` is not a kind, expected {EXPECTED}", row)
        return kind or UNKNOWN

    def value(self, row: Row, column: str, kind: Kind) -> Value:
        valid, value = parse_value(row[column].plain, kind)
        if not valid:
            self.complain(
                row[column],
                f"`{row[column].plain}` is not a value of this kind, expected {values_of(kind)} or `none`",
                row,
            )
        return value

    def phrase_name(self, row: Row) -> None:
        """Names that expressions use must be phrases of the grammar."""
        if re.fullmatch(NAME_PATTERN, row.key):
            return
        reserved = [word for word in row.key.split(" ") if word in RESERVED]
        why = (
            f"`{reserved[0]}` is a reserved word"
            if reserved
            else "a name is words of letters, digits, `.` and `-`, with single spaces between, "
            "and begins with a letter"
        )
        self.problems.add(row.position, f"`{row.key}` cannot be used as a name: {why}", row.key)

    # Declarations

    def state(self, row: Row) -> p.State:
        self.phrase_name(row)
        return p.State(row.key, row["meaning"].text, row["cite"].text, row.position)

    def group(self, row: Row) -> p.Group:
        self.phrase_name(row)
        states = [row.key for row in self.sheet.rows["states"]]
        return p.Group(row.key, tuple(self.members(row, "states", states, {})), row.position)

    def members(self, row: Row, column: str, states: list[str], groups: dict[str, p.Group]) -> Iterator[str]:
        for phrase in phrases(row[column], ","):
            if phrase.text in states:
                yield phrase.text
            elif phrase.text in groups:
                yield from groups[phrase.text].states
            else:
                hint = suggest(phrase.text, [*states, *groups])
                self.problems.add(
                    phrase.position,
                    f"`{phrase.text}` is not a state{' or a group' if groups else ''}{hint}",
                    row.key,
                )

    def variable(self, row: Row) -> p.Variable:
        self.phrase_name(row)
        lives = row["lives"].plain
        ghost = lives.startswith("ghost ")
        if lives.removeprefix("ghost ") not in LIVES:
            expected = ", ".join(f"`{word}`" for word in LIVES)
            self.complain(
                row["lives"],
                f"`{lives}` is not a lifetime, expected {expected}, or `ghost` and one of them",
                row,
            )
            lives = "TCB"
        kind = self.kind(row, row["kind"].plain)
        from_scenario = lives.endswith("supply") or row["initial"].plain == p.FROM_SCENARIO
        if lives.endswith("supply") and row["initial"].plain != p.FROM_SCENARIO:
            self.complain(
                row["initial"], "a supply takes its values from the scenario: write `scenario`", row
            )
        initial = None if from_scenario else self.value(row, "initial", kind)
        return p.Variable(
            row.key,
            kind,
            lives.removeprefix("ghost "),  # type: ignore[arg-type]
            ghost,
            initial,
            from_scenario,
            row["meaning"].text,
            row.position,
        )

    def switch(self, row: Row) -> p.Switch:
        self.phrase_name(row)
        kind = self.kind(row, row["kind"].plain)
        default = self.value(row, "default", kind)
        return p.Switch(row.key, kind, default, row["meaning"].text, row["cite"].text, row.position)

    def segment_field(self, row: Row) -> p.Field:
        self.phrase_name(row)
        text = row["kind"].plain
        kind = self.kind(row, text.removeprefix("ghost "))
        cell = row["unless given"]
        if cell.codes() and kind.base != "flags":
            unless_given = self.required(row, "unless given")
        else:
            unless_given = Constant(cell.position, None)
            if cell.plain != "none" or not cell.plain:
                self.complain(cell, "expected `none` or an expression in a code span", row)
        written = row["written"].plain or row.key
        other = self._written.setdefault(written, row.key)
        if other != row.key:
            self.complain(
                row["written"], f"`{written}` is how `{other}` is written already; names are unique", row
            )
        return p.Field(
            row.key, written, kind, text.startswith("ghost "), unless_given, row["meaning"].text, row.position
        )

    def event(self, row: Row) -> p.Event:
        kind = self.one_of(row, "kind", EVENT_KINDS)
        if kind == "timer" and not row.key.startswith("timeout "):
            self.complain(
                row["event"], f"the name of a timer event begins with `timeout`: `timeout {row.key}`", row
            )
        if kind == "arrival" and self._arrival:
            message = f"a document has one arrival event, and `{self._arrival}` is it"
            self.complain(row["kind"], message, row)
        elif kind == "arrival":
            self._arrival = row.key
        fair = self.one_of(row, "fair", ("yes", "no")) == "yes"
        return p.Event(row.key, kind, fair, row["meaning"].text, row["cite"].text, row.position)  # type: ignore[arg-type]

    def definition(self, row: Row) -> p.Definition:
        self.phrase_name(row)
        if not row["means"].text:
            self.complain(row["means"], "the column `means` is empty", row)
        means = self.parsed(row, "means", parse_meaning) or Broken(row["means"].position)
        return p.Definition(row.key, means, row["cite"].text, row.position)

    # Rules, assumptions, properties

    def events_of(self, row: Row) -> tuple[str, ...]:
        known = self.protocol.events
        events = []
        for phrase in phrases(row["on"], ","):
            if phrase.text in known:
                events.append(phrase.text)
            else:
                self.problems.add(
                    phrase.position,
                    f"`{phrase.text}` is not an event{suggest(phrase.text, known)}",
                    row.key,
                )
        if not row["on"].text:
            self.complain(row["on"], "the column `on` is empty, expected an event", row)
        return tuple(dict.fromkeys(events))

    def rule(self, row: Row) -> p.Rule:
        protocol = self.protocol
        members = self.members(row, "in", list(protocol.states), dict(protocol.groups))
        states = tuple(dict.fromkeys(members))
        if not row["in"].text:
            self.complain(row["in"], "the column `in` is empty, expected a state or a group", row)
        next_state = row["next"].plain
        if next_state and next_state not in protocol.states:
            self.complain(
                row["next"], f"`{next_state}` is not a state{suggest(next_state, protocol.states)}", row
            )
        return p.Rule(
            id=row.key,
            states=states,
            events=self.events_of(row),
            guard=self.parsed(row, "if", parse_guard),
            acts=self.parsed(row, "do", parse_acts) or (),
            sends=tuple(self.templates(row)),
            next=next_state,
            then=row["then"].plain,
            cite=row["cite"].plain,
            never=row["never fires"].plain,
            position=row.position,
            places={column: row[column].position for column in RULE_COLUMNS},
            text={column: row[column].plain for column in RULE_COLUMNS},
        )

    def templates(self, row: Row) -> Iterator[Template]:
        """The segments a rule sends, definitions looked up."""
        definitions = self.protocol.definitions
        for sending in self.parsed(row, "send", parse_sends) or ():
            if isinstance(sending, SegmentName):
                definition = definitions.get(sending.name)
                if definition is not None and isinstance(definition.means, Broken):
                    continue
                if definition is not None and isinstance(definition.means, Template):
                    yield definition.means
                else:
                    segments = [d.name for d in definitions.values() if isinstance(d.means, Template)]
                    self.problems.add(
                        sending.position,
                        f"`{sending.name}` does not name a segment{suggest(sending.name, segments)}",
                        row.key,
                    )
            else:
                yield sending

    def assumption(self, row: Row) -> p.Assumption:
        for phrase in phrases(row["on"], ","):
            event = self.protocol.events.get(phrase.text)
            if event is not None and event.kind == "arrival":
                self.problems.add(phrase.position, "an assumption cannot hold back an arrival", row.key)
        return p.Assumption(
            row.key, self.events_of(row), self.required(row, "only if"), row["because"].text, row.position
        )

    def property(self, row: Row) -> p.Property:
        assumptions, calls = self._under(row)
        return p.Property(
            name=row.key,
            kind=self.one_of(row, "kind", PROPERTY_KINDS),  # type: ignore[arg-type]
            when=self.parsed(row, "when", parse_guard),
            claim=self.required(row, "claim"),
            assumptions=tuple(assumptions),
            calls=tuple(calls),
            because=row["because"].text,
            position=row.position,
        )

    def _under(self, row: Row) -> tuple[list[str], list[str]]:
        assumptions: list[str] = []
        calls: list[str] = []
        for phrase in phrases(row["under"], ","):
            if phrase.text in self.sheet_assumptions():
                assumptions.append(phrase.text)
            elif phrase.text.startswith("users "):
                calls.extend(self._users(phrase, row))
            else:
                self.problems.add(
                    phrase.position,
                    f"`{phrase.text}` is neither an assumption nor `users CALL`"
                    f"{suggest(phrase.text, self.sheet_assumptions())}",
                    row.key,
                )
        return assumptions, calls

    def sheet_assumptions(self) -> list[str]:
        return [row.key for row in self.sheet.rows["assumptions"]]

    def _users(self, phrase: Phrase, row: Row) -> Iterator[str]:
        name = phrase.text.removeprefix("users ").strip()
        kind = row["kind"].plain
        if kind in PROPERTY_KINDS and kind not in ("never stuck", "quiescent"):
            message = f"`users …` has no meaning for a property of kind `{kind}`"
            self.problems.add(phrase.position, message, row.key)
        event = self.protocol.events.get(name)
        if event is not None and event.kind == "call":
            yield name
        else:
            calls = [event.name for event in self.protocol.events.values() if event.kind == "call"]
            self.problems.add(
                phrase.position, f"`{name}` is not a call of the events table{suggest(name, calls)}", row.key
            )


def is_delete(act: object) -> bool:
    """Whether an act is ``delete TCB``."""
    return isinstance(act, Perform) and act.name == DELETE
