"""action.yml: its parts fit together, and its scripts do what they say, run as a runner would."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.commands import write_door
from tests.runner import SCRIPTS, Runner, runner
from tests.toys import ROOT

__all__ = ["runner"]

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


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


# place.sh


def test_the_cache_has_a_place_and_a_key(runner: Runner) -> None:
    assert runner.run("place.sh", PYTHON=sys.executable, RUNNER_OS="Linux", RUNNER_ARCH="X64")[0] == 0
    outputs = runner.outputs()
    temporary = runner.variables["RUNNER_TEMP"]
    assert outputs["place"] == f"{temporary}/lastack"
    assert Path(outputs["cache"]).is_dir()
    assert re.fullmatch(r"lastack-Linux-X64-3\.\d+\.\d+-\d+-\d+", outputs["key"])
