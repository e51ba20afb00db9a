"""`--engine` and `--threads`, and when the kernels are loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Lastack, environment, timeless
from tests.toys import DOCUMENTS


def results(lastack: Lastack, *arguments: str) -> tuple[set[str], list[Any]]:
    """The engines of all scenarios, and all else but the time."""
    value = json.loads(lastack("check", str(DOCUMENTS / "post.md"), *arguments, "--format", "json").out)
    engines = {scenario.pop("engine") for scenario in value["scenarios"]}
    assert all(scenario.pop("seconds") >= 0 for scenario in value["scenarios"])
    return engines, value


def test_both_engines_say_the_same(lastack: Lastack) -> None:
    engine, reference = results(lastack, "--engine", "reference")
    assert engine == {"reference"}
    assert results(lastack, "--engine", "native") == ({"native"}, reference)
    assert results(lastack, "--engine", "native", "--threads", "2") == ({"native"}, reference)


def test_a_native_engine_that_is_missing_is_told(lastack: Lastack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cli.check.is_installed", lambda: False)
    ran = lastack("check", str(DOCUMENTS / "post.md"), "--engine", "native")
    assert (ran.code, "needs numba" in ran.err) == (2, True)


def loaded(*arguments: str) -> str:
    """The exit code of ``lastack`` with these arguments, and which compiled code it loads."""
    program = (
        f"import sys\nsys.argv = ['lastack', *{arguments!r}]\nimport checker.cli\n"
        "checker.cli._leave = lambda code: print(code, *sorted({'numba', 'scipy.sparse'} & {*sys.modules}))\n"
        "checker.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_a_small_check_loads_no_compiled_code() -> None:
    check = ("check", str(DOCUMENTS / "post.md"), "--threads", "1")
    assert loaded(*check) == "1"
    assert loaded(*check, "--engine", "native") == "1 numba"


def test_states_in_files(lastack: Lastack, tmp_path: Path) -> None:
    check = (
        "check",
        str(DOCUMENTS / "post.md"),
        "-s",
        "full, any loss",
        "--engine",
        "native",
        "--workdir",
        str(tmp_path),
    )
    begun = lastack(*check, "--max-states", "3", "--resume")
    assert "1 cut short" in begun.out
    assert f"--resume: {tmp_path} has nothing to go on with" in begun.err
    whole = lastack(*check, "--resume")
    assert not whole.err
    assert timeless(whole.out) == timeless(lastack(*check).out)
    assert timeless(whole.out) == timeless(lastack(*check[:6]).out)
    (found,) = tmp_path.glob("*/checkpoint")
    found.write_bytes(found.read_bytes()[:-1])
    damaged = lastack(*check, "--resume")
    assert damaged.code == 2
    assert "the checkpoint is damaged; begin without --resume" in damaged.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--resume",), "--resume: expected the --workdir"),
        (("--threads", "65"), "65 is not in the range 1<=x<=64"),
        (("--engine", "reference", "--workdir", "."), "keeps everything in memory"),
    ],
)
def test_options_that_make_no_sense(lastack: Lastack, arguments: tuple[str, ...], told: str) -> None:
    ran = lastack("check", str(DOCUMENTS / "post.md"), *arguments)
    assert (ran.code, told in ran.err) == (2, True)
