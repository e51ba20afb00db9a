"""``lastack check`` with and without the cache: what is told is the same, and what matters misses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.cli.jobs import Job, Outcome, _Shared
from checker.document.library import parse
from tests.cli.caching import all_outputs, explored, use_cache
from tests.cli.commands import Lastack, door, process, write_door
from tests.compare.changes import BASE
from tests.document.test_meaning import DOES_NOT_MATTER, MATTERS
from tests.toys import DOCUMENTS, ROOT

LARGE = [ROOT / "spec" / "tutorials" / "time-wait.md", DOCUMENTS / "echo.md", DOCUMENTS / "knocks.md"]
SMALL = [ROOT / "spec" / "textbook.md", *sorted(set(DOCUMENTS.glob("*.md")) - set(LARGE))]


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [*SMALL, *(pytest.param(path, marks=pytest.mark.slow) for path in LARGE)],
    ids=lambda path: path.stem,
)
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_the_same_again_says_where_it_is_from(lastack: Lastack, entries: Path, door: Path) -> None:
    assert "from the cache" not in lastack("check", door).out
    out = lastack("check", door).out.splitlines()
    assert "  3 states, 2 transitions, depth 2, from the cache" in out
    assert out[-2:] == [
        "door: 2 scenarios (2 from the cache), 4 verdicts, all as expected;",
        "  7 states, 0 s",
    ]


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


@pytest.mark.slow  # the kernels are in the cache as well, so they are compiled
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


@pytest.mark.slow
def test_several_processes_at_once(entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as it is run by people: workers keep what they find out."""
    path = write_door(tmp_path)
    first, second = (process("check", path, "--threads", 2) for _ in range(2))
    assert first.code == second.code == 0
    assert re.findall(r"(\d+) from the cache", first.out + second.out) == ["2"]


class _Interrupted:
    """Does the first job, and then Ctrl-C comes."""

    is_over = False

    def take(self) -> Outcome | None:
        if self.is_over:
            return None
        self.is_over = True
        return Outcome("done", None, 1.0, True)


def test_after_an_interruption_nothing_is_told_from_the_cache_either() -> None:
    """What was told stands before the rest."""
    known = parse(BASE, "asking.md")
    jobs = [Job(str(found), "", lambda *_: None, known, found=found) for found in ("a", None, "c", None)]
    turns = _Shared(jobs, _Interrupted())
    taken = [turns.take() for _ in jobs]
    assert [outcome and outcome.value for outcome in taken] == ["a", "done", None, None]
    assert turns.is_over
