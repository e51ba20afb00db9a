"""Bounded model checking: a scenario unrolled in the solver, step by step, on its own network.

``explore.system`` says the same for given states, and finds all of them; the tests compare in how
many steps something is reached first. Here nothing is enumerated: a run of so many steps is one
formula, made of the document's expressions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from checker.document.protocol import Property, Protocol, Scenario
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.frame import Frame, both
from checker.prove.solver.network import Channel, State
from checker.prove.solver.start import start
from checker.prove.solver.terms import Bool, any_of
from checker.prove.solver.transition import NEXT, NOW, Transition

VIA = "via "
"""How what is chosen in a step is called."""


class Unknown(Exception):
    """The solver gave up; the message says why."""


class Unrolling:
    """All runs of a scenario, as long as they are asked for."""

    def __init__(self, protocol: Protocol, scenario: Scenario, timeout: float) -> None:
        self.protocol, self.scenario = protocol, scenario
        self._frame = Frame(Encoder(protocol))
        self._transition = Transition(self._frame, scenario)
        self._step = _Template(self._transition.relation())
        self._solver = z3.SolverFor("QF_BV")
        self._solver.set("timeout", int(timeout * 1000))
        self._solver.add(_Template(start(self._transition)).at(0))
        self._depth = 0

    def first_depths(self, properties: Sequence[Property], most: int) -> dict[str, int | None]:
        """In how many steps each of some ``reachable`` properties holds first; ``None`` if in no run
        of up to ``most`` steps.

        Raises ``Unknown``.
        """
        found: dict[str, int | None] = {property.name: None for property in properties}
        goals = {property.name: self._goal(property) for property in properties}
        for depth in range(most + 1):
            for name, goal in goals.items():
                if found[name] is None and self._holds(goal, depth):
                    found[name] = depth
            if depth < most:
                self._extend(depth)
        return found

    def _holds(self, goal: _Template, depth: int) -> bool:
        """Whether some run of so many steps ends where ``goal`` holds."""
        self._solver.push()
        self._solver.add(goal.at(depth))
        answer = self._solver.check()
        reason = self._solver.reason_unknown() if answer == z3.unknown else ""
        self._solver.pop()
        if reason:
            raise Unknown(f"depth {depth}: {reason}")
        return bool(answer == z3.sat)

    def _extend(self, depth: int) -> None:
        """Adds the step behind so many steps."""
        self._solver.add(self._step.at(depth))

    def _goal(self, property: Property) -> _Template:
        """That the property holds of A, or of B."""
        state: State = self._transition.now
        goals = []
        for end in (0, 1):
            ends = both(state.ends[end].local.end, state.ends[1 - end].local.end, end)
            scene = Scene(ends, self._transition.switches)
            channels: Sequence[Channel] = state.channels
            places = {"from us": channels[end].places, "from peer": channels[1 - end].places}
            goals.append(self._frame.holds(property, self._frame.asking(scene, places)))
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
