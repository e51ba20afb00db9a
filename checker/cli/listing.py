"""``lastack list``: what there is to check."""

from __future__ import annotations

import textwrap

import click
from rich.text import Text

from checker.cli.terminal import WIDTH, console
from checker.document.library import bundled_folder, find, load
from checker.document.protocol import Protocol, Scenario


@click.command("list")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
def command(documents: tuple[str, ...]) -> int:
    """Show documents, scenarios and properties.

    DOC is as for `check`; the default is all bundled documents.
    """
    names = documents or (str(bundled_folder()),)
    out = console()
    for path in (path for name in names for path in find(name)):
        protocol = load(path)
        for line in _listing(protocol):
            out.print(line)
    return 0


def _listing(protocol: Protocol) -> list[Text]:
    lines = [
        Text(protocol.name, style="bold")
        + Text(f" ({protocol.file}): {len(protocol.states)} states, {len(protocol.rules)} rules", style="dim")
    ]
    lines.append(Text("  scenarios"))
    for scenario in protocol.scenarios.values():
        lines += _entry(scenario.name, _summary(scenario))
    lines.append(Text("  properties"))
    for property in protocol.properties.values():
        lines += _entry(property.name, f"{property.kind}. {property.because.replace('`', '')}".strip(". "))
    return [*lines, Text()]


def _summary(scenario: Scenario) -> str:
    calls = [f"{'AB'[end]} {', '.join(scenario.calls[end]) or 'waits'}" for end in (0, 1)]
    network = scenario.network
    faults = [w for w, n in (("loss", network.lose), ("duplication", network.duplicate)) if n != 0]
    with_faults = f" with {' and '.join(faults)}" if faults else ""
    return f"{calls[0]}; {calls[1]}; {network.order} of {scenario.capacity}{with_faults}"


def _entry(name: str, text: str) -> list[Text]:
    indent = 34
    first = f"    {name}"
    if len(first) > indent - 2:
        lines = [Text(first, style="cyan")]
        first = ""
    else:
        lines = []
    for number, line in enumerate(textwrap.wrap(text, WIDTH - indent) or [""]):
        head = Text((first if number == 0 else "").ljust(indent), style="cyan")
        entry = head + Text(line, style="dim")
        entry.rstrip()
        lines.append(entry)
    return lines
