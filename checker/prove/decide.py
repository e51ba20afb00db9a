"""What the views say of a property: that no run can break it, or which view blocks the proof.

Only an ``invariant`` and a ``step`` can be read off views: they speak of one moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import combinations, takewhile

from checker.document import syntax as s
from checker.document.names import meanings
from checker.document.protocol import Definition, Property, Protocol
from checker.explore.system import System
from checker.model.endpoint import Local
from checker.model.evaluate import Env, Evaluate, SemanticError, Unset
from checker.model.segment import Segment
from checker.model.tables import Action, Model
from checker.prove.closure import Closure, Pair, Sets, members
from checker.prove.steps import Step, Steps
from checker.verify.claims import (
    PREMISE_FALSE,
    VIOLATED,
    Claim,
    before_the_start,
    claims_of,
    columns_read,
    opening_env,
    state_env,
    step_env,
)

PROVABLE = ("invariant", "step")
"""The kinds of properties that views decide."""

InFlight = tuple[tuple[Segment, ...], tuple[Segment, ...]]
"""Segments from A and from B."""


@dataclass(frozen=True)
class Blocking:
    """A view in which a property may be broken at ``end`` (0 is A): both local states, the
    segments in flight that matter, and for a step the action that would break it."""

    end: int
    ends: tuple[Local, Local]
    in_flight: InFlight = ((), ())
    action: Action | None = None


@dataclass(frozen=True)
class Finding:
    """What the views say: whether the premise is met in one of them, and the first that blocks
    a proof."""

    premise: bool
    blocking: Blocking | None


Judgement = tuple[int, Blocking]


def judge(closure: Closure, property: Property) -> Finding:
    """What the views say of an ``invariant`` or a ``step`` property."""
    premise = False
    for claim in claims_of(closure.model, property):
        judged = _steps(closure, claim) if property.kind == "step" else _states(closure, claim)
        for judgement, blocking in judged:
            if judgement == VIOLATED:
                return Finding(True, blocking)
            premise |= judgement != PREMISE_FALSE
    return Finding(premise, None)


# States


def _states(closure: Closure, claim: Claim) -> Iterator[Judgement]:
    """The judgement of every global state that the views stand for, as far as ``claim`` can tell
    them apart."""
    model, end = closure.model, claim.end
    for opening, env in before_the_start(model, end):
        yield claim.judge(env), Blocking(end, opening.before)
    reads = _segments_read(model.protocol, claim.property)
    seen: set[tuple[object, ...]] = set()
    for pair, sets in closure.views.items():
        key = (*(pair[column] for column in claim.columns if column < 2), sets if reads else None)
        if key in seen:
            continue
        seen.add(key)
        ends = _ends(closure, pair)
        for in_flight in _few_in_flight(closure, sets, reads):
            blocking = Blocking(end, ends, in_flight)
            yield claim.judge(state_env(ends, in_flight, end)), blocking


def _ends(closure: Closure, pair: Pair) -> tuple[Local, Local]:
    a, b = closure.model.tables
    return a.locals[pair[0]], b.locals[pair[1]]


def _few_in_flight(closure: Closure, sets: Sets, most: int) -> Iterator[InFlight]:
    """All choices of at most ``most`` of the segments that may be in flight.

    A claim with n quantifiers that is false of a state is false of one with n segments at most:
    keep a segment for each that some quantifier needs, and lose the others.
    """
    segments = closure.model.segments
    tagged = [(0, number) for number in members(sets.ab)] + [(1, number) for number in members(sets.ba)]
    for count in range(most + 1):
        for chosen in combinations(tagged, count):
            yield (
                tuple(segments[number] for end, number in chosen if end == 0),
                tuple(segments[number] for end, number in chosen if end == 1),
            )


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


# Steps


def _steps(closure: Closure, claim: Claim) -> Iterator[Judgement]:
    """The judgement of every step that an end can take in the views, each asked once for each
    local state, action and, where the claim reads it, local state of the peer."""
    model, end = closure.model, claim.end
    for opening in model.start().openings:
        if opening.end == end:
            yield claim.judge(opening_env(opening)), Blocking(end, opening.before)
    steps = Steps(closure, end)
    system = System(model)
    for local, action, peer in _with_peers(model, claim, steps) if 1 - end in claim.columns else steps:
        pair = (local, peer) if end == 0 else (peer, local)
        judgement = claim.judge(step_env(system, local, peer, action))
        yield judgement, Blocking(end, _ends(closure, pair), action=action)


def _with_peers(model: Model, claim: Claim, steps: Steps) -> Iterator[Step]:
    """The steps with all their peers, but for those whose end alone makes the premise false."""
    premise = _read_alone(model, claim)
    system = System(model)
    return steps.with_peers(
        step for step in steps if _may_hold(premise, step_env(system, step.local, step.peer, step.action))
    )


def _read_alone(model: Model, claim: Claim) -> list[Evaluate]:
    """The first conjuncts of a premise, up to one that reads the peer."""
    match claim.property.when:
        case None:
            return []
        case s.Connected(operator="and", operands=parts):
            pass
        case other:
            parts = (other,)
    alone = takewhile(lambda p: 1 - claim.end not in columns_read(model.evaluator, p, claim.end), parts)
    return [model.evaluator.compile(part) for part in alone]


def _may_hold(parts: list[Evaluate], env: Env) -> bool:
    """Whether all parts are true, or cannot be read: then the whole claim is asked, and says so."""
    try:
        return all(part(env) for part in parts)
    except (Unset, SemanticError):
        return True
