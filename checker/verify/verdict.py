"""What is said of a property in a scenario, and within which bounds it was found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.document.kinds import show_value
from checker.document.protocol import Property
from checker.explore.graph import StateGraph
from checker.model.tables import Model
from checker.verify.trace import Trace

Outcome = Literal["holds", "proved", "violated", "unknown", "vacuous", "not applicable"]
"""``holds``: in all runs within the bounds that the scope names; ``proved``: on any network."""


@dataclass(frozen=True)
class Verdict:
    """The outcome for a property.

    ``scope`` says in words what the outcome speaks of; ``reason`` why it is not simply
    ``holds``; ``trace`` is the shortest counterexample (or, for a reachable property, the
    witness), which has been replayed; ``end`` the end it is about (0 is A).
    """

    property: Property
    outcome: Outcome
    scope: str
    trace: Trace | None = None
    reason: str = ""
    end: int | None = None


def scope_of(graph: StateGraph) -> str:
    """The bounds of an exploration in words."""
    model = graph.system.model
    return _in_words(model, [_completeness(graph), _network(model)])


def scope_without_bounds(model: Model) -> str:
    """What a proof speaks of, in words."""
    network = "any number of segments in flight each way, in any order, any loss and duplication"
    return _in_words(model, [network])


def scope_of_run(model: Model) -> str:
    """What a run speaks of that was not found by exploring all."""
    return _in_words(model, ["one run", _network(model)])


def scope_of_runs(model: Model, steps: int) -> str:
    """What is said of all runs of some length, in words."""
    plural = "" if steps == 1 else "s"
    return _in_words(model, [f"runs of at most {steps} step{plural}", _network(model)])


def _in_words(model: Model, network: list[str]) -> str:
    parts = network
    parts.extend(_calls(model))
    parts.extend(_given(model))
    if model.scenario.assume:
        parts.append("assuming " + ", ".join(model.scenario.assume))
    settings = [f"{name} = {show_value(value)}" for name, value in model.scenario.set.items()]
    if settings:
        parts.append("with " + ", ".join(settings))
    parts.extend(model.saturated())
    parts.extend(f"{supply} ran out, its last value was used again" for supply in model.exhausted())
    return "; ".join(parts)


def _completeness(graph: StateGraph) -> str:
    if not graph.complete:
        return f"not exhaustive: {graph.limit}"
    if graph.truncated.any():
        return "exhaustive but for actions that lacked room in a channel"
    return "exhaustive"


def _network(model: Model) -> str:
    scenario = model.scenario
    network = scenario.network
    kind = "in order" if network.order == "queue" else "in any order"
    faults = [_faults("loss", network.lose), _faults("duplication", network.duplicate)]
    plural = "" if scenario.capacity == 1 else "s"
    return f"at most {scenario.capacity} segment{plural} in flight each way, {kind}, {' and '.join(faults)}"


def _faults(what: str, budget: int | None) -> str:
    if budget is None:
        return f"any {what}"
    return f"no {what}" if budget == 0 else f"at most {budget} {what}{'' if budget == 1 else 's'}"


def _calls(model: Model) -> list[str]:
    parts = [f"{'AB'[end]} called {call} before" for end, call in model.scenario.opened]
    for end in (0, 1):
        calls = model.scenario.calls[end]
        if calls:
            parts.append(f"{'AB'[end]} may call " + ", ".join(calls))
    for name, budgets in model.scenario.faults.items():
        parts.extend(f"{'AB'[end]} may {name} {n}x" for end, n in enumerate(budgets) if n)
    return parts


def _given(model: Model) -> list[str]:
    return [
        f"{name} " + " / ".join(" then ".join(map(show_value, side)) for side in sides)
        for name, sides in model.scenario.values.items()
    ]
