"""On a terminal there are colours and a line that tells of progress; in a pipe neither."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import tty
from pathlib import Path

import pytest

from tests.cli.commands import MAIN, environment, timeless, write_door
from tests.cli.test_robust import COUNTING

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
    """What a terminal's lines show in the end: a return goes back to the start of the line."""
    lines = []
    for written in text.split("\n"):
        cells: list[str] = []
        for part in written.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_door(tmp_path)
    (tmp_path / "counting.md").write_text(COUNTING, encoding="utf-8")
    return tmp_path


def test_colours_on_a_terminal_and_the_same_text_as_in_a_pipe(folder: Path) -> None:
    code, coloured, err = in_terminal(folder, "check", "door.md", out=True, err=False)
    assert (code, err) == (0, "")
    _, plain, _ = in_terminal(folder, "check", "door.md", out=False, err=False)
    assert "\x1b" not in plain
    assert COLOUR.sub("", coloured) == plain
    # The name of the document stands out, what is violated is red, what holds green.
    assert re.search(r"\x1b\[1;4mdoor \(door\.md\)\x1b\[0m", coloured)
    assert re.search(r"\x1b\[31m  ✗ violated", coloured)
    assert re.search(r"\x1b\[32m  ✓ holds", coloured)


def test_no_color_is_heeded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain, _ = in_terminal(folder, "check", "door.md", out=False, err=False)
    colourless = {**environment(), "NO_COLOR": "1"}
    monkeypatch.setattr("tests.cli.test_terminal.environment", lambda: colourless)
    _, text, _ = in_terminal(folder, "check", "door.md", out=True, err=False)
    assert "\x1b[3" not in text
    assert COLOUR.sub("", text) == plain


def test_progress_is_shown_and_cleared(folder: Path) -> None:
    code, out, err = in_terminal(
        folder, "check", "counting.md", "-s", "for ever", "--time-limit", "1.2", out=False, err=True
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


def test_no_progress_in_a_pipe(folder: Path) -> None:
    _, _, err = in_terminal(
        folder, "check", "counting.md", "-s", "for ever", "--time-limit", "0.6", out=True, err=False
    )
    assert err == ""


def test_an_error_does_not_stand_behind_what_is_left_of_the_progress(folder: Path) -> None:
    path = folder / "door.md"
    text = path.read_text(encoding="utf-8").replace("`letter.asleep` | asleep", "`letter.asleep` | awake")
    path.write_text(text.replace("waiting, awake | letter", "waiting | letter"), encoding="utf-8")
    code, _, err = in_terminal(folder, "check", "door.md", out=False, err=True)
    assert code == 2
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("| asleep |"))
    said = f"door.md:{line}:3: in asleep at B on letter <WORD=hello>: no row handles it"
    assert screen(err) == [f"lastack: quiet: {said}", f"lastack: lossy: {said}", ""]


def test_one_terminal_for_both(folder: Path) -> None:
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
    _, plain, _ = in_terminal(folder, "check", "door.md", out=False, err=False)
    assert screen(timeless(COLOUR.sub("", seen))) == plain.split("\n")
