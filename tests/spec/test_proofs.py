"""What is proved of the documents, for networks without bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.prove.results import beside_expected, prove_scenario
from tests.toys import ROOT, tcp

TEXTBOOK = load(ROOT / "spec" / "textbook.md")
OCTETS = load(ROOT / "benchmarks" / "unbounded.md")
CHANGES = sorted((ROOT / "spec" / "changes").glob("*.md"))

PROVED = [
    "ISN agreement",
    "SYN acknowledged",
    "windows agree",
    "right stream",
    "FIN delivers all",
    "last ACK delivers all",
    "one FIN",
    "FIN after CLOSE",
    "roles kept",
    "no RST answers RST",
]
"""What is to be proved of RFC 9293 in one incarnation of each end."""


def surprises(protocol: Protocol, name: str) -> list[str]:
    """What the proofs of a scenario leave open, and what comes out otherwise than it expects."""
    scenario = protocol.scenarios[name]
    proofs = prove_scenario(protocol, scenario, Limits).proofs
    assert proofs
    beside = [(proof.verdict, beside_expected(scenario, proof).complaint) for proof in proofs]
    return [
        f"{name}: {verdict.property.name}: {verdict.outcome}; {complaint}"
        for verdict, complaint in beside
        if complaint or verdict.outcome == "unknown"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("protocol", "name"),
    [(p, name) for p in (TEXTBOOK, tcp()) for name in p.scenarios],
    ids=lambda value: value.name if isinstance(value, Protocol) else value,
)
def test_every_scenario_is_decided_and_as_expected(protocol: Protocol, name: str) -> None:
    assert surprises(protocol, name) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_every_change_breaks_what_it_says(path: Path) -> None:
    protocol = load(path)
    assert [line for name in protocol.scenarios for line in surprises(protocol, name)] == []


@pytest.mark.slow
def test_one_octet_each_way() -> None:
    result = prove_scenario(OCTETS, OCTETS.scenarios["one octet each way"], Limits, PROVED)
    assert {p.verdict.property.name: p.verdict.outcome for p in result.proofs} == dict.fromkeys(
        PROVED, "proved"
    )
