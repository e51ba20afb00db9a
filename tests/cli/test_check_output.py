"""``lastack check``: the text and the JSON that it writes, and the files."""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from checker.document.library import version_of
from tests.cli.commands import AS_IT_IS, Lastack, process, timeless, write_door
from tests.toys import DOCUMENTS, ROOT

TEXT = """\
door (door.md)

quiet
  3 states, 2 transitions, depth 2, 0 s
  exhaustive; at most 1 segment in flight each way, in order, no loss and no
  duplication; A may call knock
  ✓ holds          woken, tidy

lossy
  4 states, 3 transitions, depth 2, 0 s
  exhaustive; at most 1 segment in flight each way, in order, any loss and no
  duplication; A may call knock
  ✓ holds          tidy
  ✗ violated       woken
                   as expected, by knock.asleep, said to hold in “quiet”; at A
                   after 2 steps

  ── woken in lossy ──────────────────────────────────────────────────────────
     a knock is heard
      A                                                                        B
      asleep                                                              asleep
   1  waiting  ── <WORD=hello> ───────────────────────────────────▶ ···        │
        knock: knock.asleep
   2  │        ··· ── <WORD=hello> ─────────────────────────────────▶ ✗        │
        lost (sent in 1)
     no helpful action is enabled here: A is in waiting, B in asleep

Rules that never fired: knock.lazily, letter.later
door: 2 scenarios, 4 verdicts, all as expected; 7 states, 0 s
"""

START = {"state": "asleep", "called": 0, "faults": {}, "values": {}}
KNOCKED = {"state": "waiting", "called": 1, "faults": {}, "values": {}}
HELLO = {"word": "hello"}
NETWORK = {"from B": [], "losses": -1, "duplications": 0}

TRACE = {
    "format": "lastack-trace",
    "format_version": 1,
    "document": "door",
    "scenario": "lossy",
    "capacity": 1,
    "set": {},
    "property": "woken",
    "end": "A",
    "initial": {"A": START, "B": START, "from A": [], **NETWORK},
    "steps": [
        {
            "action": {"kind": "call", "end": "A", "event": "knock"},
            "rules": ["knock.asleep"],
            "sent": [HELLO],
            "lost": 0,
            "after": {"A": KNOCKED, "B": START, "from A": [HELLO], **NETWORK},
        },
        {
            "action": {"kind": "loss", "end": "A", "segment": HELLO, "position": 0},
            "rules": [],
            "sent": [],
            "lost": 0,
            "after": {"A": KNOCKED, "B": START, "from A": [], **NETWORK},
        },
    ],
    "loop": None,
    "stuck": None,
}


def verdict(property: str, kind: str, loss: str) -> dict[str, Any]:
    """A verdict that holds, as expected."""
    return {
        "property": property,
        "kind": kind,
        "outcome": "holds",
        "scope": f"exhaustive; at most 1 segment in flight each way, in order, {loss} and no duplication; "
        "A may call knock",
        "expected": "holds",
        "as_expected": True,
        "reason": None,
        "complaint": None,
        "trace": None,
    }


def expected_json(version: str) -> dict[str, Any]:
    """All of the JSON for the door, but for the seconds."""
    common = {"engine": "reference", "seconds": None, "cached": False, "complete": True, "limit": None}
    fired = {"knock.asleep": 1, "knock.lazily": 0, "letter.asleep": 1, "letter.later": 0}
    woken = verdict("woken", "never stuck", "any loss") | {
        "outcome": "violated",
        "expected": "violated",
        "reason": "no helpful action is enabled here: A is in waiting, B in asleep",
        "trace": TRACE,
    }
    return {
        "document": "door",
        "version": version,
        "scenarios": [
            {
                "scenario": "quiet",
                "states": 3,
                "transitions": 2,
                "depth": 2,
                "rules": fired,
                "verdicts": [
                    verdict("woken", "never stuck", "no loss"),
                    verdict("tidy", "invariant", "no loss"),
                ],
            }
            | common,
            {
                "scenario": "lossy",
                "states": 4,
                "transitions": 3,
                "depth": 2,
                "rules": fired,
                "verdicts": [woken, verdict("tidy", "invariant", "any loss")],
            }
            | common,
        ],
        "never_fired": {"knock.lazily": None, "letter.later": None},
        "complaints": [],
    }


