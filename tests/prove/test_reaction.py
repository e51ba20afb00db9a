"""What an event does, as terms, is what the rows do: in all local states of some scenarios."""

from __future__ import annotations

from typing import Any

import pytest
import z3

from checker.document.kinds import Kind, Value
from checker.document.library import parse
from checker.model.endpoint import Endpoint, Local, Reaction
from checker.model.evaluate import Evaluator, SemanticError
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, State
from checker.prove.solver.encode import Encoder
from checker.prove.solver.frame import Frame
from checker.prove.solver.stepping import Stepping
from checker.prove.solver.terms import EncodeError, Term
from tests.prove.certificates import certificate
from tests.prove.substitution import put
from tests.toys import ROOT

CASES = [
    ("textbook", "four-way"),
    pytest.param("textbook", "last ACK sent again", marks=pytest.mark.slow),
    ("alternating-bit", "two frames"),
    ("timers", "no echo"),
    ("post", "two in a bag"),
    ("outage", "both crash"),
    ("rfc9293", "refused"),
    pytest.param("rfc9293", "crash, listening again", marks=pytest.mark.slow),
]


class Values:
    """Gives symbols values; what then is left of a term is a value."""

    def __init__(self, certificate: Certificate, end: int) -> None:
        self.frame = Frame(Encoder(certificate.protocol))
        self.stepping = Stepping(certificate, self.frame, end)
        self._model: Any = None

    def give(self, us: State, segment: Segment | None) -> None:
        """The values of an end before a step, and of the segment that arrives."""
        self._model = z3.Model()
        constant, before = self.stepping.constant(us), self.stepping.before
        pairs = [*put(before.end.state, constant.state)]
        for name, term in before.end.values.items():
            pairs += put(term, constant.values[name])
        if segment is not None:
            fields = self.frame.fields_of(segment.values)
            for name, term in self.stepping.segment.items():
                pairs += put(term, fields[name])
        for symbol, value in pairs:
            self._model.update_value(symbol, value)

    def holds(self, condition: Any) -> bool:
        found = self._model.eval(condition)
        assert z3.is_true(found) or z3.is_false(found), found
        return bool(z3.is_true(found))

    def read(self, term: Term, kind: Kind) -> Value:
        return self.frame.words.read(kind, term, self._model)


def same_as_rows(values: Values, endpoint: Endpoint, us: State, event: str, segment: Segment | None) -> str:
    """``"enabled"``, ``"broken"`` or nothing: what both say of an event."""
    reaction = values.stepping.taken(event, us.state)
    values.give(us, segment)
    enabled, broken = values.holds(reaction.enabled), values.holds(reaction.broken)
    try:
        expected: Reaction | None = endpoint.react(Local(*us), event, segment)
    except SemanticError:
        assert (enabled, broken) == (False, True)
        return "broken"
    assert not broken
    assert enabled is (expected is not None and not expected.refused)
    if not enabled or expected is None:
        return ""
    kinds = {symbol.name.removeprefix("after "): symbol.kind for symbol in values.stepping.after.symbols}
    (outcome,) = (outcome for outcome in reaction.outcomes if values.holds(outcome.when))
    assert outcome.state == expected.after.state
    assert outcome.state in reaction.states
    after = tuple(values.read(term, kinds[name]) for name, term in outcome.values.items())
    assert after == expected.after.values
    fields = endpoint.protocol.fields
    there = [[one for one in place if values.holds(one.when)] for place in reaction.sent]
    assert all(len(place) <= 1 for place in there)
    sent = tuple(
        Segment(tuple(values.read(one.fields[name], field.kind) for name, field in fields.items()))
        for place in there
        for one in place
    )
    assert sent == expected.sent
    return "enabled"


def takes(endpoint: Endpoint, us: State, call: str) -> bool | None:
    """Whether an end would take a call; ``None`` where the rows have no meaning."""
    try:
        return endpoint.takes(Local(*us), call)
    except SemanticError:
        return None


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_terms_and_rows_agree(name: str, scenario: str, end: int) -> None:
    whole = certificate(name, scenario)
    protocol = whole.protocol
    endpoint = Endpoint(protocol, whole.scenario, end, Evaluator(protocol, whole.switches()))
    values = Values(whole, end)
    said = set()
    calls = [event.name for event in protocol.events.values() if event.kind == "call"]
    taken = {call: values.stepping.reactor.can(call) for call in calls}
    for us in whole.ends[end]:
        values.give(us, None)
        for call, term in taken.items():
            would = values.holds(term.value) if values.holds(term.defined) else None
            assert would is takes(endpoint, us, call)
        for event in protocol.events.values():
            segments = whole.segments if event.kind == "arrival" else [None]
            for segment in segments:
                said.add(same_as_rows(values, endpoint, us, event.name, segment))
    assert "enabled" in said


def test_a_number_that_is_taken_perhaps_cannot_be_asked_about() -> None:
    text = (ROOT / "spec" / "textbook.md").read_text(encoding="utf-8")
    assert "`first := ISN; " in text
    protocol = parse(text.replace("`first := ISN; ", "`first := (ISN if resend else 7); "), "textbook.md")
    scenario = protocol.scenarios["three-way"]
    empty = Certificate(protocol, scenario, ([], []), [], [], [])
    with pytest.raises(EncodeError, match="takes from a supply under a condition"):
        Stepping(empty, Frame(Encoder(protocol)), 0)
