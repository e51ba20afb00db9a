"""The tables of a document, recognised by their header rows, and how one extends another."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.document.markdown import Cell, RawTable, read_tables
from checker.document.problems import Position, ProblemList, suggest


@dataclass(frozen=True)
class Schema:
    """A kind of table: its required columns (the first names a row) and its optional ones."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


SCHEMAS = {
    "extends": Schema(("extends", "because")),
    "removes": Schema(("removes", "because")),
    "states": Schema(("state", "meaning"), ("cite",)),
    "groups": Schema(("group", "states")),
    "variables": Schema(("variable", "kind", "lives", "initial"), ("meaning",)),
    "switches": Schema(("switch", "kind", "default"), ("meaning", "cite")),
    "segment": Schema(("field", "written", "kind", "unless given"), ("meaning",)),
    "events": Schema(("event", "kind", "fair"), ("meaning", "cite")),
    "definitions": Schema(("name", "means"), ("cite",)),
    "rules": Schema(("rule", "in", "on", "if", "do", "send", "next", "then"), ("cite", "never fires")),
    "assumptions": Schema(("assumption", "on", "only if"), ("because",)),
    "properties": Schema(("property", "kind", "when", "claim"), ("under", "because")),
    "scenarios": Schema(("scenario", "A", "B", "network", "bounds", "expect"), ("opened", "assume", "set")),
}


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
    """All rows of a document by table kind, in document order.

    ``ragged`` are the (file, line) of rows with cells missing or too many: their names count,
    but nothing else in them is worth a complaint.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {kind: [] for kind in SCHEMAS})
    ragged: set[tuple[str, int]] = field(default_factory=set)

    def named(self, kind: str) -> dict[str, Row]:
        return {row.key: row for row in self.rows[kind]}


def read_sheet(text: str, file: str, problems: ProblemList) -> Sheet:
    """The recognised tables of a document; other tables are prose."""
    sheet = Sheet()
    for table in read_tables(text, file):
        kind = _recognise(table, problems)
        if kind is not None:
            header = [cell.plain for cell in table.header]
            for cells in table.rows:
                if len(cells) != len(header):
                    _complain_of_length(cells, table.header, problems)
                    sheet.ragged.add((file, cells[0].position.line))
                named = dict(zip(header, _fitted(cells, len(header)), strict=True))
                row = Row(_ordered(named, kind), cells[0].position)
                _require_key(row, kind, problems)
                sheet.rows[kind].append(row)
    for kind, rows in sheet.rows.items():
        _complain_of_twins(kind, rows, problems)
    return sheet


def _fitted(cells: tuple[Cell, ...], length: int) -> tuple[Cell, ...]:
    """The cells of a row, the last ones left out or added empty."""
    missing = (Cell("", cells[-1].position),) * (length - len(cells))
    return (*cells, *missing)[:length]


def _complain_of_length(row: tuple[Cell, ...], header: tuple[Cell, ...], problems: ProblemList) -> None:
    columns = ", ".join(cell.plain for cell in header)
    hint = " (a cell cannot contain `|`)" if len(row) > len(header) else ""
    count = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
    problems.add(
        row[0].position, f"this row has {count}, expected {len(header)}: {columns}{hint}", row[0].plain
    )


def _ordered(cells: dict[str, Cell], kind: str) -> dict[str, Cell]:
    """The cells with the naming column first, whatever order the table has."""
    key = SCHEMAS[kind].required[0]
    return {key: cells[key], **cells}


def _recognise(table: RawTable, problems: ProblemList) -> str | None:
    """The kind of a table: by its first column and at least one more of that kind's columns.

    A single column that happens to be called ``name`` or ``state`` is prose; a table that is
    nearly of a kind is an error rather than silently prose.
    """
    header = [cell.plain for cell in table.header]
    for kind, schema in SCHEMAS.items():
        known = [column for column in header if column in schema.columns]
        if header[0] != schema.required[0] or len(known) < 2:
            continue
        missing = [column for column in schema.required if column not in header]
        strange = [cell for cell in table.header if cell.plain not in schema.columns]
        expected = ", ".join(schema.columns)
        if len(set(header)) != len(header):
            twin = next(cell for i, cell in enumerate(table.header) if cell.plain in header[:i])
            problems.add(twin.position, f"a column of this {kind} table appears twice")
        for cell in strange:
            hint = suggest(cell.plain, schema.columns)
            problems.add(
                cell.position,
                f"unknown column `{cell.plain}` in a {kind} table, expected {expected}{hint}",
            )
        if missing:
            problems.add(
                table.position,
                f"this {kind} table lacks the column {', '.join(f'`{c}`' for c in missing)}; "
                f"expected {expected}",
            )
        return None if missing or len(set(header)) != len(header) else kind
    return None


def _require_key(row: Row, kind: str, problems: ProblemList) -> None:
    if not row.key:
        problems.add(row.position, f"the first cell of a {kind} row is its name; it is empty")


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
    result = Sheet(ragged=base.ragged | change.ragged)
    for kind in SCHEMAS:
        if kind == "rules":
            result.rows[kind] = _extend_rules(base, change, problems)
        elif kind == "scenarios" and change.rows[kind]:
            result.rows[kind] = _extend_scenarios(base, change)
        else:
            merged = base.named(kind) | change.named(kind)
            result.rows[kind] = list(merged.values())
    return result


def _extend_rules(base: Sheet, change: Sheet, problems: ProblemList) -> list[Row]:
    rows = list(base.rows["rules"])
    known = base.named("rules")
    for row in change.rows["removes"]:
        if row.key not in known:
            problems.add(
                row.position,
                f"there is no rule `{row.key}` to remove{suggest(row.key, known)}",
                row.key,
            )
        rows = [rule for rule in rows if rule.key != row.key]
    above: Row | None = None
    for row in change.rows["rules"]:
        place = _place(rows, row, above)
        if place is None:
            problems.add(
                row.position,
                "this rule begins a new step, and no rule stands above it in this table to say "
                "where; repeat the rule that it follows above it",
                row.key,
            )
        else:
            index, replaces = place
            rows[index : index + replaces] = [row]
            above = row
    return rows


def _place(rows: list[Row], row: Row, above: Row | None) -> tuple[int, int] | None:
    """(index, rows to replace) for a rule of a change."""
    keys = [rule.key for rule in rows]
    if row.key in keys:
        return keys.index(row.key), 1
    steps = [_step(key) for key in keys]
    step = _step(row.key)
    if above is not None and (_step(above.key) == step or step not in steps):
        return keys.index(above.key) + 1, 0
    if step in steps:
        return len(steps) - steps[::-1].index(step), 0
    return None


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
