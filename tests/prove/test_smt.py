"""Questions as files, by which other solvers can check the answers; and questions given up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import z3

from checker.document.kinds import Kind
from checker.prove.solver.encode import Encoder
from checker.prove.solver.free import Symbol
from checker.prove.solver.obligation import Obligation, Result, file_name, smt, solve, write_all
from checker.prove.solver.results import ask_of_document
from checker.prove.solver.terms import Term
from tests.toys import ROOT, toy


def results() -> list[Result]:
    return list(ask_of_document(toy("holes")).results())


def test_every_question_is_a_file_with_its_answer(tmp_path: Path) -> None:
    asked = results()
    paths = write_all(asked, tmp_path / "new" / "folder")
    assert len(paths) == len(asked)
    assert sorted(paths) == sorted((tmp_path / "new" / "folder").iterdir())
    for result, path in zip(asked, paths, strict=True):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"; {result.obligation.name}\n; {result.obligation.claim.splitlines()[0]}\n")
        solver = z3.Solver()
        solver.from_string(text)
        status = re.search(r"^\(set-info :status (\w+)\)$", text, re.MULTILINE)
        assert status is not None
        assert str(solver.check()) == status[1]
        assert text.endswith("(check-sat)\n")
    assert {result.answer for result in asked} == {"sat", "unsat"}


def test_the_words_of_a_question_are_explained() -> None:
    hole = next(r for r in results() if r.obligation.name == "handled: there")
    assert "; #b00 is here\n; #b01 is there\n; #b10 is arrives\n(set-logic QF_BV)" in smt(hole)


def test_names_that_differ_in_signs_only_have_files_of_their_own(tmp_path: Path) -> None:
    words = Encoder(toy("holes")).words
    names = ["a-b", "a b", "A-B", "a-b-"]
    asked = [solve(Obligation(name, "", (z3.BoolVal(False),), (), words)) for name in names]
    assert [path.name for path in write_all(asked, tmp_path)] == [
        "a-b.smt2",
        "a-b_.smt2",
        "A-B__.smt2",
        "a-b___.smt2",
    ]
    assert file_name("any numbers: first.old, if") == "any-numbers-first.old-if"


SCRIPT = """
import sys
from pathlib import Path
from checker.document.library import load
from checker.prove.solver.obligation import write_all
from checker.prove.solver.results import ask_of_document
write_all(ask_of_document(load(Path(sys.argv[1]))).results(), Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_the_same_bytes_whatever_the_hashes(tmp_path: Path) -> None:
    document = str(ROOT / "tests" / "documents" / "holes.md")
    for seed in ("1", "2"):
        command = [sys.executable, "-c", SCRIPT, document, str(tmp_path / seed)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, check=True, env=environment, cwd=ROOT)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / seed).iterdir()} for seed in ("1", "2"))
    assert one == two
    assert len(one) > 20


@pytest.fixture
def hard() -> Obligation:
    """Two factors of a product of two large primes, which no solver finds in no time."""
    words = Encoder(toy("holes")).words
    p, q = z3.BitVec("p", 64), z3.BitVec("q", 64)
    product = z3.BitVecVal(4294967291 * 4294967279, 64)
    small = [z3.ULT(z3.BitVecVal(1, 64), f) for f in (p, q)] + [
        z3.ULT(f, z3.BitVecVal(1 << 32, 64)) for f in (p, q)
    ]
    return Obligation("hard", "", (p * q == product, *small), (Symbol("p", Kind("seq"), Term(p)),), words)


def test_what_takes_too_long_is_unknown(hard: Obligation) -> None:
    result = solve(hard, effort=10_000)
    assert (result.status, result.answer, result.example) == ("unknown", "unknown", ())
    assert result.reason
    assert "(set-info :status unknown)" in smt(result)
