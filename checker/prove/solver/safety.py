"""That the invariants of a certificate hold in its views, and that the start is in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from checker.document.kinds import FLAG
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, State, members
from checker.prove.solver.encode import Scene
from checker.prove.solver.frame import Carried, Frame, both
from checker.prove.solver.free import Symbol
from checker.prove.solver.inductive import Induction, Question, breaks, named_parts, obligation
from checker.prove.solver.obligation import Obligation
from checker.prove.solver.stepping import is_number
from checker.prove.solver.terms import TRUE, Bool, Term, all_of, any_of, implied, negated


@dataclass(frozen=True)
class Opened:
    """How far the calls before the start have come: the local states, and what was sent."""

    ends: tuple[State, State]
    sent: tuple[tuple[Segment, ...], tuple[Segment, ...]]


class Safety:
    """The questions about states: those that views stand for, and those up to the start."""

    def __init__(self, induction: Induction) -> None:
        self.certificate: Certificate = induction.certificate
        self.frame: Frame = induction.frame
        self._view = induction.view
        self._steppings = induction.steppings
        self._claims = [claim for claim in self.certificate.claims if claim.kind == "invariant"]
        self._step_claims = [claim for claim in self.certificate.claims if claim.kind == "step"]
        self._locals = [self.frame.local(f"{end}'s ") for end in "AB"]

    def questions(self) -> Iterator[Question]:
        """One for each local state of A that some view has, if there are claims about states."""
        if self._claims:
            for place in sorted({view.a for view in self.certificate.views}):
                yield Question(self.states(place), 0, place)

    # States that views stand for

    def states(self, place: int) -> Obligation:
        """The invariants hold in all states of the views of a local state of A, whatever part of
        their segments is in flight."""
        views = [(n, view) for n, view in enumerate(self.certificate.views) if view.a == place]
        state = self.certificate.ends[0][place]
        carried, bounds = [], []
        for end in (0, 1):
            numbers = sorted({k for _, view in views for k in members(view[2 + end])})
            there = [self._in_flight(end, k, self.certificate.segments[k]) for k in numbers]
            carried.append(there)
            for k, segment in zip(numbers, there, strict=True):
                within = any_of(*(is_number(self._view, n) for n, view in views if view[2 + end] >> k & 1))
                bounds.append(implied(segment.present, within))
        symbols, wrong = named_parts(self._broken(carried))
        peers: dict[int, list[Bool]] = {}
        for n, view in views:
            peers.setdefault(view.b, []).append(is_number(self._view, n))
        beside = [implied(any_of(*numbers), self._is(1, self._state(1, b))) for b, numbers in peers.items()]
        asked = [
            self._is(0, state),
            any_of(*(one for numbers in peers.values() for one in numbers)),
            *beside,
            *bounds,
            *wrong,
        ]
        name = f"A in {state.state} (#{place})"
        claim = f"The invariants hold in all states of the views of {name}."
        return obligation(self.frame, f"states: {name}", claim, asked, self._symbols(symbols, carried))

    def _symbols(self, more: Sequence[Symbol], carried: Sequence[Sequence[Carried]]) -> tuple[Symbol, ...]:
        there = (symbol for some in carried for each in some for symbol in each.symbols)
        return (*more, self._view, *(s for local in self._locals for s in local.symbols), *there)

    def _state(self, end: int, place: int) -> State:
        return self.certificate.ends[end][place]

    def _is(self, end: int, state: State) -> Bool:
        constant = self._steppings[end].constant(state)
        return self._locals[end].equals(constant.state, constant.values)

    def _in_flight(self, end: int, number: int, segment: Segment) -> Carried:
        """A segment that may be in flight from an end."""
        there = Symbol(name := f"segment {number} from {'AB'[end]}", FLAG, Term(z3.Bool(name)))
        return Carried(there.term.value, self.frame.fields_of(segment.values), (there,))

    def _broken(self, carried: Sequence[Sequence[Carried]]) -> dict[str, Bool]:
        """Which invariants do not hold of an end, with such segments in flight."""
        named = {}
        for claim in self._claims:
            broken = []
            for end in (0, 1):
                ends = both(self._locals[end].end, self._locals[1 - end].end, end)
                scene = Scene(ends, self._steppings[0].switches)
                places = {"from us": carried[end], "from peer": carried[1 - end]}
                broken.append(self.frame.broken(claim, self.frame.asking(scene, places)))
            named[breaks(claim)] = any_of(*broken)
        return named

    # Up to the start

    def before(self, number: int, opened: Opened) -> Obligation:
        """The invariants hold before a call of ``opened``."""
        carried = [[Carried(TRUE, self.frame.fields_of(s.values)) for s in sent] for sent in opened.sent]
        symbols, wrong = named_parts(self._broken(carried))
        asked = [*(self._is(end, opened.ends[end]) for end in (0, 1)), *wrong]
        claim = "The invariants hold before the start."
        name = f"before the start: {number}"
        return obligation(self.frame, name, claim, asked, self._symbols(symbols, carried))

    def opening(self, number: int, end: int, call: str, opened: Opened) -> Obligation:
        """A call before the start can be made; the example is what comes of it."""
        stepping = self._steppings[end]
        reaction = stepping.taken(call, opened.ends[end].state)
        asked = [*self._called(end, call, opened), reaction.enabled, negated(reaction.broken)]
        name, claim = f"opened: {number}", f"{'AB'[end]} can call {call} before the start."
        return obligation(self.frame, name, claim, asked, stepping.symbols(), wants="sat")

    def opening_claims(self, number: int, end: int, call: str, opened: Opened) -> Obligation:
        """The claims about steps hold of a call before the start."""
        stepping = self._steppings[end]
        scene = stepping.claim_scene()
        symbols, wrong = named_parts({breaks(c): self.frame.broken(c, scene) for c in self._step_claims})
        asked = [*self._called(end, call, opened), *wrong]
        name = f"opened: {number}, claims"
        claim = f"The claims about steps hold when {'AB'[end]} calls {call} before the start."
        return obligation(self.frame, name, claim, asked, (*symbols, *stepping.symbols()))

    def _called(self, end: int, call: str, opened: Opened) -> list[Bool]:
        stepping = self._steppings[end]
        us, peer = opened.ends[end], opened.ends[1 - end]
        own, other = stepping.constant(us), self._steppings[1 - end].constant(peer)
        return [
            stepping.happens(call),
            stepping.before.equals(own.state, own.values),
            stepping.peer.equals(other.state, other.values),
            *stepping.relation([call], us.state),
        ]

    def start(self, opened: Opened) -> Obligation:
        """Some view covers the start."""
        budgets = [(state.called, state.faults) for state in opened.ends]
        covering = []
        for view in self.certificate.views:
            states = [self._state(end, view[end]) for end in (0, 1)]
            if [(state.called, state.faults) for state in states] == budgets:
                sent = (self._among(opened.sent[end], view[2 + end]) for end in (0, 1))
                covering.append(all_of(*(self._is(end, states[end]) for end in (0, 1)), *sent))
        asked = [*(self._is(end, opened.ends[end]) for end in (0, 1)), negated(any_of(*covering))]
        claim = "Some view covers the start."
        return obligation(self.frame, "start", claim, asked, self._symbols([], [[], []]))

    def _among(self, sent: Sequence[Segment], bits: int) -> Bool:
        """That all that was sent is in a set of segments."""
        fields = self.frame.fields_of
        known = [fields(self.certificate.segments[k].values) for k in members(bits)]
        return all_of(
            *(any_of(*(self.frame.alike(fields(s.values), other) for other in known)) for s in sent)
        )
