"""``lastack verify``: what it says of proofs, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.document.library import load
from checker.exchange.proofs import proof_to_json
from checker.explore.limits import Limits
from checker.prove.results import prove_scenario
from checker.prove.solver.obligation import Obligation, Result
from tests.cli.commands import Lastack, write_door
from tests.toys import ROOT


@pytest.fixture
def proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A proof of the door in both of its scenarios, beside the door."""
    monkeypatch.chdir(tmp_path)
    document = write_door(tmp_path)
    protocol = load(document)
    results = [prove_scenario(protocol, scenario, Limits) for scenario in protocol.scenarios.values()]
    path = tmp_path / "proof.json"
    path.write_text(proof_to_json(document, protocol, results), encoding="utf-8")
    return path


def edit(path: Path, change: Any) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


ACCEPTED = """quiet
  3 views
  any number of segments in flight each way, in any order, any loss and
    duplication; A may call knock
  proved  tidy

lossy
  3 views
  any number of segments in flight each way, in any order, any loss and
    duplication; A may call knock
  proved  tidy

accepted: 2 claims of 2 scenarios of DOOR
"""


def test_a_proof_is_accepted(lastack: Lastack, proof: Path) -> None:
    ran = lastack("verify", "proof.json", "door.md")
    assert (ran.code, ran.out, ran.err) == (0, ACCEPTED.replace("DOOR", "door.md"), "")
    found = lastack("verify", "proof.json")
    assert (found.code, found.err) == (0, "")
    assert found.out.split() == ACCEPTED.replace("DOOR", str(proof.parent / "door.md")).split()


def test_a_proof_without_a_view_is_refused(lastack: Lastack, proof: Path) -> None:
    edit(proof, lambda data: data["proofs"][0]["closures"][0]["views"].pop())
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.err) == (1, "")
    refused = ran.out[: ran.out.index("lossy\n")]
    assert " ".join(refused.split()) == (
        "refused: quiet: no view covers what follows from the view of A in waiting (#1), B in asleep "
        "(#0): B in asleep on letter <WORD=hello>: the view of A in waiting (#1), B in awake (#1) is missing"
    )
    # The other scenario is looked at all the same, but nothing is accepted as a whole.
    assert "  proved  tidy" in ran.out
    assert "accepted" not in ran.out


def test_a_proof_of_what_is_false_is_refused(lastack: Lastack, proof: Path) -> None:
    document = proof.parent / "door.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(
        text.replace("`peer's STATE is waiting`", "`peer's STATE is asleep`"), encoding="utf-8"
    )
    version = lastack("verify", "proof.json")
    assert (version.code, version.err) == (1, "")
    assert version.out.startswith("refused: this is a proof of door in the version ")
    given = version.out.split()[-1]
    edit(proof, lambda data: data.update(version=given))
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.err) == (1, "")
    assert " ".join(ran.out.split()[:9]) == "refused: quiet: tidy does not hold: the view of"


def test_a_proof_of_another_document_is_refused(lastack: Lastack, proof: Path) -> None:
    ran = lastack("verify", "proof.json", "textbook")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("refused: this is a proof of door in the version ")


@pytest.mark.parametrize("change", [lambda data: data["proofs"].clear(), lambda data: no_claims(data)])
def test_a_proof_of_nothing_is_refused(lastack: Lastack, proof: Path, change: Any) -> None:
    edit(proof, change)
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.out, ran.err) == (1, "refused: it claims nothing\n", "")


def no_claims(data: Any) -> None:
    for proof in data["proofs"]:
        for closure in proof["closures"]:
            closure["claims"] = []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "proof.json: this is no JSON (Expecting value: line 1 column 1 (char 0))"),
        ("[" * 100_000, "proof.json: this is no JSON ("),
        ("9" * 5_000, "proof.json: this is no JSON ("),
        ("[]", "proof.json: the file: expected an object"),
        ("{}", "proof.json: this is no lastack-proof of version 1"),
        (
            '{"format": "lastack-trace", "format_version": 1}',
            "proof.json: this is no lastack-proof of version 1",
        ),
        (
            '{"format": "lastack-proof", "format_version": 1, "document": "gate"}',
            "proof.json: there is no document `gate`, of which this is a proof, beside the file or among the "
            "bundled ones; name it behind the file",
        ),
    ],
)
def test_what_is_no_proof_ends_in_one_line(lastack: Lastack, proof: Path, text: str, said: str) -> None:
    proof.write_text(text, encoding="utf-8")
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"lastack: {said}")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("version", ["\ud800", "\x1b[2J"])
def test_characters_that_cannot_be_shown_end_in_one_line(lastack: Lastack, proof: Path, version: str) -> None:
    edit(proof, lambda data: data.update(version=version))
    ran = lastack("verify", "proof.json", "door.md")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("lastack: proof.json: the file: `version` has characters that cannot be ")
    assert ran.err.count("\n") == 1
    assert ran.err[:-1].isprintable()


