"""The pull request that docs/ci.md goes through: what it shows is what really comes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.document.test_revisions import git
from tests.runner import Runner, runner
from tests.toys import ROOT

__all__ = ["runner"]

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8").partition("## A worked pull request")[2]


def shown(language: str, number: int = 0) -> str:
    """A block of the page, by the language that it says it is in."""
    found: list[str] = re.findall(rf"^~~~{language}\n(.*?)^~~~$", PAGE, re.MULTILINE | re.DOTALL)
    return found[number]


@pytest.fixture
def changed(runner: Runner) -> Runner:
    """A checkout with the patch of the page applied, as it says that it is done."""
    folder = runner.checkout / "protocols"
    folder.mkdir()
    text = (ROOT / "spec" / "textbook.md").read_text(encoding="utf-8")
    (folder / "textbook.md").write_text(text, encoding="utf-8")
    git(runner.checkout, "init", "--quiet", "--initial-branch", "main")
    git(runner.checkout, "add", "--all")
    git(runner.checkout, "commit", "--quiet", "--message", "all")
    before, after = (
        next(line[1:] for line in shown("diff").splitlines() if line.startswith(sign)) for sign in "-+"
    )
    assert text.count(f"{before}\n") == 1
    (folder / "textbook.md").write_text(text.replace(before, after), encoding="utf-8")
    return runner


def test_the_comment(changed: Runner) -> None:
    ended, out, err = changed.run("diff.sh", DOCUMENTS="protocols", BASE="main")
    assert (ended, out, err) == (0, "", "")
    outputs = changed.outputs()
    assert outputs["code"] == "1"
    assert outputs["comment"].strip() == shown("markdown").strip()


def test_the_annotations(changed: Runner) -> None:
    """The page shows the message of the one on the row, a line each."""
    ended, out, _ = changed.run("check.sh", DOCUMENTS="protocols", OPTIONS="")
    assert (ended, changed.outputs()["code"]) == (0, "1")
    row = (Path(changed.checkout) / "protocols" / "textbook.md").read_text(encoding="utf-8")
    line = 1 + row[: row.index("| `fin.wait` ")].count("\n")
    (found,) = [each for each in out.splitlines() if f"textbook.md,line={line}," in each]
    message = found.partition("::")[2].partition("::")[2]
    assert message.replace("%0A", "\n") == shown("text").strip("\n")
    assert out.splitlines()[-1] == shown("text", 1).strip("\n")
