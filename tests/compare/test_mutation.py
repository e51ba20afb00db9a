"""What becomes of mutants of small documents, worked out by hand."""

from __future__ import annotations

import pytest

from checker.compare.mutation import Fate, Mutation
from checker.compare.observe import Letter
from checker.compare.trial import FEW, GROWTH, Original, judge_mutant, measure
from checker.document.library import parse
from checker.document.mutants import mutants
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from tests.compare.bell import BELL, FATES

ENGINE = Engine("reference")


def original(text: str, max_states: int | None = None) -> Original:
    protocol = parse(text, "bell.md")
    limits = [(scenario, Limits(max_states)) for scenario in protocol.scenarios.values()]
    return Original(protocol, [measure(protocol, scenario, ENGINE, limit) for scenario, limit in limits])


def fates(of: Original, row: str = "", limits: Limits | None = None) -> dict[str, Fate]:
    return {
        mutant.name: judge_mutant(of, mutant, (), ENGINE, limits or Limits())
        for rule in of.protocol.rules
        if row in ("", rule.id)
        for mutant in mutants(of.protocol, rule)
    }


def told(fate: Fate) -> str:
    assert (fate.kill is not None) == (fate.fate == "killed")
    return fate.fate if fate.kill is None else fate.kill.property


def test_what_becomes_of_each_mutant() -> None:
    assert {name: told(fate) for name, fate in fates(original(BELL)).items()} == FATES


def test_what_a_kill_says() -> None:
    killed = fates(original(BELL))["ask.idle: segment not sent: <WORD=hello>"]
    assert killed.kill is not None
    assert (killed.scenario, killed.kill.expected, killed.kill.outcome) == ("calm", "holds", "violated")


def test_what_is_broken() -> None:
    broken = fates(original(BELL))["letter.hello: next exchanged: none"]
    assert (broken.fate, broken.scenario) == ("broken", "calm")
    assert broken.reason == "in idle at B on letter <WORD=bye>: no row handles it"


def test_a_call_that_nothing_answers_any_more() -> None:
    text = BELL.replace("| idle, asked | wave | |", "| idle, asked | wave | `not heard` |")
    broken = fates(original(text))["wave.early: guard negated"]
    assert (broken.fate, broken.scenario) == ("broken", "calm")
    assert broken.reason == "nobody takes or refuses wave in asked"


def test_what_a_survivor_shows() -> None:
    found = fates(original(BELL))
    silent = found["wave.told: segment not sent: <WORD=bye>"].difference
    assert silent is not None
    assert (silent.scenario, silent.of_mutant, silent.steps) == ("calm", False, 4)
    assert silent.letter == Letter(0, "wave", ("<WORD=bye>",))
    early = found["wave.early: then flipped: stop"].difference
    assert early is not None
    assert (early.of_mutant, early.steps, early.letter) == (True, 1, Letter(0, "wave", ()))


def test_the_score() -> None:
    of = original(BELL)
    judged = fates(of)
    rules = {rule.id: rule for rule in of.protocol.rules}
    found = [(rules[fate.mutant.row], [fate]) for fate in judged.values()]
    mutation = Mutation(of.protocol, of.small, 100, found)
    assert mutation.counts() == {"killed": 8, "broken": 5, "survived": 5, "equivalent": 9}
    assert mutation.score() == pytest.approx(100 * 8 / 13)
    assert mutation.score("then flipped") == 0
    assert mutation.score("guard weakened") is None
    half = Mutation(of.protocol, of.small, 100, found, left=20)
    assert half.best_score() == pytest.approx(100 * 28 / 33)


def test_what_is_blamed_notices_nothing() -> None:
    """The row that a failure is blamed on may be another one in a mutant: that is no news."""
    calm = "| calm | ask; wave | none | queue | capacity 1 | |"
    lossy = calm.replace("calm", "lossy").replace("queue", "queue, lose")
    lossy = lossy.replace("1 |", "1 | answered violated by ask.idle, holds in calm", 1)
    found = fates(original(BELL.replace(calm, f"{lossy}\n{calm}")), "letter.hello")
    assert told(found["letter.hello: then flipped: stop"]) == "equivalent"
    # The answer may be lost, so in *lossy* nobody misses it.
    silent = found["letter.hello: segment not sent: <WORD=thanks>"]
    assert (silent.scenario, told(silent)) == ("calm", "answered")


