"""``lastack check`` on documents of claims, with and without the cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.cli import cache
from checker.cli.cache import KeptVerdicts, open_cache
from checker.cli.recall import VALUES
from checker.document.meaning import Meaning
from checker.document.problems import DocumentError
from checker.document.statements import Exchange, Statements, load_statements
from checker.timing import answer as timing
from checker.timing.statements import Lengths
from checker.verify import statements
from checker.verify.exchanges import Found
from tests.cli.caching import DAMAGES, all_outputs, anew, explored, use_cache
from tests.cli.claims_on_two import DOES_NOT, FOUND, MATTERS, TEXTS, Edit, write_texts
from tests.cli.commands import Lastack
from tests.toys import ROOT


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


@contextmanager
def found_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is found out in this process: scenarios that are explored, exchanges, and times."""
    find, time = statements.find_exchange, timing.answer
    with explored(monkeypatch) as found, monkeypatch.context() as patch:

        def exchange(model: Any, what: Exchange, limits: Any) -> Found:
            found.append(what.name)
            return find(model, what, limits)

        def timed(model: Any, *of: Any) -> timing.Answer:
            found.append(f"time in {model.scenario.name}")
            return time(model, *of)

        patch.setattr(statements, "find_exchange", exchange)
        patch.setattr(timing, "answer", timed)
        yield found


def test_what_is_told_is_the_same(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path, "--no-cache")
    assert not entries.exists()
    assert (fresh["code"], fresh["errors"]) == (0, "")
    assert sum(name.endswith(".itf.json") for name in fresh) == 7
    with found_out(monkeypatch) as first:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert first == FOUND
    with found_out(monkeypatch) as second:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert second == []


