"""Hazards: initial sequence numbers with which an end does something else than it does with
numbers that lie far apart.

The views are closed with numbers far apart. Where an evaluation in them meets numbers of several
sources (a literal of the document, several incarnations), the solver says for which numbers it
would come out otherwise. With all other numbers the same runs happen, number for number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import z3

from checker.document import syntax as s
from checker.document.kinds import MODULUS
from checker.document.protocol import Protocol, Scenario
from checker.explore.limits import Limits
from checker.model.endpoint import Endpoint, Reaction
from checker.model.tables import LimitReached, Model
from checker.prove.closure import Closure, exact, merged
from checker.prove.search import without_bounds
from checker.prove.solver.boxes import Solutions, solutions
from checker.prove.solver.instances import Instances, Key, Recorder
from checker.prove.solver.numbers import Numbers, Unknown, Unsupported, is_number
from checker.prove.solver.obligation import EFFORT, names_in, new_solver
from checker.prove.solver.terms import SEQ_BITS, Bool, Words, any_of
from checker.prove.steps import Step, Steps

EXACT = 20_000
"""Views up to which a closure is the exact one."""


@dataclass(frozen=True)
class Suspect:
    """A step that comes out otherwise for some numbers: the evaluations in it that do, and what it
    does at the bases."""

    end: int
    step: Step
    reaction: Reaction
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Group:
    """Steps of one end in one state that fire the same ``rows`` at the bases.

    ``condition`` says for which numbers one of them does not. It is about ``unknowns``; of those of
    a space with a ``pinned`` one it asks for the difference to that only.
    """

    end: int
    state: str
    event: str
    rows: tuple[str, ...]
    suspects: tuple[Suspect, ...]
    condition: Bool
    unknowns: tuple[Unknown, ...]
    pinned: tuple[Unknown, ...]

    @property
    def free(self) -> tuple[Unknown, ...]:
        return tuple(u for u in self.unknowns if u not in self.pinned)

    def numbers(self, point: Mapping[str, int]) -> dict[str, int]:
        """The unknowns where the free ones are ``point``, or as far from a pinned one."""
        found = {u.name: u.given for u in self.pinned}
        for unknown in self.free:
            start = next((u.given for u in self.pinned if u.space == unknown.space), 0)
            found[unknown.name] = (start + point[unknown.name]) % MODULUS
        return found

    def holds_for(self, numbers: Mapping[str, int]) -> bool:
        """Whether the condition holds for numbers of all its unknowns."""
        values = [(u.term, z3.BitVecVal(numbers[u.name], SEQ_BITS)) for u in self.unknowns]
        return bool(z3.is_true(z3.simplify(z3.substitute(self.condition, *values))))


class _Kind(NamedTuple):
    """What the steps of a group have in common."""

    end: int
    state: str
    event: str
    rows: tuple[str, ...]
    names: tuple[str, ...]


class Study:
    """A scenario closed at the bases, and the steps in it that depend on numbers.

    ``literal`` names the expressions that care where numbers begin (``shift``).
    """

    def __init__(
        self, protocol: Protocol, scenario: Scenario, limits: Limits, literal: frozenset[str]
    ) -> None:
        self.protocol = protocol
        self.numbers = Numbers(protocol, scenario)
        self.model = Model(protocol, without_bounds(self.numbers.at_bases()))
        self.closure = _closed(self.model, limits)
        self.recorder = Recorder(self.numbers, self.model.switches)
        places = (place for place, e in enumerate(self.recorder.listed) if e.name in literal)
        self.instances = Instances(self.numbers, self.recorder, frozenset(places))
        self._always = self._always_looked_at()
        self.words = Words(protocol)
        self.remarks = tuple(_not_covered(protocol, scenario, self.recorder))

    def groups(self) -> list[Group]:
        """The suspects by what they do, and by the unknowns that it depends on."""
        found: dict[_Kind, list[Suspect]] = {}
        for suspect in self._suspects():
            for names, keys in self._by_unknowns(suspect).items():
                found.setdefault(self._kind(suspect, names), []).append(replace(suspect, keys=keys))
        return [self._group(kind, tuple(suspects)) for kind, suspects in found.items()]

    def _kind(self, suspect: Suspect, names: tuple[str, ...]) -> _Kind:
        state = self.model.tables[suspect.end].locals[suspect.step.local].state
        event = suspect.step.action.event or self.model.arrival_event
        rows = tuple(self.protocol.rules[index].id for index in suspect.reaction.fired)
        return _Kind(suspect.end, state, event, rows, names)

    def _by_unknowns(self, suspect: Suspect) -> dict[tuple[str, ...], tuple[Key, ...]]:
        """The evaluations of a step by the unknowns that they depend on."""
        found: dict[tuple[str, ...], tuple[Key, ...]] = {}
        for key in suspect.keys:
            names = tuple(sorted(names_in([self.instances.differs(suspect.end, key)])))
            found[names] = (*found.get(names, ()), key)
        return found

    def _group(self, kind: _Kind, suspects: tuple[Suspect, ...]) -> Group:
        keys = dict.fromkeys(key for suspect in suspects for key in suspect.keys)
        terms = {t.get_id(): t for t in (self.instances.differs(kind.end, key) for key in keys)}
        condition = any_of(*terms.values())
        unknowns = [u for u in self.numbers.unknowns if u.name in kind.names]
        pinned = [
            next(u for u in unknowns if u.space == space)
            for space in dict.fromkeys(u.space for u in unknowns)
            if _only_differences(condition, [u for u in unknowns if u.space == space])
        ]
        group = Group(
            kind.end, kind.state, kind.event, kind.rows, suspects, condition, tuple(unknowns), tuple(pinned)
        )
        if group.holds_for({unknown.name: unknown.base for unknown in unknowns}):
            raise Unsupported(f"in {kind.state}, {', '.join(kind.rows)}: numbers that cannot be told apart")
        return group

    # Looking at the steps

    def _suspects(self) -> Iterator[Suspect]:
        for end in (0, 1):
            endpoint = Endpoint(self.protocol, self.model.scenario, end, self.recorder)
            for step in Steps(self.closure, end):
                if not self._may_mix(end, step):
                    continue
                local = self.model.tables[end].locals[step.local]
                self.recorder.noted.clear()
                event = step.action.event or self.model.arrival_event
                reaction = endpoint.react(local, event, step.action.segment)
                assert reaction is not None
                noted = self.recorder.noted
                keys = tuple(key for key in noted if not z3.is_false(self.instances.differs(end, key)))
                if keys:
                    yield Suspect(end, step, reaction, keys)

    def _may_mix(self, end: int, step: Step) -> bool:
        """Whether numbers of several sources may meet in a step."""
        local = self.model.tables[end].locals[step.local]
        segment = step.action.segment
        if segment is None or (step.action.event or self.model.arrival_event, local.state) in self._always:
            return True
        variables = tuple(self.protocol.variables.values())
        received = tuple(self.protocol.fields.values())
        sources = self.numbers.sources(variables, local.values, end)
        sources |= self.numbers.sources(received, segment.values, 1 - end)
        return len({space for space, _ in sources}) < len(sources)

    def _always_looked_at(self) -> set[tuple[str, str]]:
        """The events and states whose rows bring new numbers in: a supply's, or literals."""
        bringing = {
            id(e.node)
            for place, e in enumerate(self.recorder.listed)
            if place in self.instances.literal or self.recorder.reads[place].supplies
        }
        found = set()
        for rule in self.protocol.rules:
            if self._brings(rule.guard, bringing) or self._brings((rule.acts, rule.sends), bringing):
                found |= {(event, state) for event in rule.events for state in rule.states}
        return found

    def _brings(self, node: object, bringing: set[int]) -> bool:
        if id(node) in bringing:
            return True
        if isinstance(node, tuple):
            return any(self._brings(part, bringing) for part in node)
        if isinstance(node, s.Perform) and node.name in self.protocol.definitions:
            return self._brings(self.protocol.definitions[node.name].means, bringing)
        return isinstance(node, s.Node) and any(self._brings(part, bringing) for part in vars(node).values())


