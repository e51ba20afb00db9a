"""docs/time.md: what it shows is what is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.commands import Lastack
from tests.toys import ROOT

TEXT = (ROOT / "docs" / "time.md").read_text(encoding="utf-8")


def test_the_example_is_what_is_printed(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = re.search(r"```console\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    commands = [line for line in found.group(1).replace("\\\n", " ").split("$ lastack ") if line]
    ran = [lastack(*shlex.split(command)) for command in commands]
    assert [each.code for each in ran] == [0, 0]
    (shown,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert shown in ran[1].out


def test_its_formulas_are_those_that_are_tested_by_hand() -> None:
    """``test_limits`` has the numbers for these."""
    assert re.findall(r"^> T ≤ (.+)$", TEXT, re.MULTILINE) == ["RTO + MSL", "2 MSL"]
