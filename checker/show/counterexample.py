"""The runs of a scenario that are worth a look, each drawn once: counterexamples, and the
witnesses of what was asked to be reachable."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence

from rich.text import Text

from checker.model.tables import Model
from checker.show.ladder import ladder
from checker.show.paragraph import WIDTH, paragraph
from checker.verify.results import Judged
from checker.verify.stuck import run_of
from checker.verify.trace import Trace

INDENT = "     "


def counterexamples(judged: Sequence[tuple[Model, Judged]], asked: Collection[str]) -> Iterator[Text]:
    """Ladders for what is violated, and for what is reachable and was ``asked`` for by name; each
    verdict with the model that its run is of.

    Of runs that begin alike to the end of the shorter one, only the longest is drawn.
    """
    shown = [(model, each) for model, each in judged if is_drawn(each, asked)]
    for number, (model, each) in enumerate(shown):
        yield Text()
        yield from counterexample(model, each, _reference([each for _, each in shown], number))


def is_drawn(judged: Judged, asked: Collection[str]) -> bool:
    """Whether there is a run that a reader of the report wants to see."""
    verdict = judged.verdict
    witness = verdict.property.kind == "reachable" and verdict.property.name in asked
    return verdict.trace is not None and (verdict.outcome == "violated" or witness)


def counterexample(model: Model, judged: Judged, reference: str = "") -> Iterator[Text]:
    """The heading, the ladder and the end of a run; with a ``reference`` to where it is drawn,
    that instead of the ladder."""
    property = judged.verdict.property
    yield from _heading(property.name, model.scenario.name)
    if property.because:
        yield from paragraph(property.because.replace("`", ""), "dim italic", INDENT)
    if reference:
        yield from paragraph(reference, "", INDENT)
    else:
        yield from _drawing(model, judged)
    if judged.verdict.reason:
        yield from paragraph(judged.verdict.reason, "yellow", INDENT)


def _heading(property: str, scenario: str) -> Iterator[Text]:
    """``── PROPERTY in SCENARIO ────``, in two lines where the names are long."""
    first, *rest = textwrap.wrap(f"{property} in {scenario}", WIDTH - 10, break_on_hyphens=False)
    line = Text("  ── ", style="dim")
    line.append(first, style="bold")
    if not rest:
        line.append(" " + "─" * (WIDTH - 6 - len(first)), style="dim")
    yield line
    yield from (Text(INDENT + part, style="bold") for part in rest)


def _drawing(model: Model, judged: Judged) -> Iterator[Text]:
    """The ladder, indented; where it ends in a stuck state, with what goes on there."""
    run = run_of(model, judged.verdict)
    assert run is not None  # only called for those that have one
    for line in ladder(model, run):
        indented = Text("  ")
        indented.append_text(line)
        yield indented


def _reference(shown: Sequence[Judged], number: int) -> str:
    """Where the run of the judged with this number is drawn, if that is not here: with the
    longest run that begins with it, the first such."""
    mine = _run(shown[number])
    longer = [n for n, judged in enumerate(shown) if _begins(_run(judged), mine)]
    there = max(longer, key=lambda n: (len(_run(shown[n]).steps), -n))
    if there == number:
        return ""
    steps = len(mine.steps)
    if steps == len(_run(shown[there]).steps):
        part = "the same run as"
    elif steps == 0:
        part = "the state before the first step of the run"
    else:
        part = "the first step of the run" if steps == 1 else f"the first {steps} steps of the run"
    return f"{part} for “{shown[there].verdict.property.name}”, {'above' if there < number else 'below'}"


def _run(judged: Judged) -> Trace:
    assert judged.verdict.trace is not None  # only what is drawn is compared
    return judged.verdict.trace


def _begins(run: Trace, beginning: Trace) -> bool:
    same = run.loop_start == beginning.loop_start and run.initial == beginning.initial
    return same and run.steps[: len(beginning.steps)] == beginning.steps
