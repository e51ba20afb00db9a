"""Documents as they stand in a commit of a git repository, without checking it out."""

from __future__ import annotations

import posixpath
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checker.document.library import (
    FilePage,
    NoSuchDocument,
    Page,
    bundled_folder,
    decoded,
    require_size,
)


@dataclass(frozen=True)
class CommittedPage:
    """The document at ``path``, from the top of the repository, in a ``commit``, which was named
    ``revision``. What it extends is taken from the same commit, or is a bundled document."""

    revision: str
    commit: str
    path: PurePosixPath

    @property
    def file(self) -> str:
        return f"{self.revision}:{self.path}"

    def text(self) -> str:
        size = _git("cat-file", "-s", self._object)
        require_size(int(size), self.file)
        return decoded(_git("cat-file", "blob", self._object), self.file)

    @property
    def _object(self) -> str:
        return f"{self.commit}:{self.path}"

    def is_file(self) -> bool:
        try:
            return _git("cat-file", "-t", self._object).strip() == b"blob"
        except _GitError:
            return False

    def base(self, name: str) -> Page | None:
        """Beside this one, in the folder above, or a bundled one: as ``library.locate``."""
        if not re.fullmatch(r"[\w\-]+(/[\w\-]+)*", name):
            return None
        folder = self.path.parent
        for above in dict.fromkeys((folder, folder.parent)):
            page = CommittedPage(self.revision, self.commit, above / f"{name}.md")
            if page.path != self.path and page.is_file():
                return page
        bundled = bundled_folder() / f"{name}.md"
        return FilePage(bundled) if bundled.is_file() else None


class _GitError(Exception):
    """git could not do what it was asked; the message is its own."""


def committed(name: str) -> CommittedPage:
    """The document that ``REV:path`` names, as git means it: ``path`` begins at the top of the
    repository, or in the current folder if it begins with ``./``.

    Raises ``NoSuchDocument`` with what is missing.
    """
    revision, _, path = name.partition(":")
    if not revision or not path or revision.startswith("-"):
        raise NoSuchDocument(f"{name}: expected a file, or REV:PATH with a revision of the git repository")
    try:
        top = _git("rev-parse", "--show-prefix").decode().rstrip("\n")
    except _GitError as error:
        raise NoSuchDocument(f"{name}: there is no such file, and no git repository here ({error})") from None
    try:
        commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except _GitError:
        raise NoSuchDocument(f"{name}: the git repository has no revision `{revision}`") from None
    relative = path.startswith(("./", "../"))
    page = CommittedPage(
        revision, commit, PurePosixPath(posixpath.normpath(top + path if relative else path))
    )
    if not page.is_file():
        raise NoSuchDocument(
            f"{name}: there is no file {page.path} in {revision}; paths begin at the top of the "
            "repository, or with ./ in this folder"
        )
    return page


def _git(*arguments: str) -> bytes:
    """What git writes. None of ``arguments`` may be an option that somebody else chose."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False, cwd=Path.cwd())
    except FileNotFoundError:
        raise _GitError("git is not installed") from None
    if done.returncode:
        raise _GitError(done.stderr.decode(errors="replace").strip().partition("\n")[0])
    return done.stdout
