"""Documents that extend others are read quickly, and never from memory when they have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document import markdown
from checker.document.library import bundled_folder, load, version_of
from checker.document.problems import DocumentError


def test_a_document_that_many_extend_is_taken_apart_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    tokens = markdown._tokens
    monkeypatch.setattr(markdown, "_tokens", lambda text: parsed.append(text) or tokens(text))
    base = (bundled_folder() / "textbook.md").read_text(encoding="utf-8") + "\nThis very copy.\n"
    (tmp_path / "base.md").write_text(base, encoding="utf-8")
    for name in ("one", "other"):
        text = f"# {name}\n\n| extends | because |\n|---|---|\n| base | it is |\n"
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        load(tmp_path / f"{name}.md")
    assert parsed.count(base) == 1
    # Another text in its place is another document.
    (tmp_path / "base.md").write_text("# No tables\n", encoding="utf-8")
    with pytest.raises(DocumentError):
        load(tmp_path / "other.md")


EXTENDS = "| extends | because |\n|---|---|\n"


def test_a_bundled_document_in_a_folder_can_be_extended(tmp_path: Path) -> None:
    """By the name by which it is checked; it extends others in turn, which stand beside it."""
    path = tmp_path / "mine.md"
    path.write_text(f"{EXTENDS}| tutorials/time-wait | |\n", encoding="utf-8")
    bundled = load(bundled_folder() / "tutorials" / "time-wait.md")
    mine = load(path)
    assert list(mine.scenarios) == list(bundled.scenarios)
    assert list(mine.properties) == list(bundled.properties)


def test_what_is_in_a_folder_of_ones_own_comes_first(tmp_path: Path) -> None:
    """And its version is part of the version of what extends it."""
    folder = tmp_path / "tutorials"
    folder.mkdir()
    own = folder / "time-wait.md"
    own.write_text(f"{EXTENDS}| textbook | |\n", encoding="utf-8")
    path = tmp_path / "mine.md"
    path.write_text(f"{EXTENDS}| tutorials/time-wait | |\n", encoding="utf-8")
    textbook = load(bundled_folder() / "textbook.md")
    assert list(load(path).scenarios) == list(textbook.scenarios)
    before = version_of(path)
    own.write_text(f"{EXTENDS}| textbook | really |\n", encoding="utf-8")
    assert version_of(path) != before