@pytest.mark.slow
def test_of_the_bundled_claims_too(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ROOT / "spec" / "claims.md"
    fresh = all_outputs(lastack, tmp_path, path, "--no-cache")
    assert all_outputs(lastack, tmp_path, path) == fresh
    with found_out(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert found == []


def test_the_sum_says_where_it_is_from(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    path = write_texts(tmp_path)
    first, second = (" ".join(lastack("check", path).out.split()) for _ in range(2))
    assert "; 4 scenarios, " in first
    assert "; 4 scenarios (4 from the cache), 0 s" in second


# What matters


MATTER = [(edit, found) for found, edits in MATTERS.items() for edit in edits]


def same_as_fresh(lastack: Lastack, folder: Path, path: Path) -> None:
    assert all_outputs(lastack, folder, path) == all_outputs(lastack, folder, path, "--no-cache")


@pytest.mark.parametrize(("edit", "misses"), MATTER, ids=lambda value: value[-1])
def test_what_matters_misses(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    edit: Edit,
    misses: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert edit[1] in TEXTS[edit[0]]
    lastack("check", write_texts(tmp_path))
    path = write_texts(tmp_path, edit)
    with found_out(monkeypatch) as found:
        cached = all_outputs(lastack, tmp_path, path)
    assert misses in found
    assert len(found) < len(FOUND)
    assert cached == all_outputs(lastack, tmp_path, path, "--no-cache")


RENAMED = [("door.md", "| quiet |", "| silent |"), ("claims.md", "quiet:", "silent:")]


@pytest.mark.parametrize("edits", [RENAMED, *([edit] for edit in DOES_NOT)], ids=lambda edits: edits[0][2])
def test_what_does_not_hits(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    edits: list[Edit],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(old in TEXTS[file] for file, old, _ in edits)
    lastack("check", write_texts(tmp_path))
    path = write_texts(tmp_path, *edits)
    with found_out(monkeypatch) as found:
        cached = all_outputs(lastack, tmp_path, path)
    assert found == []
    assert cached == all_outputs(lastack, tmp_path, path, "--no-cache")


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.sampled_from([*(edit for edit, _ in MATTER), *DOES_NOT, *RENAMED]), max_size=4))
def test_whatever_was_edited(
    lastack: Lastack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, edits: list[Edit]
) -> None:
    """One text after the other, with one cache for all of them."""
    with monkeypatch.context() as patch:
        use_cache(patch, tmp_path / "cache")
        path = write_texts(tmp_path, *edits)
        try:
            load_statements(path)
        except DocumentError:
            return
        same_as_fresh(lastack, tmp_path, path)


# Shared with the documents themselves


def test_what_a_check_of_the_document_found_out_is_known(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path)
    for scenario, property in (("quiet", "woken"), ("quiet", "met"), ("lossy", "woken")):
        lastack("check", tmp_path / "door.md", "-s", scenario, "-p", property)
    with found_out(monkeypatch) as found:
        cached = all_outputs(lastack, tmp_path, path)
    assert found == [name for name in FOUND if name not in ("quiet", "lossy")]
    assert cached == all_outputs(lastack, tmp_path, path, "--no-cache")


def test_and_the_other_way_round(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lastack("check", write_texts(tmp_path))
    with found_out(monkeypatch) as found:
        ran = lastack("check", tmp_path / "door.md", "-p", "woken")
    assert (found, ran.out.count(", from the cache")) == ([], 2)


@pytest.mark.parametrize("order", [("claims.md", "door.md"), ("door.md", "claims.md")])
def test_both_in_one_check_leave_all_to_the_next(
    lastack: Lastack, entries: Path, tmp_path: Path, order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They explore the same scenarios for different properties."""
    write_texts(tmp_path)
    paths = [tmp_path / name for name in order]
    fresh = all_outputs(lastack, tmp_path, *paths, "--no-cache")
    assert all_outputs(lastack, tmp_path, *paths) == fresh
    with found_out(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, *paths) == fresh
    assert found == []


@pytest.mark.slow
def test_several_processes_at_once(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers keep what they find out."""
    path = write_texts(tmp_path)
    both = ("check", path, "--threads", 2)
    fresh = anew(lastack(*both, "--no-cache").out)
    assert [anew(lastack(*both).out) for _ in range(2)] == [fresh, fresh]
    assert "(4 from the cache)" in " ".join(lastack("check", path, "--threads", 2).out.split())


# What is not kept, and what is not taken from there


def test_a_limit_holds_for_what_is_kept(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    path = write_texts(tmp_path)
    lastack("check", path)
    cached = []
    for most in range(1, 8):
        fresh = all_outputs(lastack, tmp_path, path, "--max-states", most, "--no-cache")
        assert all_outputs(lastack, tmp_path, path, "--max-states", most) == fresh
        told = re.search(r"\((\d) from the cache\)", lastack("check", path, "--max-states", most).out)
        cached.append(0 if told is None else int(told[1]))
    assert cached == [0, 0, 1, 2, 2, 2, 2]


@pytest.mark.parametrize("limit", [("--max-states", 1), ("--time-limit", 0)])
def test_what_a_limit_left_open_is_not_kept(
    lastack: Lastack, entries: Path, tmp_path: Path, limit: tuple[str, object]
) -> None:
    assert lastack("check", write_texts(tmp_path), *limit).code == 3
    assert list(entries.iterdir()) == []


def test_nor_is_what_the_solver_left_open(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import z3

    path = write_texts(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(z3.Solver, "check", lambda self, *assumed: z3.unknown)
        patch.setattr(z3.Solver, "reason_unknown", lambda self: "timeout")
        assert lastack("check", path).code == 3
    with found_out(monkeypatch) as found:
        same_as_fresh(lastack, tmp_path, path)
    assert found[:2] == ["time in line", "time in counted"]


def test_nor_are_too_many_equal_segments(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("checker.timing.flights.MAX_FATES", 0)
        assert lastack("check", path).code == 3
    assert lastack("check", path).code == 0


def test_what_has_no_meaning_is_not_kept(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In *quiet* B cannot take a second letter; the exchanges, in which there is none, are kept."""
    doubled = ("door.md", "none | queue | capacity 1 |", "none | queue, duplicate 1 | capacity 2 |")
    path = write_texts(tmp_path, doubled, ("door.md", "| waiting, awake | letter", "| waiting | letter"))
    first = all_outputs(lastack, tmp_path, path)
    assert first["code"] == 2
    with found_out(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, path) == first
    assert found == ["quiet"]
    assert all_outputs(lastack, tmp_path, path, "--no-cache") == first


@pytest.mark.parametrize("off", ["--no-cache", "LASTACK_NO_CACHE"])
def test_without_the_cache(
    lastack: Lastack, entries: Path, tmp_path: Path, off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path)
    lastack("check", path)
    before = {file: file.stat().st_mtime_ns for file in entries.iterdir()}
    if not off.startswith("-"):
        monkeypatch.setenv(off, "1")
    with found_out(monkeypatch) as found:
        ran = lastack("check", path, *([off] if off.startswith("-") else []))
    assert "from the cache" not in ran.out
    assert found == FOUND
    assert {file: file.stat().st_mtime_ns for file in entries.iterdir()} == before


def test_states_in_files_are_not_from_the_cache(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    path = write_texts(tmp_path)
    lastack("check", path)
    assert "from the cache" not in lastack("check", path, "--workdir", tmp_path / "states").out


def test_another_engine_explores_for_itself(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_texts(tmp_path)
    claims = load_statements(path)
    lastack("check", path)
    kept, key = KeptVerdicts(open_cache(False), Meaning(protocol_of(claims, "one letter"))), "quiet"
    scenario = kept.meaning.protocol.scenarios[key]
    found = kept.scenario(scenario, "auto", None)
    assert found is not None
    assert found.engine == "reference"
    kept.keep(scenario, replace(found, engine="native"))
    with found_out(monkeypatch) as again:
        lastack("check", path, "--engine", "reference")
    assert again == ["quiet"]


def protocol_of(claims: Statements, name: str) -> Any:
    (statement,) = [each for each in claims.statements if each.name == name]
    return statement.decisions[0].protocol


# The files


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_found_out_again(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_texts(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path)
    written = {file: file.read_bytes() for file in entries.iterdir()}
    assert len(written) == len(FOUND)
    for file, data in written.items():
        file.write_bytes(damage(data))
    with found_out(monkeypatch) as found:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert found == FOUND
    assert {file: file.read_bytes() for file in entries.iterdir()} == written


def backwards(found: Found) -> Found:
    assert found.trace is not None
    return replace(found, trace=replace(found.trace, steps=found.trace.steps[::-1]))


def shorter(found: Found) -> Found:
    """A run, but not of all of the exchange: the letter is still in flight."""
    assert found.trace is not None
    return replace(found, trace=replace(found.trace, steps=found.trace.steps[:-1]))


@pytest.mark.parametrize(
    "forged",
    [
        backwards,
        shorter,
        lambda found: replace(found, trace=None),
        lambda found: replace(found, outcome="violated"),
        lambda found: replace(found, outcome="unknown", trace=None),
        lambda found: Lengths({}, ()),
    ],
)
def test_a_run_that_is_not_the_exchange_is_not_told(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    forged: Callable[[Found], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_texts(tmp_path)
    fresh = all_outputs(lastack, tmp_path, path)
    (statement,) = [each for each in load_statements(path).statements if each.name == "one letter"]
    (decision,) = statement.decisions
    assert isinstance(decision.subject, Exchange)
    key = Meaning(decision.protocol).exchange(decision.scenario, decision.subject)
    kept = open_cache(False).of(*VALUES)
    found = kept.get(Found, key)
    assert found is not None
    kept.put(key, forged(found))
    with found_out(monkeypatch) as again:
        assert all_outputs(lastack, tmp_path, path) == fresh
    assert again == ["a knock"]
    assert kept.get(Found, key) == found


def test_only_what_is_listed_is_made_from_a_file(entries: Path) -> None:
    names = [value.__qualname__ for value in (*cache.VALUES, *VALUES)]
    assert len(names) == len(set(names))
    kept = open_cache(False)
    kept.put("key", Lengths({"wait": Fraction(9, 2), "more": None}, ("never",)))
    assert kept.get(Lengths, "key") is None
    assert kept.of(*VALUES).get(Lengths, "key") == Lengths({"wait": Fraction(9, 2), "more": None}, ("never",))
