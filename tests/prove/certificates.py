"""Certificates for tests: made of closures as proofs are, and changed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from checker.document.library import load
from checker.document.protocol import Property, Protocol
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.prove.audit import audit
from checker.prove.certificate import Certificate, Refused, State, View
from checker.prove.closure import Closure, exact, merged
from checker.prove.decide import PROVABLE, judge
from checker.prove.search import without_bounds
from tests.toys import ROOT, tcp, toy

TOYS = ["alternating-bit", "echo", "outage", "pit", "post", "timers"]

ENDLESS = ["no end", "no end, or both leave"]
"""Scenarios of echo whose ends count for ever where the network has no bounds."""

TAKEN_APART = [
    ("textbook", "four-way", False),
    ("textbook", "TIME-WAIT too short", True),
    ("timers", "no echo", True),
    ("timers", "one waits", False),
    ("post", "two in a bag", True),
    ("pit", "has a friend", False),
    ("outage", "both crash", True),
    pytest.param("rfc9293", "refused", False, marks=pytest.mark.slow),
]
"""(document, scenario, whether the closure is exact): those of which everything is changed."""


@cache
def document(name: str) -> Protocol:
    """A toy, or a document of ``spec``."""
    if name == "rfc9293":
        return tcp()
    return toy(name) if name in TOYS else load(ROOT / "spec" / f"{name}.md")


def path_of(name: str) -> Path:
    return Path(document(name).file)


@cache
def closure(name: str, scenario: str, is_exact: bool = False) -> Closure:
    model = Model(document(name), without_bounds(document(name).scenarios[scenario]))
    return (exact if is_exact else merged)(model, Limits())


def applicable(closure: Closure) -> list[Property]:
    """What a proof may decide in the scenario of a closure."""
    assumed = set(closure.model.scenario.assume)
    properties = closure.model.protocol.properties.values()
    return [p for p in properties if p.kind in PROVABLE and assumed >= set(p.assumptions)]


@cache
def proved(name: str, scenario: str, is_exact: bool = False) -> tuple[Property, ...]:
    """The properties that the views of a closure prove."""
    views = closure(name, scenario, is_exact)
    return tuple(p for p in applicable(views) if judge(views, p).broken is None)


def certificate_of(closure: Closure, claims: Sequence[Property]) -> Certificate:
    a, b = ([State(*local) for local in tables.locals.values] for tables in closure.model.tables)
    protocol, scenario = closure.model.protocol, closure.model.scenario
    views = [View(*view.pair, *view.sets) for view in closure]
    return Certificate(protocol, scenario, (a, b), closure.model.segments.values, views, claims)


@cache
def certificate(name: str, scenario: str, is_exact: bool = False) -> Certificate:
    """A certificate of all that is proved on a closure."""
    return certificate_of(closure(name, scenario, is_exact), proved(name, scenario, is_exact))


def refusal(certificate: Certificate) -> str:
    """Why a certificate is refused; empty if it is accepted."""
    try:
        audit(certificate)
    except Refused as refused:
        return str(refused)
    return ""


def scenarios(name: str) -> list[tuple[str, str]]:
    """(the name, scenario) for those of a document that have a closure."""
    return [(name, scenario) for scenario in document(name).scenarios if scenario not in ENDLESS]
