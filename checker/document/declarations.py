"""The tables that declare: states, groups, variables, switches, fields, events, definitions."""

from __future__ import annotations

import difflib

from checker.document import protocol as p
from checker.document.cells import is_name, parse_meaning, why_no_name
from checker.document.kinds import Kind, parse_value
from checker.document.problems import EVERY, ProblemList
from checker.document.rows import RowReader
from checker.document.sheet import Row, Sheet
from checker.document.syntax import Broken, Constant, Expression

GHOST = "ghost "
LIVES = ("TCB", "host", "event", "supply")
ALL_LIVES = (*LIVES, *(GHOST + lives for lives in LIVES if lives != "supply"))
EVENT_KINDS = ("call", "arrival", "own", "timer", "fault")

# For these kinds of events `fair` is settled: it would have no effect to say anything else.
FAIRNESS = {
    "call": ("no", "calls help only properties that list them under `users …`"),
    "fault": ("no", "faults help nobody"),
    "arrival": ("yes", "deliveries are always helpful"),
}


class Declarations(RowReader):
    """Reads the rows of declaring tables."""

    def __init__(self, sheet: Sheet, problems: ProblemList) -> None:
        super().__init__(sheet, problems)
        self._written: dict[str, str] = {}
        self._arrival = ""

    def state(self, row: Row) -> p.State:
        self.name(row)
        return p.State(row.key, row["meaning"].text, row["cite"].text, row.position)

    def group(self, row: Row) -> p.Group:
        self.name(row)
        states = [row.key for row in self.sheet.rows["states"]]
        return p.Group(row.key, tuple(self.members(row, "states", states, {})), row.position)

    def variable(self, row: Row) -> p.Variable:
        self.name(row)
        lives = self._lives(row)
        kind = self.kind(row, row["kind"].plain)
        initial = row["initial"].plain
        from_scenario = lives == "supply" or initial == p.FROM_SCENARIO
        if lives == "supply" and initial != p.FROM_SCENARIO:
            self.complain(
                row["initial"], "a supply takes its values from the scenario: write `scenario`", row
            )
        value = None if from_scenario else self.value(row, "initial", kind)
        if not from_scenario and not parse_value(initial, kind)[0]:
            self.problems.doubt("initial", row.key)
        return p.Variable(
            row.key,
            kind,
            lives.removeprefix(GHOST),  # type: ignore[arg-type]
            lives.startswith(GHOST),
            value,
            from_scenario,
            row["meaning"].text,
            row.position,
        )

    def _lives(self, row: Row) -> str:
        lives = row["lives"].plain
        if lives in ALL_LIVES:
            return lives
        expected = ", ".join(f"`{word}`" for word in ALL_LIVES)
        self.complain(row["lives"], f"`{lives}` is not a lifetime, expected {expected}", row)
        self.problems.doubt("lives", row.key)
        return next(iter(difflib.get_close_matches(lives, ALL_LIVES, n=1)), "TCB")

    def switch(self, row: Row) -> p.Switch:
        self.name(row)
        kind = self.kind(row, row["kind"].plain)
        default = self.value(row, "default", kind)
        return p.Switch(row.key, kind, default, row["meaning"].text, row["cite"].text, row.position)

    def field(self, row: Row) -> p.Field:
        self.name(row)
        text = row["kind"].plain
        kind = self.kind(row, text.removeprefix(GHOST))
        return p.Field(
            row.key,
            self._written_as(row),
            kind,
            text.startswith(GHOST),
            self._unless_given(row, kind),
            row["meaning"].text,
            row.position,
        )

    def _written_as(self, row: Row) -> str:
        written = row["written"].plain or row.key
        if row["written"].plain and not is_name(written):
            self.complain(
                row["written"], f"`{written}` cannot be used as a name: {why_no_name(written)}", row
            )
            self.problems.doubt("written", EVERY)
        other = self._written.setdefault(written, row.key)
        if other != row.key:
            self.complain(
                row["written"], f"`{written}` is how `{other}` is written already; names are unique", row
            )
        return written

    def _unless_given(self, row: Row, kind: Kind) -> Expression:
        cell = row["unless given"]
        if cell.codes() and kind.base != "flags":
            return self.required(row, "unless given")
        if cell.plain != "none":
            self.complain(
                cell,
                "a set of flags that is not given is empty: write `none`"
                if kind.base == "flags"
                else "expected `none` or an expression in a code span",
                row,
            )
        return Constant(cell.position, None)

    def event(self, row: Row) -> p.Event:
        self.name(row)
        kind = self.one_of(row, "kind", EVENT_KINDS)
        if kind == "timer" and row.key and not row.key.startswith("timeout "):
            self.complain(
                row["event"], f"the name of a timer event begins with `timeout`: `timeout {row.key}`", row
            )
        if kind == "arrival" and self._arrival:
            message = f"a document has one arrival event, and `{self._arrival}` is it"
            self.complain(row["kind"], message, row)
        elif kind == "arrival":
            self._arrival = row.key
        fair = self.one_of(row, "fair", ("yes", "no"))
        settled, why = FAIRNESS.get(kind, (fair, ""))
        if fair and fair != settled and row["kind"].plain == kind:
            self.complain(row["fair"], f"`{fair}` would have no effect: {why}; write `{settled}`", row)
        return p.Event(row.key, kind, fair == "yes", row["meaning"].text, row["cite"].text, row.position)  # type: ignore[arg-type]

    def definition(self, row: Row) -> p.Definition:
        self.name(row)
        if not row["means"].text:
            self.complain(row["means"], "the column `means` is empty", row)
        means = self.parsed(row, "means", parse_meaning) or Broken(row["means"].position)
        return p.Definition(row.key, means, row["cite"].text, row.position)
