"""Runs in the language of Mermaid, by hand."""

from __future__ import annotations

from dataclasses import replace

from checker.show.draw.mermaid import sequence_diagram
from tests.show.draw.test_sequence import TEXTBOOK, found
from tests.show.test_flights import run_of
from tests.toys import model_of

X = "#60;MARK=x#62;"


def lines(*wanted: tuple[str, int | None], scenario: str = "two equal in a queue") -> list[str]:
    model = model_of("post", scenario)
    return sequence_diagram(model, run_of(model, *wanted), ["post"]).splitlines()


START = [
    "sequenceDiagram",
    "  participant A",
    "  participant B",
    "  Note over A,B: post",
    "  Note over A: here",
    "  Note over B: here",
]


def test_a_title_is_a_note_for_mermaid_cuts_off_long_titles_of_runs() -> None:
    model = model_of("post", "two equal in a queue")
    run = run_of(model, ("call", None))
    titled = sequence_diagram(model, run, ["post", "a letter; too long"]).splitlines()
    assert titled[3] == "  Note over A,B: post<br/>a letter#59; too long"
    assert sequence_diagram(model, run).splitlines() == titled[:3] + titled[4:]


def test_deliveries_losses_and_what_is_left() -> None:
    assert lines(("call", None), ("delivery", None), ("call", None), ("loss", 0)) == [
        *START,
        "  Note over A: send x",
        f"  A->>B: {X}",
        "  Note over A: send x",
        f"  A-xB: {X}",
    ]
    assert lines(("call", None), ("call", None), ("delivery", None))[6:] == [
        "  Note over A: send x",
        "  Note over A: send x",
        f"  A->>B: {X}<br/>sent earlier",
        f"  A--)B: {X}<br/>in flight",
    ]


def test_copies_and_what_finds_no_room() -> None:
    steps: list[tuple[str, int | None]] = [
        ("call", None),
        ("duplication", 0),
        ("delivery", None),
        ("delivery", None),
    ]
    assert lines(*steps, scenario="a pair in a queue")[7:10] == [
        f"  Note over A,B: {X}<br/>is doubled",
        f"  A->>B: {X}<br/>sent earlier",
        f"  A->>B: {X}<br/>copy",
    ]
    assert lines(("call", None), ("call", None), scenario="full, any loss")[-2:] == [
        f"  A-xB: {X}<br/>no room",
        f"  A--)B: {X}<br/>in flight",
    ]


def test_a_cycle_is_a_loop() -> None:
    model, run = found(TEXTBOOK, "TIME-WAIT too short", "last ACK")
    text = sequence_diagram(model, run, ["x"])
    inside = text.split("  loop for ever\n")[1].split("  end\n")[0]
    assert [line[:4] for line in inside.splitlines()] == ["    "] * 2
    assert "timeout resend" in inside
    assert "  Note over A,B: stuck#59; what goes on, for example\n  loop" in text
    assert "loop" not in sequence_diagram(model, replace(run, loop_start=None), ["x"])


def test_states_are_told_where_they_change() -> None:
    model, run = found(TEXTBOOK, "last ACK lost", "last ACK")
    text = sequence_diagram(model, run, ["x"])
    assert "  Note over A: connect<br/>SYN-SENT\n" in text
    assert "  Note over B: CLOSE-WAIT\n" in text
