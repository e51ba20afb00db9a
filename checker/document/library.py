"""Finding and reading documents: by path, by folder, or the bundled ones by bare name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from checker.document.headers import CLAIMS, FIGURES
from checker.document.layers import Layer, judge
from checker.document.problems import DocumentError, Position, Problem, ProblemList
from checker.document.protocol import Protocol
from checker.document.sheet import Row, read_sheet

MAX_BYTES = 4_000_000
MAX_EXTENSIONS = 8

TELLING = ("rules", "extends", "claims")
"""Tables that stand in documents only."""


class NoSuchDocument(Exception):
    """A document that was asked for and is not there."""


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
    if path.stat().st_size > MAX_BYTES:
        raise _error(path, f"this file is larger than {MAX_BYTES:,} bytes; it is no document")
    try:
        return path.read_bytes().decode("utf-8-sig" if without_mark else "utf-8")
    except UnicodeDecodeError as error:
        raise _error(path, f"this file is not UTF-8 text (byte {error.start})") from error


def _error(path: Path, message: str) -> DocumentError:
    return DocumentError([Problem(Position(str(path), 1, 1), message)])


def load(path: Path) -> Protocol:
    """Reads, extends and checks the document at ``path``; all problems at once.

    Raises ``DocumentError`` with everything that is wrong, ``OSError`` if it cannot be read.
    """
    return parse(read_text(path), str(path), path)


def parse(text: str, file: str, path: Path | None = None) -> Protocol:
    """The protocol in ``text``; ``path`` is where documents that it extends are looked for."""
    protocol, problems = judge(_layers(text, file, path))
    if problems:
        raise DocumentError(problems)
    return protocol


def _layers(text: str, file: str, path: Path | None) -> list[Layer]:
    """The document, the one that it extends, and so on.

    Raises ``DocumentError`` where one is not there: without it, all its names would be unknown.
    """
    layers: list[Layer] = []
    while True:
        problems = ProblemList()
        sheet = read_sheet(text, file, problems)
        layers.append(Layer(file, sheet, problems))
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
        base = locate(extends[0].key, path)
        if base is None or len(layers) > MAX_EXTENSIONS:
            _complain_of_base(extends[0], base, problems)
            raise DocumentError(problem for layer in layers for problem in layer.problems.problems)
        text, file, path = read_text(base), str(base), base


def _complain_of_base(row: Row, base: Path | None, problems: ProblemList) -> None:
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
    seen = 0
    current: Path | None = path
    while current is not None and seen <= MAX_EXTENSIONS:
        text = read_text(current)
        digest.update(text.encode())
        rows = read_sheet(text, str(current), ProblemList()).rows["extends"]
        current = locate(rows[0].key, current) if rows else None
        seen += 1
    return digest.hexdigest()[:12]
