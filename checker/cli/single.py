"""One scenario of one document, as exports and pictures of state graphs want it."""

from __future__ import annotations

from dataclasses import replace

import click

from checker.cli.choice import near
from checker.cli.documents import documents
from checker.cli.terminal import ProgressLine, interruptible
from checker.document.library import load
from checker.document.protocol import Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model


def scenario_of(document: str, name: str, capacity: int | None, what: str) -> tuple[Protocol, Scenario]:
    """The scenario of this name, perhaps with another capacity; ``what`` is being made of it."""
    path, *others = documents([document])
    if others:
        raise click.UsageError(f"{document}: {what} is of one document, not of a folder of them")
    protocol = load(path)
    scenario = protocol.scenarios.get(name)
    if scenario is None:
        hint = near(name, list(protocol.scenarios), [(path, protocol)])
        raise click.UsageError(f"there is no scenario `{name}`{hint}")
    return protocol, replace(scenario, capacity=capacity or scenario.capacity)


def explored(protocol: Protocol, scenario: Scenario, max_states: int) -> StateGraph:
    """The graph of a scenario; a line of progress tells how far it is, and Ctrl-C ends it."""
    progress = ProgressLine(scenario.name)
    limits = Limits(max_states, report=progress.report)
    try:
        with interruptible(limits):
            return Engine().explore(Model(protocol, scenario), limits)
    finally:
        progress.clear()
