"""What action.yml compares with the base of a change: its script, run as a runner would."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.commands import write_door
from tests.runner import Runner, runner
from tests.test_hooks import committed, git
from tests.toys import ROOT

__all__ = ["runner"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


def test_diff_compares_what_has_changed(runner: Runner) -> None:
    folder = runner.checkout / "protocols"
    folder.mkdir()
    for name in ("a door.md", "attic.md", "porch.md"):
        write_door(folder, name=name)
    (folder / "README.md").write_text("# No document\n", encoding="utf-8")
    base = committed(runner.checkout)
    for name in ("a door.md", "porch.md"):
        write_door(folder, "", "woken violated", name)
    (folder / "README.md").write_text("# Still none\n", encoding="utf-8")
    write_door(folder, name="new.md")
    committed(runner.checkout)
    codes = Path(runner.variables["CODES"]) / "protocols"
    codes.mkdir()
    for name, code in (("a door.md", "1"), ("porch.md", "3")):
        (codes / name).write_text(code, encoding="utf-8")
    ended, out, err = runner.run(
        "diff.sh", DOCUMENTS="protocols\ntextbook", BASE=base, DIFF_OPTIONS="--max-states=9\n", TOLD="nothing"
    )
    assert (ended, out) == (0, "")
    # What stands in the log is no command.
    assert [line for line in err.splitlines() if "told" in line] == [": :add-mask::told # #[error]x"] * 2
    comment = "\n".join(
        f"diff|--format|markdown|--max-states=9|--|{base}:protocols/{name}|protocols/{name}|\nnothing\n"
        for name in ("a door.md", "porch.md")
    )
    comment = comment.replace("\ndiff", "\n### `protocols/new.md` is new\n\ndiff", 1)
    assert runner.outputs() == {"comment": f"{comment}\n", "code": "1"}
    assert runner.summary == f"{comment}\n"


@pytest.mark.parametrize(
    ("codes", "worst"), [("00", "0"), ("03", "3"), ("31", "1"), ("13", "1"), ("12", "2"), ("21", "2")]
)
def test_the_worst_code_counts(runner: Runner, codes: str, worst: str) -> None:
    for name in ("a.md", "b.md"):
        write_door(runner.checkout, name=name)
    base = committed(runner.checkout)
    for name, code in zip(("a.md", "b.md"), codes, strict=True):
        write_door(runner.checkout, "", "woken violated", name)
        (Path(runner.variables["CODES"]) / name).write_text(code, encoding="utf-8")
    _, out, _ = runner.run("diff.sh", DOCUMENTS="a.md\nb.md", BASE=base, TOLD="nothing")
    assert runner.outputs()["code"] == worst
    assert out.startswith("::warning ") is (worst == "2")


def test_what_lastack_says_of_a_change(runner: Runner) -> None:
    """By `lastack diff` itself, of a file in a folder, with a name that looks like an option."""
    (runner.checkout / "some where").mkdir()
    path = write_door(runner.checkout / "some where", name="-a door.md")
    base = committed(runner.checkout)
    text = path.read_text(encoding="utf-8")
    knock = "| `letter.asleep` | asleep | letter | | | | awake | |"
    assert knock in text
    path.write_text(text.replace(knock, knock.replace(" awake ", " ")), encoding="utf-8")
    ended, out, err = runner.run("diff.sh", DOCUMENTS="some where", BASE=base)
    assert (ended, out, err) == (0, "", "")
    outputs = runner.outputs()
    assert outputs["code"] == "1"
    lines = outputs["comment"].splitlines()
    assert lines[0] == f"### `{base}:some where/-a door.md` → `some where/-a door.md`"
    assert "| woken | quiet | holds → violated | `letter.asleep` |" in lines
    assert runner.summary.strip() == outputs["comment"].strip()


def test_a_document_that_has_become_wrong(runner: Runner) -> None:
    path = write_door(runner.checkout)
    base = committed(runner.checkout)
    path.write_text(path.read_text(encoding="utf-8").replace("| `lazy` |", "| `lasy` |"), encoding="utf-8")
    ended, out, err = runner.run("diff.sh", DOCUMENTS="door.md", BASE=base)
    assert (ended, runner.outputs()["code"]) == (0, "2")
    assert out.startswith("::warning ")
    assert "door.md:" in err


def test_a_limit_of_the_comparison(runner: Runner) -> None:
    path = write_door(runner.checkout)
    base = committed(runner.checkout)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("| waiting, awake | letter |", "| awake | letter |"), encoding="utf-8")
    runner.run("diff.sh", DOCUMENTS="door.md", BASE=base, DIFF_OPTIONS="--max-states=1")
    assert runner.outputs()["code"] == "3"


def test_nothing_has_changed(runner: Runner) -> None:
    write_door(runner.checkout)
    ended, out, err = runner.run("diff.sh", DOCUMENTS="door.md", BASE=committed(runner.checkout))
    assert (ended, out, err) == (0, "", "")
    assert runner.outputs() == {"comment": "", "code": "0"}


def test_a_comment_is_not_longer_than_one_may_be(runner: Runner) -> None:
    write_door(runner.checkout)
    base = committed(runner.checkout)
    write_door(runner.checkout, "", "woken violated")
    (Path(runner.variables["CODES"]) / "door.md").write_text("0", encoding="utf-8")
    told = "\n".join(["```text", *["é" * 99] * 500, "```"])
    assert runner.run("diff.sh", DOCUMENTS="door.md", BASE=base, TOLD=told)[0] == 0
    comment = runner.outputs()["comment"]
    assert 59_000 < len(comment.encode()) < 62_000
    # What was begun is ended, so that the rest of the page is not swallowed.
    assert comment.endswith("```\n\n(cut short; the rest is in the summary of the job)\n")
    assert told in runner.summary


def test_text_cannot_end_an_output(runner: Runner) -> None:
    write_door(runner.checkout)
    base = committed(runner.checkout)
    write_door(runner.checkout, "", "woken violated")
    (Path(runner.variables["CODES"]) / "door.md").write_text("0", encoding="utf-8")
    told = "end\ncode<<x\n0\nx\nEOF\n"
    runner.run("diff.sh", DOCUMENTS="door.md", BASE=base, TOLD=told)
    assert set(runner.outputs()) == {"comment", "code"}
    assert told in runner.outputs()["comment"]


SIDE = """# Side

