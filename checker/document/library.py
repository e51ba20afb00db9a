"""Finding and reading documents: by path, by folder, or the bundled ones by bare name."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol as Interface

from checker.document.headers import CLAIMS, FIGURES
from checker.document.layers import Layer, judge, merged
from checker.document.problems import DocumentError, Position, Problem, ProblemList
from checker.document.protocol import Protocol
from checker.document.sheet import Row, Sheet, read_sheet

MAX_BYTES = 4_000_000
MAX_EXTENSIONS = 8

TELLING = ("rules", "extends", "claims")
"""Tables that stand in documents only."""


class NoSuchDocument(Exception):
    """A document that was asked for and is not there."""


class Page(Interface):
    """Where the text of a document is."""

    @property
    def file(self) -> str:
        """How complaints name it."""

    def text(self) -> str:
        """Raises ``DocumentError`` where it is no text, ``OSError`` where it cannot be read."""

    def base(self, name: str) -> Page | None:
        """The document that this one calls ``name``, if there is one."""


@dataclass(frozen=True)
class FilePage:
    """A document in a file."""

    path: Path

    @property
    def file(self) -> str:
        return str(self.path)

    def text(self) -> str:
        return read_text(self.path)

    def base(self, name: str) -> Page | None:
        return page_of(locate(name, self.path))


@dataclass(frozen=True)
class _Given:
    """A text that is at hand; ``path`` is where documents that it extends are looked for."""

    written: str
    file: str
    path: Path | None

    def text(self) -> str:
        return self.written

    def base(self, name: str) -> Page | None:
        return page_of(locate(name, self.path))


def page_of(path: Path | None) -> Page | None:
    return None if path is None else FilePage(path)


@dataclass(frozen=True)
class Document:
    """A protocol, and the rows of tables that it was made of."""

    protocol: Protocol
    sheet: Sheet


def bundled_folder() -> Path:
    """The folder of the documents that come along: in an installed package, or the checkout's."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "spec"
    return installed if installed.is_dir() else package.parent / "spec"


def find(name: str) -> list[Path]:
    """The files a command-line argument names: a path, a folder's documents, a bare name."""
    path = Path(name)
    if path.is_dir():
        found = sorted(file for file in path.glob("*.md") if _has_tables(file))
        if not found:
            raise NoSuchDocument(f"{name}: no documents (*.md with known tables) in this folder")
        return found
    if path.is_file():
        return [path]
    if re.fullmatch(r"[\w\-]+(/[\w\-]+)*", name):
        bundled = bundled_folder() / f"{name}.md"
        if bundled.is_file():
            return [bundled]
        if (bundled_folder() / name).is_dir():
            return sorted((bundled_folder() / name).glob("*.md"))
    offers = sorted(bundled_folder().glob("*.md")) + sorted(bundled_folder().glob("*/"))
    known = ", ".join(path.stem for path in offers)
    raise NoSuchDocument(f"{name}: no such file, folder or bundled document ({known})")


def _has_tables(path: Path) -> bool:
    """Whether a file is a document, or means to be one: a folder may hold other texts too."""
    problems = ProblemList()
    try:
        sheet = read_sheet(read_text(path), str(path), problems)
    except DocumentError:
        return True  # whoever reads it is told what is wrong
    if any(sheet.rows[kind] for kind in FIGURES):
        return False
    return any(sheet.rows.values()) or bool(problems.problems)


def is_document(path: Path) -> bool:
    """Whether a file is surely a document, and no other text that happens to have a table with
    such columns: it has rows of rules or of claims, or extends a document."""
    try:
        sheet = read_sheet(read_text(path), str(path), ProblemList())
    except DocumentError:
        return False
    return any(sheet.rows[kind] for kind in TELLING)


def holds_claims(path: Path) -> bool:
    """Whether a file is a document of claims; nothing is said of what is wrong with it."""
    return _holds(path, CLAIMS)


def holds_figure(path: Path) -> bool:
    """Whether a file is a figure; nothing is said of what is wrong with it."""
    return _holds(path, FIGURES)


def _holds(path: Path, kinds: Sequence[str]) -> bool:
    sheet = read_sheet(read_text(path), str(path), ProblemList())
    return any(sheet.rows[kind] for kind in kinds)


def locate(name: str, path: Path | None) -> Path | None:
    """The document that the one at ``path`` calls ``name``: beside it, in the folder above, or
    a bundled one. No ``..`` in it, so that it cannot lead elsewhere."""
    if not re.fullmatch(r"[\w\-]+(/[\w\-]+)*", name):
        return None
    folders = [] if path is None else [path.resolve().parent, path.resolve().parent.parent]
    for folder in [*folders, bundled_folder()]:
        candidate = folder / f"{name}.md"
        if candidate.is_file() and (path is None or candidate.resolve() != path.resolve()):
            return candidate
    return None


