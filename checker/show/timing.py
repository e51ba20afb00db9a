"""A run in time as text: whether it can happen, when its steps are, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.lengths import write_number
from checker.model.tables import Model
from checker.show.ladder import ladder
from checker.show.paragraph import WIDTH, paragraph
from checker.timing.answer import Answer, Bound, Timing
from checker.timing.constraints import Constraint
from checker.timing.moments import Moment
from checker.timing.solve import Schedule
from checker.timing.words import constraint_in_words, formula, given_in_words, length, premise
from checker.verify.trace import Trace
from checker.verify.words import describe

ORDERS = {
    "run": "In the order of the run",
    "ends": "In any order that neither end can tell from it",
}


def timing_report(model: Model, trace: Trace, answer: Answer, title: str) -> Iterator[Text]:
    yield from paragraph(title, "bold", hanging="  ")
    yield from paragraph(given_in_words(model.protocol, answer.numbers), indent="  ")
    if trace.loop_start is not None:
        yield from paragraph("what goes on for ever is timed once around", indent="  ")
    yield Text()
    yield from _verdict(answer)
    schedule = answer.run.schedule or answer.ends.schedule
    if schedule is not None:
        yield Text()
        yield from _schedule(model, answer.moments, schedule)
        yield Text()
        times = [_time(schedule, n) for n, m in enumerate(answer.moments, 1) if m.step]
        yield from ladder(model, trace, times)
    for name in answer.idle:
        yield Text()
        yield from paragraph(f"Nothing in the run waits for {name}: no {name} rules it out.", hanging="  ")
    for timing in (answer.run, answer.ends):
        yield Text()
        yield from _limits(answer, timing)


def _verdict(answer: Answer) -> Iterator[Text]:
    if not answer.possible:
        yield from paragraph("✓ it cannot happen", "bold green", hanging="  ")
    elif answer.run.schedule is not None:
        yield from paragraph("✗ it can happen", "bold red", hanging="  ")
    else:
        message = "✗ it can happen, though not in this order: neither end can tell the other one from it"
        yield from paragraph(message, "bold red", hanging="  ")


def _schedule(model: Model, moments: Sequence[Moment], schedule: Schedule) -> Iterator[Text]:
    """The moments by their times; those at one time in the order of the run."""
    for name, value in schedule.fixed.items():
        yield from paragraph(f"with {name} {write_number(value)}:", indent="  ")
    order = sorted(range(1, len(moments) + 1), key=lambda number: schedule.times[number])
    width = max(len(_time(schedule, number)) for number in order) if order else 0
    yield Text(f"  {'time':>{max(width, 4)}}  step", style="dim")
    for number in order:
        moment = moments[number - 1]
        step = str(moment.step) if moment.step else "-"
        line = f"  {_time(schedule, number):>{max(width, 4)}}  {step:>4}  {describe(model, moment.action)}"
        yield Text(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")


def _time(schedule: Schedule, number: int) -> str:
    return write_number(schedule.times[number])


def _limits(answer: Answer, timing: Timing) -> Iterator[Text]:
    head = ORDERS[timing.order]
    if timing.schedule is None and not any(timing.bounds.values()):
        yield from paragraph(f"{head} it cannot happen, whatever is chosen:", "bold", hanging="  ")
        yield from _chain(answer, timing.blame)
    for name, bound in timing.bounds.items():
        if bound is not None:
            yield from _bound(answer, f"{head}, {name}", bound)


def _bound(answer: Answer, head: str, bound: Bound) -> Iterator[Text]:
    name = bound.duration
    if bound.shortest > 0:
        words = f"{head} of less than {write_number(bound.shortest)} rules it out."
        yield from paragraph(words, hanging="  ")
    if bound.longest is None:
        yield from paragraph(f"{head} of no length rules it out.", "bold", hanging="  ")
        return
    limit = write_number(bound.longest)
    words = f"{head} longer than {limit} rules it out; {limit} does not. {limit} is {formula(bound)}:"
    yield from paragraph(words, "bold", hanging="  ")
    yield from _chain(answer, bound.chain)
    for quantity, weaker in bound.without:
        rather = f"no {name} is long enough" if weaker is None else f"longer than {length(weaker)}"
        words = f"It rests on {premise(quantity, answer.numbers)}; without that, {rather}."
        yield from paragraph(words, indent="  ", hanging="  ")


def _chain(answer: Answer, chain: Sequence[Constraint]) -> Iterator[Text]:
    written = [constraint_in_words(constraint, answer.moments) for constraint in chain]
    width = max((len(what) for what, _ in written), default=0)
    for what, why in written:
        yield from paragraph(f"{what:<{width}}  {why}", indent="    ", hanging=" " * (width + 2))
