"""``lastack check``: what it is given, and what it exits with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.commands import AS_IT_IS, Lastack, write_door
from tests.toys import DOCUMENTS


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own, with a door in it."""
    monkeypatch.chdir(tmp_path)
    write_door(tmp_path)


# Exit codes


def test_as_expected_is_0(lastack: Lastack) -> None:
    ran = lastack("check", "door.md")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1].startswith("door: 2 scenarios, 4 verdicts, all as expected; 7 states, ")


@pytest.mark.parametrize(
    ("quiet", "lossy", "said"),
    [
        ("woken violated", AS_IT_IS, "NOT AS EXPECTED (expected: violated)"),
        ("", "", "NOT AS EXPECTED (expected to hold)"),
        ("tidy vacuous", AS_IT_IS, "NOT AS EXPECTED (expected: vacuous)"),
        ("met violated", AS_IT_IS, "NOT AS EXPECTED (expected: violated)"),
        ("woken unknown", AS_IT_IS, "NOT AS EXPECTED (expected: unknown)"),
        ("", "woken violated by letter.asleep", "by letter.asleep, but some counterexample does not fire it"),
    ],
)
def test_a_verdict_that_is_not_as_expected_is_1(
    lastack: Lastack, tmp_path: Path, quiet: str, lossy: str, said: str
) -> None:
    write_door(tmp_path, quiet, lossy)
    ran = lastack("check", "door.md")
    assert ran.code == 1
    assert said in " ".join(ran.out.split())
    assert ", 1 NOT as expected; " in ran.out.splitlines()[-1]


def test_a_twin_that_does_not_hold_is_1_and_is_told(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "woken violated by knock.asleep, vacuous in quiet")
    ran = lastack("check", "door.md")
    assert ran.code == 1
    said = "in quiet it is said to be: vacuous, and is: holds"
    assert f"lossy: woken: violated; {said}\n" in ran.out
    # The command that is offered shows it again; the one scenario alone would not.
    (offered,) = re.findall(r"to see only that: lastack (.*)\n", ran.out)
    again = lastack(*offered.split())
    assert again.code == 1
    assert f"lossy: woken: violated; {said}\n" in again.out
    assert ", 1 NOT as expected; " in ran.out.splitlines()[-1]
    told = json.loads(lastack("check", "door.md", "--format", "json").out)["scenarios"][1]["verdicts"][0]
    assert (told["outcome"], told["as_expected"], told["complaint"]) == ("violated", False, said)


