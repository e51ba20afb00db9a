"""Figures are read with all that is wrong with them told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.figures import figures_of, load_figure
from checker.document.library import find, holds_figure, load
from checker.document.problems import DocumentError
from tests.cli.commands import write_door

RIGHT = """# A door, drawn

| place | state | row | column |
|---|---|---|---|
| Bed | asleep | 1 | 1 |
| Hall | waiting | 2 | 1 |
| Up | awake | 2 | 2 |

| arrow | from | to | on | receives | sends | event | action |
|---|---|---|---|---|---|---|---|
| 1 | Bed | Hall | knock | | hello | knock | say hello |

| omission | from | to | on | receives | because |
|---|---|---|---|---|---|
| note | asleep, waiting | awake | letter | hello, bye | waking up is boring |
"""


def write(folder: Path, text: str, name: str = "drawn.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_figure_is_read(tmp_path: Path) -> None:
    figure = load_figure(write(tmp_path, RIGHT))
    assert figure.name == "drawn"
    assert [(p.name, p.state, p.row, p.column) for p in figure.places.values()] == [
        ("Bed", "asleep", 1, 1),
        ("Hall", "waiting", 2, 1),
        ("Up", "awake", 2, 2),
    ]
    (arrow,) = figure.arrows.values()
    assert (
        arrow.source,
        arrow.target,
        arrow.event,
        arrow.receives,
        arrow.sends,
        arrow.over,
        arrow.under,
    ) == (
        "Bed",
        "Hall",
        "knock",
        "",
        ("hello",),
        "knock",
        "say hello",
    )
    (omission,) = figure.omissions.values()
    assert (omission.sources, omission.targets, omission.receives) == (
        ("asleep", "waiting"),
        ("awake",),
        ("hello", "bye"),
    )


WRONG = """| place | state | row | column |
|---|---|---|---|
| Bed | asleep | first | 1 |
| Hall | | 2 | 0 |
| Up | awake | 1 | 1001 |
| Down | awake | 1 | 1 |

| arrow | from | to | on | receives | sends | event | action |
|---|---|---|---|---|---|---|---|
| 1 | Bad | Hall | | | | | |

| omission | from | to | on | receives |
|---|---|---|---|---|
| note | | awake | letter | |

| state | meaning |
|---|---|
| asleep | |
"""


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, WRONG)
    with pytest.raises(DocumentError) as raised:
        load_figure(path)
    said = [str(problem).removeprefix(f"{path}:") for problem in raised.value.problems]
    number = "expected a number from 1 to 1,000"
    assert sorted(said) == sorted(
        [
            f"3:18: Bed: `first` is no row of a figure, {number}",
            "4:10: Hall: the column `state` is empty, expected a state",
            f"4:16: Hall: `0` is no column of a figure, {number}",
            f"5:20: Up: `1001` is no column of a figure, {number}",
            "5:3: Up: `Up` stands where `Bed` does",
            "6:3: Down: `Down` stands where `Bed` does",
            "10:7: 1: `Bad` is no place of this figure; did you mean `Bed`?",
            "10:20: 1: the column `on` is empty, expected an event",
            "14:10: note: the column `from` is empty, expected states",
            "18:3: a figure has no states table; put it into a document of its own",
        ]
    )


def test_it_is_no_protocol(tmp_path: Path) -> None:
    path = write(tmp_path, RIGHT)
    assert holds_figure(path)
    with pytest.raises(DocumentError, match="this is a figure, which `lastack draw machine` goes by"):
        load(path)


def test_a_folder_of_documents_is_without_its_figures(tmp_path: Path) -> None:
    path = write_door(tmp_path)
    write(tmp_path, RIGHT)
    assert find(str(tmp_path)) == [path]


def test_a_figure_belongs_to_the_protocol_that_has_its_states(tmp_path: Path) -> None:
    protocol = load(write_door(tmp_path))
    assert list(figures_of(protocol, tmp_path)) == []
    write(tmp_path, RIGHT.replace("awake", "up"), "other.md")
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe| place |")
    write(tmp_path, RIGHT)
    assert [figure.name for figure in figures_of(protocol, tmp_path)] == ["drawn"]
