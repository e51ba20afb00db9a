"""Any one step of a scenario on its own network, as a term: a state now, and the next one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations

import z3

from checker.document import syntax as s
from checker.document.protocol import Scenario
from checker.prove.solver.budgets import calls_paid, faults_paid, is_number, spent
from checker.prove.solver.cases import does, values_are_as
from checker.prove.solver.encode import Scene
from checker.prove.solver.frame import Carried, Frame
from checker.prove.solver.given import A_ACTS, Given
from checker.prove.solver.network import Channel, channel_is_as, local_is_as, state_of
from checker.prove.solver.reaction import Reaction, Reactor
from checker.prove.solver.terms import Bool, EncodeError, Term, all_of, any_of, flag, implied, negated

NOW, NEXT = "now ", "next "


class Transition:
    """A step: ``A acts`` or B does, an ``event`` happens to it, or the network loses or doubles
    what it sent; ``now`` and ``next`` are the states around it."""

    def __init__(self, frame: Frame, scenario: Scenario) -> None:
        self.frame, self.scenario, self.protocol = frame, scenario, frame.protocol
        self.now, self.next = (state_of(frame, scenario, prefix) for prefix in (NOW, NEXT))
        self.a_acts = z3.Bool("A acts")
        self._by = (self.a_acts, negated(self.a_acts))
        self._event = frame.event().term
        self._acts, self._loses, self._doubles = z3.Bools("acts loses doubles")
        self.us, self._peer, self.after = (frame.local(p) for p in ("us: ", "peer: ", "after: "))
        self._segment, _ = frame.segment("segment: ")
        self._place = frame.number("place", max(0, scenario.capacity - 1))
        given = Given(self.protocol, scenario, frame.words, self.a_acts)
        self.switches = given.switches()
        scene = Scene({"us": self.us.end}, self.switches, self._segment, self._event)
        self.reactor = Reactor(frame.encoder, scene, given)
        beside = Scene({"us": self._peer.end}, self.switches, None, self._event)
        other = Given(self.protocol, scenario, frame.words, negated(self.a_acts))
        self._beside = Reactor(frame.encoder, beside, other)
        self._reactions = list(self._all())
        most = max((len(reaction.sent) for _, reaction in self._reactions), default=0)
        self.sent = [frame.carried(f"sent {i + 1}") for i in range(most)]

    # What can happen

    def _events(self) -> Iterator[str]:
        """The events that the scenario leaves room for."""
        calls = {call for side in self.scenario.calls for call in side}
        calls |= {call for _, call in self.scenario.opened}
        for event in self.protocol.events.values():
            if event.kind == "call" and event.name not in calls:
                continue
            if event.kind == "fault" and not any(self.scenario.faults.get(event.name, (0, 0))):
                continue
            yield event.name

    def _all(self) -> Iterator[tuple[Bool, Reaction]]:
        """(that an event happens in a state, what it does) for all that can do something."""
        for event in self._events():
            for state in self.protocol.states:
                reaction = self.reactor.react(event, state)
                if not z3.is_false(reaction.enabled):
                    in_state = self.us.end.state.value == self.frame.words.term(state).value
                    yield all_of(self.happens(event), in_state), reaction

    @cached_property
    def ends(self) -> tuple[Reactor, Reactor]:
        """What events would do to each end now."""
        a, b = (
            Reactor(
                self.frame.encoder,
                Scene({"us": now.local.end}, self.switches),
                Given(self.protocol, self.scenario, self.frame.words, is_a),
            )
            for now, is_a in zip(self.now.ends, A_ACTS, strict=True)
        )
        return a, b

    def happens(self, event: str) -> Bool:
        return self._event.value == self.frame.words.term(event).value

    # The step

    def relation(self) -> Bool:
        """That the next state comes after the one now."""
        a, b = (end.local for end in self.now.ends)
        return all_of(
            *_exactly_one(self._acts, self._loses, self._doubles),
            *local_is_as(self.us, [(self._by[0], a), (self._by[1], b)]),
            *local_is_as(self._peer, [(self._by[0], b), (self._by[1], a)]),
            *does(self.after, self.sent, self._reactions, self.frame.words),
            implied(self._acts, any_of(*(all_of(case, r.enabled) for case, r in self._reactions))),
            *self._allowed(),
            *self._taken_out(),
            *self._afterwards(),
        )

    def _afterwards(self) -> Iterator[Bool]:
        """What becomes of the ends, the channels and the budgets."""
        faults = [event.name for event in self.protocol.events.values() if event.kind == "fault"]
        calls = [event.name for event in self.protocol.events.values() if event.kind == "call"]
        lost = [self._loses]
        for end, (now, after) in enumerate(zip(self.now.ends, self.next.ends, strict=True)):
            acts = self._does(self._acts, end)
            yield from local_is_as(after.local, [(acts, self.after), (negated(acts), now.local)])
            makes = {call: all_of(acts, self.happens(call)) for call in calls}
            yield from calls_paid(now, after, self.scenario.calls[end], makes)
            yield from faults_paid(now, after, [all_of(acts, self.happens(fault)) for fault in faults])
            filled, found_no_room = self.now.channels[end].with_sent(self.sent)
            yield from channel_is_as(self.next.channels[end], list(self._channels(end, filled)))
            lost += [all_of(acts, each) for each in found_no_room]
        yield from spent(self.now.losses, self.next.losses, lost)
        yield from spent(self.now.duplications, self.next.duplications, [self._doubles])

    def _does(self, kind: Bool, end: int) -> Bool:
        """That an end does a kind of step, or that it is done to what this end sent."""
        return all_of(kind, self._by[end])

    # Channels

    def _channels(self, end: int, filled: Channel) -> Iterator[tuple[Bool, Channel]]:
        """What may become of the channel that an end sends into, and when."""
        now = self.now.channels[end]
        sends, loses, doubles = (self._does(kind, end) for kind in (self._acts, self._loses, self._doubles))
        leaves = any_of(self._receives(1 - end), loses)
        yield sends, filled
        for i in range(self.scenario.capacity):
            yield all_of(leaves, self._at(i)), now.without(i)
            yield all_of(doubles, self._at(i)), now.doubled(i)
        yield negated(any_of(sends, leaves, doubles)), now

    def _taken_out(self) -> Iterator[Bool]:
        """That there is something to receive, to lose, to double; and what it is that arrives."""
        arriving = []
        queue = self.scenario.network.order == "queue"
        for end, channel in enumerate(self.now.channels):
            receives = self._receives(1 - end)
            first = channel.places[: 1 if queue else None]
            yield implied(receives, self._somewhere(first))
            for kind in (self._loses, self._doubles):
                yield implied(self._does(kind, end), self._somewhere(channel.places))
            yield implied(self._does(self._doubles, end), negated(channel.full))
            arriving += [(all_of(receives, self._at(i)), place.fields) for i, place in enumerate(first)]
        yield from values_are_as(self._segment, arriving)

    def _receives(self, end: int) -> Bool:
        arrivals = [self.happens(e.name) for e in self.protocol.events.values() if e.kind == "arrival"]
        return all_of(self._does(self._acts, end), any_of(*arrivals))

    def _at(self, place: int) -> Bool:
        return is_number(self._place, place)

    def _somewhere(self, places: Sequence[Carried]) -> Bool:
        """That the place is one where something is."""
        return any_of(*(all_of(self._at(i), place.present) for i, place in enumerate(places)))

    # Assumptions

    def _allowed(self) -> Iterator[Bool]:
        """That the assumptions allow the event."""
        scene = Scene({"us": self.us.end}, self.switches, None, self._event, asks=self._answer)
        for name in self.scenario.assume:
            assumption = self.protocol.assumptions[name]
            term = self.frame.encoder.term(assumption.condition, scene)
            on = any_of(*(self.happens(event) for event in assumption.events))
            yield implied(all_of(self._acts, on), all_of(term.defined, term.value))

    def _answer(self, node: s.Expression, _: str) -> Term:
        match node:
            case s.NothingInFlight():
                return flag(all_of(*(channel.empty for channel in self.now.channels)))
            case s.NoEqualSegment():
                return flag(negated(self._has_equal()))
            case s.PeerTimerDisabled():
                return flag(negated(self._beside.can(node.event).value))
            case _:
                raise EncodeError("an assumption that asks for segments")

    def _has_equal(self) -> Bool:
        """That something that is sent is in flight already, ghosts aside."""
        return any_of(
            *(
                all_of(
                    by, sent.present, there.present, self.frame.alike(sent.fields, there.fields, ghosts=False)
                )
                for sent in self.sent
                for by, channel in zip(self._by, self.now.channels, strict=True)
                for there in channel.places
            )
        )


def _exactly_one(*conditions: Bool) -> Iterator[Bool]:
    yield any_of(*conditions)
    yield from (negated(all_of(*two)) for two in combinations(conditions, 2))