def test_a_twin_that_is_not_checked_is_not_complained_of(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "woken violated by knock.asleep, vacuous in quiet")
    assert lastack("check", "door.md", "-s", "lossy").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.md"], "lastack: nowhere.md: no such file, folder or bundled document"),
        (["door.md", "-s", "quite"], "there is no scenario `quite`; did you mean `quiet`?"),
        (["door.md", "-s", "zzz"], "there is no scenario `zzz`; `lastack list door.md` shows what there is"),
        (["door.md", "-s", "I"], "there is no scenario `I`; did you mean `quiet`?"),
        (["door.md", "-p", "t"], "there is no property `t`; did you mean `tidy`?"),
        (["door.md", "--set", "x=1"], "a switch of the document; it has `lazy`"),
        (["door.md", "--set", "lazy=on", "--set", "lazy = off"], "the switch `lazy` is set twice"),
        (["door.md", "--set", "lazy=on", "--set", "lazy=on"], "the switch `lazy` is set twice"),
        (["door.md", "-p", "Woken"], "there is no property `Woken`; did you mean `woken`?"),
        (["door.md", "--set", "lasy=on"], "a switch of the document; did you mean `lazy`?"),
        (["door.md", "--set", "lazy"], "--set lazy: expected SWITCH=VALUE"),
        (["door.md", "--set", "lazy=perhaps"], "`perhaps` is no value, expected `on` or `off`"),
        (["door.md", "--capacity", "0"], "0 is not in the range 1<=x<=8"),
        (["door.md", "--capacity", "9"], "9 is not in the range 1<=x<=8"),
        (["door.md", "--max-states", "many"], "'many' is not a valid integer"),
        (["door.md", "--time-limit", "-1"], "-1.0 is not in the range x>=0"),
        (["door.md", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["door.md", "-o", "missing/out.txt"], "missing: there is no such folder to write to"),
        (["-"], "lastack: -: a document is read from a file, not from standard input\n"),
        (["/dev/null"], "lastack: /dev/null: this is neither a file nor a folder\n"),
        (["door.md", "-o", "."], "'.' is a directory"),
        (["door.md", "--traces", "door.md"], "'door.md' is a file"),
        (["door.md", "--nonsense"], "No such option '--nonsense'"),
    ],
)
def test_a_usage_error_is_2_and_nothing_is_checked(lastack: Lastack, arguments: list[str], said: str) -> None:
    ran = lastack("check", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_document_error_is_2_with_a_line_for_each(lastack: Lastack, tmp_path: Path) -> None:
    text = (tmp_path / "door.md").read_text(encoding="utf-8")
    (tmp_path / "door.md").write_text(text.replace("| waiting | |", "| wating | |"), encoding="utf-8")
    ran = lastack("check", "door.md")
    assert (ran.code, ran.out) == (2, "")
    first = text[: text.index("| waiting | |")].count("\n") + 1
    where = [line.split(": ")[0] for line in ran.err.splitlines()]
    before = [
        "| `knock.asleep` | asleep | knock | `not lazy` | | `<WORD=hello>` | ",
        "| `knock.lazily` | asleep | knock | `lazy` | | | ",
    ]
    expected = [f"door.md:{first + row}:{len(cells) + 1}" for row, cells in enumerate(before)]
    assert where[:2] == expected
    assert ran.err.splitlines()[2:] == ["lastack: 2 problems in the document"]


def test_a_row_without_meaning_is_2_and_says_where(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    path.write_text(path.read_text().replace("`letter.later` | waiting, awake", "`letter.later` | waiting"))
    assert lastack("check", "door.md", "-s", "quiet").code == 0
    path.write_text(path.read_text().replace("`letter.asleep` | asleep", "`letter.asleep` | awake"))
    ran = lastack("check", "door.md", "-s", "quiet")
    assert ran.code == 2
    assert "in asleep at B on letter <WORD=hello>: no row handles it" in ran.err


def test_a_row_without_meaning_does_not_hide_the_other_scenarios(lastack: Lastack, tmp_path: Path) -> None:
    """Only where B knocks too, in a third scenario, somebody is asleep no more."""
    path = write_door(tmp_path)
    text = path.read_text().replace("`letter.later` | waiting, awake", "`letter.later` | awake")
    path.write_text(text + "| both | knock | knock | queue | capacity 1 | |\n", encoding="utf-8")
    ran = lastack("check", "door.md")
    assert ran.code == 2
    line = next(n for n, row in enumerate(path.read_text().splitlines(), 1) if row.startswith("| waiting |"))
    assert (
        f"lastack: both: door.md:{line}:3: in waiting at A on letter <WORD=hello>: no row handles it\n"
        in ran.err
    )  # A before B
    assert "door: 2 of 3 scenarios (1 in error), 4 verdicts; 7 states, 0 s\n" in ran.out


def test_a_property_of_which_no_scenario_says_anything_is_1(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "met holds")
    path.write_text(path.read_text().replace("met holds", ""), encoding="utf-8")
    ran = lastack("check", "door.md")
    assert ran.code == 1
    assert "met: no scenario says anything about this property\n" in ran.out
    assert ", 1 NOT as expected; " in ran.out.splitlines()[-1]
    told = json.loads(lastack("check", "door.md", "--format", "json").out)["complaints"]
    assert told == ["met: no scenario says anything about this property"]
    # Who chooses knows what is left out.
    assert lastack("check", "door.md", "-s", "quiet").code == 0
    assert lastack("check", "door.md", "-p", "tidy").code == 0


def test_a_limit_is_3(lastack: Lastack) -> None:
    ran = lastack("check", "door.md", "--max-states", 1)
    assert ran.code == 3
    assert "not exhaustive: more than 1 states (--max-states)" in " ".join(ran.out.split())
    assert ran.out.splitlines()[-1].startswith("door: 2 scenarios (2 cut short), 4 verdicts, 4 not decided; ")
    ran = lastack("check", "door.md", "--time-limit", 0)
    assert ran.code == 3
    assert "more than 0 seconds (--time-limit)" in ran.out


def test_what_is_decided_wrong_outweighs_a_limit(lastack: Lastack, tmp_path: Path) -> None:
    # Two states suffice to find nobody awake; a broken invariant is final on any graph.
    path = write_door(tmp_path, "", "")
    path.write_text(path.read_text().replace("`STATE is awake` | `peer's STATE", "| `peer's STATE"))
    ran = lastack("check", "door.md", "--max-states", 1)
    assert ran.code == 1


def test_unknown_may_be_expected(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "woken unknown; tidy unknown", "woken unknown; tidy unknown")
    assert lastack("check", "door.md", "--max-states", 1).code == 0
    # Without the limit all four are decided.
    ran = lastack("check", "door.md")
    assert ran.code == 1
    assert ", 4 NOT as expected; " in ran.out.splitlines()[-1]


# Choices


def checked(lastack: Lastack, *arguments: object) -> list[tuple[str, int, list[str]]]:
    """(scenario, states, outcomes) of a check."""
    value = json.loads(lastack("check", *arguments, "--format", "json").out)
    return [
        (s["scenario"], s["states"], [f"{v['property']} {v['outcome']}" for v in s["verdicts"]])
        for document in (value if isinstance(value, list) else [value])
        for s in document["scenarios"]
    ]


def test_scenarios_and_properties_are_chosen_by_name(lastack: Lastack) -> None:
    quiet = ("quiet", 3, ["woken holds", "tidy holds"])
    lossy = ("lossy", 4, ["woken violated", "tidy holds"])
    assert checked(lastack, "door.md") == [quiet, lossy]
    assert checked(lastack, "door.md", "--scenario", "lossy") == [lossy]
    assert checked(lastack, "door.md", "-s", "lossy", "-s", "quiet") == [quiet, lossy]
    assert checked(lastack, "door.md", "--property", "tidy") == [
        ("quiet", 3, ["tidy holds"]),
        ("lossy", 4, ["tidy holds"]),
    ]


def test_set_changes_a_switch(lastack: Lastack) -> None:
    # The knock makes no noise: two states, and B never wakes up.
    found = checked(lastack, "door.md", "-s", "quiet", "--set", "lazy=on")
    assert found == [("quiet", 2, ["woken violated", "tidy vacuous"])]
    assert checked(lastack, "door.md", "-s", "quiet", "--set", " lazy = off ")[0][1] == 3


def test_capacity_changes_the_channels(lastack: Lastack) -> None:
    # One letter that may be duplicated at will: with room for one, there is nothing to copy.
    post = DOCUMENTS / "post.md"
    name = "no room for the copy"
    assert checked(lastack, post, "-s", name)[0][1] == 3
    # Two copies fit: 0, 1, 2 in flight with got 0; then 0, 1, 2 with got 1, 2 and 3; and the start.
    assert checked(lastack, post, "-s", name, "--capacity", 2)[0][1] == 12
    text = lastack("check", post, "-s", name, "--capacity", 2).out
    assert "at most 2 segments in flight each way" in text


def test_a_folder_is_all_its_documents_by_name(lastack: Lastack, tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    write_door(folder, name="b.md")
    write_door(folder, name="a.md")
    (folder / "notes.txt").write_text("no document")
    text = lastack("check", "house").out
    assert [line for line in text.splitlines() if line.endswith(".md)")] == [
        "a (house/a.md)",
        "b (house/b.md)",
    ]
    value = json.loads(lastack("check", "house", "--format", "json").out)
    assert [document["document"] for document in value] == ["a", "b"]


def test_a_scenario_of_one_document_leaves_the_others_out(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, name="other.md", lossy="woken violated")
    path.write_text(path.read_text().replace("| lossy |", "| noisy |"))
    ran = lastack("check", "door.md", "other.md", "-s", "noisy")
    assert ran.code == 0
    assert "door" not in ran.out
    assert "other: 1 of 2 scenarios, 2 verdicts, all as expected; 4 states, 0 s" in ran.out


def test_one_document_that_fails_makes_all_fail(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "woken violated", name="bad.md")
    ran = lastack("check", "bad.md", "door.md")
    assert ran.code == 1
    assert ran.out.splitlines()[-2:] == ["", "2 documents; NOT as expected: bad"]
    assert lastack("check", "door.md", "bad.md").code == 1
    ran = lastack("check", "door.md", "bad.md", "--max-states", 1)
    assert ran.code == 3
    assert ran.out.splitlines()[-1] == "2 documents; not decided: door, bad"
    assert lastack("check", "door.md", "door.md").out.splitlines()[-1] == "2 documents; all as expected"


def test_a_bundled_document_goes_by_its_bare_name(lastack: Lastack) -> None:
    ran = lastack("check", "textbook", "-s", "three-way")
    assert ran.code == 0
    assert ran.out.startswith("textbook (bundled)\n")


def test_the_default_is_rfc9293(lastack: Lastack) -> None:
    ran = lastack("check", "-s", "open")
    assert ran.code == 0
    assert ran.out.startswith("rfc9293 (bundled)\n")
    assert re.match(r"rfc9293: 1 of \d+ scenarios, ", ran.out.splitlines()[-1])


def test_a_file_goes_before_a_bundled_document(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, name="textbook")
    assert "textbook (textbook)\n" in lastack("check", "textbook").out


def test_there_is_no_command_of_another_name(lastack: Lastack) -> None:
    ran = lastack("chekc")
    assert ran.code == 2
    assert "there is no command `chekc`; the commands are check, prove, list, lint, fmt, replay" in ran.err
