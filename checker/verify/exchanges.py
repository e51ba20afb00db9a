"""Whether a scenario has a run that sends just these segments, in this order, and loses none.

The search keeps to the runs that send nothing else, so it needs no graph of all the others.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from checker.document.statements import Exchange
from checker.explore.limits import Limits
from checker.explore.system import GlobalState, System
from checker.model.segment import Segment
from checker.model.tables import LimitReached, Model
from checker.verify.replay import ReplayError, replay
from checker.verify.trace import Trace, move_of, snapshot, step
from checker.verify.verdict import Outcome

Sent = tuple[int, str]
"""A segment that was sent: by which end, and as it is written."""

Node = tuple[GlobalState, int]
"""A state, and how many segments of the exchange have been sent."""


@dataclass(frozen=True)
class Found:
    """``holds`` with a run, ``violated`` where there is none, ``unknown`` where that is open.

    ``reason`` says how far the exchange gets, and what would be sent instead.
    """

    outcome: Outcome
    trace: Trace | None
    reason: str
    states: int


def find_exchange(model: Model, exchange: Exchange, limits: Limits) -> Found:
    """A shortest run of the scenario in which ``exchange`` is all that is sent: in this order,
    each segment delivered, nothing in flight at the end."""
    return _Search(model, exchange, limits).result()


@dataclass
class _Search:
    model: Model
    exchange: Exchange
    limits: Limits
    parents: dict[Node, tuple[Node, int] | None] = field(default_factory=dict)
    reached: int = 0
    instead: set[Sent] = field(default_factory=set)
    lacked_room: bool = False

    def __post_init__(self) -> None:
        self.system = System(self.model)
        self.wanted = _wanted(self.model, self.exchange)

    def result(self) -> Found:
        try:
            goal, limit = self._run()
        except LimitReached as error:
            goal, limit = None, str(error)
        states = len(self.parents)
        if goal is not None:
            return Found("holds", self._confirmed(goal), "", states)
        if limit:
            return Found("unknown", None, limit, states)
        if self.lacked_room:
            return Found("unknown", None, "a segment lacked room in a channel; try a larger capacity", states)
        return Found("violated", None, self._why(), states)

    def _run(self) -> tuple[Node | None, str]:
        """(the end of a shortest run, the limit that was hit)."""
        start = self._start()
        if start is None:
            return None, ""
        self.parents[start] = None
        todo = deque([start])
        while todo:
            node = todo.popleft()
            if self._is_goal(node):
                return node, ""
            if limit := self.limits.hit(len(self.parents)):
                return None, limit
            for action, after in self._onward(node):
                if after not in self.parents:
                    self.parents[after] = (node, action)
                    todo.append(after)
        return None, ""

    def _start(self) -> Node | None:
        """The initial state, if what was sent before it begins the exchange."""
        start = self.model.start()
        before = [(o.end, self.model.form.write(s)) for o in start.openings for s in o.reaction.sent]
        state = self.system.initial()
        in_flight = sum(len(self.system.contents[content]) for content in (state.ab, state.ba))
        if in_flight < len(before):
            self.lacked_room = True
            return None
        sent = self._advance(0, before)
        return None if sent is None else (state, sent)

    def _advance(self, sent: int, more: list[Sent]) -> int | None:
        """How many segments have been sent after ``more``, ``None`` if those are others."""
        for segment in more:
            self._get_to(sent)
            if sent == len(self.wanted) or segment != self.wanted[sent]:
                if sent == self.reached:
                    self.instead.add(segment)
                return None
            sent += 1
        self._get_to(sent)
        return sent

    def _get_to(self, sent: int) -> None:
        if sent > self.reached:
            self.reached, self.instead = sent, set()

    def _onward(self, node: Node) -> list[tuple[int, Node]]:
        """The actions that send nothing, or what comes next, and lose nothing."""
        state, sent = node
        found = []
        successors, truncated = self.system.successors(state)
        # What lacks room may have been what comes next.
        self.lacked_room |= truncated
        for number, after in successors:
            action = self.system.action(number)
            move = move_of(self.system, state[action.end], action)
            if move is None:
                continue
            segments = [(action.end, self.model.form.write(self.model.segments[s])) for s in move.sent]
            count = self._advance(sent, segments)
            if count is None:
                continue
            if self.system.channels[action.end].send(state[2 + action.end], move.sent)[1]:
                self.lacked_room = True
                continue
            found.append((number, (after, count)))
        return found

    def _is_goal(self, node: Node) -> bool:
        state, sent = node
        if sent < len(self.wanted) or self.system.contents[state.ab] or self.system.contents[state.ba]:
            return False
        states = [self.model.tables[end].locals[state[end]].state for end in (0, 1)]
        return all(not ends or states[end] in ends for end, ends in enumerate(self.exchange.ends))

    def _why(self) -> str:
        if self.reached == len(self.wanted):
            return "all of it can be sent, but is then not all delivered, or the ends are in other states"
        what = _show(self.wanted[self.reached])
        others = " or ".join(_show(sent) for sent in sorted(self.instead)) or "nothing"
        where = f"after {self.reached} of {len(self.wanted)} segments" if self.reached else "first"
        return f"{where}, not {what} is sent, but {others}"

    def _confirmed(self, goal: Node) -> Trace:
        """The run to ``goal``, replayed afresh."""
        path: list[tuple[int, GlobalState]] = []
        node = goal
        while (parent := self.parents[node]) is not None:
            path.append((parent[1], node[0]))
            node = parent[0]
        state, steps = node[0], []
        for number, after in reversed(path):
            steps.append(step(self.system, state, number, after))
            state = after
        trace = Trace(snapshot(self.system, node[0]), tuple(steps))
        if not shows(Model(self.model.protocol, self.model.scenario), self.exchange, trace):
            raise ReplayError(f"{self.exchange.name}: the run that was found does not replay")
        return trace


def shows(model: Model, exchange: Exchange, trace: Trace) -> bool:
    """Whether ``trace`` is a run of ``model`` in which ``exchange`` is all that is sent, and arrives.

    ``model`` is a fresh one, so that nothing rests on what a search made of it.
    """
    if replay(model, trace) is not None:
        return False
    opened = [(o.end, s) for o in model.start().openings for s in o.reaction.sent]
    sent = [*opened, *((s.action.end, segment) for s in trace.steps for segment in s.sent)]
    faulty = len(opened) > sum(map(len, trace.initial.in_flight)) or any(
        s.lost or s.action.kind in ("loss", "duplication") for s in trace.steps
    )
    ended = all(not ends or at.state in ends for at, ends in zip(trace.last.ends, exchange.ends, strict=True))
    shown = [(end, model.form.write(segment)) for end, segment in sent]
    arrived = not faulty and not any(trace.last.in_flight)
    return arrived and ended and shown == _wanted(model, exchange)


def _wanted(model: Model, exchange: Exchange) -> list[Sent]:
    return [(s.end, model.form.write(Segment(s.values))) for s in exchange.sendings]


def _show(sent: Sent) -> str:
    return f"{'AB'[sent[0]]}: {sent[1]}"
