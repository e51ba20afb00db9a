"""An event at an end of which nothing is known, as terms: how it goes through the steps.

``model.endpoint`` does the same for given values, and says what a row means. The tests compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import z3

from checker.document import syntax as s
from checker.document.build import flat_acts
from checker.document.check import flag_words
from checker.document.protocol import Field, Protocol, Rule, Variable
from checker.prove.solver.encode import Encoder, Scene
from checker.prove.solver.terms import (
    COUNT_BITS,
    FALSE,
    TRUE,
    Bool,
    Term,
    all_of,
    any_of,
    chosen,
    either,
    modulo,
    negated,
)


@dataclass(frozen=True)
class Working:
    """An end before a step: its state, when it is so (``reached``), its variables, and whether a
    row has fired by then."""

    state: str
    reached: Bool
    values: Mapping[str, Term]
    fired: Bool


@dataclass(frozen=True)
class Moment:
    """The rows that a step has for an end that comes to it, and when the guard of each holds."""

    step: int
    working: Working
    rows: tuple[tuple[Rule, Bool], ...]

    def has(self, rule: Rule) -> bool:
        return any(row is rule for row, _ in self.rows)

    def fires(self, rule: Rule) -> Bool:
        """When a row is come to and its guard holds."""
        guard = next(guard for row, guard in self.rows if row is rule)
        return all_of(self.working.reached, guard)


@dataclass(frozen=True)
class Walk:
    """All that an event can do in a state: the moments on the way, the ends that come behind the
    ``last`` step, and when no row fires."""

    event: str
    state: str
    moments: tuple[Moment, ...]
    last: tuple[Working, ...]
    unhandled: Bool


class Acted(NamedTuple):
    """What a row does: the variables after it, the segments that it sends, and when neither have an
    error."""

    values: Mapping[str, Term]
    sent: tuple[Mapping[str, Term], ...]
    defined: Bool


class Walker:
    """Takes events through the steps of a protocol, from any values in a scene."""

    def __init__(self, encoder: Encoder, scene: Scene) -> None:
        self.encoder = encoder
        self.protocol: Protocol = encoder.protocol
        self._scene = scene
        self._index = {name: number for number, (name, _) in enumerate(self.protocol.steps)}

    def walk(self, event: str, state: str) -> Walk:
        """An event that happens in a state."""
        steps = self.protocol.steps
        coming: list[dict[str, Working]] = [{} for _ in range(len(steps) + 1)]
        _join(coming[0], Working(state, TRUE, self._at_first(), FALSE))
        moments = []
        for number, (_, rules) in enumerate(steps):
            for working in list(coming[number].values()):
                rows = [r for r in rules if event in r.events and working.state in r.states]
                moment = self._moment(number, working, rows)
                if rows:
                    moments.append(moment)
                for target, after in self._after(moment):
                    _join(coming[target], after)
        last = tuple(coming[-1].values())
        unhandled = [all_of(w.reached, negated(w.fired)) for w in last]
        return Walk(event, state, tuple(moments), last, any_of(*unhandled))

    def _at_first(self) -> Mapping[str, Term]:
        """Any variables, but for those that live for one event: these have their initial values."""
        constant = self.encoder.words.constant
        return {
            name: constant(variable.kind, variable.initial)
            if variable.lives == "event" and not variable.from_scenario
            else term
            for name, term in self._scene.ends["us"].values.items()
            for variable in (self.protocol.variables[name],)
        }

    def _moment(self, number: int, working: Working, rows: Sequence[Rule]) -> Moment:
        scene = self._at(working)
        guards = [self.guard(rule, scene) for rule in rows]
        defined = all_of(*(guard.defined for guard in guards))
        return Moment(
            number,
            replace(working, reached=_plain(all_of(working.reached, defined))),
            tuple((rule, guard.value) for rule, guard in zip(rows, guards, strict=True)),
        )

    def _at(self, working: Working) -> Scene:
        scene = self._scene.with_values(working.values)
        us = replace(scene.ends["us"], state=self.encoder.words.term(working.state))
        return replace(scene, ends={**scene.ends, "us": us})

    def works(self, moment: Moment, rule: Rule) -> Bool:
        """When a row fires, alone, and ends in no error."""
        others = (negated(guard) for row, guard in moment.rows if row is not rule)
        return all_of(moment.fires(rule), *others, self._acted(rule, moment.working).defined)

    def guard(self, rule: Rule, scene: Scene) -> Term:
        return Term(TRUE) if rule.guard is None else self.encoder.term(rule.guard, scene)

    def _after(self, moment: Moment) -> Iterator[tuple[int, Working]]:
        """(step, end that comes to it) after each row of a moment, and after none."""
        working = moment.working
        none = all_of(working.reached, *(negated(guard) for _, guard in moment.rows))
        passed = replace(working, reached=_plain(none))
        yield moment.step + 1, passed
        for rule, _ in moment.rows:
            if rule.then in ("stop", "refuse"):
                continue
            fires = moment.fires(rule)
            acted = self._acted(rule, working)
            reached = _plain(all_of(fires, acted.defined))
            after = Working(rule.next or working.state, reached, acted.values, TRUE)
            yield self._index[rule.then] if rule.then else moment.step + 1, after

    # What a row does

    def _acted(self, rule: Rule, working: Working) -> Acted:
        values = dict(working.values)
        defined = TRUE
        acts = tuple(flat_acts(self.protocol, rule.acts))
        for assign in (act for act in acts if act is not None):
            scene = self._at(replace(working, values=values))
            held = self._held(self.protocol.variables[assign.target], self.encoder.term(assign.value, scene))
            defined = all_of(defined, held.defined)
            values[assign.target] = replace(held, defined=TRUE)
        scene = self._at(replace(working, values=values))
        sent = tuple(self._segment(template, scene) for template in rule.sends)
        defined = all_of(defined, *(term.defined for segment in sent for term in segment.values()))
        if None in acts:
            values |= self._blank()
        return Acted(values, sent, defined)

    def _segment(self, template: s.Template, scene: Scene) -> Mapping[str, Term]:
        """The fields of a segment, by their names."""
        given = {field.written: field.value for field in template.fields}
        segment = {}
        for field in self.protocol.fields.values():
            value = given.get(field.written, field.unless_given)
            if field.kind.base == "flags":
                named = flag_words(value) if field.written in given else ()
                segment[field.name] = self.encoder.words.constant(field.kind, tuple(named))
            else:
                assert not isinstance(value, s.Flags)  # checked when the document was read
                segment[field.name] = self._held(field, self.encoder.maybe_unset(value, scene))
        return segment

    def _blank(self) -> Mapping[str, Term]:
        """The variables of a deleted connection; what the scenario sets goes back to what it may be."""
        constant = self.encoder.words.constant
        return {
            v.name: self._scene.ends["us"].values[v.name] if v.from_scenario else constant(v.kind, v.initial)
            for v in self.protocol.variables.values()
            if v.lives == "TCB"
        }

    @staticmethod
    def _held(place: Variable | Field, term: Term) -> Term:
        """A value as a variable or a field holds it."""
        if term.value is not None and place.kind.base == "seq":
            return replace(term, value=modulo(term.value))
        limit = place.kind.limit
        if limit is None or term.value is None:
            return term
        most = z3.BitVecVal(limit, COUNT_BITS)
        over = z3.UGT(term.value, most)
        if place.ghost:
            return replace(term, value=z3.If(over, most, term.value), bits=limit.bit_length())
        fits = any_of(negated(term.present), negated(over))
        return replace(term, defined=all_of(term.defined, fits), bits=limit.bit_length())


def _join(coming: dict[str, Working], working: Working) -> None:
    """Adds an end that comes to a step to those that come there in the same state."""
    if z3.is_false(working.reached):
        return
    other = coming.get(working.state)
    if other is None:
        coming[working.state] = working
        return
    here = working.reached
    values = {name: _either(here, term, other.values[name]) for name, term in working.values.items()}
    fired = either(here, working.fired, other.fired)
    coming[working.state] = Working(working.state, any_of(here, other.reached), values, fired)


def _either(condition: Bool, then: Term, otherwise: Term) -> Term:
    return then if then is otherwise else chosen(condition, then, otherwise)


def _plain(condition: Bool) -> Bool:
    """Simplified, so that what cannot happen is not followed."""
    return z3.simplify(condition)
