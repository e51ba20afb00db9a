"""What is built is what is used: the wheel, the source archive, an installed command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own; what it needs comes from the running Python."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return folder


def run(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(installed, cwd, "-m", "checker", *arguments)


def python(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_wheel_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    where = "from checker.document.library import find; print(*find('textbook'))"
    found = python(installed, tmp_path, "-c", where)
    assert found.stdout == f"{installed}/checker/spec/textbook.md\n", found.stderr
    checked = run(installed, tmp_path, "check", "textbook", "--format", "json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["document"] == "textbook"


@pytest.mark.slow
def test_the_wheel_has_every_document(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    documents = {f"checker/spec/{p.relative_to(ROOT / 'spec')}" for p in (ROOT / "spec").glob("**/*.md")}
    assert len(documents) > 5
    assert documents <= names
    assert "checker/document/cell.lark" in names
    parts = {path.name for path in (ROOT / "checker/show/page").iterdir() if path.is_file()}
    assert len(parts) > 10
    assert {f"checker/show/page/{part}" for part in parts} <= names


@pytest.mark.slow
def test_the_source_archive_has_what_tests_need(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = {name.split("/", 1)[-1] for name in files.getnames()}
    needed = ("spec/rfc9293.md", "tests/oracle.py", "docs/language.md", "README.md", "pyproject.toml")
    needed += ("action.yml", "action/check.sh", ".pre-commit-hooks.yaml", "tests/schemas/junit-10.xsd")
    needed += ("diagrams/last-ack.json",)
    assert set(needed) <= names


@pytest.mark.slow
def test_the_installed_backend_is_known_to_networkx(installed: Path, tmp_path: Path) -> None:
    """The entry points come with the wheel, so that networkx finds the backend."""
    entries = (next(installed.glob("lastack-*.dist-info")) / "entry_points.txt").read_text()
    assert "[networkx.backends]" in entries
    assert "lastack = checker.explore.backend:dispatcher" in entries
    assert "lastack = checker.__main__:main" in entries
