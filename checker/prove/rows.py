"""What the rows of a document do to one end, said a second time: proofs rest on this file too.

docs/language.md says it in words, and ``model.endpoint`` for everything but the check of proofs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from checker.document import syntax as s
from checker.document.build import is_delete
from checker.document.check import flag_words
from checker.document.kinds import Value
from checker.document.protocol import Field, Variable
from checker.model.evaluate import Env, SemanticError, settle
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, State
from checker.prove.claims import Values


class Rows:
    """What the table does to one end (docs/language.md, Rules)."""

    def __init__(self, certificate: Certificate, end: int, values: Values) -> None:
        self.protocol, self.scenario, self.end = certificate.protocol, certificate.scenario, end
        self.value = values
        self.index = {name: i for i, name in enumerate(self.protocol.variables)}
        given = {name: sides[end] for name, sides in self.scenario.values.items()}
        self.supplies = {self.index[name]: numbers for name, numbers in given.items()}
        self.blank = tuple(
            0 if v.lives == "supply" else settle(given[v.name][0] if v.from_scenario else v.initial, v.kind)
            for v in self.protocol.variables.values()
        )
        self.faults = [event.name for event in self.protocol.events.values() if event.kind == "fault"]
        budgets = tuple(self.scenario.faults.get(name, (0, 0))[end] for name in self.faults)
        self.exhausted: set[str] = set()
        self.saturated: set[str] = set()
        self.taken: dict[tuple[str, tuple[Value, ...], str], bool] = {}
        self.start = State(self.protocol.initial_state, self.blank, 0, budgets)

    def react(self, us: State, event: str, segment: Segment | None) -> tuple[State, list[Segment]] | None:
        """The state after an event, and what is sent; ``None`` where the event is not enabled."""
        env, now = Env(), SimpleNamespace(state=us.state, values=list(us.values))
        env.us, env.supplies, env.exhausted = now, self.supplies, self.exhausted
        env.segment = None if segment is None else segment.values
        sent: list[Segment] = []
        then: str | None = None
        for step, rules in self.protocol.steps:
            if then and then != step:
                continue  # such as `stop`, which is no step
            here = [rule for rule in rules if now.state in rule.states and event in rule.events]
            firing = [rule for rule in here if rule.guard is None or self.value(rule.guard, env)]
            if len(firing) > 1:
                raise SemanticError(f"the rows {' and '.join(rule.id for rule in firing)} both fire")
            then = then and ""
            for rule in firing:
                deletes = self.act(rule.acts, env)
                sent += [self.segment(template, env) for template in rule.sends]
                self.forget("TCB" if deletes else "", now.values)
                now.state, then = rule.next or now.state, rule.then
        if segment is not None and then is None:
            raise SemanticError("no row handles it")
        self.forget("event", now.values)
        after = us._replace(state=now.state, values=tuple(now.values))
        return None if then in (None, "refuse") else (after, sent)

    def takes(self, us: State, call: str) -> bool:
        """Whether an end, as it is, would take a call. No run makes it, so nothing of it is noted."""
        key = us.state, us.values, call
        if key not in self.taken:
            kept = {*self.exhausted}, {*self.saturated}
            self.taken[key] = self.react(us, call, None) is not None
            self.exhausted, self.saturated = kept
        return self.taken[key]

    def act(self, acts: Sequence[s.Act], env: Env) -> bool:
        """Assigns from left to right; whether the TCB is deleted."""
        deletes = False
        for act in acts:
            if isinstance(act, s.Assign):
                variable = self.protocol.variables[act.target]
                env.us.values[self.index[act.target]] = self.held(variable, self.value(act.value, env))
            elif is_delete(act):
                deletes = True
            else:
                deletes |= self.act(self.protocol.definitions[act.name].means, env)  # type: ignore[arg-type]
        return deletes

    def segment(self, template: s.Template, env: Env) -> Segment:
        given = {field.written: field.value for field in template.fields}
        values: list[Value] = []
        for field in self.protocol.fields.values():
            node = given.get(field.written, field.unless_given)
            if field.kind.base == "flags":
                named = flag_words(node) if field.written in given else ()
                values.append(tuple(word for word in field.kind.words if word in named))
            else:
                values.append(self.held(field, self.value(node, env, may_be_unset=True)))
        return Segment(tuple(values))

    def forget(self, lives: str, values: list[Value]) -> None:
        for i, variable in enumerate(self.protocol.variables.values()):
            if variable.lives == lives:
                values[i] = self.blank[i]

    def own(self, us: State) -> Iterator[tuple[str, State]]:
        """What an end may try by itself, and the state in which it has paid for it."""
        calls = self.scenario.calls[self.end]
        for i in range(us.called, len(calls)):
            if calls[i] not in calls[us.called : i]:
                yield calls[i], us._replace(called=i + 1)
        yield from ((e.name, us) for e in self.protocol.events.values() if e.kind in ("own", "timer"))
        for i, (name, left) in enumerate(zip(self.faults, us.faults, strict=True)):
            if left:
                yield name, us._replace(faults=(*us.faults[:i], left - 1, *us.faults[i + 1 :]))

    def held(self, place: Variable | Field, value: Any) -> Value:
        """A value as a variable or field holds it; only ghosts saturate."""
        limit = place.kind.limit
        if limit is not None and value is not None and value > limit:
            if not place.ghost:
                raise SemanticError(f"`{place.name}` would become {value}, beyond its limit")
            self.saturated.add(f"{place.name} saturated at {limit}")
            value = limit
        return settle(value, place.kind)

    def notes(self) -> list[str]:
        """What a claim speaks of less for than it seems to."""
        ran_out = [f"{name} ran out, its last value was used again" for name in sorted(self.exhausted)]
        return [f"{'AB'[self.end]}'s {note}" for note in [*sorted(self.saturated), *ran_out]]
