"""States in files, and explorations that go on after they were ended or killed."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from checker.explore import reference
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits, ResumeError
from checker.explore.native import checkpoint, engine, layout
from checker.model.tables import Model
from tests.cli.commands import environment
from tests.explore.same import same_counts, same_graph, same_verdicts
from tests.explore.test_against_oracle import SMALL
from tests.explore.test_native import TOYS, cramped, scenarios
from tests.toys import model_of, tcp

__all__ = ["cramped"]


def small() -> Model:
    return Model(tcp(), SMALL["a window of one"].scenario())


def explored(
    model: Model, folder: Path, most: int | None = None, resume: bool = False, threads: int = 1
) -> StateGraph:
    return engine.explore(model, Limits(max_states=most), threads, folder, resume)


@pytest.mark.slow
@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("bits", [63, 24], ids=["one word", "two words in the end"])
@pytest.mark.parametrize("path", TOYS, ids=lambda path: path.stem)
def test_states_in_files_are_the_same(
    path: Path, bits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "NARROW_BITS", bits)
    monkeypatch.setattr(engine, "SAVED_EVERY", 0.0)
    for protocol, scenario in scenarios(path):
        found = reference.explore(Model(protocol, scenario), Limits(max_states=2_000))
        graph = explored(Model(protocol, scenario), tmp_path / scenario.name, 2_000)
        same_graph(found, graph)


@pytest.mark.slow
@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("bits", [63, 24], ids=["one word", "two words in the end"])
@pytest.mark.parametrize("threads", [1, 2])
def test_going_on_again_and_again_comes_to_the_same(
    threads: int, bits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "NARROW_BITS", bits)
    for most in (1, 10, 100, 101, 700, 1_500):
        part = explored(small(), tmp_path, most, resume=True, threads=threads)
        same_graph(reference.explore(small(), Limits(max_states=most)), part)
    whole = explored(small(), tmp_path, resume=True)
    assert whole.complete
    same_graph(reference.explore(small()), whole)
    again = explored(small(), tmp_path, resume=True)
    same_graph(whole, again)
    same_verdicts(whole, again)


def test_without_resume_it_begins_again(tmp_path: Path) -> None:
    explored(small(), tmp_path, 500)
    part = explored(small(), tmp_path, 100)
    same_counts(reference.explore(small(), Limits(max_states=100)), part)


KILLED = """
import sys
from pathlib import Path
from checker.explore.limits import Limits
from checker.explore.native import engine
from tests.toys import model_of
engine.SAVED_EVERY = 0.0
engine.explore(model_of("echo", "no end"), Limits(), 1, Path(sys.argv[1]))
"""


def test_going_on_after_a_kill(tmp_path: Path) -> None:
    running = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], env=environment())
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / checkpoint.CHECKPOINT).exists():
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.3)
    finally:
        running.kill()
        running.wait()
    before = explored(model_of("echo", "no end"), tmp_path, 1, resume=True)
    most = len(before) + 5_000
    same_counts(
        engine.explore(model_of("echo", "no end"), Limits(max_states=most)),
        explored(model_of("echo", "no end"), tmp_path, most, resume=True),
    )


# What is damaged


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What an exploration left that was ended."""
    explored(small(), tmp_path, 500)
    return tmp_path


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("part", range(20))
def test_a_flipped_bit_of_the_checkpoint_is_an_error(part: int, left: Path) -> None:
    path = left / checkpoint.CHECKPOINT
    flipped(path, path.stat().st_size * part // 20)
    with pytest.raises(ResumeError, match="damaged"):
        explored(small(), left, resume=True)


@pytest.mark.parametrize("at", [0, 7, 8 * 250 + 3, 8 * 500 - 1])
def test_a_flipped_bit_of_a_state_is_an_error(at: int, left: Path) -> None:
    (path,) = left.glob("states.*.lo")
    flipped(path, at)
    with pytest.raises(ResumeError, match="damaged"):
        explored(small(), left, resume=True)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 1_000])
def test_a_checkpoint_that_is_cut_off_is_an_error(size: int, left: Path) -> None:
    path = left / checkpoint.CHECKPOINT
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ResumeError, match="damaged"):
        explored(small(), left, resume=True)


def test_states_that_are_missing_are_an_error(left: Path) -> None:
    (path,) = left.glob("states.*.lo")
    path.write_bytes(path.read_bytes()[:800])
    with pytest.raises(ResumeError, match="damaged"):
        explored(small(), left, resume=True)
    path.unlink()
    with pytest.raises(ResumeError, match="damaged"):
        explored(small(), left, resume=True)


def test_what_another_scenario_left_is_an_error(left: Path) -> None:
    scenario = SMALL["a window of one"].scenario()
    others = [
        SMALL["open, one loss"].scenario(),
        replace(scenario, capacity=1),
        replace(scenario, set={}),
        replace(scenario, opened=((1, "passive OPEN"), (0, "active OPEN"))),
        replace(scenario, assume=()),
        replace(scenario, calls=(("active OPEN", "CLOSE"), ())),
    ]
    for other in others:
        with pytest.raises(ResumeError, match="something else"):
            explored(Model(tcp(), other), left, resume=True)
