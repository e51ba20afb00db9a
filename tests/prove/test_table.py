"""The table asked of the solver: mistakes that are known by hand, and what TCP's table is free of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.document.kinds import Value
from checker.document.library import load
from checker.document.protocol import Protocol
from checker.model.endpoint import Endpoint, Local, OverlapError
from checker.model.evaluate import Evaluator, SemanticError
from checker.model.segment import Segment
from checker.prove.solver.encode import Encoder
from checker.prove.solver.free import Free
from checker.prove.solver.table import Finding, Table
from checker.prove.solver.walk import Walk, Walker
from tests.prove.test_encode import values_of
from tests.toys import tcp, toy


@cache
def findings(protocol_name: str) -> Mapping[str, Finding]:
    protocol = tcp() if protocol_name == "rfc9293" else toy(protocol_name)
    return {f.result.obligation.name: f for f in Table(protocol).findings()}


def not_proved(protocol_name: str) -> set[str]:
    return {name for name, finding in findings(protocol_name).items() if finding.result.status != "proved"}


def reaction(protocol: Protocol, example: Mapping[str, Value]) -> Any:
    """What the rows do with the values of an example, the others at their initial values."""
    scenario = next(iter(protocol.scenarios.values()), None)
    if scenario is None:
        pytest.fail("the document has no scenario")
    switches = {s.name: example.get(s.name, s.default) for s in protocol.switches.values()}
    endpoint = Endpoint(protocol, scenario, 0, Evaluator(protocol, switches))
    values = [
        0 if v.lives == "supply" else example.get(v.name, v.initial) for v in protocol.variables.values()
    ]
    fields = protocol.fields.values()
    segment = Segment(tuple(example.get(f.name, () if f.kind.base == "flags" else None) for f in fields))
    arrival = protocol.event_kind(str(example["event"])) == "arrival"
    local = Local(str(example["STATE"]), tuple(values), 0, ())
    return endpoint.react(local, str(example["event"]), segment if arrival else None)


# Mistakes known by hand


def test_what_is_wrong_with_a_table_is_found() -> None:
    assert not_proved("holes") == {
        "exclusive: first.zero / first.next",
        "handled: there",
        "can fire: third.never",
        "can fire: fourth.late",
    }
    assert {f.result.status for f in findings("holes").values()} == {"proved", "fails"}


def test_rows_that_overlap_only_at_wrap_around() -> None:
    """`NUM = 0` and `NUM = last + 1` with `last` not 0: only one value of `last` does it."""
    found = findings("holes")["exclusive: first.zero / first.next"].result
    assert dict(found.example) == {"STATE": "here", "event": "arrives", "last": 2**32 - 1, "NUM": 0}
    with pytest.raises(OverlapError):
        reaction(toy("holes"), dict(found.example))


def test_a_hole_of_a_single_distance() -> None:
    """Of two numbers neither is less only if they are 2^31 apart."""
    example = dict(findings("holes")["handled: there"].result.example)
    last, number = example["last"], example["NUM"]
    assert isinstance(last, int)
    assert isinstance(number, int)
    assert (number - last) % 2**32 == 2**31
    with pytest.raises(SemanticError, match="no row handles it"):
        reaction(toy("holes"), example)


def test_rows_that_never_fire_have_no_example() -> None:
    for name in ("can fire: third.never", "can fire: fourth.late"):
        result = findings("holes")[name].result
        assert (result.answer, result.example) == ("unsat", ())


# TCP


@pytest.mark.slow
def test_the_table_of_tcp() -> None:
    """Text that reaches round half the circle is both in order and beyond a gap; no TCP has that."""
    assert not_proved("rfc9293") == {"exclusive: seventh.text / seventh.gap"}
    finding = findings("rfc9293")["exclusive: seventh.text / seventh.gap"]
    assert finding.weaker is not None
    assert finding.weaker.status == "proved"
    assert finding.fewer == "counts to 65,535"
    example = dict(finding.result.example)
    assert isinstance(example["SEG.DATA"], int)
    assert example["SEG.DATA"] > 2**31
    with pytest.raises(OverlapError):
        reaction(tcp(), example)


@pytest.mark.slow
def test_every_state_and_every_row_is_asked_about() -> None:
    names = findings("rfc9293")
    assert {f"handled: {state}" for state in tcp().states} <= names.keys()
    assert {f"can fire: {rule.id}" for rule in tcp().rules} <= names.keys()
    assert "exclusive: fifth.old / fifth.unsent" in names
    assert "exclusive: fifth-fin.fw1 / fifth-fin.closing" not in names  # no state has both


def test_a_row_that_can_fire_does_with_the_example() -> None:
    """The examples of TCP's rows, by the rows themselves."""
    ids = [rule.id for rule in tcp().rules]
    for name in ids:
        result = findings("rfc9293")[f"can fire: {name}"].result
        try:
            found = reaction(tcp(), dict(result.example))
        except SemanticError as error:
            later = ids.index(error.row) > ids.index(name)
            assert later, name
        else:
            assert name in [ids[index] for index in found.fired], name


