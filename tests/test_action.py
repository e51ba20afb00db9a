"""action.yml: its parts fit together, and its scripts do what they say, run as a runner would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.commands import write_door
from tests.test_hooks import committed, git
from tests.toys import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = ROOT / "action"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

DIFF = """#!/bin/sh
# Where a test says what `lastack diff` tells, only its command line counts.
if [ "$1" = diff ] && [ -n "${TOLD+told}" ]; then
  printf '%s|' "$@"
  printf '\\n%s\\n' "$TOLD"
  echo "::add-mask::told ##[error]x" >&2
  for document do :; done
  exit "$(cat "$CODES/$document")"
fi
"""


@dataclass
class Runner:
    """A checkout, and a runner that keeps what steps say of themselves."""

    folder: Path
    checkout: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")

    def run(self, script: str, **variables: str) -> tuple[int, str, str]:
        """(exit code, standard output, standard error) of a step."""
        for name in ("output", "summary"):
            (self.folder / name).write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", str(SCRIPTS / script)],
            cwd=self.checkout,
            env={**os.environ, **self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def outputs(self) -> dict[str, str]:
        """The outputs of the last step, read as the runner reads them."""
        lines = (self.folder / "output").read_text(encoding="utf-8").split("\n")
        found: dict[str, str] = {}
        while lines[0]:
            name, _, end = lines.pop(0).partition("<<")
            until = lines.index(end)
            found[name] = "\n".join(lines[:until])
            del lines[: until + 1]
        return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Its `lastack` is this checkout."""
    program = tmp_path / "lastack"
    program.write_text(
        f'{DIFF}PYTHONPATH="{ROOT}" exec "{sys.executable}" -m checker "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    codes = tmp_path / "codes"
    codes.mkdir()
    variables = {
        "LASTACK": str(program),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "CODES": str(codes),
    }
    return Runner(tmp_path, checkout, variables)


# The parts


def test_every_input_and_output_is_one() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    identified = {step["id"] for step in STEPS if "id" in step}
    used = set(re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", text))
    assert set(re.findall(r"steps\.([\w-]+)\.", text)) == identified
    assert {step for step, _ in used} == identified
    scripts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.sh")}
    for step, output in used - {("python", "python-path")}:
        assert f"output {output}" in scripts[f"{step}.sh"]


def test_every_script_gets_what_it_wants() -> None:
    run = {step["run"]: step.get("env", {}) for step in STEPS if "run" in step}
    called = {re.search(r"action/([\w.]+)\"$", command): env for command, env in run.items()}
    wants = {
        "place.sh": {"PYTHON"},
        "install.sh": {"PYTHON", "PLACE", "XDG_CACHE_HOME"},
        "check.sh": {"LASTACK", "XDG_CACHE_HOME", "DOCUMENTS", "OPTIONS", "JUNIT", "SARIF"},
        "diff.sh": {"LASTACK", "XDG_CACHE_HOME", "DOCUMENTS", "DIFF_OPTIONS", "BASE"},
    }
    assert {match[1]: set(env) for match, env in called.items() if match} == wants
    assert {path.name for path in SCRIPTS.iterdir()} == {*wants, "common.sh"}
    # No expression stands in a command, where what it says would be code.
    assert not any("${{" in command for command in run)


def test_what_is_found_out_is_kept_also_by_a_check_that_fails() -> None:
    """``actions/cache`` alone would keep nothing of a job that fails."""
    restored, saved = (
        next(i for i, step in enumerate(STEPS) if step.get("uses", "").startswith(f"actions/cache/{what}@"))
        for what in ("restore", "save")
    )
    check = next(i for i, step in enumerate(STEPS) if step.get("id") == "check")
    assert restored < check < saved < len(STEPS) - 1
    assert STEPS[restored]["with"].items() >= STEPS[saved]["with"].items()
    assert STEPS[-1]["run"] == 'exit "$CODE"'


# check.sh


@pytest.mark.parametrize(
    ("lossy", "options", "code", "verdict"),
    [
        ("woken violated", "", "0", "all as expected"),
        ("", "", "1", "NOT as expected"),
        ("woken violated", "--max-states=1\n", "3", "not decided"),
        ("woken violetted", "", "2", "an error"),
    ],
)
def test_check_annotates_and_sums_up(
    runner: Runner, lossy: str, options: str, code: str, verdict: str
) -> None:
    write_door(runner.checkout, "", lossy, "a door.md")
    ended, out, err = runner.run("check.sh", DOCUMENTS="\n  a door.md \r\n", OPTIONS=options)
    # The action fails with its last step.
    assert (ended, runner.outputs()) == (0, {"code": code})
    assert out.splitlines()[-1].startswith("lastack: 1 document, ")
    annotated = [line for line in out.splitlines() if line.startswith("::error file=a door.md,line=")]
    assert len(annotated) == {"0": 0, "1": 1, "2": 1, "3": 4}[code]
    assert (err == "") is (code != "2")
    heading, _, text = runner.summary.partition("\n\n")
    assert heading == f"### Lastack: {verdict}"
    # The report for people, as text.
    lines = [line for line in text.splitlines() if line]
    assert lines
    assert all(line.startswith("    ") for line in lines)
    assert ("    a door (a door.md)" in lines) is (code != "2")


def test_check_writes_reports_where_it_is_told(runner: Runner) -> None:
    write_door(runner.checkout)
    runner.run("check.sh", DOCUMENTS="door.md", JUNIT="an out.xml", SARIF="out.sarif")
    assert "<testsuites " in (runner.checkout / "an out.xml").read_text(encoding="utf-8")
    assert '"version": "2.1.0"' in (runner.checkout / "out.sarif").read_text(encoding="utf-8")


def test_a_report_that_is_too_long_for_a_summary(runner: Runner, tmp_path: Path) -> None:
    """It is cut short, and the step still ends well."""
    program = tmp_path / "talks"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        "(report,) = [each[5:] for each in sys.argv if each.startswith('text=')]\n"
        "open(report, 'w').write(('x' * 99 + '\\n') * 20_000)\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    ended, _, err = runner.run("check.sh", DOCUMENTS="door.md", LASTACK=str(program))
    assert (ended, err, runner.outputs()) == (0, "", {"code": "0"})
    assert runner.summary.startswith("### Lastack: all as expected\n\n    xxx")
    assert 400_000 < len(runner.summary) < 1_000_000


def test_check_of_nothing_is_an_error(runner: Runner) -> None:
    """Else it would be of rfc9293, which nobody asked for."""
    ended, out, _ = runner.run("check.sh", DOCUMENTS=" \n")
    assert (ended, runner.outputs()) == (0, {"code": "2"})
    assert out.startswith("::error ")


# diff.sh


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


# place.sh


def test_the_cache_has_a_place_and_a_key(runner: Runner) -> None:
    assert runner.run("place.sh", PYTHON=sys.executable, RUNNER_OS="Linux", RUNNER_ARCH="X64")[0] == 0
    outputs = runner.outputs()
    temporary = runner.variables["RUNNER_TEMP"]
    assert outputs["place"] == f"{temporary}/lastack"
    assert Path(outputs["cache"]).is_dir()
    assert re.fullmatch(r"lastack-Linux-X64-3\.\d+\.\d+-\d+-\d+", outputs["key"])
