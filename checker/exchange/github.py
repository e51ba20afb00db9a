"""The findings of a check as annotations of GitHub Actions; docs/ci.md describes them.

A line is ``::error file=…,line=…,col=…,title=…::MESSAGE``. The runner decodes what is encoded here,
so names from documents can neither end an annotation nor begin another command.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.exchange.checked import WEIGHTS, Tally
from checker.exchange.findings import Finding
from checker.exchange.places import best, inside

SHOWN = 10
"""So many annotations GitHub shows of a step."""


def github(findings: Sequence[Finding], tally: Tally, root: Path) -> str:
    """An annotation for each finding, the worst first, and a line that sums up; files are named
    as seen from ``root``."""
    ordered = sorted(findings, key=lambda finding: WEIGHTS.index(finding.weight))
    lines = [_annotation(finding, root) for finding in ordered]
    if len(lines) > SHOWN:
        lines.append(f"GitHub shows the first {SHOWN} of {len(lines)} annotations of a step")
    return "".join(line + "\n" for line in [*lines, f"lastack: {tally.words()}"])


def _annotation(finding: Finding, root: Path) -> str:
    place = best(finding.places, root)
    file = inside(place, root)
    properties: dict[str, str] = {}
    what = finding.what
    if file is None:
        what = f"{place}: {what}"
    else:
        properties = {"file": file, "line": str(place.line), "col": str(place.column)}
    where = f" in {finding.scenario}" if finding.scenario else ""
    title = f"{finding.document}: {finding.subject.name}{where}"
    written = ",".join(f"{k}={_property(v)}" for k, v in {**properties, "title": title}.items())
    return f"::error {written}::{_data(chr(10).join([what, *finding.details]))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
