"""Streams that are closed when the command begins."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import MAIN, environment, write_door


def with_closed(stream: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, started with one of its streams closed."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}>&-', "sh", *MAIN, *arguments],
        capture_output=True,
        env=environment(),
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["check", "door.md", "--format", "json"], ["list"], ["--help"]])
def test_results_that_nobody_can_read_are_an_error(tmp_path: Path, arguments: list[str]) -> None:
    path = str(write_door(tmp_path))
    ran = with_closed(1, *(path if argument == "door.md" else argument for argument in arguments))
    assert ran.returncode == 2
    assert ran.stderr == f"lastack: standard output: {os.strerror(errno.EBADF)}\n"


def test_who_writes_a_file_needs_no_standard_output(tmp_path: Path) -> None:
    ran = with_closed(1, "check", str(write_door(tmp_path)), "-o", str(tmp_path / "out"))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith("door")


def test_a_check_needs_no_standard_error(tmp_path: Path) -> None:
    ran = with_closed(2, "check", str(write_door(tmp_path)))
    assert ran.returncode == 0
    assert "all as expected" in ran.stdout
