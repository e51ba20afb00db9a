"""``lastack diff``: its words, its exit codes and its refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from checker.document.library import load
from checker.exchange.traces import TraceCodec
from checker.explore.engines import Engine
from checker.model.tables import Model
from checker.verify.replay import replay
from tests.cli.commands import Lastack
from tests.compare.changes import BASE, Pair
from tests.compare.pairs import PAIRS
from tests.document.test_revisions import git
from tests.sampling import one_in

NEVER = BASE.replace("tries < 1", "tries < 0")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return written(tmp_path, "asking.md", BASE)


def test_what_is_told_of_a_stronger_guard(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    ran = lastack("diff", base, written(tmp_path, "never.md", NEVER))
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert "~ definitions: may try" in lines
    assert "    means: tries < 1" in lines
    assert "      → tries < 0" in lines
    assert "2 scenarios: less can happen; nothing new can" in lines
    assert "  BASE can and HEAD cannot: A sends <WORD=ask> (2 scenarios, after 2 steps in" in lines
    assert "arrows gone" in lines
    assert "  - asking → asking on timeout again (2 scenarios)" in lines
    assert "  ✗ answered: holds → violated; by again.asking" in lines
    assert "what BASE can and HEAD cannot, for example in calm" in lines
    assert "     HEAD cannot follow the last step: A sends <WORD=ask>; by again.asking" in lines
    assert " ".join(lines[-2:]) == (
        "1 row differs; same behaviour in 0 of 2 scenarios; verdicts: 1 changed; 1 NEW   FAILURE"
    )


@pytest.mark.slow
@pytest.mark.parametrize("pair", one_in(3, PAIRS), ids=lambda pair: pair.name)
@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_every_pair_can_be_told(
    lastack: Lastack, base: Path, tmp_path: Path, pair: Pair, format: str
) -> None:
    head = written(tmp_path, "head.md", pair.head())
    ran = lastack("diff", base, head, "--format", format)
    broken = pair.name in ("two rows at once", "an answer that nobody takes")
    fails = {"worse", "expected"} & {became for each in pair.verdicts.values() for became in each.values()}
    assert ran.code == (2 if broken else 1 if fails or pair.name == "a property more" else 0)
    assert ran.err == ""
    if format == "text":
        assert max(map(len, ran.out.splitlines())) <= 80 or str(tmp_path) in ran.out.splitlines()[0]
    assert ran.out == lastack("diff", base, head, "--format", format).out or format == "json"


def test_the_same_by_one_process_and_by_several(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "never.md", NEVER)
    one, two = (lastack("diff", base, head, "--threads", n) for n in (1, 2))
    assert one == two
    assert one.code == 1


def test_nothing_differs(lastack: Lastack, base: Path) -> None:
    ran = lastack("diff", base, base)
    assert (ran.code, ran.err) == (0, "")
    at = ran.out.splitlines().index("no rows differ")
    assert ran.out.splitlines()[at:] == [
        "no rows differ",
        "",
        "2 scenarios: same behaviour: nothing differs that it depends on",
        "  calm, lossy",
        "",
        "0 rows differ; same behaviour in 2 of 2 scenarios; verdicts: none changed; no",
        "  new failure",
    ]


def test_nothing_is_explored_where_nothing_differs(
    lastack: Lastack, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Engine, "explore", never)
    text = BASE.replace("nothing yet", "idle").replace("letter.no`", "letter.never`")
    head = written(tmp_path, "head.md", text)
    assert lastack("diff", base, head).code == 0


def as_json(ran: Any) -> Any:
    return json.loads(ran.out)


def test_json(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "never.md", NEVER)
    told = as_json(lastack("diff", base, head, "--format", "json"))
    assert (told["format"], told["format_version"], told["failures"]) == ("lastack-diff", 1, 1)
    assert (told["base"], told["head"], told["undecided"]) == (str(base), str(head), False)
    (row,) = told["rows"]
    assert row == {
        "how": "changed",
        "table": "definitions",
        "row": "may try",
        "was": "may try",
        "file": str(head),
        "line": 1 + NEVER[: NEVER.index("| `may try` |")].count("\n"),
        "only_words": False,
        "cells": [{"column": "means", "before": "tries < 1", "after": "tries < 0"}],
    }
    calm, lossy = told["scenarios"]
    assert (calm["head_shows_all_of_base"], calm["base_shows_all_of_head"]) == ("no", "yes")
    (run,) = calm["runs"]
    assert run["word"] == [
        {"end": "A", "call": "go", "sent": ["<WORD=ask>"]},
        {"end": "A", "call": None, "sent": ["<WORD=ask>"]},
    ]
    assert (run["version"], run["shortest"], run["blamed"]) == ("base", True, ["again.asking"])
    assert calm["arrows"]["lost"][0] == {"state": "asking", "event": "timeout again", "next": "asking"}
    (change,) = lossy["verdicts"]
    assert (change["property"], change["became"], change["failure"]) == ("answered", "worse", True)
    assert (change["before"]["outcome"], change["after"]["outcome"]) == ("holds", "violated")
    assert (calm["same_verdicts"], lossy["same_verdicts"]) == (3, 2)


def test_the_runs_in_the_json_can_be_replayed(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "never.md", NEVER)
    told = as_json(lastack("diff", base, head, "--format", "json"))
    for scenario in told["scenarios"]:
        runs = [(base, run["trace"]) for run in scenario["runs"]]
        runs += [(head, change["trace"]) for change in scenario["verdicts"]]
        assert runs
        for path, trace in runs:
            protocol = load(path)
            run, of = TraceCodec(protocol).decode(trace)
            assert replay(Model(protocol, of), run) is None


def test_markdown_for_a_comment(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    ran = lastack("diff", base, written(tmp_path, "never.md", NEVER), "--format", "markdown")
    lines = ran.out.splitlines()
    assert lines[0] == f"### `{base}` → `{tmp_path / 'never.md'}`"
    assert "| answered | lossy | holds → violated | `again.asking` |" in lines
    assert "| changed | definitions | `may try` | means: `tries < 1` → `tries < 0` |" in lines
    assert "#### answered in lossy: holds → violated" in lines
    assert ran.out.count("```mermaid\nsequenceDiagram\n") == 2
    assert "| arrows gone | asking → asking on timeout again | 2 scenarios |" in lines
    assert ran.out.count("<details>") == ran.out.count("</details>") == 6
    assert ran.out.count("```") % 2 == 0
    assert "\n\n\n" not in ran.out


def test_a_comment_on_what_fails_everywhere_is_short(lastack: Lastack, tmp_path: Path) -> None:
    """What fails is told once, and shown before the scenarios, which may fill a comment."""
    more = "".join(f"| calm {n} | go | none | queue | capacity 4 | | |\n" for n in range(20))
    base = written(tmp_path, "base.md", BASE + more)
    ran = lastack("diff", base, written(tmp_path, "head.md", NEVER + more), "--format", "markdown")
    assert ran.code == 1
    lines = ran.out.splitlines()
    failures = [line for line in lines if line.startswith("| answered |")]
    assert failures == ["| answered | lossy | holds → violated | `again.asking` |"]
    lossy = more.replace("| queue |", "| queue, lose 1 |")
    base = written(tmp_path, "base.md", BASE + lossy)
    ran = lastack("diff", base, written(tmp_path, "head.md", NEVER + lossy), "--format", "markdown")
    lines = ran.out.splitlines()
    failures = [line for line in lines if line.startswith("| answered |")]
    assert failures == [
        "| answered | lossy, calm 0, calm 1 and 18 more | holds → violated | `again.asking` |"
    ]
    (shown,) = [place for place, line in enumerate(lines) if line.startswith("#### answered in ")]
    assert shown < lines.index("<summary>Scenarios</summary>")


def test_what_got_worse_is_a_failure_whatever_head_expects(
    lastack: Lastack, base: Path, tmp_path: Path
) -> None:
    """Who changes a verdict on purpose says so in the document; the comparison fails all the same."""
    row = "| lossy | go | none | queue, lose 1 | capacity 4 | silent = off | met holds"
    assert row in NEVER
    head = written(tmp_path, "never.md", NEVER.replace(row, f"{row}; answered violated"))
    assert lastack("check", head).code == 0
    ran = lastack("diff", base, head)
    assert ran.code == 1
    assert "  ✗ answered: holds → violated; by again.asking" in ran.out.splitlines()


def test_one_scenario(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "never.md", NEVER)
    ran = lastack("diff", base, head, "-s", "calm")
    assert ran.code == 0
    assert "lossy" not in ran.out
    wrong = lastack("diff", base, head, "-s", "clam")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == "lastack: neither version has a scenario `clam`; did you mean `calm`?\n"


def test_a_limit(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "other.md", BASE.replace("| `YES` | | |", "| | | |"))
    ran = lastack("diff", base, head, "--max-states", 2)
    assert ran.code == 3
    assert "it is not known whether the behaviour is the same" in " ".join(ran.out.split())
    assert "cut short: more than 2 states (--max-states)" in " ".join(ran.out.split())
    assert ran.out.rstrip().endswith("not all was decided")


MORE_SCENARIOS = ("| lossy | go", "| calmer | go | none | queue | capacity 5 | | |\n| lossy | go")
MORE_PROPERTIES = ("| met |", "| never | invariant | | `not STATE is done` | |\n| met |")
OTHER_CLAIM = ("`tries =< 1`", "`tries < 3`")


@pytest.mark.parametrize("change", [MORE_SCENARIOS, MORE_PROPERTIES, OTHER_CLAIM])
def test_what_is_unknown_is_no_success(
    lastack: Lastack, base: Path, tmp_path: Path, change: tuple[str, str]
) -> None:
    """The behaviour is the same, and no verdict got worse; but what a limit leaves open might."""
    head = written(tmp_path, "more.md", BASE.replace(*change))
    ran = lastack("diff", base, head, "--max-states", 2)
    assert ran.code == 3
    last = " ".join(ran.out.split()).rpartition("verdicts: ")[2]
    assert "undecided; no new failure; not all was decided" in last
    without_limit = lastack("diff", base, head)
    assert without_limit.code == (1 if change == MORE_PROPERTIES else 0)
    assert "undecided" not in without_limit.out


def test_what_head_says_is_unknown_is_expected_of_a_new_scenario(
    lastack: Lastack, base: Path, tmp_path: Path
) -> None:
    expected = MORE_SCENARIOS[1].replace("| | |\n", "| | answered unknown; few unknown |\n")
    head = written(tmp_path, "more.md", BASE.replace(MORE_SCENARIOS[0], expected))
    assert lastack("diff", base, head, "--max-states", 2).code == 0


def test_a_document_without_a_meaning(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head = written(tmp_path, "twice.md", BASE.replace("word is maybe", "word is maybe or word is yes"))
    ran = lastack("diff", base, head)
    assert (ran.code, ran.err) == (2, "")
    assert "2 scenarios: HEAD has no meaning there" in ran.out
    assert "the rows `letter.yes` and `letter.no` of one step both fire" in " ".join(ran.out.split())
    back = lastack("diff", head, base)
    assert back.code == 0
    assert "2 scenarios: BASE has no meaning there" in back.out


def test_it_writes_into_a_file(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    head, output = written(tmp_path, "never.md", NEVER), tmp_path / "out"
    for format in ("text", "markdown", "json"):
        ran = lastack("diff", base, head, "--format", format, "-o", output)
        assert (ran.code, ran.out, ran.err) == (1, "", "")
        said = lastack("diff", base, head, "--format", format).out
        timeless = [re.sub(r'"seconds": [\d.]+', "", text) for text in (output.read_text(), said)]
        assert timeless[0] == timeless[1]
    missing = lastack("diff", base, head, "-o", tmp_path / "no" / "out")
    assert missing.code == 2
    assert "no such folder to write to" in missing.err


def test_refusals(lastack: Lastack, base: Path, tmp_path: Path) -> None:
    assert lastack("diff", base).code == 2
    written(tmp_path, "never.md", NEVER)
    folder = lastack("diff", tmp_path, base)
    assert (folder.code, folder.err) == (
        2,
        f"lastack: {tmp_path}: expected one document, not a folder of them\n",
    )
    missing = lastack("diff", base, tmp_path / "nothing.md")
    assert missing.code == 2
    assert "no such file, folder or bundled document" in missing.err
    bad = lastack("diff", base, written(tmp_path, "bad.md", BASE.replace("tries < 1", "tires < 1")))
    assert bad.code == 2
    assert "did you mean `tries`?" in bad.err
    assert lastack("diff", base, base, "--time-limit", "nan").code == 2


def test_revisions_of_a_repository(
    lastack: Lastack, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    written(tmp_path, "asking.md", NEVER)
    monkeypatch.chdir(tmp_path)
    ran = lastack("diff", "HEAD:asking.md", "asking.md", "-s", "lossy")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("HEAD:asking.md → asking.md\n")
    assert lastack("diff", "HEAD:asking.md", "HEAD:asking.md").code == 0
    missing = lastack("diff", "main~9:asking.md", "asking.md")
    assert missing.code == 2
    assert missing.err == "lastack: main~9:asking.md: the git repository has no revision `main~9`\n"
    option = lastack("diff", "--", "--help:asking.md", "asking.md")
    assert option.code == 2
    assert "expected a file, or REV:PATH" in option.err
