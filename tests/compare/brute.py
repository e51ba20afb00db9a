"""What two documents can show, enumerated without any of what compares them: sets of states of
the transition system, letter by letter."""

from __future__ import annotations

from collections.abc import Iterator

from checker.document.protocol import Protocol
from checker.explore.system import GlobalState, System
from checker.model.tables import Model

Shown = tuple[str, ...]
States = frozenset[GlobalState]


class LacksRoom(Exception):
    """What may be shown is not known, for an action lacked room."""


class Document:
    """One scenario of a document, as an automaton that shows texts."""

    def __init__(self, protocol: Protocol, scenario: str) -> None:
        self.model = Model(protocol, protocol.scenarios[scenario])
        self.system = System(self.model)
        self.openings = [
            self._text("call", o.end, o.call, o.reaction.sent) for o in self.model.start().openings
        ]
        self._edges: dict[GlobalState, list[tuple[str, GlobalState]]] = {}
        self._afters: dict[States, dict[str, States]] = {}
        self.first = self.closed({self.system.initial()})

    def edges(self, state: GlobalState) -> list[tuple[str, GlobalState]]:
        """(what is shown, or nothing, the state after) of all actions."""
        if state not in self._edges:
            found = []
            successors, lacks_room = self.system.successors(state)
            if lacks_room:
                raise LacksRoom
            for number, after in successors:
                action = self.system.action(number)
                sent = []
                if action.kind == "delivery":
                    assert action.segment is not None
                    number = self.model.segments.number(action.segment)
                    move = self.model.tables[action.end].arrival(state[action.end], number)
                    sent = [self.model.segments[s] for s in move.sent]
                elif action.kind not in ("loss", "duplication"):
                    own = self.model.tables[action.end].own_moves(state[action.end])
                    (move,) = [m.move for m in own if self.model.actions[m.action] == action]
                    sent = [self.model.segments[s] for s in move.sent]
                found.append((self._text(action.kind, action.end, action.event, sent), after))
            self._edges[state] = found
        return self._edges[state]

    def _text(self, kind: str, end: int, event: str, sent: object) -> str:
        segments = ", ".join(self.model.form.write(segment) for segment in sent)  # type: ignore[attr-defined]
        call = event if kind == "call" else ""
        return f"{'AB'[end]}:{call}:{segments}" if call or segments else ""

    def closed(self, states: set[GlobalState]) -> States:
        todo, found = list(states), set(states)
        while todo:
            for text, after in self.edges(todo.pop()):
                if not text and after not in found:
                    found.add(after)
                    todo.append(after)
        return frozenset(found)

    def afters(self, states: States) -> dict[str, States]:
        if states not in self._afters:
            reached: dict[str, set[GlobalState]] = {}
            for state in states:
                for text, after in self.edges(state):
                    if text:
                        reached.setdefault(text, set()).add(after)
            self._afters[states] = {text: self.closed(after) for text, after in reached.items()}
        return self._afters[states]


def shows_nothing_else(one: Document, other: Document) -> bool:
    """Whether every word of ``one`` is one of ``other``: both determinized, side by side."""
    return next(_apart(one, other), None) is None


def _apart(one: Document, other: Document) -> Iterator[Shown]:
    common = min(len(one.openings), len(other.openings))
    assert one.openings[:common] == other.openings[:common], "told apart before the start"
    # What only one calls before the start, the other may show later on.
    word = tuple(one.openings[common:])
    here, there = one.first, other.first
    for text in word:
        if text not in other.afters(there):
            yield word
            return
        there = other.afters(there)[text]
    for text in other.openings[common:]:
        if any(first != text for first in one.afters(here)):
            yield word
            return
        if text not in one.afters(here):
            return
        here = one.afters(here)[text]
    seen = {(here, there)}
    todo = [(here, there, word)]
    for here, there, word in todo:
        for text, after in one.afters(here).items():
            if text not in other.afters(there):
                yield (*word, text)
                continue
            pair = (after, other.afters(there)[text])
            if pair not in seen:
                seen.add(pair)
                todo.append((*pair, (*word, text)))


def fewest_steps(one: Document, other: Document) -> int | None:
    """The steps of the shortest run of ``one`` that shows what ``other`` cannot; without openings."""
    assert not one.openings
    assert not other.openings
    first = one.system.initial()
    layer = {(first, other.first)}
    seen = set(layer)
    for steps in range(1, 1000):
        following = set()
        for state, states in layer:
            for text, after in one.edges(state):
                if text and text not in other.afters(states):
                    return steps
                following.add((after, other.afters(states)[text] if text else states))
        layer = following - seen
        seen |= layer
        if not layer:
            return None
    raise AssertionError("it goes on and on")
