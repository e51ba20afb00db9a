"""The cells of a scenarios row: calls, network, bounds, settings and expectations.

They are lists of phrases, so they are read here and not by the grammar of expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from checker.document.kinds import Value, parse_value, values_of
from checker.document.markdown import Cell
from checker.document.problems import EVERY, Position, ProblemList, suggest
from checker.document.protocol import Expectation, Network, Protocol, Scenario
from checker.document.sheet import Row

MAX_CAPACITY = 8
MAX_BUDGET = 100

WITHIN_BOUNDS = "holds within bounds"
"""Expected of what holds in the scenario as it is, and not on a network without bounds."""

OUTCOMES = ("holds", WITHIN_BOUNDS, "violated", "unknown", "vacuous", "not applicable")

_COUNTED = re.compile(r"(lose|duplicate)(?: (\d{1,9}))?")


@dataclass(frozen=True)
class Phrase:
    """One item of a list in a cell, with its own position."""

    text: str
    position: Position


def phrases(cell: Cell, separator: str) -> Iterator[Phrase]:
    """The non-empty items of a cell; a cell that says ``none`` has none."""
    start = 0
    for part in cell.text.split(separator):
        text = part.replace("`", "").strip()
        if text and not (text == "none" and cell.plain == "none"):
            lead = len(part) - len(part.lstrip(" `"))
            yield Phrase(text, cell.position.moved(start + lead))
        start += len(part) + len(separator)


@dataclass
class ScenarioReader:
    """Reads scenario rows against the other tables of ``protocol`` (whose scenarios are not
    read yet)."""

    protocol: Protocol
    names: frozenset[str]
    problems: ProblemList

    def read(self, row: Row) -> Scenario:
        self.row = row.key
        if ";" in row.key:
            message = "lists of expectations, which may name it, are separated by `;`"
            self._complain(row.position, f"`{row.key}` cannot be used as a name: {message}")
        values: dict[str, tuple[tuple[Value, ...], tuple[Value, ...]]] = {}
        faults: dict[str, tuple[int, int]] = {}
        self.given: set[str] = set()
        capacity = self._bounds(row["bounds"], values, faults)
        self._require_values(row)
        return Scenario(
            name=row.key,
            calls=(self._calls(row["A"]), self._calls(row["B"])),
            opened=tuple(self._opened(row["opened"])),
            network=self._network(row["network"]),
            capacity=capacity,
            values=values,
            faults=faults,
            assume=self._assume(row["assume"]),
            set=self._settings(row["set"]),
            expect=tuple(self._expectations(row["expect"])),
            position=row.position,
        )

    def _complain(self, position: Position, message: str) -> None:
        self.problems.add(position, message, self.row)

    def _call(self, phrase: Phrase) -> str | None:
        calls = [event.name for event in self.protocol.events.values() if event.kind in ("call", "")]
        if phrase.text in calls:
            return phrase.text
        if self.protocol.events and not self.problems.doubts_of("events", phrase.text):
            self._complain(
                phrase.position,
                f"`{phrase.text}` is not a call of the events table{suggest(phrase.text, calls)}",
            )
        return None

    def _calls(self, cell: Cell) -> tuple[str, ...]:
        found = (self._call(phrase) for phrase in phrases(cell, ";"))
        return tuple(call for call in found if call is not None)

    def _opened(self, cell: Cell) -> Iterator[tuple[int, str]]:
        for phrase in phrases(cell, ";"):
            end, colon, call = phrase.text.partition(":")
            if not colon or end.strip() not in ("A", "B"):
                self._complain(phrase.position, "expected `A: call` or `B: call`")
            elif name := self._call(Phrase(call.strip(), phrase.position)):
                yield "AB".index(end.strip()), name

    def _network(self, cell: Cell) -> Network:
        items = list(phrases(cell, ","))
        if not items or items[0].text not in ("queue", "bag"):
            self._complain(cell.position, "a network begins with `queue` or `bag`")
            return Network("bag", 0, 0)
        budgets: dict[str, int | None] = {"lose": 0, "duplicate": 0}
        seen: set[str] = set()
        for item in items[1:]:
            match = _COUNTED.fullmatch(item.text)
            if match is None:
                self._complain(
                    item.position, f"`{item.text}` is not `lose`, `lose N`, `duplicate` or `duplicate N`"
                )
            elif match.group(2) is not None and int(match.group(2)) > MAX_BUDGET:
                self._complain(
                    item.position, f"a budget is at most {MAX_BUDGET}; leave the number out for no limit"
                )
            elif match.group(1) in seen:
                self._complain(item.position, f"`{match.group(1)}` is said already; say it once")
            else:
                seen.add(match.group(1))
                budgets[match.group(1)] = None if match.group(2) is None else int(match.group(2))
        order = "queue" if items[0].text == "queue" else "bag"
        return Network(order, budgets["lose"], budgets["duplicate"])  # type: ignore[arg-type]

    def _bounds(
        self,
        cell: Cell,
        values: dict[str, tuple[tuple[Value, ...], tuple[Value, ...]]],
        faults: dict[str, tuple[int, int]],
    ) -> int:
        capacity = None
        settable = {v.name: v for v in self.protocol.variables.values() if v.from_scenario and v.name}
        known = [e.name for e in self.protocol.events.values() if e.kind == "fault" and e.name]
        for phrase in phrases(cell, ","):
            name = longest_prefix(phrase.text, ["capacity", *settable, *known])
            if name is None:
                self._complain_of_bound(phrase, ["capacity", *settable, *known])
                continue
            if name in self.given:
                self._complain(phrase.position, f"`{name}` is given already; give it once")
                continue
            self.given.add(name)
            rest = phrase.text[len(name) :].strip()
            if name == "capacity":
                capacity = self._number(phrase, rest, MAX_CAPACITY)
            elif name in settable:
                kind = settable[name].kind
                pair = self._pair(phrase, rest, partial(parse_value, kind=kind), values_of(kind))
                if pair is not None:
                    values[name] = pair
                    if settable[name].lives != "supply":
                        self._require_one_each(phrase, name, pair)
            else:
                budgets = self._pair(phrase, rest, _budget, f"a number up to {MAX_BUDGET}")
                if budgets is not None:
                    self._require_one_each(phrase, name, budgets)
                    faults[name] = (_number(budgets[0][0]), _number(budgets[1][0]))
        if "capacity" not in self.given:
            self._complain(cell.position, "the bounds of a scenario need `capacity N`")
        return capacity or 1

    def _complain_of_bound(self, phrase: Phrase, known: list[str]) -> None:
        """Silent about what a declaration that could not be read may have meant to be a bound."""
        declared = [v.name for v in self.protocol.variables.values() if self._doubtful(v.name)]
        declared += [e.name for e in self.protocol.events.values() if not e.kind]
        if ("word", EVERY) not in self.problems.doubts and longest_prefix(phrase.text, declared) is None:
            names = ", ".join(f"`{name} …`" for name in known)
            self._complain(phrase.position, f"`{phrase.text}` is not a bound, expected {names}")

    def _doubtful(self, name: str) -> bool:
        return any(self.problems.doubts_of(aspect, name) for aspect in ("lives", "initial", "word"))

    def _require_one_each(
        self, phrase: Phrase, name: str, pair: tuple[tuple[Value, ...], tuple[Value, ...]]
    ) -> None:
        if any(len(side) > 1 for side in pair) and not self._doubtful(name):
            self._complain(phrase.position, f"`{name}` takes one value, only a supply takes several")

    def _number(self, phrase: Phrase, text: str, most: int) -> int | None:
        if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
            return int(text)
        self._complain(phrase.position, f"`{text}` is not a number from 1 to {most}")
        return None

    def _pair(
        self,
        phrase: Phrase,
        text: str,
        parse: Callable[[str], tuple[bool, Value]],
        expected: str,
    ) -> tuple[tuple[Value, ...], tuple[Value, ...]] | None:
        """``1 / 2`` for A and B, or one list for both; ``1 then 2`` is a list."""
        sides = []
        for side in text.split("/"):
            values = []
            for word in side.split(" then "):
                valid, value = parse(word.strip())
                if not valid:
                    self._complain(phrase.position, f"`{word.strip()}` is not {expected}")
                    return None
                values.append(value)
            sides.append(tuple(values))
        if len(sides) > 2:
            self._complain(phrase.position, "expected one value for both ends, or `A's / B's`")
            return None
        return sides[0], sides[-1]

    def _require_values(self, row: Row) -> None:
        for variable in self.protocol.variables.values():
            if variable.from_scenario and variable.name and variable.name not in self.given:
                self._complain(
                    row["bounds"].position,
                    f"the bounds lack `{variable.name} …`, whose initial value is the scenario's",
                )

    def _assume(self, cell: Cell) -> tuple[str, ...]:
        names = []
        for phrase in phrases(cell, ","):
            if phrase.text in names:
                self._complain(phrase.position, f"`{phrase.text}` is assumed already; say it once")
            elif phrase.text in self.protocol.assumptions:
                names.append(phrase.text)
            elif not self.problems.doubts_of("assumptions", phrase.text):
                hint = suggest(phrase.text, self.protocol.assumptions)
                self._complain(phrase.position, f"unknown assumption `{phrase.text}`{hint}")
        return tuple(names)

    def _settings(self, cell: Cell) -> dict[str, Value]:
        settings: dict[str, Value] = {}
        for phrase in phrases(cell, ","):
            name, equals, text = (part.strip() for part in phrase.text.partition("="))
            switch = self.protocol.switches.get(name)
            if not equals:
                self._complain(phrase.position, "expected `switch = value`")
            elif switch is None:
                if not self.problems.doubts_of("word", name):
                    hint = suggest(name, self.protocol.switches)
                    self._complain(phrase.position, f"unknown switch `{name}`{hint}")
            elif name in settings:
                self._complain(phrase.position, f"`{name}` is set already; set it once")
            else:
                valid, value = parse_value(text, switch.kind)
                if not valid:
                    self._complain(
                        phrase.position,
                        f"`{text}` is not a value of `{name}`, expected {values_of(switch.kind)}",
                    )
                settings[name] = value
        return settings

    def _expectations(self, cell: Cell) -> Iterator[Expectation]:
        seen: set[str] = set()
        for phrase in phrases(cell, ";"):
            expectation = self._expectation(phrase)
            if expectation is None:
                continue
            if expectation.property in seen:
                self._complain(phrase.position, f"`{expectation.property}` is expected twice")
            seen.add(expectation.property)
            yield expectation

    def _expectation(self, phrase: Phrase) -> Expectation | None:
        text, twin_outcome, twin = _split_twin(phrase.text)
        name = longest_prefix(text, self.protocol.properties)
        if name is None and self.problems.doubts_of("properties", text):
            return None
        if name is None:
            hint = suggest(text, [f"{p} {o}" for p in self.protocol.properties for o in OUTCOMES])
            self._complain(phrase.position, f"`{text}` does not begin with the name of a property{hint}")
            return None
        outcome, _, blame = text[len(name) :].strip().partition(" by ")
        if outcome not in OUTCOMES:
            self._complain(phrase.position, f"`{outcome}` is not an outcome, expected {', '.join(OUTCOMES)}")
            return None
        kind = self.protocol.properties[name].kind
        self._check_explanation(phrase, kind, outcome, blame.strip(), twin)
        return Expectation(name, outcome, blame.strip(), twin, twin_outcome, phrase.position)

    def _check_explanation(self, phrase: Phrase, kind: str, outcome: str, blame: str, twin: str) -> None:
        rules = [rule.id for rule in self.protocol.rules]
        if blame and kind == "reachable":
            self._complain(phrase.position, "what is not reachable has no counterexample; leave out `by`")
        if (blame or twin) and outcome != "violated":
            self._complain(phrase.position, "only `violated` is explained with `by` and `holds in`")
        if blame and blame not in rules and not self.problems.doubts_of("rules", blame):
            self._complain(phrase.position, f"there is no rule `{blame}` to blame{suggest(blame, rules)}")
        if twin == self.row:
            self._complain(phrase.position, f"`{twin}` is this scenario; the pair needs another one")
        if twin and twin not in self.names and not self.problems.doubts_of("scenarios", twin):
            self._complain(phrase.position, self._no_twin(phrase, twin))

    def _no_twin(self, phrase: Phrase, twin: str) -> str:
        if phrase.position.file == self.protocol.file:
            return f"there is no scenario `{twin}`{suggest(twin, self.names)}"
        # A change keeps only the scenarios that it names, and `expect` where that cell is empty.
        return (
            f"there is no scenario `{twin}` here, which this `expect` names; "
            f"name it in the change too, or give `{self.row}` an `expect` of its own there"
        )


def _split_twin(text: str) -> tuple[str, str, str]:
    """(what stands before, the twin's outcome, the twin) of ``…, holds in SCENARIO``."""
    for outcome in ("holds", "vacuous"):
        before, found, twin = text.partition(f", {outcome} in ")
        if found:
            return before, outcome, twin.strip()
    return text, "", ""


def longest_prefix(text: str, names: Iterable[str]) -> str | None:
    """The longest of ``names`` that ``text`` begins with, as whole words."""
    return max((n for n in names if (text + " ").startswith(n + " ")), key=len, default=None)


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _budget(text: str) -> tuple[bool, Value]:
    valid = text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MAX_BUDGET
    return valid, int(text) if valid else None
