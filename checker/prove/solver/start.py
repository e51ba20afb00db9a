"""The state in which the runs of a scenario begin, after the calls that were made before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import z3

from checker.model.evaluate import SemanticError
from checker.prove.solver.budgets import is_number
from checker.prove.solver.cases import does
from checker.prove.solver.encode import End
from checker.prove.solver.frame import Carried
from checker.prove.solver.given import A_ACTS, Given
from checker.prove.solver.network import EndState
from checker.prove.solver.obligation import EFFORT, TOO_MUCH, new_solver
from checker.prove.solver.terms import TRUE, Bool, EncodeError, Term, all_of, negated
from checker.prove.solver.transition import Transition

Sent = Mapping[str, Term]
"""The fields of a segment."""


def start(transition: Transition) -> Bool:
    """That the state now is the one in which runs begin.

    Raises ``SemanticError`` if a call cannot be made before, or what it sends finds no room, and
    ``EncodeError`` if the solver cannot say.
    """
    opening = _Opening(transition)
    for end, call in transition.scenario.opened:
        opening.call(end, call)
    return all_of(*opening.parts())


class _Opening:
    """The ends and what they have sent, as constants, while calls are made."""

    def __init__(self, transition: Transition) -> None:
        self.transition, self.scenario = transition, transition.scenario
        words, protocol = transition.frame.words, transition.protocol
        self.ends: list[End] = []
        for is_a in A_ACTS:
            given = Given(protocol, self.scenario, words, is_a)
            values = {v.name: given.initial(v) for v in protocol.variables.values()}
            self.ends.append(End(words.term(protocol.initial_state), values))
        self.names = [protocol.initial_state] * 2
        self.sent: tuple[list[Sent], list[Sent]] = ([], [])

    def call(self, end: int, call: str) -> None:
        """What a call does; the solver finds it, as there is one way only."""
        transition, us = self.transition, self.ends[end]
        reaction = transition.reactor.react(call, self.names[end])
        solver = new_solver(EFFORT, True)
        solver.add(
            transition.a_acts == A_ACTS[end],
            transition.happens(call),
            transition.us.equals(us.state, us.values),
            reaction.enabled,
            *does(transition.after, transition.sent, [(TRUE, reaction)], transition.frame.words),
        )
        answer = solver.check()
        if answer == z3.unknown:
            raise EncodeError(f"{self.scenario.position}: {call} before the start: {TOO_MUCH}")
        if answer != z3.sat:
            self._cannot(f"{'AB'[end]} cannot call {call} in {self.names[end]}")
        self._take(end, solver.model())

    def _take(self, end: int, model: object) -> None:
        """The end and what it sent, from the solver's answer."""
        transition, words = self.transition, self.transition.frame.words
        state, *values = (words.read(symbol.kind, symbol.term, model) for symbol in transition.after.symbols)
        self.names[end] = str(state)
        self.ends[end] = End(words.term(str(state)), transition.frame.values_of(values))
        for carried in transition.sent:
            there, *fields = (words.read(symbol.kind, symbol.term, model) for symbol in carried.symbols)
            if there:
                self.sent[end].append(transition.frame.fields_of(fields))

    def _cannot(self, what: str) -> None:
        raise SemanticError(what, self.scenario.position, self.scenario.name)

    # As conditions of the state now

    def parts(self) -> Iterator[Bool]:
        now, network = self.transition.now, self.scenario.network
        lost = 0
        for end in (0, 1):
            yield from self._budgets(now.ends[end], end)
            yield now.ends[end].local.equals(self.ends[end].state, self.ends[end].values)
            lost += max(0, len(self.sent[end]) - self.scenario.capacity)
            yield from self._flying(now.channels[end].places, self.sent[end])
        if network.lose is not None and now.losses is not None:
            if lost > network.lose:
                self._cannot("what `opened` sends finds no room in the channel, and no loss is left for it")
            yield is_number(now.losses, network.lose - lost)
        if network.duplicate is not None and now.duplications is not None:
            yield is_number(now.duplications, network.duplicate)

    def _budgets(self, now: EndState, end: int) -> Iterator[Bool]:
        yield is_number(now.called, 0)
        faults = (event.name for event in self.transition.protocol.events.values() if event.kind == "fault")
        for name, left in zip(faults, now.faults, strict=True):
            yield is_number(left, self.scenario.faults.get(name, (0, 0))[end])

    def _flying(self, places: Sequence[Carried], sent: Sequence[Sent]) -> Iterator[Bool]:
        for i, place in enumerate(places):
            if i < len(sent):
                yield all_of(place.present, self.transition.frame.alike(place.fields, sent[i]))
            else:
                yield negated(place.present)
