"""Rows to a ``Protocol``: reads every cell, without yet asking what expressions mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from checker.document import protocol as p
from checker.document.cells import parse_acts, parse_guard, parse_sends
from checker.document.declarations import Declarations
from checker.document.problems import ProblemList, suggest
from checker.document.rows import RowReader
from checker.document.scenarios import Phrase, ScenarioReader, phrases
from checker.document.sheet import Row, Sheet
from checker.document.syntax import Act, Assign, Broken, Perform, SegmentName, Template

PROPERTY_KINDS = ("invariant", "step", "reachable", "never stuck", "leads to", "quiescent")
LENGTHS = ("at most", "range", "fixed")
RULE_COLUMNS = ("in", "on", "if", "do", "send", "next", "then", "cite")
DELETE = "delete TCB"


def build(sheet: Sheet, name: str, file: str, problems: ProblemList) -> p.Protocol:
    """The protocol a sheet describes, as far as it can be read."""
    declared = Declarations(sheet, problems)
    protocol = p.Protocol(
        name=name,
        file=file,
        states=declared.each("states", declared.state),
        groups=declared.each("groups", declared.group),
        variables=declared.each("variables", declared.variable),
        switches=declared.each("switches", declared.switch),
        fields=declared.each("segment", declared.field),
        events=declared.each("events", declared.event),
        definitions=declared.each("definitions", declared.definition),
        rules=(),
        assumptions={},
        durations={},
        properties={},
        scenarios={},
    )
    reader = _Builder(sheet, problems, protocol)
    protocol = replace(
        protocol,
        rules=tuple(reader.each("rules", reader.rule).values()),
        assumptions=reader.each("assumptions", reader.assumption),
        durations=reader.each("durations", reader.duration),
        properties=reader.each("properties", reader.property),
    )
    scenarios = ScenarioReader(protocol, frozenset(sheet.named("scenarios")), problems)
    return replace(protocol, scenarios=reader.each("scenarios", scenarios.read))


class _Builder(RowReader):
    """Reads rules, assumptions and properties against what ``protocol`` declares."""

    def __init__(self, sheet: Sheet, problems: ProblemList, protocol: p.Protocol) -> None:
        super().__init__(sheet, problems)
        self.protocol = protocol

    def rule(self, row: Row) -> p.Rule:
        protocol = self.protocol
        members = self.members(row, "in", list(protocol.states), protocol.groups)
        next_state = row["next"].plain
        lost = not protocol.states or self.problems.doubts_of("states", next_state)
        if next_state and next_state not in protocol.states and not lost:
            self.complain(
                row["next"], f"`{next_state}` is not a state{suggest(next_state, protocol.states)}", row
            )
        return p.Rule(
            id=row.key,
            states=tuple(dict.fromkeys(members)),
            events=self.events(row, protocol.events),
            guard=self.parsed(row, "if", parse_guard),
            acts=self.parsed(row, "do", parse_acts) or (),
            sends=tuple(self._templates(row)),
            next=next_state,
            then=row["then"].plain,
            cite=row["cite"].plain,
            never=row["never fires"].plain,
            position=row.position,
            places={column: row[column].position for column in RULE_COLUMNS},
            text={column: row[column].plain for column in RULE_COLUMNS},
        )

    def _templates(self, row: Row) -> Iterator[Template]:
        """The segments a rule sends, definitions looked up."""
        definitions = self.protocol.definitions
        for sending in self.parsed(row, "send", parse_sends) or ():
            if isinstance(sending, SegmentName):
                definition = definitions.get(sending.name)
                if definition is not None and isinstance(definition.means, Broken):
                    continue
                if definition is not None and isinstance(definition.means, Template):
                    yield definition.means
                elif not self.problems.doubts_of("word", sending.name):
                    segments = [d.name for d in definitions.values() if isinstance(d.means, Template)]
                    self.problems.add(
                        sending.position,
                        f"`{sending.name}` does not name a segment{suggest(sending.name, segments)}",
                        row.key,
                    )
            else:
                yield sending

    def assumption(self, row: Row) -> p.Assumption:
        self.not_in_name(row, ",")
        for phrase in phrases(row["on"], ","):
            event = self.protocol.events.get(phrase.text)
            if event is not None and event.kind == "arrival":
                self.problems.add(phrase.position, "an assumption cannot hold back an arrival", row.key)
        return p.Assumption(
            row.key,
            self.events(row, self.protocol.events),
            self.required(row, "only if"),
            row["because"].text,
            row.position,
        )

    def duration(self, row: Row) -> p.Duration:
        self.name(row)
        events = self.events(row, self.protocol.events, "of")
        kinds = {event: self.protocol.events[event].kind for event in events}
        for phrase in phrases(row["of"], ","):
            if kinds.get(phrase.text, "timer") not in ("timer", "arrival", ""):
                message = f"`{phrase.text}` takes no time: expected timers, or the arrival for its segments"
                self.problems.add(phrase.position, message, row.key)
        if len(kinds) > 1 and "arrival" in kinds.values():
            self.complain(row["of"], "segments and timers have durations of their own", row)
        if row["restarted if"].text and "arrival" in kinds.values():
            self.complain(row["restarted if"], "only a timer can be restarted", row)
        return p.Duration(
            row.key,
            events,
            self.one_of(row, "length", LENGTHS),  # type: ignore[arg-type]
            self.parsed(row, "restarted if", parse_guard),
            row["meaning"].text,
            row.position,
        )

    def property(self, row: Row) -> p.Property:
        self.not_in_name(row, ";")
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
            text=(row["when"].plain, row["claim"].plain),
        )

    def _under(self, row: Row) -> tuple[list[str], list[str]]:
        assumptions: list[str] = []
        calls: list[str] = []
        known = self.sheet.named("assumptions")
        for phrase in phrases(row["under"], ","):
            if phrase.text in known:
                assumptions.append(phrase.text)
            elif phrase.text.startswith("users "):
                calls.extend(self._users(phrase, row))
            elif not self.problems.doubts_of("assumptions", phrase.text):
                self.problems.add(
                    phrase.position,
                    f"`{phrase.text}` is neither an assumption nor `users CALL`{suggest(phrase.text, known)}",
                    row.key,
                )
        return assumptions, calls

    def _users(self, phrase: Phrase, row: Row) -> Iterator[str]:
        name = phrase.text.removeprefix("users ").strip()
        kind = row["kind"].plain
        if kind in PROPERTY_KINDS and kind not in ("never stuck", "leads to", "quiescent"):
            message = f"`users …` has no meaning for a property of kind `{kind}`"
            self.problems.add(phrase.position, message, row.key)
        event = self.protocol.events.get(name)
        if event is not None and event.kind in ("call", ""):
            yield name
        elif self.protocol.events and not self.problems.doubts_of("events", name):
            calls = [event.name for event in self.protocol.events.values() if event.kind == "call"]
            self.problems.add(
                phrase.position, f"`{name}` is not a call of the events table{suggest(name, calls)}", row.key
            )


def is_delete(act: object) -> bool:
    """Whether an act is ``delete TCB``."""
    return isinstance(act, Perform) and act.name == DELETE


def flat_acts(protocol: p.Protocol, acts: Iterable[Act]) -> Iterator[Assign | None]:
    """The assignments of acts in order, those of named lists among them; ``None`` for each
    ``delete TCB``. The document has been checked."""
    for act in acts:
        if isinstance(act, Assign):
            yield act
        elif is_delete(act):
            yield None
        else:
            means = protocol.definitions[act.name].means
            assert isinstance(means, tuple)
            yield from flat_acts(protocol, means)
