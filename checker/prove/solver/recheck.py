"""Checks a certificate by the solver, and says in terms of the document why one is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.document.kinds import Value
from checker.document.names import STATE
from checker.document.protocol import Protocol
from checker.model.segment import Segment, SegmentForm
from checker.prove.certificate import Certificate, Lookup, Refused, State, Step, View, members
from checker.prove.solver.encode import Encoder
from checker.prove.solver.frame import Frame
from checker.prove.solver.given import A_ACTS, Given
from checker.prove.solver.inductive import BROKEN, UNCOVERED, Induction, Question
from checker.prove.solver.obligation import Result, solve
from checker.prove.solver.safety import Opened, Safety
from checker.prove.solver.stepping import LEFT, NONE_EQUAL, NOTHING, breaks

EFFORT = 500_000_000
"""What the solver may spend on one question: about a minute."""


@dataclass(frozen=True)
class Answer:
    """What the solver says to one question; ``refusal`` says why a certificate is refused."""

    result: Result
    refusal: str = ""


def recheck(certificate: Certificate, effort: int = EFFORT) -> Iterator[Answer]:
    """The answers to all questions; a certificate is accepted if they are all proved.

    Raises ``Refused`` where it need not be asked, ``EncodeError`` where it cannot be asked.
    """
    _require_claims_of_views(certificate)
    Lookup(certificate)  # which refuses views of what is not there
    return _Checker(certificate, effort).answers()


def _require_claims_of_views(certificate: Certificate) -> None:
    for claim in certificate.claims:
        if claim.kind not in ("invariant", "step"):
            raise Refused(f"{claim.name}: views say nothing of a `{claim.kind}` property")
        if missing := [name for name in claim.assumptions if name not in certificate.scenario.assume]:
            raise Refused(f"{claim.name}: the scenario does not assume {', '.join(missing)}")


class _Checker:
    def __init__(self, certificate: Certificate, effort: int) -> None:
        self.certificate, self.effort = certificate, effort
        self.frame = Frame(Encoder(certificate.protocol))
        self.induction = Induction(certificate, self.frame)
        self.safety = Safety(self.induction)

    def answers(self) -> Iterator[Answer]:
        yield from self._start()
        for question in self.induction.questions():
            result = solve(question.obligation, self.effort)
            yield Answer(result, self._of_steps(question, result) if result.status == "fails" else "")
        for question in self.safety.questions():
            result = solve(question.obligation, self.effort)
            yield Answer(result, self._of_states(result) if result.status == "fails" else "")

    # The start

    def _start(self) -> Iterator[Answer]:
        ends = [self._initial(end) for end in (0, 1)]
        opened = Opened((ends[0], ends[1]), ((), ()))
        for number, (end, call) in enumerate(self.certificate.scenario.opened, 1):
            before = solve(self.safety.before(number, opened), self.effort)
            yield Answer(before, self._broken_claim(before, "before the start"))
            made = solve(self.safety.opening(number, end, call, opened), self.effort)
            refusal = f"{'AB'[end]} cannot call {call} before the start" if made.status == "fails" else ""
            yield Answer(made, refusal)
            if made.status != "proved":
                return
            step = f"{'AB'[end]} in {opened.ends[end].state} on {call}, before the start"
            claims = solve(self.safety.opening_claims(number, end, call, opened), self.effort)
            yield Answer(claims, self._broken_claim(claims, step))
            opened = self._after(opened, end, made)
        start = solve(self.safety.start(opened), self.effort)
        lack = self.certificate.lack(opened.ends, opened.sent) if start.status == "fails" else ""
        yield Answer(start, f"no view covers the start: {lack}" if lack else "")

    def _initial(self, end: int) -> State:
        """The local state before anything has happened."""
        protocol, scenario = self.certificate.protocol, self.certificate.scenario
        given = Given(protocol, scenario, self.frame.words, A_ACTS[end])
        values = tuple(given.initial_value(v, end) for v in protocol.variables.values())
        faults = [event.name for event in protocol.events.values() if event.kind == "fault"]
        left = tuple(scenario.faults.get(name, (0, 0))[end] for name in faults)
        return State(protocol.initial_state, values, 0, left)

    def _after(self, opened: Opened, end: int, made: Result) -> Opened:
        """After a call that an example shows."""
        example = dict(made.example)
        ends, sent = [*opened.ends], [*opened.sent]
        before = ends[end]
        ends[end] = self._state(example, before.called, before.faults)
        sent[end] = (*sent[end], *self._sent(example))
        return Opened((ends[0], ends[1]), (sent[0], sent[1]))

    # Examples in terms of the document

    def _state(self, example: Mapping[str, Value], called: int, faults: tuple[int, ...]) -> State:
        protocol: Protocol = self.certificate.protocol
        values = tuple(example[f"after {name}"] for name in protocol.variables)
        return State(str(example[f"after {STATE}"]), values, called, faults)

    def _sent(self, example: Mapping[str, Value]) -> tuple[Segment, ...]:
        fields = self.certificate.protocol.fields
        slots = range(1, len(self.induction.steppings[0].sent) + len(self.induction.steppings[1].sent) + 1)
        there = [f"sent {i}" for i in slots if example.get(f"sent {i}")]
        return tuple(Segment(tuple(example[f"{slot}: {name}"] for name in fields)) for slot in there)

    def _broken_claim(self, result: Result, place: str) -> str:
        """Why an answer that fails refuses the certificate; empty for the others."""
        if result.status != "fails":
            return ""
        example = dict(result.example)
        claim = next(c for c in self.certificate.claims if example.get(breaks(c)))
        return f"{claim.name} does not hold: {place}"

    def _of_states(self, result: Result) -> str:
        view = self.certificate.views[_number(result, self.induction.view.name)]
        return self._broken_claim(result, self.certificate.place(view))

    def _of_steps(self, question: Question, result: Result) -> str:
        """The view and the step that an example shows, and what is wrong with it."""
        certificate, example = self.certificate, dict(result.example)
        view = certificate.views[_number(result, self.induction.view.name)]
        end, event = question.end, str(example["event"])
        us = certificate.ends[end][question.place]
        arrives = event == certificate.arrival()
        arriving = certificate.segments[_number(result, "arriving")] if arrives else None
        trials = self.induction.steppings[end].trials(us)
        spent = next((t for t in trials if t.event == event), None) or self.induction.steppings[end].arrival(
            us
        )
        after, sent = self._state(example, spent.called, spent.faults), self._sent(example)
        what = certificate.step(Step(end, event, arriving, us, after, sent, 0, 0))
        if example[BROKEN]:
            return f"{what}: the rows have no meaning there (`lastack lint` says why)"
        if not example[UNCOVERED]:
            return self._broken_claim(result, what)
        in_flight = self._in_flight(view, LEFT[_number(result, "left")].name, end, sent)
        ends = [states[i] for states, i in zip(certificate.ends, view[:2], strict=True)]
        ends[end] = after
        lack = certificate.lack(ends, in_flight)
        return f"no view covers what follows from {certificate.place(view)}: {what}: {lack}"

    def _in_flight(self, view: View, left: str, end: int, sent: tuple[Segment, ...]) -> list[list[Segment]]:
        """What is in flight after a step."""
        in_flight = [[self.certificate.segments[k] for k in members(bits)] for bits in view[2:]]
        if left == NOTHING:
            in_flight = [[], []]
        elif left == NONE_EQUAL:
            wire = SegmentForm(self.certificate.protocol).wire
            wires = {wire(segment) for segment in sent}
            in_flight[end] = [segment for segment in in_flight[end] if wire(segment) not in wires]
        in_flight[end].extend(sent)
        return in_flight


def _number(result: Result, name: str) -> int:
    number = dict(result.example)[name]
    assert isinstance(number, int)
    return number
