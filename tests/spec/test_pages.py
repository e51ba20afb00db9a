"""Pages show what the tool says today; ``tests.spec.pages`` writes them anew."""

from __future__ import annotations

import re

import pytest

from checker.document.library import bundled_folder
from checker.document.statements import load_statements
from tests.spec.pages import (
    PAGES,
    Block,
    Page,
    Table,
    blocks_of,
    cells,
    printed,
    protocol,
    renewed,
)

LARGE = ("next", "reopened", "crash, reused ISNs, quiet time", "late text")
"""How the names of scenarios begin that take more than a moment."""

SHOWN = [(page, shown) for page in PAGES for shown in (*page.blocks, *page.tables)]


def _marked(page: Page, shown: Block | Table) -> object:
    scenarios = [shown.scenario] if isinstance(shown, Block) else shown.scenarios
    # That literal readings fail as they should is looked at in test_rfc_notes; the runs are here.
    literal = isinstance(shown, Block) and shown.document.startswith("literal/")
    slow = literal or any(scenario.startswith(LARGE) for scenario in scenarios)
    return pytest.param(shown, id=f"{page.path.name}: {shown}", marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize("shown", [_marked(page, shown) for page, shown in SHOWN])
def test_what_a_page_shows_is_what_the_tool_says(shown: Block | Table) -> None:
    if isinstance(shown, Block):
        assert shown.text == printed(shown)
    else:
        assert list(shown.lines) == renewed(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.name)
def test_every_fenced_text_is_shown_by_the_tool(page: Page) -> None:
    assert page.text.count("```text\n") == len(page.blocks)
    assert len(re.findall(r"^```", page.text, re.MULTILINE)) == 2 * len(page.blocks)
    assert page.text.count("<!-- outcomes:") == len(page.tables)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.name)
def test_what_a_page_shows_is_at_most_80_columns_wide(page: Page) -> None:
    lines = [line for b in page.blocks if b.kind != "error" for line in b.text.splitlines()]
    assert [line for line in lines if len(line) > 80] == []


def test_a_ladder_from_a_step_on_begins_there() -> None:
    marker = "<!-- run: literal/listen-after-reset; nobody there; roles kept; from 3 -->"
    (block,) = blocks_of(f"{marker}\n```text\n```\n")
    command, head, left_out, step, _event = printed(block).splitlines()
    assert command == "$ lastack check literal/listen-after-reset -s 'nobody there' -p 'roles kept'"
    assert head.split() == ["A", "B"]
    assert left_out == "    ⋮ steps 1 to 2 are left out"
    assert step.startswith(" 3  LISTEN")


WHY = next(page for page in PAGES if page.path.name == "why-time-wait.md")


def test_why_time_wait_tells_what_the_claims_are_found_to_be() -> None:
    """All claims about TIME-WAIT, and some more: whose they are, and the verdict."""
    claims = {s.name: s for s in load_statements(bundled_folder() / "claims.md").statements}
    told = WHY.text.split("\n## What tutorials say\n")[1].split("\n## ")[0]
    rows = [cells(line) for line in told.splitlines() if line.startswith("|")][2:]
    for name, words, verdict, because in rows:
        assert words.partition(":")[0] == claims[name].source[:3]
        assert verdict == claims[name].expect
        assert because
    source = (bundled_folder() / "claims.md").read_text(encoding="utf-8")
    section = source.split("\n## TIME-WAIT\n")[1].split("\n## ")[0]
    about_time_wait = {cells(line)[0] for line in section.splitlines() if line.startswith("|")} & set(claims)
    assert len(about_time_wait) > 10
    assert about_time_wait <= {row[0] for row in rows}


def test_why_time_wait_is_readable() -> None:
    """Narrow prose, ladders of at most 30 lines and their command, and no scenario unused."""
    assert [s for s in WHY.prose.splitlines() if len(s) > 92 and not s.startswith(("|", "<!--"))] == []
    assert [str(b) for b in WHY.blocks if b.text.count("\n") > 32] == []
    for name in re.findall(r"\]\(((?:\.\./)?[\w/.-]+\.md)(?:#[\w-]+)?\)", WHY.text):
        assert (WHY.path.parent / name).is_file(), name
    named = {b.scenario for b in WHY.blocks} | {s for table in WHY.tables for s in table.scenarios}
    assert set(protocol("tutorials/time-wait").scenarios) <= named
