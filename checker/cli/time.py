"""``lastack time``: whether a saved run can happen in time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, LIMIT, NOT_AS_EXPECTED
from checker.cli.interruption import watch_for_interruption
from checker.cli.messages import complain
from checker.cli.terminal import console
from checker.cli.traces import Saved, read_trace, require_run
from checker.document.lengths import EXPECTED, Given, GivenError, parse_given
from checker.document.problems import suggest
from checker.document.protocol import Duration, Protocol
from checker.exchange.timing import timing_to_json
from checker.model.tables import Model
from checker.show.timing import timing_report
from checker.timing.answer import answer
from checker.timing.flights import TooManyFates
from checker.timing.solve import Undecided

OWN = ("--format", "--help")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("time", context_settings={"ignore_unknown_options": True, "max_content_width": 80})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="TRACE [DOC] [--DURATION LENGTH]...")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], format: str) -> int:
    """Say whether a saved TRACE can happen in time.

    DOC declares durations, and each is an option: how long segments live, when something is sent
    again, how long an end waits. A length is a number, or a range such as 1..60; one that is
    not given has no limit. Told are a schedule, and how long the durations with one fixed length
    must be so that the run cannot happen.

    Exits with 0 if it cannot happen, 1 if it can, 2 for an error, 3 if that was not decided.
    """
    watch_for_interruption()
    asked = _asked(words)
    saved = read_trace(FILE.convert(asked.trace, None, ctx), asked.document)
    numbers = _numbers(saved.protocol, asked.lengths)
    require_run(Path(asked.trace), saved)
    model = Model(saved.protocol, saved.scenario)
    try:
        found = answer(model, saved.run, numbers)
    except (TooManyFates, Undecided) as error:
        complain(f"{asked.trace}: not decided: {error}")
        return LIMIT
    if format == "json":
        value = timing_to_json(saved.protocol, saved.scenario.name, found)
        click.echo(json.dumps(value, indent=1, ensure_ascii=False))
    else:
        out = console()
        for line in timing_report(model, saved.run, found, _title(saved)):
            line.rstrip()
            out.print(line)
    return NOT_AS_EXPECTED if found.possible else AS_EXPECTED


@dataclass(frozen=True)
class _Asked:
    trace: str
    document: str | None
    lengths: Sequence[tuple[str, str]]


def _asked(words: Sequence[str]) -> _Asked:
    """What the words of the command line are: which options there are, the document says."""
    files: list[str] = []
    lengths: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            lengths.append(_option(word, rest))
        elif word.startswith("-"):
            raise click.UsageError(f"there is no option {word}")
        else:
            files.append(word)
    if not files:
        raise click.UsageError("Missing argument 'TRACE'")
    if len(files) > 2:
        raise click.UsageError(f"expected TRACE and DOC, and then there is `{files[2]}`")
    return _Asked(files[0], files[1] if len(files) > 1 else None, lengths)


def _option(word: str, rest: Iterator[str]) -> tuple[str, str]:
    name, equals, length = word.partition("=")
    given = length if equals else next(rest, None)
    if given is None or given.startswith("--"):
        raise click.UsageError(f"{name}: expected a length behind it")
    return name, given


def _numbers(protocol: Protocol, lengths: Sequence[tuple[str, str]]) -> dict[str, Given]:
    """The lengths by the names of durations."""
    options = _options(protocol)
    numbers: dict[str, Given] = {}
    for option, text in lengths:
        if option not in options:
            known = ", ".join(f"{name} ({EXPECTED[d.length]})" for name, d in options.items())
            raise click.UsageError(
                f"{protocol.name} has no duration {option}{suggest(option, options)}; expected {known}"
            )
        duration = options[option]
        if duration.name in numbers:
            raise click.UsageError(f"{option} is given twice")
        try:
            numbers[duration.name] = parse_given(duration, text)
        except GivenError as error:
            raise click.UsageError(f"{option}: {error}") from None
    return numbers


def _options(protocol: Protocol) -> dict[str, Duration]:
    """The durations by the options for them."""
    options: dict[str, Duration] = {}
    for duration in protocol.durations.values():
        option = _called(duration.name)
        if option in options or option in OWN:
            message = f"there is an option {option} already; name it otherwise"
            raise click.UsageError(f"{duration.position}: {duration.name}: {message}")
        options[option] = duration
    if not options:
        raise click.UsageError(f"{protocol.name} has no durations table, so nothing in it takes time")
    return options


def _called(duration: str) -> str:
    """The option for a duration."""
    return f"--{duration.lower().replace(' ', '-')}"


def _title(saved: Saved) -> str:
    place = f"{saved.scenario.name} of {saved.protocol.name}"
    if saved.property is None:
        return place
    return f"{saved.property.name} at {'AB'[saved.end]} in {place}"
