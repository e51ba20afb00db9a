"""Claims judged on all states and steps of a graph at once, and one by one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.verify.claims import (
    PREMISE_FALSE,
    VIOLATED,
    Claim,
    ClaimError,
    claims_of,
    global_env,
    step_env,
)
from checker.verify.judgements import judge_all, judge_steps
from tests.toys import tcp, toy

MIXED = 400
"""Claims made of parts of others."""

SCENARIOS = ["last ACK lost", "early FIN", "two incarnations after TIME-WAIT"]


def _graph(scenario: str) -> StateGraph:
    return explore(Model(tcp(), tcp().scenarios[scenario]), Limits(max_states=1_500))


def _claims(graph: StateGraph, steps: bool) -> list[Claim]:
    """Those of the document, and others made of their parts."""
    model = graph.system.model
    properties = [p for p in model.protocol.properties.values() if (p.kind == "step") == steps]
    found = [claim for property in properties for claim in claims_of(model, property)]
    mixing = random.Random(7)
    for _ in range(MIXED):
        like = mixing.choice(found)
        parts = [part for claim in found if claim.end == like.end for part in (*claim.when, *claim.claim)]
        some = tuple(mixing.sample(parts, 4))
        when = mixing.randrange(4)
        found.append(replace(like, when=some[:when], claim=some[when:]))
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_step_is_judged_as_it_is_alone(scenario: str) -> None:
    graph = _graph(scenario)
    met, broken = 0, 0
    for claim in _claims(graph, steps=True):
        alone: dict[tuple[int, object, int], int] = {}
        try:
            for (local, action), peers in graph.peers(claim.end).items():
                for peer in peers:
                    env = step_env(graph.system, local, peer, action)
                    alone[local, action, peer] = claim.judge(env)
        except ClaimError:
            with pytest.raises(ClaimError):
                judge_steps(graph, claim)
            continue
        judged = judge_steps(graph, claim)
        assert judged.premise == any(judgement != PREMISE_FALSE for judgement in alone.values())
        for (local, action, peer), judgement in alone.items():
            found = (local, action, peer) in judged.broken or (local, action, -1) in judged.broken
            assert found == (judgement == VIOLATED)
        met += judged.premise
        broken += bool(judged.broken)
    assert min(met, broken) > 20


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_state_is_judged_as_it_is_alone(scenario: str) -> None:
    graph = _graph(scenario)
    met = 0
    for claim in _claims(graph, steps=False)[::4]:
        states = map(graph.state, range(len(graph)))
        try:
            alone = [claim.judge(global_env(graph.system, state, claim.end)) for state in states]
        except ClaimError:
            with pytest.raises(ClaimError):
                judge_all(graph, claim)
            continue
        assert judge_all(graph, claim).tolist() == alone
        met += any(judgement != PREMISE_FALSE for judgement in alone)
    assert met > 20


def test_claims_are_those_of_the_property_they_are_asked_for() -> None:
    """Models of one document share what is compiled, by the names of properties."""
    protocol = toy("post")
    model = Model(protocol, protocol.scenarios["two in a queue"])
    one = protocol.properties["at most two"]
    other = replace(one, claim=protocol.properties["counted"].claim)
    assert claims_of(model, one)[0].property is one
    assert claims_of(model, other)[0].property is other
    assert claims_of(model, other)[0].claim != claims_of(model, one)[0].claim
