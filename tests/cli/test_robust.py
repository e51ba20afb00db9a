"""What can go wrong around a run: it ends in one clear line, and nothing is lost."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import checker.cli.check
import checker.cli.output
import checker.cli.terminal
from tests.cli.commands import MAIN, Lastack, environment, timeless, write_door
from tests.toys import DOCUMENTS

COUNTING = """# Two counters

| state | meaning |
|---|---|
| here | |

| variable | kind | lives | initial |
|---|---|---|---|
| `steps` | count | host | 0 |

| event | kind | fair |
|---|---|---|
| step | own | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `step.on` | here | step | | `steps := steps + 1` | | | |

| property | kind | when | claim |
|---|---|---|---|
| few | invariant | | `steps =< 1` |
| ends | never stuck | | `steps = 0` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| for ever | none | none | queue | capacity 1 | few violated |
| afterwards | none | none | queue | capacity 1 | few violated |
"""


# Pipes and signals


def test_who_reads_only_the_first_line_sees_no_traceback() -> None:
    command = [*MAIN, "check", *["textbook"] * 12]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = running.stdout.readline()
        running.stdout.close()
        err = running.stderr.read()
    assert first.startswith("textbook (")
    assert err == ""
    # Neither "as expected" nor "not as expected": nobody knows.
    assert running.returncode == 2


def interrupted(folder: Path, *arguments: str, engine: str = "reference") -> tuple[int, str, str]:
    """Runs a check of a document without end, interrupts it once it explores, and waits."""
    (folder / "counting.md").write_text(COUNTING, encoding="utf-8")
    (folder / "door.md").write_text("not read before the end", encoding="utf-8")
    write_door(folder)
    endless = ("--max-states", "100000000", "--threads", "1", "--engine", engine)
    command = [*MAIN, "check", "counting.md", "door.md", *endless, *arguments]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True, cwd=folder
    )
    try:
        _wait_until_it_explores(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    finally:
        running.kill()
    return running.returncode, out, err


def _wait_until_it_explores(pid: int) -> None:
    """Until the process catches SIGINT by its own handler and has worked for a moment."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(3)
        return
    handlers = 0
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        line = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        handlers = int(line.split()[1], 16)
        seconds = float(sum(map(int, Path(f"/proc/{pid}/stat").read_text().split()[13:15])))
        if handlers and seconds / os.sysconf("SC_CLK_TCK") > 1.5:
            return
        time.sleep(0.05)


def test_an_interrupted_exploration_tells_what_it_found(tmp_path: Path) -> None:
    code, out, err = interrupted(tmp_path)
    assert code == 3
    assert err == ""
    assert "not exhaustive: interrupted" in out
    # What is certain is told, the rest left open; nothing after it is begun.
    assert "✗ violated       few\n" in out
    assert "? unknown        ends\n" in out
    assert "interrupted: what follows was not checked\n" in out
    assert "afterwards" not in out
    assert "door" not in out
    assert out.splitlines()[-2] == "counting: 1 of 2 scenarios (1 cut short), 2 verdicts, 1 not decided;"


@pytest.mark.slow
def test_an_interrupted_native_exploration_tells_what_it_found(lastack: Lastack, tmp_path: Path) -> None:
    assert lastack("check", "textbook", "--engine", "native").code == 0  # compiles the kernels
    code, out, err = interrupted(tmp_path, engine="native")
    assert (code, err) == (3, "")
    assert "not exhaustive: interrupted" in out
    assert "? unknown        ends\n" in out


@pytest.mark.slow
def test_an_interrupted_check_still_writes_its_file(tmp_path: Path) -> None:
    code, out, err = interrupted(tmp_path, "-o", "out.txt")
    assert (code, out, err) == (3, "", "")
    assert "not exhaustive: interrupted" in (tmp_path / "out.txt").read_text(encoding="utf-8")


# Disks