def without_seconds(value: dict[str, Any]) -> dict[str, Any]:
    stripped = copy.deepcopy(value)
    for scenario in stripped["scenarios"]:
        assert type(scenario["seconds"]) is float
        scenario["seconds"] = None
    return stripped


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_door(tmp_path)


# Text


def test_the_whole_text(lastack: Lastack) -> None:
    assert timeless(lastack("check", "door.md").out) == TEXT


def test_a_rule_that_is_said_never_to_fire_is_told_with_its_reason(lastack: Lastack, tmp_path: Path) -> None:
    text = (tmp_path / "door.md").read_text(encoding="utf-8")
    spoken = text.replace(
        "| rule | in | on | if | do | send | next | then |\n|---|---|---|---|---|---|---|---|",
        "| rule | in | on | if | do | send | next | then | never fires |\n" + "|---" * 9 + "|",
    )
    for rule, why in (
        ("knock.asleep", ""),
        ("knock.lazily", "nobody is lazy"),
        ("letter.asleep", ""),
        ("letter.later", ""),
    ):
        line = next(line for line in spoken.split("\n") if line.startswith(f"| `{rule}`"))
        spoken = spoken.replace(line, f"{line} {why} |")
    (tmp_path / "door.md").write_text(spoken, encoding="utf-8")
    lines = lastack("check", "door.md").out.splitlines()
    assert lines[-3:-1] == [
        "Rules that never fired: letter.later",
        "knock.lazily never fires: nobody is lazy",
    ]
    # Where only some scenarios are checked, rules that did not fire mean nothing.
    assert "never fire" not in lastack("check", "door.md", "-s", "quiet").out


@pytest.mark.parametrize("document", ["alternating-bit", "echo", "outage", "pit", "post", "timers"])
def test_text_in_a_pipe_is_narrow_and_plain(lastack: Lastack, document: str, tmp_path: Path) -> None:
    # By a short path: one that is long goes to a line of its own.
    shutil.copy(DOCUMENTS / f"{document}.md", tmp_path)
    out = lastack("check", f"{document}.md", "--max-states", 300).out
    head, *lines = out.splitlines()
    assert head.startswith(f"{document} (")
    assert [line for line in lines if len(line) > 80] == []
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in out
    assert "\r" not in out


def test_a_long_complaint_is_wrapped(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "", "woken violated by knock.asleep, vacuous in quiet")
    name = "a quiet night in which nobody but A is about"
    path.write_text(path.read_text().replace("in quiet", f"in {name}").replace("| quiet |", f"| {name} |"))
    ran = lastack("check", "door.md")
    assert ran.code == 1
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.slow
def test_two_runs_write_the_same_bytes_but_for_the_seconds() -> None:
    """In processes of their own, with different hashes of strings."""
    outputs = []
    for seed in ("1", "2"):
        ran = process("check", "textbook", "--format", "json", PYTHONHASHSEED=seed)
        assert ran.code == 0
        outputs.append([line for line in ran.out.splitlines() if '"seconds": ' not in line])
    assert outputs[0] == outputs[1]


def test_the_text_that_the_documentation_shows(lastack: Lastack, tmp_path: Path) -> None:
    blocks = re.findall(r"```text\n(.*?)```", (ROOT / "docs" / "output.md").read_text(), re.DOTALL)
    printed = timeless(lastack("check", "textbook", "-s", "SYN lost").out)
    report, ending, ladder = (timeless(block) for block in blocks[:3])
    assert report in printed
    assert "".join(f"  {line}\n" for line in ladder.splitlines()) in printed
    write_door(tmp_path, "woken violated")
    assert timeless(lastack("check", "door.md").out).endswith(ending)


# JSON


