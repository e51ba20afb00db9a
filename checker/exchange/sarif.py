"""The findings of a check as SARIF 2.1.0, the OASIS standard; docs/ci.md describes it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from checker import __version__
from checker.document.problems import Position
from checker.exchange.checked import Tally
from checker.exchange.findings import SOUND, Finding, Run, Subject, telling_row
from checker.exchange.places import best, uri_of
from checker.exchange.words import describe_local
from checker.verify.trace import Snapshot, Step
from checker.verify.words import describe

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

ROOT = "%SRCROOT%"

_FINGERPRINTS = ("lastackFinding/v1", "primaryLocationLineHash")
"""The second is the only one that GitHub looks at; it would otherwise be made from the text of the
line, and the same row fail in two scenarios as one alert."""

_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def sarif(
    subjects: Mapping[str, Subject],
    results: Sequence[dict[str, Any]],
    versions: Mapping[str, str],
    tally: Tally,
    code: int,
) -> str:
    """The log of one run: ``subjects`` are all that was decided, by id, ``results`` what
    ``result`` made of the findings, ``versions`` those of the documents, ``code`` is the exit code."""
    numbers = {name: number for number, name in enumerate(subjects)}
    run = {
        "tool": {
            "driver": {
                "name": "lastack",
                "semanticVersion": __version__,
                "rules": [_rule(subject) for subject in subjects.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "the top of the checkout, or the folder of the check"}}
        },
        "invocations": [_invocation(tally, code)],
        "results": [{**result, "ruleIndex": numbers[result["ruleId"]]} for result in results],
        "properties": {"documents": dict(versions)},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.id,
        # Only where it says more than the id (§3.49.7).
        **({"name": subject.name} if subject.name != subject.id else {}),
        "shortDescription": _message(subject.claim),
        "fullDescription": _message(subject.because or subject.claim),
        "help": _message(f"{subject.claim}\n{subject.because}".strip()),
        "defaultConfiguration": {"level": "error"},
    }


def _invocation(tally: Tally, code: int) -> dict[str, Any]:
    """A check that was not kept from anything has succeeded, whatever it found."""
    told = {"level": "error" if code > 1 else "note", "message": _message(tally.words())}
    return {"executionSuccessful": code < 2, "exitCode": code, "toolExecutionNotifications": [told]}


# Results


def result(finding: Finding, root: Path) -> dict[str, Any]:
    """A finding, whose files are named as seen from ``root``.

    SARIF has a kind of its own for what was not decided; anything but a failure has no level.
    """
    place = best(finding.places, root)
    others = [other for other in dict.fromkeys(finding.places) if other != place]
    undecided = finding.weight == "unknown"
    text = "\n".join([f"{finding.what}.", *finding.details])
    made: dict[str, Any] = {
        "ruleId": finding.subject.id,
        "kind": "open" if undecided else "fail",
        "level": "none" if undecided else "error",
        "message": _message(text),
        "locations": [_location(place, root)],
        "partialFingerprints": dict.fromkeys(_FINGERPRINTS, _fingerprint(finding)),
        "properties": {
            "document": finding.document,
            "scenario": finding.scenario,
            "row": finding.row,
            "outcome": finding.outcome,
            "expected": finding.expected,
        },
    }
    if others:
        made["relatedLocations"] = [_location(other, root) for other in others]
    if finding.run is not None and finding.run.trace.steps:
        made["codeFlows"] = [{"threadFlows": [{"locations": list(_flow(finding.run, root))}]}]
    return made


def _fingerprint(finding: Finding) -> str:
    """The same wherever the rows stand, and for whatever run shows it."""
    said = finding.what if finding.subject is SOUND else ""
    parts = [finding.document, finding.scenario, finding.subject.name, finding.row, said]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _flow(run: Run, root: Path) -> Iterator[dict[str, Any]]:
    """The steps of a run, each at the row that tells most of it; what the network does is what
    the scenario lets it do."""
    before = run.trace.initial
    for number, step in enumerate(run.trace.steps, 1):
        row = telling_row(run.model.protocol, [step])
        place = row.position if row else run.model.scenario.position
        words = _in_words(run, number, before, step)
        ends = zip("AB", step.after.ends, strict=True)
        yield {
            "location": {**_location(place, root), "message": _message(words)},
            "executionOrder": number,
            "importance": "important" if number <= run.steps else "unimportant",
            "state": {end: _message(describe_local(run.model.protocol, local)) for end, local in ends},
        }
        before = step.after


def _in_words(run: Run, number: int, before: Snapshot, step: Step) -> str:
    """A step in a line: what happened, which rows fired, what was sent, which states changed."""
    lead = "from here on for ever: " if run.trace.loop_start == number - 1 else ""
    if run.trace.stuck_after == number - 1:
        lead = f"stuck; what goes on{' for ever' if lead else ''}, for example: "
    cited = {rule.id: f" ({rule.cite})" if rule.cite else "" for rule in run.model.protocol.rules}
    parts = [describe(run.model, step.action)]
    if step.rules:
        parts.append("fires " + ", ".join(f"{row}{cited[row]}" for row in step.rules))
    if step.sent:
        lost = f", of which {step.lost} found no room" if step.lost else ""
        parts.append("sends " + ", ".join(map(run.model.form.write, step.sent)) + lost)
    for end, name in enumerate("AB"):
        old, new = before.ends[end].state, step.after.ends[end].state
        if old != new:
            parts.append(f"{name} goes from {old} to {new}")
    return lead + "; ".join(parts)


def _location(position: Position, root: Path) -> dict[str, Any]:
    """From the column of ``position`` to the end of its line, which is a row or what is left of
    it."""
    uri, relative = uri_of(position, root)
    artifact = {"uri": uri, "uriBaseId": ROOT} if relative else {"uri": uri}
    region = {"startLine": position.line, "startColumn": position.column}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _message(text: str) -> dict[str, str]:
    """Text without placeholders or links: a brace is doubled and a bracket that would begin a
    link escaped (§3.11.5, §3.11.6)."""
    return {"text": _LINK.sub(r"\\[", text.replace("{", "{{").replace("}", "}}"))}
