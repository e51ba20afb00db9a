"""A brute-force explorer, the oracle of the engines: naive, slow, and sharing only the reader.

Ends and segments are dicts, frozen to tuples of items; expressions are evaluated by walking
their trees; sequence numbers are tagged values; unlimited budgets are infinite.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from checker.document import syntax as s
from checker.document.kinds import Kind
from checker.document.protocol import Protocol

State = tuple[Any, ...]  # ends A and B, segments from A and from B, losses and duplications left
Label = tuple[str, int, str]  # kind, end, event
SIGNS = {"=": "eq", "/=": "ne", "<": "lt", "=<": "le", ">": "gt", ">=": "ge"}


class Seq(int):
    """A sequence number, so that operators know which arithmetic applies."""


class Oracle:
    """One scenario of a protocol: all its states with their depths, all its edges."""

    def __init__(self, protocol: Protocol, scenario: str) -> None:
        self.p, self.s = protocol, protocol.scenarios[scenario]
        self.edges: list[tuple[State, Label, State]] = []
        self.truncated: set[State] = set()
        self.depth: dict[State, int] = {self.initial(): 0}
        for state in (todo := list(self.depth)):
            for label, target in self.successors(state):
                if target is None:
                    self.truncated.add(state)
                    continue
                self.edges.append((state, label, target))
                if target not in self.depth:
                    self.depth[target] = self.depth[state] + 1
                    todo.append(target)

    @property
    def counts(self) -> tuple[int, int, list[int], int]:
        """States, transitions, states per level, truncated states."""
        levels = sorted(Counter(self.depth.values()).items())
        return len(self.depth), len(self.edges), [n for _, n in levels], len(self.truncated)

    def value(self, node: Any, env: dict[str, Any], unset: bool = False) -> Any:
        """What ``node`` evaluates to; something unset only where the language allows it."""
        match node:
            case s.Constant():
                return node.value
            case s.Name():
                found = self.name(node.name, {**env, "us": env[node.who or "us"]})
                assert unset or found is not None, f"{node.name} is unset"
                return found
            case s.Sum():
                sides = self.value(node.left, env), self.value(node.right, env)
                total = int(sides[0]) + (1 if node.operator == "+" else -1) * int(sides[1])
                tagged = sum(isinstance(side, Seq) for side in sides)
                assert tagged or total >= 0, f"a count falls to {total}"
                return (total, Seq(total % 2**32), total % 2**32)[tagged]
            case s.Comparison():
                lax = any(isinstance(o, s.Constant) and o.value is None for o in node.operands)
                return ordered([self.value(o, env, lax) for o in node.operands], node.operators)
            case s.Is():
                state = isinstance(node.subject, s.Name) and node.subject.name == "STATE"
                words = self.p.members(node.word) if state else [None if node.word == "none" else node.word]
                return (self.value(node.subject, env, True) in words) != node.negated
            case s.Not():
                return not self.value(node.operand, env)
            case s.Connected():
                return {"and": all, "or": any}[node.operator](self.value(o, env) for o in node.operands)
            case s.Choice():
                return self.value(node.then if self.value(node.condition, env) else node.otherwise, env)
            case s.Quantified():
                hits = [self.value(node.body, {**env, "segment": dict(x)}) for x in env[node.place]]
                return {"some": any(hits), "no": not any(hits), "every": all(hits)}[node.quantity]
            case s.PeerTimerDisabled():
                return self.react(dict(env["peer"]), node.event) is None
            case s.Takes():
                return self.react(dict(env[node.who or "us"]), node.call) is not None
            case _:
                return env["drained" if isinstance(node, s.NothingInFlight) else "no equal"]

    def name(self, name: str, env: dict[str, Any]) -> Any:
        us, segment = env["us"], env.get("segment") or {}
        if name in self.p.definitions:
            return self.value(self.p.definitions[name].means, env)
        if name in self.p.switches:
            return self.s.set.get(name, self.p.switches[name].default)
        if name in us and self.p.variables.get(name) and self.p.variables[name].lives == "supply":
            numbers, taken = self.s.values[name][us["end",]], us[name]
            us[name] = min(taken + 1, len(numbers))
            return hold(numbers[min(taken, len(numbers) - 1)], self.p.variables[name].kind)
        for field in self.p.fields.values():
            if field.kind.base == "flags" and name in field.kind.words:
                return name in segment[field.name]
        return us[name] if name in us else segment.get(name, name)  # at last, a word

    def blank(self, lives: str, end: int) -> dict[Any, Any]:
        """The initial values of the variables that live like this (all if it is empty)."""
        scenario = {name: sides[end][0] for name, sides in self.s.values.items()}
        return {
            n: 0 if v.lives == "supply" else hold(scenario.get(n, v.initial), v.kind)
            for n, v in self.p.variables.items()
            if lives in ("", v.lives)
        }

    def react(self, us: dict[Any, Any], event: str, segment: Any = ()) -> Any:
        """What ``event`` makes of ``us`` (which it changes): the end after and what it sends."""
        env = {"us": us, "segment": dict(segment)}
        sent: list[Any] = []
        fired, then = False, ""
        for step, rules in self.p.steps:
            if then in ("stop", "refuse") or then not in ("", step):
                continue
            here = [rule for rule in rules if us["STATE"] in rule.states and event in rule.events]
            firing = [rule for rule in here if rule.guard is None or self.value(rule.guard, env)]
            assert len(firing) < 2, [rule.id for rule in firing]
            then = ""
            for rule in firing:
                fired, then = True, rule.then
                lost = self.act(rule.acts, env)
                sent += [self.write(template, env) for template in rule.sends]
                us.update(self.blank(lost, us["end",]) if lost else {}, STATE=rule.next or us["STATE"])
        us.update(self.blank("event", us["end",]))
        return (us, sent) if fired and then != "refuse" else None

    def act(self, acts: Any, env: dict[str, Any]) -> str:
        """Assigns from left to right; the answer is what to forget in the end."""
        lost = ""
        for act in acts:
            if isinstance(act, s.Assign):
                value = self.value(act.value, env)
                env["us"][act.target] = hold(value, self.p.variables[act.target].kind)
            elif act.name == "delete TCB":
                lost = "TCB"
            else:
                lost = self.act(self.p.definitions[act.name].means, env) or lost
        return lost

    def write(self, template: s.Template, env: dict[str, Any]) -> Any:
        given = {field.written: field.value for field in template.fields}
        parts = []
        for field in self.p.fields.values():
            node = given.get(field.written, field.unless_given)
            if field.kind.base == "flags":
                words = getattr(node, "words", [getattr(node, "name", "")])
                parts.append((field.name, tuple(w for w in field.kind.words if w in words)))
            else:
                parts.append((field.name, hold(self.value(node, env, True), field.kind)))
        return tuple(parts)

    def initial(self) -> State:
        left = [math.inf if n is None else n for n in (self.s.network.lose, self.s.network.duplicate)]
        ends = []
        for end in (0, 1):
            new = {("end",): end, "STATE": self.p.initial_state, ("calls",): self.s.calls[end]}
            new |= {("fault", name): budgets[end] for name, budgets in self.s.faults.items()}
            ends.append(tuple({**new, **self.blank("", end)}.items()))
        state: Any = (*ends, (), (), *left)
        for end, call in self.s.opened:
            state = self.place(state, end, self.react(dict(state[end]), call), state[3 - end])
        return tuple(state)

    def successors(self, state: State) -> Iterator[tuple[Label, State | None]]:
        """All enabled actions with what they lead to, ``None`` where room was lacking."""
        queue = self.s.network.order == "queue"
        for end in (0, 1):
            ends = (state[end], state[1 - end])
            incoming, outgoing, losses, copies = state[3 - end], state[2 + end], state[4], state[5]
            for kind, event, us in self.chances(dict(state[end])):
                reaction = self.react(us, event)
                if reaction and self.allowed(state, end, event, reaction[1]):
                    yield (kind, end, event), self.place(state, end, reaction, incoming)
            for i in places(incoming, queue)[: 1 if queue else None]:
                event = next(e.name for e in self.p.events.values() if e.kind == "arrival")
                reaction = self.react(dict(state[end]), event, incoming[i])
                yield (
                    ("delivery", end, ""),
                    self.place(state, end, reaction, incoming[:i] + incoming[i + 1 :]),
                )
            for i in places(outgoing, queue):
                fewer, more = outgoing[:i] + outgoing[i + 1 :], outgoing[: i + 1] + outgoing[i:]
                if losses:
                    yield ("loss", end, ""), self.joined(end, ends, (fewer, incoming), losses - 1, copies)
                if copies and len(more) <= self.s.capacity:
                    yield (
                        ("duplication", end, ""),
                        self.joined(end, ends, (more, incoming), losses, copies - 1),
                    )

    def chances(self, us: dict[Any, Any]) -> Iterator[tuple[str, str, dict[Any, Any]]]:
        """What an end may try by itself, with what it is once the budget is paid."""
        calls = us["calls",]
        for i, call in enumerate(calls):
            if call not in calls[:i]:
                yield "call", call, {**us, ("calls",): calls[i + 1 :]}
        for event in self.p.events.values():
            if event.kind in ("own", "timer"):
                yield event.kind, event.name, dict(us)
            if left := us.get(("fault", event.name)):
                yield "fault", event.name, {**us, ("fault", event.name): left - 1}

    def allowed(self, state: State, end: int, event: str, sent: Any) -> bool:
        """Whether the assumptions let ``end`` do this now."""
        ghosts = {field.name for field in self.p.fields.values() if field.ghost}
        new, wire = (
            [[x for x in seg if x[0] not in ghosts] for seg in some] for some in (sent, state[2 + end])
        )
        env = {"us": dict(state[end]), "peer": state[1 - end], "drained": state[2:4] == ((), ())}
        env["no equal"] = not any(segment in wire for segment in new)
        assumed = [self.p.assumptions[name] for name in self.s.assume]
        return all(self.value(a.condition, env) for a in assumed if event in a.events)

    def place(self, state: State, end: int, reaction: Any, incoming: Any) -> State | None:
        """The state after a move; what finds no room is a loss, if there is one left."""
        after, sent = reaction
        queued = (*state[2 + end], *sent[: self.s.capacity - len(state[2 + end])])
        losses = state[4] - (len(state[2 + end]) + len(sent) - len(queued))
        ends = (tuple(after.items()), state[1 - end])
        return None if losses < 0 else self.joined(end, ends, (queued, incoming), losses, state[5])

    def joined(self, end: int, ends: Any, channels: Any, losses: float, copies: float) -> State:
        """A state from its parts, those of ``end`` given first; a bag forgets its order."""
        if self.s.network.order == "bag":
            channels = [tuple(sorted(channel, key=repr)) for channel in channels]
        turn = 1 - 2 * end
        return (*ends[::turn], *channels[::turn], losses, copies)


def places(queued: Any, queue: bool) -> list[int]:
    """Where a network can strike: every place of a queue, each segment of a bag once."""
    return [i for i in range(len(queued)) if queue or queued[i] not in queued[:i]]


def hold(value: Any, kind: Kind) -> Any:
    """A value as a variable or field of ``kind`` has it."""
    if value is None:
        return () if kind.base == "flags" else None
    if kind.base == "seq":
        return Seq(value % 2**32)
    return value if kind.limit is None else min(value, kind.limit)


def ordered(values: list[Any], signs: tuple[str, ...]) -> bool:
    """``a < b =< c``; sequence numbers are compared by their distance from the first."""
    if any(isinstance(value, Seq) for value in values) and not set(signs) & {"=", "/="}:
        if signs[0] in (">", ">="):
            signs = tuple({">": "<", ">=": "=<"}[sign] for sign in reversed(signs))
            values = values[::-1]
        values = [(value - values[0]) % 2**32 for value in values]
        if len(values) == 2 and values[1] >= 2**31:
            values[1] = -1
    pairs = zip(signs, pairwise(values), strict=True)
    return all(getattr(operator, SIGNS[sign])(*pair) for sign, pair in pairs)
