"""Which segment of a run is which."""

from __future__ import annotations

from checker.explore.system import System
from checker.model.tables import Action, Model
from checker.show.flights import Flight, Flights, flights_of
from checker.verify.replay import replay
from checker.verify.trace import Trace, snapshot, step
from tests.toys import model_of


def run_of(model: Model, *wanted: tuple[str, int | None]) -> Trace:
    """The run that takes these kinds of actions, each at this place of the queue (``None``: any)."""
    system = System(model)
    state = system.initial()
    steps = []
    for kind, position in wanted:
        number, after = next(
            (number, after)
            for number, after in system.successors(state)[0]
            if _is(system.action(number), kind, position)
        )
        steps.append(step(system, state, number, after))
        state = after
    run = Trace(snapshot(system, system.initial()), tuple(steps))
    assert replay(model, run) is None
    return run


def _is(action: Action, kind: str, position: int | None) -> bool:
    return action.kind == kind and position in (None, action.position)


def told(flights: Flights) -> list[tuple[int, str, int | None]]:
    return [(flight.made, flight.fate, flight.ended) for flight in flights.all]


def test_a_queue_delivers_the_oldest() -> None:
    model = model_of("post", "two equal in a queue")
    run = run_of(model, ("call", None), ("call", None), ("delivery", None), ("delivery", None))
    assert told(flights_of(run, "queue")) == [(1, "arrives", 3), (2, "arrives", 4)]


def test_a_loss_strikes_the_place_that_it_names() -> None:
    model = model_of("post", "two equal in a queue")
    run = run_of(model, ("call", None), ("call", None), ("loss", 1), ("delivery", None))
    assert told(flights_of(run, "queue")) == [(1, "arrives", 4), (2, "lost", 3)]


def test_of_equal_segments_in_a_bag_the_youngest_arrives() -> None:
    model = model_of("post", "two equal in a bag")
    run = run_of(model, ("call", None), ("call", None), ("delivery", None), ("delivery", None))
    assert told(flights_of(run, "bag")) == [(1, "arrives", 4), (2, "arrives", 3)]


def test_a_copy_stands_right_behind_its_original() -> None:
    """Two letters are in the queue; the copy of the first one is delivered before the second."""
    model = model_of("post", "a pair in a queue")
    run = run_of(
        model, ("call", None), ("duplication", 0), ("delivery", None), ("delivery", None), ("delivery", None)
    )
    flights = flights_of(run, "queue")
    assert told(flights) == [(1, "arrives", 3), (1, "arrives", 5), (2, "arrives", 4)]
    copy = flights.all[2]
    assert copy.copy is flights.all[0]
    assert flights.made_in(2) == [copy]
    assert flights.of_step[2] is flights.all[0]


def test_what_finds_no_room_and_what_is_still_on_its_way() -> None:
    model = model_of("post", "full, any loss")
    run = run_of(model, ("call", None), ("call", None))
    assert told(flights_of(run, "queue")) == [(1, "in flight", None), (2, "no room", 2)]


def test_what_was_sent_before_the_run() -> None:
    model = model_of("post", "one letter")
    run = run_of(model, ("call", None), ("delivery", None))
    later = Trace(run.steps[0].after, run.steps[1:])
    assert told(flights_of(later, "queue")) == [(0, "arrives", 1)]


def test_flights_that_are_alike_are_not_the_same() -> None:
    model = model_of("post", "one letter")
    segment = run_of(model, ("call", None)).steps[0].sent[0]
    assert Flight(segment, 0, 1) != Flight(segment, 0, 1)
