"""``lastack check`` with and without the cache: what is told is the same, and what matters misses."""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.cli import cache
from checker.cli.cache import MAGIC, Cache, KeptVerdicts, open_cache
from checker.document.library import parse
from checker.document.meaning import Meaning, hashed
from checker.verify.kept import KeptScenario
from tests.cli.caching import all_outputs, explored, use_cache
from tests.cli.commands import Lastack, door, process, write_door
from tests.compare.changes import BASE
from tests.document.test_meaning import DOES_NOT_MATTER, MATTERS
from tests.toys import DOCUMENTS, ROOT

SMALL = [
    ROOT / "spec" / "textbook.md",
    ROOT / "spec" / "tutorials" / "time-wait.md",
    *sorted(path for path in DOCUMENTS.glob("*.md")),
]


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_what_is_told_is_the_same(
    lastack: Lastack, entries: Path, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = all_outputs(lastack, tmp_path, path, "--no-cache")
    assert not entries.exists()
    with explored(monkeypatch) as first:
        assert all_outputs(lastack, tmp_path, path) == fresh
    with explored(monkeypatch) as second:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert bool(first) is bool(json.loads(fresh["out.json"])["scenarios"])
    # Of what has no meaning, or was not explored to the end, nothing is kept.
    left = {s["scenario"] for s in json.loads(fresh["out.json"])["scenarios"] if not s["complete"]}
    assert all(name in left or f" {name}: " in fresh["errors"] for name in second)


def write(folder: Path, text: str, name: str = "asking.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def edited(*edits: tuple[str, str]) -> str:
    text = BASE
    for old, new in edits:
        text = text.replace(old, new)
    return text


ALL_MATTERS = [
    *(edit for edit in MATTERS if "TCB" not in edit[1]),
    ("| few | invariant | | `tries =< 1` |", "| few | invariant | | `tries =< 0` |"),
    ("| few | invariant | | `tries =< 1` |", "| few | invariant | `STATE is done` | `tries =< 1` |"),
    ("| met holds |\n| lossy", "| met violated |\n| lossy"),
    ("| met holds |\n| lossy", "| met holds; few violated by go.idle |\n| lossy"),
]

DOES_NOT = [
    ("# Asking", "# Asking\n\nIn other words."),
    ("nothing yet", "idle"),
    ("nobody is pestered", "why not"),
    ("| few |", "| not many |"),
    ("| lossy | go |", "| windy | go |"),
    ("| `may try` | `tries < 1` |", "| `may try` | `tries < 1` |\n| `spare` | `tries = 7` |"),
]


@pytest.mark.parametrize("edit", ALL_MATTERS, ids=lambda edit: edit[1][:40])
def test_what_matters_misses(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    edit: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    all_outputs(lastack, tmp_path, write(tmp_path, BASE))
    head = write(tmp_path, edited(edit))
    with explored(monkeypatch) as found:
        cached = all_outputs(lastack, tmp_path, head)
    assert "calm" in found
    assert cached == all_outputs(lastack, tmp_path, head, "--no-cache")


@pytest.mark.parametrize("edit", DOES_NOT, ids=lambda edit: edit[1][:40])
def test_what_does_not_hits(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    edit: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prose and the names of documents, scenarios and properties; they are told as they are now."""
    text = BASE.replace("tries < 1", "tries < 0")
    all_outputs(lastack, tmp_path, write(tmp_path, text))
    head = write(tmp_path, text.replace(*edit), "other.md")
    with explored(monkeypatch) as found:
        cached = all_outputs(lastack, tmp_path, head)
    assert found == []
    assert cached == all_outputs(lastack, tmp_path, head, "--no-cache")


EDITS = st.lists(st.sampled_from([*MATTERS, *DOES_NOT_MATTER, *ALL_MATTERS, *DOES_NOT]), max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_whatever_was_edited(
    lastack: Lastack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, edits: list[tuple[str, str]]
) -> None:
    """One document after the other, with one cache for all of them."""
    with monkeypatch.context() as patch:
        use_cache(patch, tmp_path / "cache")
        path = write(tmp_path, edited(*edits))
        try:
            parse(path.read_text(encoding="utf-8"), "asking.md")
        except Exception:
            return
        cached = all_outputs(lastack, tmp_path, path)
        assert cached == all_outputs(lastack, tmp_path, path, "--no-cache")


# Entries


def test_the_same_again_says_where_it_is_from(lastack: Lastack, entries: Path, door: Path) -> None:
    assert "from the cache" not in lastack("check", door).out
    out = lastack("check", door).out.splitlines()
    assert "  3 states, 2 transitions, depth 2, from the cache" in out
    assert out[-2:] == [
        "door: 2 scenarios (2 from the cache), 4 verdicts, all as expected;",
        "  7 states, 0 s",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        lambda data: data.replace(MAGIC, b"lastack kept 0\n"),
        lambda data: b"\xff" * 100,
    ],
    ids=["empty", "short", "long", "a bit", "another format", "rubbish"],
)
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


# What is not kept, and what is not taken from there


@pytest.mark.parametrize("limit", [("--max-states", 2), ("--time-limit", 0)])
def test_what_a_limit_left_open_is_not_kept(
    lastack: Lastack, entries: Path, door: Path, limit: tuple[str, object]
) -> None:
    assert lastack("check", door, *limit).code == 3
    assert list(entries.iterdir()) == []


def test_a_limit_holds_for_what_is_kept(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    lastack("check", path)
    for most, cached in ((2, 0), (3, 1), (4, 2)):
        fresh = all_outputs(lastack, tmp_path, path, "--max-states", most, "--no-cache")
        assert all_outputs(lastack, tmp_path, path, "--max-states", most) == fresh
        out = lastack("check", path, "--max-states", most).out
        assert out.count("depth 2, from the cache") == cached


def test_what_has_no_meaning_is_not_kept(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    text = BASE.replace("`tries := tries + 1`", "`tries := tries - 1`")
    path = write(tmp_path, text)
    first, second = (all_outputs(lastack, tmp_path, path) for _ in range(2))
    assert first["code"] == 2
    assert second == first


def test_another_engine_finds_out_for_itself(lastack: Lastack, entries: Path, door: Path) -> None:
    """Who asks for an engine wants to know what that one finds."""
    lastack("check", door)
    assert "from the cache" in lastack("check", door, "--engine", "reference").out
    lastack("check", door, "--engine", "native")
    assert "from the cache" in lastack("check", door, "--engine", "native").out
    assert "from the cache" not in lastack("check", door, "--engine", "reference").out


def test_states_in_files_are_not_from_the_cache(lastack: Lastack, entries: Path, door: Path) -> None:
    lastack("check", door)
    assert "from the cache" not in lastack("check", door, "--workdir", door.parent / "states").out


@pytest.mark.parametrize("off", [("--no-cache",), ()])
def test_without_the_cache(
    lastack: Lastack, entries: Path, door: Path, off: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    lastack("check", door)
    before = {file: file.stat().st_mtime_ns for file in entries.iterdir()}
    if not off:
        monkeypatch.setenv("LASTACK_NO_CACHE", "1")
    assert "from the cache" not in lastack("check", door, *off).out
    assert {file: file.stat().st_mtime_ns for file in entries.iterdir()} == before


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
    use_cache(monkeypatch, write(tmp_path, "no folder", "cache"))
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


# Parts


def test_one_property_is_decided_where_the_others_are_known(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checker.verify import results

    path = write_door(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path, "--no-cache")
    lastack("check", path, "-p", "woken", "--threads", 1)
    decided = []
    decide = results.decide
    monkeypatch.setattr(results, "decide", lambda g, p: decided.append(p.name) or decide(g, p))
    assert all_outputs(lastack, tmp_path, path) == fresh
    assert decided == ["tidy", "tidy"]
    assert all_outputs(lastack, tmp_path, path) == fresh
    assert decided == ["tidy", "tidy"]


@pytest.mark.parametrize("variation", [("--capacity", 2), ("--set", "lazy=on")])
def test_variations_are_kept_apart(
    lastack: Lastack, entries: Path, tmp_path: Path, variation: tuple[str, object]
) -> None:
    path = write_door(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path, *variation, "--no-cache")
    lastack("check", path)
    assert all_outputs(lastack, tmp_path, path, *variation) == fresh
    assert all_outputs(lastack, tmp_path, path, *variation) == fresh


def test_a_document_that_is_extended(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of the document that another one extends is one of that, too."""
    write_door(tmp_path)
    extends = "# Changed\n\n| extends | because |\n|---|---|\n| door | |\n\n"
    row = "| scenario | A | B | network | bounds | expect |\n|---|---|---|---|---|---|\n"
    path = write(tmp_path, f"{extends}{row}| again | knock | none | queue | capacity 1 | |\n", "changed.md")
    assert lastack("check", path).code == 0
    text = door().replace(
        "| `letter.asleep` | asleep | letter | | | | awake |", "| `letter.asleep` | asleep | letter | | | | |"
    )
    write(tmp_path, text, "door.md")
    with explored(monkeypatch) as found:
        ran = lastack("check", path)
    assert (found, ran.code) == (["again"], 1)


def test_several_processes_at_once(entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as it is run by people: workers keep what they find out."""
    path = write_door(tmp_path)
    first, second = (process("check", path, "--threads", 2) for _ in range(2))
    assert first.code == second.code == 0
    assert re.findall(r"(\d+) from the cache", first.out + second.out) == ["2"]
