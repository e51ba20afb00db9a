"""What is suspicious in a document that can be read: rows that clash, events that nothing
handles, states and rows that nothing reaches.

Local states are closed under everything that the peer can send, whatever the network does to
it. That covers more than any network allows, so what is never reached here is never reached
at all; a clash that is found is shown with the local state and the segment that make it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from checker.document.problems import Position, Problem
from checker.document.protocol import Protocol, Scenario
from checker.model.endpoint import OverlapError
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, LocalTables, Model, Move
from checker.verify.twins import differences, unlike_twins

MAX_REACTIONS = 400_000
"""Reactions computed for one scenario before the closure is given up as too large."""


@dataclass
class Closure:
    """What the endpoints of a scenario can do when anything sent may arrive at any time.

    ``unanswered`` are the (state, call) where a call was neither taken nor refused.
    """

    fired: set[int] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    unanswered: set[tuple[str, str]] = field(default_factory=set)
    broken: dict[tuple[str, bool], SemanticError] = field(default_factory=dict)
    started: bool = True
    complete: bool = True


def lint(protocol: Protocol, tell: Callable[[str], None] = lambda scenario: None) -> list[Problem]:
    """The problems of ``protocol``, in document order. ``tell`` hears of each scenario before it
    is worked on."""
    problems = [*_silent_states(protocol), *_silent_events(protocol), *_no_properties(protocol)]
    closures = _closures(protocol, tell)
    problems += _broken(protocol, closures)
    problems += _unanswered(protocol, closures)
    problems += _no_explanation(protocol)
    # Where a row has no meaning the closure ends, and what is behind it is not known.
    if closures and all(closure.complete and not closure.broken for closure in closures):
        problems += _never_reached(protocol, closures)
    for scenario, closure in zip(protocol.scenarios.values(), closures, strict=True):
        if closure.started and not closure.complete:
            message = f"more than {MAX_REACTIONS:,} reactions; rows and states it reaches are not known"
            problems.append(Problem(scenario.position, message, scenario.name))
    return sorted(set(problems))


def _closures(protocol: Protocol, tell: Callable[[str], None]) -> list[Closure]:
    """The closure of each scenario; of those that differ in the network alone it is the same."""
    done: list[tuple[Scenario, Closure]] = []
    for scenario in protocol.scenarios.values():
        tell(scenario.name)
        like = (
            closure
            for other, closure in done
            if closure.started and {"network", "capacity"}.issuperset(differences(scenario, other))
        )
        done.append((scenario, next(like, None) or close(protocol, scenario)))
    return [closure for _, closure in done]


def _silent_states(protocol: Protocol) -> list[Problem]:
    """States in which no row can fire."""
    used = {state for rule in protocol.rules for state in rule.states}
    return [
        Problem(state.position, f"no rule begins in the state `{state.name}`", state.name)
        for state in protocol.states.values()
        if state.name not in used
    ]


def _silent_events(protocol: Protocol) -> list[Problem]:
    """Events that no row handles, anywhere or (for arrivals and calls) in some state."""
    problems = []
    for event in protocol.events.values():
        handled = {s for rule in protocol.rules if event.name in rule.events for s in rule.states}
        missing = [state for state in protocol.states if state not in handled]
        if not handled:
            message = f"no rule handles the event `{event.name}`"
        elif event.kind in ("arrival", "call") and missing:
            message = f"no rule handles `{event.name}` in {', '.join(missing)}"
        else:
            continue
        problems.append(Problem(event.position, message, event.name))
    return problems


def _no_properties(protocol: Protocol) -> list[Problem]:
    if protocol.properties:
        return []
    return [
        Problem(scenario.position, "this scenario checks no property; the document has none", scenario.name)
        for scenario in protocol.scenarios.values()
    ]


def _broken(protocol: Protocol, closures: list[Closure]) -> list[Problem]:
    """One problem for each row (or state) that has no meaning somewhere."""
    start = Position(protocol.file, 1, 1)
    errors = {place: error for closure in closures for place, error in closure.broken.items()}
    return [Problem(error.position or start, error.what, error.row) for error in errors.values()]


def _unanswered(protocol: Protocol, closures: list[Closure]) -> list[Problem]:
    """Calls that in some local state no row takes or refuses, although rows speak of them there."""
    problems = []
    for state, call in sorted({pair for closure in closures for pair in closure.unanswered}):
        if any(call in rule.events and state in rule.states for rule in protocol.rules):
            message = f"sometimes in {state} no row takes or refuses `{call}`"
            problems.append(Problem(protocol.events[call].position, message, call))
    return problems


def _no_explanation(protocol: Protocol) -> list[Problem]:
    """Twins that differ in more points than one: none of the points explains anything."""
    return [
        Problem(
            scenario.position,
            f"its twin `{twin}` differs in {len(points)} points, not in one: {', '.join(points) or 'none'}",
            scenario.name,
        )
        for scenario, twin, points in unlike_twins(protocol)
        if scenario.position.file == protocol.file
    ]


def _never_reached(protocol: Protocol, closures: list[Closure]) -> list[Problem]:
    states = {state for closure in closures for state in closure.states}
    fired = {index for closure in closures for index in closure.fired}
    problems = [
        Problem(state.position, f"no scenario reaches the state `{state.name}`", state.name)
        for state in protocol.states.values()
        if state.name not in states and state.position.file == protocol.file
    ]
    for index, rule in enumerate(protocol.rules):
        if rule.position.file != protocol.file:
            continue  # a document that extends another runs but a few of its scenarios
        if index not in fired and not rule.never:
            message = "this rule fires in no scenario; say why in a `never fires` column"
            problems.append(Problem(rule.position, message, rule.id))
        if index in fired and rule.never:
            message = "this rule is said to fire never, but can fire"
            problems.append(Problem(rule.position, message, rule.id))
    return problems


def close(protocol: Protocol, scenario: Scenario) -> Closure:
    """All local states and reactions of a scenario, whatever the network does."""
    return _Closing(Model(protocol, scenario)).run()


class _Closing:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.closure = Closure()
        self.sent: tuple[list[int], list[int]] = ([], [])
        self.sent_before: tuple[set[int], set[int]] = (set(), set())
        self.done = [0, 0]
        self.delivered: list[dict[int, int]] = [{}, {}]
        self.reactions = 0

    def run(self) -> Closure:
        try:
            start = self.model.start()
        except SemanticError as error:
            self._broken(error)
            self.closure.started = self.closure.complete = False
            return self.closure
        self.closure.fired.update(start.fired)
        for end in (0, 1):
            self.model.tables[end].locals.number(start.ends[end])
            self._send(end, start.sent[end])
        try:
            while self._round():
                pass
        except LimitReached:
            self.closure.complete = False
        for end in (0, 1):
            self.closure.states |= {local.state for local in self.model.tables[end].locals.values}
        return self.closure

    def _round(self) -> bool:
        """One pass over what is new; false when nothing was."""
        before = self.reactions
        for end in (0, 1):
            table = self.model.tables[end]
            while self.done[end] < len(table.locals):
                self._own(table, end, self.done[end])
                self.done[end] += 1
            arriving = self.sent[1 - end]
            for local in range(len(table.locals)):
                seen = self.delivered[end].get(local, 0)
                for segment in arriving[seen:]:
                    self._count()
                    self._try(table, end, local, segment)
                self.delivered[end][local] = len(arriving)
        return self.reactions > before

    def _count(self) -> None:
        self.reactions += 1
        if self.reactions > MAX_REACTIONS:
            raise LimitReached(f"more than {MAX_REACTIONS:,} reactions")

    def _own(self, table: LocalTables, end: int, local: int) -> None:
        self._count()
        try:
            for own in table.own_moves(local):
                self._add(end, own.move)
            for refusal in table.refusals(local):
                self.closure.fired.update(refusal.fired)
            state = table.locals[local].state
            self.closure.unanswered.update((state, call) for call in table.unanswered(local))
        except SemanticError as error:
            self._broken(error)

    def _try(self, table: LocalTables, end: int, local: int, segment: int) -> None:
        try:
            self._add(end, table.arrival(local, segment))
        except SemanticError as error:
            self._broken(error)

    def _broken(self, error: SemanticError) -> None:
        """Keeps the first of each kind for each row, or for each state where no row is known."""
        place = error.row or error.what.split(" at ")[0]
        self.closure.broken.setdefault((place, isinstance(error, OverlapError)), error)

    def _add(self, end: int, move: Move) -> None:
        self.closure.fired.update(move.fired)
        self._send(end, move.sent)

    def _send(self, end: int, segments: tuple[int, ...]) -> None:
        for segment in segments:
            if segment not in self.sent_before[end]:
                self.sent_before[end].add(segment)
                self.sent[end].append(segment)
