"""What each name of a document stands for, and whether names clash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.document.problems import Position, ProblemList
from checker.document.protocol import Definition, Field, Protocol, State, Switch, Variable

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
            _complain_of_clash(name, first[name], meaning, protocol.file, problems)
        if name:
            first.setdefault(name, meaning)
    _complain_of_words(protocol, first, problems)
    for group in protocol.groups.values():
        if group.name in protocol.states:
            problems.add(group.position, f"`{group.name}` is a state; a group needs another name", group.name)


def _complain_of_clash(name: str, one: Meaning, two: Meaning, file: str, problems: ProblemList) -> None:
    """Blames the later declaration, or that of the change where the other one is not."""
    if type(one) is type(two) and not isinstance(one, FlagOf):
        return  # two rows of one table, which have been reported
    if isinstance(one, FlagOf) and isinstance(two, FlagOf) and one.field.name == two.field.name:
        return
    if one.position.file == file != two.position.file:
        one, two = two, one
    message = f"`{name}` is declared already, at {one.position.seen_from(two.position)}; names are unique"
    problems.add(two.position, message, name)


def _complain_of_words(protocol: Protocol, names: Mapping[str, Meaning], problems: ProblemList) -> None:
    """Reports words that are names too: where a word may stand, the name could not be told apart."""
    places: list[Variable | Switch | Field] = [*protocol.variables.values(), *protocol.switches.values()]
    for place in [*places, *protocol.fields.values()]:
        for word in place.kind.words if place.kind.base == "words" else ():
            if word in (STATE, EVENT):
                message = f"`{word}` is a word of the language; choose another word"
                problems.add(place.position, message, place.name)
            elif word in names:
                _complain_of_word(word, place, names[word], protocol.file, problems)
    for state in protocol.states.values():
        if state.name in names:
            _complain_of_word(state.name, state, names[state.name], protocol.file, problems)


def _complain_of_word(
    word: str, place: Variable | Switch | Field | State, name: Meaning, file: str, problems: ProblemList
) -> None:
    what = "a state" if isinstance(place, State) else f"a word of `{place.name}`"
    if name.position.file == file != place.position.file:
        message = f"`{word}` is {what}, declared at {place.position.seen_from(name.position)}"
        problems.add(name.position, f"{message}; a name must not be a word too", word)
    else:
        message = f"`{word}` is {what}, and a name, declared at {name.position.seen_from(place.position)}"
        problems.add(place.position, f"{message}; a word must not be a name too", place.name)
