"""Chooses the engine of an exploration: plain Python for small ones, kernels for large ones."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model

ENGINES = ("auto", "reference", "native")

NATIVE = "checker.explore.native.engine"

FEW = 20_000
"""States up to which plain Python is faster than loading the kernels."""

FEW_IF_LOADED = 2_000


CHECKPOINT = "checkpoint"
"""The file in a scenario's folder that says how far it was explored."""


@dataclass(frozen=True)
class Engine:
    """Which engine explores, and with how many threads (``None``: as many as are worth it).

    ``auto`` begins in plain Python, which is as fast as anything for a small scenario, and
    begins again with the native engine if there turn out to be more than a ``few`` states: fewer
    where the kernels are loaded. Which engine that comes to does not depend on what is found on
    the disk.

    The native engine keeps its states in files below ``workdir``, if there is one, a folder for
    each scenario, and with ``resume`` goes on where it ended.
    """

    name: str = "auto"
    threads: int | None = None
    workdir: Path | None = None
    resume: bool = False
    few: int | None = None

    def can_resume(self) -> bool:
        """Whether ``workdir`` has an exploration, of whatever scenario, to go on with."""
        return self.workdir is not None and any(self.workdir.glob(f"*/{CHECKPOINT}"))

    def for_several(self) -> Engine:
        """For several scenarios, some of which will load the kernels: each is explored by the same
        engine, whichever come before it in its process."""
        return replace(self, few=FEW_IF_LOADED)

    def explore(self, model: Model, limits: Limits) -> StateGraph:
        """The graph of ``model``, the same by every engine.

        Raises ``SemanticError`` where a row has no meaning, ``ResumeError`` where it cannot resume.
        """
        if self.name == "reference" or (self.name == "auto" and not is_installed()):
            return reference.explore(model, limits)
        if self.name == "auto":
            few = self.few or (FEW_IF_LOADED if NATIVE in sys.modules else FEW)
            small = reference.explore_few(model, limits, few)
            if small is not None:
                return small
        # Not before it is needed: this takes half a second.
        from checker.explore.native.engine import explore

        folder = None if self.workdir is None else self.workdir / _folder(model)
        return explore(model, limits, self.threads, folder, self.resume)


def _folder(model: Model) -> str:
    """A name for what a scenario leaves on the disk, which no other one has."""
    names = f"{model.protocol.name}--{model.scenario.name}"
    digest = hashlib.sha256(names.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', names)[:80].strip('-')}-{digest}"


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_installed() -> bool:
    """Whether the native engine can be loaded."""
    return find_spec("numba") is not None
