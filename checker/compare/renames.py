"""A document with the names that another one has for the same things, so that they compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import chain
from typing import Any, get_args

from checker.document import protocol as p
from checker.document import syntax as s
from checker.document.meaning import PROSE
from checker.document.scenarios import OUTCOMES

RESERVED = {
    word
    for literal in (
        p.Lives,
        p.EventKind,
        p.PropertyKind,
        p.Then,
        p.Length,
        s.Who,
        s.When,
        s.Place,
        s.Quantity,
    )
    for word in get_args(literal)
} | {"queue", "bag", "and", "or", "own", "seq", "count", "flag", "flags", "words", *OUTCOMES}
"""Texts in a ``Protocol`` that are no names."""


def with_names_of(base: p.Protocol, head: p.Protocol, renamed: Mapping[str, Mapping[str, str]]) -> p.Protocol:
    """``base`` with the new names of what ``head`` renamed; ``renamed`` is by table.

    A name that stands for two things is left as it is: only one of them was renamed.
    """
    steps = renamed.get("steps", {})
    old, new = _declared(base), _declared(head)
    names = {
        before: after
        for kind, table in renamed.items()
        for before, after in table.items()
        if kind != "steps"
        and old[before] == new[after] == 1
        and not old[after]
        and not new[before]
        and not RESERVED & {before, after}
    }
    if not names and not steps:
        return base
    renamed_base: p.Protocol = _rewritten(base, names)
    rules = tuple(replace(rule, then=steps.get(rule.then, rule.then)) for rule in renamed_base.rules)
    return replace(renamed_base, rules=rules)


def _declared(protocol: p.Protocol) -> Counter[str]:
    """How many things each name stands for."""
    tables: list[Mapping[str, Any]] = [
        *(protocol.states, protocol.groups, protocol.variables, protocol.switches, protocol.fields),
        *(protocol.events, protocol.definitions, protocol.assumptions, protocol.durations),
        *(protocol.properties, protocol.scenarios),
    ]
    kinds = [
        *(variable.kind for variable in protocol.variables.values()),
        *(switch.kind for switch in protocol.switches.values()),
        *(field.kind for field in protocol.fields.values()),
    ]
    words = {word for kind in kinds for word in kind.words}
    written = {field.written for field in protocol.fields.values()}
    rules = {rule.id for rule in protocol.rules}
    return Counter(chain(*tables, words, written, rules))


def _rewritten(value: Any, names: Mapping[str, str]) -> Any:
    """``value`` with ``names`` replaced wherever they stand, prose aside."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(_rewritten(item, names) for item in value)
    if isinstance(value, Mapping):
        return {names.get(key, key): _rewritten(item, names) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **dict(_parts(value, names)))
    return value


def _parts(value: Any, names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        # Steps have names of their own.
        if field.name not in PROSE and not (isinstance(value, p.Rule) and field.name == "then"):
            yield field.name, _rewritten(getattr(value, field.name), names)
