"""The pictures in ``diagrams`` are what the commands on its page make."""

from __future__ import annotations

import re
import shlex
import subprocess
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import pytest

from checker.cli.traces import read_trace
from checker.model.tables import Model
from checker.verify.replay import replay, still_shows
from tests.cli.commands import Lastack
from tests.exchange.checkers import needs
from tests.show.draw.test_text import texts
from tests.toys import ROOT

GALLERY = ROOT / "diagrams"
PAGE = (GALLERY / "README.md").read_text(encoding="utf-8")
LINES = re.findall(r"^    lastack draw (.+)$", PAGE, re.MULTILINE)
PICTURES = sorted(path.stem for path in GALLERY.glob("*.dot"))


def targets(line: str) -> list[str]:
    words = shlex.split(line)
    return [after for word, after in pairwise(words) if word == "-o"]


def _marked(line: str) -> object:
    """All scenarios at once take some seconds."""
    return pytest.param(line, id=targets(line)[0], marks=[pytest.mark.slow] * line.startswith("machine"))


@pytest.mark.parametrize("line", [_marked(line) for line in LINES])
def test_the_commands_make_the_same_bytes(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    (tmp_path / "last-ack.json").write_bytes((GALLERY / "last-ack.json").read_bytes())
    monkeypatch.chdir(tmp_path)
    (dot,) = (target for target in targets(line) if target.endswith(".dot"))
    words = shlex.split(line)
    ran = lastack("draw", *words[: words.index("-o")], "-o", dot)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (tmp_path / dot).read_bytes() == (GALLERY / dot).read_bytes()


def test_every_picture_is_made_and_shown() -> None:
    made = [target for line in LINES for target in targets(line)]
    assert sorted(made) == sorted(f"{name}.{suffix}" for name in PICTURES for suffix in ("dot", "svg"))
    assert re.findall(r"!\[[^\]]{20,}\]\((.+)\)", PAGE) == [name for name in made if name.endswith(".svg")]
    left = {path.name for path in GALLERY.iterdir()} - set(made)
    assert left == {"README.md", "last-ack.json"}
    assert len(PICTURES) == 8


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed(name: str) -> None:
    root = ElementTree.fromstring((GALLERY / f"{name}.svg").read_text(encoding="utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox")


@needs("dot")
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_its_dot_file_says(name: str) -> None:
    """Whichever version of Graphviz drew it, and wherever it put things."""
    done = subprocess.run(["dot", "-Tsvg", GALLERY / f"{name}.dot"], capture_output=True, check=True)
    shown = texts((GALLERY / f"{name}.svg").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(texts(done.stdout.decode()))


def test_the_drawn_run_still_shows_what_it_was_saved_for() -> None:
    saved = read_trace(GALLERY / "last-ack.json")
    model = Model(saved.protocol, saved.scenario)
    assert replay(model, saved.run) is None
    assert saved.property is not None
    assert still_shows(model, saved.run, saved.property, saved.end)
