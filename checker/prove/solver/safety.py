"""That the invariants of a certificate hold in its views, and that the start is in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import z3

from checker.document.kinds import FLAG
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, State, View, members
from checker.prove.solver.encode import Scene
from checker.prove.solver.frame import Carried, Frame, both, same_local, takes_of
from checker.prove.solver.free import Symbol
from checker.prove.solver.inductive import Induction, Question, named_parts, obligation
from checker.prove.solver.obligation import Obligation
from checker.prove.solver.reaction import Reactor
from checker.prove.solver.stepping import breaks
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
        self._view, self._in_view = induction.view, induction.in_view
        self._steppings = induction.steppings
        self._claims = [claim for claim in self.certificate.claims if claim.kind == "invariant"]
        self._is = cache(self._is_in)
        self._locals = [self.frame.local(f"{end}'s ") for end in "AB"]
        switches = self._steppings[0].switches
        self._reactors = [
            Reactor(self.frame.encoder, Scene({"us": local.end}, switches), stepping.reactor.given)
            for local, stepping in zip(self._locals, self._steppings, strict=True)
        ]

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
        carried = [list(some.values()) for some in self._in_flight]
        symbols, wrong = named_parts(self._broken_in_flight)
        peers: dict[int, list[Bool]] = {}
        for n, view in views:
            peers.setdefault(view.b, []).append(self._in_view(n))
        beside = [implied(any_of(*numbers), self._is(1, self._state(1, b))) for b, numbers in peers.items()]
        asked = [
            self._is(0, state),
            any_of(*(one for numbers in peers.values() for one in numbers)),
            *beside,
            *self._within(views),
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

    def _is_in(self, end: int, state: State) -> Bool:
        """That an end is in a local state, its budgets aside."""
        return same_local(self._locals[end], self._steppings[end].constant(state))

    @cached_property
    def _in_flight(self) -> tuple[dict[int, Carried], dict[int, Carried]]:
        """The segments that some view has in flight from A, and from B, by their numbers."""
        found: tuple[dict[int, Carried], dict[int, Carried]] = ({}, {})
        for end in (0, 1):
            for k in sorted({k for view in self.certificate.views for k in members(view[2 + end])}):
                there = Symbol(name := f"segment {k} from {'AB'[end]}", FLAG, Term(z3.Bool(name)))
                fields = self.frame.fields_of(self.certificate.segments[k].values)
                found[end][k] = Carried(there.term.value, fields, (there,))
        return found

    def _within(self, views: Sequence[tuple[int, View]]) -> Iterator[Bool]:
        """That only segments of the view are in flight."""
        for end in (0, 1):
            for k, segment in self._in_flight[end].items():
                of_these = (self._in_view(n) for n, view in views if view[2 + end] >> k & 1)
                yield implied(segment.present, any_of(*of_these))

    @cached_property
    def _broken_in_flight(self) -> dict[str, Bool]:
        return self._broken([list(some.values()) for some in self._in_flight])

    def _broken(self, carried: Sequence[Sequence[Carried]]) -> dict[str, Bool]:
        """Which invariants do not hold of an end, with such segments in flight."""
        named = {}
        for claim in self._claims:
            broken = []
            for end in (0, 1):
                ends = both(self._locals[end].end, self._locals[1 - end].end, end)
                scene = Scene(ends, self._steppings[0].switches)
                places = {"from us": carried[end], "from peer": carried[1 - end]}
                asking = self.frame.asking(scene, places, takes_of(self._reactors, end))
                broken.append(self.frame.broken(claim, asking))
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
        symbols, wrong = named_parts(stepping.broken_claims)
        asked = [*self._called(end, call, opened), *wrong]
        name = f"opened: {number}, claims"
        claim = f"The claims about steps hold when {'AB'[end]} calls {call} before the start."
        return obligation(self.frame, name, claim, asked, (*symbols, *stepping.symbols()))

    def _called(self, end: int, call: str, opened: Opened) -> list[Bool]:
        stepping = self._steppings[end]
        us, peer = opened.ends[end], opened.ends[1 - end]
        own = stepping.constant(us)
        return [
            stepping.happens(call),
            stepping.before.equals(own.state, own.values),
            stepping.peer_is(peer),
            *stepping.relation((call,), us.state),
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
