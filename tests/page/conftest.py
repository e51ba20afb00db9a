"""One browser for all tests of pages, and pages for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import process
from tests.page.browser import Browser, a_browser


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def textbook(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report."""
    path: Path = tmp_path_factory.mktemp("report") / "textbook.html"
    ran = process("report", "textbook", "-o", path)
    assert ran.code == 0, ran.err
    return path.as_uri()
