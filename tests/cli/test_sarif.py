"""``lastack check --format sarif``: valid against the standard's schema, at the rows to look at, and
the same finding has the same fingerprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker import __version__
from checker.document.library import version_of
from tests.cli.commands import AS_IT_IS, Lastack, process, write_door
from tests.document.claims_document import CLAIMS, write_claims
from tests.toys import DOCUMENTS, ROOT

SCHEMA = jsonschema.Draft7Validator(
    json.loads((ROOT / "tests" / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=jsonschema.FormatChecker(),
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_of(lastack: Lastack, *arguments: object) -> dict[str, Any]:
    """The one run of the log of a check, which is valid."""
    ran = lastack("check", *arguments, "--format", "sarif")
    log = json.loads(ran.out)
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    (run,) = log["runs"]
    assert run["invocations"][0]["exitCode"] == ran.code
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    # §3.49.7: a name says something else.
    assert all(rule.get("name") != rule["id"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # §3.27.10: only a failure has a level.
        assert (result["level"] == "none") is (result["kind"] != "fail")
    return dict(run)


def results(lastack: Lastack, *arguments: object) -> list[dict[str, Any]]:
    return list(run_of(lastack, *arguments)["results"])


def place(location: dict[str, Any]) -> tuple[str, int, int]:
    physical = location["physicalLocation"]
    assert physical["artifactLocation"].get("uriBaseId", "") == "%SRCROOT%"
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region["startColumn"]


def line(path: Path, start: str) -> int:
    """The line of a document that begins like this."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if text.startswith(start))


