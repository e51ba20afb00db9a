"""Scenes in which everything is a free symbol of its kind, and the same with shifted numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import z3

from checker.document import syntax as s
from checker.document.kinds import Kind, Space
from checker.document.names import STATE
from checker.prove.solver.encode import Encoder, End, Scene
from checker.prove.solver.terms import SEQ_BITS, TRUE, Bool, Term, flag

SPACES: tuple[Space, Space] = ("A", "B")

SHIFTS: dict[Space, Any] = {space: z3.BitVec(f"shift of {space}", SEQ_BITS) for space in SPACES}
"""By how much all sequence numbers of A and of B are moved."""


@dataclass(frozen=True)
class Symbol:
    """A free value: how a document calls it, its kind with numbers of A or B, its term.

    ``fixed`` ones are set by the document, not by a run.
    """

    name: str
    kind: Kind
    term: Term
    fixed: bool = False


@dataclass
class Free:
    """Scenes of free symbols for expressions that an end evaluates; ``end`` is its name."""

    encoder: Encoder
    end: Space = "A"
    symbols: list[Symbol] = field(default_factory=list)
    _answers: dict[tuple[int, str], Bool] = field(default_factory=dict)

    def scene(self, views: tuple[str, ...] = ("us",), sender: str = "peer") -> Scene:
        """``views`` are the ends and moments that can be seen, ``sender`` who sent the segment."""
        protocol = self.encoder.protocol
        ends = {view: self._end(view) for view in views}
        if "peer" in ends:
            ends["A"], ends["B"] = (ends[v] for v in (("us", "peer") if self.end == "A" else ("peer", "us")))
        whose = self._whose(sender)
        return Scene(
            ends=ends,
            switches={v.name: self._symbol(v.name, v.kind, fixed=True) for v in protocol.switches.values()},
            segment={f.name: self._symbol(f.name, f.kind.of_end(whose)) for f in protocol.fields.values()},
            event=self._set("event", Kind("words", words=tuple(protocol.events))),
            take=self._take,
            asks=self._asks,
        )

    def _whose(self, view: str) -> Space:
        other: Space = "B" if self.end == "A" else "A"
        return other if view == "peer" else self.end

    def _symbol(self, name: str, kind: Kind, fixed: bool = False) -> Term:
        term = self.encoder.words.symbol(kind, name)
        self.symbols.append(Symbol(name, kind, term, fixed))
        return term

    def _set(self, name: str, kind: Kind) -> Term:
        """A free value that is set."""
        term = self.encoder.words.symbol(kind, name).required()
        term = replace(term, defined=TRUE)
        self.symbols.append(Symbol(name, kind, term))
        return term

    def _end(self, view: str) -> End:
        """The end or moment of this view; what the acting end has bears no prefix."""
        protocol = self.encoder.protocol
        prefix = {"us": "", "peer": "peer's ", "before": "before "}[view]
        state = self._set(f"{prefix}{STATE}", Kind("words", words=tuple(protocol.states)))
        values = {
            v.name: self._symbol(f"{prefix}{v.name}", v.kind.of_end(self._whose(view)))
            for v in protocol.variables.values()
            if v.lives != "supply"
        }
        return End(state, values)

    def _take(self, name: str) -> Term:
        taken = sum(symbol.name.startswith(f"{name} taken ") for symbol in self.symbols) + 1
        kind = self.encoder.protocol.variables[name].kind.of_end(self.end)
        return self._set(f"{name} taken {taken}", kind)

    def _asks(self, node: s.Expression, view: str) -> Term:
        """A free answer of the network, the same wherever the same is asked; or of the rows, whose
        guards are asked about by themselves."""
        known = self._answers
        return flag(known.setdefault((id(node), view), z3.Bool(f"answer {len(known) + 1} of the network")))


def shifted(symbols: list[Symbol]) -> list[tuple[Any, Any]]:
    """(each sequence number that a run can choose, the same moved with its space)."""
    return [
        (symbol.term.value, symbol.term.value + SHIFTS[symbol.kind.space])
        for symbol in symbols
        if symbol.kind.base == "seq" and not symbol.fixed
    ]
