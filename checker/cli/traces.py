"""Saved traces that a command is given, read with the document that they are to run in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from checker.cli.documents import documents
from checker.document.library import NoSuchDocument, load
from checker.document.protocol import Property, Protocol, Scenario
from checker.exchange.traces import TraceCodec
from checker.exchange.values import FormatError, read_json
from checker.model.tables import Model
from checker.verify.replay import replay
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
        data = read_json(path)
        protocol = load(_one(document) if document else _named(data))
        codec = TraceCodec(protocol)
        run, scenario = codec.decode(data)
        property, end = codec.subject(data)
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
    return Saved(protocol, scenario, run, property, end)


def require_run(path: Path, saved: Saved) -> None:
    """Raises ``FormatError`` if a trace from ``path`` cannot be taken in its scenario."""
    divergence = replay(Model(saved.protocol, saved.scenario), saved.run)
    if divergence is not None:
        message = f"after step {divergence.steps} of {len(saved.run.steps)}, {divergence.message}"
        raise FormatError(f"{path}: it does not run in {saved.protocol.name}: {message}")


def _one(document: str) -> Path:
    paths = documents([document])
    if len(paths) > 1:
        raise click.UsageError(f"{document}: a trace is replayed on one document, not on a folder of them")
    return paths[0]


def _named(data: Any) -> Path:
    """The document that a trace says it is of, by a bundled one's bare name."""
    name = data.get("document") if isinstance(data, dict) else None
    if not isinstance(name, str) or not name:
        raise FormatError("this does not say of which document it is a trace; name it: TRACE DOC")
    try:
        return _one(name)
    except NoSuchDocument:
        said = f"this is a trace of {name}, which is no bundled document; name its file: TRACE DOC"
        raise FormatError(said) from None
