"""``lastack export``: a scenario for other model checkers, or its state graph for other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, LIMIT
from checker.cli.single import explored, scenario_of
from checker.cli.terminal import require_writable, write_atomically
from checker.document.scenarios import MAX_CAPACITY
from checker.exchange.aut import to_aut
from checker.exchange.graphml import to_graphml
from checker.exchange.murphi import to_murphi
from checker.exchange.problems import ExportError, TooLarge
from checker.exchange.product import product_of
from checker.exchange.promela import to_promela
from checker.exchange.tla import CONFIGURATION, module_name, to_tla
from checker.explore.graph import StateGraph
from checker.show.draw.graph import to_dot
from checker.verify.quotient import quotient

MAX_DRAWN = 1_000
"""States beyond which Graphviz takes minutes for what nobody can read."""


def _to_dot(graph: StateGraph) -> str:
    if len(graph) > MAX_DRAWN:
        raise TooLarge(
            f"{len(graph):,} states are too many to draw, the limit is {MAX_DRAWN:,}; `lastack draw graph`"
            " puts states together, the formats `aut` and `graphml` have them all"
        )
    return to_dot(quotient(graph, "full"), [graph.system.model.scenario.name])


FORMATS: dict[str, Callable[[StateGraph], str]] = {
    "promela": lambda graph: to_promela(product_of(graph)),
    "murphi": lambda graph: to_murphi(product_of(graph)),
    "aut": to_aut,
    "graphml": to_graphml,
    "dot": _to_dot,
}
"""What gives one text. ``tla`` is two files, of which the module bears the name."""


@click.command("export", context_settings={"max_content_width": 80})
@click.argument("format", type=click.Choice([*FORMATS, "tla"]), metavar="FORMAT")
@click.argument("document", metavar="DOC")
@click.option("--scenario", "-s", "name", required=True, metavar="S", help="The scenario to export.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
@click.option("--capacity", type=click.IntRange(1, MAX_CAPACITY), help="Segments in flight each way.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="Give up beyond N states.",
)
def command(
    format: str, document: str, name: str, output: Path | None, capacity: int | None, max_states: int
) -> int:
    """Export a scenario to another tool.

    FORMAT is promela (SPIN), murphi (rumur) or tla (TLC) for a model with the same state graph;
    aut (CADP, mCRL2), graphml or dot (Graphviz) for the graph itself. DOC is a document, or the
    bare name of a bundled one. Without a file to write to, or with `-`, it goes to standard
    output. `tla` writes a FILE.cfg beside FILE.tla.

    Exits with 0 if it is exported, 2 for an error, 3 if a limit kept the graph from being
    complete.
    """
    path = None if output is None or str(output) == "-" else output
    if path is not None:
        if format == "tla":
            _require_module_name(path)
            _require_free(path.with_suffix(".cfg"))
        require_writable(path)
    graph = explored(*scenario_of(document, name, capacity, "an export"), max_states)
    if not graph.complete:
        click.echo(f"lastack: {name}: {graph.limit}: an export needs the whole state graph", err=True)
        return LIMIT
    try:
        _write(format, graph, path)
    except ExportError as error:
        raise click.ClickException(f"{name}: {error}") from None
    return AS_EXPECTED


def _write(format: str, graph: StateGraph, path: Path | None) -> None:
    if format != "tla":
        text = FORMATS[format](graph)
    else:
        name = module_name(graph.system.model.scenario.name) if path is None else path.stem
        text = to_tla(product_of(graph), name)
    if path is None:
        click.echo(text, nl=False)
        return
    write_atomically(path, text)
    if format == "tla":
        write_atomically(path.with_suffix(".cfg"), CONFIGURATION)


def _require_free(configuration: Path) -> None:
    """What is beside a module in its configuration's place must be one that was written for it."""
    if not configuration.exists():
        return
    if not configuration.is_file() or configuration.read_bytes() != CONFIGURATION.encode():
        raise click.UsageError(
            f"{configuration}: this is not what belongs there; remove it, or choose another name"
        )


def _require_module_name(path: Path) -> None:
    """TLC wants a module in a file of its name."""
    if path.suffix != ".tla" or module_name(path.stem) != path.stem:
        raise click.UsageError(
            f"{path.name}: expected NAME.tla, where NAME begins with a letter and has letters,"
            " digits and single underscores"
        )
