"""The tables of a document, recognised by their header rows, and how one extends another."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.document.headers import SCHEMAS, Header, read_header
from checker.document.markdown import Cell, read_tables
from checker.document.problems import EVERY, Position, ProblemList, suggest


@dataclass(frozen=True)
class Row:
    """One row of a known table: its cells by column; missing optional columns are empty."""

    cells: dict[str, Cell]
    position: Position

    def __getitem__(self, column: str) -> Cell:
        return self.cells.get(column) or Cell("", self.position)

    @property
    def key(self) -> str:
        return next(iter(self.cells.values())).plain


@dataclass
class Sheet:
    """All rows of a document by table kind, in document order."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in SCHEMAS})

    def named(self, kind: str) -> dict[str, Row]:
        return {row.key: row for row in self.rows[kind]}


def read_sheet(text: str, file: str, problems: ProblemList) -> Sheet:
    """The recognised tables of a document; other tables are prose.

    What is wrong with a table is reported and reading goes on: cells that are lost by it stand
    nowhere, so that nothing is said of them.
    """
    sheet = Sheet()
    for table in read_tables(text, file):
        header = read_header(table, problems)
        if header is not None:
            columns = [cell.plain for cell in table.header]
            for cells in table.rows:
                row = _row(cells, header, columns, problems)
                _require_key(row, header.kind, problems)
                sheet.rows[header.kind].append(row)
            for column in header.missing:
                problems.doubt(ASPECTS.get((header.kind, column), ""), EVERY)
    for kind, rows in sheet.rows.items():
        _complain_of_twins(kind, rows, problems)
    return sheet


def _row(cells: tuple[Cell, ...], header: Header, columns: list[str], problems: ProblemList) -> Row:
    """A row of a table, its naming cell first, whatever order the columns have."""
    position = cells[0].position
    nothing = Cell("", position.lost())
    found = dict.fromkeys(header.missing, nothing)
    if len(cells) != len(columns):
        _complain_of_length(cells, columns, problems)
        # Which cell is which is not known, but any word in them may be declared here.
        problems.doubt("word", *(part.strip() for cell in cells for part in cell.plain.split(",")))
        found |= dict.fromkeys(filter(None, header.columns), nothing)
        cells = cells[:1]
    for column, cell in zip(header.columns, cells, strict=False):
        if column:
            found[column] = cell
    key = SCHEMAS[header.kind].key
    return Row({key: found[key], **found}, position)


def _complain_of_length(row: tuple[Cell, ...], columns: list[str], problems: ProblemList) -> None:
    hint = " (a cell cannot contain `|`)" if len(row) > len(columns) else ""
    count = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
    problems.add(
        row[0].position,
        f"this row has {count}, expected {len(columns)}: {', '.join(columns)}{hint}",
        row[0].plain,
    )


# What cannot be known of any row where a table lacks a column.
ASPECTS = {
    ("variables", "kind"): "word",
    ("switches", "kind"): "word",
    ("segment", "kind"): "word",
    ("segment", "written"): "written",
    ("variables", "lives"): "lives",
    ("variables", "initial"): "initial",
}

DECLARING = ("variables", "switches", "segment", "definitions")
"""The tables that declare what expressions name."""


def _require_key(row: Row, kind: str, problems: ProblemList) -> None:
    if not row.key:
        position = row.cells[SCHEMAS[kind].key].position
        problems.add(position, f"the first cell of a row of {kind} is its name; it is empty")
        problems.doubt("word" if kind in DECLARING else kind, EVERY)


def _complain_of_twins(kind: str, rows: list[Row], problems: ProblemList) -> None:
    first: dict[str, Row] = {}
    for row in rows:
        if row.key in first and row.key:
            problems.add(
                row.position,
                f"`{row.key}` is declared twice in the {kind} tables, first at line "
                f"{first[row.key].position.line}; names are unique",
                row.key,
            )
        first.setdefault(row.key, row)


