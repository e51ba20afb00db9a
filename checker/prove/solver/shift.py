"""Any initial sequence numbers: nothing changes if all numbers of A, and all of B, are moved.

If every expression gives the same truth value or count when its sequence numbers are moved, and a
sequence number that is moved along, then so does every run: it happens with all pairs of initial
sequence numbers, or with none. An expression with a literal sequence number does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import z3

from checker.document import syntax as s
from checker.document.kinds import Kind, Space
from checker.document.protocol import Protocol
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.free import SHIFTS, Free, Symbol, shifted
from checker.prove.solver.listing import Expression, Use, claims, expressions
from checker.prove.solver.obligation import Obligation, solve, typed
from checker.prove.solver.terms import Bool, Term, all_of, implied, modulo, negated, same

PREFIX = "any numbers"

VIEWS: dict[Use, tuple[str, ...]] = {
    "rule": ("us",),
    "claim": ("us", "peer"),
    "step claim": ("us", "before", "peer"),
}


def shift_obligations(protocol: Protocol) -> Iterator[tuple[Expression, Obligation]]:
    """One for each expression of the document, with the expression."""
    scenes = _Scenes(Encoder(protocol))
    yield from _of_rows(protocol, scenes)
    for expression in claims(protocol):
        ends: tuple[Space, ...] = ("A", "B") if _names_an_end(expression.node) else ("A",)
        for end in ends:
            yield expression, _obligation(scenes, expression, end)


def _of_rows(protocol: Protocol, scenes: _Scenes) -> Iterator[tuple[Expression, Obligation]]:
    """Those of all that ends evaluate."""
    for expression in expressions(protocol):
        yield expression, _obligation(scenes, expression, "A")


def literal_expressions(protocol: Protocol) -> frozenset[str]:
    """The names of expressions that ends evaluate and that care where numbers begin, or may."""
    obligations = _of_rows(protocol, _Scenes(Encoder(protocol)))
    return frozenset(e.name for e, obligation in obligations if solve(obligation).status != "proved")


class _Scenes:
    """Scenes of free symbols, one for all expressions that read the same."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[tuple[Use, str, Space], tuple[Free, Scene]] = {}

    def of(self, expression: Expression, end: Space) -> tuple[Free, Scene]:
        key = expression.use, expression.sender, end
        if key not in self._known:
            free = Free(self.encoder, end)
            self._known[key] = free, free.scene(VIEWS[expression.use], expression.sender)
        return self._known[key]


def _obligation(scenes: _Scenes, expression: Expression, end: Space) -> Obligation:
    encoder = scenes.encoder
    free, scene = scenes.of(expression, end)
    read = encoder.maybe_unset if expression.may_be_unset else encoder.term
    term = read(expression.node, scene)
    moved = _substituted(term, shifted(free.symbols))
    wanted = term
    if expression.kind is not None and expression.kind.base == "seq" and term.value is not None:
        space = expression.kind.of_end(end).space
        wanted = replace(term, value=modulo(term.value) + SHIFTS[space])
        moved = replace(moved, value=modulo(moved.value))
    alike = all_of(moved.defined == term.defined, implied(term.defined, same(moved, wanted)))
    shifts = tuple(Symbol(f"shift of {space}", Kind("seq", space), Term(d)) for space, d in SHIFTS.items())
    which = f", claimed of {end}" if _names_an_end(expression.node) else ""
    return Obligation(
        f"{PREFIX}: {expression.name}{which}",
        f"Moving all sequence numbers of A and of B changes {_nothing_else(expression)}.",
        typed([negated(alike)], free.symbols, encoder.words),
        (*free.symbols, *shifts),
        encoder.words,
    )


def _nothing_else(expression: Expression) -> str:
    seq = expression.kind is not None and expression.kind.base == "seq"
    return "the value by as much" if seq else "nothing"


def _substituted(term: Term, moves: list[tuple[z3.ExprRef, z3.ExprRef]]) -> Term:
    def moved(part: Bool) -> Bool:
        return z3.substitute(part, *moves) if moves else part

    value = None if term.value is None else moved(term.value)
    return Term(value, moved(term.present), moved(term.defined), term.bits, tuple(map(moved, term.flags)))


def _names_an_end(node: object) -> bool:
    """Whether an expression speaks of A or B by name."""
    if isinstance(node, s.Name):
        return node.who in ("A", "B")
    if isinstance(node, tuple):
        return any(map(_names_an_end, node))
    return isinstance(node, s.Node) and any(map(_names_an_end, vars(node).values()))
