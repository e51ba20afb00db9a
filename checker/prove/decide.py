"""What the views say of a property: that no run can break it, or which view blocks the proof.

Only an ``invariant`` and a ``step`` can be read off views: they speak of one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import combinations, takewhile
from typing import NamedTuple

from checker.document import syntax as s
from checker.document.names import meanings
from checker.document.protocol import Definition, Property, Protocol
from checker.explore.system import System
from checker.model.endpoint import Local
from checker.model.evaluate import Env
from checker.model.segment import Segment
from checker.model.tables import Action, Model
from checker.prove.closure import Closure
from checker.prove.moves import View, members
from checker.prove.steps import Step, Steps
from checker.verify.claims import (
    PREMISE_FALSE,
    VIOLATED,
    Claim,
    before_the_start,
    claims_of,
    opening_env,
    state_env,
    step_env,
)

PROVABLE = ("invariant", "step")
"""The kinds of properties that views decide."""

InFlight = tuple[tuple[Segment, ...], tuple[Segment, ...]]
"""Segments from A and from B."""


@dataclass(frozen=True)
class Moment:
    """A state or step of a view: what a claim of ``end`` (0 is A) was asked about.

    ``in_flight`` are the segments that matter; ``action`` is the step. ``view`` is ``None`` for
    what is before the start.
    """

    end: int
    ends: tuple[Local, Local]
    view: View | None
    in_flight: InFlight = ((), ())
    action: Action | None = None


@dataclass(frozen=True)
class Finding:
    """What the views say: the first moment from the start on that meets the premise, and the
    first that breaks the property."""

    met: Moment | None
    broken: Moment | None


Judgement = tuple[int, Moment]


def judge(closure: Closure, property: Property) -> Finding:
    """What the views say of one ``invariant`` or ``step`` property."""
    return Judge(closure).finding(property)


class _Asked(NamedTuple):
    """A step that a claim is asked of, and what it is evaluated against."""

    step: Step
    env: Env
    moment: Moment


class Judge:
    """What the views of a closure say of properties. The steps that these are asked of are made
    once for all of them."""

    def __init__(self, closure: Closure) -> None:
        self._closure = closure
        self._system = System(closure.model)
        self._steps: dict[int, Steps] = {}
        self._asked: dict[int, list[_Asked]] = {}

    def finding(self, property: Property) -> Finding:
        """What the views say of an ``invariant`` or a ``step`` property."""
        met = None
        for claim in claims_of(self._closure.model, property):
            judgements = self._of_steps(claim) if property.kind == "step" else _states(self._closure, claim)
            for judgement, moment in judgements:
                if judgement == VIOLATED:
                    return Finding(moment, moment)
                if judgement != PREMISE_FALSE and moment.view is not None:
                    met = met or moment
        return Finding(met, None)

    def _of_steps(self, claim: Claim) -> Iterator[Judgement]:
        """The judgement of every step that an end can take in the views, each asked once for each
        local state, action and, where the claim reads it, local state of the peer."""
        model, end = self._closure.model, claim.end
        for opening in model.start().openings:
            if opening.end == end:
                yield claim.judge(opening_env(opening)), Moment(end, opening.before, None)
        reads_peer = 1 - end in claim.columns()
        for asked in self._with_peers(claim) if reads_peer else self._alone(end):
            yield claim.judge(asked.env), asked.moment

    def _alone(self, end: int) -> list[_Asked]:
        """Each step of an end once, beside some peer."""
        if end not in self._asked:
            self._steps[end] = Steps(self._closure, end)
            self._asked[end] = [self._ask(step, end) for step in self._steps[end]]
        return self._asked[end]

    def _with_peers(self, claim: Claim) -> Iterator[_Asked]:
        """The steps with all their peers, but for those whose end alone makes the premise false."""
        end = claim.end
        alone = list(takewhile(lambda part: 1 - end not in part.columns, claim.when))
        steps = [step for step, env, _ in self._alone(end) if all(claim.asks(part, env) for part in alone)]
        return (self._ask(step, end) for step in self._steps[end].with_peers(steps))

    def _ask(self, step: Step, end: int) -> _Asked:
        env = step_env(self._system, step.local, step.view.pair[1 - end], step.action)
        ends = _ends(self._closure.model, step.view)
        return _Asked(step, env, Moment(end, ends, step.view, action=step.action))


# States


def _states(closure: Closure, claim: Claim) -> Iterator[Judgement]:
    """The judgement of every global state that the views stand for, as far as ``claim`` can tell
    them apart."""
    model, end = closure.model, claim.end
    for opening, env in before_the_start(model, end):
        yield claim.judge(env), Moment(end, opening.before, None)
    reads = _segments_read(model.protocol, claim.property)
    locals_read = [column for column in claim.columns() if column < 2]
    seen: set[tuple[object, ...]] = set()
    for view in closure:
        key = (*(view.pair[read] for read in locals_read), view.sets if reads else None)
        if key in seen:
            continue
        seen.add(key)
        ends = _ends(model, view)
        for in_flight in _few_in_flight(model, view, reads):
            moment = Moment(end, ends, view, in_flight)
            yield claim.judge(state_env(model, ends, in_flight, end)), moment


def _ends(model: Model, view: View) -> tuple[Local, Local]:
    a, b = model.tables
    return a.locals[view.pair[0]], b.locals[view.pair[1]]


def _few_in_flight(model: Model, view: View, most: int) -> Iterator[InFlight]:
    """All choices of at most ``most`` of the segments that may be in flight.

    A claim with n quantifiers that is false of a state is false of one with n segments at most:
    keep a segment for each that some quantifier needs, and lose the others.
    """
    tagged = [(end, number) for end in (0, 1) for number in members(view.sets[end])]
    for count in range(most + 1):
        for chosen in combinations(tagged, count):
            from_a, from_b = (tuple(model.segments[n] for end, n in chosen if end == e) for e in (0, 1))
            yield from_a, from_b


def _segments_read(protocol: Protocol, property: Property) -> int:
    """How many segments in flight a property can speak of at once."""
    named = meanings(protocol)

    def count(node: object) -> int:
        match node:
            case s.NothingInFlight():
                return 1
            case s.Name():
                meaning = named.get(node.name)
                return count(meaning.means) if isinstance(meaning, Definition) else 0
            case s.Quantified(place=place):
                return (place != "sent") + count(node.body)
            case s.Node():
                return sum(count(getattr(node, field.name)) for field in fields(node))
            case tuple():
                return sum(count(part) for part in node)
            case _:
                return 0

    return count(property.when) + count(property.claim)
