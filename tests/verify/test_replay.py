"""Traces replay through the semantics, afresh; what was tampered with does not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from checker.document.library import bundled_folder, load
from checker.document.protocol import Property
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Action, Model
from checker.verify.decide import decide
from checker.verify.replay import Divergence, ReplayError, confirm, replay, still_shows
from checker.verify.results import check_scenario
from checker.verify.trace import Step, Trace, trace_to
from checker.verify.verdict import Verdict
from tests.toys import explored, model_of, run_of, toy

X, Y = "<MARK=x>", "<MARK=y>"
DOCUMENTS = ["alternating-bit", "post", "timers", "pit", "outage"]


@cache
def verdicts(document: str) -> list[tuple[str, Verdict]]:
    """(scenario, verdict) for everything that can be decided in a document."""
    protocol = toy(document)
    graphs = {name: explore(Model(protocol, scenario)) for name, scenario in protocol.scenarios.items()}
    found = [
        (name, decide(graph, property))
        for name, graph in graphs.items()
        for property in protocol.properties.values()
    ]
    assert any(verdict.trace is not None and verdict.trace.steps for _, verdict in found)
    return found


def traces(document: str) -> list[tuple[str, Verdict, Trace]]:
    return [
        (name, verdict, verdict.trace) for name, verdict in verdicts(document) if verdict.trace is not None
    ]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_trace_replays_and_shows_what_it_should(document: str) -> None:
    for scenario, verdict, trace in traces(document):
        model = model_of(document, scenario)
        assert replay(model, trace) is None
        assert confirm(model, verdict) is verdict


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_state_that_was_changed_is_found_where_it_stands(document: str) -> None:
    for scenario, _, trace in traces(document):
        model = model_of(document, scenario)
        for number, step in enumerate(trace.steps):
            after = replace(step.after, duplications=step.after.duplications + 7)
            divergence = replay(model, replaced(trace, number, replace(step, after=after)))
            assert divergence is not None
            assert divergence.steps == number + 1
            assert divergence.message.endswith("has another effect")
        initial = replace(trace.initial, losses=trace.initial.losses + 7)
        assert replay(model, replace(trace, initial=initial)) == Divergence(0, "the initial state differs")


def replaced(trace: Trace, number: int, step: Step) -> Trace:
    return replace(trace, steps=(*trace.steps[:number], step, *trace.steps[number + 1 :]))


def without(trace: Trace, number: int) -> Trace:
    return replace(trace, steps=trace.steps[:number] + trace.steps[number + 1 :])


def letters() -> tuple[Model, Trace]:
    """A sends x and y, then B receives both: see ``test_decide``."""
    verdict = found_in("post", "two in a queue", "at most one")
    model = model_of("post", "two in a queue")
    assert verdict.trace is not None
    assert len(verdict.trace.steps) == 4
    return model, verdict.trace


def found_in(document: str, scenario: str, property: str) -> Verdict:
    return decide(explored(document, scenario), toy(document).properties[property])


@pytest.mark.parametrize(
    ("number", "divergence"),
    [
        # Without the sending of x, y can be sent, but then stands alone in the queue.
        (0, Divergence(1, "A: send y has another effect")),
        # Without the sending of y, x arrives, but nothing is left behind it.
        (1, Divergence(2, f"{X} from A arrives at B has another effect")),
        # Without the arrival of x, y is not the oldest.
        (2, Divergence(2, f"{Y} from A arrives at B is not enabled")),
        # The last step may be left out: what remains is a run.
        (3, None),
    ],
)
def test_a_step_removed(number: int, divergence: Divergence | None) -> None:
    model, trace = letters()
    assert replay(model, without(trace, number)) == divergence


def test_steps_exchanged() -> None:
    """No letter arrives before one was sent."""
    model, trace = letters()
    first, second, third, fourth = trace.steps
    assert replay(model, replace(trace, steps=(first, third, second, fourth))) == Divergence(
        2, f"{X} from A arrives at B has another effect"
    )
    assert replay(model, replace(trace, steps=(third, first, second, fourth))) == Divergence(
        0, f"{X} from A arrives at B is not enabled"
    )


@pytest.mark.parametrize(
    ("action", "divergence"),
    [
        # No fault in this scenario; B has no calls; this call was used up, and that one never given.
        (Action("loss", 0, "", None, 0), "A:  is not enabled"),
        (Action("call", 1, "send y"), "B: send y is not enabled"),
        (Action("call", 0, "send x"), "A: send x is not enabled"),
        (Action("call", 0, "send both"), "A: send both is not enabled"),
    ],
)
def test_another_action(action: Action, divergence: str) -> None:
    model, trace = letters()
    changed = replaced(trace, 1, replace(trace.steps[1], action=action))
    assert replay(model, changed) == Divergence(1, divergence)


def test_rules_and_segments_are_compared_too() -> None:
    model, trace = letters()
    step = trace.steps[1]
    for changed in (
        replace(step, rules=("send.x",)),
        replace(step, rules=()),
        replace(step, sent=trace.steps[0].sent),
        replace(step, lost=1),
    ):
        assert replay(model, replaced(trace, 1, changed)) == Divergence(2, "A: send y has another effect")


def test_a_trace_of_another_scenario() -> None:
    """Where A has one call, x; where the network still has losses; where A has called already."""
    _, trace = letters()
    assert replay(model_of("post", "one letter"), trace) == Divergence(1, "A: send y is not enabled")
    differs = Divergence(0, "the initial state differs")
    assert replay(model_of("post", "one letter may be lost"), trace) == differs
    waits = found_in("timers", "one waits", "it ends").trace
    assert waits is not None
    assert replay(model_of("timers", "no echo"), waits) == differs


# Confirming


def refuted(document: str, scenario: str, verdict: Verdict) -> str:
    with pytest.raises(ReplayError) as error:
        confirm(model_of(document, scenario), verdict)
    return str(error.value)


def test_a_verdict_without_a_trace_is_left_alone() -> None:
    verdict = found_in("post", "two in a queue", "at most two")
    assert verdict.trace is None
    assert confirm(model_of("post", "two in a queue"), verdict) is verdict


def test_a_tampered_trace_is_refused() -> None:
    verdict = found_in("post", "two in a queue", "at most one")
    _, trace = letters()
    message = refuted("post", "two in a queue", replace(verdict, trace=without(trace, 0)))
    assert message == (
        "at most one: the counterexample does not replay after step 1: A: send y has another effect"
    )


def shortened(verdict: Verdict) -> Verdict:
    assert verdict.trace is not None
    return replace(verdict, trace=replace(verdict.trace, steps=verdict.trace.steps[:-1]))


def lengthened(scenario: str, verdict: Verdict) -> Verdict:
    """With one more step: the first that is possible in ``pit``."""
    graph = explored("pit", scenario)
    assert verdict.trace is not None
    words = run_of(graph.system.model, verdict.trace)
    longer = found_in("pit", scenario, "no rescue").trace
    assert longer is not None
    assert run_of(graph.system.model, longer)[: len(words)] == words
    return replace(verdict, trace=longer)


@pytest.mark.parametrize(
    ("document", "scenario", "property"),
    [
        ("post", "two in a queue", "at most one"),  # invariant: B has received one letter only
        ("post", "two in a queue", "y was last"),  # reachable: y has not arrived
        ("post", "two in a bag", "y after y"),  # step: the last step is that of y
        ("pit", "falls", "out"),  # never stuck: A still stands on the path
        ("pit", "falls", "rests at home"),  # quiescent: the same
    ],
)
def test_a_run_that_stops_too_early_shows_nothing(document: str, scenario: str, property: str) -> None:
    verdict = shortened(found_in(document, scenario, property))
    message = refuted(document, scenario, verdict)
    assert message == f"{property}: the counterexample replays, but shows nothing"


@pytest.mark.parametrize("property", ["out", "rests at home"])
def test_who_is_home_is_not_stuck(property: str) -> None:
    """A falls, and is rescued after all."""
    verdict = lengthened("falls", found_in("pit", "falls", property))
    assert refuted("pit", "falls", verdict).endswith("replays, but shows nothing")


@pytest.mark.parametrize("property", ["out", "rests at home"])
def test_who_has_a_ladder_is_not_stuck(property: str) -> None:
    """In the pit, but with a helpful action that leads out of it."""
    wrong = found_in("pit", "has a ladder", "no rescue")
    assert wrong.trace is not None
    claim = toy("pit").properties[property]
    in_the_pit = replace(wrong.trace, steps=wrong.trace.steps[:1])
    verdict = Verdict(claim, "violated", wrong.scope, in_the_pit, end=0)
    assert refuted("pit", "has a ladder", verdict).endswith("replays, but shows nothing")


def true_claims() -> list[Property]:
    return [toy("post").properties[name] for name in ("at most two", "counted", "all gone", "an empty post")]


@pytest.mark.parametrize("property", true_claims(), ids=lambda property: str(property.name))
@pytest.mark.parametrize("end", [0, 1])
def test_what_holds_is_not_refuted_by_any_run(property: Property, end: int) -> None:
    """The run of two letters, and all that it begins with."""
    _, trace = letters()
    scope = found_in("post", "two in a queue", "at most one").scope
    for length in range(len(trace.steps) + 1):
        part = replace(trace, steps=trace.steps[:length])
        verdict = Verdict(property, "violated", scope, part, end=end)
        assert refuted("post", "two in a queue", verdict).endswith("replays, but shows nothing")


def test_a_fault_is_no_step_of_an_end() -> None:
    """The claim of a `step` property speaks of what an end does, not of what is lost.

    The states are: not sent, in flight, lost (A's faults come before B's deliveries), received.
    """
    graph = explored("post", "one letter may be lost")
    trace = trace_to(graph, 2)
    assert run_of(graph.system.model, trace) == ["A: send x", f"{X} from A is lost"]
    for end in (0, 1):
        verdict = Verdict(toy("post").properties["x only"], "violated", "", trace, end=end)
        message = refuted("post", "one letter may be lost", verdict)
        assert message == "x only: the counterexample replays, but shows nothing"


def test_lack_of_room_is_not_being_stuck() -> None:
    """Nothing moves in the initial state, but only for want of room."""
    trace = trace_to(explored("echo", "two letters"), 0)
    verdict = Verdict(toy("echo").properties["quiet"], "violated", "", trace, end=0)
    message = refuted("echo", "two letters", verdict)
    assert message == "quiet: the counterexample replays, but shows nothing"


def test_a_run_that_no_longer_shows_what_it_was_saved_for() -> None:
    """A run that breaks a claim in its last state only shows nothing once that step is cut."""
    protocol = load(bundled_folder() / "textbook.md")
    scenario = protocol.scenarios["SYN lost"]
    (judged,) = check_scenario(protocol, scenario, Limits(), ["connected"]).judged
    verdict = judged.verdict
    assert verdict.trace is not None
    assert verdict.end is not None
    model = Model(protocol, scenario)
    cut = replace(verdict.trace, steps=verdict.trace.steps[:-1])
    assert still_shows(model, verdict.trace, verdict.property, verdict.end)
    assert replay(model, cut) is None
    assert not still_shows(model, cut, verdict.property, verdict.end)
    assert not still_shows(model, verdict.trace, protocol.properties["numbers agree"], verdict.end)


def test_a_future_too_large_to_replay_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who walks about in the pit goes through two states; looking at one of them settles nothing."""
    verdict = found_in("pit", "walks about", "out")
    model = model_of("pit", "walks about")
    assert verdict.trace is not None
    assert confirm(model, verdict) is verdict
    monkeypatch.setattr("checker.verify.replay.CONFIRM_STATES", 1)
    told = confirm(model, verdict)
    assert told.reason.endswith("; the replay looked for a way out in the next 1 states only")
    assert told.reason.startswith(verdict.reason)
    assert still_shows(model, verdict.trace, verdict.property, 0)
