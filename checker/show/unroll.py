"""How soon something can happen, by the solver and by exploration, as a person reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.protocol import Protocol
from checker.prove.solver.depths import Depths, UnrollResult
from checker.prove.solver.unroll import Soonest
from checker.show.paragraph import counted, paragraph

LABELS = {"agree": "✓ agree", "disagree": "✗ DISAGREE", "unknown": "? unknown"}
STYLES = {"agree": "green", "disagree": "bold red", "unknown": "bold yellow"}


def unroll_report(result: UnrollResult) -> Iterator[Text]:
    """The block of one scenario, with a line for each property."""
    yield from paragraph(result.scenario.name, "bold", hanging="  ")
    if result.reason:
        yield from paragraph(f"the solver was asked nothing: {result.reason}", "bold yellow", "  ")
    else:
        size = f"{counted(len(result.results), 'question')}, {result.seconds:.1f} s"
        yield from paragraph(size, "dim", "  ")
        yield from paragraph(result.scope, "dim", "  ")
    if result.depths:
        yield Text(_row("", "z3", "exploration", "").rstrip(), style="dim")
    for depths in result.depths:
        yield _line(depths)
    for who, reason in dict.fromkeys(_reasons(result.depths)):
        yield from paragraph(f"{who} ended there: {reason}", "dim", "  ", "  ")
    yield Text()


def _row(label: str, by_solver: str, by_exploration: str, name: str) -> str:
    return f"  {label:10}  {by_solver:>4}  {by_exploration:>11}  {name}"


def _line(depths: Depths) -> Text:
    found = _steps(depths.by_solver), _steps(depths.by_exploration)
    return Text(_row(LABELS[depths.status], *found, depths.claim.name), style=STYLES[depths.status])


def _reasons(all_depths: Sequence[Depths]) -> Iterator[tuple[str, str]]:
    """Who ended before the runs were as long as asked for, and why."""
    for depths in all_depths:
        for who, found in (("z3", depths.by_solver), ("exploration", depths.by_exploration)):
            if found.reason:
                yield who, found.reason


def _steps(found: Soonest) -> str:
    """A number of steps; ``none`` if in no run of those asked for, ``>5`` if perhaps in longer ones than
    were looked at, ``?`` if none was."""
    if found.depth is not None:
        return str(found.depth)
    if not found.reason:
        return "none"
    return "?" if found.looked < 0 else f">{found.looked}"


def unrolls_report(protocol: Protocol, results: Sequence[UnrollResult], broken: int) -> Iterator[Text]:
    """What is said of a document; ``broken`` scenarios ended in an error."""
    statuses: Counter[str] = Counter(depths.status for result in results for depths in result.depths)
    statuses["unknown"] += sum(bool(result.reason) for result in results)
    parts = [counted(len(results), "scenario"), *(f"{n:,} {s}" for s in STYLES if (n := statuses[s]))]
    parts += [f"{broken} in error"] if broken else []
    worst = "disagree" if broken else next((s for s in ("disagree", "unknown") if statuses[s]), "agree")
    text = f"{protocol.name}: {', '.join(parts)}; {sum(result.seconds for result in results):.0f} s"
    yield from paragraph(text, STYLES[worst], hanging="  ")
