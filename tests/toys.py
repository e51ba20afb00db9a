"""The toy documents, read once, and short ways to explore them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from checker.document.library import load
from checker.document.protocol import Protocol
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.trace import Trace
from checker.verify.words import describe

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "tests" / "documents"


@cache
def toy(name: str) -> Protocol:
    """The document of this name under ``tests/documents``."""
    return load(DOCUMENTS / f"{name}.md")


@cache
def tcp() -> Protocol:
    return load(ROOT / "spec" / "rfc9293.md")


def model_of(name: str, scenario: str) -> Model:
    return Model(toy(name), toy(name).scenarios[scenario])


def explored(name: str, scenario: str, limits: Limits | None = None) -> StateGraph:
    return explore(model_of(name, scenario), limits)


def run_of(model: Model, trace: Trace | None) -> list[str]:
    """The actions of a trace in words."""
    assert trace is not None
    return [describe(model, step.action) for step in trace.steps]
