"""Scenarios in several processes: what is told is the same, and nothing is lost or left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import checker.cli.check
import checker.cli.claims
import checker.cli.workers
from checker.verify.replay import ReplayError
from checker.verify.results import ScenarioResult, check_scenario
from tests.cli.commands import MAIN, Lastack, environment, timeless, write_door
from tests.cli.test_robust import COUNTING
from tests.cli.test_terminal import PLAIN, in_terminal, screen
from tests.document.claims_document import write_claims
from tests.toys import DOCUMENTS

SEVERAL = [DOCUMENTS / "post.md", DOCUMENTS / "echo.md", DOCUMENTS / "timers.md"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_same_bytes_by_one_process_and_by_several(lastack: Lastack, tmp_path: Path, form: str) -> None:
    written = []
    for threads in (1, 2, 5):
        traces = tmp_path / str(threads)
        ran = lastack(
            *("check", *SEVERAL, "--threads", threads, "--max-states", 3_000),
            *("--format", form, "--traces", traces),
        )
        files = {path.name: path.read_bytes() for path in traces.iterdir()}
        out = re.sub(r'"seconds": [\d.]+', "", timeless(ran.out)).replace(str(traces), "")
        written.append((ran.code, re.sub(r"\s+", " ", out), ran.err, files))
    assert written[0] == written[1] == written[2]
    assert written[0][0] == 1
    assert len(written[0][3]) > 4


def test_the_same_verdicts_on_claims(lastack: Lastack, tmp_path: Path) -> None:
    write_claims(tmp_path)
    alone, several = (
        lastack("check", tmp_path, "--threads", n, "--traces", tmp_path / str(n)) for n in (1, 2)
    )
    assert (several.code, timeless(several.out), several.err) == (0, timeless(alone.out), alone.err)
    assert "4 claims; 1 confirmed, 1 refuted" in several.out
    saved = [{p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("1", "2")]
    assert saved[0] == saved[1]
    assert saved[0]


def test_claims_about_a_scenario_whose_process_is_killed(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_claims(tmp_path)
    monkeypatch.setattr(checker.cli.claims, "_answered", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    ran = lastack("check", tmp_path / "claims.md", "--threads", "2")
    assert ran.code == 2
    assert [line.split(": ")[1:3] for line in ran.err.splitlines()] == [["door", "quiet"], ["door", "lossy"]]
    assert "the scenario could not be checked" in ran.out


Check = Callable[..., ScenarioResult]


def other_than_for(name: str, deed: Callable[[], Any]) -> Check:
    """Checks scenarios as ever, but for one."""

    def check(protocol: Any, scenario: Any, *others: Any) -> ScenarioResult:
        if scenario.name == name:
            deed()
        return check_scenario(protocol, scenario, *others)

    return check


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A document with three scenarios, and nothing that is not as expected."""
    path = write_door(tmp_path)
    row = "| quiet again | knock | none | queue | capacity 1 | |\n"
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    return path


