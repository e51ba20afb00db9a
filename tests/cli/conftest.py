"""Runs the command within this process, as a whole: from the arguments to the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import checker.cli
import checker.cli.jobs
from tests.cli.commands import Lastack, Ran, write_door


class _Left(BaseException):
    """Stands in for the end of the process; no handler of the command catches it."""

    def __init__(self, code: int) -> None:
        self.code = code


def _leave(code: int) -> None:
    raise _Left(code)


@pytest.fixture
def lastack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lastack:
    """``lastack("check", "door.md")`` gives the exit code, the output and the errors.

    It does one exploration after the other unless it is told ``--threads``: to fork a process as
    large as that of the tests takes many times as long as to explore a small document.
    """
    monkeypatch.setattr(checker.cli.jobs, "processors", lambda: 1)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["lastack", *map(str, arguments)])
        monkeypatch.setattr(checker.cli, "_leave", _leave)
        capsys.readouterr()
        with pytest.raises(_Left) as left:
            checker.cli.main()
        out, err = capsys.readouterr()
        return Ran(left.value.code, out, err)

    return run


@pytest.fixture
def door(tmp_path: Path) -> Path:
    return write_door(tmp_path)


@pytest.fixture
def trace(lastack: Lastack, door: Path) -> Path:
    """The run on which the knock is lost."""
    folder = door.parent / "runs"
    folder.mkdir()
    assert lastack("check", door, "--traces", folder).code == 0
    return folder / "door--lossy--woken.json"
