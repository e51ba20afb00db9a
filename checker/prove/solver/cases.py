"""What a symbol is in which case: after a step it is one of several values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import z3

from checker.prove.solver.frame import Carried, Local
from checker.prove.solver.reaction import Reaction
from checker.prove.solver.terms import Bool, Term, Words, all_of, any_of, implied

Case = tuple[Bool, Term]
"""A condition, and the value that goes with it."""

Values = Mapping[str, Term]
"""Values by name: the variables of an end, the fields of a segment."""


def is_as(symbol: Term, cases: Sequence[Case]) -> Iterator[Bool]:
    """That a symbol has the value of each case whose condition holds, one that is unset any value.

    Cases that have a value in common say so once: far the most leave a symbol as it is.
    """
    for i, bit in enumerate(symbol.flags):
        yield from part_is_as(bit, [(when, term.flags[i]) for when, term in cases])
    if symbol.value is not None:
        yield from part_is_as(symbol.present, [(when, term.present) for when, term in cases])
        valued = [(when, term.value) for when, term in cases if term.value is not None]
        yield from part_is_as(symbol.value, valued)


def part_is_as(part: Bool, cases: Sequence[tuple[Bool, Bool]]) -> Iterator[Bool]:
    """The same for a part of a symbol."""
    alike: dict[int, tuple[Bool, list[Bool]]] = {}
    for when, value in cases:
        alike.setdefault(value.get_id(), (value, []))[1].append(when)
    for value, conditions in alike.values():
        if not z3.eq(part, value):
            yield implied(any_of(*conditions), part == value)


def values_are_as(symbols: Values, cases: Sequence[tuple[Bool, Values]]) -> Iterator[Bool]:
    for name, symbol in symbols.items():
        yield from is_as(symbol, [(when, values[name]) for when, values in cases])


def does(
    after: Local, sent: Sequence[Carried], reactions: Sequence[tuple[Bool, Reaction]], words: Words
) -> Iterator[Bool]:
    """That ``after`` and ``sent`` are what one of some reactions does, where it is enabled; ``sent``
    has room for what any of them sends.

    Nothing is said where it is not enabled: who asks for that must get an answer.
    """
    enabled = [(all_of(case, reaction.enabled), reaction) for case, reaction in reactions]
    outcomes = [(all_of(case, o.when), o) for case, reaction in enabled for o in reaction.outcomes]
    yield from is_as(after.end.state, [(when, words.term(outcome.state)) for when, outcome in outcomes])
    yield from values_are_as(after.end.values, [(when, outcome.values) for when, outcome in outcomes])
    for i, carried in enumerate(sent):
        sendings = []
        for case, reaction in enabled:
            there = reaction.sent[i] if i < len(reaction.sent) else ()
            yield implied(case, carried.present == any_of(*(one.when for one in there)))
            sendings += [(all_of(case, one.when), one.fields) for one in there]
        yield from values_are_as(carried.fields, sendings)
