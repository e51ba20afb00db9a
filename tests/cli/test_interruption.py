"""Ctrl-C, wherever it comes: one line, one exit code, and never a verdict."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import MAIN, Ran, environment, process

SAID = (2, "lastack: interrupted\n")

# What stands for a command: it interrupts itself, and would not end by itself.

LOST = """
    class Dying:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)
    Dying()
    while True:
        pass
"""

CONVERTED = """
    class Converted(ctypes.c_void_p):
        @classmethod
        def from_param(cls, value):
            signal.raise_signal(signal.SIGINT)
            return value
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda address: None)
    function.argtypes = [Converted]
    function(0)
"""


SOLVING = """
    from checker.prove.solver.obligation import new_solver
    x, y = z3.BitVecs("x y", 64)
    solver = new_solver(2**31, {is_general})
    solver.add(x * y == 0x1234567890ABCDEF, z3.ULT(1, x), z3.ULT(x, y), z3.URem(x * x, y) == 7)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    print(solver.check())
"""

OPTIMIZING = """
    from checker.timing.solve import new_solver
    xs = z3.Ints(" ".join(f"x{i}" for i in range(60)))
    solver = new_solver(optimizes=True)
    solver.add(z3.Distinct(xs), *(z3.And(x >= 0, x < 59) for x in xs))
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    print(solver.check())
"""

TWICE = """
    class Dying:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        while True:
            Dying()
"""


def command_that(does: str, watched: bool = True) -> Ran:
    """A process in which the command ``does`` something."""
    program = (
        "import ctypes, os, signal, sys, threading, z3, checker.cli\n"
        "from checker.cli.interruption import watch_for_interruption\n"
        "def command(**named):\n"
        f"    {'watch_for_interruption()' if watched else 'pass'}{does}\n"
        "checker.cli.lastack.main = command\nchecker.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "does",
    [LOST, CONVERTED, SOLVING.format(is_general=True), SOLVING.format(is_general=False), OPTIMIZING],
    ids=["lost in __del__", "made another error", "z3", "z3 for bit-vectors", "z3 Optimize"],
)
def test_it_ends_the_command_wherever_it_comes(does: str) -> None:
    ran = command_that(does)
    assert (ran.code, ran.err) == SAID
    assert ran.out == ""


@pytest.mark.parametrize("does", [CONVERTED, TWICE], ids=["made another error", "twice"])
def test_without_anybody_watching(does: str) -> None:
    ran = command_that(does, watched=False)
    assert (ran.code, ran.err) == SAID


def test_while_the_command_is_still_being_imported() -> None:
    program = (
        "import signal, sys\n"
        "class Import:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'click': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Import())\n"
        "import checker.__main__\nchecker.__main__.main()\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == SAID


def test_errors_of_ours_are_not_taken_for_it() -> None:
    ran = command_that("\n    raise ctypes.ArgumentError('a fault')")
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "ctypes.ArgumentError: a fault"


def test_where_it_is_ignored_it_stays_ignored() -> None:
    """As in what a shell began in the background."""
    does = "\n    signal.raise_signal(signal.SIGINT)\n    print('went on')"
    ignoring = "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); import os; os.execv"
    program = (
        "import signal, checker.cli\n"
        "from checker.cli.interruption import watch_for_interruption\n"
        f"def command(**named):\n    watch_for_interruption(){does}\n"
        "checker.cli.lastack.main = command\nchecker.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{ignoring}(sys.executable, [sys.executable, '-c', {program!r}])"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


# The commands themselves


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proof") / "proof.json"
    assert process("prove", "-s", "open and close", "-o", path).code == 0
    return path


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "prove": lambda proof: ["prove"],
    "isn-hazard": lambda proof: ["prove", "--isn-hazard"],
    "unroll": lambda proof: ["prove", "-s", "open and close", "--unroll", "7"],
    "verify": lambda proof: ["verify", "--z3", str(proof)],
}


@pytest.mark.slow
@pytest.mark.parametrize("delay", [1, 3])
@pytest.mark.parametrize("name", COMMANDS)
def test_it_ends_commands_that_ask_the_solver(name: str, delay: float, proof: Path) -> None:
    running = subprocess.Popen(
        [*MAIN, *COMMANDS[name](proof)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    try:
        time.sleep(delay)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    # click ends the line on which a terminal shows ^C
    assert (running.returncode, err.lstrip("\n")) == SAID
    assert "unknown" not in out
