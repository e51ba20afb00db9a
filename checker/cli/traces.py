"""Saved traces that a command is given, read with the document that they are to run in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from checker.cli.documents import documents
from checker.document.library import load
from checker.document.protocol import Property, Protocol, Scenario
from checker.exchange.traces import TraceCodec, TraceFormatError
from checker.verify.trace import Trace


@dataclass(frozen=True)
class Saved:
    """A trace from a file: its document and scenario, the run, and what it was saved for, of
    which end; ``None`` for nothing."""

    protocol: Protocol
    scenario: Scenario
    run: Trace
    property: Property | None
    end: int


def read_trace(path: Path, document: str | None = None) -> Saved:
    """The trace in a file, in ``document`` or else the one that the file names."""
    try:
        data = _json(path)
        protocol = load(_one(document or _named(data)))
        codec = TraceCodec(protocol)
        run, scenario = codec.decode(data)
        property, end = codec.subject(data)
    except TraceFormatError as error:
        raise TraceFormatError(f"{path}: {error}") from None
    return Saved(protocol, scenario, run, property, end)


def _one(document: str) -> Path:
    paths = documents([document])
    if len(paths) > 1:
        raise click.UsageError(f"{document}: a trace is replayed on one document, not on a folder of them")
    return paths[0]


def _named(data: Any) -> str:
    """The document that a trace says it is of: a bundled one's bare name."""
    name = data.get("document") if isinstance(data, dict) else None
    if not isinstance(name, str) or not name:
        raise TraceFormatError("this does not say of which document it is a trace; name it: TRACE DOC")
    return name


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise TraceFormatError(f"this is no JSON ({error})") from None
