"""That a certificate is inductive and safe, asked of the solver from the document's expressions.

``prove.audit`` says the same with the evaluator, local state by local state and segment by segment.
Here a question is asked of each local state of an end: whether any step from any of its views,
with any segment in flight there, leads out of the views or breaks a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import z3

from checker.document.kinds import FLAG
from checker.prove.certificate import Certificate, State, View, members
from checker.prove.solver.frame import Frame
from checker.prove.solver.free import Symbol
from checker.prove.solver.obligation import Answer, Obligation
from checker.prove.solver.stepping import LEFT, Left, Stepping, Trial, is_number
from checker.prove.solver.terms import FALSE, Bool, EncodeError, Term, all_of, any_of, implied, negated

BROKEN, UNCOVERED = "has no meaning", "leads out"
"""Names of symbols: what is wrong with a step, besides claims that it breaks."""


@dataclass(frozen=True)
class Question:
    """An obligation, and what it is about: the start, or the local state ``place`` of ``end``."""

    obligation: Obligation
    end: int = 0
    place: int = -1


class Induction:
    """The questions about the steps from the views of a certificate.

    Raises ``EncodeError`` for what the solver cannot be asked.
    """

    def __init__(self, certificate: Certificate, frame: Frame) -> None:
        self.certificate, self.frame = certificate, frame
        self.steppings = [Stepping(certificate, frame, end) for end in (0, 1)]
        self.in_view = cache(lambda number: is_number(self.view, number))
        self._arrives_as = cache(lambda number: is_number(self.arriving, number))
        self.view = self.frame.number("view", len(certificate.views))
        self.arriving = self.frame.number("arriving", len(certificate.segments))
        self.left = self.frame.number("left", len(LEFT))

    def questions(self) -> Iterator[Question]:
        """One for each local state of each end that some view has."""
        for end in (0, 1):
            for place in sorted({view[end] for view in self.certificate.views}):
                yield Question(self.steps(end, place), end, place)

    def _views_of(self, end: int, place: int) -> list[tuple[int, View]]:
        return [(n, view) for n, view in enumerate(self.certificate.views) if view[end] == place]

    def _named(self, end: int, place: int) -> str:
        return f"{'AB'[end]} in {self.certificate.ends[end][place].state} (#{place})"

    # Consecution, and the claims of steps

    def steps(self, end: int, place: int) -> Obligation:
        """No step of an end from one of its local states leads out of the views or breaks a claim."""
        stepping, us = self.steppings[end], self.certificate.ends[end][place]
        views = self._views_of(end, place)
        trials = [*stepping.trials(us), *self._arrivals(end, us, views)]
        symbols, wrong = self._wrong_steps(stepping, us, views, trials)
        before = stepping.constant(us)
        asked = [
            stepping.before.equals(before.state, before.values),
            self._in_views(stepping, views),
            any_of(*(stepping.happens(trial.event) for trial in trials)),
            *stepping.relation(tuple(trial.event for trial in trials), us.state),
            *self._arriving(end, views),
            *wrong,
        ]
        return obligation(
            self.frame,
            f"steps: {self._named(end, place)}",
            f"No step of {self._named(end, place)} leads out of the views or breaks a claim.",
            asked,
            (*symbols, self.view, self.arriving, self.left, *stepping.symbols()),
        )

    def _arrivals(self, end: int, us: State, views: Sequence[tuple[int, View]]) -> list[Trial]:
        """The arrival, if anything is in flight to this end."""
        return [self.steppings[end].arrival(us)] if any(view[3 - end] for _, view in views) else []

    def _in_views(self, stepping: Stepping, views: Sequence[tuple[int, View]]) -> Bool:
        """That the step begins in one of the views, with the peer that it speaks of."""
        other = 1 - stepping.end
        peers: dict[int, list[Bool]] = {}
        for number, view in views:
            peers.setdefault(view[other], []).append(self.in_view(number))
        parts = [any_of(*(one for numbers in peers.values() for one in numbers))]
        for place, numbers in peers.items():
            peer = self.certificate.ends[other][place]
            parts.append(implied(any_of(*numbers), stepping.peer_is(peer)))
        return all_of(*parts)

    def _arriving(self, end: int, views: Sequence[tuple[int, View]]) -> Iterator[Bool]:
        """That a segment that arrives was in flight in the view."""
        stepping = self.steppings[end]
        arrives = stepping.happens(self.certificate.arrival()) if self.certificate.arrival() else FALSE
        known: dict[int, list[Bool]] = {}
        for number, view in views:
            known.setdefault(view[3 - end], []).append(self.in_view(number))
        for bits, numbers in known.items():
            some = any_of(*(self._arrives_as(k) for k in members(bits)))
            yield implied(all_of(arrives, any_of(*numbers)), some)
        for k in sorted({k for bits in known for k in members(bits)}):
            fields = stepping.arrives(k)
            yield implied(all_of(arrives, self._arrives_as(k)), fields)

    def _wrong_steps(
        self, stepping: Stepping, us: State, views: Sequence[tuple[int, View]], trials: Sequence[Trial]
    ) -> tuple[list[Symbol], list[Bool]]:
        """(symbols that say what is wrong with a step, that something is)."""
        peers = frozenset(
            self.certificate.ends[1 - stepping.end][view[1 - stepping.end]].state for _, view in views
        )
        broken, leads_out, allowed = [], [], []
        for trial in trials:
            reaction = stepping.taken(trial.event, us.state)
            happens = stepping.happens(trial.event)
            broken.append(all_of(happens, reaction.broken))
            acts = all_of(happens, reaction.enabled)
            for number, left in enumerate(LEFT if stepping.tests(trial.event) else LEFT[:1]):
                may = stepping.allowed(trial.event, left, peers)
                broken.append(all_of(acts, negated(may.defined)))
                when = all_of(acts, may.value, is_number(self.left, number))
                allowed.append(when)
                uncovered = [
                    all_of(self.in_view(n), negated(self._covered(stepping, trial, view, left)))
                    for n, view in views
                ]
                leads_out.append(all_of(when, any_of(*uncovered)))
        named = {BROKEN: any_of(*broken), UNCOVERED: any_of(*leads_out)}
        taken = any_of(*allowed)
        named |= {name: all_of(taken, broken) for name, broken in stepping.broken_claims.items()}
        return named_parts(named)

    def _covered(self, stepping: Stepping, trial: Trial, view: View, left: Left) -> Bool:
        """That some view has at least what is in flight after a step from ``view``."""
        own, other = 2 + stepping.end, 3 - stepping.end
        us = self.certificate.ends[stepping.end][view[stepping.end]]
        states = stepping.taken(trial.event, us.state).states
        found = []
        for after in self._beside[1 - stepping.end].get(view[1 - stepping.end], ()):
            there = self.certificate.ends[stepping.end][after[stepping.end]]
            if there.state not in states or (there.called, there.faults) != (trial.called, trial.faults):
                continue
            if not left.drained and view[other] & ~after[other]:
                continue
            lacking = 0 if left.drained else view[own] & ~after[own]
            if lacking and not left.none_equal:
                continue
            parts = [stepping.leads_to(after[stepping.end]), stepping.sends_only(after[own])]
            found.append(all_of(*parts, stepping.sends_equal_of(lacking)))
        return any_of(*found)

    @cached_property
    def _beside(self) -> tuple[Mapping[int, list[View]], Mapping[int, list[View]]]:
        """The views by the local state of A, and of B."""
        found: tuple[dict[int, list[View]], dict[int, list[View]]] = ({}, {})
        for view in self.certificate.views:
            for end in (0, 1):
                found[end].setdefault(view[end], []).append(view)
        return found


# Questions


def named_parts(named: Mapping[str, Bool]) -> tuple[list[Symbol], list[Bool]]:
    """(symbols by which an example tells which of some conditions hold, that one of them does)."""
    symbols = [Symbol(name, FLAG, Term(z3.Bool(name))) for name in named]
    meant = [
        symbol.term.value == condition for symbol, condition in zip(symbols, named.values(), strict=True)
    ]
    return symbols, [*meant, any_of(*(symbol.term.value for symbol in symbols))]


def obligation(
    frame: Frame,
    name: str,
    claim: str,
    asked: Sequence[Bool],
    symbols: Sequence[Symbol],
    wants: Answer = "unsat",
) -> Obligation:
    """Raises ``EncodeError`` where two symbols would be one and the same to the solver."""
    names = [found for symbol in symbols for found in frame.names_of(symbol)]
    if len(set(names)) < len(names):
        raise EncodeError("two names that cannot be told apart")
    return Obligation(name, claim, tuple(asked), tuple(symbols), frame.words, wants)
