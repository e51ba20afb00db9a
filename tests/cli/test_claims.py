"""``lastack check`` and its kin on documents of claims."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Lastack, timeless
from tests.document.claims_document import CLAIMS, write_claims

REPORT = """\
claims (claims.md)

~ under assumptions heard                                               a song
    “a knock is heard”
    + holds: woken, in door, quiet
    - violated: woken, in door, lossy (2 steps)
    true with queue

✓ confirmed         one letter                                         a novel
    “a knock is one letter”
    + possible: a knock, in door, quiet (2 steps)

✗ refuted           an answer                                          a novel
    “B answers”
    - impossible: a knock and an answer, in door, quiet; after 1 of 2
      segments, not B: <WORD=bye> is sent, but nothing

? undecided         a minute                                            a poem
    “it takes a minute”
    no clock

where no run is told of, all runs within the bounds of the scenario were
  looked at; to see the bounds: lastack check DOCUMENT -s SCENARIO
to see a run: lastack check DOCUMENT -s SCENARIO -p PROPERTY, or --traces DIR
  for all
claims: 4 claims; 1 confirmed, 1 refuted, 1 under assumptions, 1 undecided,
  all as expected; 2 scenarios, 0 s
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_claims(tmp_path)
    return tmp_path


def test_the_report(lastack: Lastack, folder: Path) -> None:
    ran = lastack("check", "claims.md")
    assert (ran.code, timeless(ran.out), ran.err) == (0, REPORT, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert lastack("check", "claims.md", "-o", "report").code == 0
    assert timeless((folder / "report").read_text(encoding="utf-8")) == REPORT


def test_a_verdict_that_is_not_as_expected_is_1(lastack: Lastack, folder: Path) -> None:
    write_claims(folder, CLAIMS.replace("| confirmed |", "| refuted |"))
    ran = lastack("check", "claims.md")
    assert ran.code == 1
    assert "    NOT AS EXPECTED (expected: refuted)\n" in ran.out
    assert "NOT as expected:\n  one letter: confirmed; expected: refuted\n" in ran.out
    assert "1 NOT as expected;" in " ".join(ran.out.split())


def test_an_undecided_one_that_no_limit_explains_is_1(lastack: Lastack, folder: Path) -> None:
    """In *quiet* nobody but A waits, so a claim about a waiting B is vacuous."""
    door = folder / "door.md"
    row = "| b waits | invariant | `B's STATE is waiting` | `off` | |\n| tidy |"
    door.write_text(door.read_text(encoding="utf-8").replace("| tidy |", row), encoding="utf-8")
    text = CLAIMS.replace("door: quiet: a knock |", "door: quiet: a knock; door: quiet: b waits |")
    (folder / "claims.md").write_text(text, encoding="utf-8")
    ran = lastack("check", "claims.md")
    assert ran.code == 1
    assert "b waits is vacuous (its `when` was never true)" in ran.out
    assert "one letter: undecided; expected: confirmed" in ran.out


def test_what_a_limit_left_open_is_3(lastack: Lastack, folder: Path) -> None:
    ran = lastack("check", "claims.md", "--max-states", "1")
    assert ran.code == 3
    assert "NOT" not in ran.out
    assert "3 cut short" in ran.out
    assert "confirmed " not in ran.out


def test_what_is_wrong_is_2(lastack: Lastack, folder: Path) -> None:
    write_claims(folder, CLAIMS.replace("door: lossy: woken", "door: noisy: woken"))
    ran = lastack("check", "claims.md")
    assert (ran.code, ran.out) == (2, "")
    line = (folder / "claims.md").read_text(encoding="utf-8").splitlines()[4]
    place = f"claims.md:5:{line.index('noisy') + 1}"
    assert ran.err.startswith(f"{place}: heard: `door` has no scenario `noisy`")
    assert lastack("check", "claims.md", "-s", "quiet").code == 2


@pytest.mark.parametrize(
    "options", [("-s", "quiet"), ("-p", "woken"), ("--capacity", "2"), ("--set", "lazy=on")]
)
def test_the_rows_say_what_decides(lastack: Lastack, folder: Path, options: tuple[str, str]) -> None:
    ran = lastack("check", "claims.md", *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("lastack: claims.md: the rows of a document of claims say what decides them")


def test_a_scenario_without_meaning_is_2_and_the_others_are_decided(lastack: Lastack, folder: Path) -> None:
    door = folder / "door.md"
    text = door.read_text(encoding="utf-8").replace(
        "| `letter.asleep` | asleep | letter |", "| `letter.asleep` | awake | letter |"
    )
    clash = text.replace("| `letter.later` | waiting, awake |", "| `letter.later` | waiting |")
    row = "| silent | none | none | queue | capacity 1 | |\n"
    door.write_text(clash + row, encoding="utf-8")
    claims = CLAIMS.replace("door: quiet: a knock |", "door: silent: woken violated |")
    claims = claims.replace("| a knock | `A: <WORD=hello>` | waiting / awake | |\n", "")
    (folder / "claims.md").write_text(claims, encoding="utf-8")
    ran = lastack("check", "claims.md")
    assert ran.code == 2
    assert f"lastack: door: quiet: {folder}/door.md:" in ran.err
    assert "woken is unknown (the scenario could not be checked)" in ran.out
    assert "woken is vacuous" in ran.out
    assert "(2 in error)" in " ".join(ran.out.split())


def test_the_json(lastack: Lastack, folder: Path) -> None:
    ran = lastack("check", "claims.md", "--format", "json")
    assert ran.code == 0
    value = json.loads(ran.out)
    assert list(value) == ["document", "version", "claims"]
    heard, letter, answer, minute = value["claims"]
    decided = heard.pop("decided_by")
    assert heard == {
        "claim": "heard",
        "source": "a song",
        "words": "toc toc",
        "means": "a knock is heard",
        "because": None,
        "verdict": "under assumptions",
        "expected": "under assumptions",
        "as_expected": True,
        "reason": "true with queue",
        "complaint": None,
    }
    trace = decided[1].pop("trace")
    assert decided[1] == {
        "document": "door",
        "scenario": "lossy",
        "property": "woken",
        "exchange": None,
        "need": None,
        "said": "holds",
        "outcome": "violated",
        "agrees": False,
        "scope": decided[1]["scope"],
        "reason": decided[1]["reason"],
        "longest": None,
    }
    assert decided[1]["scope"].startswith("exhaustive; at most 1 segment in flight")
    assert (trace["document"], trace["scenario"], trace["property"]) == ("door", "lossy", "woken")
    assert (decided[0]["agrees"], decided[0]["trace"]) == (True, None)
    assert (letter["decided_by"][0]["property"], letter["decided_by"][0]["exchange"]) == (None, "a knock")
    assert letter["decided_by"][0]["trace"]["property"] == ""
    assert (answer["verdict"], answer["decided_by"][0]["outcome"]) == ("refuted", "violated")
    assert (minute["reason"], minute["because"], minute["decided_by"]) == ("no clock", "no clock", [])
    again = lastack("check", "claims.md", "--format", "json")
    assert again.out == ran.out


def test_keys_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")
    section = text.split("\n## Claims\n")[1].split("\n## ")[0]
    keys = "claim source words means because verdict expected as_expected reason complaint decided_by"
    keys += " document version claims scenario property exchange said outcome agrees scope trace"
    keys += " need duration length given longest"
    assert [key for key in keys.split() if f"`{key}`" not in section] == []


def test_runs_are_saved_and_replay(lastack: Lastack, folder: Path) -> None:
    assert lastack("check", "claims.md", "--traces", "runs").code == 0
    saved = sorted(path.name for path in (folder / "runs").iterdir())
    assert saved == [
        *("door--lossy--woken.itf.json", "door--lossy--woken.json"),
        *("door--quiet--a-knock.itf.json", "door--quiet--a-knock.json"),
    ]
    broken = lastack("replay", "runs/door--lossy--woken.json", "door.md")
    assert (broken.code, "it still breaks woken at" in broken.out) == (0, True)
    exchange = lastack("replay", "runs/door--quiet--a-knock.json", "door.md")
    assert (exchange.code, "the trace runs: all 2 steps in quiet" in exchange.out) == (0, True)


def test_a_folder_may_hold_claims_and_protocols(lastack: Lastack, folder: Path) -> None:
    ran = lastack("check", ".")
    assert ran.code == 0
    assert "claims: 4 claims; " in ran.out
    assert "door: 2 scenarios, " in ran.out
    assert ran.out.endswith("2 documents; all as expected\n")
    values = json.loads(lastack("check", ".", "--format", "json").out)
    assert [value["document"] for value in values] == ["claims", "door"]


def test_list_and_lint(lastack: Lastack, folder: Path) -> None:
    ran = lastack("list", "claims.md")
    assert ran.code == 0
    head, first, *_ = ran.out.splitlines()
    assert head == "claims (claims.md): 4 claims"
    assert first.split("  ")[2] == "heard"
    assert first.endswith("  under assumptions. a knock is heard")
    assert lastack("lint", "claims.md").code == 0
    write_claims(folder, CLAIMS.replace("| confirmed |", "| certain |"))
    ran = lastack("lint", "claims.md")
    assert (ran.code, ran.out.startswith("claims.md:6:")) == (1, True)


@pytest.mark.parametrize(
    "command",
    [("export", "dot", "claims.md", "-s", "quiet"), ("check", "door.md", "claims.md", "-s", "quiet")],
)
def test_a_document_of_claims_is_not_taken_for_a_protocol(
    lastack: Lastack, folder: Path, command: tuple[str, ...]
) -> None:
    ran = lastack(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "claims.md" in ran.err
