"""A run as a picture: everything is where it happens, and nothing stands on anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations, pairwise

import pytest

from checker.document.library import parse
from checker.model.tables import Model
from checker.show.draw.pinned import to_dot
from checker.show.draw.places import BAR, Places
from checker.show.draw.sequence import sequence
from checker.show.draw.shapes import Box, Line, Picture, Words
from checker.show.draw.style import PURPLE, VERMILION
from checker.show.draw.svg import to_svg
from checker.verify.decide import decide
from checker.verify.stuck import run_of as with_future
from checker.verify.trace import Trace
from tests.cli.commands import door
from tests.exchange.checkers import graph_of
from tests.show.test_flights import run_of
from tests.toys import DOCUMENTS, model_of

TEXTBOOK = "spec/textbook.md"
SVG = "{http://www.w3.org/2000/svg}"

RUNS = [
    (TEXTBOOK, "last ACK lost", "last ACK"),
    (TEXTBOOK, "last ACK lost", "connected"),
    (TEXTBOOK, "TIME-WAIT too short", "last ACK"),
    (TEXTBOOK, "SYN lost", "connected"),
    ("spec/rfc9293.md", "last ACK lost", "orderly for both"),
    ("spec/rfc9293.md", "TIME-WAIT assassinated", "TIME-WAIT ends"),
    ("spec/rfc9293.md", "TIME-WAIT assassinated", "TIME-WAIT kept"),
    ("spec/rfc9293.md", "reset from zero", "reset for cause"),
]


def found(document: str, scenario: str, property: str) -> tuple[Model, Trace]:
    """The run that shows a verdict, with what goes on where it is stuck."""
    graph = graph_of(document, scenario)
    model = graph.system.model
    run = with_future(model, decide(graph, model.protocol.properties[property]))
    if run is None:
        pytest.skip(f"{property} is not violated in {scenario}")
    return model, run


def drawn(model: Model, run: Trace) -> Picture:
    return sequence(model, run, ["a run", "of a toy"])


def texts(picture: Picture) -> list[str]:
    return [shape.text for shape in picture.shapes if isinstance(shape, Words)]


def area(words: Words) -> tuple[float, float, float, float]:
    """(left, right, top, bottom) of a line of text."""
    left = {"start": words.x, "middle": words.x - words.width / 2, "end": words.x - words.width}[words.anchor]
    return left, left + words.width, words.y - words.size * 0.8, words.y + words.size * 0.2


@pytest.mark.parametrize(("document", "scenario", "property"), RUNS)
def test_no_words_stand_on_others_or_beyond_the_edge(document: str, scenario: str, property: str) -> None:
    nothing_overlaps(drawn(*found(document, scenario, property)))


def test_what_was_sent_before_the_run_has_its_place() -> None:
    model = model_of("post", "two in a bag")
    run = run_of(model, ("call", None), ("call", None), ("delivery", None), ("delivery", None))
    later = Trace(run.steps[1].after, run.steps[2:])
    picture = drawn(model, later)
    nothing_overlaps(picture)
    assert texts(picture).count("<MARK=x>") == texts(picture).count("<MARK=y>") == 1


def test_long_names_have_room() -> None:
    """A state, an event and a segment that are longer than what there usually is room for."""
    long = "waiting for whoever may come to open this door with a rusty lock"
    text = (
        door()
        .replace("asleep", "in a sleep so deep that nobody ever had a deeper one")
        .replace("waiting", long)
        .replace("knock |", "knock time over time until somebody hears it |")
    )
    text = text.replace("knock | none", "knock time over time until somebody hears it | none")
    text = text.replace(
        "hello", "hello-is-anybody-there-who-has-a-key-to-this-door-and-could-let-me-in-now-please"
    )
    protocol = parse(text, "door.md")
    model = Model(protocol, protocol.scenarios["quiet"])
    picture = sequence(model, run_of(model, ("call", None), ("delivery", None)), ["a run " * 40])
    nothing_overlaps(picture)
    assert long in " ".join(texts(picture))


def nothing_overlaps(picture: Picture) -> None:
    areas = [(shape.text, area(shape)) for shape in picture.shapes if isinstance(shape, Words)]
    for (one, (l1, r1, t1, b1)), (other, (l2, r2, t2, b2)) in combinations(areas, 2):
        assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1, f"`{one}` and `{other}`"
    bars = [s.x for s in picture.shapes if isinstance(s, Box) and not s.round and s.width == BAR]
    for shape in picture.shapes:
        if isinstance(shape, Words) and shape.halo:
            left, right, *_ = area(shape)
            assert all(right < bar or bar + BAR < left for bar in bars), f"`{shape.text}` on a lifeline"
    for _, (left, right, top, bottom) in areas:
        assert left >= 0
        assert top >= 0
        assert right <= picture.width
        assert bottom <= picture.height


@pytest.mark.parametrize(("document", "scenario", "property"), RUNS)
def test_arrows_lead_from_where_segments_are_sent_to_where_they_arrive(
    document: str, scenario: str, property: str
) -> None:
    model, run = found(document, scenario, property)
    places = Places(model, run, ["a run", "of a toy"])
    for flight in places.flights.all:
        (x1, y1), (x2, y2) = places.departure(flight), places.arrival(flight)
        if flight.copy is None:
            assert abs(x1 - (places.left, places.right)[flight.sender]) < 5
        assert y1 < y2
        if flight.fate == "arrives":
            assert flight.ended is not None
            assert abs(x2 - (places.right, places.left)[flight.sender]) < 5
            assert y2 == places.rows[flight.ended].middle
        else:
            assert places.left + 5 < x2 < places.right - 5
    tops = [row.top for row in places.rows.values()]
    assert tops == sorted(tops)


@pytest.mark.parametrize(("document", "scenario", "property"), RUNS)
def test_every_step_has_its_group(document: str, scenario: str, property: str) -> None:
    model, run = found(document, scenario, property)
    root = ElementTree.fromstring(to_svg(drawn(model, run)))
    steps = [group.get("data-step") for group in root.iter(f"{SVG}g")]
    assert steps == [str(number) for number in range(1, len(run.steps) + 1)]
    segments = {model.form.write(segment) for step in run.steps for segment in step.sent}
    shown = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
    assert segments <= shown


def test_a_loss_is_a_cross_on_the_way() -> None:
    model = model_of("post", "two equal in a queue")
    picture = drawn(model, run_of(model, ("call", None), ("loss", 0)))
    crosses = [s for s in picture.shapes if isinstance(s, Line) and s.width == 2.4]
    assert [cross.step for cross in crosses] == [1, 1]
    assert {cross.colour for cross in crosses} == {VERMILION}
    assert "lost" in texts(picture)


def test_a_copy_begins_on_the_way_of_its_original() -> None:
    model = model_of("post", "a pair in a queue")
    run = run_of(model, ("call", None), ("duplication", 0), ("delivery", None), ("delivery", None))
    places = Places(model, run, ["x"])
    copy = next(flight for flight in places.flights.all if flight.copy is not None)
    x, y = places.departure(copy)
    assert places.left < x < places.right
    assert y == places.rows[2].middle
    assert "doubled" in texts(drawn(model, run))


@pytest.mark.parametrize("sender", [0, 1])
def test_what_is_doubled_just_before_it_arrives_is_told_beside_the_lifeline(sender: int) -> None:
    calls = ["none", "none"]
    calls[sender] = "; ".join(["send x"] * 8)
    row = f"| a copy, late | {' | '.join(calls)} | queue, lose, duplicate 1 | capacity 2 | |"
    post = parse(f"{(DOCUMENTS / 'post.md').read_text(encoding='utf-8').rstrip()}\n{row}\n", "post.md")
    model = Model(post, post.scenarios["a copy, late"])
    others = [("call", None), ("loss", 1)] * 6
    picture = drawn(model, run_of(model, ("call", None), *others, ("duplication", 0), ("delivery", None)))
    nothing_overlaps(picture)
    assert texts(picture).count("doubled") == 1


def test_no_room_is_told() -> None:
    model = model_of("post", "full, any loss")
    assert "no room" in texts(drawn(model, run_of(model, ("call", None), ("call", None))))


def test_a_timer_is_a_clock() -> None:
    model, run = found(TEXTBOOK, "TIME-WAIT too short", "last ACK")
    timers = [n for n, step in enumerate(run.steps, 1) if step.action.kind == "timer"]
    clocks = [s.step for s in drawn(model, run).shapes if isinstance(s, Box) and s.colour == PURPLE]
    assert timers
    assert clocks == timers


def test_a_cycle_has_a_bracket_and_a_line_above_it() -> None:
    model, run = found(TEXTBOOK, "TIME-WAIT too short", "last ACK")
    assert run.loop_start is not None
    picture = drawn(model, run)
    places = Places(model, run, ["a run", "of a toy"])
    (bracket,) = [s for s in picture.shapes if isinstance(s, Line) and len(s.points) == 4]
    assert bracket.arrow
    assert bracket.points[-1][1] == places.rows[run.loop_start + 1].top
    assert bracket.points[0][1] == places.end
    assert " stuck; what goes on for ever, for example " in texts(picture)
    ended = drawn(model, replace(run, loop_start=None, stuck_after=None))
    assert not [s for s in ended.shapes if isinstance(s, Line) and len(s.points) == 4]
    assert not [text for text in texts(ended) if "stuck" in text]


def test_a_lifeline_changes_with_the_state() -> None:
    model = model_of("post", "one letter")
    still = [s for s in drawn(model, run_of(model, ("call", None))).shapes if isinstance(s, Box)]
    assert len(still) == 2  # one part each: nobody's state changes
    model, run = found(TEXTBOOK, "last ACK lost", "last ACK")
    states = [run.initial, *(step.after for step in run.steps)]
    changes = sum(a.ends[e].state != b.ends[e].state for a, b in pairwise(states) for e in (0, 1))
    parts = [s for s in drawn(model, run).shapes if isinstance(s, Box) and not s.round]
    assert len(parts) == 2 + changes


def test_a_run_without_steps_is_drawn() -> None:
    model = model_of("post", "one letter")
    picture = drawn(model, run_of(model))
    assert picture.width > 900
    ElementTree.fromstring(to_svg(picture))


def test_everything_is_pinned_where_it_is() -> None:
    """In DOT y runs upwards, and what is pinned is the middle."""
    box = Box(10, 20, 30, 40, "#ffffff")
    dot = to_dot(Picture("a box", 100, 200, (box, Line(((0, 0), (50, 100)), arrow=True))))
    assert 'pos="25.0,160.0"' in dot
    assert "width=0.417" in dot
    assert "layout=nop2" in dot
    assert 'pos="0.0,200.0"' in dot
    assert 'pos="50.0,100.0"' in dot
    assert 'pos="e,50.0,100.0 ' in dot
