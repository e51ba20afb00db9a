"""The table itself: rows of a step exclude each other, arrivals are handled, rows can fire.

Each is asked of all values that variables, switches and fields of their kinds can have, whether a
run comes to them or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations

import z3

from checker.document.protocol import Protocol, Rule
from checker.prove.solver.encode import Encoder
from checker.prove.solver.free import Free
from checker.prove.solver.obligation import TIMEOUT, Answer, Obligation, Result, names_in, solve, typed
from checker.prove.solver.terms import COUNT_BITS, Bool, Words, all_of, any_of
from checker.prove.solver.walk import Walk, Walker

MODERATE = (1 << 16) - 1
"""Counts of a weaker answer: those that sequence numbers exceed by far."""


@dataclass(frozen=True)
class Finding:
    """What came of a question about the table.

    ``weaker`` is the answer where counts are moderate, for what fails without a bound.
    """

    result: Result
    weaker: Result | None = None


class Table:
    """The obligations of a document's table."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._encoder = Encoder(protocol)
        self._free = Free(self._encoder)
        self._scene = self._free.scene()
        self._walker = Walker(self._encoder, self._scene)

    def findings(self, timeout: float = TIMEOUT) -> Iterator[Finding]:
        """The answers: what excludes what, what is handled, what can fire."""
        for obligation, closer in self._exclusions():
            yield self._found(obligation, closer, timeout)
        for obligation in self._handled():
            yield self._found(obligation, None, timeout)
        for obligation in self._fires():
            yield Finding(solve(obligation, timeout))

    def _found(
        self, obligation: Obligation, closer: Callable[[], Obligation] | None, timeout: float
    ) -> Finding:
        """The answer to an obligation, or to the ``closer`` one, or a weaker one."""
        result = solve(obligation, timeout)
        if result.status != "proved" and closer is not None:
            result = solve(closer(), timeout)
        moderate = None if result.status == "proved" else self._moderate(result.obligation)
        return Finding(result, None if moderate is None else solve(moderate, timeout))

    def _moderate(self, obligation: Obligation) -> Obligation | None:
        """The same where no count is large, if it speaks of counts."""
        most = z3.BitVecVal(MODERATE, COUNT_BITS)
        spoken = names_in(obligation.assertions)
        bounds = [
            z3.ULE(symbol.term.value, most)
            for symbol in self._free.symbols
            if symbol.kind.base == "count" and spoken & names_in(symbol.term.parts)
        ]
        if not bounds:
            return None
        return replace(
            obligation,
            name=f"{obligation.name}, counts to {MODERATE}",
            claim=f"{obligation.claim}\nThis with every count at most {MODERATE}.",
            assertions=(*obligation.assertions, *bounds),
        )

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
