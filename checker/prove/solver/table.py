"""The table itself: rows of a step exclude each other, arrivals are handled, rows can fire.

Each is asked of all values that variables, switches and fields of their kinds can have, whether a
run comes to them or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from typing import NamedTuple

import z3

from checker.document.protocol import Protocol, Rule
from checker.prove.solver.encode import Encoder
from checker.prove.solver.free import Free
from checker.prove.solver.obligation import EFFORT, Answer, Obligation, Result, names_in, solve, typed
from checker.prove.solver.sendable import Sendable
from checker.prove.solver.terms import COUNT_BITS, Bool, Words, all_of, any_of
from checker.prove.solver.walk import Walk, Walker

MODERATE = (1 << 16) - 1
"""Counts of a weaker answer: those that sequence numbers exceed by far."""


@dataclass(frozen=True)
class Finding:
    """What came of a question about the table.

    For what fails, ``weaker`` is the answer for ``fewer`` values, in words: the least restricted
    one that is proved, else the one of all restrictions.
    """

    result: Result
    weaker: Result | None = None
    fewer: str = ""


class _Restriction(NamedTuple):
    """Values that a weaker answer speaks of: in words, and as conditions."""

    words: str
    bounds: tuple[Bool, ...]


class Table:
    """The obligations of a document's table."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._encoder = Encoder(protocol)
        self._free = Free(self._encoder)
        self._scene = self._free.scene()
        self._walker = Walker(self._encoder, self._scene)

    def findings(self, effort: int = EFFORT) -> Iterator[Finding]:
        """The answers: what excludes what, what is handled, what can fire."""
        for obligation, closer in self._exclusions():
            yield self._found(obligation, closer, effort)
        for obligation in self._handled():
            yield self._found(obligation, None, effort)
        for obligation in self._fires():
            yield Finding(solve(obligation, effort))

    def _found(self, obligation: Obligation, closer: Callable[[], Obligation] | None, effort: int) -> Finding:
        """The answer to an obligation, or to the ``closer`` one, or a weaker one."""
        result = solve(obligation, effort)
        if result.status != "proved" and closer is not None:
            result = solve(closer(), effort)
        if result.status == "proved":
            return Finding(result)
        weaker, fewer = None, ""
        for fewer, bounds in self._restrictions(result.obligation):
            weaker = solve(_restricted(result.obligation, fewer, bounds), effort)
            if weaker.status == "proved":
                break
        return Finding(result, weaker, fewer)

    def _restrictions(self, obligation: Obligation) -> Iterator[_Restriction]:
        """What could matter to an obligation, alone and together."""
        spoken = names_in(obligation.assertions)
        symbols = [s for s in self._free.symbols if spoken & names_in(s.term.parts)]
        most = z3.BitVecVal(MODERATE, COUNT_BITS)
        bounds = tuple(z3.ULE(s.term.value, most) for s in symbols if s.kind.base == "count")
        moderate = _Restriction(f"counts to {MODERATE:,}", bounds)
        assert self._scene.segment is not None
        segment = Sendable(self.protocol, self._words).condition(self._scene.segment)
        sendable = _Restriction("segments that some row can send", (segment,))
        reads_segment = any(symbol.name in self.protocol.fields for symbol in symbols)
        reads_segment &= not z3.is_false(segment)  # where nothing is sent, that says nothing
        if bounds:
            yield moderate
        if reads_segment:
            yield sendable
        if bounds and reads_segment:
            words = f"{sendable.words} and {moderate.words}"
            yield _Restriction(words, sendable.bounds + moderate.bounds)

    def _obligation(self, name: str, claim: str, *asked: Bool, wants: Answer = "unsat") -> Obligation:
        symbols = tuple(self._free.symbols)
        return Obligation(name, claim, typed(asked, symbols, self._words), symbols, self._words, wants)

    @property
    def _words(self) -> Words:
        return self._encoder.words

    @cached_property
    def _walks(self) -> tuple[Walk, ...]:
        """Every event in every state, as far as some row is there for it."""
        arrivals = {event.name for event in self.protocol.events.values() if event.kind == "arrival"}
        cases = [(event, state) for event in self.protocol.events for state in self.protocol.states]
        walks = [self._walker.walk(event, state) for event, state in cases]
        return tuple(walk for walk in walks if walk.moments or walk.event in arrivals)

    def _in(self, walk: Walk, condition: Bool) -> Bool:
        """That ``condition`` holds in a walk: with its event and its state."""
        if z3.is_false(condition):
            return condition
        event, state = self._words.term(walk.event), self._words.term(walk.state)
        us = self._scene.ends["us"].state
        return all_of(self._scene.event.value == event.value, us.value == state.value, condition)

    # Rows of a step exclude each other

    def _exclusions(self) -> Iterator[tuple[Obligation, Callable[[], Obligation]]]:
        """For each pair: both guards hold, of any values; the same of those that come so far."""
        for _, rules in self.protocol.steps:
            for one, two in combinations(rules, 2):
                if set(one.events) & set(two.events) and set(one.states) & set(two.states):
                    name = f"exclusive: {one.id} / {two.id}"
                    claim = f"The rows {one.id} and {two.id} never both fire."
                    asked = self._both(one, two)
                    yield (
                        self._obligation(name, claim, *asked),
                        partial(self._both_come_to, name, claim, one, two),
                    )

    def _both(self, one: Rule, two: Rule) -> tuple[Bool, ...]:
        guards = [self._walker.guard(rule, self._scene) for rule in (one, two)]
        states = [state for state in one.states if state in two.states]
        state = self._words.among(self._scene.ends["us"].state.value, states)
        return (state, *(part for guard in guards for part in (guard.defined, guard.value)))

    def _both_come_to(self, name: str, claim: str, one: Rule, two: Rule) -> Obligation:
        cases = [
            self._in(walk, all_of(moment.fires(one), moment.fires(two)))
            for walk in self._walks
            for moment in walk.moments
            if moment.has(one) and moment.has(two)
        ]
        return self._obligation(name, f"{claim} Asked of events from their first step on.", any_of(*cases))

    # Every arrival is handled, every row can fire

    def _handled(self) -> Iterator[Obligation]:
        for walk in self._walks:
            if self.protocol.event_kind(walk.event) == "arrival":
                claim = f"In {walk.state} some row fires on every {walk.event}."
                yield self._obligation(f"handled: {walk.state}", claim, self._in(walk, walk.unhandled))

    def _fires(self) -> Iterator[Obligation]:
        for rule in self.protocol.rules:
            cases = [
                self._in(walk, self._walker.works(moment, rule))
                for walk in self._walks
                for moment in walk.moments
                if moment.has(rule)
            ]
            claim = f"Some values make the row {rule.id} fire, without an error."
            yield self._obligation(f"can fire: {rule.id}", claim, any_of(*cases), wants="sat")


def _restricted(obligation: Obligation, fewer: str, bounds: tuple[Bool, ...]) -> Obligation:
    """The same for fewer values."""
    return replace(
        obligation,
        name=f"{obligation.name}, {fewer}",
        claim=f"{obligation.claim}\nThis for {fewer}.",
        assertions=(*obligation.assertions, *bounds),
    )