| extends | because |
|---|---|
| door | |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| narrow | knock | none | queue | capacity 2 | |
"""


def headings(runner: Runner) -> list[str]:
    return [line for line in runner.outputs()["comment"].splitlines() if line.startswith("### ")]


def test_what_extends_a_document_that_differs_is_compared(runner: Runner) -> None:
    folder = runner.checkout / "protocols"
    folder.mkdir()
    write_door(folder)
    (folder / "side.md").write_text(SIDE, encoding="utf-8")
    base = committed(runner.checkout)
    write_door(folder, "woken holds", "woken violated")
    ended, out, err = runner.run("diff.sh", DOCUMENTS="protocols", BASE=base)
    assert (ended, out, err) == (0, "", "")
    assert headings(runner) == [
        f"### `{base}:protocols/{name}` → `protocols/{name}`" for name in ("door.md", "side.md")
    ]
    assert runner.outputs()["code"] == "0"


@pytest.mark.parametrize("name", ["a\tdoor.md", "a\ndoor.md", 'a "door".md', "a\\ndoor.md", " tür `.md"])
def test_names_of_files_may_have_anything_in_them(runner: Runner, name: str) -> None:
    """A document that differs is compared whatever it is called, also where it was renamed."""
    folder = runner.checkout / "protocols"
    folder.mkdir()
    write_door(folder, name=name)
    write_door(folder, name=f"old {name}")
    with (folder / f"old {name}").open("a", encoding="utf-8") as file:
        file.write("\nThis is another one.\n")
    base = committed(runner.checkout)
    write_door(folder, "", "woken violated", name)
    (folder / f"old {name}").rename(folder / f"then {name}")
    write_door(folder, name=f"new {name}")
    committed(runner.checkout)
    codes = Path(runner.variables["CODES"]) / "protocols"
    codes.mkdir()
    for each in (name, f"then {name}"):
        (codes / each).write_text("0", encoding="utf-8")
    ended, out, _ = runner.run("diff.sh", DOCUMENTS="protocols", BASE=base, TOLD="nothing")
    assert (ended, out) == (0, "")
    comment = runner.outputs()["comment"]
    for before, after in ((name, name), (f"old {name}", f"then {name}")):
        told = f"diff|--format|markdown|--|{base}:protocols/{before}|protocols/{after}|\nnothing\n"
        assert comment.count(told) == 1
    assert comment.count("diff|") == 2
    shown = name.replace("\n", " ").replace("`", "")
    assert headings(runner) == [f"### `protocols/new {shown}` is new"]


def test_the_name_of_a_file_is_no_markdown(runner: Runner) -> None:
    write_door(runner.checkout, name="a\n## door.md")
    base = committed(runner.checkout)
    write_door(runner.checkout, "", "woken violated", "a\n## door.md")
    runner.run("diff.sh", DOCUMENTS=".", BASE=base)
    assert headings(runner) == [f"### `{base}:a ## door.md` → `a ## door.md`"]
    assert runner.outputs()["code"] == "0"


def test_claims_are_not_compared(runner: Runner) -> None:
    text = (ROOT / "spec" / "claims.md").read_text(encoding="utf-8")
    path = runner.checkout / "claims.md"
    path.write_text(text, encoding="utf-8")
    base = committed(runner.checkout)
    path.write_text(f"{text}\nMore.\n", encoding="utf-8")
    assert runner.run("diff.sh", DOCUMENTS="claims.md", BASE=base) == (0, "", "")
    assert runner.outputs() == {"comment": "", "code": "0"}


def test_documents_that_are_gone_or_renamed(runner: Runner) -> None:
    folder = runner.checkout / "protocols"
    folder.mkdir()
    for name in ("door.md", "attic.md", "porch.md", "cellar.md"):
        write_door(folder, name=name)
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(f"\nThis is the {name}.\n")
    (folder / "README.md").write_text("# No document\n", encoding="utf-8")
    base = committed(runner.checkout)
    for name in ("README.md", "attic.md", "cellar.md"):
        (folder / name).unlink()
    (folder / "door.md").rename(folder / "a gate.md")
    text = (folder / "a gate.md").read_text(encoding="utf-8")
    (folder / "a gate.md").write_text(text.replace("has knocked", "knocks"), encoding="utf-8")
    committed(runner.checkout)
    runner.run("diff.sh", DOCUMENTS="protocols\nprotocols/cellar.md", BASE=base)
    assert headings(runner) == [
        f"### `{base}:protocols/door.md` → `protocols/a gate.md`",
        "### `protocols/attic.md` is gone",
        "### `protocols/cellar.md` is gone",
    ]
    assert runner.outputs()["code"] == "0"


def test_the_base_may_be_a_branch_that_was_not_checked_out(runner: Runner, tmp_path: Path) -> None:
    """As in the checkout of a pull request, which has one commit and no other branch."""
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    write_door(upstream)
    base = committed(upstream)
    git(upstream, "branch", "stable")
    write_door(upstream, "woken holds", "woken violated")
    committed(upstream)
    git(upstream, "clone", "--quiet", "--depth=1", upstream.as_uri(), str(runner.checkout))
    ended, out, err = runner.run("diff.sh", DOCUMENTS="door.md", BASE="stable")
    assert (ended, out, err) == (0, "", "")
    assert headings(runner) == [f"### `{base}:door.md` → `door.md`"]


@pytest.mark.parametrize("base", ["nonsense", "--upload-pack=touch stolen;git-upload-pack", "-h"])
def test_a_base_that_is_not_there(runner: Runner, base: str) -> None:
    """Then nothing was compared, which must not look like nothing having changed."""
    write_door(runner.checkout)
    committed(runner.checkout)
    git(runner.checkout, "remote", "add", "origin", str(runner.checkout))
    ended, out, err = runner.run("diff.sh", DOCUMENTS="door.md", BASE=base)
    assert (ended, runner.outputs()) == (0, {"comment": "", "code": "2"})
    assert out.startswith("::warning ")
    assert err.splitlines()[-1] == f"there is no revision {base} here, nor at origin"
    assert not (runner.checkout / "stolen").exists()


def test_a_document_that_is_not_there(runner: Runner) -> None:
    """The others are compared all the same."""
    write_door(runner.checkout)
    base = committed(runner.checkout)
    write_door(runner.checkout, "woken holds", "woken violated")
    _, out, err = runner.run("diff.sh", DOCUMENTS="nowhere.md\ndoor.md", BASE=base)
    assert headings(runner) == [f"### `{base}:door.md` → `door.md`"]
    assert runner.outputs()["code"] == "2"
    assert out.startswith("::warning ")
    assert "nowhere.md: no such file" in err
