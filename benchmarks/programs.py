"""The programs that are compared: how each is built, run, and what its run took.

This process must stay small: Linux counts the memory of a process from before it becomes
another program, so no program can be seen to need less than this one has.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HAND = ROOT / "tests" / "exchange" / "models" / "last-ack.pml"
SEARCH_DEPTH = "-m200000"
PAN = ("-O2", "-DSAFETY", "-DNOREDUCE")
TUNED = (*PAN, "-DNOCOMP", "-DNOVSZ", "-DNOFAIR")
"""What makes pan fastest of what leaves the graph as it is."""


@dataclass(frozen=True)
class Case:
    """A scenario at a capacity, and the property that is checked where one must be."""

    document: str
    scenario: str
    capacity: int
    property: str

    def __str__(self) -> str:
        return f"{self.document}, *{self.scenario}*, capacity {self.capacity}"


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds, seconds of processors, bytes of memory at most."""

    wall: float
    cpu: float
    peak: int
    printed: str = ""

    def __add__(self, other: Taken) -> Taken:
        peak = max(self.peak, other.peak)
        return Taken(self.wall + other.wall, self.cpu + other.cpu, peak, other.printed)


@dataclass(frozen=True)
class Run:
    """What an exploration found and took; ``bytes`` is the memory above what there was before."""

    states: int
    transitions: int
    cpu: float
    wall: float
    bytes: int


@dataclass(frozen=True)
class Program:
    """Something that explores; ``once`` if it is too slow to be repeated."""

    name: str
    threads: int
    run: Callable[[], Run]
    once: bool = False


class Failed(Exception):
    """A program did not do what it should."""


def taken(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> Taken:
    """Runs a process to its end, with one of the exit ``codes`` that are fair."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{printed[-2000:]}")
    wall = time.perf_counter() - began
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, printed)


# Lastack


def tree(folder: Path) -> Path:
    """A copy of the program that has never been run: nothing is compiled or kept."""
    for part in ("checker", "spec", "benchmarks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


FRESH = {"LASTACK_NO_CACHE": "1"}
"""What another run found out is not told again: it is the finding out that is measured."""


def lastack(at: Path, *arguments: str, codes: Sequence[int] = (0,)) -> Taken:
    """The program in ``at``, which also keeps there what it compiles."""
    environment = {**os.environ, "PYTHONPATH": str(at), "XDG_CACHE_HOME": str(at / "cache"), **FRESH}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return taken([sys.executable, *arguments], at, environment, codes)


def offered(at: Path) -> tuple[list[str], bool]:
    """The engines of ``lastack check``, and whether it can be told the number of threads."""
    found = json.loads(lastack(at, "benchmarks/explore.py").printed)
    return found["engines"], found["threads"]


def engine(at: Path, name: str, threads: int, case: Case, wide: bool = False) -> Program:
    """An exploration by an engine; ``wide`` is: with two words for each state, as larger
    scenarios than those of the benchmark need."""
    arguments = [name, str(threads), case.document, case.scenario, str(case.capacity)]
    if wide:
        arguments.append("wide")

    def run() -> Run:
        return Run(**json.loads(lastack(at, "benchmarks/explore.py", *arguments).printed))

    title = f"lastack, {name}, two words" if wide else f"lastack, {name}"
    return Program(title, threads, run, once=name == "reference")


def check(at: Path, name: str, case: Case, *options: str) -> Taken:
    """``lastack check`` of a scenario as a user runs it; at another capacity than its own not
    everything need be as it expects, which is the exit code 1."""
    scenario = ("-s", case.scenario, "--capacity", str(case.capacity))
    return lastack(
        at, "-m", "checker", "check", case.document, *scenario, "--engine", name, *options, codes=(0, 1)
    )


def export(at: Path, format: str, case: Case) -> str:
    arguments = ("-s", case.scenario, "--capacity", str(case.capacity))
    return lastack(at, "-m", "checker", "export", format, case.document, *arguments).printed


# SPIN and rumur


def built_pan(text: str, folder: Path, options: Sequence[str]) -> Taken:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml").write_text(text, encoding="utf-8")
    generated = taken(["spin", "-a", "model.pml"], folder)
    return generated + taken(["gcc", *options, "-w", "-o", "pan", "pan.c"], folder)


def run_pan(folder: Path, *options: str) -> tuple[Taken, Run]:
    """Of stored and matched together pan counts the initial state, too."""
    done = taken(["./pan", SEARCH_DEPTH, *options], folder)
    states = _number(r"(\d+) states, stored", done)
    if not ("errors: 0" in done.printed and "max search depth too small" not in done.printed):
        raise Failed(f"pan has not seen everything:\n{done.printed[-2000:]}")
    transitions = _number(r"(\d+) transitions \(= stored\+matched\)", done) - 1
    return done, Run(states, transitions, done.cpu, done.wall, done.peak)


def pan(name: str, text: str, folder: Path, options: Sequence[str], *with_: str, threads: int = 1) -> Program:
    built_pan(text, folder, options)
    return Program(name, threads, lambda: run_pan(folder, *with_)[1])


def table_option(states: int) -> str:
    """A hash table of pan that has at least an entry for each state."""
    return f"-w{max(16, states.bit_length())}"


def built_rumur(text: str, folder: Path, threads: int) -> Taken:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.m").write_text(text, encoding="utf-8")
    options = ("--deadlock-detection", "off", "--threads", str(threads), "--output", "model.c")
    generated = taken(["rumur", *options, "model.m"], folder)
    wide = ["-mcx16"] if platform.machine() in ("x86_64", "AMD64") else []
    return generated + taken(
        ["gcc", "-O3", "-march=native", *wide, "-w", "-o", "model", "model.c", "-lpthread"], folder
    )


def run_rumur(folder: Path) -> tuple[Taken, Run]:
    done = taken(["./model"], folder)
    states = _number(r"(\d+) states, \d+ rules fired", done)
    transitions = _number(r"\d+ states, (\d+) rules fired", done)
    return done, Run(states, transitions, done.cpu, done.wall, done.peak)


def rumur(text: str, folder: Path, threads: int) -> Program:
    built_rumur(text, folder, threads)
    return Program("rumur", threads, lambda: run_rumur(folder)[1])


def _number(pattern: str, done: Taken) -> int:
    found = re.search(pattern, done.printed)
    if not found:
        raise Failed(f"expected {pattern} in:\n{done.printed[-2000:]}")
    return int(found[1])
