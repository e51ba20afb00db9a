"""Twins: two scenarios that differ in one point, in one of which a property fails and in the
other not. That point is the explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.document.protocol import Protocol, Scenario
from checker.verify.results import Judged, ScenarioResult


def differences(one: Scenario, other: Scenario) -> list[str]:
    """The points in which two scenarios differ, as the columns and items of their rows; none
    for what a scenario merely expects."""
    columns = {
        "A": (one.calls[0], other.calls[0]),
        "B": (one.calls[1], other.calls[1]),
        "opened": (one.opened, other.opened),
        "network": (one.network, other.network),
        "capacity": (one.capacity, other.capacity),
    }
    found = [column for column, (here, there) in columns.items() if here != there]
    for here, there in ((one.values, other.values), (one.faults, other.faults), (one.set, other.set)):
        names = list(dict.fromkeys([*here, *there]))
        found += [name for name in names if here.get(name) != there.get(name)]
    found += [name for name in one.assume if name not in other.assume]
    found += [name for name in other.assume if name not in one.assume]
    return found


def unlike_twins(protocol: Protocol) -> list[tuple[Scenario, str, list[str]]]:
    """(scenario, twin, points) for the pairs that differ in more points than one, which
    explains nothing, or in none, which cannot be."""
    pairs = {
        (scenario.name, expectation.twin): scenario
        for scenario in protocol.scenarios.values()
        for expectation in scenario.expect
        if expectation.twin
    }
    found = [
        (scenario, twin, differences(scenario, protocol.scenarios[twin]))
        for (_, twin), scenario in pairs.items()
    ]
    return [(scenario, twin, points) for scenario, twin, points in found if len(points) != 1]


def with_twins(results: Sequence[ScenarioResult]) -> list[ScenarioResult]:
    """``results`` with a complaint at every verdict whose ``holds in`` is not so.

    Twins that are not among ``results`` are not judged.
    """
    by_name = {result.scenario.name: result for result in results}
    return [
        replace(result, judged=tuple(_with_twin(judged, by_name) for judged in result.judged))
        for result in results
    ]


def seen_in(scenario: Scenario, judged: Judged) -> list[str]:
    """The scenarios without which nothing would be wrong with a verdict that is not as expected:
    its own, and its twin where only that tells."""
    expectation = judged.expectation
    twin = expectation.twin if expectation and judged.verdict.outcome == expectation.outcome else ""
    return [scenario.name, twin] if twin else [scenario.name]


def _with_twin(judged: Judged, by_name: Mapping[str, ScenarioResult]) -> Judged:
    expectation = judged.expectation
    twin = by_name.get(expectation.twin) if expectation else None
    if judged.complaint or expectation is None or twin is None:
        return judged
    outcome = twin.outcome(expectation.property) or "not decided"
    # What a limit left open is told as that, and is no broken promise.
    if outcome in ("unknown", expectation.twin_outcome):
        return judged
    complaint = f"in {expectation.twin} it is said to be: {expectation.twin_outcome}, and is: {outcome}"
    return replace(judged, complaint=complaint)