def extend(base: Sheet, change: Sheet, problems: ProblemList) -> Sheet:
    """The sheet of a document that extends ``base``.

    Removed rules go; a row whose name exists replaces it where it stood. A new rule stands
    behind the one above it in its table if that is of the same step or its own step is new, and
    at the end of its step otherwise; other new rows stand at the end. Where the change has
    scenarios, only those are kept, and the empty cells of one that the base has too are taken
    from there.
    """
    result = Sheet()
    for kind in SCHEMAS:
        if kind == "rules":
            result.rows[kind] = _extend_rules(base, change, problems)
        elif kind == "scenarios" and change.rows[kind]:
            result.rows[kind] = _extend_scenarios(base, change)
        else:
            result.rows[kind] = _merged(base.rows[kind], change.rows[kind])
    return result


def _merged(base: list[Row], change: list[Row]) -> list[Row]:
    """The rows of both: those of ``change`` take the place of those that they are named like.

    A name that stands twice in ``change``, which is an error, keeps both rows.
    """
    rows = list(base)
    own: set[str] = set()
    for row in change:
        at = next((i for i, other in enumerate(rows) if other.key == row.key), None)
        if at is None or row.key in own:
            rows.append(row)
        else:
            rows[at] = row
        own.add(row.key)
    return rows


def _extend_rules(base: Sheet, change: Sheet, problems: ProblemList) -> list[Row]:
    rows = list(base.rows["rules"])
    known = base.named("rules")
    for row in change.rows["removes"]:
        if row.key and row.key not in known:
            problems.add(
                row.position,
                f"there is no rule `{row.key}` to remove{suggest(row.key, known)}",
                row.key,
            )
        rows = [rule for rule in rows if rule.key != row.key]
    placed = _Placed(rows, problems)
    for row in change.rows["rules"]:
        placed.place(row)
    return placed.rows


@dataclass
class _Placed:
    """The rules of a document while those of its change are put among them.

    ``loose`` are the steps for which no place is known: nothing is said of where their rules
    go on.
    """

    rows: list[Row]
    problems: ProblemList
    above: Row | None = None
    own: set[str] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)

    def place(self, row: Row) -> None:
        index, replaces = self._index(row)
        if _step(row.key) in self.loose:
            row = Row({**row.cells, "then": Cell("", row.position.lost())}, row.position)
        self.rows[index : index + replaces] = [row]
        self.above = row
        self.own.add(row.key)

    def _index(self, row: Row) -> tuple[int, int]:
        """(index, rows to replace) for a rule of a change."""
        keys = [rule.key for rule in self.rows]
        if row.key in keys:
            at = keys.index(row.key)
            return (at + 1, 0) if row.key in self.own else (at, 1)
        steps = [_step(key) for key in keys]
        step = _step(row.key)
        if self.above is not None and _step(self.above.key) == step:
            return keys.index(self.above.key) + 1, 0
        if step in steps:
            return _end(steps, step), 0
        if self.above is not None:
            return self._behind(row, self.above, keys, steps), 0
        if row.key:
            self.problems.add(
                row.position,
                "this rule begins a new step, and no rule stands above it in this table to say "
                "where; repeat the rule that it follows above it",
                row.key,
            )
        self.loose.add(step)
        return len(keys), 0

    def _behind(self, row: Row, above: Row, keys: list[str], steps: list[str]) -> int:
        """Where a rule goes that begins a new step behind ``above``."""
        around = _step(above.key)
        if around in self.loose:
            self.loose.add(_step(row.key))
        index, end = keys.index(above.key) + 1, _end(steps, around)
        if index < end:
            self.problems.add(
                row.position,
                f"this rule begins the step `{_step(row.key)}` in the middle of the step `{around}`; "
                f"repeat the last rule of that step, `{keys[end - 1]}`, above it",
                row.key,
            )
        return end


def _end(steps: list[str], step: str) -> int:
    """The index behind the last rule of ``step``."""
    return len(steps) - steps[::-1].index(step)


def _step(rule: str) -> str:
    """The part of a rule's id before its first dot."""
    return rule.split(".", 1)[0]


def _extend_scenarios(base: Sheet, change: Sheet) -> list[Row]:
    known = base.named("scenarios")
    rows = []
    for row in change.rows["scenarios"]:
        inherited = known[row.key].cells if row.key in known else {}
        given = {column: cell for column, cell in row.cells.items() if cell.text}
        rows.append(Row({"scenario": row["scenario"], **inherited, **given}, row.position))
    return rows
