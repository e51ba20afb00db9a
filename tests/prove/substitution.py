"""What to put in the place of a symbol of the solver, so that only a value is left of a term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from checker.prove.solver.terms import Term


def put(symbol: Term, constant: Term) -> Iterator[tuple[Any, Any]]:
    """(part of a symbol, the same of a constant)."""
    yield from zip(symbol.flags, constant.flags, strict=True)
    if symbol.flags:
        return
    if z3.is_const(symbol.value):
        yield symbol.value, constant.value
    else:  # a count with a limit, which has a few bits only
        bits = symbol.value.arg(0)
        yield bits, z3.BitVecVal(constant.value.as_long(), bits.size())
    if not z3.is_true(symbol.present):
        yield symbol.present, constant.present
