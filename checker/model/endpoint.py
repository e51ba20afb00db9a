"""One endpoint's behaviour: what the rows of the table do to a local state on an event.

This is the definition of a row's meaning; everything else asks it, and asks it once per
(local state, event).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from checker.document import syntax as s
from checker.document.build import flat_acts
from checker.document.check import flag_words
from checker.document.kinds import Value
from checker.document.protocol import Field, Protocol, Rule, Scenario, Variable
from checker.model.evaluate import Env, Evaluate, Evaluator, SemanticError, Unset, settle
from checker.model.segment import Segment, SegmentForm


class Local(NamedTuple):
    """The local state of an endpoint.

    ``values`` are those of all variables in document order (a supply's is how many were
    taken); ``called`` is how far the scenario's list of calls has been used up; ``faults``
    are the faults that may still happen, in the order of the events table.
    """

    state: str
    values: tuple[Value, ...]
    called: int
    faults: tuple[int, ...]


class Reaction(NamedTuple):
    """What an event does: the rules that fired, the segments sent, the local state after.

    A refused call changes nothing; its ``after`` is the state before.
    """

    fired: tuple[int, ...]
    sent: tuple[Segment, ...]
    after: Local
    refused: bool


@dataclass(slots=True)
class _Working:
    """An endpoint while rows are at work on it."""

    state: str
    values: list[Value]


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    rule: Rule
    guard: Evaluate | None
    acts: tuple[tuple[int, Variable, Evaluate], ...]
    sends: tuple[tuple[tuple[Field, Evaluate], ...], ...]
    deletes: bool


class Endpoint:
    """One end (0 is A, 1 is B) of a protocol in a scenario."""

    def __init__(self, protocol: Protocol, scenario: Scenario, end: int, evaluator: Evaluator) -> None:
        self.protocol = protocol
        self.scenario = scenario
        self.end = end
        self.calls = scenario.calls[end]
        self.exhausted: set[str] = set()
        self.saturated: set[str] = set()
        self._evaluator = evaluator
        self._form = SegmentForm(protocol)
        if "rules" not in evaluator.made:
            evaluator.made["rules"] = _listed(protocol)
        self._rules: _Listed = evaluator.made["rules"]
        self._rows: dict[tuple[str, str], _Handling] = {}
        self._compiled: dict[int, _Row] = evaluator.made.setdefault("rows", {})
        self._step_of = {name: i for i, (name, _) in enumerate(protocol.steps)}
        self._blank = self._initial_values()
        self._supplies = {
            evaluator.variable_index[v.name]: scenario.values[v.name][end]
            for v in protocol.variables.values()
            if v.lives == "supply"
        }
        self._tcb = self._living("TCB")
        self._brief = self._living("event")
        self._taking: dict[tuple[str, tuple[Value, ...], str], bool] = {}

    # The start

    def initial(self) -> Local:
        """The local state before anything happened, calls of ``opened`` included."""
        faults = tuple(
            self.scenario.faults.get(event.name, (0, 0))[self.end]
            for event in self.protocol.events.values()
            if event.kind == "fault"
        )
        return Local(self.protocol.initial_state, tuple(self._blank), 0, faults)

    def _initial_values(self) -> list[Value]:
        values: list[Value] = []
        for variable in self.protocol.variables.values():
            if variable.lives == "supply":
                values.append(0)
            elif variable.from_scenario:
                values.append(self.scenario.values[variable.name][self.end][0])
            else:
                values.append(settle(variable.initial, variable.kind))
        return values

    def _living(self, lives: str) -> tuple[int, ...]:
        variables = self.protocol.variables.values()
        return tuple(i for i, variable in enumerate(variables) if variable.lives == lives)

    # Rows

    def _handling(self, event: str, state: str) -> _Handling:
        """The rows for an event in a state: for each step the first one from there on that has any,
        and these; compiled when they are first asked for, as many a model is made for one run
        only."""
        found = self._rows.get((event, state))
        if found is None:
            rows: dict[int, tuple[_Row, ...]] = {}
            for step, index, rule in self._rules.get((event, state), ()):
                if index not in self._compiled:
                    self._compiled[index] = self._compile_row(index, rule)
                rows[step] = (*rows.get(step, ()), self._compiled[index])
            found = [None]
            for step in reversed(range(len(self._step_of))):
                found.append((step, rows[step]) if step in rows else found[-1])
            self._rows[event, state] = found = found[::-1]
        return found

    def _compile_row(self, index: int, rule: Rule) -> _Row:
        compile = self._evaluator.compile
        acts = tuple(flat_acts(self.protocol, rule.acts))
        return _Row(
            index=index,
            rule=rule,
            guard=None if rule.guard is None else compile(rule.guard),
            acts=tuple(self._assignment(act) for act in acts if act is not None),
            sends=tuple(self._template(template) for template in rule.sends),
            deletes=None in acts,
        )

    def _assignment(self, act: s.Assign) -> tuple[int, Variable, Evaluate]:
        index = self._evaluator.variable_index[act.target]
        return index, self.protocol.variables[act.target], self._evaluator.compile(act.value)

    def _template(self, template: s.Template) -> tuple[tuple[Field, Evaluate], ...]:
        given = {field.written: field.value for field in template.fields}
        parts: list[tuple[Field, Evaluate]] = []
        for field in self.protocol.fields.values():
            value = given.get(field.written, field.unless_given)
            if field.kind.base == "flags":
                named = flag_words(value) if field.written in given else ()
                flags = tuple(word for word in field.kind.words if word in named)
                parts.append((field, _constant(flags)))
            else:
                assert not isinstance(value, s.Flags)  # checked when the document was read
                parts.append((field, self._evaluator.maybe_unset(value)))
        return tuple(parts)

    # Events

    def react(self, local: Local, event: str, segment: Segment | None = None) -> Reaction | None:
        """What ``event`` does to ``local``; ``None`` if no row fires.

        Raises ``SemanticError`` where the table has no meaning: two rows of a step both fire,
        something unset is read, an arrival fires no row.
        """
        working = _Working(local.state, list(local.values))
        env = Env()
        env.us = working
        env.segment = None if segment is None else segment.values
        env.supplies = self._supplies
        env.exhausted = self.exhausted
        fired: list[int] = []
        sent: list[Segment] = []
        place = self._handling(event, working.state)[0]
        while place is not None:
            step, rows = place
            step += 1
            row = self._firing(rows, env, local, event, segment)
            if row is not None:
                fired.append(row.index)
                if row.rule.then == "refuse":
                    return Reaction(tuple(fired), (), local, True)
                self._fire(row, env, working, sent, (local, event, segment))
                if row.rule.then == "stop":
                    break
                if row.rule.then:
                    step = self._step_of[row.rule.then]
            place = self._handling(event, working.state)[step]
        if not fired:
            if segment is not None:
                raise UnhandledError(
                    self._where(local, event, segment) + "no row handles it",
                    self.protocol.states[local.state].position,
                )
            return None
        for index in self._brief:
            working.values[index] = self._blank[index]
        after = local._replace(state=working.state, values=tuple(working.values))
        return Reaction(tuple(fired), tuple(sent), after, False)

    def takes(self, local: Local, call: str) -> bool:
        """Whether ``local`` would take ``call``, had its user one left: rows fire, and none refuses.

        Raises as ``react``. What only might be done is no run: no supply runs out by it, and no
        ghost saturates.
        """
        key = local.state, local.values, call
        found = self._taking.get(key)
        if found is None:
            noted = self.exhausted, self.saturated
            self.exhausted, self.saturated = set(), set()
            try:
                reaction = self.react(local, call)
            finally:
                self.exhausted, self.saturated = noted
            found = self._taking[key] = reaction is not None and not reaction.refused
        return found

    def _firing(
        self, rows: tuple[_Row, ...], env: Env, local: Local, event: str, segment: Segment | None
    ) -> _Row | None:
        """The row of one step whose guard holds."""
        found: _Row | None = None
        for row in rows:
            if row.guard is not None:
                try:
                    if not row.guard(env):
                        continue
                except (Unset, SemanticError) as error:
                    raise self._broken(error, row, (local, event, segment)) from None
            if found is not None:
                raise OverlapError(
                    self._where(local, event, segment)
                    + f"the rows `{found.rule.id}` and `{row.rule.id}` of one step both fire",
                    row.rule.position,
                    row.rule.id,
                )
            found = row
        return found

    def _fire(
        self,
        row: _Row,
        env: Env,
        working: _Working,
        sent: list[Segment],
        where: tuple[Local, str, Segment | None],
    ) -> None:
        try:
            for index, variable, value in row.acts:
                working.values[index] = self._hold(variable, value(env))
            for template in row.sends:
                sent.append(Segment(tuple(self._hold(field, value(env)) for field, value in template)))
        except (Unset, SemanticError) as error:
            raise self._broken(error, row, where) from None
        if row.deletes:
            for index in self._tcb:
                working.values[index] = self._blank[index]
        if row.rule.next:
            working.state = row.rule.next

    def _hold(self, place: Variable | Field, value: Any) -> Value:
        """``value`` as ``place`` holds it. Only a ghost saturates: what else were cut short would
        change what the protocol does."""
        limit = place.kind.limit
        if limit is not None and value is not None and value > limit:
            if not place.ghost:
                raise SemanticError(
                    f"`{place.name}` would become {value}, but it is a count to {limit}; raise its "
                    "bound, or let a guard end the counting (only ghosts saturate)"
                )
            self.saturated.add(place.name)
            return limit
        return settle(value, place.kind)

    def _broken(
        self, error: Unset | SemanticError, row: _Row, where: tuple[Local, str, Segment | None]
    ) -> SemanticError:
        what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
        return SemanticError(self._where(*where) + what, row.rule.position, row.rule.id)

    def _where(self, local: Local, event: str, segment: Segment | None) -> str:
        what = event if segment is None else f"{event} {self._form.write(segment)}"
        return f"in {local.state} at {'AB'[self.end]} on {what}: "


_Handling = list[tuple[int, tuple[_Row, ...]] | None]

_Listed = dict[tuple[str, str], list[tuple[int, int, Rule]]]


def _listed(protocol: Protocol) -> _Listed:
    """(step, index, rule) for all rules, by (event, state)."""
    table: _Listed = {}
    index = 0
    for step, (_, rules) in enumerate(protocol.steps):
        for rule in rules:
            for event in rule.events:
                for state in rule.states:
                    table.setdefault((event, state), []).append((step, index, rule))
            index += 1
    return table


def _constant(value: Value) -> Evaluate:
    return lambda env: value


class OverlapError(SemanticError):
    """Two rows of one step both fire; ``row`` is the second."""


class UnhandledError(SemanticError):
    """A segment arrives, and no row fires."""


def values_by_name(protocol: Protocol, local: Local) -> Mapping[str, Value]:
    """The variables of a local state by name, without those that live for one event."""
    return {
        name: value
        for (name, variable), value in zip(protocol.variables.items(), local.values, strict=True)
        if variable.lives != "event"
    }