def test_the_run(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    run = run_of(lastack, "door.md")
    assert run["results"] == []
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("lastack", __version__)
    assert [rule["id"] for rule in driver["rules"]] == ["door/woken", "door/tidy"]
    woken = driver["rules"][0]
    assert woken["shortDescription"]["text"] == ("never stuck: when A's STATE is waiting, B's STATE is awake")
    assert woken["fullDescription"]["text"] == "a knock is heard"
    assert run["properties"] == {"documents": {"door": version_of(path)}}
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    (told,) = invocation["toolExecutionNotifications"]
    assert told["level"] == "note"
    assert told["message"]["text"] == "1 document, 2 scenarios, 4 verdicts: all as expected"


def test_a_violation_is_at_the_row_that_fired_last_with_its_run(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "", "")
    (result,) = results(lastack, "door.md")
    assert (result["ruleId"], result["kind"], result["level"]) == ("door/woken", "fail", "error")
    assert result["message"]["text"].splitlines() == [
        "woken is violated in lossy (expected to hold).",
        "at A after 2 steps; the row knock.asleep fired last",
        "no helpful action is enabled here: A is in waiting, B in asleep",
        "a knock is heard",
        "scope: exhaustive; at most 1 segment in flight each way, in order, any loss and no duplication; "
        "A may call knock",
        "to see it: lastack check door.md -s lossy -p woken",
    ]
    row, scenario = ("door.md", line(path, "| `knock.asleep`"), 3), ("door.md", line(path, "| lossy"), 3)
    assert [place(location) for location in result["locations"]] == [row]
    related = [place(location) for location in result["relatedLocations"]]
    assert related == [("door.md", line(path, "| woken"), 3), scenario]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [
        (place(step["location"]), step["location"]["message"]["text"], step["importance"]) for step in steps
    ] == [
        (
            row,
            "A: knock; fires knock.asleep; sends <WORD=hello>; A goes from asleep to waiting",
            "important",
        ),
        # The network fires no row; the scenario lets it lose what is sent.
        (scenario, "<WORD=hello> from A is lost", "important"),
    ]
    assert [step["state"]["A"]["text"] for step in steps] == ["waiting", "waiting"]
    assert [step["executionOrder"] for step in steps] == [1, 2]


@pytest.mark.parametrize(
    ("quiet", "lossy", "row", "text"),
    [
        # What has no run, or the outcome that was said, is looked at where that is said.
        ("woken violated", AS_IT_IS, "| quiet", "woken violated"),
        ("", "woken violated by letter.asleep", "| lossy", "woken violated"),
        ("", "woken violated by knock.asleep, vacuous in quiet", "| lossy", "woken violated"),
        # Where an end is awake that should not be, the row that woke it.
        ("met violated", AS_IT_IS, "| `letter.asleep`", "`letter.asleep`"),
        ("woken holds", "woken holds", "| `knock.asleep`", "`knock.asleep`"),
    ],
)
def test_where_to_look(lastack: Lastack, tmp_path: Path, quiet: str, lossy: str, row: str, text: str) -> None:
    path = write_door(tmp_path, quiet, lossy)
    (result,) = results(lastack, "door.md")
    number = line(path, row)
    column = path.read_text(encoding="utf-8").splitlines()[number - 1].index(text) + 1
    assert place(result["locations"][0]) == ("door.md", number, column)


def test_what_is_not_decided_is_open(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    run = run_of(lastack, "door.md", "-s", "quiet", "-p", "woken", "--max-states", 1)
    (result,) = run["results"]
    assert (result["kind"], result["level"]) == ("open", "none")
    assert result["message"]["text"].startswith("woken is unknown in quiet (expected to hold).\n")
    assert place(result["locations"][0]) == ("door.md", line(path, "| quiet"), 3)
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
    assert [told["level"] for told in invocation["toolExecutionNotifications"]] == ["error"]


def test_what_nothing_is_said_of_is_at_the_property(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "met holds")
    path.write_text(path.read_text(encoding="utf-8").replace("met holds", ""), encoding="utf-8")
    (result,) = results(lastack, "door.md")
    assert result["ruleId"] == "door/met"
    assert place(result["locations"][0]) == ("door.md", line(path, "| met"), 3)


def test_errors_are_at_their_place(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    text = path.read_text(encoding="utf-8")
    unhandled = text.replace("`letter.later` | waiting, awake", "`letter.later` | awake")
    path.write_text(unhandled + "| both | knock | knock | queue | capacity 1 | |\n", encoding="utf-8")
    # From a process of its own as from this one.
    for threads in (1, 2):
        run = run_of(lastack, "door.md", "--threads", threads)
        (result,) = run["results"]
        assert result["ruleId"] == "error"
        assert place(result["locations"][0]) == ("door.md", line(path, "| waiting"), 3)
        said = "both: in waiting at A on letter <WORD=hello>: no row handles it."
        assert result["message"]["text"] == said
        assert run["invocations"][0]["executionSuccessful"] is False
    path.write_text(text.replace("| tidy | invariant", "| tidy | invariable"), encoding="utf-8")
    run = run_of(lastack, "door.md")
    (result,) = run["results"]
    assert place(result["locations"][0]) == ("door.md", line(path, "| tidy"), 10)
    assert run["invocations"][0]["exitCode"] == 2


def test_all_documents_that_cannot_be_read_are_told(lastack: Lastack, tmp_path: Path) -> None:
    for name in ("door.md", "porch.md"):
        path = write_door(tmp_path, name=name)
        path.write_text(path.read_text().replace("| tidy | invariant", "| tidy | invariable"))
    write_door(tmp_path, name="attic.md")
    found = [
        place(result["locations"][0])[0] for result in results(lastack, "door.md", "attic.md", "porch.md")
    ]
    assert found == ["door.md", "porch.md"]


def test_a_claim_is_at_its_row(lastack: Lastack, tmp_path: Path) -> None:
    path = write_claims(tmp_path, CLAIMS.replace("| confirmed |", "| refuted |"))
    run = run_of(lastack, "claims.md")
    (result,) = run["results"]
    assert result["ruleId"] == "claims/one letter"
    assert place(result["locations"][0]) == ("claims.md", line(path, "| one letter"), 3)
    assert result["message"]["text"].startswith("one letter is confirmed (expected: refuted).\n")
    assert len(run["tool"]["driver"]["rules"]) == 4


CHANGE = """| extends | because |
|---|---|
| door | |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `letter.asleep` | asleep | letter | | | | awake | |

| property | kind | when | claim |
|---|---|---|---|
| no peace | invariant | | `B's STATE is asleep` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| quiet | | | | | |
"""

QUIET, LOSSY = "| quiet | | | | | |", "| lossy | | | | | woken holds |"


def test_a_row_is_where_it_stands_be_it_in_the_change_or_in_what_it_extends(
    lastack: Lastack, tmp_path: Path
) -> None:
    door = write_door(tmp_path)
    change = tmp_path / "change.md"
    # The letter wakes B, by the row of the change.
    change.write_text(CHANGE, encoding="utf-8")
    (result,) = results(lastack, "change.md", "-p", "no peace")
    assert result["ruleId"] == "change/no peace"
    assert place(result["locations"][0]) == ("change.md", line(change, "| `letter.asleep`"), 3)
    # No letter arrives, and a row of the door fired last.
    change.write_text(CHANGE.replace(QUIET, LOSSY), encoding="utf-8")
    (result,) = results(lastack, "change.md", "-p", "woken")
    assert place(result["locations"][0]) == ("door.md", line(door, "| `knock.asleep`"), 3)
    # The property is the door's, whichever document it is decided in.
    assert result["ruleId"] == "door/woken"


def test_files_are_named_from_the_top_of_the_checkout(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "top"
    folder = top / "a b" / "ü#"
    folder.mkdir(parents=True)
    (top / ".git").mkdir()
    write_door(folder, "", "", "100%:.md")
    monkeypatch.chdir(folder)
    (result,) = results(lastack, "100%:.md")
    assert place(result["locations"][0])[0] == "a%20b/%C3%BC%23/100%25%3A.md"
    # What is elsewhere is named as a whole.
    write_door(tmp_path, "", "")
    (result,) = results(lastack, "../../../door.md")
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": (tmp_path / "door.md").resolve().as_uri()}


def test_a_row_of_another_place_is_not_the_first_to_look_at(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a document that came with the program nobody sees a row in the checkout."""
    write_door(tmp_path)
    top = tmp_path / "top"
    (top / ".git").mkdir(parents=True)
    (top / "change.md").write_text(CHANGE.replace(QUIET, LOSSY), encoding="utf-8")
    monkeypatch.chdir(top)
    (result,) = results(lastack, "change.md", "-p", "woken")
    assert place(result["locations"][0]) == ("change.md", line(top / "change.md", "| lossy"), 3)
    assert "the row knock.asleep fired last" in result["message"]["text"]


def prints(lastack: Lastack, *arguments: object) -> list[tuple[str, str]]:
    """The fingerprints of the results."""
    found = [result["partialFingerprints"] for result in results(lastack, *arguments)]
    return [(each["lastackFinding/v1"], each["primaryLocationLineHash"]) for each in found]


def test_a_fingerprint_stays_when_lines_move(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "woken violated", "")
    before = prints(lastack, "door.md")
    assert len(set(before)) == 2  # the same property in two scenarios
    path.write_text("Some more prose.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert prints(lastack, "door.md") == before
    # Another row is another finding.
    text = path.read_text(encoding="utf-8").replace("`knock.asleep`", "`knock.other`")
    path.write_text(text, encoding="utf-8")
    after = prints(lastack, "door.md")
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)


def test_braces_and_links_in_names_are_text(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "", "")
    odd = "[{0}](evil)"
    path.write_text(path.read_text(encoding="utf-8").replace("| woken |", f"| {odd} |"), encoding="utf-8")
    (result,) = results(lastack, "door.md")
    assert result["message"]["text"].startswith("\\[{{0}}](evil) is violated in lossy")


def test_real_runs_are_valid(lastack: Lastack) -> None:
    """Where somebody is stuck, walks about or not, and where something goes on for ever."""
    said: set[str] = set()
    for name in ("alternating-bit", "pit", "timers"):
        for result in results(lastack, DOCUMENTS / f"{name}.md", "--max-states", 3000):
            for flow in result.get("codeFlows", []):
                steps = flow["threadFlows"][0]["locations"]
                said |= {step["location"]["message"]["text"].partition(": ")[0] for step in steps}
    stuck = {"stuck; what goes on, for example", "stuck; what goes on for ever, for example"}
    assert stuck | {"from here on for ever"} <= said


@pytest.mark.slow
def test_the_same_bytes(tmp_path: Path) -> None:
    """In processes of their own, with different hashes of strings and numbers of threads."""
    path = write_door(tmp_path, "woken violated", "")
    outputs = {
        process("check", path, "--format", "sarif", "--threads", threads, PYTHONHASHSEED=seed).out
        for seed, threads in (("1", "1"), ("2", "2"))
    }
    assert len(outputs) == 1
