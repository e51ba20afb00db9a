"""Checks a certificate: that its views cover all runs of its scenario on a network without bounds.

Proofs rest on this file, and on ``certificate``, ``rows`` and ``claims`` (docs/trusted-base.md).
They share the reader of documents and the meaning of expressions with the rest of the program, and
nothing else: what rows do, what may happen and what claims speak of is said here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.evaluate import Env, Network, SemanticError, Unset
from checker.model.segment import Segment, SegmentForm
from checker.prove.certificate import Certificate, Lookup, Refused, State, Step, View, members
from checker.prove.claims import Claims, Values
from checker.prove.rows import Rows


def audit(certificate: Certificate) -> list[str]:
    """Raises ``Refused`` unless the views cover the start and every step from one of them, and the
    claims hold before the start, in every view, and of every step.

    The answer is what else bounds the claims: supplies that ran out and ghosts that saturated.
    """
    auditor = _Auditor(certificate)
    auditor.initiation()
    for view in certificate.views:
        auditor.consecution(view)
        auditor.claims.ask_view(view)
    return [note for rows in auditor.rows for note in rows.notes()]


class _Auditor:
    """Takes every step from the views of a certificate."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate, self.lookup, self.value = certificate, Lookup(certificate), Values(certificate)
        self.rows = [Rows(certificate, end, self.value) for end in (0, 1)]
        self.claims = Claims(certificate, self.value, lambda end, us, call: self.rows[end].takes(us, call))
        self.assumed = [certificate.protocol.assumptions[name] for name in certificate.scenario.assume]
        self.wires = list(map(SegmentForm(certificate.protocol).wire, certificate.segments))
        self.known: dict[tuple[int, int, int | None], list[Step]] = {}

    def initiation(self) -> None:
        """The start is covered, and the claims hold before it."""
        ends = [rows.start for rows in self.rows]
        sent: list[list[Segment]] = [[], []]
        for end, call in self.certificate.scenario.opened:
            self.claims.ask_before_start(ends, sent)
            step = self.taken(end, ends[end], call, ends[end])
            if step is None:
                raise Refused(f"{'AB'[end]} cannot call {call} before the start")
            self.claims.ask_opening(step, ends[1 - end])
            ends[end] = step.after
            sent[end].extend(step.sent)
        places = [self.lookup.place(end, ends[end]) for end in (0, 1)]
        if not self.lookup.covers(places, [self.lookup.set_of(segments) for segments in sent]):
            raise Refused(f"no view covers the start: {self.certificate.lack(ends, sent)}")

    def consecution(self, view: View) -> None:
        """Every step from a view leads into a view, and the claims hold of it."""
        for end in (0, 1):
            for arriving in (None, *members(view[3 - end])):
                for step in self.steps(end, view[end], arriving):
                    for left in self.left(step, view):
                        self.require(view, step, left)
                        self.claims.ask_step(step, view)

    def steps(self, end: int, place: int, arriving: int | None) -> list[Step]:
        """What an end does when a segment arrives, or by itself."""
        key = end, place, arriving
        if key not in self.known:
            us, certificate = self.certificate.ends[end][place], self.certificate
            if arriving is None:
                steps = [self.taken(end, us, event, paid) for event, paid in self.rows[end].own(us)]
            else:
                steps = [self.taken(end, us, certificate.arrival(), us, certificate.segments[arriving])]
            self.known[key] = [step for step in steps if step is not None]
        return self.known[key]

    def taken(
        self, end: int, us: State, event: str, paid: State, segment: Segment | None = None
    ) -> Step | None:
        try:
            reaction = self.rows[end].react(paid, event, segment)
        except (Unset, SemanticError) as error:
            step = Step(end, event, segment, us, us, (), 0, 0)
            what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
            raise Refused(f"{self.certificate.step(step)}: {what}") from None
        if reaction is None:
            return None
        after, sent = reaction
        numbers = self.lookup.place(end, after), self.lookup.set_of(sent)
        return Step(end, event, segment, us, after, tuple(sent), *numbers)

    def left(self, step: Step, view: View) -> Iterator[list[int]]:
        """What may be in flight when the assumptions allow a step: all, all but what equals that
        which it sends, or nothing."""
        tests = [a.condition for a in self.assumed if step.event in a.events]
        if not tests:
            yield [*view[2:]]
            return
        env, wire = Env(), SegmentForm(self.certificate.protocol).wire
        env.us = step.before
        sent = {wire(segment) for segment in step.sent}
        unlike = [*view[2:]]
        unlike[step.end] &= ~sum(1 << i for i, equal in enumerate(self.wires) if equal in sent)
        disabled = self.disabled(1 - step.end, view)
        for drained, none_equal, left in (
            (False, False, [*view[2:]]),
            (False, True, unlike),
            (True, True, [0, 0]),
        ):
            env.network = Network(drained, none_equal, disabled)
            if all(self.value(test, env) for test in tests):
                yield left

    def disabled(self, end: int, view: View) -> frozenset[str]:
        """The timers of an end that no row fires on."""
        enabled = {step.event for step in self.steps(end, view[end], None)}
        return frozenset(self.certificate.protocol.events) - enabled

    def require(self, view: View, step: Step, left: list[int]) -> None:
        """Raises unless the view after a step is covered."""
        places, sets = [*view[:2]], [*left]
        places[step.end] = step.place
        sets[step.end] |= step.bits
        if not self.lookup.covers(places, sets):
            certificate = self.certificate
            ends = [states[i] for states, i in zip(certificate.ends, view[:2], strict=True)]
            ends[step.end] = step.after
            in_flight = [[certificate.segments[i] for i in members(bits)] for bits in left]
            in_flight[step.end].extend(step.sent)
            where = f"{certificate.place(view)}: {certificate.step(step)}"
            raise Refused(f"no view covers what follows from {where}: {certificate.lack(ends, in_flight)}")