def read_text(path: Path, without_mark: bool = True) -> str:
    """The text of a document with its line ends as they are, and without its byte order mark.

    Raises ``DocumentError`` for a file that is too large or not UTF-8, ``OSError`` for one
    that cannot be read.
    """
    require_size(path.stat().st_size, str(path))
    return decoded(path.read_bytes(), str(path), without_mark)


def require_size(size: int, file: str) -> None:
    if size > MAX_BYTES:
        raise _error(file, f"this file is larger than {MAX_BYTES:,} bytes; it is no document")


def decoded(data: bytes, file: str, without_mark: bool = True) -> str:
    try:
        return data.decode("utf-8-sig" if without_mark else "utf-8")
    except UnicodeDecodeError as error:
        raise _error(file, f"this file is not UTF-8 text (byte {error.start})") from error


def _error(file: str, message: str) -> DocumentError:
    return DocumentError([Problem(Position(file, 1, 1), message)])


def load(path: Path) -> Protocol:
    """Reads, extends and checks the document at ``path``; all problems at once.

    Raises ``DocumentError`` with everything that is wrong, ``OSError`` if it cannot be read.
    """
    return read(FilePage(path)).protocol


def parse(text: str, file: str, path: Path | None = None) -> Protocol:
    """The protocol in ``text``; ``path`` is where documents that it extends are looked for."""
    return given(text, file, path).protocol


def given(text: str, file: str, path: Path | None = None) -> Document:
    """As ``parse``, with the tables."""
    return read(_Given(text, file, path))


def read(page: Page) -> Document:
    """As ``load``, from wherever a document is, with its tables."""
    layers = _layers(page)
    protocol, problems = judge(layers)
    if problems:
        raise DocumentError(problems)
    return Document(protocol, merged(layers, ProblemList()))


def _layers(page: Page) -> list[Layer]:
    """The document, the one that it extends, and so on.

    Raises ``DocumentError`` where one is not there: without it, all its names would be unknown.
    """
    layers: list[Layer] = []
    while True:
        problems = ProblemList()
        sheet = read_sheet(page.text(), page.file, problems)
        layers.append(Layer(page.file, sheet, problems))
        if claims := [row for kind in CLAIMS for row in sheet.rows[kind]]:
            message = "this is a document of claims, which `lastack check` decides; it is no protocol"
            raise DocumentError([Problem(claims[0].position, message)])
        if drawn := [row for kind in FIGURES for row in sheet.rows[kind]]:
            message = "this is a figure, which `lastack draw machine` goes by; it is no protocol"
            raise DocumentError([Problem(drawn[0].position, message)])
        extends = sheet.rows["extends"]
        if not extends:
            if sheet.rows["removes"]:
                row = sheet.rows["removes"][0]
                problems.add(row.position, "only a document with an `extends` table can remove rules")
            return layers
        for row in extends[1:]:
            problems.add(row.position, "a document extends one other only")
        base = page.base(extends[0].key)
        if base is None or len(layers) > MAX_EXTENSIONS:
            _complain_of_base(extends[0], base, problems)
            raise DocumentError(problem for layer in layers for problem in layer.problems.problems)
        page = base


def _complain_of_base(row: Row, base: Page | None, problems: ProblemList) -> None:
    problems.add(
        row.position,
        f"there is no document `{row.key}` in the folder of this one, in the folder above, or "
        "among the bundled ones; write its name, perhaps with a folder, without `.md`"
        if base is None
        else f"documents extend each other more than {MAX_EXTENSIONS} deep",
    )


def version_of(path: Path) -> str:
    """A short hash of a document's text and of those it extends, to tell versions apart."""
    digest = hashlib.sha256()
    for _, text in _read_through(path):
        digest.update(text.encode())
    return digest.hexdigest()[:12]


def files_of(path: Path) -> list[str]:
    """The file of a document, and those of the documents that it extends as far as they are there;
    nothing is said of what is wrong with any."""
    files = [str(path)]
    with contextlib.suppress(DocumentError, OSError):
        files += [page.file for page, _ in _read_through(path)][1:]
    return files


def _read_through(path: Path) -> Iterator[tuple[Page, str]]:
    """A document and those that it extends, as far as they are there, each with its text."""
    current: Page | None = FilePage(path)
    for _ in range(MAX_EXTENSIONS + 1):
        if current is None:
            return
        text = current.text()
        yield current, text
        rows = read_sheet(text, current.file, ProblemList()).rows["extends"]
        current = current.base(rows[0].key) if rows else None
