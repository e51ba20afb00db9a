"""What of a document matters to a run or a verdict, as hashes that can be compared.

Here is the one list of what a scenario's behaviour, its verdicts and what decides claims depend
on. Positions, prose, citations and reasons are left out, and so are definitions, groups and
switches that nothing mentions. What is left in although it does not matter costs time only; what
were left out although it does would make a verdict wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any

from checker.document.kinds import Value
from checker.document.lengths import Numbers
from checker.document.protocol import Property, Protocol, Rule, Scenario
from checker.document.statements import Exchange

PROSE = frozenset({"position", "places", "text", "meaning", "cite", "because", "never"})
"""Attributes of the values of a document that no run depends on."""


def written(value: Any) -> str:
    """``value`` as text: the same only for values that mean the same in the same place."""
    if is_dataclass(value):
        return f"{type(value).__name__}({','.join(map(written, parts(value)))})"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key!r}:{written(item)}' for key, item in value.items())}}}"
    if isinstance(value, (tuple, list)):
        return f"({','.join(map(written, value))})"
    assert value is None or isinstance(value, (str, int)), f"{value!r} has no text of its own"
    return repr(value)


def parts(value: Any) -> Iterator[Any]:
    """The attributes of a value of a document, prose aside."""
    kind = type(value)
    if kind not in _TELLING:
        _TELLING[kind] = tuple(field.name for field in fields(kind) if field.name not in PROSE)
    return (getattr(value, name) for name in _TELLING[kind])


_TELLING: dict[type[Any], tuple[str, ...]] = {}
"""By type the attributes that are no prose: to ask for them each time takes longer than all else."""


def nodes(value: Any) -> Iterator[Any]:
    """``value`` and all that it is made of, prose aside."""
    yield value
    if is_dataclass(value):
        inner: Iterable[Any] = parts(value)
    elif isinstance(value, Mapping):
        inner = [*value, *value.values()]
    elif isinstance(value, (tuple, list)):
        inner = value
    else:
        return
    for part in inner:
        yield from nodes(part)


def hashed(*texts: str) -> str:
    """A hash of texts, each with its length, so that no two lists of them run together."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


class Meaning:
    """The hashes of one document."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._mentions: dict[str, frozenset[str]] = {}
        self._properties: dict[Property, tuple[str, frozenset[str]]] = {}
        self._told: dict[tuple[frozenset[str], str], str] = {}

    def behaviour(self, scenario: Scenario) -> str:
        """What the runs of ``scenario`` depend on, and how they are told: names are part of it."""
        return hashed(self.frame(scenario), self._rules, self._mentioned(scenario, self._names))

    def frame(self, scenario: Scenario) -> str:
        """What the runs of ``scenario`` depend on but for what rows do, which is left to be asked."""
        p = self.protocol
        assumed = tuple(p.assumptions[name] for name in scenario.assume)
        given = (
            *(scenario.calls, scenario.opened, scenario.network, scenario.capacity),
            *(scenario.values, scenario.faults, scenario.assume, scenario.set),
        )
        return hashed(
            self._declared, written(assumed), self._mentioned(scenario, _names(assumed)), written(given)
        )

    def question(self, scenario: Scenario, property: Property) -> str:
        """What ``property`` asks of the states and steps of ``scenario``."""
        text, names = self._asked(property)
        return hashed(text, self._mentioned(scenario, names))

    def ask(self, scenario: Scenario, property: Property) -> str:
        """What decides, on the runs of ``scenario``, the verdict on ``property`` and whether it is
        as expected; together with ``behaviour`` all that it depends on, but for the program. What
        scenario and property are called is no part of it, nor are twins."""
        expected = [(e.outcome, e.blame) for e in scenario.expect if e.property == property.name]
        return hashed(self.question(scenario, property), written(expected))

    def exchange(self, scenario: Scenario, exchange: Exchange) -> str:
        """What it depends on whether ``scenario`` has a run that is ``exchange``, but for the
        program. What they are called is no part of it."""
        return hashed("exchange", self.behaviour(scenario), written((exchange.sendings, exchange.ends)))

    def clock(self, scenario: Scenario, given: Numbers) -> str:
        """What the times of a run of ``scenario`` depend on with durations as ``given``, but for
        the run itself and the program. A duration is of the first one that lists an event, so
        their order counts."""
        durations = tuple(self.protocol.durations.values())
        numbers = (f"{name!r}: {each.least}..{each.most}" for name, each in given.items())
        told = (written(durations), self._mentioned(scenario, _names(durations)))
        return hashed("clock", self.behaviour(scenario), *told, *numbers)

    def expected(self, scenario: Scenario, property: str) -> str:
        """What ``scenario`` expects of a property."""
        return written([each for each in scenario.expect if each.property == property])

    def rule(self, rule: Rule) -> str:
        """What ``rule`` does, with all that it mentions; switches as they are by default."""
        return hashed(written(rule), self._mentioned(None, _names(rule)))

    def asks(self, property: Property) -> Iterator[Any]:
        """All that the condition of ``property`` is made of, definitions opened up."""
        yield from nodes((property.when, property.claim))
        for name in sorted(self._closure(_names((property.when, property.claim)))):
            if name in self.protocol.definitions:
                yield from nodes(self.protocol.definitions[name].means)

    @cached_property
    def _declared(self) -> str:
        """What is declared for all scenarios: the first state is the initial one, and the order of
        events is that of actions."""
        p = self.protocol
        tables = tuple(tuple(table.values()) for table in (p.variables, p.fields, p.events))
        return written((tuple(p.states), tables))

    @cached_property
    def _rules(self) -> str:
        return written(self.protocol.rules)

    def _asked(self, property: Property) -> tuple[str, frozenset[str]]:
        """What a property asks as it stands, and the names in it."""
        if property not in self._properties:
            asked = (property.kind, property.when, property.claim, property.assumptions, property.calls)
            self._properties[property] = written(asked), _names(asked)
        return self._properties[property]

    @cached_property
    def _names(self) -> frozenset[str]:
        p = self.protocol
        return _names((p.rules, tuple(p.fields.values())))

    def _mentioned(self, scenario: Scenario | None, names: frozenset[str]) -> str:
        """What stands behind ``names``: definitions, groups and the values of switches."""
        settings = {} if scenario is None else scenario.set
        key = names, written(settings)
        if key not in self._told:
            self._told[key] = "".join(self._tell(names, settings))
        return self._told[key]

    def _tell(self, names: frozenset[str], settings: Mapping[str, Value]) -> Iterator[str]:
        p = self.protocol
        for name in sorted(self._closure(names)):
            if name in p.definitions:
                yield written((name, p.definitions[name].means))
            if name in p.groups:
                yield written((name, p.groups[name].states))
            if name in p.switches:
                switch = p.switches[name]
                yield written((name, switch.kind, settings.get(name, switch.default)))

    def _closure(self, names: frozenset[str]) -> set[str]:
        """``names`` with all that they lead to by definitions."""
        found: set[str] = set()
        todo = set(names)
        while todo:
            name = todo.pop()
            found.add(name)
            definition = self.protocol.definitions.get(name)
            if definition is not None:
                if name not in self._mentions:
                    self._mentions[name] = _names(definition.means)
                todo |= self._mentions[name] - found
        return found


def _names(value: Any) -> frozenset[str]:
    """All texts in ``value``: more than the names that it mentions, never fewer."""
    return frozenset(node for node in nodes(value) if isinstance(node, str))
