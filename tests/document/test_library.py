"""Documents that extend others are read quickly, and never from memory when they have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document import markdown
from checker.document.library import bundled_folder, load
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
