"""What a step spends: calls in their order, faults of an end, losses and duplications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import z3

from checker.prove.solver.free import Symbol
from checker.prove.solver.network import EndState
from checker.prove.solver.terms import COUNT_BITS, Bool, all_of, any_of, implied


def calls_paid(
    now: EndState, after: EndState, script: Sequence[str], makes: Mapping[str, Bool]
) -> Iterator[Bool]:
    """Calls are made in their order, each optional: the first of a name stands for the later ones.

    ``makes`` says of each call when the end makes it.
    """
    for call, condition in makes.items():
        ways = [
            all_of(is_number(now.called, n), is_number(after.called, script.index(call, n) + 1))
            for n in range(len(script))
            if call in script[n:]
        ]
        yield implied(condition, any_of(*ways))
    yield any_of(*makes.values(), after.called.term.value == now.called.term.value)


def faults_paid(now: EndState, after: EndState, suffers: Sequence[Bool]) -> Iterator[Bool]:
    """``suffers`` says of each fault when the end suffers it."""
    for left, then, condition in zip(now.faults, after.faults, suffers, strict=True):
        yield from spent(left, then, [condition])


def spent(left: Symbol | None, then: Symbol | None, conditions: Sequence[Bool]) -> Iterator[Bool]:
    """One is spent for each condition that holds, and as much is left; ``None`` is not counted."""
    if left is None or then is None:
        return
    cost = z3.BitVecVal(0, COUNT_BITS)
    for condition in conditions:
        cost = cost + z3.If(condition, z3.BitVecVal(1, COUNT_BITS), z3.BitVecVal(0, COUNT_BITS))
    yield z3.UGE(left.term.value, cost)
    yield then.term.value == left.term.value - cost


def is_number(symbol: Symbol, value: int) -> Bool:
    return symbol.term.value == z3.BitVecVal(value, COUNT_BITS)