class _Full(io.StringIO):
    """A file on a disk that has no room left."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fdopen(handle: int, *arguments: Any, **named: Any) -> _Full:
        os.close(handle)
        return _Full()

    monkeypatch.setattr(os, "fdopen", fdopen)


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_leaves_the_old_file_as_it_was(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_door(tmp_path)
    (tmp_path / "out").write_text("old", encoding="utf-8")
    ran = lastack("check", "door.md", "--format", form, "-o", "out")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"lastack: out: {os.strerror(errno.ENOSPC)}\n"
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["door.md", "out"]


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_does_not_cost_the_document_that_is_aligned(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    before = path.read_bytes()
    ran = lastack("fmt", path)
    assert ran.code == 2
    assert ran.err == f"lastack: {path}: {os.strerror(errno.ENOSPC)}\n"
    assert path.read_bytes() == before


def test_what_is_no_file_is_written_to_and_not_replaced(lastack: Lastack, tmp_path: Path) -> None:
    """A pipe with a name stands for /dev/stdout and its like, which must not come to harm."""
    path = write_door(tmp_path)
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for name in (pipe, link):
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        ran = lastack("check", path, "-o", name)
        read = os.read(reader, 65536).decode("utf-8")
        os.close(reader)
        assert (ran.code, ran.out) == (0, "")
        assert read.startswith("door")
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_a_linked_document_is_aligned_where_it_is(lastack: Lastack, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = write_door(tmp_path / "real")
    before = path.read_text(encoding="utf-8")
    (tmp_path / "link.md").symlink_to(path)
    assert lastack("fmt", tmp_path / "link.md").code == 0
    assert (tmp_path / "link.md").is_symlink()
    assert path.read_text(encoding="utf-8") != before


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes as somebody with no rights, for root may write everywhere."""

    def as_nobody(function: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: Any, **named: Any) -> None:
            before = os.geteuid()
            if before == 0:
                os.seteuid(65534)
            try:
                function(*arguments, **named)
            finally:
                os.seteuid(before)

        return run

    writing = [(checker.cli.output, "write_atomically"), (checker.cli.output, "require_writable")]
    for module, name in [*writing, (checker.cli.check, "require_writable")]:
        monkeypatch.setattr(module, name, as_nobody(getattr(checker.cli.terminal, name)))


