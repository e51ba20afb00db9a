"""``lastack replay``: whether a saved trace still runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from checker.cli import AS_EXPECTED, NOT_AS_EXPECTED
from checker.cli.terminal import console
from checker.document.library import find, load
from checker.exchange.traces import TraceCodec, TraceFormatError
from checker.model.tables import Model
from checker.show.ladder import ladder
from checker.verify.replay import replay


@click.command("replay")
@click.argument("trace", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("document", metavar="DOC")
def command(trace: Path, document: str) -> int:
    """Replay a saved TRACE on DOC and say whether it still runs.

    TRACE is a file that `check --traces` saved.
    """
    protocol = load(find(document)[0])
    run, name = TraceCodec(protocol).decode(_read(trace))
    scenario = protocol.scenarios.get(name)
    if scenario is None:
        raise click.UsageError(f"{document} has no scenario `{name}`, which the trace runs in")
    model = Model(protocol, scenario)
    divergence = replay(model, run)
    out = console()
    for line in ladder(model, run):
        out.print(line)
    steps = len(run.steps)
    if divergence is None:
        out.print(Text(f"the trace runs: all {steps} steps in {name}", style="bold green"))
        return AS_EXPECTED
    out.print(
        Text(
            f"the trace does not run: after step {divergence.steps} of {steps}, {divergence.message}",
            style="bold red",
        )
    )
    return NOT_AS_EXPECTED


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise TraceFormatError(f"{path}: this is no JSON ({error})") from None
