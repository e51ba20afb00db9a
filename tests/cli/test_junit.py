"""``lastack check --format junit``: valid against Jenkins's schema, and a pass only where a verdict
was decided and is as expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from checker.document.library import version_of
from tests.cli.commands import AS_IT_IS, Lastack, write_door
from tests.document.claims_document import CLAIMS, write_claims
from tests.toys import ROOT

SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "junit-10.xsd"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def junit(lastack: Lastack, *arguments: object) -> etree._Element:
    """The results of a check, which are valid and add up."""
    ran = lastack("check", *arguments, "--format", "junit")
    root = etree.fromstring(ran.out.encode())
    SCHEMA.assertValid(root)
    cases = [case for suite in root for case in suite.findall("testcase")]
    assert root.get("tests") == str(len(cases))
    for what, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in root:
            assert suite.get(what) == str(len(suite.findall(f"testcase/{tag}"))), (suite.get("name"), what)
        if what != "skipped":
            assert root.get(what) == str(len(root.findall(f"testsuite/testcase/{tag}")))
    return root


def endings(root: etree._Element) -> dict[str, dict[str, str]]:
    """For each suite what became of its cases: how they ended, and the message."""
    found: dict[str, dict[str, str]] = {}
    for suite in root:
        for case in suite.findall("testcase"):
            said = [f"{child.tag}: {child.get('message')}" for child in case if child.tag != "system-out"]
            assert len(said) <= 1
            found.setdefault(suite.get("name"), {})[case.get("name")] = said[0] if said else "passed"
    return found


def test_a_suite_for_each_scenario_and_a_case_for_each_property(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    root = junit(lastack, "door.md")
    assert endings(root) == {
        "door: quiet": {"woken": "passed", "tidy": "passed"},
        "door: lossy": {"woken": "passed", "tidy": "passed"},
    }
    facts = {p.get("name"): p.get("value") for p in root[1].iterfind("properties/property")}
    assert facts == {
        "version": version_of(path),
        "engine": "reference",
        "states": "4",
        "transitions": "3",
        "depth": "2",
        "complete": "yes",
        "scope": "exhaustive; at most 1 segment in flight each way, in order, any loss and no duplication; "
        "A may call knock",
    }
    for case in root.iterfind("testsuite/testcase"):
        assert case.get("classname") == case.getparent().get("name")


def test_a_violation_that_is_expected_passes_and_says_so(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path)
    outputs = [(case.get("name"), case.findtext("system-out")) for case in junit(lastack, "door.md")[1][1:]]
    woken, tidy = outputs
    assert tidy == ("tidy", None)
    assert woken[0] == "woken"
    assert " ".join(woken[1].split()) == (
        "violated; as expected, by knock.asleep, said to hold in “quiet”; at A after 2 steps; no helpful "
        "action is enabled here: A is in waiting, B in asleep"
    )


def test_a_violation_that_is_not_expected_fails_with_its_ladder(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "")
    root = junit(lastack, "door.md")
    assert endings(root)["door: lossy"] == {"woken": "failure: violated; expected to hold", "tidy": "passed"}
    failure = root.find("testsuite/testcase/failure")
    assert failure.get("type") == "violated"
    # The text of the report, which the tests of the ladder look at.
    told = lastack("check", "door.md").out
    ladder = told[told.index("  ── woken in lossy") : told.index("\nRules that")]
    assert failure.text.endswith("\n" + ladder)


@pytest.mark.parametrize(
    ("quiet", "options", "ending"),
    [
        ("woken violated", [], "failure: holds; expected: violated"),
        ("woken vacuous", [], "failure: holds; expected: vacuous"),
        ("", ["--max-states", 1], "error: unknown; expected to hold"),
        ("woken holds", ["--max-states", 1], "error: unknown; expected: holds"),
        # The exit code is 0, and yet it is no pass.
        ("woken unknown", ["--max-states", 1], "skipped: unknown; as expected"),
    ],
)
def test_how_a_case_ends(
    lastack: Lastack, tmp_path: Path, quiet: str, options: list[object], ending: str
) -> None:
    write_door(tmp_path, quiet)
    root = junit(lastack, "door.md", "-s", "quiet", "-p", "woken", *options)
    assert endings(root) == {"door: quiet": {"woken": ending}}


def test_what_speaks_of_nothing_is_skipped_unless_that_was_the_question(
    lastack: Lastack, tmp_path: Path
) -> None:
    """Where nobody knocks, nobody wakes up."""
    path = write_door(tmp_path)
    silent = "| silent | none | none | queue | capacity 1 | |\n"
    still = silent.replace("silent", "still").replace("| |", "| tidy vacuous |")
    path.write_text(path.read_text(encoding="utf-8") + silent + still, encoding="utf-8")
    root = junit(lastack, "door.md", "-p", "tidy")
    assert endings(root)["door: silent"] == {"tidy": "skipped: vacuous; as expected"}
    assert endings(root)["door: still"] == {"tidy": "passed"}
    assert root[3][1].findtext("system-out") == "vacuous\n"


def test_what_nothing_is_said_of_fails(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "met holds")
    path.write_text(path.read_text(encoding="utf-8").replace("met holds", ""), encoding="utf-8")
    assert endings(junit(lastack, "door.md"))["door"] == {
        "met": "failure: met: no scenario says anything about this property"
    }


def test_a_scenario_without_meaning_is_an_error(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    text = path.read_text().replace("`letter.later` | waiting, awake", "`letter.later` | awake")
    path.write_text(text + "| both | knock | knock | queue | capacity 1 | |\n", encoding="utf-8")
    root = junit(lastack, "door.md")
    said = "error: in waiting at A on letter <WORD=hello>: no row handles it"
    assert endings(root)["door: both"] == {"both": said}
    assert list(endings(root)) == ["door: quiet", "door: lossy", "door: both"]


def test_a_document_that_cannot_be_read_is_an_error(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    path.write_text(path.read_text().replace("| asleep | |", "| aslep | |"), encoding="utf-8")
    ran = lastack("check", "door.md", "--format", "junit")
    assert ran.code == 2
    root = junit(lastack, "door.md")
    (cases,) = endings(root).values()
    # What is told for people, a line each, and then how many there are.
    lines = ran.err.splitlines()[:-1]
    assert len(lines) > 1
    assert [f"{place}: {said.removeprefix('error: ')}" for place, said in cases.items()] == lines


def test_claims(lastack: Lastack, tmp_path: Path) -> None:
    write_claims(tmp_path, CLAIMS.replace("| confirmed |", "| refuted |"))
    assert endings(junit(lastack, "claims.md")) == {
        "claims": {
            "heard": "passed",
            "one letter": "failure: confirmed; expected: refuted",
            "an answer": "passed",
            "a minute": "skipped: undecided; as expected",
        }
    }
    # One state is enough to see that nothing is sent; the rest is not decided.
    limited = endings(junit(lastack, "claims.md", "--max-states", 1))["claims"]
    assert limited["heard"] == "error: undecided; expected: under assumptions"


def test_characters_that_xml_cannot_write_are_replaced(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    odd = '<a & "b"> \x01\x0b ]]> é𝄞'
    text = path.read_text(encoding="utf-8").replace("| woken |", f"| {odd} |")
    path.write_text(text.replace(AS_IT_IS, AS_IT_IS.replace("woken", odd)), encoding="utf-8")
    found = endings(junit(lastack, "door.md"))["door: lossy"]
    assert found == {odd.replace("\x01", "\ufffd").replace("\x0b", "\ufffd"): "passed", "tidy": "passed"}


def test_the_same_bytes_but_for_the_time(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "")
    outputs = {
        re.sub(r' time="\d+\.\d{3}"', "", lastack("check", "door.md", "--format", "junit", *threads).out)
        for threads in ([], ["--threads", 1], ["--threads", 2])
    }
    assert len(outputs) == 1
