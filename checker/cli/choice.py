"""What of its documents a check is asked to look at, and in which variation."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from checker.cli.documents import called
from checker.document.kinds import parse_value, values_of
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Scenario
from checker.explore.engines import Engine


@dataclass
class Options:
    """What the command line asks for, of every document."""

    scenarios: tuple[str, ...]
    properties: tuple[str, ...]
    capacity: int | None
    settings: tuple[str, ...]
    engine: Engine
    max_states: int
    time_limit: float | None
    traces: Path | None

    def again(self, document: str) -> str:
        """The command for the same once more, up to the choice of scenarios and properties."""
        words = ["lastack", "check", document]
        words += [] if self.capacity is None else ["--capacity", str(self.capacity)]
        for setting in self.settings:
            words += ["--set", setting]
        return shlex.join(words)


def require_known(options: Options, loaded: Sequence[tuple[Path, Protocol]]) -> None:
    protocols = [protocol for _, protocol in loaded]
    known = {
        "scenario": (options.scenarios, [s for p in protocols for s in p.scenarios]),
        "property": (options.properties, [q for p in protocols for q in p.properties]),
    }
    for what, (asked, names) in known.items():
        for name in asked:
            if name not in names:
                raise click.UsageError(f"there is no {what} `{name}`{near(name, names, loaded)}")


def _either(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def near(name: str, names: Sequence[str], loaded: Sequence[tuple[Path, Protocol]]) -> str:
    """What may have been meant: the name that is spelt alike, those with the same words in them,
    or where all of them can be seen."""
    if meant := suggest(name, names):
        return meant
    longer = [known for known in dict.fromkeys(names) if name.casefold() in known.casefold()]
    if name and longer:
        return f"; did you mean {_either(longer)}?"
    shown = shlex.join(["lastack", "list", *dict.fromkeys(called(path) for path, _ in loaded)])
    return f"; `{shown}` shows what there is"


def chosen_of(protocol: Protocol, options: Options) -> list[Scenario]:
    """The scenarios to check, with what the command line changes of them."""
    return [
        _adjusted(protocol, scenario, options)
        for scenario in protocol.scenarios.values()
        if not options.scenarios or scenario.name in options.scenarios
    ]


def _adjusted(protocol: Protocol, scenario: Scenario, options: Options) -> Scenario:
    """The scenario with what the command line changes of it."""
    settings = dict(scenario.set)
    seen: set[str] = set()
    for setting in options.settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        switch = protocol.switches.get(name)
        if not equals or switch is None:
            hint = suggest(name, protocol.switches) or f"; it has {_either(protocol.switches) or 'none'}"
            raise click.UsageError(
                f"--set {setting}: expected SWITCH=VALUE with a switch of the document{hint}"
            )
        if name in seen:
            raise click.UsageError(f"--set {setting}: the switch `{name}` is set twice")
        seen.add(name)
        valid, settings[name] = parse_value(text, switch.kind)
        if not valid:
            raise click.UsageError(
                f"--set {setting}: `{text}` is no value, expected {values_of(switch.kind)}"
            )
    return replace(scenario, set=settings, capacity=options.capacity or scenario.capacity)


def require_no_choice(options: Options, claims: Collection[Path]) -> None:
    """A claim is decided as its row says."""
    choices = (options.scenarios, options.properties, options.settings, options.capacity is not None)
    if claims and any(choices):
        raise click.UsageError(
            f"{called(next(iter(claims)))}: the rows of a document of claims say what decides them; "
            "leave out --scenario, --property, --set and --capacity, or name another document"
        )