def _closed(model: Model, limits: Limits) -> Closure:
    """The exact closure if it is small, else the merged one, in which hazards may be that no run
    comes to."""
    few = EXACT if limits.max_states is None else min(EXACT, limits.max_states)
    try:
        return exact(model, replace(limits, max_states=few))
    except LimitReached:
        return merged(model, limits)


def _not_covered(protocol: Protocol, scenario: Scenario, recorder: Recorder) -> Iterator[str]:
    """What also depends on numbers, and is not looked at."""
    for name in scenario.assume:
        condition = protocol.assumptions[name].condition
        variables = recorder.reads_of(condition).variables
        if any(is_number(protocol.variables[v]) for v in variables):
            yield f"the assumption {name} compares numbers"
        if _asks_for_equals(condition):
            yield f"the assumption {name} compares segments as a whole"


def _asks_for_equals(node: object) -> bool:
    if isinstance(node, tuple):
        return any(map(_asks_for_equals, node))
    if isinstance(node, s.NoEqualSegment):
        return True
    return isinstance(node, s.Node) and any(map(_asks_for_equals, vars(node).values()))


def _only_differences(condition: Bool, unknowns: list[Unknown]) -> bool:
    """Whether moving all of ``unknowns`` by as much never changes ``condition``."""
    move = z3.BitVec("move", SEQ_BITS)
    moved = z3.substitute(condition, *[(u.term, u.term + move) for u in unknowns])
    solver = new_solver(EFFORT, True)
    solver.add(condition != moved)
    return bool(solver.check() == z3.unsat)


def solved(group: Group) -> Solutions:
    """For which numbers the group is a hazard: the pinned ones are 0, so the others differences."""
    return solutions(free_condition(group), [u.name for u in group.free])


def free_condition(group: Group) -> Bool:
    """The condition on the free unknowns, the pinned ones being 0."""
    zero = z3.BitVecVal(0, SEQ_BITS)
    return z3.simplify(z3.substitute(group.condition, *[(u.term, zero) for u in group.pinned]))
