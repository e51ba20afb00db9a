"""Figures: how somebody drew the states of a protocol, where each stands and which arrows there are.

They are no protocols. A picture of a protocol with the same states is laid out as its figure is,
and can be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.document.headers import FIGURES, SCHEMAS
from checker.document.library import bundled_folder, holds_figure, read_text
from checker.document.problems import DocumentError, Position, ProblemList, suggest
from checker.document.protocol import Protocol
from checker.document.rows import RowReader
from checker.document.scenarios import phrases
from checker.document.sheet import Row, Sheet, read_sheet

MOST_PLACES = 1_000
"""Rows or columns of a figure; what is farther out is a slip."""


@dataclass(frozen=True)
class Place:
    """Where a state stands, under the name that the figure gives it; it may stand twice."""

    name: str
    state: str
    row: int
    column: int
    position: Position


@dataclass(frozen=True)
class DrawnArrow:
    """An arrow between two places: on which event of the protocol, receiving which sort of segment
    and sending which; and its words, ``over`` the line and ``under`` it."""

    name: str
    source: str
    target: str
    event: str
    receives: str
    sends: tuple[str, ...]
    over: str
    under: str
    position: Position


@dataclass(frozen=True)
class Omission:
    """Arrows that the figure says it leaves out, between these states; on a segment that has all of
    these words at least."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    event: str
    receives: tuple[str, ...]
    because: str
    position: Position


@dataclass(frozen=True)
class Figure:
    """A figure, read and checked. Mappings keep document order."""

    name: str
    places: Mapping[str, Place]
    arrows: Mapping[str, DrawnArrow]
    omissions: Mapping[str, Omission]

    def is_of(self, protocol: Protocol) -> bool:
        """Whether it has a place for each state of ``protocol`` and for nothing else."""
        return {place.state for place in self.places.values()} == set(protocol.states)


def load_figure(path: Path) -> Figure:
    """Reads the figure at ``path``.

    Raises ``DocumentError`` with everything that is wrong with it, ``OSError`` if it cannot be read.
    """
    problems = ProblemList()
    sheet = read_sheet(read_text(path), str(path), problems)
    for kind in SCHEMAS:
        for row in () if kind in FIGURES else sheet.rows[kind][:1]:
            problems.add(row.position, f"a figure has no {kind} table; put it into a document of its own")
    reader = _Reader(sheet, problems)
    figure = Figure(
        path.stem,
        reader.each("places", reader.place),
        reader.each("arrows", reader.arrow),
        reader.each("omissions", reader.omission),
    )
    reader.complain_of_crowds(figure.places.values())
    if problems.problems:
        raise DocumentError(problems.problems)
    return figure


def figures_of(protocol: Protocol, folder: Path) -> Iterator[Figure]:
    """The figures of ``protocol`` among those in ``folder`` and the bundled ones.

    Other files there may be anything. Raises ``DocumentError`` for a figure with errors.
    """
    paths = [*sorted(folder.glob("*.md")), *sorted(bundled_folder().glob("*.md"))]
    for path in dict.fromkeys(path.resolve() for path in paths):
        if _is_figure(path):
            figure = load_figure(path)
            if figure.is_of(protocol):
                yield figure


def _is_figure(path: Path) -> bool:
    try:
        return holds_figure(path)
    except (DocumentError, OSError):
        return False


class _Reader(RowReader):
    def __init__(self, sheet: Sheet, problems: ProblemList) -> None:
        super().__init__(sheet, problems)
        self.places = sheet.named("places")

    def place(self, row: Row) -> Place:
        if not row["state"].text:
            self.complain(row["state"], "the column `state` is empty, expected a state", row)
        number, column = self._number(row, "row"), self._number(row, "column")
        return Place(row.key, row["state"].plain, number, column, row.position)

    def _number(self, row: Row, column: str) -> int:
        text = row[column].plain
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PLACES:
            return int(text)
        expected = f"expected a number from 1 to {MOST_PLACES:,}"
        self.complain(row[column], f"`{text}` is no {column} of a figure, {expected}", row)
        return 1

    def arrow(self, row: Row) -> DrawnArrow:
        self._require(row, "on", "an event")
        return DrawnArrow(
            row.key,
            self._end(row, "from"),
            self._end(row, "to"),
            row["on"].plain,
            row["receives"].plain,
            tuple(phrase.text for phrase in phrases(row["sends"], ";")),
            row["event"].plain,
            row["action"].plain,
            row.position,
        )

    def _end(self, row: Row, column: str) -> str:
        name = row[column].plain
        if name not in self.places:
            hint = suggest(name, self.places)
            self.complain(row[column], f"`{name}` is no place of this figure{hint}", row)
        return name

    def omission(self, row: Row) -> Omission:
        for column, expected in (("from", "states"), ("to", "states"), ("on", "an event")):
            self._require(row, column, expected)
        sources, targets = (
            tuple(phrase.text for phrase in phrases(row[column], ",")) for column in ("from", "to")
        )
        words = tuple(phrase.text for phrase in phrases(row["receives"], ","))
        because = row["because"].plain
        return Omission(row.key, sources, targets, row["on"].plain, words, because, row.position)

    def _require(self, row: Row, column: str, expected: str) -> None:
        if not row[column].text:
            self.complain(row[column], f"the column `{column}` is empty, expected {expected}", row)

    def complain_of_crowds(self, places: Iterable[Place]) -> None:
        first: dict[tuple[int, int], Place] = {}
        for place in places:
            other = first.setdefault((place.row, place.column), place)
            if other is not place:
                message = f"`{place.name}` stands where `{other.name}` does"
                self.problems.add(place.position, message, place.name)
