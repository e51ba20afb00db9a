"""A runner of GitHub's for the scripts of action.yml, which keeps what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.toys import ROOT

SCRIPTS = ROOT / "action"

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
