"""What ladders say of a step: the rows that it fired, with their sections, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from checker.document.kinds import Value, show_value
from checker.document.protocol import Protocol
from checker.model.endpoint import Local, values_by_name


def cited(protocol: Protocol, rules: Sequence[str]) -> Iterator[str]:
    """The rows that fired, those in a row with the same citation together."""
    cites = {rule.id: rule.cite for rule in protocol.rules}
    for cite, group in groupby(rules, key=lambda rule: cites.get(rule, "")):
        yield ", ".join(group) + (f" ({cite})" if cite else "")


def changes_of(protocol: Protocol, before: Local, after: Local) -> str:
    """``X 1→2`` for every variable that is no ghost and changed."""
    if before == after:
        return ""
    old = values_by_name(protocol, before)
    new = values_by_name(protocol, after)
    variables = protocol.variables
    if all(new[n] == variables[n].initial for n in new if variables[n].lives == "TCB") and any(
        old[n] != variables[n].initial for n in old if variables[n].lives == "TCB"
    ):
        return "TCB deleted"
    return ", ".join(
        f"{name} {_change(old[name], value)}"
        for name, value in new.items()
        if value != old[name] and not variables[name].ghost and variables[name].lives != "supply"
    )


def _change(old: Value, new: Value) -> str:
    if old is None or isinstance(new, bool):
        return show_value(new)
    return f"{show_value(old)}→{show_value(new)}"
