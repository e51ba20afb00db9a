"""Any one step of a scenario on its own network, as a term: a state now, and the next one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3

from checker.document import syntax as s
from checker.document.protocol import Scenario
from checker.prove.solver.encode import Scene
from checker.prove.solver.frame import Frame
from checker.prove.solver.free import Symbol
from checker.prove.solver.given import Given
from checker.prove.solver.network import (
    Channel,
    EndState,
    channel_either,
    channel_is,
    is_now,
    local_is,
    state_of,
)
from checker.prove.solver.reaction import Reaction, Reactor
from checker.prove.solver.terms import (
    COUNT_BITS,
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

NOW, NEXT = "now ", "next "


class Transition:
    """A step: ``A acts`` or B does, an ``event`` happens to it, or the network loses or doubles
    what it sent; ``now`` and ``next`` are the states around it."""

    def __init__(self, frame: Frame, scenario: Scenario) -> None:
        self.frame, self.scenario = frame, scenario
        self.protocol = frame.protocol
        self.now, self.next = (state_of(frame, scenario, prefix) for prefix in (NOW, NEXT))
        self.a_acts = z3.Bool("A acts")
        self._event = frame.event().term
        self._acts, self._loses, self._doubles = z3.Bools("acts, loses, doubles")
        self.us, self._peer, self.after = (frame.local(p) for p in ("us: ", "peer: ", "after: "))
        self._segment, _ = frame.segment("segment: ")
        self._place = frame.number("place").term.value
        given = Given(self.protocol, scenario, frame.words, self.a_acts)
        self.switches = given.switches()
        scene = Scene({"us": self.us.end}, self.switches, self._segment, self._event)
        self.reactor = Reactor(frame.encoder, scene, given)
        beside = Scene({"us": self._peer.end}, self.switches, None, self._event)
        other = Given(self.protocol, scenario, frame.words, negated(self.a_acts))
        self._beside = Reactor(frame.encoder, beside, other)
        self._reactions = list(self._all())
        most = max((len(reaction.sent) for _, _, reaction in self._reactions), default=0)
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

    def _all(self) -> Iterator[tuple[str, str, Reaction]]:
        """Each event in each state in which it can do something."""
        for event in self._events():
            for state in self.protocol.states:
                reaction = self.reactor.react(event, state)
                if not z3.is_false(reaction.enabled):
                    yield event, state, reaction

    def happens(self, event: str) -> Bool:
        return self._event.value == self.frame.words.term(event).value

    def _case(self, event: str, state: str) -> Bool:
        return all_of(self.happens(event), self.us.end.state.value == self.frame.words.term(state).value)

    # The step

    def relation(self) -> Bool:
        """That the next state comes after the one now."""
        return all_of(
            any_of(self._acts, self._loses, self._doubles),
            *(negated(all_of(*two)) for two in self._pairs()),
            *self._acting(),
            implied(self._acts, self._act()),
            implied(self._loses, self._fault(self._lost, "losses")),
            implied(self._doubles, self._fault(self._doubled, "duplications")),
        )

    def _pairs(self) -> list[tuple[Bool, Bool]]:
        a, b, c = self._acts, self._loses, self._doubles
        return [(a, b), (a, c), (b, c)]

    def _acting(self) -> Iterator[Bool]:
        """Who acts, beside whom, and what its event does."""
        a, b = (end.local for end in self.now.ends)
        yield local_is(self.us, b, self.a_acts, a)
        yield local_is(self._peer, a, self.a_acts, b)
        for event, state, reaction in self._reactions:
            yield implied(self._case(event, state), self.does(reaction))

    def does(self, reaction: Reaction) -> Bool:
        parts = [is_now(self.after.end.state, reaction.state)]
        parts += [is_now(term, reaction.values[name]) for name, term in self.after.end.values.items()]
        for i, carried in enumerate(self.sent):
            there = i < len(reaction.sent)
            parts.append(carried.present == (reaction.sent[i].when if there else FALSE))
            if there:
                fields = reaction.sent[i].fields
                parts += [is_now(term, fields[name]) for name, term in carried.fields.items()]
        return all_of(*parts)

    def _act(self) -> Bool:
        """What becomes of everything when an end acts."""
        incoming, rest = self._delivered()
        outgoing = channel_either(self.a_acts, *self.now.channels)
        filled, lost = outgoing.with_sent(self.sent)
        enabled = any_of(*(all_of(self._case(e, q), r.enabled) for e, q, r in self._reactions))
        return all_of(
            enabled,
            incoming,
            *self._paid(),
            *self._assumed(outgoing),
            local_is(self.next.ends[0].local, self.now.ends[0].local, self.a_acts, self.after),
            local_is(self.next.ends[1].local, self.now.ends[1].local, negated(self.a_acts), self.after),
            channel_is(self.next.channels[0], channel_either(self.a_acts, filled, rest)),
            channel_is(self.next.channels[1], channel_either(self.a_acts, rest, filled)),
            *self._spent_losses(lost),
            *self._same("duplications"),
        )

    def _delivered(self) -> tuple[Bool, Channel]:
        """(that what arrives stood in the channel to who acts, that channel afterwards)."""
        channel = channel_either(self.a_acts, self.now.channels[1], self.now.channels[0])
        arrival = next((e.name for e in self.protocol.events.values() if e.kind == "arrival"), "")
        if not arrival:
            return TRUE, channel
        arrives = self.happens(arrival)
        queue = self.scenario.network.order == "queue"
        places = range(1 if queue else self.scenario.capacity)
        parts, rest = [any_of(*(self._at(i) for i in places))], channel
        for i in places:
            carried = channel.places[i]
            fields = (is_now(term, carried.fields[name]) for name, term in self._segment.items())
            parts.append(implied(self._at(i), all_of(carried.present, *fields)))
            rest = channel_either(all_of(arrives, self._at(i)), channel.without(i), rest)
        return implied(arrives, all_of(*parts)), rest

    def _at(self, place: int) -> Bool:
        return self._place == _number(place)

    # Budgets

    def _paid(self) -> Iterator[Bool]:
        """That calls and faults are paid for."""
        faults = [event.name for event in self.protocol.events.values() if event.kind == "fault"]
        for end, acts in enumerate((self.a_acts, negated(self.a_acts))):
            now, after = self.now.ends[end], self.next.ends[end]
            yield from self._paid_call(end, acts, now, after)
            for name, left, then in zip(faults, now.faults, after.faults, strict=True):
                pays = all_of(acts, self.happens(name))
                yield implied(pays, left.term.value != _number(0))
                yield then.term.value == z3.If(pays, left.term.value - 1, left.term.value)

    def _paid_call(self, end: int, acts: Bool, now: EndState, after: EndState) -> Iterator[Bool]:
        """Calls are made in their order, each optional: the first of a name stands for the later
        ones."""
        script = self.scenario.calls[end]
        called, unpaid = now.called.term.value, acts
        for call in (event.name for event in self.protocol.events.values() if event.kind == "call"):
            makes = all_of(acts, self.happens(call))
            unpaid = all_of(unpaid, negated(self.happens(call)))
            ways = [
                all_of(called == _number(n), after.called.term.value == _number(script.index(call, n) + 1))
                for n in range(len(script))
                if call in script[n:]
            ]
            yield implied(makes, any_of(*ways))
        yield implied(any_of(negated(acts), unpaid), after.called.term.value == called)

    def _same_budgets(self) -> Iterator[Bool]:
        for now, after in zip(self.now.ends, self.next.ends, strict=True):
            yield after.called.term.value == now.called.term.value
            for left, then in zip(now.faults, after.faults, strict=True):
                yield then.term.value == left.term.value

    def _spent_losses(self, lost: Sequence[Bool]) -> Iterator[Bool]:
        """What finds no room is lost, if that many losses are left."""
        if self.now.losses is None or self.next.losses is None:
            return
        spent: Any = _number(0)
        for one in lost:
            spent = spent + z3.If(one, _number(1), _number(0))
        left = self.now.losses.term.value
        yield z3.UGE(left, spent)
        yield self.next.losses.term.value == left - spent

    def _same(self, what: str) -> Iterator[Bool]:
        now, after = getattr(self.now, what), getattr(self.next, what)
        if now is not None:
            yield after.term.value == now.term.value

    # Assumptions

    def _assumed(self, outgoing: Channel) -> Iterator[Bool]:
        """That the assumptions allow the event."""
        asks = self._answers(outgoing)
        scene = Scene({"us": self.us.end}, self.switches, None, self._event, asks=asks)
        for name in self.scenario.assume:
            assumption = self.protocol.assumptions[name]
            term = self.frame.encoder.term(assumption.condition, scene)
            on = any_of(*(self.happens(event) for event in assumption.events))
            yield implied(on, all_of(term.defined, term.value))

    def _answers(self, outgoing: Channel) -> Any:
        def asks(node: s.Expression, _: str) -> Term:
            match node:
                case s.NothingInFlight():
                    return flag(all_of(*(channel.empty for channel in self.now.channels)))
                case s.NoEqualSegment():
                    return flag(negated(self._has_equal(outgoing)))
                case s.PeerTimerDisabled():
                    return flag(negated(self._peer_can(node.event)))
                case _:
                    raise EncodeError("an assumption that asks for segments")

        return asks

    def _has_equal(self, channel: Channel) -> Bool:
        """That something that is sent is in flight already, ghosts aside."""
        return any_of(
            *(
                all_of(sent.present, there.present, self.frame.alike(sent.fields, there.fields, ghosts=False))
                for sent in self.sent
                for there in channel.places
            )
        )

    def _peer_can(self, event: str) -> Bool:
        state = self._peer.end.state.value
        return any_of(
            *(
                all_of(state == self.frame.words.term(name).value, self._beside.react(event, name).enabled)
                for name in self.protocol.states
            )
        )

    # Faults of the network

    def _fault(self, what: Any, budget: str) -> Bool:
        """What becomes of everything when something that ``A acts`` or B sent is lost or doubled."""
        now, after = getattr(self.now, budget), getattr(self.next, budget)
        other = "duplications" if budget == "losses" else "losses"
        channel = channel_either(self.a_acts, *self.now.channels)
        possible, changed = what(channel)
        parts = [possible, *self._same(other), *self._same_budgets()]
        if now is not None:
            parts += [now.term.value != _number(0), after.term.value == now.term.value - 1]
        for end in (0, 1):
            local = self.now.ends[end].local
            parts.append(local_is(self.next.ends[end].local, local, FALSE, local))
        a, b = self.now.channels
        parts.append(channel_is(self.next.channels[0], channel_either(self.a_acts, changed, a)))
        parts.append(channel_is(self.next.channels[1], channel_either(self.a_acts, b, changed)))
        return all_of(*parts)

    def _lost(self, channel: Channel) -> tuple[Bool, Channel]:
        changed = channel
        for i in range(self.scenario.capacity):
            changed = channel_either(self._at(i), channel.without(i), changed)
        return self._somewhere(channel), changed

    def _doubled(self, channel: Channel) -> tuple[Bool, Channel]:
        changed = channel
        for i in range(self.scenario.capacity):
            changed = channel_either(self._at(i), channel.doubled(i), changed)
        return all_of(negated(channel.places[-1].present), self._somewhere(channel)), changed

    def _somewhere(self, channel: Channel) -> Bool:
        """That the place is one where something is."""
        return any_of(*(all_of(self._at(i), place.present) for i, place in enumerate(channel.places)))


def number_is(symbol: Symbol, value: int) -> Bool:
    return symbol.term.value == _number(value)


def _number(value: int) -> Any:
    return z3.BitVecVal(value, COUNT_BITS)