def test_a_process_that_is_killed_costs_its_scenario_only(
    lastack: Lastack, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = os.getpid()

    def die() -> None:
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(checker.cli.check, "check_scenario", other_than_for("lossy", die))
    ran = lastack("check", three, "--threads", "2")
    assert ran.code == 2
    assert ran.err == (
        "lastack: lossy: the process that explored it was killed by SIGKILL; if the memory was too "
        "small, --max-states bounds an exploration and --threads 1 does one after the other\n"
    )
    assert [line for line in ran.out.splitlines() if line in ("quiet", "lossy", "quiet again")] == [
        "quiet",
        "quiet again",
    ]
    assert "1 in error" in ran.out


def test_all_processes_that_are_killed(
    lastack: Lastack, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(checker.cli.check, "check_scenario", die)
    ran = lastack("check", three, "--threads", "2")
    assert ran.code == 2
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == ["quiet", "lossy", "quiet again"]
    assert ran.err.count("was killed by SIGTERM") == 3


class _Odd(Exception):
    """An error that cannot be made again from what it holds."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "lastack: out of memory; --max-states bounds an exploration\n"),
        (
            OSError(28, "No space left on device", "some/file"),
            "lastack: some/file: No space left on device\n",
        ),
        (ReplayError("it does not"), "lastack: it does not (this is a fault of lastack, please report it)\n"),
    ],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_is_told_alike_wherever_it_is_raised(
    lastack: Lastack, three: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str, threads: int
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(checker.cli.check, "check_scenario", other_than_for("lossy", fail))
    ran = lastack("check", three, "--threads", threads)
    assert (ran.code, ran.err) == (2, told)
    assert "quiet" in ran.out.splitlines()
    assert "lossy" not in ran.out


@pytest.mark.parametrize("error", [ZeroDivisionError("by none"), _Odd(1, 2)])
def test_a_fault_of_ours_tells_where_it_was_raised(
    lastack: Lastack, three: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def at_fault() -> None:
        raise error

    monkeypatch.setattr(checker.cli.check, "check_scenario", other_than_for("lossy", at_fault))
    with pytest.raises((ZeroDivisionError, RuntimeError)) as raised:
        lastack("check", three, "--threads", "2")
    told = [str(raised.value), *getattr(raised.value, "__notes__", ())]
    assert any("in at_fault" in each for each in told)


def test_a_scenario_without_meaning_in_the_middle(lastack: Lastack, three: Path) -> None:
    """Nobody hears a knock any more, which matters to those who knock aloud."""
    text = three.read_text(encoding="utf-8").replace("`letter.asleep` | asleep", "`letter.asleep` | awake")
    text = text.replace("waiting, awake | letter", "waiting | letter")
    text = text.replace("bounds | expect |\n|---", "bounds | set | expect |\n|---|---")
    for lazy in ("on", "off", "on"):
        text = text.replace("| capacity 1 | ", f"| capacity 1|lazy = {lazy} | ", 1)
    three.write_text(text.replace("woken violated by knock.asleep, holds in quiet", ""), encoding="utf-8")
    alone, several = (lastack("check", three, "--threads", n) for n in (1, 2))
    assert (several.code, timeless(several.out), several.err) == (alone.code, timeless(alone.out), alone.err)
    assert several.code == 2
    assert several.err.startswith("lastack: lossy: ")
    assert several.err.count("\n") == 1
    assert "\nquiet\n" in several.out
    assert "\nquiet again\n" in several.out


@pytest.mark.slow
def test_processes_that_begin_anew(tmp_path: Path) -> None:
    """As where a process cannot be forked: all that they need is written out to them."""
    write_door(tmp_path)
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, checker.cli, checker.cli.workers\n"
        "if __name__ == '__main__':\n"
        "    checker.cli.workers.START = 'spawn'\n"
        "    sys.argv = ['lastack', 'check', 'door.md', '--threads', sys.argv[1]]\n"
        "    checker.cli.main()\n",
        encoding="utf-8",
    )
    runs = [
        subprocess.run(
            [sys.executable, program, threads],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
        )
        for threads in ("1", "2")
    ]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    assert timeless(runs[0].stdout) == timeless(runs[1].stdout)


@pytest.mark.parametrize(
    ("arguments", "processes"), [((), 2), (("-s", "lossy"), 1), (("--engine", "native", "--workdir", "."), 1)]
)
def test_when_there_are_several(
    lastack: Lastack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    processes: int,
) -> None:
    started: list[object] = []
    start = checker.cli.workers.Workers._start

    def counted(workers: checker.cli.workers.Workers) -> object:
        started.append(workers)
        return start(workers)

    monkeypatch.setattr(checker.cli.workers.Workers, "_start", counted)
    monkeypatch.chdir(tmp_path)
    ran = lastack("check", write_door(tmp_path), "--threads", "4", *arguments)
    assert (ran.code, ran.err) == (0, "")
    assert len(started) == (processes if processes > 1 else 0)


def test_which_engine_explores_does_not_depend_on_what_came_before(lastack: Lastack) -> None:
    """With one process, the kernels that an earlier scenario loads are there for the later ones."""

    def engines(*arguments: object) -> list[str]:
        ran = lastack("check", DOCUMENTS / "echo.md", "--max-states", "3000", "--format", "json", *arguments)
        return [scenario["engine"] for scenario in json.loads(ran.out)["scenarios"]]

    assert engines("--threads", "1") == engines("--threads", "2")
    assert set(engines("--threads", "2")) == {"reference", "native"}


# Signals


@pytest.fixture
def exploring(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begins a check of two scenarios without end and waits until both are explored."""
    (tmp_path / "counting.md").write_text(COUNTING, encoding="utf-8")
    write_door(tmp_path)
    begun: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        endless = ("--max-states", "100000000", "--threads", "2", *PLAIN)
        command = [*MAIN, "check", "counting.md", "door.md", *endless]
        running = subprocess.Popen(
            [*command, *arguments],
            cwd=tmp_path, env=environment(), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        begun.append(running)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if [seconds(child) > 0.5 for child in children(running.pid)] == [True, True]:
                break
            time.sleep(0.05)
        return running

    yield begin
    for running in begun:
        running.kill()
        running.wait()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def seconds(pid: int) -> float:
    """The processor time that a process has taken."""
    ticks = map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_end(pids: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while any(map(lives, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(lives, pids))


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="processes are looked at in /proc"
)


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("whom", [os.kill, os.killpg], ids=["the command", "all, as a terminal does"])
def test_an_interruption_keeps_what_was_found(
    exploring: Callable[..., subprocess.Popen[str]], whom: Callable[[int, int], None]
) -> None:
    running = exploring()
    workers = children(running.pid)
    whom(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (3, "")
    # Both had been begun; the next document had not.
    assert out.count("not exhaustive: interrupted") == 2
    assert out.count("✗ violated       few\n") == 2
    assert out.index("for ever") < out.index("afterwards") < out.index("interrupted: what follows")
    assert out.count("interrupted: what follows was not checked\n") == 1
    assert "door" not in out
    assert all_end(workers)


@pytest.mark.slow
@needs_proc
def test_a_second_interruption_ends_everything(exploring: Callable[..., subprocess.Popen[str]]) -> None:
    running = exploring()
    workers = children(running.pid)
    for worker in workers:  # so that the first one cannot be heeded
        os.kill(worker, signal.SIGSTOP)
    os.kill(running.pid, signal.SIGINT)
    time.sleep(0.5)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, err.strip()) == (2, "lastack: interrupted")
    assert "afterwards" not in out
    assert all_end(workers)


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_command(
    exploring: Callable[..., subprocess.Popen[str]], by: signal.Signals
) -> None:
    running = exploring()
    workers = children(running.pid)
    running.send_signal(by)
    assert all_end(workers)


# Progress


@pytest.mark.slow
def test_progress_tells_what_is_done_and_what_is_explored(tmp_path: Path) -> None:
    (tmp_path / "counting.md").write_text(COUNTING, encoding="utf-8")
    write_door(tmp_path)
    check = ("check", "door.md", "counting.md", "--threads", "2", *PLAIN)
    code, out, err = in_terminal(tmp_path, *check, "--time-limit", "2", out=False, err=True)
    assert code == 3
    assert "interrupted" not in out
    told = re.findall(r"\r(\d) of 4 done; at for ever \([\d,]+ states\), afterwards \([\d,]+ states\)", err)
    assert set(told) == {"2"}
    assert max(len(part) for part in err.split("\r")) < 80
    assert screen(err) == [""]
