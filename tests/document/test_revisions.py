"""Documents in the commits of a git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checker.document.library import NoSuchDocument, read
from checker.document.problems import DocumentError
from checker.document.revisions import committed
from tests.compare.changes import BASE

PAGE = """# A change

| extends | because |
|---|---|
| asking | it is |

| name | means |
|---|---|
| `may try` | `tries < NUMBER` |
"""


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits, the first tagged `one`: a document, and in a folder one that extends it."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    folder = tmp_path / "repository"
    (folder / "spec" / "changes").mkdir(parents=True)
    (folder / "spec" / "asking.md").write_text(BASE, encoding="utf-8")
    (folder / "spec" / "changes" / "more.md").write_text(PAGE.replace("NUMBER", "2"), encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "tag", "one")
    (folder / "spec" / "asking.md").write_text(BASE.replace("`ASK`", "`QUESTION`"), encoding="utf-8")
    (folder / "spec" / "changes" / "more.md").write_text(PAGE.replace("NUMBER", "3"), encoding="utf-8")
    git(folder, "commit", "-qam", "two")
    monkeypatch.chdir(folder)
    return folder


def test_a_document_as_it_was(repository: Path) -> None:
    page = committed("one:spec/asking.md")
    assert page.file == "one:spec/asking.md"
    protocol = read(page).protocol
    assert "ASK" in protocol.definitions
    assert protocol.name == "asking"
    assert str(protocol.rules[0].position).startswith("one:spec/asking.md:")
    assert "QUESTION" in read(committed("HEAD:spec/asking.md")).protocol.definitions
    assert "ASK" in read(committed("HEAD~1:spec/asking.md")).protocol.definitions


def test_what_it_extends_is_of_the_same_commit(repository: Path) -> None:
    """Not of the checked out files."""
    (repository / "spec" / "asking.md").unlink()
    protocol = read(committed("one:spec/changes/more.md")).protocol
    assert "ASK" in protocol.definitions
    assert protocol.file == "one:spec/changes/more.md"
    assert protocol.rules[0].position.file == "one:spec/asking.md"


def test_a_bundled_document_may_be_extended(repository: Path) -> None:
    page = "# X\n\n| extends | because |\n|---|---|\n| rfc9293 | it is |\n"
    (repository / "own.md").write_text(page, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "three")
    assert "LISTEN" in read(committed("HEAD:own.md")).protocol.states


def test_paths_begin_at_the_top_or_here(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "spec")
    assert str(committed("one:./asking.md").path) == "spec/asking.md"
    assert str(committed("one:./changes/../asking.md").path) == "spec/asking.md"
    assert str(committed("one:spec/asking.md").path) == "spec/asking.md"
    with pytest.raises(NoSuchDocument, match=r"there is no file asking\.md in one; paths begin at the top"):
        committed("one:asking.md")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("three:spec/asking.md", "the git repository has no revision `three`"),
        ("one:spec/nothing.md", "there is no file spec/nothing.md in one"),
        ("one:spec", "there is no file spec in one"),
        ("one:../asking.md", "there is no file"),
        ("one:", "expected a file, or REV:PATH"),
        (":spec/asking.md", "expected a file, or REV:PATH"),
        ("--output=stolen:spec/asking.md", "expected a file, or REV:PATH"),
        ("one\n--all:spec/asking.md", "the git repository has no revision"),
        ("one:spec/asking.md\n", "there is no file"),
    ],
)
def test_what_there_is_not(repository: Path, name: str, message: str) -> None:
    with pytest.raises(NoSuchDocument, match=message):
        committed(name)
    assert not list(repository.glob("stolen*"))


def test_a_document_that_is_wrong(repository: Path) -> None:
    (repository / "bad.md").write_text(BASE.replace("tries < 1", "tires < 1"), encoding="utf-8")
    (repository / "latin.md").write_bytes(b"\xe4")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "three")
    with pytest.raises(DocumentError, match=r"HEAD:bad\.md:\d+:\d+: may try: .*did you mean `tries`"):
        read(committed("HEAD:bad.md"))
    with pytest.raises(DocumentError, match=r"HEAD:latin\.md:1:1: this file is not UTF-8"):
        read(committed("HEAD:latin.md"))


def test_where_there_is_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoSuchDocument, match="no such file, and no git repository here"):
        committed("HEAD:x.md")


def test_where_there_is_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSuchDocument, match="git is not installed"):
        committed("HEAD:x.md")
