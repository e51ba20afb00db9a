"""Values for a page on which somebody chooses a run step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from checker.document.protocol import Protocol
from checker.explore.system import System
from checker.model.tables import Model
from checker.show.page.document import document_value
from checker.show.page.runs import RunWriter
from checker.show.report import remark_on
from checker.verify.results import Judged, ScenarioResult
from checker.verify.stuck import run_of
from checker.verify.verdict import scope_of_run
from checker.verify.walk import Walk, choices_of
from checker.verify.words import describe_action


def walk_page_value(protocol: Protocol, version: str) -> dict[str, Any]:
    """What the page knows before anything is chosen: the document and its scenarios."""
    scenarios = [
        {"name": scenario.name, "scope": scope_of_run(Model(protocol, scenario))}
        for scenario in protocol.scenarios.values()
    ]
    return {"mode": "explore", **document_value(protocol), "version": version, "scenarios": scenarios}


def walk_value(system: System, walk: Walk, loop: int | None, stuck: int | None) -> dict[str, Any]:
    """A run, and what may happen next. ``loop`` and ``stuck`` are where its cycle begins and after
    how many steps it is stuck, where that is known; a cycle that is none is left out."""
    closes = loop is not None and loop == walk.same
    trace = replace(walk.trace, loop_start=loop if closes else None, stuck_after=stuck)
    writer = RunWriter(system.model.protocol)
    return {
        "run": writer.run(system.model, trace),
        "texts": writer.texts.values,
        "enabled": [
            {"words": describe_action(system.model, action), "kind": action.kind} for action in walk.enabled
        ],
        "truncated": walk.truncated,
        "same": walk.same,
    }


def found_value(system: System, result: ScenarioResult) -> dict[str, Any]:
    """The runs of a scenario that verdicts rest on, as choices."""
    runs = [_found(system, result.model, judged) for judged in result.judged]
    return {"complete": result.complete, "limit": result.limit, "runs": [run for run in runs if run]}


def _found(system: System, model: Model, judged: Judged) -> Mapping[str, Any] | None:
    verdict = judged.verdict
    run = run_of(model, verdict)
    if run is None:
        return None
    return {
        "property": verdict.property.name,
        "outcome": verdict.outcome,
        "wrong": not judged.as_expected,
        "remark": remark_on(judged, drawn=True),
        "reason": verdict.reason,
        "choices": choices_of(system, run),
        "loop": run.loop_start,
        "stuck": run.stuck_after,
    }
