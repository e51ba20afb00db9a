"""``lastack why``: its words and its refusals."""

from __future__ import annotations

from pathlib import Path

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


def test_the_table_of_all_rows(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "--all", "-d", lamp(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    rows = {line[:24].strip(): line[24:] for line in ran.out.splitlines()}
    assert rows["press.bright"] == "press in bright is neither taken nor refused"
    assert rows["again.send"] == "both bright violated, 2 steps (lossy)"
    assert rows["spare.dark"] == "nothing misses it"
    # The two lights, thanks, press twice, and the repetition are missed.
    assert ran.out.splitlines()[-1] == "5 of 6 rows (83%) are missed by 2 scenarios"


def test_scenarios_that_are_too_large_are_left_out(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("why", "--all", "-d", lamp(tmp_path), "--max-states", 1)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "0 of 6 rows (0%) are missed by 0 scenarios; 2 larger ones left out"


def test_refusals(lastack: Lastack, tmp_path: Path) -> None:
    path = lamp(tmp_path)
    assert lastack("why").err == "lastack: expected the names of rows, or --all\n"
    assert lastack("why", "again.send", "--all").code == 2
    unknown = lastack("why", "again.sent", "-d", path)
    assert unknown.code == 2
    assert unknown.err == "lastack: lamp has no row `again.sent`; did you mean `again.send`?\n"
    wrong = lastack("why", "again.send", "-d", path, "-s", "god")
    assert "has no scenario `god`; did you mean `good`?" in wrong.err
