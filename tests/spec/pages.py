"""Pages that show what the tool says: each fenced text below a marker is written by the tool.

A marker is a comment that names a document, a scenario and a property, for example
``<!-- run: rfc9293; open; both established -->``. What follows it depends on its first word:

- ``run``: the ladder of the verdict's run; with ``from N`` as a fourth part, the command that
  draws it, and the ladder from step N on
- ``drawn``: the same as ``lastack check`` draws it: with what goes on in a stuck state, and why
- ``said``: the command, and what it says without its ladders and times; several properties may
  be named, with commas
- ``error``: the message of a document that has no meaning, from the row on

``<!-- outcomes: DOCUMENT -->`` stands above a table whose first column has scenarios and whose
head has properties: its cells are outcomes. ``python -m tests.spec.pages`` writes all of it anew.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.show.counterexample import counterexample
from checker.show.ladder import ladder
from checker.show.report import scenario_report
from checker.verify.results import Judged, ScenarioResult, check_scenario

ROOT = Path(__file__).resolve().parents[2]

BLOCK = re.compile(
    r"(<!-- (run|drawn|said|error): ([^;\n]+); ([^;\n]+); ([^;\n]+?)(?:; from (\d+))? -->\n```text\n)"
    r"(.*?)(```\n)",
    re.DOTALL,
)
TABLE = re.compile(r"<!-- outcomes: ([^;\n]+) -->\n((?:\|.*\n)+)")
MARKS = {"holds": "✓ holds", "violated": "✗ violated", "vacuous": "· vacuous"}


@dataclass(frozen=True)
class Block:
    """A fenced text of a page: what it shows, and how it stands there."""

    kind: str
    document: str
    scenario: str
    subject: str
    first: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.document}, {self.scenario}, {self.subject}"

    @property
    def properties(self) -> list[str]:
        return self.subject.split(", ") if self.kind == "said" else [self.subject]


@dataclass(frozen=True)
class Table:
    """A table of outcomes, with the lines as they stand there."""

    document: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"outcomes {self.document}, {', '.join(self.scenarios)}"

    @property
    def properties(self) -> list[str]:
        return cells(self.lines[0])[1:]

    @property
    def scenarios(self) -> list[str]:
        return [cells(line)[0] for line in self.lines[2:]]


class Page:
    """A page by its path below the root of the project."""

    def __init__(self, path: str) -> None:
        self.path = ROOT / path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        return BLOCK.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        return blocks_of(self.text)

    @property
    def tables(self) -> list[Table]:
        return [Table(m.group(1), tuple(m.group(2).splitlines())) for m in TABLE.finditer(self.text)]

    def as_printed(self) -> str:
        """The page with everything written anew."""
        text = BLOCK.sub(lambda m: f"{m.group(1)}{printed(_block(m))}{m.group(8)}", self.text)
        return TABLE.sub(_renewed_table, text)


def _renewed_table(match: re.Match[str]) -> str:
    table = Table(match.group(1), tuple(match.group(2).splitlines()))
    return f"<!-- outcomes: {table.document} -->\n" + "".join(f"{line}\n" for line in renewed(table))


def blocks_of(text: str) -> list[Block]:
    return [_block(match) for match in BLOCK.finditer(text)]


def _block(match: re.Match[str]) -> Block:
    kind, document, scenario, subject, first, text = match.group(2, 3, 4, 5, 6, 7)
    return Block(kind, document, scenario, subject, int(first or 1), text)


def cells(line: str) -> list[str]:
    return [cell.strip().strip("*") for cell in line.strip().strip("|").split("|")]


@cache
def protocol(document: str) -> Protocol:
    return load(ROOT / "spec" / f"{document}.md")


@cache
def result(document: str, scenario: str) -> ScenarioResult:
    """The result of a scenario, with all properties that some page shows; what is under
    ``literal`` is decided as a whole."""
    chosen = protocol(document)
    wanted = None if document.startswith("literal/") else _properties_shown(document, scenario)
    return check_scenario(chosen, chosen.scenarios[scenario], Limits(None, None, None), wanted)


def _properties_shown(document: str, scenario: str) -> list[str]:
    blocks = [b for page in PAGES for b in page.blocks if (b.document, b.scenario) == (document, scenario)]
    tables = [t for page in PAGES for t in page.tables if t.document == document and scenario in t.scenarios]
    return sorted({name for shown in (*blocks, *tables) for name in shown.properties})


def printed(block: Block) -> str:
    """What the tool prints for a block."""
    return {"run": _run, "drawn": _drawn, "said": _said, "error": _error}[block.kind](block)


def _judged(block: Block) -> tuple[ScenarioResult, Judged]:
    found = result(block.document, block.scenario)
    return found, next(j for j in found.judged if j.verdict.property.name == block.subject)


def _run(block: Block) -> str:
    found, judged = _judged(block)
    assert judged.verdict.trace is not None
    return _lines((line.plain for line in ladder(found.model, judged.verdict.trace)), block)


def _drawn(block: Block) -> str:
    """The ladder and what stands below it; the heading and its reason stand in the page."""
    found, judged = _judged(block)
    lines = [line.plain.removeprefix("  ") for line in counterexample(found.model, judged)]
    start = next(number for number, line in enumerate(lines) if line.split() == ["A", "B"])
    return _lines(lines[start:], block)


def _lines(lines: Iterable[str], block: Block) -> str:
    """The lines of a ladder, or the command and what comes from some step on."""
    kept = [line.rstrip() for line in lines]
    if block.first > 1:
        start = next(n for n, line in enumerate(kept) if line[:4].split() == [str(block.first)])
        left_out = f"    ⋮ steps 1 to {block.first - 1} are left out"
        kept = [*_command(block), kept[0], left_out, *kept[start:]]
    return "".join(f"{line}\n" for line in kept)


def _said(block: Block) -> str:
    """The command and its report, without ladders and without times, which vary."""
    found = result(block.document, block.scenario)
    asked = tuple(j for j in found.judged if j.verdict.property.name in block.properties)
    report = [line.plain.rstrip() for line in scenario_report(replace(found, judged=asked))]
    end = report.index("") if "" in report else len(report)
    lines = [re.sub(r", \d+\.\d s$", "", line) for line in report[:end]]
    return "".join(f"{line}\n" for line in [*_command(block), *lines])


def _command(block: Block) -> Iterator[str]:
    """The command that shows a block, in lines of at most 80 columns, as one can type it."""
    options = [f" -s {shlex.quote(block.scenario)}", *(f" -p {shlex.quote(p)}" for p in block.properties)]
    line = "$ lastack check" + ("" if block.document == "rfc9293" else f" {block.document}")
    for option in options:
        if len(line) + len(option) > 78:
            yield f"{line} \\"
            line = "   "
        line += option
    yield line


def _error(block: Block) -> str:
    """The error from the row on, without the place in the file."""
    with pytest.raises(SemanticError) as raised:
        result(block.document, block.scenario)
    message = str(raised.value)
    assert f": {block.subject}: " in message
    return message[message.index(f"{block.subject}: ") :] + "\n"


def renewed(table: Table) -> list[str]:
    """The lines of a table of outcomes, aligned, with what the tool finds."""
    properties = table.properties
    body = []
    for scenario in table.scenarios:
        found = result(table.document, scenario)
        body.append([f"*{scenario}*", *(MARKS[found.outcome(property)] for property in properties)])
    head = [cells(table.lines[0])[0], *properties]
    widths = [max(len(row[column]) for row in [head, *body]) for column in range(len(head))]
    rows = [head, ["-" * width for width in widths], *body]
    return ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows]


PAGES = [Page("README.md"), Page("docs/rfc-notes.md"), Page("docs/why-time-wait.md")]


def update() -> None:
    """Writes all pages anew, after the model or what is printed of it has changed."""
    for page in PAGES:
        page.path.write_text(page.as_printed(), encoding="utf-8")


if __name__ == "__main__":
    update()
