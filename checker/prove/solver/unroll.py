"""Bounded model checking: a scenario unrolled in the solver, step by step, on its own network.

``explore.system`` says the same for given states, and finds all of them. Here nothing is
enumerated: a run of so many steps is one formula, made of the document's expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from checker.document.kinds import FLAG
from checker.document.protocol import Property, Protocol, Scenario
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.frame import Frame, both, takes_of
from checker.prove.solver.free import Symbol
from checker.prove.solver.obligation import Obligation, Result, answer_of, new_solver
from checker.prove.solver.start import start
from checker.prove.solver.terms import Bool, Term, any_of, negated
from checker.prove.solver.transition import NEXT, NOW, Transition

EFFORT = 2_000_000_000
"""What the solver may spend on one question: some minutes."""

VIA = "via "
"""How what is chosen in a step is called."""


@dataclass(frozen=True)
class Soonest:
    """In how many steps something holds first: ``depth``, ``None`` if in no run of up to ``looked``
    steps. ``reason`` says why no longer ones were looked at."""

    depth: int | None
    looked: int
    reason: str = ""


class Unrolling:
    """All runs of a scenario, as long as they are asked for; ``results`` are the answers so far.

    Raises ``EncodeError`` for what the solver cannot be asked, ``SemanticError`` where a call before
    the start cannot be made.
    """

    def __init__(self, protocol: Protocol, scenario: Scenario, effort: int = EFFORT) -> None:
        self.scenario = scenario
        self.results: list[Result] = []
        self._frame = Frame(Encoder(protocol))
        self._transition = Transition(self._frame, scenario)
        self._step = _Template(self._transition.relation())
        self._solver = new_solver(effort)
        self._run: list[Bool] = []
        self._add(_Template(start(self._transition)).at(0))

    def soonest(
        self, properties: Sequence[Property], most: int, report: Callable[[int], None] = lambda depth: None
    ) -> dict[str, Soonest]:
        """In how many steps each of some ``reachable`` properties holds first, up to ``most``.

        ``report`` is told each number of steps when it is begun with.
        """
        found: dict[str, Soonest] = {}
        goals = {property.name: self._goal(property) for property in properties}
        for depth in range(most + 1):
            report(depth)
            if depth:
                self._add(self._step.at(depth - 1))
            while left := {name: goal for name, goal in goals.items() if name not in found}:
                result = self._ask(depth, left)
                if result.status == "unknown":
                    return found | {name: Soonest(None, depth - 1, result.reason) for name in left}
                if result.status == "proved":
                    # It follows already, but spares the solver to find it again for longer runs.
                    self._solver.add(*(negated(goal.at(depth)) for goal in left.values()))
                    break
                found |= {name: Soonest(depth, most) for name, holds in result.example if holds}
        return found | {name: Soonest(None, most) for name in goals if name not in found}

    def _add(self, term: Bool) -> None:
        self._run.append(term)
        self._solver.add(term)

    def _ask(self, depth: int, goals: Mapping[str, _Template]) -> Result:
        """Whether some run of so many steps ends where one of some goals holds; an example says
        which do."""
        symbols = tuple(Symbol(name, FLAG, Term(z3.Bool(f"reached: {name}"))) for name in goals)
        pairs = zip(symbols, goals.values(), strict=True)
        goal = [symbol.term.value == template.at(depth) for symbol, template in pairs]
        goal.append(any_of(*(symbol.term.value for symbol in symbols)))
        claim = f"No run of {depth} steps ends where one of these holds: {', '.join(goals)}."
        name = f"depth {depth}, {len(goals)} left"
        asked = Obligation(name, claim, tuple(goal), symbols, self._frame.words)
        self._solver.push()
        self._solver.add(*goal)
        result = answer_of(self._solver, asked)
        self._solver.pop()
        whole = replace(asked, assertions=(*self._run, *goal))
        self.results.append(replace(result, obligation=whole))
        return result

    def _goal(self, property: Property) -> _Template:
        """That the property holds of A, or of B."""
        state = self._transition.now
        goals = []
        for end in (0, 1):
            ends = both(state.ends[end].local.end, state.ends[1 - end].local.end, end)
            scene = Scene(ends, self._transition.switches)
            channels = [channel.places for channel in state.channels]
            places = {"from us": channels[end], "from peer": channels[1 - end]}
            takes = takes_of(self._transition.ends, end)
            goals.append(self._frame.holds(property, self._frame.asking(scene, places, takes)))
        return _Template(any_of(*goals))


class _Template:
    """A term about a state or a step, for those behind any number of steps."""

    def __init__(self, term: Bool) -> None:
        self._term = term
        self._constants = sorted(_constants(term).items())

    def at(self, depth: int) -> Bool:
        """The term for what is behind ``depth`` steps."""
        return z3.substitute(self._term, *(_renamed(*named, depth) for named in self._constants))


def _renamed(name: str, constant: Any, depth: int) -> tuple[Any, Any]:
    if name.startswith(NOW):
        new = f"{depth}: {name.removeprefix(NOW)}"
    elif name.startswith(NEXT):
        new = f"{depth + 1}: {name.removeprefix(NEXT)}"
    else:
        new = f"{depth}: {VIA}{name}"
    return constant, z3.Const(new, constant.sort())


def _constants(term: Bool) -> Mapping[str, Any]:
    """The symbols of a term by name."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    todo = [term]
    while todo:
        node = todo.pop()
        if node.get_id() in seen:
            continue
        seen.add(node.get_id())
        if z3.is_const(node) and node.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[str(node.decl().name())] = node
        todo.extend(node.children())
    return found
