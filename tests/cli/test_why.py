"""``lastack why``: its words and its refusals."""

from __future__ import annotations

from pathlib import Path

from checker.document.library import parse
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.show.why import row_of_table
from checker.verify.why import missed
from tests.cli.commands import Lastack
from tests.verify.test_why import LAMP


def lamp(folder: Path) -> Path:
    path = folder / "lamp.md"
    path.write_text(LAMP, encoding="utf-8")
    return path


def test_a_row_with_the_run_that_shows_what_it_is_for(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "again.send", "-d", lamp(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "again.send"
    assert "  ── both bright in lossy: violated at A; expected to hold" in lines
    assert any("press.dark" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_row_that_nothing_misses(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "spare.dark", "-d", lamp(tmp_path))
    assert (ran.code, ran.out) == (0, "spare.dark\nnothing misses it in 2 scenarios\n")


def test_a_row_that_answers_a_call_is_turned_into_its_opposite(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "press.bright", "-d", lamp(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:4] == [
        "press.bright",
        "tried instead: it takes press, and does nothing else",
        "",
        "  ── pressed once in good: violated at A; expected to hold",
    ]
    assert "tried instead: it refuses press\n" in lastack("why", "press.dark", "-d", lamp(tmp_path)).out


def test_a_row_that_only_leaves_a_hole(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "letter.thanks", "-d", lamp(tmp_path))
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "letter.thanks",
        "left out: in bright at A on letter <SORT=thanks>: no row handles it (good)",
        "left out: in dark at A on letter <SORT=thanks>: no row handles it (good)",
        "tried instead: it does nothing",
        "no property misses it in 2 scenarios",
    ]


def test_what_has_no_meaning_is_told_once(lastack: Lastack, tmp_path: Path) -> None:
    text = LAMP.replace("| scenario | A | B |", "| scenario | opened | A | B |")
    text = text.replace(
        "|---|---|---|---|---|---|\n| good |", "|---|---|---|---|---|---|---|\n| good | B: press |"
    )
    path = tmp_path / "lamp.md"
    path.write_text(text.replace("| lossy |", "| lossy | B: press |"), encoding="utf-8")
    ran = lastack("why", "press.dark", "-d", path)
    said = "in 2 scenarios the document has no meaning: B cannot call press in dark"
    assert said in ran.out.splitlines()


def test_the_table_of_all_rows(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "--all", "-d", lamp(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    rows = {line[:24].strip(): line[24:] for line in ran.out.splitlines()}
    assert rows["press.dark"] == "pressed once violated, 0 steps (good)"
    assert rows["press.bright"] == "pressed once violated, 1 step (good)"
    assert rows["again.send"] == "both bright violated, 2 steps (lossy)"
    assert rows["letter.thanks"] == "no property, but good has a hole"
    assert rows["spare.dark"] == "nothing misses it"
    # A press, taken or refused, the light, and its repetition.
    assert ran.out.splitlines()[-1] == "a property misses 4 of 6 rows (67%) in 2 scenarios"


def test_scenarios_that_are_too_large_are_left_out(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "--all", "-d", lamp(tmp_path), "--max-states", 1)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == (
        "a property misses 0 of 6 rows (0%) in 0 scenarios; 2 larger ones left out"
    )
    ran = lastack("why", "spare.dark", "-d", lamp(tmp_path), "--max-states", 1)
    assert ran.out == "spare.dark\nnothing misses it in 0 scenarios; 2 larger ones left out\n"


def test_what_fails_comes_before_what_no_longer_comes_up(lastack: Lastack, tmp_path: Path) -> None:
    """A row can be to blame for a failure that is expected, and be needed for something else."""
    text = LAMP.replace("| lit |", f"{NEVER_LIT}\n| lit |")
    text = text.replace("| good | press; press | none | queue | capacity 2 | lit holds |", GOOD)
    path = tmp_path / "lamp.md"
    path.write_text(text, encoding="utf-8")
    ran = lastack("why", "press.dark", "-d", path, "-s", "good")
    heads = [line.split(" in ")[0] for line in ran.out.splitlines() if line.startswith("  ── ")]
    assert heads == ["  ── pressed once", "  ── lit", "  ── never lit"]


NEVER_LIT = "| never lit | step | `after STATE is bright` | `event is letter` |"
GOOD = "| good | press; press | none | queue | capacity 2 | lit holds; never lit violated |"


def test_refusals(lastack: Lastack, tmp_path: Path) -> None:
    path = lamp(tmp_path)
    assert lastack("why").err == "lastack: expected the names of rows, or --all\n"
    assert lastack("why", "again.send", "--all").code == 2
    unknown = lastack("why", "again.sent", "-d", path)
    assert unknown.code == 2
    assert unknown.err == "lastack: lamp has no row `again.sent`; did you mean `again.send`?\n"
    wrong = lastack("why", "again.send", "-d", path, "-s", "god")
    assert "has no scenario `god`; did you mean `good`?" in wrong.err


def test_what_was_not_looked_at_to_the_end_is_said_in_the_table() -> None:
    """Without the row there may be more states than with it, and then more than are looked at."""
    protocol = parse(LAMP, "lamp.md")
    row = next(rule for rule in protocol.rules if rule.id == "spare.dark")
    for most, line in [(None, "nothing misses it"), (1, "nothing misses it, but not all was looked at")]:
        limits = Limits(max_states=most)
        found = [
            missed(protocol, row.id, scenario, limits, Engine("reference"))
            for scenario in protocol.scenarios.values()
        ]
        assert row_of_table(row, found).plain[24:] == line