def test_a_claim_counts_once(lastack: Lastack, proof: Path) -> None:
    def twice(data: Any) -> None:
        data["proofs"][0]["closures"][0]["claims"] *= 2

    edit(proof, twice)
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "lastack: proof.json: proof 1, closure 1: it claims a property twice\n"


@pytest.mark.parametrize("solver", [(), ("--z3",)])
def test_a_proof_with_other_switches_is_refused(
    lastack: Lastack, proof: Path, solver: tuple[str, ...]
) -> None:
    """It is a proof, but of what the scenario of that name is not."""
    document = proof.parent / "textbook.md"
    document.write_text((ROOT / "spec" / "textbook.md").read_text(encoding="utf-8"), encoding="utf-8")
    protocol = load(document)
    scenario = protocol.scenarios["no TIME-WAIT"]
    assert scenario.set["TIME-WAIT used"] is False
    with_it = replace(scenario, set={**scenario.set, "TIME-WAIT used": True})
    for some, code in ((scenario, 0), (with_it, 1)):
        result = prove_scenario(protocol, some, Limits)
        proof.write_text(proof_to_json(document, protocol, [result]), encoding="utf-8")
        ran = lastack("verify", *(solver if code else ()), "proof.json", "textbook.md")
        assert (ran.code, ran.err) == (code, "")
    assert " ".join(ran.out.split()) == (
        "refused: no TIME-WAIT: this is a proof with TIME-WAIT used = on; the scenario has off"
    )


def test_half_a_proof_ends_in_one_line(lastack: Lastack, proof: Path) -> None:
    whole = proof.read_text(encoding="utf-8")
    for length in range(1, len(whole) - 2, 97):
        proof.write_text(whole[:length], encoding="utf-8")
        ran = lastack("verify", "proof.json")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("lastack: proof.json: this is no JSON (")
        assert ran.err.count("\n") == 1


def test_bytes_that_are_no_text_end_in_one_line(lastack: Lastack, proof: Path) -> None:
    proof.write_bytes(b"\xff\xfe")
    ran = lastack("verify", "proof.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("lastack: proof.json: this is no JSON (")


def test_a_file_that_is_not_there(lastack: Lastack, proof: Path) -> None:
    ran = lastack("verify", "prof.json")
    assert (ran.code, ran.out) == (2, "")
    assert "'prof.json' does not exist" in ran.err


def test_a_folder_is_no_document(lastack: Lastack, proof: Path) -> None:
    ran = lastack("verify", "proof.json", "changes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == ("lastack: changes: a proof is about one document, not about a folder of them\n")


# By the solver


def test_a_proof_is_accepted_by_the_solver(lastack: Lastack, proof: Path, tmp_path: Path) -> None:
    folder = tmp_path / "questions"
    ran = lastack("verify", "--z3", "proof.json", "door.md", "--smt-dir", str(folder))
    assert (ran.code, ran.err) == (0, "")
    said = " ".join(ran.out.split())
    assert said.endswith("proved tidy accepted: 2 claims of 2 scenarios of door.md")
    assert said.count("proved tidy") == 2
    assert [path.name for path in sorted(folder.iterdir())] == ["1-quiet", "2-lossy"]
    asked = len(list((folder / "1-quiet").iterdir()))
    assert f"A may call knock; {asked} questions answered by z3" in said


def test_a_proof_without_a_view_is_refused_by_the_solver(lastack: Lastack, proof: Path) -> None:
    edit(proof, lambda data: data["proofs"][0]["closures"][0]["views"].pop())
    by_solver, without = lastack("verify", "--z3", "proof.json"), lastack("verify", "proof.json")
    assert (by_solver.code, by_solver.err) == (1, "")
    refused = by_solver.out[: by_solver.out.index("lossy\n")]
    assert refused == without.out[: without.out.index("lossy\n")]
    assert refused.startswith("refused: quiet: no view covers what follows from the view of ")


def test_a_solver_that_gives_up_leaves_it_open(
    lastack: Lastack, proof: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given_up(obligation: Obligation, timeout: float) -> Result:
        return Result(obligation, "unknown", "unknown", reason="timeout")

    monkeypatch.setattr("checker.prove.solver.recheck.solve", given_up)
    ran = lastack("verify", "--z3", "proof.json")
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.startswith("unknown: quiet: start: timeout\n")
    assert "accepted" not in ran.out
    assert "proved" not in ran.out


def test_questions_are_saved_only_where_some_are_asked(lastack: Lastack, proof: Path) -> None:
    ran = lastack("verify", "proof.json", "--smt-dir", "questions")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "lastack: --smt-dir saves what --z3 asks; give both\n"
    assert not (proof.parent / "questions").exists()
