"""One exploration in a process of its own, and what it took, as JSON; ``run.py`` starts it.

``python benchmarks/explore.py`` without arguments tells what ``lastack check`` offers.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WARM_UP = 20_000
"""States of an exploration that goes before, so that kernels are loaded and memory is mapped."""


def offered() -> dict[str, Any]:
    from checker.cli.check import command

    options: dict[str | None, Any] = {option.name: option for option in command.params}
    return {"engines": list(options["engine"].type.choices), "threads": "threads" in options}


def engine(name: str) -> Callable[..., Any]:
    """The function ``explore`` of the module of an engine, or of ``engine`` in its package."""
    module = f"checker.explore.{name}"
    found = importlib.util.find_spec(module)
    assert found is not None, f"there is no {module}"
    package = found.submodule_search_locations is not None
    explore: Callable[..., Any] = importlib.import_module(f"{module}.engine" if package else module).explore
    return explore


def memory(entry: str) -> int:
    """``VmRSS``, the bytes of memory in use, or ``VmHWM``, the most that ever were."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{entry}:")) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(
    name: str, threads: int, document: str, scenario: str, capacity: int, wide: bool = False
) -> dict[str, Any]:
    from checker.document.library import find, load
    from checker.explore.limits import Limits
    from checker.model.tables import Model

    explore = engine(name)
    if wide:
        layout = importlib.import_module("checker.explore.native.layout")
        layout.NARROW_BITS = 0  # type: ignore[attr-defined]  # so that no state fits one word
    chosen = {"threads": threads} if "threads" in inspect.signature(explore).parameters else {}
    protocol = load(find(document)[0])
    adjusted = replace(protocol.scenarios[scenario], capacity=capacity)
    explore(Model(protocol, adjusted), Limits(max_states=WARM_UP), **chosen)
    forget_peak()
    start = memory("VmRSS")
    wall, cpu = time.perf_counter(), processor_seconds()
    graph = explore(Model(protocol, adjusted), Limits(), **chosen)
    wall, cpu = time.perf_counter() - wall, processor_seconds() - cpu
    peak = memory("VmHWM")
    return {
        "states": len(graph),
        "transitions": graph.transitions,
        "cpu": cpu,
        "wall": wall,
        "bytes": peak - start,
    }


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(json.dumps(offered()))
    else:
        _, name, threads, document, scenario, capacity, *wide = sys.argv
        print(json.dumps(main(name, int(threads), document, scenario, int(capacity), bool(wide))))
