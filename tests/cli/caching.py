"""Tests of the cache: one of their own, and what an output says but for where that is from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from checker.cli import cache
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.tables import Model
from tests.cli.commands import Lastack

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "short": lambda data: data[:-1],
    "long": lambda data: data + b"x",
    "a bit": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "another format": lambda data: data.replace(cache.MAGIC, b"lastack kept 0\n"),
    "rubbish": lambda data: b"\xff" * 100,
}
"""What may become of a file of the cache."""

FORMATS = {"text": "txt", "json": "json", "junit": "xml", "sarif": "sarif", "github": "log"}


def use_cache(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """From now on there is a cache, in ``folder``; the folder of the entries."""
    monkeypatch.delenv("LASTACK_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    # Somebody may work on the sources while the tests run.
    monkeypatch.setattr(cache, "STARTED", float("inf"))
    return folder / "lastack" / "verdicts"


@contextmanager
def explored(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The scenarios that are explored in this process."""
    found: list[str] = []
    explore = Engine.explore

    def noted(self: Engine, model: Model, limits: Limits) -> StateGraph:
        found.append(model.scenario.name)
        return explore(self, model, limits)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "explore", noted)
        yield found


def all_outputs(lastack: Lastack, folder: Path, *arguments: object) -> dict[str, Any]:
    """The exit code, the errors, and all that a check writes, in every format, with its traces."""
    traces = folder / "traces"
    traces.mkdir(exist_ok=True)
    files = {folder / f"out.{end}": format for format, end in FORMATS.items()}
    also = [part for file, format in files.items() for part in ("--also", f"{format}={file}")]
    ran = lastack("check", *arguments, *also, "--traces", traces, "--threads", 1)
    found: dict[str, Any] = {"code": ran.code, "errors": ran.err, "printed": anew(ran.out)}
    for file in [*files, *sorted(traces.iterdir())]:
        found[file.name] = anew(file.read_text(encoding="utf-8"))
        file.unlink()
    return found


def anew(text: str) -> str:
    """An output without the times in it and without what says that it is from the cache."""
    text = re.sub(r"from the cache$|\d+\.\d s$", "TIME", text, flags=re.MULTILINE)
    text = re.sub(r' *<property name="cached" value="yes" />\n', "", text)
    text = re.sub(r'"cached": (true|false)', '"cached": 0', text)
    text = re.sub(r'(time="|"seconds": )[\d.]+', r"\g<1>0", text)
    return _SUM.sub(_sum, text)


_SUM = re.compile(r"^\S.*: (?:\d+ of )?\d+ (?:scenario|claim)s?\b.*(?:\n  .*)*", re.MULTILINE)


def _sum(match: re.Match[str]) -> str:
    """The last lines on a document, which break elsewhere if they say more."""
    told = re.sub(r"\s+", " ", match.group())
    told = re.sub(r" \(\d+ from the cache\)", "", told)
    told = re.sub(r"\d+ from the cache, ", "", told)
    return re.sub(r"(\d+ s|TIME)$", "TIME", told)
