"""How long durations are: the numbers that are given for them, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.document.protocol import Duration, Length

NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)

EXPECTED: Mapping[Length, str] = {
    "at most": "a number, the longest it takes, such as 120",
    "range": "a range such as 1..60, or 1.. with no end",
    "fixed": "a number, the same each time, such as 240",
}


class GivenError(ValueError):
    """Text that is no number or range for a duration; the message says what is expected."""


@dataclass(frozen=True)
class Given:
    """How long a duration takes: between ``least`` and ``most``, ``None`` for no limit."""

    least: Fraction = Fraction(0)
    most: Fraction | None = None


Numbers = Mapping[str, Given]
"""What is given, by the name of a duration. One that is not there may take any time; a ``fixed``
one then takes the same unknown time each time."""


def parse_given(duration: Duration, text: str) -> Given:
    """What ``text`` gives for ``duration``. Raises ``GivenError``."""
    wrong = GivenError(f"`{text}` is no length of `{duration.name}`, expected {EXPECTED[duration.length]}")
    if duration.length != "range":
        number = _number(text)
        if number is None:
            raise wrong
        return Given(number if duration.length == "fixed" else Fraction(0), number)
    first, dots, last = text.partition("..")
    least, most = _number(first), _number(last)
    if not dots or least is None or (last and most is None):
        raise wrong
    if most is not None and most < least:
        raise GivenError(f"`{text}` is no length of `{duration.name}`: it ends before it begins")
    return Given(least, most)


def _number(text: str) -> Fraction | None:
    return Fraction(text) if NUMBER.fullmatch(text) else None


def write_given(duration: Duration, given: Given) -> str:
    """The text that gives ``given`` for ``duration``; it must give something."""
    most = "" if given.most is None else write_number(given.most)
    return f"{write_number(given.least)}..{most}" if duration.length == "range" else most


def write_number(number: Fraction) -> str:
    """A number as people write it: with decimals if they are few, else as a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    decimals = f"{float(number):.6f}".rstrip("0")
    return decimals if Fraction(decimals) == number else f"{number.numerator}/{number.denominator}"
