"""Runs that are chosen step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.explore.limits import Limits
from checker.explore.system import System
from checker.model.tables import Model
from checker.verify.results import check_scenario
from checker.verify.stuck import run_of
from checker.verify.trace import Trace
from checker.verify.walk import NoSuchChoice, choices_of, walk
from tests.toys import model_of, toy


def runs(name: str, scenario: str) -> list[Trace]:
    protocol = toy(name)
    result = check_scenario(protocol, protocol.scenarios[scenario], Limits())
    found = (run_of(result.model, judged.verdict) for judged in result.judged)
    return [run for run in found if run is not None]


SCENARIOS = [(name, scenario) for name in ("pit", "post", "timers") for scenario in toy(name).scenarios]


def test_what_a_run_chooses_makes_that_run() -> None:
    lengths = []
    for name, scenario in SCENARIOS:
        for run in runs(name, scenario):
            choices = choices_of(System(model_of(name, scenario)), run)
            walked = walk(System(model_of(name, scenario)), choices)
            assert walked.trace == replace(run, loop_start=None, stuck_after=None)
            if run.loop_start is not None:
                assert walked.same == run.loop_start
            lengths.append(len(choices))
    assert len(lengths) > 50
    assert max(lengths) > 4


def test_what_is_enabled_is_told_in_the_order_of_the_system() -> None:
    model = model_of("post", "two in a queue")
    start = walk(System(model), [])
    assert start.trace.steps == ()
    assert start.same is None
    system = System(model)
    expected = [system.action(action) for action, _ in system.successors(system.initial())[0]]
    assert list(start.enabled) == expected
    assert expected


@pytest.mark.parametrize("choice", [-1, 99])
def test_what_is_not_enabled_cannot_be_chosen(choice: int) -> None:
    with pytest.raises(NoSuchChoice, match=rf"step 1: there is no choice {choice}, only 0 to \d"):
        walk(System(model_of("post", "two in a queue")), [choice])


def test_a_run_of_another_scenario_has_no_choices() -> None:
    (run, *_) = [run for run in runs("post", "two in a queue") if run.steps]
    with pytest.raises(NoSuchChoice, match=r"is not enabled|begins in another state"):
        choices_of(System(model_of("post", "no room for a pair")), run)


def test_a_step_that_leads_elsewhere_is_none() -> None:
    (run, *_) = [run for run in runs("post", "two in a queue") if len(run.steps) > 1]
    changed = replace(run, steps=(replace(run.steps[0], lost=1), *run.steps[1:]))
    with pytest.raises(NoSuchChoice, match="step 1 has another effect"):
        choices_of(System(Model(toy("post"), toy("post").scenarios["two in a queue"])), changed)
