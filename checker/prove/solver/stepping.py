"""The steps of one end of a certificate, as terms: any event in any local state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import z3

from checker.document import syntax as s
from checker.document.protocol import Assumption, Property
from checker.prove.certificate import Certificate, State, members
from checker.prove.solver.cases import does
from checker.prove.solver.encode import End, Scene
from checker.prove.solver.frame import Frame, both, same_local
from checker.prove.solver.free import Symbol
from checker.prove.solver.given import A_ACTS, Given
from checker.prove.solver.reaction import Reaction, Reactor
from checker.prove.solver.terms import (
    FALSE,
    TRUE,
    Bool,
    EncodeError,
    Term,
    all_of,
    any_of,
    flag,
    implied,
    negated,
)


@dataclass(frozen=True)
class Trial:
    """What an end may try in a local state; ``called`` and ``faults`` are those after."""

    event: str
    called: int
    faults: tuple[int, ...]


@dataclass(frozen=True)
class Left:
    """What is left in flight where an assumption lets an end act: what answers it gets of the
    network for that."""

    name: str
    drained: bool
    none_equal: bool


ALL, NONE_EQUAL, NOTHING = "all", "all but what equals what is sent", "nothing"

LEFT = (Left(ALL, False, False), Left(NONE_EQUAL, False, True), Left(NOTHING, True, True))


class Stepping:
    """``before``, ``after`` and ``peer`` are the symbols of local states, ``sent`` those of what is
    sent, for any step of an end (0 is A)."""

    def __init__(self, certificate: Certificate, frame: Frame, end: int) -> None:
        self.certificate, self.frame, self.end = certificate, frame, end
        self.before, self.after, self.peer = (frame.local(p) for p in ("before ", "after ", "peer's "))
        self.segment, self.segment_symbols = frame.segment("segment: ")
        self.event = frame.event()
        givens = [Given(frame.protocol, certificate.scenario, frame.words, is_a) for is_a in A_ACTS]
        self.switches = givens[0].switches()
        scene = Scene({"us": self.before.end}, self.switches, self.segment, self.event.term)
        self.reactor = Reactor(frame.encoder, scene, givens[end])
        beside = Scene({"us": self.peer.end}, self.switches, None, self.event.term)
        self._peer_reactor = Reactor(frame.encoder, beside, givens[1 - end])
        self._assumed = [certificate.protocol.assumptions[name] for name in certificate.scenario.assume]
        self.sent = tuple(frame.carried(f"sent {i + 1}") for i in range(self._most_sent()))
        self.relation = cache(self._relation)
        self.constant = cache(self._constant)
        self.peer_is = cache(self._peer_is)
        self.leads_to = cache(self._leads_to)
        self.sends_only = cache(self._sends_only)
        self.arrives = cache(self._arrives)
        self._is = cache(self._is_segment)

    # What may be tried

    def trials(self, us: State) -> Iterator[Trial]:
        """Calls that are left, each once, own events, timers, and faults that are left."""
        calls = self.certificate.scenario.calls[self.end]
        for i in range(us.called, len(calls)):
            if calls[i] not in calls[us.called : i]:
                yield Trial(calls[i], i + 1, us.faults)
        faults = iter(enumerate(us.faults))
        for event in self.certificate.protocol.events.values():
            if event.kind in ("own", "timer"):
                yield Trial(event.name, us.called, us.faults)
            elif event.kind == "fault":
                i, left = next(faults)
                if left:
                    yield Trial(event.name, us.called, (*us.faults[:i], left - 1, *us.faults[i + 1 :]))

    def arrival(self, us: State) -> Trial:
        return Trial(self.certificate.arrival(), us.called, us.faults)

    def _most_sent(self) -> int:
        """How many segments any step can send at once, those before the start among them."""
        numbers = sorted({view[self.end] for view in self.certificate.views})
        used = [self.certificate.ends[self.end][number] for number in numbers]
        tried = {(trial.event, us.state): None for us in used for trial in self._all(us)}
        opened = [call for end, call in self.certificate.scenario.opened if end == self.end]
        tried |= {(call, state): None for call in opened for state in self.certificate.protocol.states}
        return max((len(self.taken(*key).sent) for key in tried), default=0)

    def _all(self, us: State) -> Iterator[Trial]:
        yield from self.trials(us)
        if self.certificate.arrival():
            yield self.arrival(us)

    # A step

    def taken(self, event: str, state: str) -> Reaction:
        return self.reactor.react(event, state)

    def happens(self, event: str) -> Bool:
        return self.event.term.value == self.frame.words.term(event).value

    def _relation(self, events: tuple[str, ...], state: str) -> list[Bool]:
        """That ``after`` and ``sent`` are what one of the events does to ``before``, which is in the
        control state ``state``."""
        reactions = [(self.happens(event), self.taken(event, state)) for event in events]
        return list(does(self.after, self.sent, reactions, self.frame.words))

    # Compared with the certificate

    def _constant(self, state: State) -> End:
        return End(self.frame.words.term(state.state), self.frame.values_of(state.values))

    def _peer_is(self, state: State) -> Bool:
        """That the peer is in a local state, its budgets aside."""
        return same_local(self.peer, self.constant(state))

    def _leads_to(self, place: int) -> Bool:
        """That the end is in a local state of the certificate afterwards, its budgets aside."""
        return same_local(self.after, self.constant(self.certificate.ends[self.end][place]))

    def _sends_only(self, bits: int) -> Bool:
        """That all that is sent is in a set of segments."""
        return all_of(
            *(
                implied(carried.present, any_of(*(self._is(i, k, True) for k in members(bits))))
                for i, carried in enumerate(self.sent)
            )
        )

    def sends_equal_of(self, bits: int) -> Bool:
        """That to each of a set of segments one is sent that is equal, ghosts aside."""
        sent = list(enumerate(self.sent))
        return all_of(
            *(any_of(*(all_of(c.present, self._is(i, k, False)) for i, c in sent)) for k in members(bits))
        )

    def _is_segment(self, place: int, number: int, ghosts: bool) -> Bool:
        """That what is sent there is a segment of the certificate, perhaps ghosts aside."""
        fields = self.frame.fields_of(self.certificate.segments[number].values)
        return self.frame.alike(self.sent[place].fields, fields, ghosts)

    def _arrives(self, number: int) -> Bool:
        """That what arrives is a segment of the certificate."""
        return self.frame.alike(self.segment, self.frame.fields_of(self.certificate.segments[number].values))

    # Assumptions

    def tests(self, event: str) -> list[Assumption]:
        return [assumption for assumption in self._assumed if event in assumption.events]

    def allowed(self, event: str, left: Left, peers: frozenset[str]) -> Term:
        """Whether the assumptions allow an event, for answers of the network; ``peers`` are the
        control states that the peer may be in."""

        def asks(node: s.Expression, _: str) -> Term:
            match node:
                case s.NothingInFlight():
                    return flag(TRUE if left.drained else FALSE)
                case s.NoEqualSegment():
                    return flag(TRUE if left.none_equal else FALSE)
                case s.PeerTimerDisabled():
                    return flag(negated(self._peer_reactor.can(node.event, sorted(peers)).value))
                case _:
                    raise EncodeError("an assumption that asks for segments")

        scene = Scene({"us": self.before.end}, self.switches, None, self.event.term, asks=asks)
        value, defined = TRUE, TRUE
        for assumption in self.tests(event):
            term = self.frame.encoder.term(assumption.condition, scene)
            defined = all_of(defined, implied(value, term.defined))
            value = all_of(value, term.value)
        return flag(value, defined)

    # Claims of a step

    @cached_property
    def broken_claims(self) -> dict[str, Bool]:
        """When a step breaks each of the claims about steps."""
        scene = self._claim_scene()
        claims = (claim for claim in self.certificate.claims if claim.kind == "step")
        return {breaks(claim): self.frame.broken(claim, scene) for claim in claims}

    def _claim_scene(self) -> Scene:
        ends = {**both(self.after.end, self.peer.end, self.end), "before": self.before.end}
        arrival = self.certificate.arrival()
        arrives = self.happens(arrival) if arrival else FALSE  # else there is no segment to read
        segment = {name: replace(term, defined=arrives) for name, term in self.segment.items()}
        scene = Scene(ends, self.switches, segment, self.event.term)
        return self.frame.asking(scene, {"sent": self.sent})

    def symbols(self) -> tuple[Symbol, ...]:
        carried = (symbol for each in self.sent for symbol in each.symbols)
        locals_ = (*self.before.symbols, *self.after.symbols, *self.peer.symbols)
        return (self.event, *locals_, *self.segment_symbols, *carried)


def breaks(claim: Property) -> str:
    """The name of the symbol that says that a claim is broken."""
    return f"breaks {claim.name}"


def is_number(symbol: Symbol, number: int) -> Bool:
    return symbol.term.value == z3.BitVecVal(number, symbol.term.value.size())
