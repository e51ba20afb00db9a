"""``lastack time``: whether a saved run can happen in time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Lastack, environment, write_door
from tests.timing.runs import TOY, document

RUN = "timed--line--it-ends.json"


@pytest.fixture
def saved(lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of the toy of timers: A goes, it ends, its letter is lost."""
    monkeypatch.chdir(tmp_path)
    text = TOY.replace("RESTARTED", "") + (
        "\n| property | kind | when | claim |\n|---|---|---|---|\n"
        "| it ends | reachable | | `STATE is over and nothing in flight` |\n"
    )
    document(tmp_path, text)
    assert lastack("check", "timed.md", "-s", "line", "-p", "it ends", "--traces", ".").code == 0
    return Path(RUN)


CANNOT = """\
it ends at A in line of timed
  life at most 25, again 3..10, wait 11

✓ it cannot happen

In the order of the run, wait longer than 10 rules it out; 10 does not. 10 is
  again:
    2 wait after 1           timeout end at A
    2 at most again after 1  timeout again at A runs on
  It rests on again at most 10; without that, longer than 25.
  It rests on timers that fire only as in the run; without that, longer than
    25.

In any order that neither end can tell from it, wait longer than 10 rules it
  out; 10 does not. 10 is again:
    2 wait after 1           timeout end at A
    2 at most again after 1  timeout again at A runs on
  It rests on again at most 10; without that, no wait is long enough.
  It rests on timers that fire only as in the run; without that, no wait is
    long enough.
"""
"""The letter is lost in 3, 25 after 1 at the latest. Neither end can tell when."""


def test_a_run_that_cannot_happen(lastack: Lastack, saved: Path) -> None:
    ran = lastack("time", saved, "timed.md", "--life", "25", "--again", "3..10", "--wait", "11")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == CANNOT


def test_a_run_that_can_happen_is_shown_with_its_times(lastack: Lastack, saved: Path) -> None:
    ran = lastack("time", saved, "timed.md", "--life=25", "--again=3..10", "--wait=4.5")
    assert (ran.code, ran.err) == (1, "")
    head, table, ladder, *_ = ran.out.split("\n\n")[1:]
    assert head == "✗ it can happen"
    assert table.splitlines() == ["  time  step", *TABLE]
    assert [line[:9].strip() for line in ladder.splitlines() if line[:2].strip()] == BESIDE
    assert max(map(len, ran.out.splitlines())) <= 80


TABLE = [
    "     0     1  A: go",
    "   4.5     2  A: timeout end",
    "   4.5     3  <MARK=x> from A is lost",
]
BESIDE = ["1    0", "2  4.5", "3  4.5"]


def test_the_same_as_json(lastack: Lastack, saved: Path) -> None:
    ran = lastack("time", saved, "timed.md", "--life", "25", "--again", "3..10", "--format", "json")
    assert (ran.code, ran.err) == (1, "")
    value = json.loads(ran.out)
    assert (value["document"], value["scenario"], value["possible"]) == ("timed", "line", True)
    assert value["given"] == {
        "life": {"least": "0", "most": "25"},
        "again": {"least": "3", "most": "10"},
        "wait": {"least": "0", "most": None},
    }
    run, ends = value["orders"]
    assert (run["order"], ends["order"]) == ("run", "ends")
    # What is not given is as long as it can be: A ends at 10.
    assert (run["fixed"], run["times"]) == ({"wait": "10"}, ["0", "10", "10"])
    (bound,) = run["bounds"]
    assert (bound["shortest"], bound["longest"], bound["formula"]) == ("0", "10", "again")
    assert bound["rests_on"][0] == {"premise": "again at most 10", "longest_without": "25"}
    assert json.loads(lastack("time", saved, "timed.md", "--wait=11", "--format", "json").out)["possible"]


@pytest.mark.slow
def test_a_bundled_document_needs_no_name(lastack: Lastack, tmp_path: Path) -> None:
    """TIME-WAIT when the last ACK is lost: RTO + MSL is long enough, and no less."""
    chosen = ["textbook", "-s", "TIME-WAIT too short", "-p", "last ACK"]
    assert lastack("check", *chosen, "--traces", tmp_path).code == 0
    saved = tmp_path / "textbook--TIME-WAIT-too-short--last-ACK.json"
    given = ["--msl", "30", "--rto", "1..60", "--time-wait"]
    assert lastack("time", saved, *given, "91").code == 0
    assert lastack("time", saved, *given, "90").code == 1
    ran = lastack("time", saved, "--msl", "30", "--rto", "1..60")
    assert (ran.code, "with time-wait 30:" in ran.out) == (1, True)
    assert "  what goes on for ever is timed once around\n" in ran.out
    assert "though not in this order" not in lastack("time", saved, *given, "30").out
    assert "though not in this order" in " ".join(lastack("time", saved, *given, "31").out.split())


