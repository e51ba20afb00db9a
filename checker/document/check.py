"""Whether a protocol makes sense: every name known, every kind right, every step in order."""

from __future__ import annotations

from dataclasses import replace

from checker.document import syntax as s
from checker.document.build import is_delete
from checker.document.expressions import KindChecker
from checker.document.kinds import NUMBER, UNKNOWN, Kind
from checker.document.names import complain_of_clashes
from checker.document.problems import EVERY, Position, ProblemList, suggest
from checker.document.protocol import Definition, Field, Property, Protocol, Rule, Variable
from checker.document.scope import DEFINITION, Scope


def check(protocol: Protocol, problems: ProblemList) -> None:
    """Reports everything in ``protocol`` that has no meaning."""
    complain_of_clashes(protocol, problems)
    _Checker(protocol, problems).check()


class _Checker:
    def __init__(self, protocol: Protocol, problems: ProblemList) -> None:
        self.protocol = protocol
        self.problems = problems
        self.kinds = KindChecker(protocol, problems)

    def check(self) -> None:
        self._tables()
        for field in self.protocol.fields.values():
            self._field(field)
        broken = [d.name for d in self.protocol.definitions.values() if self._is_broken(d)]
        self.problems.doubt(DEFINITION, *broken)
        for definition in self.protocol.definitions.values():
            self._definition(definition, self.problems)
        for rule in self.protocol.rules:
            self._rule(rule)
        self._steps()
        for assumption in self.protocol.assumptions.values():
            self._at(assumption.name).guard(assumption.condition, Scope("assumption"))
        self._durations()
        for property in self.protocol.properties.values():
            self._property(property)

    def _at(self, row: str) -> KindChecker:
        self.kinds.row = row
        return self.kinds

    def _tables(self) -> None:
        start = Position(self.protocol.file, 1, 1)
        for table in ("states", "events", "rules"):
            if not getattr(self.protocol, table):
                self.problems.add(start, f"the document has no {table} table with a row that can be read")

    def _field(self, field: Field) -> None:
        kinds = self._at(field.name)
        kind = kinds.kind(field.unless_given, Scope("default", ghosts=_takes_ghosts(field)))
        self._fits(kinds, field.unless_given, kind, field.kind)

    def _is_broken(self, definition: Definition) -> bool:
        """Whether something is wrong with a definition even if those that it uses are right."""
        problems = ProblemList(doubts={*self.problems.doubts, (DEFINITION, EVERY)})
        self._definition(definition, problems)
        return bool(problems.problems)

    def _definition(self, definition: Definition, problems: ProblemList) -> None:
        """Definitions are judged as a guard on an arrival would; their uses are judged again."""
        kinds = KindChecker(self.protocol, problems, definition.name, [definition.name])
        means = definition.means
        if isinstance(means, s.Template):
            self._template(kinds, means, Scope("guard", "received"))
        elif isinstance(means, tuple):
            for act in means:
                self._act(kinds, act, Scope("act", "received"), [definition.name])
        else:
            kinds.kind(means, Scope("guard", "received", ghosts=True))

    # Rules

    def _rule(self, rule: Rule) -> None:
        kinds = self._at(rule.id)
        arrivals = [self.protocol.event_kind(event) in ("arrival", "") for event in rule.events]
        scope = Scope("guard", "received" if all(arrivals) else "")
        if rule.guard is not None:
            kinds.guard(rule.guard, scope)
        for act in rule.acts:
            self._act(kinds, act, replace(scope, use="act"), [])
        for template in rule.sends:
            self._sent(kinds, template, scope, rule)
        if rule.then == "refuse":
            self._refusal(rule)

    def _sent(self, kinds: KindChecker, template: s.Template, scope: Scope, rule: Rule) -> None:
        """A segment that a rule sends; one that is defined elsewhere is wrong at its use."""
        name = next((d.name for d in self.protocol.definitions.values() if d.means is template), "")
        if not name:
            self._template(kinds, template, scope)
        elif not self.problems.doubts_of(DEFINITION, name):
            quiet = KindChecker(self.protocol, self.problems.apart())
            self._template(quiet, template, scope)
            for problem in quiet.problems.problems[:1]:
                message = f"`{name}` cannot be sent here: {problem.message}"
                self.problems.add(rule.places["send"], message, rule.id)

    def _refusal(self, rule: Rule) -> None:
        if any(self.protocol.event_kind(event) not in ("call", "") for event in rule.events):
            self.problems.add(rule.places["then"], "only a call can be refused", rule.id)
        elif rule.acts or rule.sends or rule.next:
            self.problems.add(
                rule.position, "a refused call changes nothing: leave `do`, `send` and `next` empty", rule.id
            )

    def _act(self, kinds: KindChecker, act: s.Act, scope: Scope, inside: list[str]) -> None:
        if isinstance(act, s.Assign):
            self._assign(kinds, act, scope)
        elif not is_delete(act):
            self._perform(kinds, act, scope, inside)

    def _assign(self, kinds: KindChecker, act: s.Assign, scope: Scope) -> None:
        target = kinds.names.get(act.target)
        if not isinstance(target, Variable):
            known = [v.name for v in self.protocol.variables.values()]
            if not self.problems.doubts_of("word", act.target):
                kinds.complain(act, f"`{act.target}` is not a variable{suggest(act.target, known)}")
            return
        if target.lives == "supply":
            kinds.complain(act, f"`{act.target}` is a supply; it cannot be assigned to")
            return
        ghosts = target.ghost or self.problems.doubts_of("lives", target.name)
        kind = kinds.kind(act.value, replace(scope, ghosts=ghosts), target.kind)
        limit = target.kind.limit
        number = act.value.value if isinstance(act.value, s.Constant) and kind == NUMBER else 0
        if limit is not None and (number or 0) > limit:
            kinds.complain(act.value, f"{number} is more than {target.kind.described()} holds")
        self._fits(kinds, act.value, kind, target.kind)

    @staticmethod
    def _fits(kinds: KindChecker, node: s.Expression, kind: Kind | None, target: Kind) -> None:
        if kind is None or kind == target or kind.base == "none" or target == UNKNOWN:
            return
        if kind.base == "number" and target.base in ("seq", "count"):
            return
        if kind.base == target.base == "count":
            return
        kinds.complain(node, f"this is {kind.described()}, expected {target.described()}")

    def _perform(self, kinds: KindChecker, act: s.Perform, scope: Scope, inside: list[str]) -> None:
        definitions = self.protocol.definitions
        definition = definitions.get(act.name)
        if definition is not None and isinstance(definition.means, s.Broken):
            return
        if definition is None or not isinstance(definition.means, tuple):
            lists = [d.name for d in definitions.values() if isinstance(d.means, tuple)]
            if self.problems.doubts_of("word", act.name):
                return
            kinds.complain(act, f"`{act.name}` does not name a list of assignments{suggest(act.name, lists)}")
        elif act.name in inside:
            kinds.complain(act, f"the definition of `{act.name}` leads back to itself")
        else:
            quiet = KindChecker(self.protocol, self.problems.apart())
            for inner in definition.means:
                self._act(quiet, inner, scope, [*inside, act.name])
            for problem in quiet.problems.problems[:1]:
                if not inside and not kinds.problems.doubts_of(DEFINITION, act.name):
                    kinds.complain(act, f"`{act.name}` cannot be used here: {problem.message}")

    def _template(self, kinds: KindChecker, template: s.Template, scope: Scope) -> None:
        fields: dict[str, Field] = {}
        for declared in self.protocol.fields.values():
            fields.setdefault(declared.written, declared)
        seen: set[str] = set()
        for given in template.fields:
            field = fields.get(given.written)
            if field is None:
                doubts_of = self.problems.doubts_of
                if not doubts_of("word", given.written) and not doubts_of("written", given.written):
                    hint = suggest(given.written, fields)
                    kinds.complain(given, f"no field is written `{given.written}`{hint}")
                continue
            if given.written in seen:
                kinds.complain(given, f"`{given.written}` is given twice")
            seen.add(given.written)
            self._given(kinds, given, field, scope)

    def _given(self, kinds: KindChecker, given: s.FieldValue, field: Field, scope: Scope) -> None:
        value = given.value
        if field.kind.base == "flags":
            for word in flag_words(value):
                if word not in field.kind.words:
                    kinds.complain(
                        given, f"`{word}` is not a flag of `{given.written}`{suggest(word, field.kind.words)}"
                    )
            if not flag_words(value):
                kinds.complain(given, f"`{given.written}` takes flags: {', '.join(field.kind.words)}")
        elif isinstance(value, s.Flags):
            kinds.complain(given, f"`{given.written}` takes one value, not a list")
        else:
            kind = kinds.kind(value, replace(scope, ghosts=_takes_ghosts(field)), field.kind)
            self._fits(kinds, value, kind, field.kind)

    def _steps(self) -> None:
        order = self._order()
        for rule in self.protocol.rules:
            if rule.then in ("", "stop", "refuse"):
                continue
            if rule.then not in order:
                self.problems.add(
                    rule.places["then"],
                    f"`then` is `{rule.then}`, expected nothing, `stop`, `refuse` or a step"
                    + suggest(rule.then, ["stop", "refuse", *order]),
                    rule.id,
                )
            elif order[rule.then] <= order.get(rule.step, -1):
                self.problems.add(
                    rule.places["then"],
                    f"`then` can only go on to a later step; `{rule.then}` is not",
                    rule.id,
                )

    def _order(self) -> dict[str, int]:
        """The steps and their places. Rules without a name of their own, or with cells that could
        not be told apart, count for none."""
        order: dict[str, int] = {}
        seen: set[str] = {""}
        latest = ""
        for rule in self.protocol.rules:
            if rule.id in seen:
                continue
            seen.add(rule.id)
            if not any(place.column for place in rule.places.values()):
                order.setdefault(rule.step, len(order))
                continue
            if rule.step in ("", "stop", "refuse"):
                what = f"`{rule.step}`" if rule.step else "empty"
                message = f"the name of a rule begins with that of its step, which cannot be {what}"
                self.problems.add(rule.position, message, rule.id)
            elif rule.step in order and rule.step != latest:
                self.problems.add(
                    rule.position,
                    f"the rules of step `{rule.step}` are not consecutive; keep a step's rows together",
                    rule.id,
                )
            latest = rule.step
            order.setdefault(rule.step, len(order))
        return order

    def _durations(self) -> None:
        first: dict[str, str] = {}
        for duration in self.protocol.durations.values():
            for event in duration.events:
                if event in first:
                    message = f"how long `{event}` takes is said by `{first[event]}` already; say it once"
                    self.problems.add(duration.position, message, duration.name)
                first.setdefault(event, duration.name)
            if duration.restart is not None:
                # What an end does cannot depend on ghosts, and when its timer starts is such a thing.
                self._at(duration.name).guard(duration.restart, Scope("step claim", "received"))

    # Properties

    def _property(self, property: Property) -> None:
        step = Scope("step claim", "received", ghosts=True)
        state = Scope("state claim", ghosts=True)
        if property.kind:
            self._claims(property, step if property.kind == "step" else state, self.problems)
            return
        # Its kind could not be read: only what is wrong in claims of every kind is reported.
        found = [self.problems.apart(), self.problems.apart()]
        for scope, problems in zip((step, state), found, strict=True):
            self._claims(property, scope, problems)
        self.problems.problems += [p for p in found[0].problems if p in found[1].problems]

    def _claims(self, property: Property, scope: Scope, problems: ProblemList) -> None:
        kinds = KindChecker(self.protocol, problems, property.name)
        if property.when is not None:
            kinds.guard(property.when, scope)
        kinds.guard(property.claim, scope)


def _takes_ghosts(field: Field) -> bool:
    """Whether a field is a ghost, or may be one as its kind could not be read."""
    return field.ghost or field.kind == UNKNOWN


def flag_words(value: s.Expression | s.Flags) -> tuple[str, ...]:
    """The flags that the value of a set-of-flags field names, empty if it names none."""
    if isinstance(value, s.Flags):
        return value.words
    if isinstance(value, s.Name) and not value.who and not value.when:
        return (value.name,)
    return ()
