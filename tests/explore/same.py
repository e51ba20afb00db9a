"""Whether two engines found the same graph of a scenario, each with a model of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from checker.explore.graph import StateGraph
from checker.model.tables import Action
from checker.verify.decide import decide
from checker.verify.replay import confirm
from checker.verify.results import times_fired


def same_graph(one: StateGraph, other: StateGraph) -> None:
    """Fails unless all that can be asked of both graphs has the same answers."""
    same_counts(one, other)
    assert values(one) == values(other)
    assert one.edges.offsets.tolist() == other.edges.offsets.tolist()
    assert one.edges.targets.tolist() == other.edges.targets.tolist()
    assert actions(one, one.edges.labels) == actions(other, other.edges.labels)
    every = max(1, len(one) // 40)
    for index in range(1, len(one), every):
        here, there = one.found.parent(index), other.found.parent(index)
        assert (here[0], actions(one, [here[1]])) == (there[0], actions(other, [there[1]]))
    for columns in ((0,), (1,), (0, 1), (2,), (0, 3), (4, 5), (0, 1, 2, 3, 4, 5), ()):
        for here, there in zip(
            one.found.combinations(columns), other.found.combinations(columns), strict=True
        ):
            assert here.tolist() == there.tolist()
    same_steps(one, other)


def same_counts(one: StateGraph, other: StateGraph) -> None:
    for graph in (one, other):
        assert sum(graph.levels) == len(graph)
    assert (len(one), one.transitions, one.levels) == (len(other), other.transitions, other.levels)
    assert (one.complete, one.limit, one.expanded) == (other.complete, other.limit, other.expanded)
    assert one.truncated.tolist() == other.truncated.tolist()
    assert times_fired(one) == times_fired(other)


def same_steps(one: StateGraph, other: StateGraph) -> None:
    for end in (0, 1):
        assert ordered(one.found.steps(end)) == ordered(other.found.steps(end))
        assert ordered(one.found.expansions(end)) == ordered(other.found.expansions(end))
        meetings = ordered(one.found.meetings(end))
        assert meetings == ordered(other.found.meetings(end))
        for wanted in (set(meetings[-3:]), {(local, action, -1) for local, action, _ in meetings[-1:]}):
            if wanted:
                assert one.found.first_source(end, wanted) == other.found.first_source(end, wanted)

        def is_last(action: Action, last: Sequence[Any] = meetings[-1:]) -> bool:
            return bool(last) and action == last[0][1]

        assert one.found.enabling(is_last).tolist() == other.found.enabling(is_last).tolist()


def same_verdicts(one: StateGraph, other: StateGraph) -> int:
    """Also takes every run of the other again from the start; the number of runs."""
    runs = 0
    for property in one.system.model.protocol.properties.values():
        verdict = decide(one, property)
        again = confirm(other.system.model, decide(other, property))
        if not one.complete:
            # An engine may compute a reaction that it then does not come to, in which a supply
            # runs out; the scope tells of that too.
            again = replace(again, scope=verdict.scope)
        assert verdict == again
        runs += verdict.trace is not None
    return runs


def values(graph: StateGraph) -> list[tuple[object, ...]]:
    """All states, without the numbers that an engine happens to give."""
    system = graph.system
    tables, segments = system.model.tables, system.model.segments
    found = []
    for index in range(len(graph)):
        state = graph.state(index)
        contents = [tuple(segments[n] for n in system.contents[c]) for c in (state.ab, state.ba)]
        found.append((tables[0].locals[state.a], tables[1].locals[state.b], *contents, *state[4:]))
    return found


def actions(graph: StateGraph, labels: Iterable[int]) -> list[Action]:
    return [graph.system.action(int(label)) for label in labels]


def ordered(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)
