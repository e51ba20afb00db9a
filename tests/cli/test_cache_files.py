"""The files of the cache: damaged, forged, written by another program, too many."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from checker.cli import cache
from checker.cli.cache import Cache, KeptVerdicts, open_cache
from checker.document.library import parse
from checker.document.meaning import Meaning, hashed
from checker.verify.kept import KeptScenario
from tests.cli.caching import DAMAGES, all_outputs, explored, use_cache
from tests.cli.commands import Lastack, write_door
from tests.test_architecture import HOME


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_found_out_again(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_door(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path, "--no-cache")
    all_outputs(lastack, tmp_path, path)
    written = {file: file.read_bytes() for file in entries.iterdir()}
    for file, data in written.items():
        file.write_bytes(damage(data))
    with explored(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert found == ["quiet", "lossy"]
    assert {file: file.read_bytes() for file in entries.iterdir()} == written


def test_an_entry_under_another_name_is_none(lastack: Lastack, entries: Path, door: Path) -> None:
    lastack("check", door)
    one, other = sorted(entries.iterdir())
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    assert "from the cache" not in lastack("check", door).out


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return eval, ("__import__('pathlib').Path('/tmp/lastack-evil').touch()",)


def test_a_file_can_do_nothing(entries: Path) -> None:
    """Even if whoever wrote it knows how entries are written."""
    kept = open_cache(False)
    kept.put("key", _Evil())
    assert len(list(entries.iterdir())) == 1
    assert kept.get(KeptScenario, "key") is None
    assert not Path("/tmp/lastack-evil").exists()
    with pytest.raises(pickle.UnpicklingError):
        cache._Unpickler(pickle.dumps(_Evil()), cache.VALUES).load()


def kept_of(path: Path, scenario: str) -> tuple[KeptVerdicts, KeptScenario]:
    protocol = parse(path.read_text(encoding="utf-8"), str(path), path)
    verdicts = KeptVerdicts(open_cache(False), Meaning(protocol))
    kept = verdicts.scenario(protocol.scenarios[scenario], "auto", None)
    assert kept is not None
    return verdicts, kept


def test_a_run_that_is_none_is_not_told(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run from the cache is taken again."""
    path = write_door(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path)
    verdicts, kept = kept_of(path, "lossy")
    wrong = {
        key: verdict
        if verdict.trace is None
        else replace(verdict, trace=replace(verdict.trace, steps=verdict.trace.steps[::-1]))
        for key, verdict in kept.verdicts.items()
    }
    assert wrong != kept.verdicts
    verdicts.keep(verdicts.meaning.protocol.scenarios["lossy"], replace(kept, verdicts=wrong))
    with explored(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert found == ["lossy"]
    assert kept_of(path, "lossy")[1] == kept


def test_what_another_engine_found_does_not_pass_for_an_engines_own(
    lastack: Lastack, entries: Path, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is added to, but not if another engine found it."""
    lastack("check", door, "-p", "tidy")
    for scenario in ("quiet", "lossy"):
        verdicts, kept = kept_of(door, scenario)
        verdicts.keep(verdicts.meaning.protocol.scenarios[scenario], replace(kept, engine="native"))
    lastack("check", door, "--engine", "reference", "-p", "woken")
    with explored(monkeypatch) as found:
        lastack("check", door, "--engine", "reference", "-p", "woken")
        assert found == []
        lastack("check", door, "--engine", "reference", "-p", "tidy")
    assert found == ["quiet", "lossy"]
    with explored(monkeypatch) as found:
        lastack("check", door, "--engine", "reference")
    assert found == []


# The program and the disk


def test_another_program_finds_out_for_itself(
    lastack: Lastack, entries: Path, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lastack("check", door)
    monkeypatch.setattr(cache, "program", lambda: "another")
    assert "from the cache" not in lastack("check", door).out
    assert "from the cache" in lastack("check", door).out


def test_the_program_is_its_sources_and_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A grammar counts as well."""

    def program() -> str:
        cache._sources.cache_clear()
        return cache.program.__wrapped__()  # type: ignore[attr-defined, no-any-return]

    for name in ("one.py", "two.lark", "three.md"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    monkeypatch.setattr(cache, "SOURCES", tmp_path)
    hashes = [program()]
    for name in ("one.py", "two.lark", "three.md"):
        (tmp_path / name).write_text("2", encoding="utf-8")
        hashes.append(program())
    (tmp_path / "one.py").rename(tmp_path / "zero.py")
    hashes.append(program())
    monkeypatch.setattr(cache, "_version", lambda library: f"{library} 0")
    hashes.append(program())
    cache._sources.cache_clear()
    assert [a == b for a, b in pairwise(hashes)] == [False, False, True, False, False]


def test_every_library_that_takes_part_in_finding_out_counts() -> None:
    """Of documents and what is told only the outcome is hashed; what finds out may be wrong itself."""
    finds_out = {"model", "explore", "verify", "compare", "timing"}
    imported = {library for library, homes in HOME.items() if homes & finds_out}
    assert imported == {{"z3-solver": "z3"}.get(name, name) for name in cache.LIBRARIES}
    assert all(map(cache._version, cache.LIBRARIES))


def test_nothing_is_kept_by_a_program_that_changes_as_it_runs(
    lastack: Lastack, entries: Path, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lastack("check", door)
    monkeypatch.setattr(cache, "STARTED", 0.0)
    assert "from the cache" not in lastack("check", door).out
    kept = Cache(entries)
    kept.put("key", 1)
    assert kept.get(int, "key") is None


def test_a_cache_that_cannot_be_written_is_none(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    use_cache(monkeypatch, tmp_path / "cache")
    ran = lastack("check", write_door(tmp_path))
    assert (ran.code, ran.err) == (0, "")


def test_a_full_disk_is_no_error(
    lastack: Lastack, entries: Path, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_atomically", full)
    ran = lastack("check", door)
    assert (ran.code, ran.err) == (0, "")


def test_the_oldest_entries_are_forgotten(entries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used last is the youngest."""
    kept = open_cache(False)
    for number in range(5):
        kept.put(str(number), number)
        path = entries / hashed(cache.program(), str(number))
        os.utime(path, (number, number))
    assert kept.get(int, "0") == 0
    monkeypatch.setattr(cache, "MOST_FILES", 2)
    open_cache(False)
    assert [kept.get(int, str(number)) for number in range(5)] == [0, None, None, None, 4]
    monkeypatch.setattr(cache, "MOST_BYTES", 1)
    open_cache(False)
    assert list(entries.iterdir()) == []
