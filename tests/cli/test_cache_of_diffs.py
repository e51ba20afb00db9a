"""``lastack diff`` with and without the cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.cli.cache import VALUES, open_cache
from checker.compare import kept as compare_kept
from checker.compare.documents import versions
from checker.compare.kept import again, comparison
from checker.compare.scenarios import ScenarioDiff
from checker.document.library import given
from tests.cli.caching import explored, use_cache
from tests.cli.commands import Lastack
from tests.compare.changes import BASE, Pair
from tests.compare.pairs import PAIRS
from tests.sampling import one_in

NEVER = BASE.replace("tries < 1", "tries < 0")


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return use_cache(monkeypatch, tmp_path / "cache")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def outputs(lastack: Lastack, *arguments: object) -> list[object]:
    """Exit codes, errors and outputs in every format, but for times and for where they are from."""
    found: list[object] = []
    for format in ("text", "markdown", "json"):
        ran = lastack("diff", *arguments, "--format", format, "--threads", 1)
        out = re.sub(r'"seconds": [\d.]+', '"seconds": 0', ran.out)
        found += [ran.code, ran.err, re.sub(r'"cached": (true|false)', '"cached": 0', out)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("pair", one_in(4, PAIRS), ids=lambda pair: pair.name)
def test_what_is_told_is_the_same(
    lastack: Lastack, entries: Path, tmp_path: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known; the verdicts on both are; all is."""
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", pair.head())
    fresh = outputs(lastack, base, head, "--no-cache")
    lastack("check", base)
    lastack("check", head)
    assert outputs(lastack, base, head) == fresh
    with explored(monkeypatch) as found:
        assert outputs(lastack, base, head) == fresh
    broken = pair.name in ("two rows at once", "an answer that nobody takes")
    assert bool(found) is broken
    for file in entries.iterdir():
        file.unlink()
    assert outputs(lastack, base, head) == fresh


def test_verdicts_that_are_known_are_not_decided(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check leaves them for a comparison, and the other way round."""
    from checker.verify import results

    decided: list[str] = []
    decide = results.decide
    monkeypatch.setattr(results, "decide", lambda g, p: decided.append(p.name) or decide(g, p))
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", NEVER)
    lastack("check", base, "--threads", 1)
    decided.clear()
    lastack("diff", base, head, "--threads", 1)
    assert decided == ["answered", "few", "met"] * 2  # of HEAD only
    with explored(monkeypatch) as found:
        assert "2 from the cache" in lastack("check", head, "--threads", 1).out
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "edit",
    [
        ("tries < 0", "tries < 2"),
        ("| met holds |\n| l", "| |\n| l"),
        ("| few | invariant | |", "| few | invariant | `STATE is done` |"),
        ("| few |", "| not many |"),
        ("| calm |", "| still |"),
        ("capacity 4 | | met", "capacity 5 | | met"),
    ],
    ids=lambda edit: edit[1][:30],
)
@pytest.mark.parametrize("version", [0, 1])
def test_what_matters_misses(
    lastack: Lastack,
    entries: Path,
    tmp_path: Path,
    edit: tuple[str, str],
    version: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [BASE, NEVER] if version else [NEVER, BASE]
    paths = [written(tmp_path, f"{number}.md", text) for number, text in enumerate(texts)]
    outputs(lastack, *paths)
    changed = texts[version].replace(*edit)
    assert changed != texts[version]
    paths[version].write_text(changed, encoding="utf-8")
    with explored(monkeypatch) as found:
        cached = outputs(lastack, *paths)
    # What BASE calls otherwise is told as HEAD calls it.
    assert bool(found) is (version == 1 or edit[0] not in ("| few |", "| calm |"))
    assert cached == outputs(lastack, *paths, "--no-cache")


def test_prose_is_told_as_it_is_now(
    lastack: Lastack, entries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", NEVER)
    outputs(lastack, base, head)
    head.write_text(NEVER.replace("who asks is answered", "nobody waits for ever"), encoding="utf-8")
    with explored(monkeypatch) as found:
        cached = outputs(lastack, base, head)
    assert found == []
    assert "nobody waits for ever" in str(cached)
    assert cached == outputs(lastack, base, head, "--no-cache")


def test_limits(lastack: Lastack, entries: Path, tmp_path: Path) -> None:
    """What depends on one is not kept, and what is kept does not break one."""
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", NEVER)
    assert lastack("diff", base, head, "--max-states", 2).code == 3
    assert list(entries.iterdir()) == []
    lastack("diff", base, head)
    for most in (2, 3, 5, 8):
        limit = ("--max-states", most)
        assert outputs(lastack, base, head, *limit) == outputs(lastack, base, head, *limit, "--no-cache")


def test_a_run_that_is_none_is_not_told(tmp_path: Path, entries: Path, lastack: Lastack) -> None:
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", NEVER)
    lastack("diff", base, head)
    both = versions(given(BASE, "base.md"), given(NEVER, "head.md"))
    kept = open_cache(False).of(*compare_kept.VALUES).get(ScenarioDiff, comparison(both, "lossy"))
    assert kept is not None
    assert again(both, kept, None) is not None
    (telling,) = kept.tellings
    assert telling.trace is not None
    backwards = replace(telling, trace=replace(telling.trace, steps=telling.trace.steps[::-1]))
    assert again(both, replace(kept, tellings=(backwards,)), None) is None
    (change,) = kept.verdicts
    assert change.after is not None
    wrong = replace(change, after=replace(change.after, trace=backwards.trace))  # type: ignore[call-arg]
    assert again(both, replace(kept, verdicts=(wrong,)), None) is None


def test_a_switch_that_only_the_blame_looks_at() -> None:
    """Which rows differ is judged with switches as they are by default."""
    texts = [NEVER, NEVER.replace("| `silent` | flag | off |", "| `silent` | flag | on |")]
    keys = {comparison(versions(given(BASE, "b.md"), given(text, "h.md")), "lossy") for text in texts}
    assert len(keys) == 2


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-3], lambda data: b"", lambda data: data[:-4] + b"abcd"]
)
def test_a_damaged_entry(
    lastack: Lastack, entries: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    base, head = written(tmp_path, "base.md", BASE), written(tmp_path, "head.md", NEVER)
    fresh = outputs(lastack, base, head)
    before = {file: file.read_bytes() for file in entries.iterdir()}
    for file, data in before.items():
        file.write_bytes(damage(data))
    assert outputs(lastack, base, head) == fresh
    assert {file: file.read_bytes() for file in entries.iterdir()} == before


def test_all_that_is_kept_can_be_read() -> None:
    names = [value.__qualname__ for value in (*VALUES, *compare_kept.VALUES)]
    assert len(names) == len(set(names))
