"""What the operators of the language make of functions of an environment."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from checker.document.kinds import MODULUS

HALF = 1 << 31

Function = Callable[[Any], Any]


def both(left: Function, right: Function) -> Function:
    return lambda env: left(env) and right(env)


def either(left: Function, right: Function) -> Function:
    return lambda env: left(env) or right(env)


def serial_order(left: Function, right: Function, sign: str) -> Function:
    """Two sequence numbers are ordered by the sign of their 32-bit difference (RFC 1982)."""
    if sign in (">", ">="):
        left, right, sign = right, left, {">": "<", ">=": "=<"}[sign]
    if sign == "<":
        return lambda env: 0 < (right(env) - left(env)) % MODULUS < HALF
    return lambda env: (right(env) - left(env)) % MODULUS < HALF


def interval(low: Function, middle: Function, high: Function, signs: tuple[str, ...]) -> Function:
    """Membership of the circular interval that begins at ``low``."""
    least = 1 if signs[0] == "<" else 0
    strict = 1 if signs[1] == "<" else 0

    def member(env: Any) -> bool:
        start = low(env)
        offset = (middle(env) - start) % MODULUS
        length = (high(env) - start) % MODULUS
        return bool(least <= offset <= length - strict)

    return member


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "/=": operator.ne,
    "<": operator.lt,
    "=<": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def pairwise(operands: list[Function], signs: tuple[str, ...]) -> Function:
    """Each operand compared with the next."""
    tests = [_SIGNS[sign] for sign in signs]
    if len(tests) == 1:
        test, (left, right) = tests[0], operands
        return lambda env: test(left(env), right(env))

    def compare(env: Any) -> bool:
        values = [operand(env) for operand in operands]
        return all(test(left, right) for test, left, right in zip(tests, values, values[1:], strict=False))

    return compare