def test_the_whole_json(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("check", "door.md", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = without_seconds(json.loads(ran.out))
    expected = expected_json(version_of(tmp_path / "door.md"))
    assert found == expected
    # bool is an int and 1.0 == 1 to Python, but not to who reads the JSON.
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_the_keys_stand_in_the_documented_order(lastack: Lastack) -> None:
    value = json.loads(lastack("check", "door.md", "--format", "json").out)
    assert list(value) == ["document", "version", "scenarios", "never_fired", "complaints"]
    assert list(value["scenarios"][0]) == [
        "scenario", "engine", "states", "transitions", "depth", "seconds", "cached", "complete", "limit",
        "rules", "verdicts",
    ]  # fmt: skip
    assert list(value["scenarios"][1]["verdicts"][0]) == [
        "property", "kind", "outcome", "scope", "expected", "as_expected", "reason", "complaint", "trace",
    ]  # fmt: skip


def test_json_of_a_limit(lastack: Lastack) -> None:
    value = json.loads(lastack("check", "door.md", "-s", "quiet", "--max-states", 1, "--format", "json").out)
    scenario = value["scenarios"][0]
    assert (scenario["complete"], scenario["limit"]) == (False, "more than 1 states (--max-states)")
    found = [(v["outcome"], v["as_expected"], v["reason"], v["complaint"]) for v in scenario["verdicts"]]
    assert found == [("unknown", False, "more than 1 states (--max-states)", "expected to hold")] * 2


def test_the_version_is_that_of_the_text(lastack: Lastack, tmp_path: Path) -> None:
    def version() -> Any:
        return json.loads(lastack("check", "door.md", "-s", "quiet", "--format", "json").out)["version"]

    before = version()
    assert len(before) == 12
    assert set(before) <= set("0123456789abcdef")
    with (tmp_path / "door.md").open("a", encoding="utf-8") as file:
        file.write("\nMore prose.\n")
    assert version() != before


# Files


def test_output_goes_into_a_file_and_nowhere_else(lastack: Lastack, tmp_path: Path) -> None:
    for form in ("text", "json"):
        printed = lastack("check", "door.md", "--format", form)
        written = lastack("check", "door.md", "--format", form, "-o", "out")
        assert (written.code, written.out, written.err) == (0, "", "")
        strip = [line for line in timeless(printed.out).splitlines() if "seconds" not in line]
        text = timeless((tmp_path / "out").read_text(encoding="utf-8"))
        assert [line for line in text.splitlines() if "seconds" not in line] == strip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["door.md", "out"]


def test_a_file_is_written_when_verdicts_are_not_as_expected(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "")
    assert lastack("check", "door.md", "-o", "out.txt").code == 1
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert "NOT AS EXPECTED (expected to hold)" in " ".join(text.split())


def test_a_file_that_is_replaced_keeps_its_mode(lastack: Lastack, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("old")
    out.chmod(0o640)
    assert lastack("check", "door.md", "-o", "out.txt").code == 0
    assert timeless(out.read_text(encoding="utf-8")) == TEXT
    assert out.stat().st_mode & 0o777 == 0o640


def test_traces_are_saved_for_each_verdict_that_has_one(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "met holds", AS_IT_IS)
    ran = lastack("check", "door.md", "--traces", "a/b")
    assert ran.code == 0
    names = ["door--lossy--woken", "door--quiet--met"]
    files = sorted((tmp_path / "a" / "b").iterdir())
    assert [path.name for path in files] == [n + end for n in names for end in (".itf.json", ".json")]
    text = (tmp_path / "a" / "b" / "door--lossy--woken.json").read_text(encoding="utf-8")
    assert json.loads(text) == TRACE
    assert text.endswith("\n")
    itf = json.loads((tmp_path / "a" / "b" / "door--quiet--met.itf.json").read_text(encoding="utf-8"))
    # knocked and heard: two steps lead to both being awake, so there are three states.
    assert [state["B"]["STATE"] for state in itf["states"]] == ["asleep", "asleep", "awake"]


def test_traces_of_documents_with_the_same_scenarios_do_not_overwrite_each_other(
    lastack: Lastack, tmp_path: Path
) -> None:
    write_door(tmp_path, name="porch.md")
    assert lastack("check", "door.md", "porch.md", "--traces", "t").code == 0
    saved = sorted(p.name for p in (tmp_path / "t").iterdir() if not p.name.endswith(".itf.json"))
    assert saved == ["door--lossy--woken.json", "porch--lossy--woken.json"]
