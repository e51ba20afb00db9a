"""What each name of a document stands for, and whether names clash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.document.problems import Position, ProblemList
from checker.document.protocol import Definition, Field, Protocol, Switch, Variable

STATE = "STATE"
EVENT = "event"


@dataclass(frozen=True)
class FlagOf:
    """One flag of a field that is a set of flags; usable as a guard."""

    flag: str
    field: Field
    position: Position


Meaning = Variable | Switch | Field | FlagOf | Definition


def meanings(protocol: Protocol) -> Mapping[str, Meaning]:
    """All names that expressions may use, except ``STATE`` and ``event``."""
    names: dict[str, Meaning] = {}
    for meaning in _declared(protocol):
        names.setdefault(_name(meaning), meaning)
    return names


def _declared(protocol: Protocol) -> list[Meaning]:
    declared: list[Meaning] = [*protocol.variables.values(), *protocol.switches.values()]
    for field in protocol.fields.values():
        declared.append(field)
        if field.kind.base == "flags":
            declared.extend(FlagOf(word, field, field.position) for word in field.kind.words)
    declared.extend(protocol.definitions.values())
    return declared


def _name(meaning: Meaning) -> str:
    return meaning.flag if isinstance(meaning, FlagOf) else meaning.name


def complain_of_clashes(protocol: Protocol, problems: ProblemList) -> None:
    """Reports names that stand for two things."""
    first: dict[str, Meaning] = {}
    for meaning in _declared(protocol):
        name = _name(meaning)
        if name in (STATE, EVENT):
            problems.add(meaning.position, f"`{name}` is a word of the language; choose another name", name)
        elif name in first:
            other = first[name].position
            problems.add(
                meaning.position,
                f"`{name}` is declared already, at line {other.line}; names are unique",
                name,
            )
        first.setdefault(name, meaning)
    for group in protocol.groups.values():
        if group.name in protocol.states:
            problems.add(group.position, f"`{group.name}` is a state; a group needs another name", group.name)
