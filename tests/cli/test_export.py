"""``lastack export``: what it writes and where, and what it says when it cannot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.commands import Lastack
from tests.toys import DOCUMENTS

FIRST = {
    "promela": "/* door: quiet\n",
    "murphi": "-- door: quiet\n",
    "tla": f"{'-' * 20} MODULE quiet {'-' * 20}\n",
    "aut": "des (0,2,3)\n",
    "graphml": '<?xml version="1.0" encoding="UTF-8"?>\n',
    "dot": "digraph quiet {\n",
}


@pytest.mark.parametrize("format", FIRST)
def test_a_format_goes_to_standard_output_or_to_a_file(lastack: Lastack, door: Path, format: str) -> None:
    ran = lastack("export", format, door, "--scenario", "quiet")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(FIRST[format])
    assert lastack("export", format, door, "-s", "quiet", "-o", "-") == ran
    target = door.parent / "quiet.tla"
    written = lastack("export", format, door, "-s", "quiet", "-o", target)
    assert (written.code, written.out, written.err) == (0, "", "")
    assert target.read_text(encoding="utf-8") == ran.out
    left = {path.name for path in door.parent.iterdir()}
    assert left == {"door.md", "quiet.tla", *(["quiet.cfg"] if format == "tla" else [])}


def test_models_say_what_they_should_find(lastack: Lastack, door: Path) -> None:
    # Three states, two transitions, one after the other.
    for format in ("promela", "murphi", "tla"):
        assert "states 3, transitions 2, depth 2\n" in lastack("export", format, door, "-s", "quiet").out


def test_a_module_bears_the_name_of_its_file(lastack: Lastack, door: Path) -> None:
    assert lastack("export", "tla", door, "-s", "quiet", "-o", door.parent / "Door1.tla").code == 0
    text = (door.parent / "Door1.tla").read_text(encoding="utf-8")
    assert " MODULE Door1 " in text.splitlines()[0]
    assert (door.parent / "Door1.cfg").read_text(encoding="utf-8").startswith("SPECIFICATION Spec\n")


@pytest.mark.parametrize("name", ["door.txt", "1door.tla", "a door.tla", "a-b.tla", "a__b.tla"])
def test_a_file_that_tlc_cannot_use_is_refused(lastack: Lastack, door: Path, name: str) -> None:
    ran = lastack("export", "tla", door, "-s", "quiet", "-o", door.parent / name)
    assert ran.code == 2
    assert f"{name}: expected NAME.tla" in ran.err
    assert not (door.parent / name).exists()


def test_what_stands_where_the_configuration_belongs_is_kept(lastack: Lastack, door: Path) -> None:
    export = ("export", "tla", door, "-s", "quiet", "-o", door.parent / "Door.tla")
    other = door.parent / "Door.cfg"
    other.write_text("mine", encoding="utf-8")
    ran = lastack(*export)
    assert (ran.code, other.read_text(encoding="utf-8")) == (2, "mine")
    assert "Door.cfg: this is not what belongs there" in ran.err
    assert not (door.parent / "Door.tla").exists()
    other.unlink()
    assert [lastack(*export).code for _ in range(2)] == [0, 0]


def test_capacity_can_be_changed(lastack: Lastack) -> None:
    post = DOCUMENTS / "post.md"
    # With room for the copy, the letter is doubled: more than the 3 states of capacity 1.
    small = lastack("export", "aut", post, "-s", "no room for the copy")
    large = lastack("export", "aut", post, "-s", "no room for the copy", "--capacity", 2)
    assert small.out.startswith("des (0,2,3)\n")
    assert large.code == 0
    assert int(large.out.splitlines()[0].rstrip(")").rpartition(",")[2]) > 3


def test_what_is_too_large_to_draw_is_refused(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack(
        "export", "dot", "textbook", "-s", "last ACK sent again", "--capacity", 3, "-o", tmp_path / "x.dot"
    )
    assert (ran.code, ran.out) == (2, "")
    assert re.search(r"last ACK sent again: [\d,]+ states are too many to draw", ran.err)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_that_a_limit_cut_off_is_not_exported(lastack: Lastack, door: Path) -> None:
    for format in FIRST:
        ran = lastack("export", format, door, "-s", "quiet", "--max-states", 2)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err == (
            "lastack: quiet: more than 2 states (--max-states): an export needs the whole state graph\n"
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["promla", "textbook", "-s", "three-way"], "'promla' is not one of 'promela', 'murphi',"),
        (
            ["aut", "textbook", "-s", "three way"],
            "there is no scenario `three way`; did you mean `three-way`?",
        ),
        (["aut", "textbook", "-s", "xyzzy"], "no scenario `xyzzy`; `lastack list textbook` shows what there"),
        (["aut", "-", "-s", "three-way"], "-: a document is read from a file, not from standard input"),
        (["aut", "textbook"], "Missing option '--scenario'"),
        (["aut", DOCUMENTS, "-s", "one letter"], "an export is of one document, not of a folder of them"),
        (["aut", "textbook", "-s", "three-way", "-o", "/nowhere/x"], "/nowhere: there is no such folder"),
        (["aut", "textbook", "-s", "three-way", "-o", "/dev/full"], "/dev/full: No space left on device"),
    ],
)
def test_errors_say_what_to_do(lastack: Lastack, arguments: list[object], message: str) -> None:
    ran = lastack("export", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())
