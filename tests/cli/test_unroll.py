"""``lastack prove --unroll``: a line for each property, its exit codes and its refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3

from checker.prove.solver import unroll
from checker.prove.solver.obligation import Obligation, Result
from checker.prove.solver.unroll import Soonest
from tests.cli.commands import Lastack, timeless, write_door


@pytest.fixture
def door(tmp_path: Path) -> Path:
    return write_door(tmp_path, "met holds")


SAID = """\
door

quiet
  3 questions, 0 s
  runs of at most 4 steps; at most 1 segment in flight each way, in order, no
  loss and no duplication; A may call knock
                z3  exploration
  ✓ agree        2            2  met

lossy
  3 questions, 0 s
  runs of at most 4 steps; at most 1 segment in flight each way, in order, any
  loss and no duplication; A may call knock
                z3  exploration
  ✓ agree        2            2  met

door: 2 scenarios, 2 agree; 0 s
"""


def test_both_say_how_soon(lastack: Lastack, door: Path) -> None:
    ran = lastack("prove", door, "--unroll", 4)
    assert (ran.code, ran.err) == (0, "")
    assert timeless(ran.out) == SAID


def test_what_is_not_reached_so_soon(lastack: Lastack, door: Path) -> None:
    ran = lastack("prove", door, "--unroll", 1, "-s", "quiet", "-p", "met")
    assert ran.code == 0
    assert "  ✓ agree     none         none  met\n" in ran.out
    assert "runs of at most 1 step; " in ran.out


def test_questions_are_files_with_their_answers(lastack: Lastack, door: Path, tmp_path: Path) -> None:
    assert lastack("prove", door, "--unroll", 2, "--smt-dir", tmp_path / "asked").code == 0
    folder = tmp_path / "asked" / "door"
    assert sorted(path.name for path in folder.iterdir()) == ["1-quiet", "2-lossy"]
    found = {}
    for path in (folder / "1-quiet").iterdir():
        text = path.read_text(encoding="utf-8")
        solver = z3.Solver()
        solver.from_string(text)
        found[path.name] = str(solver.check())
        assert re.findall(r"^\(set-info :status (\w+)\)$", text, re.MULTILINE) == [found[path.name]]
    assert found == {f"depth-{n}-1-left.smt2": "sat" if n == 2 else "unsat" for n in range(3)}


def test_a_disagreement_is_a_fault_of_ours(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.prove.solver.depths._explored", lambda *_: Soonest(1, 4))
    ran = lastack("prove", door, "--unroll", 4, "-s", "quiet")
    assert ran.code == 2
    assert ran.err == (
        "lastack: quiet: met: z3 and exploration disagree (this is a fault of lastack, please report it)\n"
    )
    assert "  ✗ DISAGREE     2            1  met\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("door: 1 scenario, 1 disagree; ")


def test_a_solver_that_gives_up_leaves_it_open(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_of = unroll.answer_of

    def given_up(solver: Any, obligation: Obligation) -> Result:
        result = answer_of(solver, obligation)
        if obligation.name.startswith("depth 1,"):
            return replace(result, status="unknown", answer="unknown", example=(), reason="too hard")
        return result

    monkeypatch.setattr(unroll, "answer_of", given_up)
    ran = lastack("prove", door, "--unroll", 4, "-s", "quiet")
    assert (ran.code, ran.err) == (3, "")
    assert "  ? unknown     >0            2  met\n  z3 ended there: too hard\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("door: 1 scenario, 1 unknown; ")


def test_what_the_solver_cannot_be_asked(lastack: Lastack, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "spec" / "textbook.md").read_text(encoding="utf-8")
    path = tmp_path / "mine.md"
    path.write_text(text.replace("`first := ISN; ", "`first := (ISN if resend else 7); "), encoding="utf-8")
    ran = lastack("prove", path, "--unroll", 2, "-s", "three-way")
    assert (ran.code, ran.err) == (3, "")
    said = " ".join(ran.out.split())
    assert "the solver was asked nothing: " in said
    assert "takes from a supply under a condition" in said
    assert "mine: 1 scenario, 1 unknown; " in said


def test_a_row_without_meaning_is_an_error(lastack: Lastack, door: Path) -> None:
    text = door.read_text(encoding="utf-8")
    row = "| `letter.asleep` | asleep | letter | | | | awake | |"
    assert row in text
    door.write_text(text.replace(row, f"{row}\n{row.replace('asleep`', 'again`')}"), encoding="utf-8")
    ran = lastack("prove", door, "--unroll", 4)
    assert ran.code == 2
    assert ran.err.count("the rows `letter.asleep` and `letter.again` of one step both fire") == 2
    assert ran.out.splitlines()[-1] == "door: 0 scenarios, 2 in error; 0 s"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-p", "tidy"), "`tidy` is a `invariant` property; --unroll is about `reachable` ones"),
        (("-p", "mat"), "there is no property `mat`; did you mean `met`?"),
        (("-o", "x.json"), "--unroll proves nothing of other networks, so -o has no meaning"),
        (("--isn-hazard",), "--unroll proves nothing of other networks, so --isn-hazard has no meaning"),
        (("--max-views", 9), "--unroll proves nothing of other networks, so --max-views has no meaning"),
    ],
)
def test_refusals(lastack: Lastack, door: Path, options: tuple[object, ...], message: str) -> None:
    ran = lastack("prove", door, "--unroll", 2, *options)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
