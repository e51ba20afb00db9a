"""A document without one of its rules.

Where a row is just left out, that may leave a hole: a call is neither taken nor refused, a segment is
handled by no row. A rule of the language finds that before any property could see what the row did.
So a row that answers a call is turned into its opposite instead, and one that handles a segment into
one that does nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from checker.document.protocol import Protocol, Rule

Trial = Literal["left out", "idle", "refuses", "takes"]
"""What is tried in place of a row: nothing; one that fires, but does nothing and goes on; one that
refuses its calls; one that takes them and does nothing else."""


def trial_of(protocol: Protocol, rule: Rule) -> Trial:
    """What is tried in place of ``rule``."""
    kinds = {protocol.event_kind(event) for event in rule.events}
    if kinds == {"call"}:
        return "takes" if rule.then == "refuse" else "refuses"
    return "idle" if kinds == {"arrival"} else "left out"


def in_place_of(protocol: Protocol, rule: Rule) -> Rule | None:
    """The rule that is tried in place of ``rule``, if any is."""
    trial = trial_of(protocol, rule)
    if trial == "left out":
        return None
    then = {"idle": "", "refuses": "refuse", "takes": "stop"}[trial]
    return replace(rule, acts=(), sends=(), next="", then=then)


def tried(protocol: Protocol, row: str) -> Protocol:
    """``protocol`` with what is tried in place of the rule ``row``."""
    rule = next(rule for rule in protocol.rules if rule.id == row)
    other = in_place_of(protocol, rule)
    if other is None:
        return without(protocol, row)
    return replace(protocol, rules=tuple(other if r is rule else r for r in protocol.rules))


def without(protocol: Protocol, row: str) -> Protocol:
    """``protocol`` without the rule ``row``."""
    return replace(protocol, rules=tuple(rule for rule in protocol.rules if rule.id != row))
