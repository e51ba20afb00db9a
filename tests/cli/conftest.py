"""Runs the command within this process, as a whole: from the arguments to the exit code."""

from __future__ import annotations

import sys

import pytest

import checker.cli
from tests.cli.commands import Lastack, Ran


class _Left(BaseException):
    """Stands in for the end of the process; no handler of the command catches it."""

    def __init__(self, code: int) -> None:
        self.code = code


def _leave(code: int) -> None:
    raise _Left(code)


@pytest.fixture
def lastack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lastack:
    """``lastack("check", "door.md")`` gives the exit code, the output and the errors."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["lastack", *map(str, arguments)])
        monkeypatch.setattr(checker.cli, "_leave", _leave)
        capsys.readouterr()
        with pytest.raises(_Left) as left:
            checker.cli.main()
        out, err = capsys.readouterr()
        return Ran(left.value.code, out, err)

    return run
