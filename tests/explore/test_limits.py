"""Explorations that end early say so, and nothing is then claimed that is not known."""

from __future__ import annotations

import pytest

from checker.explore.graph import StateGraph
from checker.explore.limits import Limits, Progress
from checker.explore.reference import explore
from checker.model import tables
from checker.verify.decide import decide
from tests.toys import explored, model_of, run_of, toy

LAST = 40
"""The number of steps that each end of `echo`, some end, makes; so it has (LAST+1)² states."""


def outcomes(graph: StateGraph) -> dict[str, str]:
    properties = graph.system.model.protocol.properties.values()
    return {property.name: decide(graph, property).outcome for property in properties}


def check_that_it_is_consistent(graph: StateGraph) -> None:
    """An incomplete graph is still a graph: levels, parents and edges fit together."""
    assert sum(graph.levels) == len(graph) == len(graph.edges)
    assert graph.edges.offsets[graph.expanded] == graph.edges.offsets[-1] == len(graph.edges.targets)
    assert all(graph.found.parent(index)[0] < index for index in range(1, len(graph), 7))
    assert not graph.truncated[graph.expanded :].any()


def test_without_a_limit_the_toy_is_complete() -> None:
    graph = explored("echo", "some end")
    # Two independent counters; at depth d there are d+1 states, or from LAST on one less each.
    levels = (*range(1, LAST + 2), *range(LAST, 0, -1))
    assert (graph.complete, graph.limit, graph.levels) == (True, "", levels)
    assert graph.expanded == len(graph) == (LAST + 1) ** 2


def test_a_limit_of_states() -> None:
    graph = explored("echo", "some end", Limits(max_states=1_000))
    assert (graph.complete, graph.limit) == (False, "more than 1,000 states (--max-states)")
    assert 1_000 < len(graph) < (LAST + 1) ** 2
    assert len(graph) < 1_010
    assert graph.levels[: LAST + 1] == tuple(range(1, LAST + 2))
    check_that_it_is_consistent(graph)


def test_a_limit_that_is_not_hit() -> None:
    graph = explored("echo", "some end", Limits(max_states=(LAST + 1) ** 2))
    assert graph.complete
    assert outcomes(graph) == outcomes(explored("echo", "some end"))


def test_a_limit_of_time() -> None:
    graph = explored("echo", "some end", Limits(time_limit=0.0))
    assert (graph.complete, graph.limit) == (False, "more than 0 seconds (--time-limit)")
    assert (len(graph), graph.levels, graph.expanded) == (1, (1,), 0)
    check_that_it_is_consistent(graph)


def test_interrupted_before_it_begins() -> None:
    graph = explored("echo", "no end", Limits(interrupted=True))
    assert (graph.complete, graph.limit, len(graph)) == (False, "interrupted", 1)


def test_interrupted_on_its_way() -> None:
    """Who is told of the progress may end it; without that this one would not end."""
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        limits.interrupted = True

    limits = Limits(report=report, max_states=2_000_000)
    graph = explored("echo", "no end", limits)
    assert (graph.complete, graph.limit, len(told)) == (False, "interrupted", 1)
    progress = told[0]
    assert 0 < progress.frontier < progress.states <= len(graph)
    assert progress.depth < len(graph.levels)
    assert progress.seconds > 0
    check_that_it_is_consistent(graph)


def test_a_limit_of_local_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LOCALS", 30)
    graph = explored("echo", "no end")
    assert (graph.complete, graph.limit) == (False, "more than 30 local states of one endpoint")
    # The 31st local state is that of 30 steps: the states of the first 29 steps were expanded.
    assert graph.levels[:30] == tuple(range(1, 31))
    assert graph.expanded == sum(graph.levels[:29])
    check_that_it_is_consistent(graph)


UNKNOWN = {
    "few steps": "violated",
    "third step": "violated",
    "three steps": "holds",
    "always here": "unknown",
    "no y": "unknown",
    "not gone at once": "unknown",
    "one step at a time": "unknown",
    "never": "unknown",
    "quiet": "unknown",
    "back": "unknown",
    "tired": "unknown",
    "at rest": "unknown",
}
"""What is known of `echo`, no end, once it has made four steps or more."""


@pytest.mark.parametrize("most", [100, 2_000])
def test_only_what_was_seen_is_known(most: int) -> None:
    graph = explored("echo", "no end", Limits(max_states=most))
    assert outcomes(graph) == UNKNOWN
    assert decide(graph, toy("echo").properties["tired"]).reason == graph.limit


def test_only_what_was_seen_is_known_of_an_endless_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LOCALS", 30)
    assert outcomes(explored("echo", "no end")) == UNKNOWN


def test_nothing_is_known_of_a_single_state() -> None:
    graph = explored("echo", "no end", Limits(time_limit=0.0))
    assert set(outcomes(graph).values()) == {"unknown"}


def test_a_quiescent_state_of_an_incomplete_graph_is_not_final() -> None:
    """Both leave in two steps, and nothing is left to do; but the rest was not looked at."""
    graph = explored("echo", "no end, or both leave", Limits(max_states=1_000))
    found = outcomes(graph)
    assert (found["always here"], found["not gone at once"]) == ("violated", "violated")
    assert (found["never"], found["back"]) == ("holds", "unknown")
    assert found["at rest"] == "unknown"


def test_what_an_incomplete_graph_shows_is_the_shortest_run() -> None:
    model = model_of("echo", "no end")
    graph = explore(model, Limits(max_states=1_000))
    verdict = decide(graph, model.protocol.properties["few steps"])
    assert run_of(model, verdict.trace) == ["A: step"] * 4
    verdict = decide(graph, model.protocol.properties["three steps"])
    assert run_of(model, verdict.trace) == ["A: step"] * 3


def test_truncated_runs_hold_nothing() -> None:
    """In `two letters` both channels are full and nothing can move for want of room."""
    graph = explored("echo", "two letters")
    assert (len(graph), len(graph.edges.targets), graph.truncated.tolist()) == (1, 0, [True])
    assert graph.complete
    assert set(outcomes(graph).values()) == {"unknown"}
    reason = decide(graph, toy("echo").properties["quiet"]).reason
    assert reason == "some actions lacked room in a channel"


RECEIVED = {
    "at most one": "violated",
    "only from B": "violated",
    "all came": "violated",
    "x twice": "holds",
}
"""What the runs of `post`, full, show that receive two letters, and the one that sends none."""


@pytest.mark.parametrize(
    ("scenario", "seen"),
    [
        ("full, no loss", RECEIVED),
        ("full, one loss too few", {**RECEIVED, "at most two": "violated"}),
        ("no room for a pair", {}),
    ],
)
def test_truncation_leaves_only_what_was_seen(scenario: str, seen: dict[str, str]) -> None:
    expected = {name: seen.get(name, "unknown") for name in toy("post").properties}
    assert outcomes(explored("post", scenario)) == expected
