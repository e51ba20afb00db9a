"""Constraints and numbers of a timed run in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from checker.document.lengths import Given, Numbers, write_given, write_number
from checker.document.protocol import Protocol
from checker.timing.answer import Bound
from checker.timing.constraints import START, Constraint
from checker.timing.given import Quantity
from checker.timing.moments import Moment


def given_in_words(protocol: Protocol, numbers: Numbers) -> str:
    """``life at most 120, again 1..60, wait unknown``."""
    parts = []
    for name, duration in protocol.durations.items():
        given = numbers.get(name)
        if given is None or given == Given():
            parts.append(f"{name} {'unknown' if duration.length == 'fixed' else 'without limit'}")
        else:
            at_most = "at most " if duration.length == "at most" else ""
            parts.append(f"{name} {at_most}{write_given(duration, given)}")
    return ", ".join(parts)


def premise(quantity: Quantity | None, numbers: Numbers) -> str:
    """What a bound rests on: ``again at most 60``."""
    if quantity is None:
        return "timers that fire only as in the run"
    value = quantity.value(numbers)
    assert value is not None
    side = {"least": "at least ", "most": "at most ", "fixed": ""}[quantity.side]
    return f"{quantity.duration} {side}{write_number(value)}"


def formula(bound: Bound) -> str:
    """What a limit is made of: ``2 again + life``, where names stand for the longest they take."""
    words = ""
    for count, quantity in bound.terms:
        name = f"the least {quantity.duration}" if quantity.side == "least" else quantity.duration
        sign = (" - " if count < 0 else " + ") if words else ("-" if count < 0 else "")
        words += f"{sign}{'' if abs(count) == 1 else f'{abs(count)} '}{name}"
    words = words or "0"
    return words if bound.times == 1 else f"({words}) / {bound.times}"


def length(longest: Fraction | None) -> str:
    return "any length" if longest is None else write_number(longest)


def constraint_in_words(constraint: Constraint, moments: Sequence[Moment]) -> tuple[str, str]:
    """(``11 at most long after 8``, why that is so)."""
    first, second = (_name(n, moments) for n in (constraint.first, constraint.second))
    quantity = constraint.quantity
    if quantity is None:
        return f"{first} not after {second}", _why(constraint)
    if constraint.sign < 0:
        least = "" if quantity.side == "fixed" else "at least "
        return f"{second} {least}{quantity.duration} after {first}", _why(constraint)
    return f"{first} at most {quantity.duration} after {second}", _why(constraint)


def _name(number: int, moments: Sequence[Moment]) -> str:
    if number == START:
        return "the start"
    if number > len(moments):
        return "the end"
    moment = moments[number - 1]
    return str(moment.step) if moment.step else f"{'AB'[moment.end]}'s {moment.event}"


def _why(constraint: Constraint) -> str:
    match constraint.why:
        case "run":
            return "the order of the run"
        case "end":
            return f"what {constraint.what} does is in order"
        case "segment":
            return "a segment" if constraint.quantity else "a segment is sent before it is gone"
        case "in flight":
            return "a segment still in flight"
        case "timer":
            return constraint.what
        case "not yet":
            return f"{constraint.what} runs on"
        case _:
            return "the end of the run"
