"""What is proved of the documents, for networks without bounds."""

from __future__ import annotations

import pytest

from checker.document.library import load
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.prove.results import beside_expected, prove_scenario
from tests.toys import ROOT, tcp

TEXTBOOK = load(ROOT / "spec" / "textbook.md")
OCTETS = load(ROOT / "benchmarks" / "unbounded.md")

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("protocol", "name"),
    [(p, name) for p in (TEXTBOOK, tcp()) for name in p.scenarios],
    ids=lambda value: value.name if isinstance(value, Protocol) else value,
)
def test_every_scenario_is_decided_and_as_expected(protocol: Protocol, name: str) -> None:
    scenario = protocol.scenarios[name]
    result = prove_scenario(protocol, scenario, Limits)
    assert result.proofs
    for proof in result.proofs:
        assert proof.verdict.outcome != "unknown"
        assert beside_expected(scenario, proof).complaint == ""


@pytest.mark.slow
def test_one_octet_each_way() -> None:
    result = prove_scenario(OCTETS, OCTETS.scenarios["one octet each way"], Limits, PROVED)
    assert {p.verdict.property.name: p.verdict.outcome for p in result.proofs} == dict.fromkeys(
        PROVED, "proved"
    )
