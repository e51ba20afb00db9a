"""What `lastack prove` asks the solver."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from checker.cli.solver import Asking
from checker.explore.limits import Limits
from tests.toys import ROOT, tcp, toy

LIMITS = partial(Limits, 100_000, 60)


def test_questions_about_a_document_are_answered_and_written(tmp_path: Path) -> None:
    asking = Asking(toy("echo"), tmp_path)
    lines = [line.plain for line in asking.document()]
    assert "Any initial sequence numbers" in lines
    assert (asking.failed, asking.undecided) == (False, False)
    assert (tmp_path / "echo").is_dir()
    assert all(path.suffix == ".smt2" for path in (tmp_path / "echo").iterdir())


def test_mistakes_in_a_table_are_failures() -> None:
    asking = Asking(toy("holes"))
    asking.document()
    assert (asking.failed, asking.undecided) == (True, False)


@pytest.mark.slow
def test_questions_about_numbers_are_answered_and_written(tmp_path: Path) -> None:
    asking = Asking(tcp(), tmp_path)
    lines = [line.plain for line in asking.numbers(tcp().scenarios["reset from elsewhere"], LIMITS)]
    assert asking.failed
    assert any("second.reset if ISN of A = 2^32 - 1" in line for line in lines)
    assert len(list((tmp_path / "rfc9293").iterdir())) == 4


def test_numbers_that_cannot_be_asked_about_are_undecided() -> None:
    asking = Asking(toy("holes"))
    lines = [line.plain for line in asking.numbers(toy("holes").scenarios["any"], LIMITS)]
    assert lines[1].startswith("  not looked at: `last` is set by the scenario")
    assert (asking.failed, asking.undecided) == (False, True)


def test_the_solver_is_loaded_only_when_it_is_asked() -> None:
    script = "import sys, checker.cli.solver; print('z3' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "False\n"
