"""Which runs a report draws, which it only refers to, and what stands around them."""

from __future__ import annotations

from dataclasses import replace

from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.counterexample import counterexample, counterexamples
from checker.verify.results import ScenarioResult, check_scenario
from tests.toys import toy
from tests.verify.test_stuck import WELL

COUNT = """# A counter that somebody pushes

| state | meaning |
|---|---|
| here | |

| variable | kind | lives | initial |
|---|---|---|---|
| `n` | count to 3 | host | 0 |

| event | kind | fair |
|---|---|---|
| push | own | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `push.on` | here | push | `n < 3` | `n := n + 1` | | | |

| property | kind | when | claim | because |
|---|---|---|---|---|
| none | invariant | | `A's n < 1` | it hurts |
| two | invariant | | `A's n < 2` | |
| two at least | invariant | | `A's n < 2` | |
| one | invariant | | `B's n < 1` | |
| nothing | invariant | | `A's n > 0` | |
| three | reachable | | `A's n = 3` | |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| pushed | none | none | queue | capacity 1 | three holds |
"""


def count() -> tuple[Protocol, ScenarioResult]:
    protocol = parse(COUNT, "count.md")
    return protocol, check_scenario(protocol, protocol.scenarios["pushed"], Limits())


def drawn(result: ScenarioResult, *asked: str) -> dict[str, list[str]]:
    """The lines below each heading, by the name of the property."""
    blocks: dict[str, list[str]] = {}
    for line in counterexamples([(result.model, judged) for judged in result.judged], asked):
        if line.plain.startswith("  ── "):
            lines = blocks[line.plain[5:].partition(" in ")[0]] = []
        elif line.plain:
            lines.append(line.plain.rstrip())
    return blocks


def test_a_run_is_drawn_once() -> None:
    """Two pushes make A's counter 2; the first of them has made it 1; before it, it is 0."""
    blocks = drawn(count()[1])
    assert list(blocks) == ["none", "two", "two at least", "one", "nothing"]
    assert blocks["none"] == [
        "     it hurts",
        "     the first step of the run for “two”, below",
    ]
    assert blocks["two"][-4:] == [
        "   1  │                                                                        │",
        "        push: push.on · n 0→1",
        "   2  │                                                                        │",
        "        push: push.on · n 1→2",
    ]
    assert blocks["two at least"] == ["     the same run as for “two”, above"]
    # B's push is another run.
    assert blocks["one"][-1].strip() == "push: push.on · n 0→1"
    assert blocks["nothing"] == ["     the state before the first step of the run for “two”, above"]


def test_a_witness_is_drawn_where_it_was_asked_for() -> None:
    result = count()[1]
    assert "three" not in drawn(result)
    blocks = drawn(result, "three")
    assert blocks["three"][-1].strip() == "push: push.on · n 2→3"
    # It begins with all the runs of A that are shorter.
    assert blocks["two"] == ["     the first 2 steps of the run for “three”, below"]
    assert blocks["two at least"] == blocks["two"]


def test_runs_from_different_states_are_different_runs() -> None:
    result = count()[1]
    two = next(j for j in result.judged if j.verdict.property.name == "two")
    assert two.verdict.trace is not None
    trace = two.verdict.trace
    later = replace(trace, initial=trace.steps[0].after)
    other = replace(two, verdict=replace(two.verdict, trace=later))
    blocks = list(counterexamples([(result.model, two), (result.model, other)], ()))
    assert [line for line in blocks if "the same run" in line.plain] == []


def test_a_long_heading_is_wrapped() -> None:
    protocol, result = count()
    long = Model(protocol, replace(result.scenario, name="pushed " * 12 + "again"))
    lines = [line.plain for line in counterexample(long, result.judged[3])]
    assert lines[0].startswith("  ── one in pushed pushed ")
    assert lines[1].startswith("     pushed ")
    assert max(map(len, lines)) <= 80


STUCK = """\
  ── out in a voice ──────────────────────────────────────────────────────────
      A                                                                        B
      path                                                                  path
   1  water                                                                    │
        fall: fall.path
      ── stuck; what goes on, for example ──────────────────────────────────────
   2  deeper                                                                   │
        sink: sink.water
   3  ground                                                                   │
        sink: sink.deeper
      ── from here on for ever ─────────────────────────────────────────────────
   4  │                                                                        │
        timeout voice: voice.ground
   5  │       ── <WORD=help> ──────────────────────────────────────────▶       │
             word.quiet
     helpful actions go on, but never lead out of these 4 states: what goes
     round is A's timeout voice and deliveries to B, with A in ground and B in
     path
"""


def test_what_goes_on_in_a_stuck_state_is_drawn_behind_the_run() -> None:
    protocol = parse(WELL, "well.md")
    result = check_scenario(protocol, protocol.scenarios["a voice"], Limits())
    lines = [line.plain.rstrip() + "\n" for line in counterexample(result.model, result.judged[0])]
    assert "".join(lines) == STUCK


def test_a_cycle_that_begins_where_it_is_stuck_has_one_heading() -> None:
    protocol = toy("pit")
    result = check_scenario(protocol, protocol.scenarios["walks about"], Limits(), ["out"])
    lines = [line.plain for line in counterexample(result.model, result.judged[0])]
    assert [line.strip(" ─") for line in lines if "──" in line[6:]][1:] == [
        "stuck; what goes on for ever, for example"
    ]