@pytest.fixture
def unexplored(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exploration may take an hour; what can be known before it must not wait for it."""

    def explored(*_: object) -> None:
        raise AssertionError("something was explored")

    monkeypatch.setattr(checker.cli.check, "check_scenario", explored)


@pytest.mark.usefixtures("nobody", "unexplored")
@pytest.mark.parametrize(("option", "name"), [("-o", "out.txt"), ("--traces", "traces")])
def test_a_folder_that_cannot_be_written_to_is_told_by_the_file_asked_for(
    lastack: Lastack, monkeypatch: pytest.MonkeyPatch, option: str, name: str
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_door(folder)
        (folder / "traces").mkdir()
        (folder / "traces").chmod(0o555)
        folder.chmod(0o555)
        monkeypatch.chdir(folder)
        ran = lastack("check", "door.md", option, name)
        monkeypatch.undo()
        folder.chmod(0o755)
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"lastack: {name}: {os.strerror(errno.EACCES)}\n"
    assert names == ["door.md", "traces"]


@pytest.mark.usefixtures("unexplored")
@pytest.mark.parametrize("option", ["-o", "--traces"])
def test_a_folder_that_is_not_there_and_cannot_be_made(lastack: Lastack, tmp_path: Path, option: str) -> None:
    path = write_door(tmp_path)
    ran = lastack("check", path, option, path / "below")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"lastack: {path}")


# Documents that are none


BROKEN = {
    "latin.md": "# Stra\u00dfe\n".encode("latin-1"),
    "empty.md": b"",
    "binary.md": bytes(range(256)) * 40,
    "nul.md": b"\0" * 1000,
    "prose.md": b"# Only a heading\n\nand a sentence.\n",
    "large.md": b"x" * 4_000_001,
}


@pytest.mark.parametrize("command", ["check", "list", "lint", "fmt --check"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_document_is_said_in_lines_of_its_own(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(BROKEN[name])
    ran = lastack(*command.split(), name)
    if command == "fmt --check" and name in ("empty.md", "nul.md", "prose.md"):
        # Text without tables: nothing to align, and nothing else that fmt would mind.
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        return
    # To lint what stands in a text is a finding; to have no text is not.
    finding = command == "lint" and name not in ("latin.md", "binary.md", "large.md")
    problems = (ran.out if finding else ran.err).splitlines()
    said = ran.err.splitlines()
    assert ran.code == (1 if finding else 2)
    assert said[-1].startswith("lastack: ")
    found = [line for line in problems if line != said[-1]]
    assert found != []
    assert all(line.startswith(f"{name}:1:1: ") for line in found)
    count = int(said[-1].split()[1])
    assert count == len(found)


def test_what_is_wrong_with_a_file_is_said(lastack: Lastack, tmp_path: Path) -> None:
    for name, message in {
        "latin.md": "this file is not UTF-8 text (byte 6)",
        "binary.md": "this file is not UTF-8 text (byte 128)",
        "large.md": "this file is larger than 4,000,000 bytes; it is no document",
    }.items():
        (tmp_path / name).write_bytes(BROKEN[name])
        ran = lastack("check", tmp_path / name)
        assert ran.err.splitlines()[0] == f"{tmp_path / name}:1:1: {message}"


def test_other_texts_in_a_folder_are_left_out(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path)
    other = tmp_path / "CHANGELOG.md"
    other.write_text("# Changes\n\n| version | date |\n|---|---|\n| 1 | today |\n", encoding="utf-8")
    ran = lastack("list", str(tmp_path))
    assert ran.code == 0
    assert ran.out.count("  scenarios") == 1
    assert ran.err == f"lastack: {other} is left out: it has no table of a protocol\n"


def test_a_folder_without_documents(lastack: Lastack, tmp_path: Path) -> None:
    for command in ("check", "list", "lint", "fmt"):
        ran = lastack(command, tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == f"lastack: {tmp_path}: no documents (*.md with known tables) in this folder\n"


def test_a_byte_order_mark_is_no_part_of_a_document(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert lastack("check", path).code == 0


def test_windows_line_ends_do_not_change_what_a_document_says(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for document in ("alternating-bit", "post"):
        text = (DOCUMENTS / f"{document}.md").read_bytes()
        (tmp_path / f"{document}.md").write_bytes(text.replace(b"\n", b"\r\n"))
        said = []
        for folder in (tmp_path, DOCUMENTS):
            monkeypatch.chdir(folder)
            said.append(timeless(lastack("check", f"{document}.md").out))
        assert said[0] == said[1]


# How fast help comes


def test_help_imports_nothing_that_takes_long() -> None:
    heavy = ["numpy", "numba", "networkx", "scipy", "z3", "lark", "markdown_it", "graphviz", "rich"]
    program = (
        "import sys\nsys.argv = ['lastack', '--help']\nimport checker.cli\n"
        f"checker.cli._leave = lambda code: print(code, [m for m in {heavy} if m in sys.modules])\n"
        "checker.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    assert "Usage: lastack" in done.stdout


def test_help_of_every_command(lastack: Lastack) -> None:
    listed = [line.split()[0] for line in lastack("--help").out.partition("Commands:")[2].split("\n") if line]
    commands = [
        "check",
        "prove",
        "list",
        "lint",
        "fmt",
        "replay",
        "verify",
        "time",
        "why",
        "diff",
        "mutate",
        "report",
        "explore",
        "draw",
        "export",
    ]
    assert listed == commands
    for command in listed:
        ran = lastack(command, "-h")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"Usage: lastack {command} ")
        assert max(map(len, ran.out.splitlines())) <= 80
