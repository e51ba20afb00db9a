"""What goes on in a stuck state: told in words, and shown as a run that replays."""

from __future__ import annotations

from dataclasses import replace

import pytest

import checker.verify.stuck
from checker.document.library import parse
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.explore.system import System
from checker.model.tables import Model
from checker.verify.decide import decide
from checker.verify.replay import replay
from checker.verify.stuck import MOST_STEPS, continued, future_of, why_stuck
from checker.verify.trace import Trace
from checker.verify.verdict import Verdict
from checker.verify.words import describe

WELL = """# A well: who falls in sinks, and may call for help that never comes

| state | meaning |
|---|---|
| path | |
| water | |
| deeper | |
| ground | |
| home | |

| switch | kind | default | meaning |
|---|---|---|---|
| `voice` | flag | off | who is on the ground calls |
| `echo` | flag | off | the other one answers |
| `hope` | flag | off | who sinks may hold tight to something instead |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | help, what | none |

| event | kind | fair |
|---|---|---|
| fall | call | no |
| word | arrival | yes |
| sink | own | yes |
| hold tight | own | yes |
| timeout voice | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `fall.path` | path | fall | | | | water | |
| `sink.water` | water | sink | | | | deeper | |
| `sink.deeper` | deeper | sink | | | | ground | |
| `hold.water` | water | hold tight | `hope` | | | water | |
| `voice.ground` | ground | timeout voice | `voice` | | `<WORD=help>` | | |
| `word.path` | path | word | `echo` | | `<WORD=what>` | | |
| `word.quiet` | path | word | `not echo` | | | | |
| `word.elsewhere` | water, deeper, ground, home | word | | | | | |

| property | kind | when | claim |
|---|---|---|---|
| out | never stuck | `STATE is water` | `STATE is home` |

| scenario | A | B | network | bounds | set | expect |
|---|---|---|---|---|---|---|
| silence | fall | none | queue, lose | capacity 1 | | out violated |
| a voice | fall | none | queue, lose | capacity 1 | voice = on | out violated |
| an echo | fall | none | queue, lose | capacity 1 | voice = on, echo = on | out violated |
| hope | fall | none | queue, lose | capacity 1 | hope = on | out violated |
| two | fall | fall | queue, lose | capacity 1 | | out violated |
"""


def stuck(scenario: str) -> tuple[Model, Verdict, Trace]:
    protocol = parse(WELL, "well.md")
    model = Model(protocol, protocol.scenarios[scenario])
    verdict = decide(explore(model, Limits()), protocol.properties["out"])
    assert verdict.outcome == "violated"
    assert verdict.trace is not None
    return model, verdict, verdict.trace


def actions(model: Model, trace: Trace) -> list[str]:
    return [describe(model, step.action) for step in trace.steps]


LEAD = "helpful actions go on, but never lead out of these"


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        # In the water, deeper, on the ground.
        ("silence", f"{LEAD} 3 states: they end with A in ground and B in path"),
        # On the ground the call may be on its way or not.
        (
            "a voice",
            f"{LEAD} 4 states: what goes round is A's timeout voice and deliveries to B, "
            "with A in ground and B in path",
        ),
        # Either channel may be full or empty.
        (
            "an echo",
            f"{LEAD} 6 states: what goes round is A's timeout voice and deliveries to A and B, "
            "with A in ground and B in path",
        ),
        # What goes on only for a while is no part of what goes round.
        ("hope", f"{LEAD} 3 states: they end with A in ground and B in path"),
    ],
)
def test_what_goes_on_in_words(scenario: str, reason: str) -> None:
    assert stuck(scenario)[1].reason == reason


def test_more_than_anyone_wants_to_know(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _, trace = stuck("a voice")
    monkeypatch.setattr(checker.verify.stuck, "MOST_STATES", 3)
    system = System(model)
    start = system.initial()
    falling = next(s for a, s in system.successors(start)[0])
    assert future_of(system, falling, ()) is None
    assert continued(model, trace, ()) is None
    monkeypatch.setattr(checker.verify.stuck, "MOST_STATES", 4)
    assert future_of(system, falling, ()) is not None


def test_a_future_that_ends() -> None:
    model, _, trace = stuck("silence")
    run = continued(model, trace, ())
    assert run is not None
    assert actions(model, run) == ["A: fall", "A: sink", "A: sink"]
    assert run.loop_start is None
    assert replay(model, run) is None


def test_a_future_that_goes_round_goes_round_once() -> None:
    """The shortest way to the ground, and there the shortest cycle on which B hears a call."""
    model, _, trace = stuck("a voice")
    run = continued(model, trace, ())
    assert run is not None
    call = "<WORD=help> from A arrives at B"
    assert actions(model, run) == ["A: fall", "A: sink", "A: sink", "A: timeout voice", call]
    assert run.loop_start == 3
    assert run.last == run.steps[2].after
    assert replay(model, run) is None


def test_all_who_ever_hear_something_hear_it_in_the_cycle() -> None:
    """That B hears A would be a shorter cycle, if the answer were lost in a full channel."""
    model, _, trace = stuck("an echo")
    run = continued(model, trace, ())
    assert run is not None
    assert run.loop_start == 3
    assert actions(model, run)[3:] == [
        "A: timeout voice",
        "<WORD=help> from A arrives at B",
        "<WORD=what> from B arrives at A",
    ]
    assert run.last == run.steps[2].after


def test_where_nothing_goes_on_there_is_nothing_to_show() -> None:
    model, _, trace = stuck("silence")
    run = continued(model, trace, ())
    assert run is not None
    assert continued(model, run, ()) is None


def test_what_is_too_long_to_read_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _, trace = stuck("a voice")
    assert MOST_STEPS >= 4
    monkeypatch.setattr(checker.verify.stuck, "MOST_STEPS", 3)
    assert continued(model, trace, ()) is None


def test_calls_that_users_must_make_are_part_of_it() -> None:
    model, _, trace = stuck("two")
    run = continued(model, trace, ("fall",))
    assert run is not None
    assert "B: fall" in actions(model, run)
    system = System(model)
    start = system.initial()
    future = future_of(system, start, ("fall",))
    assert future is not None
    # Each of the two is on the path, in the water, deeper or on the ground: 16 states.
    assert why_stuck(system, future) == f"{LEAD} 16 states: they end with both in ground"
    quiet = future_of(system, start, ())
    assert quiet is not None
    assert why_stuck(system, quiet) == "no helpful action is enabled here: both are in path"


def test_a_run_of_another_system_is_not_continued() -> None:
    model, _, trace = stuck("silence")
    step = trace.steps[0]
    other = replace(trace, steps=(replace(step, rules=("sink.water",)),))
    with pytest.raises(checker.verify.stuck.ReplayError):
        continued(model, other, ())
