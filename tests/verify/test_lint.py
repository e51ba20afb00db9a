"""What lint takes together: scenarios that differ in the network alone."""

from __future__ import annotations

from unittest import mock

import pytest

from checker.verify import lint
from checker.verify.twins import differences
from tests.toys import toy


@pytest.mark.parametrize("name", ["outage", "pit", "post", "timers"])
def test_closures_are_what_each_scenario_has_by_itself(name: str) -> None:
    protocol = toy(name)
    with mock.patch.object(lint, "close", wraps=lint.close) as close:
        found = lint._closures(protocol, lambda scenario: None)
    for scenario, closure in zip(protocol.scenarios.values(), found, strict=True):
        alone = lint.close(protocol, scenario)
        assert (closure.fired, closure.states) == (alone.fired, alone.states)
        assert (closure.unanswered, closure.complete) == (alone.unanswered, alone.complete)
        assert [*closure.broken] == [*alone.broken]
    closed = [call.args[1] for call in close.call_args_list]
    pairs = [(a, b) for n, a in enumerate(closed) for b in closed[:n]]
    assert not any({"network", "capacity"}.issuperset(differences(a, b)) for a, b in pairs)


def test_some_of_a_toy_are_taken_together() -> None:
    protocol = toy("post")
    with mock.patch.object(lint, "close", wraps=lint.close) as close:
        lint.lint(protocol)
    assert close.call_count < len(protocol.scenarios)
