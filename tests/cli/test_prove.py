"""``lastack prove``: its words, its exit codes and its refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.commands import Lastack
from tests.prove.test_closure import DOCUMENT


def document(folder: Path, again: str = "hi", expect: str = "") -> Path:
    path = folder / "talk.md"
    text = DOCUMENT.replace("AGAIN", again).replace("ASSUME | |", f"| {expect} |")
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_proved_and_what_is_violated(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("prove", document(tmp_path, "ho"), "-s", "one")
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[:3] == ["talk", "", "one"]
    assert re.fullmatch(r"  8 merged views, \d+ exact views, \d+\.\d s", lines[3])
    assert lines[4] == "  any number of segments in flight each way, in any order, any loss and"
    assert "  ✗ violated       never bad, words are known" in lines
    assert "  ── never bad in one ────────────────────────────────────────────────────────" in lines
    assert lines[-1].startswith("talk: 1 scenario, ")
    assert "NOT as expected" in lines[-1]
    assert max(map(len, lines)) <= 80


def test_what_holds_within_its_bounds_only(lastack: Lastack, tmp_path: Path) -> None:
    # Whether it holds within them is for `check` to say.
    expect = (
        "never bad holds within bounds; never both holds within bounds; words are known holds within bounds"
    )
    path = document(tmp_path, "ho", expect)
    ran = lastack("prove", path)
    assert "as expected; at A" in ran.out or "as expected; at B" in ran.out
    assert ran.code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-s", "two"), "there is no scenario `two`"),
        (("-p", "never god"), "there is no property `never god`; did you mean `never bad`?"),
        (("--time-limit", "nan"), "--time-limit nan: expected a number of seconds"),
    ],
)
def test_refusals(lastack: Lastack, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    ran = lastack("prove", document(tmp_path), *options)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err


def test_only_what_speaks_of_one_moment_can_be_proved(lastack: Lastack) -> None:
    ran = lastack("prove", "rfc9293", "-p", "last ACK")
    assert ran.code == 2
    assert "`last ACK` is a `never stuck` property; prove decides `invariant` and `step` ones" in ran.err


def test_a_limit_is_said(lastack: Lastack) -> None:
    ran = lastack("prove", "rfc9293", "-s", "everything", "-p", "right stream", "--max-views", 1000)
    assert ran.code == 3
    assert "more than 1,000 views (--max-views)" in ran.out
    assert "1 not decided" in ran.out.splitlines()[-1]


def test_counterexamples_are_saved_and_replay(lastack: Lastack, tmp_path: Path) -> None:
    path = document(tmp_path, "ho")
    assert lastack("prove", path, "-p", "never bad", "--traces", tmp_path / "runs").code == 1
    (saved,) = (tmp_path / "runs").glob("*bad.json")
    ran = lastack("replay", saved, path)
    assert ran.code == 0
    assert "it still breaks never bad" in ran.out


def test_a_row_without_meaning_is_an_error(lastack: Lastack, tmp_path: Path) -> None:
    path = document(tmp_path)
    path.write_text(path.read_text().replace("| x | word | `WORD is ho` |", "| x | word | `WORD is hi` |"))
    ran = lastack("prove", path)
    assert ran.code == 2
    assert "the rows `in.bad` and `in.x` of one step both fire" in ran.err
    assert "1 in error" in ran.out


def test_a_saved_proof_is_verified(lastack: Lastack, tmp_path: Path) -> None:
    path, proof = document(tmp_path), tmp_path / "proof.json"
    silent = [line for line in path.read_text().splitlines() if "`time.again`" not in line]
    path.write_text("\n".join(silent))
    assert lastack("prove", path, "-o", proof).code == 0
    ran = lastack("verify", proof, path)
    assert (ran.code, ran.err) == (0, "")
    path.write_text(path.read_text().replace("| `in.x` |", "| `in.again` |"))
    assert lastack("verify", proof, path).code == 1
    several = lastack("prove", path, "textbook", "-o", proof)
    assert (several.code, several.out) == (2, "")
    assert several.err == "lastack: --output: a proof is about one document, and here are several\n"


def test_a_proof_finds_the_document_that_it_is_about(lastack: Lastack, tmp_path: Path) -> None:
    proof = tmp_path / "here" / "proof.json"
    proof.parent.mkdir()
    assert lastack("prove", "textbook", "-o", proof).code == 0
    # Another one of that name in the folder above is not taken for it.
    (tmp_path / "textbook.md").write_text(document(tmp_path).read_text())
    ran = lastack("verify", proof)
    assert (ran.code, ran.err) == (0, "")


def test_a_row_without_meaning_is_found_whatever_is_to_be_proved(lastack: Lastack, tmp_path: Path) -> None:
    path = document(tmp_path)
    text = path.read_text().replace("| x | word | `WORD is ho` |", "| x | word | `WORD is hi` |")
    lines = [line for line in text.splitlines() if "| invariant |" not in line and "| step |" not in line]
    path.write_text(
        "\n".join([*lines]).replace("| property | kind | when | claim |\n|---|---|---|---|\n", "")
    )
    ran = lastack("prove", path)
    assert ran.code == 2
    assert "both fire" in ran.err


def test_the_solver_is_asked_of_whole_documents(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("prove", document(tmp_path), "--smt-dir", tmp_path / "smt")
    # In `start` and in `x` a row waits for each of the two words; nothing is said of none.
    assert "  4 of 6 states handle every arrival" in ran.out.splitlines()
    questions = list((tmp_path / "smt" / "talk").glob("*.smt2"))
    assert len(questions) > 6
    assert all("(set-info :status " in question.read_text() for question in questions)


@pytest.mark.slow
def test_numbers_that_matter(lastack: Lastack) -> None:
    ran = lastack("prove", "rfc9293", "-s", "reset from elsewhere", "--isn-hazard")
    assert (ran.code, ran.err) == (0, "")
    assert "4294967295" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