def test_a_property_that_is_not_as_expected_notices_nothing() -> None:
    text = BELL.replace("`A's STATE is asked` | `A's STATE is told`", "`A's STATE is told` | `off`")
    of = original(text)
    assert [(m.sound, m.unsound) for m in of.small] == [(frozenset({"true story"}), ("answered",))]
    assert fates(of)["letter.thanks: next exchanged: none"].fate == "survived"


def test_a_row_that_no_scenario_fires_is_not_equivalent() -> None:
    """Unless the document says why it never fires."""
    row = "| `letter.late` | told | letter |"
    spare = "| `letter.odd` | asked | letter | `word is bye` | `spare := off` | | | |\n"
    found = fates(original(BELL.replace(row, spare + row)), "letter.odd")
    assert found["letter.odd: update dropped: spare := off"].fate == "survived"
    assert found["letter.odd: update dropped: spare := off"].reason == "no scenario fires this row"
    said = BELL.replace(row, spare + row).replace("| next | then |", "| next | then | never fires |")
    said = said.replace("|---|---|---|---|---|---|---|---|", "|---|---|---|---|---|---|---|---|---|", 1)
    lines = [
        f"{line} {'who has asked gets thanks' if 'letter.odd' in line else ''} |"
        if line.startswith(("| `ask.", "| `wave.", "| `letter."))
        else line
        for line in said.splitlines()
    ]
    assert (
        fates(original("\n".join(lines)), "letter.odd")["letter.odd: update dropped: spare := off"].fate
        == "equivalent"
    )


COUNTING = """
| state | meaning |
|---|---|
| up | |

| variable | kind | lives | initial |
|---|---|---|---|
| `n` | count | host | 0 |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | hello, bye | none |

| event | kind | fair |
|---|---|---|
| letter | arrival | yes |
| timeout tick | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `letter.any` | up | letter | | | | | |
| `tick.on` | up | timeout tick | `n < 3` | `n := n + 1` | | | |

| property | kind | when | claim |
|---|---|---|---|
| few | invariant | | `n < 4000` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| quiet | none | none | queue | capacity 1 | |
"""


def test_a_graph_without_an_end_is_unknown() -> None:
    of = original(COUNTING)
    assert [m.states for m in of.small] == [16]
    found = fates(of, "tick.on")["tick.on: guard weakened: n < 3"]
    assert found.fate == "unknown"
    assert f"more than {GROWTH * 16 + FEW:,} states" in found.reason


def test_a_graph_without_an_end_may_be_noticed() -> None:
    """What is violated within the limit is violated."""
    found = fates(original(COUNTING.replace("4000", "40")), "tick.on")["tick.on: guard weakened: n < 3"]
    assert told(found) == "few"


def test_a_scenario_that_is_too_large_leaves_it_open() -> None:
    """Unless it shows the same there, or something in another one notices it."""
    text = BELL + "| larger | ask; wave; wave | none | bag, lose, duplicate 2 | capacity 3 | |\n"
    of = original(text, max_states=10)
    assert [m.scenario.name for m in of.large] == ["larger"]
    found = fates(of)
    open_still = found["letter.hello: update dropped: spare := on"]
    assert (open_still.fate, open_still.reason) == ("unknown", "equivalent? larger is too large to compare")
    assert found["letter.hello: then flipped: stop"].fate == "equivalent"
    assert told(found["letter.hello: update dropped: heard := on"]) == "true story"


def test_no_time_left() -> None:
    found = fates(original(BELL), "ask.idle", Limits(time_limit=0))
    assert {fate.fate for fate in found.values()} == {"unknown"}
    assert {fate.reason for fate in found.values()} == {"more than 0 seconds (--time-limit)"}


def test_a_mutant_that_is_no_document_any_more() -> None:
    letter = "| letter | arrival | yes |"
    late = "| `letter.late` | told | letter | | | | | |\n"
    tick = "| `tick.told` | told | timeout tick | | | | | end |\n"
    end = "| `end.told` | told | timeout tick | | | | | |\n"
    text = BELL.replace(letter, f"{letter}\n| timeout tick | timer | yes |").replace(late, late + tick + end)
    broken = fates(original(text), "end.told")["end.told: row dropped"]
    assert (broken.fate, broken.scenario) == ("broken", "")
    assert broken.reason.startswith("`then` is `end`")