def test_an_undecided_question_is_3(lastack: Lastack, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    monkeypatch.setattr(z3.Solver, "check", lambda self, *assumed: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda self: "timeout")
    ran = lastack("time", saved, "timed.md", "--again", "3..10")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"lastack: {saved}: not decided: the solver gave no answer (timeout)\n"


def test_too_many_equal_segments_are_3(
    lastack: Lastack, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.timing.flights.MAX_FATES", 0)
    ran = lastack("time", saved, "timed.md", "--again", "3..10")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.endswith("not decided: more than 0 ways to tell equal segments apart\n")


NUMBER = "expected a number, the"

BAD = [
    ([], "Missing argument 'TRACE'"),
    (["missing.json"], "'missing.json' does not exist"),
    ([RUN], "this is a trace of timed, which is no bundled document; name its file: TRACE DOC"),
    ([RUN, "timed.md", "more"], "expected TRACE and DOC, and then there is `more`"),
    (
        [RUN, "timed.md", "--live", "3"],
        "timed has no duration --live; did you mean `--life`?; expected",
    ),
    ([RUN, "timed.md", "-w", "3"], "there is no option -w"),
    ([RUN, "timed.md", "--life"], "--life: expected a length behind it"),
    ([RUN, "timed.md", "--life", "--wait", "3"], "--life: expected a length behind it"),
    ([RUN, "timed.md", "--life", "3", "--life", "4"], "--life is given twice"),
    ([RUN, "timed.md", "--life", "long"], f"--life: `long` is no length of `life`, {NUMBER} longest"),
    ([RUN, "timed.md", "--life", "-3"], f"--life: `-3` is no length of `life`, {NUMBER} longest"),
    ([RUN, "timed.md", "--life="], f"--life: `` is no length of `life`, {NUMBER} longest"),
    ([RUN, "timed.md", "--wait", "1..2"], f"--wait: `1..2` is no length of `wait`, {NUMBER} same each time"),
    ([RUN, "timed.md", "--wait", "1e3"], "`1e3` is no length of `wait`"),
    ([RUN, "timed.md", "--wait", "inf"], "`inf` is no length of `wait`"),
    (
        [RUN, "timed.md", "--again", "5"],
        "`5` is no length of `again`, expected a range such as 1..60",
    ),
    ([RUN, "timed.md", "--again", "..5"], "`..5` is no length of `again`"),
    ([RUN, "timed.md", "--again", "1..2..3"], "`1..2..3` is no length of `again`"),
    ([RUN, "timed.md", "--again", "5..3"], "`5..3` is no length of `again`: it ends before it begins"),
    ([RUN, "timers.md"], f"{RUN}: this is a trace of timed, not of timers ("),
    ([RUN, "changed.md", "--wait", "3"], f"{RUN}: it does not run in changed: after step "),
    ([RUN, "door.md"], f"{RUN}: this is a trace of timed, not of door ("),
    (["door.json", "door.md"], "door has no durations table, so nothing in it takes time"),
    ([RUN, "alike.md"], "alike.md:3:3: Life: there is an option --life already; name it otherwise"),
    ([RUN, "own.md"], "own.md:3:3: format: there is an option --format already; name it otherwise"),
    (["prose.md", "timed.md"], "prose.md: this is no JSON ("),
    (["list.json"], "list.json: this does not say of which document it is a trace"),
    ([RUN, "timed.md", "--format", "html"], "'html' is not one of 'text', 'json'"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_input_is_2(lastack: Lastack, saved: Path, arguments: list[str], said: str) -> None:
    assert saved.exists()
    folder = Path()
    write_door(folder, "met holds")
    assert lastack("check", "door.md", "-s", "quiet", "--traces", ".").code == 0
    Path("door--quiet--met.json").rename("door.json")
    Path("prose.md").write_text("prose", encoding="utf-8")
    Path("list.json").write_text("[]", encoding="utf-8")
    change = "| rule | in | on | if | do | send | next | then |\n|---|---|---|---|---|---|---|---|\n"
    change += "| `go.idle` | idle | go | | | `<MARK=y>` | waiting | |\n"
    document(folder, f"| extends | because |\n|---|---|\n| timed | |\n\n{change}", "changed.md")
    base = Path("timed.md").read_text(encoding="utf-8").replace("| again | timeout again | range | |\n", "")
    document(folder, base, "timid.md")
    for name, duration in (("alike", "Life"), ("own", "format")):
        row = f"| duration | of | length |\n|---|---|---|\n| {duration} | timeout again | range |\n"
        document(folder, f"{row}\n| extends | because |\n|---|---|\n| timid | |\n", f"{name}.md")
    ran = lastack("time", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err.replace("\n", " ")


def test_the_solver_is_imported_only_when_it_is_asked() -> None:
    script = "import sys, checker.cli.time; sys.exit('z3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), timeout=60, check=False)
    assert done.returncode == 0
