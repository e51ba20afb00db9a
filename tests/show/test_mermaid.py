"""Runs as Mermaid's sequence diagrams."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from checker.document.library import parse
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.mermaid import _safe, sequence
from checker.verify.results import check_scenario
from checker.verify.trace import Trace
from tests.compare.changes import BASE


def run_of(text: str, scenario: str, property: str) -> tuple[Model, Trace]:
    protocol = parse(text, "asking.md")
    (judged,) = check_scenario(protocol, protocol.scenarios[scenario], Limits(), [property]).judged
    assert judged.verdict.trace is not None
    return Model(protocol, protocol.scenarios[scenario]), judged.verdict.trace


def test_what_arrives_is_an_arrow() -> None:
    assert sequence(*run_of(BASE, "calm", "met")).splitlines() == [
        "sequenceDiagram",
        "  participant A",
        "  participant B",
        "  Note left of A: idle",
        "  Note right of B: idle",
        "  Note over A: 1 go",
        "  Note left of A: asking",
        "  A->>B: 2 #60;WORD=ask#62;",
        "  B->>A: 3 #60;WORD=yes#62;",
        "  Note left of A: done",
    ]


def test_what_is_lost_has_a_cross() -> None:
    lines = sequence(*run_of(BASE.replace("tries < 1", "tries < 0"), "lossy", "answered")).splitlines()
    assert lines[5:] == [
        "  Note over A: 1 go",
        "  A--)B: #60;WORD=ask#62; departs",
        "  Note left of A: asking",
        "  A-xB: 2 lost #60;WORD=ask#62;",
    ]


def test_what_finds_no_room_and_what_is_doubled() -> None:
    text = BASE.replace("queue, lose 1 | capacity 4", "queue, lose 1, duplicate | capacity 1")
    text = text.replace("| met | reachable | | `STATE is done` |", "| met | reachable | | `tries = 1` |")
    assert "  A-xB: no room for #60;WORD=ask#62;" in sequence(*run_of(text, "lossy", "met")).splitlines()
    goal = "`STATE is done and tries = 0 and some segment from us (word is ask)`"
    two = BASE.replace("queue, lose 1", "bag, duplicate 1").replace(
        "reachable | | `STATE is done`", f"reachable | | {goal}"
    )
    lines = sequence(*run_of(two, "lossy", "met")).splitlines()
    assert any(re.fullmatch(r"  Note over A,B: \d doubled, from A, #60;WORD=ask#62;", line) for line in lines)


@given(st.text())
def test_nothing_that_mermaid_might_take_for_its_own_is_left(text: str) -> None:
    """Semicolons end statements, `<` begins HTML, `#` an entity, a line break a line."""
    safe = _safe(text)
    assert re.fullmatch(r"(?:[A-Za-z0-9 .,=+\-/()]|#\d+;)*", safe)
    assert re.sub(r"#(\d+);", lambda match: chr(int(match.group(1))), safe) == text


def test_a_cycle_is_marked() -> None:
    protocol = parse(BASE.replace("tries < 1", "tries < 0"), "asking.md")
    model = Model(protocol, protocol.scenarios["lossy"])
    _, trace = run_of(BASE.replace("tries < 1", "tries < 0"), "lossy", "answered")
    looped = Trace(trace.initial, trace.steps, loop_start=1)
    lines = sequence(model, looped).splitlines()
    assert lines.index("  Note over A,B: from here on for ever") == len(lines) - 2
    stuck = Trace(trace.initial, trace.steps, stuck_after=1)
    assert "  Note over A,B: stuck, what goes on, for example" in sequence(model, stuck).splitlines()


def test_a_word_that_ends_blocks_may_be_a_name() -> None:
    """In a text, too, it might be taken for the end of one."""
    lines = sequence(*run_of(BASE.replace("done", "end"), "calm", "met")).splitlines()
    assert lines[-1] == "  Note left of A: #101;nd"
    assert _safe("Sending ENDS; End of it, end") == "Sending ENDS#59; #69;nd of it, #101;nd"
