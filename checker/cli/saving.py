"""Saves the runs of a check as files, as JSON and in the Informal Trace Format."""

from __future__ import annotations

import json
import re
from pathlib import Path

from checker.cli.terminal import write_atomically
from checker.exchange.itf import to_itf
from checker.exchange.traces import TraceCodec
from checker.model.tables import Model
from checker.verify.results import ScenarioResult
from checker.verify.stuck import run_of
from checker.verify.trace import Trace


def save_traces(folder: Path, result: ScenarioResult) -> None:
    for judged in result.judged:
        verdict = judged.verdict
        if (run := run_of(result.model, verdict)) is not None:
            name = verdict.property.name
            save_trace(folder, result.model, run, name, name, verdict.end)


def save_trace(folder: Path, model: Model, run: Trace, name: str, property: str, end: int | None) -> None:
    """``name`` is what the files are called for, ``property`` what a replay is to look at."""
    protocol, scenario = model.protocol, model.scenario
    parts = (protocol.name, scenario.name, name)
    stem = "--".join(re.sub(r"\W+", "-", part).strip("-") for part in parts)
    trace = TraceCodec(protocol).encode(run, scenario, property, end)
    for suffix, value in ((".json", trace), (".itf.json", to_itf(model, run, name))):
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        write_atomically(folder / f"{stem}{suffix}", text)
