"""On a terminal there are colours and a line that tells of progress; in a pipe neither."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import subprocess
import termios
import tty
from pathlib import Path

import pytest

from checker.cli.terminal import CLEAR_TO_END
from tests.cli.commands import MAIN, environment, timeless, write_door
from tests.cli.test_robust import COUNTING

PLAIN = ("--engine", "reference")
"""Nothing is to be compiled before anything is shown."""

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_all(handle: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(handle, 65536)
        except OSError:  # Linux says so when the other side of a terminal is closed
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode("utf-8")


def in_terminal(folder: Path, *arguments: str, out: bool, err: bool) -> tuple[int, str, str]:
    """(exit code, output, errors) of a run whose streams are terminals or pipes."""
    pairs = [pty.openpty() if terminal else os.pipe() for terminal in (out, err)]
    if out:
        tty.setraw(pairs[0][1])  # no translation of line ends
    if err:
        tty.setraw(pairs[1][1])
    writers = [pair[1] for pair in pairs]
    running = subprocess.Popen(
        [*MAIN, *arguments], cwd=folder, env=environment(), stdout=writers[0], stderr=writers[1]
    )
    for writer in writers:
        os.close(writer)
    # Neither stream is large enough here to fill its buffer while the other one is read.
    texts = [read_all(pair[0]) for pair in pairs]
    for pair in pairs:
        os.close(pair[0])
    return running.wait(timeout=30), timeless(texts[0]), texts[1]


def screen(text: str) -> list[str]:
    """What a terminal's lines show in the end: a return goes back to the start of the line, and
    what clears the rest of it is written behind the text."""
    lines = []
    for written in text.split("\n"):
        cells: list[str] = []
        for part in written.split("\r"):
            before, clear, after = part.partition(CLEAR_TO_END)
            cells[: len(before)] = before
            if clear:
                cells = [*before, *after]
        lines.append("".join(cells).rstrip())
    return lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_door(tmp_path)
    (tmp_path / "counting.md").write_text(COUNTING, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a check of the door says in pipes."""
    folder = tmp_path_factory.mktemp("plain")
    write_door(folder)
    return in_terminal(folder, "check", "door.md", out=False, err=False)[1]


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What it says on a terminal."""
    folder = tmp_path_factory.mktemp("coloured")
    write_door(folder)
    code, out, err = in_terminal(folder, "check", "door.md", out=True, err=False)
    assert (code, err) == (0, "")
    return out


def test_colours_on_a_terminal_and_the_same_text_as_in_a_pipe(plain: str, coloured: str) -> None:
    assert "\x1b" not in plain
    assert COLOUR.sub("", coloured) == plain
    # The name of the document stands out, what holds is green, a known weakness yellow.
    assert re.search(r"\x1b\[1;4mdoor \(door\.md\)\x1b\[0m", coloured)
    assert re.search(r"\x1b\[33m  ✗ violated", coloured)
    assert re.search(r"\x1b\[32m  ✓ holds", coloured)


RED = re.compile(r"\x1b\[(\d+;)*31m([^\x1b]*)")


@pytest.mark.slow
def test_red_is_for_what_is_not_as_expected(folder: Path, coloured: str) -> None:
    assert RED.findall(coloured) == []
    write_door(folder, "", "")
    code, wrong, _ = in_terminal(folder, "check", "door.md", out=True, err=False)
    assert code == 1
    assert [text.strip() for _, text in RED.findall(wrong)] == [
        "✗ violated",
        "woken",
        "NOT AS EXPECTED (expected to hold); at A after 2 steps",
        "NOT as expected:",
        "lossy: woken: violated; expected to hold",
        "door: 2 scenarios, 4 verdicts, 1 NOT as expected; 7 states, 0 s",
    ]


@pytest.mark.slow
def test_lint_tells_what_it_is_at(folder: Path) -> None:
    code, _, err = in_terminal(folder, "lint", "door.md", out=False, err=True)
    assert code == 1  # rules of the door never fire
    assert ["door: quiet" in err, "door: lossy" in err] == [True, True]
    assert screen(err) == ["lastack: 2 problems", ""]
    assert in_terminal(folder, "lint", "door.md", out=False, err=False)[2] == "lastack: 2 problems\n"


@pytest.mark.slow
def test_no_color_is_heeded(folder: Path, plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    colourless = {**environment(), "NO_COLOR": "1"}
    monkeypatch.setattr("tests.cli.test_terminal.environment", lambda: colourless)
    _, text, _ = in_terminal(folder, "check", "door.md", out=True, err=False)
    assert "\x1b[3" not in text
    assert COLOUR.sub("", text) == plain


def test_progress_is_shown_and_cleared(folder: Path) -> None:
    code, out, err = in_terminal(
        folder,
        *("check", "counting.md", "-s", "for ever", *PLAIN, "--time-limit", "1.2"),
        out=False,
        err=True,
    )
    assert code == 3
    assert "counting: for ever (1 of 1)" in err
    reports = re.findall(r"\rfor ever: ([\d,]+) states, [\d,]+/s, frontier [\d,]+, depth \d+, [\d,]+ MB", err)
    counts = [int(report.replace(",", "")) for report in reports]
    assert len(counts) >= 3
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    assert max(len(part) for part in err.split("\r")) < 80
    assert screen(err) == [""]
    assert "frontier" not in out


def test_nothing_is_left_of_the_progress_after_an_interruption(folder: Path) -> None:
    """Ctrl-C is typed on the same terminal, which shows it as ^C behind the progress."""
    reader, writer = pty.openpty()
    running = subprocess.Popen(
        [*MAIN, "check", "counting.md", "--max-states", "100000000", "--threads", "1", *PLAIN],
        cwd=folder, env=environment(), stdin=writer, stdout=subprocess.PIPE, stderr=writer,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(writer, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(writer)
    seen = ""
    while "frontier" not in seen:
        seen += os.read(reader, 65536).decode("utf-8")
    os.write(reader, b"\x03")
    seen += read_all(reader)
    os.close(reader)
    out, _ = running.communicate(timeout=30)
    assert running.returncode == 3
    assert b"interrupted: what follows was not checked" in out
    assert "^C" in seen
    assert "\n" not in seen
    assert max(len(part) for part in seen.replace(CLEAR_TO_END, "").split("\r")) < 80
    assert screen(seen) == [""]


@pytest.mark.slow
def test_no_progress_on_a_terminal_that_cannot_clear_a_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple = {**environment(), "TERM": "dumb"}
    monkeypatch.setattr("tests.cli.test_terminal.environment", lambda: simple)
    assert in_terminal(folder, "check", "door.md", out=False, err=True)[2] == ""


@pytest.mark.slow
def test_complaints_are_wrapped_on_a_terminal_and_whole_in_a_pipe(folder: Path) -> None:
    arguments = ("check", "door.md", "-s", "a scenario that nobody has heard of, whatever it may be")
    code, _, whole = in_terminal(folder, *arguments, out=False, err=False)
    assert code == 2
    assert whole.count("\n") == 1
    assert len(whole) > 80
    _, _, wrapped = in_terminal(folder, *arguments, out=False, err=True)
    first, *rest = wrapped.splitlines()
    assert max(map(len, wrapped.splitlines())) <= 80
    assert all(line.startswith("  ") for line in rest)
    assert " ".join([first, *(line.strip() for line in rest)]) == whole.rstrip()


@pytest.mark.slow
def test_no_progress_in_a_pipe(folder: Path) -> None:
    _, _, err = in_terminal(
        folder, "check", "counting.md", *PLAIN, "--time-limit", "0.3", out=True, err=False
    )
    assert err == ""


def test_an_error_does_not_stand_behind_what_is_left_of_the_progress(folder: Path) -> None:
    path = folder / "door.md"
    text = path.read_text(encoding="utf-8").replace("`letter.asleep` | asleep", "`letter.asleep` | awake")
    path.write_text(text.replace("waiting, awake | letter", "waiting | letter"), encoding="utf-8")
    code, _, err = in_terminal(folder, "check", "door.md", out=False, err=True)
    assert code == 2
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("| asleep |"))
    said = [f"door.md:{line}:3: in asleep at B on letter <WORD=hello>: no row", "  handles it"]
    assert screen(err) == [f"lastack: quiet: {said[0]}", said[1], f"lastack: lossy: {said[0]}", said[1], ""]


@pytest.mark.slow
def test_one_terminal_for_both(folder: Path, plain: str) -> None:
    """What a person sees: the text, with no trace of the progress that was shown between."""
    reader, writer = pty.openpty()
    tty.setraw(writer)
    running = subprocess.Popen(
        [*MAIN, "check", "door.md"], cwd=folder, env=environment(), stdout=writer, stderr=writer
    )
    os.close(writer)
    seen = read_all(reader)
    os.close(reader)
    assert running.wait(timeout=30) == 0
    assert screen(timeless(COLOUR.sub("", seen))) == plain.split("\n")
