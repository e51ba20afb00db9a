"""``lastack lint``: each kind of finding, with its place and its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Lastack

CLEAN = """# Two who knock

| state | meaning |
|---|---|
| asleep | |
| waiting | |
| awake | |

| variable | kind | lives | initial |
|---|---|---|---|
| `heard` | count to 2 | host | none |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | hello, bye | none |

| event | kind | fair |
|---|---|---|
| knock | call | no |
| letter | arrival | yes |

| rule | in | on | if | do | send | next | then | never fires |
|---|---|---|---|---|---|---|---|---|
| `knock.asleep` | asleep | knock | | | `<WORD=hello>` | waiting | | |
| `knock.again` | waiting, awake | knock | | | | | refuse | |
| `letter.asleep` | asleep | letter | | `heard := 1` | | awake | | |
| `letter.later` | waiting, awake | letter | | | | | | |

| property | kind | when | claim |
|---|---|---|---|
| one knocks | invariant | `STATE is awake` | `peer's STATE is waiting` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| both | knock; knock | knock | queue | capacity 1 | |
"""
"""Every row fires: each end may be the one that knocks, both may at once, and A knocks again.

A's letters are delivered to B before B's to A, so it is B where something is first found."""


def write(folder: Path, text: str) -> Path:
    path = folder / "knock.md"
    path.write_text(text, encoding="utf-8")
    return path


def lint(lastack: Lastack, path: Path) -> list[str]:
    """The findings; their number must be told too."""
    ran = lastack("lint", path)
    found = ran.out.splitlines()
    assert ran.code == (1 if found else 0)
    assert ran.err == (f"lastack: {len(found)} problem{'s' * (len(found) != 1)}\n" if found else "")
    return found


def place(path: Path, beginning: str) -> str:
    """Where the first cell stands of the row that begins so."""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith(beginning))
    return f"{path}:{number}:3"


def test_nothing_is_said_of_a_clean_document(lastack: Lastack, tmp_path: Path) -> None:
    assert lint(lastack, write(tmp_path, CLEAN)) == []


def edited(folder: Path, before: str, after: str, text: str = CLEAN) -> Path:
    assert text.count(before) == 1
    return write(folder, text.replace(before, after))


def test_a_state_without_rules(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(tmp_path, "| asleep | |", "| asleep | |\n| dreaming | |")
    where = place(path, "| dreaming ")
    assert lint(lastack, path) == [
        f"{where}: dreaming: no rule begins in the state `dreaming`",
        f"{where}: dreaming: no scenario reaches the state `dreaming`",
        f"{place(path, '| knock ')}: knock: no rule handles `knock` in dreaming",
        f"{place(path, '| letter ')}: letter: no rule handles `letter` in dreaming",
    ]


def test_a_state_that_is_never_reached(lastack: Lastack, tmp_path: Path) -> None:
    text = CLEAN.replace("waiting, awake |", "waiting, awake, dreaming |")
    path = edited(tmp_path, "| asleep | |", "| asleep | |\n| dreaming | |", text)
    where = place(path, "| dreaming ")
    assert lint(lastack, path) == [f"{where}: dreaming: no scenario reaches the state `dreaming`"]


def test_two_rows_of_one_step(lastack: Lastack, tmp_path: Path) -> None:
    """A letter that comes to somebody waiting is a hello from the other one, who knocked too."""
    row = "| `letter.polite` | waiting | letter | `word is hello` | | | | | |"
    path = edited(tmp_path, "| `letter.later` |", f"{row}\n| `letter.later` |")
    clash = "the rows `letter.polite` and `letter.later` of one step both fire"
    where = place(path, "| `letter.later`")
    # What lies behind the clash is not known, so nothing is said of rows that do not fire.
    assert lint(lastack, path) == [f"{where}: letter.later: in waiting at B on letter <WORD=hello>: {clash}"]


def test_a_row_that_reads_what_is_unset(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(tmp_path, "`heard := 1`", "`heard := heard + 1`")
    where = place(path, "| `letter.asleep`")
    message = "letter.asleep: in asleep at B on letter <WORD=hello>: reads `heard`, which is unset"
    assert lint(lastack, path) == [f"{where}: {message}"]


def test_an_arrival_that_no_row_takes(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        "| `letter.later` | waiting, awake | letter | |",
        "| `letter.later` | waiting, awake | letter | `word is bye` |",
    )
    assert lint(lastack, path) == [
        f"{place(path, '| waiting ')}: in waiting at B on letter <WORD=hello>: no row handles it",
        f"{place(path, '| awake ')}: in awake at B on letter <WORD=hello>: no row handles it",
    ]


def test_events_that_nothing_handles(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(tmp_path, "| letter | arrival | yes |", "| letter | arrival | yes |\n| leave | own | yes |")
    assert lint(lastack, path) == [f"{place(path, '| leave ')}: leave: no rule handles the event `leave`"]


def test_calls_and_arrivals_that_some_states_do_not_handle(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(tmp_path, "| `knock.again` | waiting, awake |", "| `knock.again` | waiting |")
    where = place(path, "| knock ")
    assert lint(lastack, path) == [f"{where}: knock: no rule handles `knock` in awake"]


def test_a_call_that_is_neither_taken_nor_refused(lastack: Lastack, tmp_path: Path) -> None:
    """B, awakened by a letter, has heard something: what its own knock does then is not said."""
    path = edited(tmp_path, "knock | | | | | refuse |", "knock | `heard is none` | | | | refuse |")
    where = place(path, "| knock ")
    assert lint(lastack, path) == [
        f"{where}: knock: sometimes in awake no row takes or refuses `knock`",
    ]


TWINS = """| roomy | knock; knock | knock | queue | capacity 2 | one knocks violated, holds in both |
| lossy | knock; knock | knock | queue, lose | capacity 2 | one knocks violated, holds in both |
"""


def test_a_twin_that_differs_in_two_points(lastack: Lastack, tmp_path: Path) -> None:
    path = write(tmp_path, CLEAN + TWINS)
    message = "lossy: its twin `both` differs in 2 points, not in one: network, capacity"
    assert lint(lastack, path) == [f"{place(path, '| lossy ')}: {message}"]


def test_a_rule_that_never_fires(lastack: Lastack, tmp_path: Path) -> None:
    row = "| `letter.polite` | awake | letter | `word is bye` | | | | | {} |"
    later = "| `letter.later` | waiting, awake | letter | |"
    text = CLEAN.replace(later, later[:-1] + "`word is hello` |")
    later = "| `letter.later` |"
    path = edited(tmp_path, later, row.format("") + "\n" + later, text)
    where = place(path, "| `letter.polite`")
    message = "letter.polite: this rule fires in no scenario; say why in a `never fires` column"
    assert lint(lastack, path) == [f"{where}: {message}"]
    path = edited(tmp_path, later, row.format("nobody says bye") + "\n" + later, text)
    assert lint(lastack, path) == []


def test_a_reason_that_is_not_true(lastack: Lastack, tmp_path: Path) -> None:
    path = edited(tmp_path, "`heard := 1` | | awake | | |", "`heard := 1` | | awake | | nobody knocks |")
    where = place(path, "| `letter.asleep`")
    message = "letter.asleep: this rule is said to fire never, but can fire"
    assert lint(lastack, path) == [f"{where}: {message}"]


def test_a_scenario_without_properties(lastack: Lastack, tmp_path: Path) -> None:
    first, last = CLEAN.index("| property |"), CLEAN.index("| scenario |")
    path = write(tmp_path, CLEAN[:first] + CLEAN[last:])
    where = place(path, "| both ")
    assert lint(lastack, path) == [f"{where}: both: this scenario checks no property; the document has none"]


def test_a_start_that_cannot_be_made(lastack: Lastack, tmp_path: Path) -> None:
    text = CLEAN.replace("| network |", "| opened | network |").replace(
        "|---|---|---|---|---|---|\n| both", "|---|---|---|---|---|---|---|\n| both"
    )
    path = edited(tmp_path, "| knock | queue |", "| knock | A: knock; A: knock | queue |", text)
    assert lint(lastack, path) == [f"{place(path, '| both ')}: both: A cannot call knock in waiting"]


def test_problems_of_several_documents_are_all_told(lastack: Lastack, tmp_path: Path) -> None:
    """Also where one of them cannot be read; in the order of the documents."""
    (tmp_path / "a.md").write_text("| state | meaning |\n|---|---|\n| a | |\n", encoding="utf-8")
    path = edited(tmp_path, "| letter | arrival | yes |", "| letter | arrival | yes |\n| leave | own | yes |")
    found = lint(lastack, tmp_path)
    assert [line.split(":")[0] for line in found] == [str(tmp_path / "a.md")] * (len(found) - 1) + [str(path)]
    assert len(found) > 1


@pytest.mark.parametrize("name", ["textbook"])
def test_bundled_documents_are_clean(lastack: Lastack, name: str) -> None:
    assert lastack("lint", name).code == 0
