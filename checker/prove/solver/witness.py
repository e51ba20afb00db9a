"""Runs to a step of one end, in a scenario on a network without bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from checker.document.protocol import Protocol, Scenario
from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.endpoint import Local
from checker.model.tables import Action, Model
from checker.prove.closure import Closure, exact
from checker.prove.decide import Moment
from checker.prove.moves import View
from checker.prove.results import NewLimits
from checker.prove.run import run_to
from checker.prove.search import CAPACITIES, without_bounds
from checker.prove.steps import Steps
from checker.verify.replay import ReplayError, replay
from checker.verify.trace import Trace, trace_to

FEW = 3_000
"""States among which a short run is looked for, for each capacity."""

ANY_PEER = -1

LocalStep = tuple[Local, Action]
"""The local state in which an end takes a step, and the step."""


class Witnesses:
    """Looks for runs to steps, first for short ones on small channels, then for any."""

    def __init__(self, protocol: Protocol, scenario: Scenario, limits: NewLimits) -> None:
        self.protocol = protocol
        self.scenario = scenario
        self.limits = limits
        self._graphs: dict[int, StateGraph] = {}

    def to(self, end: int, steps: Sequence[LocalStep]) -> tuple[Model, Trace] | None:
        """(model with large enough channels, replayed run to one of the steps); ``None`` if no run
        comes to one.

        Raises ``LimitReached``, and ``SemanticError`` where a run breaks the document.
        """
        wanted = set(steps)
        found = self._short(end, wanted) or self._any(end, wanted)
        if found is not None and (divergence := replay(*found)) is not None:
            raise ReplayError(f"the run to a hazard does not replay: {divergence.message}")
        return found

    def _short(self, end: int, wanted: set[LocalStep]) -> tuple[Model, Trace] | None:
        for capacity in CAPACITIES:
            graph = self._graph(capacity)
            locals_ = graph.system.model.tables[end].locals
            taken = {
                (local, action, ANY_PEER)
                for local, action in graph.steps(end)
                if (locals_[local], action) in wanted
            }
            if taken:
                source = graph.found.first_source(end, taken)
                return graph.system.model, self._then(graph, source, end, taken)
        return None

    def _then(self, graph: StateGraph, source: int, end: int, taken: set[tuple[int, Action, int]]) -> Trace:
        """The run to ``source`` and the first of the steps ``taken`` there."""
        system, state = graph.system, graph.state(source)
        edge = next(
            (number, after)
            for number, after in system.successors(state)[0]
            if (state[end], system.action(number), ANY_PEER) in taken
        )
        return trace_to(graph, source, edge)

    def _graph(self, capacity: int) -> StateGraph:
        if capacity not in self._graphs:
            model = Model(self.protocol, without_bounds(self.scenario, capacity))
            few: Limits = replace(self.limits(), max_states=FEW)
            self._graphs[capacity] = reference.explore(model, few)
        return self._graphs[capacity]

    def _any(self, end: int, wanted: set[LocalStep]) -> tuple[Model, Trace] | None:
        """A run of the exact closure, in which each step that is there is taken by some run."""
        closure = self._exact
        tables = closure.model.tables
        for step in Steps(closure, end):
            if (tables[end].locals[step.local], step.action) in wanted:
                view: View = step.view
                ends = (tables[0].locals[view.pair[0]], tables[1].locals[view.pair[1]])
                return run_to(closure, Moment(end, ends, view, action=step.action))
        return None

    @cached_property
    def _exact(self) -> Closure:
        return exact(Model(self.protocol, without_bounds(self.scenario)), self.limits())
