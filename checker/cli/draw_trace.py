"""``lastack draw trace``: a saved run as a ladder."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.pictures import Drawing, chosen, output_options, save
from checker.cli.traces import Saved, read_trace, require_run
from checker.model.tables import Model
from checker.show.draw.mermaid import sequence_diagram
from checker.show.draw.pinned import to_dot
from checker.show.draw.sequence import sequence
from checker.show.draw.svg import to_svg


@click.command("trace", context_settings={"max_content_width": 80})
@click.argument("trace", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("document", metavar="[DOC]", required=False)
@output_options("svg")
def command(trace: Path, document: str | None, files: tuple[Path, ...], format: str, seconds: float) -> int:
    """Draw a saved TRACE of DOC as a ladder.

    Time runs downwards. TRACE is a file that `check --traces` saved; DOC is the document that it
    names, unless another one is given. SVG needs no Graphviz.

    Exits with 0 if it is drawn, 2 for an error, 3 if a limit was hit.
    """
    target = chosen(files, format, seconds)
    saved = read_trace(trace, document)
    require_run(trace, saved)
    model = Model(saved.protocol, saved.scenario)
    title = _title(saved)
    picture = sequence(model, saved.run, title)
    drawing = Drawing(
        dot=lambda: to_dot(picture),
        mermaid=lambda: sequence_diagram(model, saved.run, title),
        svg=lambda: to_svg(picture),
        layout="nop2",
    )
    return save(drawing, target)


def _title(saved: Saved) -> list[str]:
    lines = [f"{saved.protocol.name}: {saved.scenario.name}"]
    if saved.property is not None:
        shows = "is reached" if saved.property.kind == "reachable" else "is broken"
        lines.append(f"{saved.property.name} {shows} at {'AB'[saved.end]}")
    return lines
