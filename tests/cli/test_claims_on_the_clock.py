"""``lastack check`` on claims of what runs need on the clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Lastack, timeless
from tests.timing.claims import write_timed_claims

TRUE, WIDER, NONE, OPEN = (
    f"timed: line: {what}"
    for what in (
        "over: wait 10 if life 25, again 3..10",
        "over: wait 10 if life 25, again 3..11",
        "over: wait 10 if life 25",
        "known: wait 10 if again 3..10",
    )
)

REPORT = """\
claims (claims.md)

~ under assumptions c0                                                 a clock
    “tock”
    + ruled out by wait over 10 if life 25, again 3..10: over, in timed, line
      (3 steps)
    - ruled out by wait over 11, not 10, if life 25, again 3..11: over, in
      timed, line (3 steps)
    true with again 3..10

✗ refuted           c1                                                 a clock
    “tock”
    - ruled out by no wait if life 25: over, in timed, line (3 steps)
    NOT AS EXPECTED (expected: under assumptions)

? undecided         c2                                                 a clock
    “tock”
    ? vacuous: wait 10 if again 3..10: known, in timed, line
    known is vacuous (there is no run that shows it)
    NOT AS EXPECTED (expected: under assumptions)

NOT as expected:
  c1: refuted; expected: under assumptions
  c2: undecided; expected: under assumptions
to see a run: lastack check DOCUMENT -s SCENARIO -p PROPERTY, or --traces DIR
  for all
claims: 3 claims; 1 refuted, 1 under assumptions, 1 undecided, 2 NOT as
  expected; 1 scenario, 0 s
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_report(lastack: Lastack, folder: Path) -> None:
    write_timed_claims(folder, f"{TRUE}; {WIDER}", NONE, OPEN, expect="under assumptions")
    ran = lastack("check", "claims.md")
    assert (ran.code, timeless(ran.out), ran.err) == (1, REPORT, "")
    assert max(map(len, ran.out.splitlines())) <= 80


def test_several_at_once_say_the_same(lastack: Lastack, folder: Path) -> None:
    elsewhere = TRUE.replace("line", "cloud")
    write_timed_claims(folder, f"{TRUE}; {WIDER}", NONE, elsewhere, expect="under assumptions")
    one, two = (lastack("check", "claims.md", "--threads", n) for n in (1, 2))
    assert timeless(one.out) == timeless(two.out)
    assert (one.code, two.code) == (1, 1)


def test_the_json(lastack: Lastack, folder: Path) -> None:
    write_timed_claims(folder, f"{TRUE}; {WIDER}; {NONE}; {OPEN}")
    values = json.loads(lastack("check", "claims.md", "--format", "json").out)["claims"][0]["decided_by"]
    true, wider, none, open_ = values
    assert true["need"] == {
        "duration": "wait",
        "length": "10",
        "given": {"life": {"least": "0", "most": "25"}, "again": {"least": "3", "most": "10"}},
    }
    assert [(v["outcome"], v["agrees"], v["longest"], v["reason"]) for v in values] == [
        ("holds", True, "10", "wait over 10 rules it out"),
        ("violated", False, "11", "wait over 11 rules it out"),
        ("violated", False, None, "no wait rules it out"),
        ("vacuous", None, None, "there is no run that shows it"),
    ]
    assert {v["said"] for v in values} == {"holds"}
    assert true["trace"] == wider["trace"] == none["trace"]
    assert (true["trace"]["property"], len(true["trace"]["steps"])) == ("over", 3)
    assert open_["trace"] is None


def test_a_run_is_saved_once_and_lastack_time_says_the_same_of_it(lastack: Lastack, folder: Path) -> None:
    write_timed_claims(folder, f"{TRUE}; {WIDER}", expect="under assumptions")
    assert lastack("check", "claims.md", "--traces", "runs").code == 0
    saved = sorted(path.name for path in (folder / "runs").iterdir())
    assert saved == ["timed--line--over.itf.json", "timed--line--over.json"]
    given = ("--life", "25", "--again", "3..10", "--wait")
    assert lastack("time", "runs/timed--line--over.json", "timed.md", *given, "10").code == 1
    assert lastack("time", "runs/timed--line--over.json", "timed.md", *given, "10.5").code == 0


def test_a_solver_without_an_answer_is_3(
    lastack: Lastack, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import z3

    monkeypatch.setattr(z3.Solver, "check", lambda self, *assumed: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda self: "timeout")
    write_timed_claims(folder, TRUE)
    ran = lastack("check", "claims.md")
    assert (ran.code, ran.err) == (3, "")
    assert "? unknown: wait 10 if life 25, again 3..10: over, in timed, line" in ran.out
    assert "the solver gave no answer (timeout)" in " ".join(ran.out.split())
    assert "1 undecided, 1 cut short" in " ".join(ran.out.split())


def test_what_is_wrong_is_2(lastack: Lastack, folder: Path) -> None:
    write_timed_claims(folder, "timed: line: over: wait ten")
    ran = lastack("check", "claims.md")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("claims.md:3:51: c0: `ten` is no length of `wait`, expected a number")
