"""The README shows what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

from checker.document.library import bundled_folder, load
from checker.explore.limits import Limits
from checker.show.counterexample import counterexample
from checker.verify.results import check_scenario

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_counterexample_is_the_one_that_is_found() -> None:
    text = README.read_text(encoding="utf-8")
    match = re.search(r"<!-- run: (\w+); (.+); (.+) -->\n```text\n(.*?)\n```", text, re.DOTALL)
    assert match is not None
    document, scenario, property, shown = match.groups()
    protocol = load(bundled_folder() / f"{document}.md")
    result = check_scenario(protocol, protocol.scenarios[scenario], Limits(), [property])
    (judged,) = result.judged
    because = judged.verdict.property.because
    lines = [line.plain.rstrip() for line in counterexample(result.model, judged)]
    assert because.split()[0] in lines[1]
    assert [line.removeprefix("  ") for line in lines[2:]] == shown.split("\n")
