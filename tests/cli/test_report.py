"""``lastack report``: the page that it writes, and what it says and ends with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import checker.cli.page_pictures
import checker.cli.rendering
from tests.cli.commands import Lastack, write_door
from tests.exchange.checkers import needs
from tests.toys import ROOT


def island(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_a_report_holds_what_the_check_says(lastack: Lastack, tmp_path: Path) -> None:
    page = tmp_path / "door.html"
    document = write_door(tmp_path)
    ran = lastack("report", document, "-o", page)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-2].startswith("door: 2 scenarios, 4 verdicts, all as expected; 7 states, ")
    assert re.fullmatch(r".*door\.html: \d+ kB", ran.out.splitlines()[-1])
    value = island(page)
    checked = json.loads(lastack("check", document, "--format", "json").out)
    assert value["version"] == checked["version"]
    assert [row["name"] for row in value["rows"] if not row["fired"]] == list(checked["never_fired"])
    for told, scenario in zip(value["scenarios"], checked["scenarios"], strict=True):
        assert [told[key] for key in ("name", "states", "transitions", "depth")] == [
            scenario[key] for key in ("scenario", "states", "transitions", "depth")
        ]
        for verdict, other in zip(told["verdicts"], scenario["verdicts"], strict=True):
            assert value["properties"][verdict["property"]]["name"] == other["property"]
            assert verdict["outcome"] == other["outcome"]
            assert told["scope"] == other["scope"]
            assert ("run" in verdict) == (other["trace"] is not None)
            if other["trace"]:
                steps = value["runs"][verdict["run"]]["steps"]
                assert len(steps) == len(other["trace"]["steps"])
    fired = {row["name"]: row["fired"] for row in value["rows"]}
    assert fired == {
        name: sum(scenario["rules"][name] for scenario in checked["scenarios"]) for name in fired
    }


def test_a_report_is_the_same_bytes_every_time(lastack: Lastack, tmp_path: Path) -> None:
    document = write_door(tmp_path)
    pages = [tmp_path / f"{n}.html" for n in (1, 2)]
    for page in pages:
        lastack("report", document, "-o", page)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_report_of_one_scenario(lastack: Lastack, tmp_path: Path) -> None:
    page = tmp_path / "door.html"
    assert lastack("report", write_door(tmp_path), "-s", "quiet", "-o", page).code == 0
    value = island(page)
    assert [scenario["name"] for scenario in value["scenarios"]] == ["quiet"]
    assert value["declared"] == 2


@pytest.mark.parametrize(("lossy", "code"), [("", 1), ("woken violated by knock.asleep", 0)])
def test_a_report_exits_as_check_does(lastack: Lastack, tmp_path: Path, lossy: str, code: int) -> None:
    page = tmp_path / "door.html"
    document = write_door(tmp_path, lossy=lossy)
    assert lastack("report", document, "-o", page).code == code
    assert lastack("check", document).code == code
    wrong = [v for scenario in island(page)["scenarios"] for v in scenario["verdicts"] if "wrong" in v]
    assert len(wrong) == code


def test_a_limit_is_told_of(lastack: Lastack, tmp_path: Path) -> None:
    page = tmp_path / "door.html"
    ran = lastack("report", write_door(tmp_path), "--max-states", 2, "-o", page)
    assert ran.code == 3
    scenario = island(page)["scenarios"][0]
    assert not scenario["complete"]
    assert {verdict["outcome"] for verdict in scenario["verdicts"]} == {"unknown"}


def test_a_scenario_in_error_is_told_of(lastack: Lastack, tmp_path: Path) -> None:
    """A copy of the letter arrives where no row expects it; the other scenario is fine."""
    document = write_door(tmp_path, lossy="")
    text = document.read_text(encoding="utf-8").replace(
        "queue, lose | capacity 1", "queue, duplicate | capacity 2"
    )
    lines = [line for line in text.splitlines(keepends=True) if "letter.later" not in line]
    document.write_text("".join(lines), encoding="utf-8")
    page = tmp_path / "door.html"
    ran = lastack("report", document, "-o", page)
    assert ran.code == 2
    value = island(page)
    assert [scenario["name"] for scenario in value["scenarios"]] == ["quiet"]
    assert len(value["troubles"]) == 1
    assert value["troubles"][0].startswith("lossy: ")
    assert value["troubles"][0] in ran.err


def test_without_graphviz_a_report_says_how_to_get_it(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker.cli.rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(checker.cli.rendering, "find_spec", lambda name: None)
    page = tmp_path / "door.html"
    assert lastack("report", write_door(tmp_path), "-s", "quiet", "-o", page).code == 0
    value = island(page)
    assert "apt install graphviz" in value["machine"]
    assert "apt install graphviz" in value["scenarios"][0]["graph"]


@needs("dot")
@pytest.mark.parametrize(
    ("most_states", "most_arrows", "said"),
    [
        (4, 2, ""),
        (3, 2, "4 states are too many to be drawn here"),
        (4, 1, "2 arrows are too many to be drawn here"),
    ],
)
def test_a_graph_is_drawn_up_to_the_limits(
    lastack: Lastack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most_states: int,
    most_arrows: int,
    said: str,
) -> None:
    """*lossy* has 4 states, in three pairs of control states; the arrows between those are the knock
    and that it is heard, for a loss changes neither end."""
    monkeypatch.setattr(checker.cli.page_pictures, "MOST_STATES", most_states)
    monkeypatch.setattr(checker.cli.page_pictures, "MOST_ARROWS", most_arrows)
    document, page = write_door(tmp_path), tmp_path / "door.html"
    lastack("report", document, "-s", "lossy", "-o", page)
    graph = island(page)["scenarios"][0]["graph"]
    if said:
        assert graph == f"{said}: lastack draw graph {document} -s lossy"
    else:
        assert graph[0] == "svg"


def test_the_limits_of_graphs_are_those_of_the_manual() -> None:
    text = " ".join((ROOT / "docs" / "report.md").read_text(encoding="utf-8").split())
    most = (checker.cli.page_pictures.MOST_ARROWS, checker.cli.page_pictures.MOST_STATES)
    assert "at most {:,} arrows between at most {:,} states".format(*most) in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "nobody"),
        (["textbook", "-s", "SYN lots"], "did you mean `SYN lost`?"),
        (["changes"], "a report is of one document, not of a folder of them"),
        (["claims"], "`lastack check` decides claims"),
        (["textbook", "-o", "/nowhere/report.html"], "there is no such folder"),
        (["textbook", "-o", "."], "is a directory"),
    ],
)
def test_what_cannot_be_reported(lastack: Lastack, arguments: list[str], said: str) -> None:
    ran = lastack("report", *arguments)
    assert ran.code == 2
    assert said in ran.err
