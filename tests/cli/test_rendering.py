"""Graphviz for ``lastack draw``: the program, the wheel, neither, and what is too much for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import checker.cli.draw_graph
import checker.cli.pictures
import checker.cli.rendering
from tests.cli.commands import Lastack
from tests.exchange.checkers import needs


def fake_dot(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program ``dot`` that is the only one to be found, and does what ``script`` says."""
    folder.mkdir()
    program = folder / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(checker.cli.rendering, "find_spec", lambda name: None)


@needs("dot")
@pytest.mark.parametrize(("suffix", "first"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_graphviz_makes_the_other_formats(
    lastack: Lastack, door: Path, trace: Path, suffix: str, first: bytes
) -> None:
    for number, arguments in enumerate(
        (
            ["machine", door],
            ["graph", door, "-s", "lossy"],
            ["graph", door, "-s", "lossy", "--layout", "sfdp"],
        )
    ):
        target = door.parent / f"{number}.{suffix}"
        ran = lastack("draw", *arguments, "-o", target)
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        assert target.read_bytes().startswith(first)
    if suffix != "svg":
        assert lastack("draw", "trace", trace, door, "-o", door.parent / f"run.{suffix}").code == 0
        assert (door.parent / f"run.{suffix}").read_bytes().startswith(first)


def test_the_wheel_takes_the_place_of_the_program(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that stands in for pygraphviz tells what it was asked."""
    wheel = door.parent / "wheel"
    wheel.mkdir()
    (wheel / "pygraphviz.py").write_text(
        "class AGraph:\n"
        "    def __init__(self, dot): self.dot, self.graph_attr = dot, {}\n"
        "    def draw(self, format, prog): return f'{format} {prog} {self.dot[:14]}'.encode()\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", str(wheel))
    monkeypatch.setattr(checker.cli.rendering, "find_spec", lambda name: name)
    ran = lastack("draw", "graph", door, "-s", "lossy", "--format", "svg")
    assert (ran.code, ran.out, ran.err) == (0, "svg dot digraph lossy ", "")


def test_without_graphviz_the_dot_file_is_written_all_the_same(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_graphviz(monkeypatch)
    target = door.parent / "door.svg"
    ran = lastack("draw", "graph", door, "-s", "lossy", "-o", target)
    assert (ran.code, ran.out) == (2, "")
    instead = target.with_suffix(".dot")
    assert ran.err == (
        f"lastack: {target}: no Graphviz to draw it with; {instead} is written; install Graphviz "
        "(apt install graphviz, brew install graphviz), or pip install 'lastack[pictures]'\n"
    )
    assert not target.exists()
    assert instead.read_text(encoding="utf-8").startswith("digraph lossy {")
    printed = lastack("draw", "graph", door, "-s", "lossy", "--format", "svg")
    assert (printed.code, printed.out) == (2, "")
    assert "standard output: no Graphviz to draw it with; --format dot needs no Graphviz" in printed.err


def test_graphviz_never_hangs(lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(door.parent / "bin", monkeypatch, "time.sleep(60)")
    target = door.parent / "door.png"
    ran = lastack("draw", "graph", door, "-s", "lossy", "-o", target, "--time-limit", 0.2)
    assert (ran.code, ran.out) == (3, "")
    assert "Graphviz did not end in 0.2 seconds (--time-limit)" in ran.err
    assert not target.exists()
    assert target.with_suffix(".dot").exists()


@pytest.mark.parametrize("script", ["sys.exit('too bad')", "sys.stderr.write('oh\\ntoo bad\\n')"])
def test_what_graphviz_complains_of_is_told_in_one_line(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    fake_dot(door.parent / "bin", monkeypatch, script)
    ran = lastack("draw", "graph", door, "-s", "lossy", "-o", door.parent / "door.pdf")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"lastack: {door.parent / 'door.pdf'}: Graphviz could not draw it: too bad; ")
    assert ran.err.count("\n") == 1


def test_what_is_too_large_is_not_begun_unless_forced(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_dot(door.parent / "bin", monkeypatch, "sys.stdout.write('drawn')")
    monkeypatch.setattr(checker.cli.draw_graph, "MOST_ARROWS", 1)
    target = door.parent / "door.svg"
    ran = lastack("draw", "graph", door, "-s", "lossy", "--full", "-o", target)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "lastack: 3 arrows may take dot minutes; take --by observation or states, cut it (--from, --to, "
        "--depth), leave out events (--without knock), take --layout sfdp, or --force it\n"
    )
    assert not target.exists()
    for option in (["--force"], ["--layout", "sfdp"]):
        assert lastack("draw", "graph", door, "-s", "lossy", "--full", "-o", target, *option).code == 0
        assert target.read_text(encoding="utf-8") == "drawn"
    # As DOT it can be written whatever its size.
    assert lastack("draw", "graph", door, "-s", "lossy", "--full").code == 0


def test_what_is_hard_to_read_is_told(lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker.cli.draw_graph, "READABLE", 1)
    ran = lastack("draw", "graph", door, "-s", "lossy")
    assert (ran.code, ran.err) == (
        0,
        "lastack: 2 arrows are hard to read; cut it (--from, --to, --depth), leave out events "
        "(--without knock)\n",
    )


def test_a_graph_that_nothing_can_read_is_not_written_in_full(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker.cli.draw_graph, "MOST_STEPS", 2)
    ran = lastack("draw", "graph", door, "-s", "lossy", "--full")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == ("lastack: 3 steps are too many to be arrows; leave out --full, or --force it\n")
    assert lastack("draw", "graph", door, "-s", "lossy", "--full", "--force").code == 0


def test_mermaid_that_nobody_draws_is_told(
    lastack: Lastack, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = door.parent / "door.mmd"
    assert lastack("draw", "machine", door, "-o", target).err == ""
    size = len(target.read_text(encoding="utf-8"))
    monkeypatch.setattr(checker.cli.pictures, "MERMAID_SIGNS", size - 1)
    ran = lastack("draw", "machine", door, "-o", target)
    said = f"{size} characters; forges draw Mermaid of at most {size - 1}: draw less of it"
    assert (ran.code, ran.out, ran.err) == (0, "", f"lastack: {target}: {said}\n")
    assert len(target.read_text(encoding="utf-8")) == size
