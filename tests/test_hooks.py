"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit in a repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import write_door
from tests.toys import ROOT

HOOKS = ROOT / ".pre-commit-hooks.yaml"
NAMES = ("lastack-lint", "lastack-fmt", "lastack-check")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]
pytest.importorskip("pre_commit", reason="pre-commit is not installed: pip install -e '.[dev]'")


def git(folder: Path, *arguments: str) -> str:
    """git in ``folder``, whoever runs it."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder: Path) -> str:
    """Makes a repository of ``folder``, with all that is in it; its commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD")


class Project:
    """A repository that uses the hooks of ``hooks``, with ``overrides`` in its configuration."""

    def __init__(self, folder: Path, hooks: Path, overrides: dict[str, str], path: str = "") -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
            "PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"],
        }
        folder.mkdir()
        used = [{"id": name, **overrides} for name in NAMES]
        config = {"repos": [{"repo": str(hooks), "rev": committed(hooks), "hooks": used}]}
        (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        (folder / "README.md").write_text(
            "# Just\n\n| name | means |\n|---|---|\n| a | b |\n", encoding="utf-8"
        )
        committed(folder)

    def run(self, hook: str) -> tuple[int, str]:
        """(exit code, output) of a hook on all files that are staged."""
        git(self.folder, "add", "--all")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", hook, "--color=never", "--all-files"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The hooks run this checkout instead of installing it, which takes minutes."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "lastack"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m checker "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(HOOKS, hooks)
    return Project(tmp_path / "project", hooks, {"language": "system"}, str(programs))


def test_the_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert tuple(hook["id"] for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))) == NAMES


def test_hooks_leave_other_files_alone(project: Project) -> None:
    for hook in NAMES:
        code, out = project.run(hook)
        assert code == 0, out
    assert git(project.folder, "status", "--porcelain") == ""


def test_hooks_find_what_is_wrong_in_documents(project: Project) -> None:
    path = write_door(project.folder, "", "", "a door.md")
    code, out = project.run("lastack-check")
    assert code == 1, out
    assert "- exit code: 1\n" in out
    assert "lossy: woken: violated; expected to hold\n" in out
    # A document of an unaligned table, which the hook aligns: that is a change to be staged.
    code, out = project.run("lastack-fmt")
    assert code == 1, out
    assert "- files were modified by this hook\n" in out
    assert "| state   | meaning           |" in path.read_text(encoding="utf-8")
    assert project.run("lastack-fmt")[0] == 0
    code, out = project.run("lastack-lint")
    assert code == 1, out
    assert "a door.md:25:3: knock.lazily: this rule fires in no scenario" in out
    write_door(project.folder, name="a door.md")
    assert project.run("lastack-check")[0] == 0


@pytest.mark.slow
def test_hooks_install_what_they_need(tmp_path: Path) -> None:
    """As somebody has it who names this repository: into an environment of pre-commit's own."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", HOOKS.name):
        shutil.copy(ROOT / name, hooks)
    for name in ("checker", "spec"):
        shutil.copytree(ROOT / name, hooks / name, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(tmp_path / "project", hooks, {})
    write_door(project.folder, "", "")
    code, out = project.run("lastack-check")
    assert code == 1, out
    assert "lossy: woken: violated; expected to hold\n" in out
    write_door(project.folder)
    assert project.run("lastack-check")[0] == 0