@pytest.mark.slow
def test_a_row_left_out_leaves_a_hole(tmp_path: Any) -> None:
    change = tmp_path / "hole.md"
    change.write_text(
        "# A hole\n\n| extends | because |\n| --- | --- |\n"
        "| rfc9293 | |\n\n"
        "| removes | because |\n| --- | --- |\n| `synsent-5.other` | |\n",
        encoding="utf-8",
    )
    found = {f.result.obligation.name: f.result for f in Table(load(change)).findings()}
    failing = {name for name, result in found.items() if result.status == "fails"}
    assert failing == {"handled: SYN-SENT", "exclusive: seventh.text / seventh.gap"}


def test_what_fails_only_for_segments_that_no_row_sends() -> None:
    """A segment of the alternating bit is a letter or a receipt; one that is neither has no row."""
    failing = {name: f for name, f in findings("alternating-bit").items() if f.result.status != "proved"}
    assert failing.keys() == {"handled: idle", "handled: busy"}
    for finding in failing.values():
        assert finding.weaker is not None
        assert (finding.weaker.status, finding.fewer) == ("proved", "segments that some row can send")


# The walk is what an endpoint does


@cache
def walks() -> tuple[Protocol, Free, dict[tuple[str, str], Walk], Encoder]:
    protocol = tcp()
    encoder = Encoder(protocol)
    free = Free(encoder)
    walker = Walker(encoder, free.scene())
    return (
        protocol,
        free,
        {(e, s): walker.walk(e, s) for e in protocol.events for s in protocol.states},
        encoder,
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_a_walk_fires_the_rows_that_the_endpoint_fires(data: st.DataObject) -> None:
    protocol, free, known, encoder = walks()
    places: list[Any] = [
        *protocol.variables.values(),
        *protocol.switches.values(),
        *protocol.fields.values(),
    ]
    kinds = {place.name: place.kind for place in places}
    values = data.draw(st.fixed_dictionaries({name: values_of(kind) for name, kind in kinds.items()}))
    event = data.draw(st.sampled_from(["segment", "segment", "segment", *protocol.events]))
    state = data.draw(st.sampled_from(list(protocol.states)))
    for variable in protocol.variables.values():
        if variable.lives == "event":
            values[variable.name] = variable.initial
    scenario = next(iter(protocol.scenarios.values()))
    taken = {f"ISN taken {n}": scenario.values["ISN"][0][0] for n in range(1, 200)}
    pairs = _pairs(free, encoder, {**values, **taken})
    walk = known[event, state]

    def holds(condition: Any) -> bool:
        return bool(z3.is_true(z3.simplify(z3.substitute(condition, *pairs))))

    fires = [rule.id for m in walk.moments for rule, _ in m.rows if holds(m.fires(rule))]
    try:
        found = reaction(protocol, {**values, "STATE": state, "event": event})
    except OverlapError:
        assert len(fires) != len({name.split(".")[0] for name in fires})
    except SemanticError as error:
        unhandled = "no row handles it" in error.what
        assert holds(walk.unhandled) == unhandled
    else:
        ids = [protocol.rules[index].id for index in (found.fired if found else ())]
        assert fires == ids
        assert holds(walk.unhandled) == (not ids)


def _pairs(free: Free, encoder: Encoder, values: Mapping[str, Value]) -> list[tuple[Any, Any]]:
    """What to put in for the symbols that ``values`` has."""
    pairs: list[tuple[Any, Any]] = []
    for symbol in free.symbols:
        if symbol.name in values:
            constant = encoder.words.constant(symbol.kind, values[symbol.name])
            pairs += zip(symbol.term.flags, constant.flags, strict=True)
            if not symbol.term.flags:
                pairs.append((symbol.term.value, constant.value))
                if not z3.is_true(symbol.term.present):
                    pairs.append((symbol.term.present, constant.present))
    return pairs
