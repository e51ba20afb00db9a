"""``lastack mutate``: its words, its exit codes, its refusals, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checker.cli import mutate
from checker.compare.mutation import FATES
from checker.document.mutants import OPERATORS
from tests.cli.commands import MAIN, Lastack, environment
from tests.compare.bell import BELL
from tests.compare.bell import FATES as BY_HAND
from tests.exchange.test_results import NUMBER, PERHAPS, STRING, Types, check_types


@pytest.fixture
def bell(tmp_path: Path) -> Path:
    path = tmp_path / "bell.md"
    path.write_text(BELL, encoding="utf-8")
    return path


def test_what_is_told_of_a_row(lastack: Lastack, bell: Path) -> None:
    ran = lastack("mutate", bell, "--row", "wave.told")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[: lines.index("")] == [
        "wave.told",
        "  ✗ row dropped: refuses — SURVIVED: after 4 steps of calm, the document can",
        "      show what the mutant cannot: A calls wave and sends <WORD=bye>",
        "      send: <WORD=bye>",
        "        → nothing",
        "      then: nothing",
        "        → refuse",
        "  ✗ segment not sent: <WORD=bye> — SURVIVED: after 4 steps of calm, the",
        "      document can show what the mutant cannot: A calls wave and sends",
        "      <WORD=bye>",
        "      send: <WORD=bye>",
        "        → nothing",
        "  = then flipped: stop — equivalent",
    ]


def test_the_sums(lastack: Lastack, bell: Path) -> None:
    ran = lastack("mutate", bell)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    at = lines.index("letter.late") + 3
    assert lines[at:] == [
        " mutants  killed  broken  equivalent  survived  unknown    score".rjust(80),
        "row dropped            5       2       0           0         3        0   40.0 %",
        "guard negated          2       0       2           0         0        0        –",
        "guard weakened         3       0       0           3         0        0        –",
        "next exchanged         6       3       3           0         0        0  100.0 %",
        "segment not sent       3       2       0           0         1        0   66.6 %",
        "update dropped         2       1       0           1         0        0  100.0 %",
        "then flipped           6       0       0           5         1        0    0.0 %",
        "",
        "killed by answered 6, true story 2",
        "",
        "score 61.5 %: 8 of 13 mutants killed, 5 survived, 0 unknown; besides, 9 are",
        "  equivalent and 5 broken",
    ]
    assert max(map(len, ran.out.splitlines())) <= 80


DOCUMENT: Types = {
    "format": STRING,
    "format_version": NUMBER,
    "document": STRING,
    "version": STRING,
    "max_states": NUMBER,
    "scenarios": (list,),
    "mutants": (list,),
    "not_judged": NUMBER,
    "operators": (dict,),
    "total": (dict,),
}
SCENARIO: Types = {"scenario": STRING, "states": (int, type(None)), "not_as_expected": (list,)}
MUTANT: Types = {
    "row": STRING,
    "line": NUMBER,
    "operator": STRING,
    "what": PERHAPS,
    "before": (dict,),
    "after": (dict, type(None)),
    "fate": STRING,
    "tried": NUMBER,
    "scenario": PERHAPS,
    "kill": (dict, type(None)),
    "difference": (dict, type(None)),
    "reason": PERHAPS,
}
KILL: Types = {"property": STRING, "expected": STRING, "outcome": STRING}
DIFFERENCE: Types = {
    "scenario": STRING,
    "only": STRING,
    "end": STRING,
    "call": PERHAPS,
    "sent": (list,),
    "steps": NUMBER,
}
SUMS: Types = {"mutants": NUMBER, **dict.fromkeys(FATES, NUMBER), "score": (float, type(None))}


def as_json(lastack: Lastack, *arguments: object) -> Any:
    return json.loads(lastack("mutate", *arguments, "--format", "json").out)


def test_json(lastack: Lastack, bell: Path) -> None:
    told = as_json(lastack, bell)
    check_types(told, DOCUMENT)
    assert (told["format"], told["format_version"], told["document"]) == ("lastack-mutation", 1, "bell")
    for types, values in (
        (SCENARIO, told["scenarios"]),
        (MUTANT, told["mutants"]),
        (KILL, [each["kill"] for each in told["mutants"] if each["kill"]]),
        (DIFFERENCE, [each["difference"] for each in told["mutants"] if each["difference"]]),
        (SUMS, [told["total"], *told["operators"].values()]),
    ):
        assert values
        for value in values:
            check_types(value, types)
    assert list(told["operators"]) == list(OPERATORS)
    names = [
        f"{m['row']}: {m['operator']}" + (f": {m['what']}" if m["what"] else "") for m in told["mutants"]
    ]
    assert names == list(BY_HAND)
    assert told["scenarios"] == [{"scenario": "calm", "states": 6, "not_as_expected": []}]
    (mutant,) = [
        m for m in told["mutants"] if m["row"] == "wave.told" and m["operator"] == "segment not sent"
    ]
    assert mutant["before"] == {"in": "told", "on": "wave", "send": "<WORD=bye>"}
    assert mutant["after"] == {"in": "told", "on": "wave"}
    assert mutant["line"] == 1 + BELL[: BELL.index("| `wave.told`")].count("\n")


def test_the_same_bytes_by_one_process_and_by_several(lastack: Lastack, bell: Path) -> None:
    for form in ("text", "json"):
        alone, two = (lastack("mutate", bell, "--jobs", n, "--format", form) for n in (1, 2))
        assert alone == two
        assert alone.out


@pytest.mark.parametrize(("least", "code"), [(61, 0), (61.5, 0), (61.6, 1), (100, 1), (0, 0)])
def test_the_score_that_is_asked_for(lastack: Lastack, bell: Path, least: float, code: int) -> None:
    assert lastack("mutate", bell, "--min-score", least).code == code


def test_a_score_that_is_not_known(lastack: Lastack, bell: Path) -> None:
    """Without any time all is open; with a scenario that is too large, some of it."""
    ran = lastack("mutate", bell, "--time-limit", 0, "--min-score", 50)
    assert ran.code == 3
    assert "0 of 27 mutants killed, 0 survived, 27 unknown" in " ".join(ran.out.split())
    assert lastack("mutate", bell, "--time-limit", 0).code == 0
    bell.write_text(f"{BELL}| again | ask; wave; wave | none | queue, lose | capacity 1 | |\n")
    wide = lastack("mutate", bell, "--max-states", 7, "--row", "letter.hello", "--min-score", 80)
    assert "not tried, for they have more than 7 states: again" in wide.out
    assert "? update dropped: spare := on — UNKNOWN: equivalent? again is too large" in wide.out
    assert wide.code == 3
    assert lastack("mutate", bell, "--max-states", 7, "--row", "letter.hello", "--min-score", 75).code == 0


def test_nothing_that_counts_is_no_score(lastack: Lastack, bell: Path) -> None:
    ran = lastack("mutate", bell, "--row", "letter.late", "--min-score", 1)
    assert ran.code == 1
    assert "no score: no mutant was judged that could count" in ran.out


def test_it_writes_into_a_file(lastack: Lastack, bell: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    for form in ("text", "json"):
        said = lastack("mutate", bell, "--format", form)
        ran = lastack("mutate", bell, "--format", form, "-o", output)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        assert output.read_text() == said.out
    assert "no such folder" in lastack("mutate", bell, "-o", tmp_path / "no" / "out").err


def test_refusals(lastack: Lastack, bell: Path, tmp_path: Path) -> None:
    for arguments, words in (
        ([bell, "--row", "wave.tolt"], "bell has no row `wave.tolt`; did you mean `wave.told`?"),
        ([bell, "--max-states", 2], "bell has no scenario with at most 2 states to try mutants in"),
        ([bell, "--min-score", "nan"], "expected a number of percent"),
        ([bell, "--min-score", 101], "101"),
        ([bell, "--time-limit", "inf"], "expected a number of seconds"),
        ([tmp_path / "nothing.md"], "no such file"),
        ([], "Missing argument 'DOC'"),
    ):
        ran = lastack("mutate", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err
        assert "Traceback" not in ran.err


def test_a_document_without_a_meaning(lastack: Lastack, bell: Path) -> None:
    bell.write_text(BELL.replace("| told | letter | | | | | |", "| told | letter | `off` | | | | |"))
    ran = lastack("mutate", bell)
    assert (ran.code, ran.out) == (2, "")
    assert "in told at B on letter <WORD=bye>: no row handles it" in ran.err
    bell.write_text(BELL.replace("| `heard`", "| `hoard`"))
    assert lastack("mutate", bell).code == 2


@pytest.mark.slow
def test_ctrl_c_tells_what_was_found(tmp_path: Path) -> None:
    """The rows that were judged are told, the others are counted."""
    rows = "".join(f"| `wave.more{n}` | told | wave | `off` | | | | |\n" for n in range(2000))
    path = tmp_path / "bell.md"
    path.write_text(BELL.replace("| `wave.early`", f"{rows}| `wave.early`"), encoding="utf-8")
    running = subprocess.Popen(
        [*MAIN, "mutate", str(path), "--jobs", "1"],
        env={**environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert first == "ask.idle\n"
    assert "mutants not judged" in " ".join(out.split())
    assert (running.returncode, err) == (3, "")


def test_a_row_whose_process_dies(lastack: Lastack, bell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = mutate.judge_mutant

    def dying(original: Any, mutant: Any, *others: Any) -> Any:
        if mutant.row == "wave.told":
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(original, mutant, *others)

    monkeypatch.setattr(mutate, "judge_mutant", dying)
    ran = lastack("mutate", bell, "--jobs", 2)
    assert ran.code == 2
    assert ran.err.startswith("lastack: wave.told: the process that explored it was killed by SIGKILL")
    assert "interrupted" not in ran.out
    assert "3 mutants not judged" in ran.out
    assert "letter.late" in ran.out
