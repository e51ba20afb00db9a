"""What an event does to an end, as terms: the state after it and what it sends.

``model.endpoint`` does the same for given values; the tests compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import combinations

import z3

from checker.document import syntax as s
from checker.document.protocol import Protocol, Rule
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.given import Given
from checker.prove.solver.obligation import new_solver
from checker.prove.solver.terms import FALSE, Bool, EncodeError, Term, all_of, any_of, flag, negated
from checker.prove.solver.walk import Acted, Walk, Walker, Working

QUICK = 5_000_000
"""Effort for the question whether two segments can be sent at once."""


@dataclass(frozen=True)
class Sent:
    """A segment that is sent ``when`` this holds."""

    when: Bool
    fields: Mapping[str, Term]


@dataclass(frozen=True)
class Outcome:
    """A way in which an event ends: when it does, and with what."""

    when: Bool
    state: str
    values: Mapping[str, Term]


@dataclass(frozen=True)
class Reaction:
    """What an event does where it is ``enabled``: some row fires, and none refuses; and when it is
    ``broken`` by an error.

    No two ``outcomes`` happen at once. What is ``sent`` stands in the order of sending; at most one
    of those at each place is sent.
    """

    enabled: Bool
    broken: Bool
    outcomes: tuple[Outcome, ...]
    sent: tuple[tuple[Sent, ...], ...]

    @property
    def states(self) -> frozenset[str]:
        """The states that it may come to."""
        return frozenset(outcome.state for outcome in self.outcomes)


class Reactor(Walker):
    """Takes events through the steps of a protocol to their ends, with the supplies of a scenario."""

    def __init__(self, encoder: Encoder, scene: Scene, given: Given) -> None:
        super().__init__(encoder, scene)
        self.given = given
        self._known: dict[tuple[str, str], Reaction] = {}
        self._rows: dict[tuple[int, int], tuple[Acted, Working]] = {}
        _require_plain_supplies(self.protocol)

    def react(self, event: str, state: str) -> Reaction:
        """What an event does in a state."""
        if (event, state) not in self._known:
            self._known[event, state] = self._reaction(self.walk(event, state))
        return self._known[event, state]

    def can(self, event: str, states: Iterable[str] | None = None) -> Term:
        """Whether the end would go through an event, as it is: in any of some states, or in any at all.
        It is an error where the rows have no meaning."""
        state, term = self._scene.ends["us"].state.value, self.encoder.words.term
        among = self.protocol.states if states is None else states
        cases = [(state == term(name).value, self.react(event, name)) for name in among]
        broken = any_of(*(all_of(here, reaction.broken) for here, reaction in cases))
        return flag(any_of(*(all_of(here, reaction.enabled) for here, reaction in cases)), negated(broken))

    def _reaction(self, walk: Walk) -> Reaction:
        outcomes = tuple(o for o in self._outcomes(walk) if not z3.is_false(o.when))
        overlaps = any_of(
            *(
                all_of(moment.working.reached, one, two)
                for moment in walk.moments
                for (_, one), (_, two) in combinations(moment.rows, 2)
            )
        )
        goes_on = any_of(*(outcome.when for outcome in outcomes))
        ends = any_of(goes_on, self._refused(walk), self._passes(walk))
        return Reaction(
            enabled=z3.simplify(all_of(goes_on, negated(overlaps))),
            broken=z3.simplify(any_of(overlaps, negated(ends))),
            outcomes=outcomes,
            sent=self._sent(walk),
        )

    def _outcomes(self, walk: Walk) -> Iterator[Outcome]:
        for moment in walk.moments:
            for rule, _ in moment.rows:
                if rule.then == "stop":
                    state = rule.next or moment.working.state
                    values = self._acted(rule, moment.working).values
                    yield self._outcome(self.works(moment, rule), state, values)
        for working in walk.last:
            yield self._outcome(all_of(working.reached, working.fired), working.state, working.values)

    def _outcome(self, when: Bool, state: str, values: Mapping[str, Term]) -> Outcome:
        """An end of a walk; the variables that live for one event are forgotten then."""
        return Outcome(z3.simplify(when), state, {**values, **self._initial("event")})

    def _refused(self, walk: Walk) -> Bool:
        return any_of(
            *(
                self.works(moment, rule)
                for moment in walk.moments
                for rule, _ in moment.rows
                if rule.then == "refuse"
            )
        )

    def _passes(self, walk: Walk) -> Bool:
        """When no row fires, which for an arrival is an error."""
        arrives = self.protocol.event_kind(walk.event) == "arrival"
        return FALSE if arrives else walk.unhandled

    # What is sent

    def _sent(self, walk: Walk) -> tuple[tuple[Sent, ...], ...]:
        """Each segment as early as those allow that may be sent before it."""
        places: list[list[Sent]] = []
        for moment in walk.moments:
            for rule, _ in moment.rows:
                below = -1
                for segment in self._acted(rule, moment.working).sent:
                    sent = Sent(z3.simplify(self.works(moment, rule)), segment)
                    if z3.is_false(sent.when):
                        continue
                    beside = (n for n in reversed(range(len(places))) if _both(places[n], sent))
                    below = max(below, next(beside, -1)) + 1
                    places[below:] = places[below:] or [[]]
                    places[below].append(sent)
        return tuple(map(tuple, places))

    # Where a scenario matters

    def _at_first(self) -> Mapping[str, Term]:
        """The variables as they are; those that live for one event have been forgotten before."""
        return self._scene.ends["us"].values

    def _blank(self) -> Mapping[str, Term]:
        return self._initial("TCB")

    def _initial(self, lives: str) -> Mapping[str, Term]:
        variables = self.protocol.variables.values()
        return {v.name: self.given.initial(v) for v in variables if v.lives == lives}

    def _acted(self, rule: Rule, working: Working) -> Acted:
        """Worked out once; the end stays with it, so that no other one gets its id."""
        key = id(rule), id(working)
        if key not in self._rows:
            self._rows[key] = super()._acted(rule, working), working
        return self._rows[key][0]

    def _at(self, working: Working) -> Scene:
        values = working.values
        return replace(super()._at(working), take=partial(self._take, values))

    def _take(self, values: Mapping[str, Term], name: str) -> Term:
        """The next value of a supply, of which one more is taken in ``values`` then."""
        assert isinstance(values, dict)  # those that the assignments of a row are changing
        found, values[name] = self.given.taken(name, values[name])
        return found


def _both(there: Sequence[Sent], sent: Sent) -> bool:
    """Whether ``sent`` may be sent beside one of the segments at a place."""
    solver = new_solver(QUICK)
    solver.add(sent.when, any_of(*(other.when for other in there)))
    return bool(solver.check() != z3.unsat)


def _require_plain_supplies(protocol: Protocol) -> None:
    """Raises where a number may or may not be taken, as only a value would tell."""
    acts = [act for rule in protocol.rules for act in rule.acts]
    acts += [
        act
        for definition in protocol.definitions.values()
        if isinstance(definition.means, tuple)
        for act in definition.means
    ]
    for act in acts:
        if isinstance(act, s.Assign) and _takes_perhaps(protocol, act.value, False):
            raise EncodeError(f"{act.position}: takes from a supply under a condition")


def _takes_perhaps(protocol: Protocol, node: object, perhaps: bool) -> bool:
    """Whether a supply is read within a choice, ``and`` or ``or``."""
    if isinstance(node, s.Name):
        variable = protocol.variables.get(node.name)
        return perhaps and variable is not None and variable.lives == "supply"
    if isinstance(node, tuple):
        return any(_takes_perhaps(protocol, part, perhaps) for part in node)
    if not isinstance(node, s.Node):
        return False
    inside = perhaps or isinstance(node, (s.Choice, s.Connected))
    return any(_takes_perhaps(protocol, getattr(node, field.name), inside) for field in fields(node))
