"""What the claims of a certificate say of its views and steps; proofs rest on this file too.

A claim is asked of an end in a moment: a local state with what is in flight, or a step. Where it
does not look at the peer, one peer stands for all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields
from itertools import combinations
from typing import Any

from checker.document import syntax as s
from checker.document.kinds import Value
from checker.document.protocol import Property, Protocol
from checker.model.evaluate import Env, Evaluate, Evaluator, Network, SemanticError, Unset
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, Refused, State, Step, View, members


class Values:
    """The values of expressions, each compiled once."""

    def __init__(self, certificate: Certificate) -> None:
        self._evaluator = Evaluator(certificate.protocol, certificate.switches())
        self._compiled: dict[tuple[int, bool], Evaluate] = {}

    def __call__(self, node: Any, env: Env, may_be_unset: bool = False) -> Any:
        key = id(node), may_be_unset
        if key not in self._compiled:
            compile = self._evaluator.maybe_unset if may_be_unset else self._evaluator.compile
            self._compiled[key] = compile(node)
        return self._compiled[key](env)


class _Peer:
    """The local state of the other end; notes whether a claim looks at it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.seen = False

    @property
    def state(self) -> str:
        self.seen = True
        return self._state.state

    @property
    def values(self) -> tuple[Value, ...]:
        self.seen = True
        return self._state.values


Takes = Callable[[int, State, str], bool]
"""Whether an end (0 is A) in a local state would take a call."""


class Claims:
    """Asks the claims of a certificate. Raises ``Refused`` where one does not hold."""

    def __init__(self, certificate: Certificate, values: Values, takes: Takes) -> None:
        self._certificate = certificate
        self._values = values
        self._takes = takes
        self._steps = [claim for claim in certificate.claims if claim.kind == "step"]
        self._states = [claim for claim in certificate.claims if claim.kind == "invariant"]
        self._reads = {c.name: _segments_read(certificate.protocol, (c.when, c.claim)) for c in self._states}
        self._left: dict[Hashable, tuple[list[Property], set[int]]] = {}
        for claim in certificate.claims:
            if claim.kind not in ("invariant", "step"):
                raise Refused(f"{claim.name}: views say nothing of a `{claim.kind}` property")
            if missing := [name for name in claim.assumptions if name not in certificate.scenario.assume]:
                raise Refused(f"{claim.name}: the scenario does not assume {', '.join(missing)}")

    def ask_view(self, view: View) -> None:
        """Whether the invariants hold in all states that a view stands for.

        One with n quantifiers that is false of a state is false of one with n segments at most:
        keep a segment for each quantifier that needs one, and lose the others.
        """
        pair = [states[i] for states, i in zip(self._certificate.ends, view[:2], strict=True)]
        segments = [(end, i) for end in (0, 1) for i in members(view[2 + end])]
        for count in range(max(self._reads.values(), default=-1) + 1):
            claims = [claim for claim in self._states if self._reads[claim.name] >= count]
            for chosen in combinations(segments, count):
                sent = [[self._certificate.segments[i] for end, i in chosen if end == e] for e in (0, 1)]
                for end in (0, 1):
                    left, peers = self._left.get((end, view[end], chosen), (claims, set()))
                    if left and view[1 - end] not in peers:
                        env = self._state_env(end, pair, sent)
                        looking = self._judge(left, env, self._certificate.place(view))
                        self._left[end, view[end], chosen] = looking, {*peers, view[1 - end]}

    def ask_step(self, step: Step, view: View) -> None:
        """Whether the step claims of the end that acts hold, beside the other end in a view."""
        number = view[1 - step.end]
        # Whoever takes the steps keeps them, so that no two have the same id.
        left, peers = self._left.setdefault(id(step), (list(self._steps), set()))
        if left and number not in peers:
            peers.add(number)
            peer = self._certificate.ends[1 - step.end][number]
            left[:] = self._judge(left, _step_env(step, peer), self._certificate.step(step))

    def ask_before_start(self, ends: Sequence[State], sent: Sequence[Sequence[Segment]]) -> None:
        for end in (0, 1):
            self._judge(self._states, self._state_env(end, ends, sent), "before the start")

    def ask_opening(self, step: Step, peer: State) -> None:
        self._judge(self._steps, _step_env(step, peer), f"{self._certificate.step(step)}, before the start")

    def _state_env(self, end: int, ends: Sequence[State], sent: Sequence[Sequence[Segment]]) -> Env:
        env = _env(end, ends[end], ends[1 - end])
        env.from_us = [segment.values for segment in sent[end]]
        env.from_peer = [segment.values for segment in sent[1 - end]]
        env.network = Network(drained=not any(sent))

        def takes(whose: str, call: str) -> bool:
            asked = {"us": end, "peer": 1 - end, "A": 0, "B": 1}[whose]
            env.peer.seen |= asked != end
            return self._takes(asked, ends[asked], call)

        env.takes = takes
        return env

    def _judge(self, claims: Sequence[Property], env: Env, place: str) -> list[Property]:
        """Those of ``claims``, which all hold, that looked at the peer."""
        looking: list[Property] = []
        for claim in claims:
            env.peer.seen = False
            try:
                met = claim.when is None or self._values(claim.when, env)
                holds = not met or self._values(claim.claim, env)
            except (Unset, SemanticError) as error:
                what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
                raise Refused(f"{claim.name}: {place}: the claim {what}") from None
            if not holds:
                raise Refused(f"{claim.name} does not hold: {place}")
            if env.peer.seen:
                looking.append(claim)
        return looking


def _env(end: int, us: State, peer: State) -> Env:
    env = Env()
    env.us, env.peer = us, _Peer(peer)
    env.A, env.B = (us, env.peer) if end == 0 else (env.peer, us)
    return env


def _step_env(step: Step, peer: State) -> Env:
    env = _env(step.end, step.after, peer)
    env.before, env.event = step.before, step.event
    env.segment = None if step.segment is None else step.segment.values
    env.sent = [segment.values for segment in step.sent]
    return env


def _segments_read(protocol: Protocol, node: object) -> int:
    """The quantifiers over what is in flight, each time that a definition is used."""
    if isinstance(node, s.Name):
        definition = protocol.definitions.get(node.name)
        return 0 if definition is None else _segments_read(protocol, definition.means)
    parts: Sequence[object] = node if isinstance(node, tuple) else ()
    if isinstance(node, s.Node):
        parts = [getattr(node, field.name) for field in fields(node)]
    own = isinstance(node, s.NothingInFlight) or (isinstance(node, s.Quantified) and node.place != "sent")
    return own + sum(_segments_read(protocol, part) for part in parts)
