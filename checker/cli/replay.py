"""``lastack replay``: whether a saved trace still runs."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli import AS_EXPECTED, NOT_AS_EXPECTED
from checker.cli.terminal import console
from checker.cli.traces import read_trace
from checker.model.tables import Model
from checker.show.ladder import ladder
from checker.show.paragraph import paragraph
from checker.verify.replay import exact_steps, replay, still_shows
from checker.verify.trace import Trace


@click.command("replay")
@click.argument("trace", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("document", metavar="DOC")
def command(trace: Path, document: str) -> int:
    """Replay a saved TRACE on DOC and say whether it still runs.

    TRACE is a file that `check --traces` saved. Exits with 0 if every step can be taken and the
    run still shows what it was saved for, with 1 if not, with 2 for an error.
    """
    saved = read_trace(trace, document)
    run, property = saved.run, saved.property
    model = Model(saved.protocol, saved.scenario)
    divergence = replay(model, run)
    steps = len(run.steps)
    # What diverges is not drawn: it is not known to mean anything in this document.
    exact = exact_steps(model, run)
    out = console()
    if exact:
        for line in ladder(model, run if exact == steps else Trace(run.initial, run.steps[:exact])):
            line.rstrip()
            out.print(line)
    if divergence is not None:
        message = f"the trace does not run: after step {divergence.steps} of {steps}, {divergence.message}"
        return _conclude(message, NOT_AS_EXPECTED)
    all_steps = "its only step" if steps == 1 else f"all {steps} steps"
    _conclude(f"the trace runs: {all_steps} in {saved.scenario.name}", AS_EXPECTED)
    if property is None:
        return AS_EXPECTED
    shows = still_shows(model, run, property, saved.end)
    what = "reaches" if property.kind == "reachable" else "breaks"
    message = f"it {'still' if shows else 'no longer'} {what} {property.name} at {'AB'[saved.end]}"
    return _conclude(message, AS_EXPECTED if shows else NOT_AS_EXPECTED)


def _conclude(message: str, code: int) -> int:
    """Prints a result; the exit code is the one given."""
    for line in paragraph(message, "bold green" if code == AS_EXPECTED else "bold red", hanging="  "):
        console().print(line)
    return code
