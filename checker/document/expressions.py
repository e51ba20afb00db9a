"""The kinds of expressions: what each name means where it stands, and what fits what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from itertools import pairwise
from typing import Literal

from checker.document import syntax as s
from checker.document.kinds import COUNT, FLAG, NONE, NUMBER, UNKNOWN, Kind
from checker.document.names import EVENT, STATE, FlagOf, Meaning, meanings
from checker.document.problems import EVERY, ProblemList, suggest
from checker.document.protocol import Definition, Field, Protocol, Switch, Variable
from checker.document.scope import DEFINITION, Scope, may_be_none


@dataclass
class KindChecker:
    """Finds the kind of expressions and reports what does not fit.

    A kind of ``None`` means that something was wrong and has been reported.
    """

    protocol: Protocol
    problems: ProblemList
    row: str = ""
    inside: list[str] = dataclass_field(default_factory=list)

    def __post_init__(self) -> None:
        self.names: Mapping[str, Meaning] = meanings(self.protocol)
        self._inside = self.inside

    def complain(self, node: s.Node, message: str) -> None:
        self.problems.add(node.position, message, self.row)

    def guard(self, node: s.Expression, scope: Scope) -> None:
        """Reports ``node`` unless it is true or false."""
        self._want_flag(node, scope)

    def _want_flag(self, node: s.Expression, scope: Scope) -> Kind | None:
        kind = self.kind(node, scope)
        if kind is not None and kind.base != "flag":
            self.complain(node, f"this is {kind.described()}, expected something that holds or does not")
        elif kind is not None and may_be_none(node, self.names):
            self.complain(node, "this may be `none`, which neither holds nor does not")
        return FLAG

    def _quiet(self, name: str = "") -> KindChecker:
        """A checker whose complaints go nowhere, inside the definition of ``name`` too."""
        quiet = KindChecker(self.protocol, self.problems.apart())
        quiet._inside = [*self._inside, name] if name else self._inside
        return quiet

    def kind(self, node: s.Expression, scope: Scope, wanted: Kind | None = None) -> Kind | None:
        """The kind of ``node``; ``wanted`` makes its words known."""
        match node:
            case s.Constant():
                return NONE if node.value is None else FLAG if isinstance(node.value, bool) else NUMBER
            case s.Broken():
                return None
            case s.Name():
                return self._name(node, scope, wanted)
            case s.Sum():
                return self._sum(node, scope)
            case s.Comparison():
                return self._comparison(node, scope)
            case s.Is():
                return self._is(node, scope)
            case s.Not():
                return self._want_flag(node.operand, scope)
            case s.Connected():
                for operand in node.operands:
                    self._want_flag(operand, scope)
                return FLAG
            case s.Choice():
                self._want_flag(node.condition, scope)
                then = self.kind(node.then, scope, wanted)
                return self._same(node, then, self.kind(node.otherwise, scope, wanted))
            case s.Quantified():
                return self._quantified(node, scope)
            case s.NothingInFlight() | s.NoEqualSegment() | s.PeerTimerDisabled():
                return self._network(node, scope)
            case s.Takes():
                return self._takes(node, scope)

    # Names

    def _name(self, node: s.Name, scope: Scope, wanted: Kind | None) -> Kind | None:
        if wanted is not None and wanted.base == "words" and node.name in wanted.words:
            return wanted
        if not self._who_and_when(node, scope):
            return None
        if node.name == EVENT:
            self.complain(node, "`event` is only used in `event is …`")
            return None
        if node.name == STATE:
            return self._state(node, scope)
        meaning = self.names.get(node.name)
        if meaning is None:
            self._complain_of_unknown(node, wanted)
            return None
        kind = self._kind_of(meaning, node, scope)
        if kind is None or kind == UNKNOWN:
            return None
        if not node.who:
            return kind
        return kind.seen_by_peer() if node.who == "peer" else kind.of_end(node.who)

    def _state(self, node: s.Name, scope: Scope) -> Kind | None:
        """``STATE`` as a value, to compare the states of two ends or moments."""
        if scope.use == "step claim" and not node.who and not node.when:
            self.complain(node, "say which moment: `before STATE` or `after STATE`")
            return None
        return Kind("words", words=tuple(self.protocol.states))

    def _complain_of_unknown(self, node: s.Name, wanted: Kind | None) -> None:
        """Silent about what a row that could not be read may have declared."""
        if not self.problems.doubts_of("word", node.name):
            self.complain(node, self._unknown(node.name, wanted))

    def _unknown(self, name: str, wanted: Kind | None) -> str:
        if "-" in name:
            left, _, right = name.rpartition("-")
            if left in self.names and (right in self.names or right.isdigit()):
                return (
                    f"`{name}` is one name; for a difference put spaces around the minus: `{left} - {right}`"
                )
        words = wanted.words if wanted is not None else ()
        return f"unknown name `{name}`{suggest(name, [*words, *self.names, STATE])}"

    def _who_and_when(self, node: s.Name, scope: Scope) -> bool:
        if node.who and not scope.sees_both:
            self.complain(node, "an end knows only itself here; `peer's`, `A's` and `B's` are for properties")
            return False
        if node.when and scope.use != "step claim":
            self.complain(node, f"`{node.when}` is only for claims of `step` properties")
            return False
        if node.who and node.when:
            self.complain(node, "only the acting end changes in a step; write either whose or when")
            return False
        return True

    def _kind_of(self, meaning: Meaning, node: s.Name, scope: Scope) -> Kind | None:
        match meaning:
            case Variable():
                return self._variable(meaning, node, scope)
            case Switch():
                return meaning.kind
            case Field():
                return self._field(meaning, meaning.kind, node, scope)
            case FlagOf():
                return self._field(meaning.field, FLAG, node, scope)
            case Definition():
                return self._definition(meaning, node, scope)

    def _variable(self, variable: Variable, node: s.Name, scope: Scope) -> Kind | None:
        if self.problems.doubts_of("lives", variable.name):
            return variable.kind
        if variable.ghost and not scope.ghosts:
            self.complain(node, f"`{node.name}` is a ghost; only properties and other ghosts may read it")
            return None
        if variable.lives == "supply" and scope.use == "act" and scope.ghosts:
            self.complain(node, f"`{node.name}` is a supply; a ghost must not take from it")
            return None
        if variable.lives == "supply" and scope.use != "act":
            self.complain(
                node,
                f"`{node.name}` is a supply; each reading takes the next value, so only `do` may read it",
            )
            return None
        if (scope.is_claim or scope.use == "assumption") and variable.lives == "event":
            self.complain(node, f"`{node.name}` lives for one event only; no state has it")
            return None
        if scope.use == "step claim" and not node.who and not node.when:
            self.complain(node, f"say which moment: `before {node.name}` or `after {node.name}`")
            return None
        return variable.kind

    def _field(self, field: Field, kind: Kind, node: s.Name, scope: Scope) -> Kind | None:
        if not scope.segment:
            self.complain(node, f"`{node.name}` belongs to a segment, and there is none here")
            return None
        if field.ghost and not scope.ghosts:
            self.complain(node, f"`{node.name}` is a ghost; only properties and other ghosts may read it")
            return None
        if node.who:
            self.complain(node, f"`{node.name}` belongs to a segment, not to an end")
            return None
        return kind.seen_by_peer() if scope.segment == "received" else kind

    def _definition(self, definition: Definition, node: s.Name, scope: Scope) -> Kind | None:
        means = definition.means
        if isinstance(means, (tuple, s.Template)):
            what = "a segment" if isinstance(means, s.Template) else "a list of assignments"
            self.complain(node, f"`{node.name}` is {what}, expected a value")
            return None
        if node.name in self._inside:
            self.complain(node, f"the definition of `{node.name}` leads back to itself")
            return None
        quiet = self._quiet(node.name)
        kind = quiet.kind(means, self._scope_within(node, scope))
        for problem in quiet.problems.problems[: not self.problems.doubts_of(DEFINITION, node.name)]:
            self.complain(node, f"`{node.name}` cannot be used here: {problem.message}")
        return kind

    @staticmethod
    def _scope_within(node: s.Name, scope: Scope) -> Scope:
        """Inside a definition names are bare: the use outside says whose and when."""
        if not scope.is_claim or scope.use == "state claim":
            return scope
        return replace(scope, use="state claim") if node.who or node.when else scope

    # Operators

    def _sum(self, node: s.Sum, scope: Scope) -> Kind | None:
        left = self.kind(node.left, scope)
        right = self.kind(node.right, scope)
        if left is None or right is None:
            return None
        if self._none_among(node, (node.left, node.right), node.operator):
            return None
        sides = (left.base, right.base)
        if sides == ("seq", "seq") and node.operator == "-":
            return COUNT if self._same(node, left, right) else None
        if sides == ("seq", "seq"):
            self.complain(node, "two sequence numbers are never added, only a count to one")
            return None
        if left.base == "seq" and right.base in ("count", "number"):
            return left
        if right.base == "seq" and left.base in ("count", "number") and node.operator == "+":
            return right
        if {*sides} <= {"count", "number"}:
            return NUMBER if sides == ("number", "number") else COUNT
        self.complain(
            node, f"`{node.operator}` needs numbers; these are {left.described()} and {right.described()}"
        )
        return None

    def _comparison(self, node: s.Comparison, scope: Scope) -> Kind | None:
        words = self._words_among(node.operands, scope)
        kinds = [self.kind(operand, scope, words) for operand in node.operands]
        fitting = [self._same(node, left, right) for left, right in pairwise(kinds)]
        if None in kinds or None in fitting:
            return FLAG
        self._operators(node, {kind.base for kind in kinds if kind})
        return FLAG

    def _words_among(self, operands: Iterable[s.Expression], scope: Scope) -> Kind | None:
        """The kind of the words that are compared, so that a word alone is known as one."""
        quiet = self._quiet()
        kinds = (quiet.kind(operand, scope) for operand in operands)
        return next((kind for kind in kinds if kind and kind.base == "words"), None)

    def _none_among(self, node: s.Expression, operands: Iterable[s.Expression], sign: str) -> bool:
        """Reports operands of a choice that may be ``none``; the word by itself has a kind of its own."""
        for operand in operands:
            if not isinstance(operand, s.Constant) and may_be_none(operand, self.names):
                self.complain(operand, f"this may be `none`, and `{sign}` needs numbers")
                return True
        return False

    def _operators(self, node: s.Comparison, bases: set[str]) -> None:
        ordering = [operator for operator in node.operators if operator not in ("=", "/=")]
        if ordering and not bases <= {"seq", "count", "number"}:
            self.complain(node, f"`{ordering[0]}` orders numbers only; use `=`, `/=` or `is`")
        elif ordering and self._none_among(node, node.operands, ordering[0]):
            return
        elif "/=" in node.operators and len(node.operators) > 1:
            self.complain(node, "`/=` is not chained; write two comparisons joined by `and`")
        elif ordering and "seq" in bases and len(node.operators) > 2:
            self.complain(node, "an interval of sequence numbers has three parts: `a =< b < c`")
        elif ordering and "seq" in bases and len(node.operators) == 2 and not _is_one_way(node.operators):
            self.complain(node, "an interval of sequence numbers is written `a =< b < c`, from left to right")

    def _same(self, node: s.Node, left: Kind | None, right: Kind | None) -> Kind | None:
        """The common kind of two values, reported where there is none."""
        if left is None or right is None:
            return left or right
        if {left.base, right.base} == {"none", "flags"}:
            self.complain(node, "a set of flags is never `none`, only empty; test its flags one by one")
            return None
        if "none" in (left.base, right.base):
            return right if left.base == "none" else left
        if left.base == "number" and right.base in ("seq", "count"):
            return right
        if right.base == "number" and left.base in ("seq", "count"):
            return left
        if left.base == right.base == "count":
            return COUNT
        if left == right:
            return left
        self.complain(node, f"these are of different kinds: {left} and {right}")
        return None

    def _is(self, node: s.Is, scope: Scope) -> Kind | None:
        subject = node.subject
        if isinstance(subject, s.Name) and subject.name in (STATE, EVENT):
            self._is_special(node, subject, scope)
            return FLAG
        kind = self.kind(subject, scope)
        if kind is None or (node.word == "none" and kind.base != "flags"):
            return FLAG
        if node.word == "none":
            self.complain(node, "a set of flags is never `none`, only empty; test its flags one by one")
            return FLAG
        if kind.base != "words":
            self.complain(node, f"`is` is for words, states and events; this is {kind.described()}")
        elif node.word not in kind.words:
            self._unknown_word(node, "a word of this kind", kind.words)
        return FLAG

    def _is_special(self, node: s.Is, subject: s.Name, scope: Scope) -> None:
        if subject.name == EVENT:
            if scope.use != "step claim" or subject.who or subject.when:
                self.complain(node, "`event is …` is only for claims of `step` properties")
            elif node.word not in self.protocol.events and not self._lost("events"):
                self._unknown_word(node, "an event", self.protocol.events)
            return
        if not self._who_and_when(subject, scope) or self._state(subject, scope) is None:
            return
        known = {**self.protocol.states, **self.protocol.groups}
        if node.word not in known and not self._lost("states"):
            self._unknown_word(node, "a state or a group", known)

    def _lost(self, table: Literal["states", "events"]) -> bool:
        """Whether the names of a table are not all known, which has been reported."""
        nameless = {table, "groups"} if table == "states" else {table}
        return not getattr(self.protocol, table) or any((t, EVERY) in self.problems.doubts for t in nameless)

    def _unknown_word(self, node: s.Is, what: str, known: Iterable[str]) -> None:
        self.complain(node, f"`{node.word}` is not {what}{suggest(node.word, known)}")

    # Segments and the network

    def _quantified(self, node: s.Quantified, scope: Scope) -> Kind | None:
        if node.place == "sent" and scope.use != "step claim":
            self.complain(node, "`segment sent` is only for claims of `step` properties")
        elif node.place != "sent" and scope.use != "state claim":
            self.complain(node, f"`segment {node.place}` is only for claims about states")
        else:
            segment: Literal["received", "sent"] = "received" if node.place == "from peer" else "sent"
            self._want_flag(node.body, replace(scope, segment=segment))
        return FLAG

    def _network(self, node: s.Expression, scope: Scope) -> Kind | None:
        if scope.use == "assumption" or (isinstance(node, s.NothingInFlight) and scope.use == "state claim"):
            if isinstance(node, s.PeerTimerDisabled):
                event = self.protocol.events.get(node.event)
                timer = event is not None and event.kind in ("timer", "")
                if not timer and not self._lost("events"):
                    timers = [e.name for e in self.protocol.events.values() if e.kind == "timer"]
                    self.complain(node, f"`{node.event}` is not a timer event{suggest(node.event, timers)}")
            return FLAG
        self.complain(node, "an end cannot see the network; this is only for assumptions")
        return FLAG

    def _takes(self, node: s.Takes, scope: Scope) -> Kind | None:
        event = self.protocol.events.get(node.call)
        if scope.use != "state claim":
            self.complain(node, "`takes …` is only for claims about states")
        elif (event is None or event.kind not in ("call", "")) and not self._lost("events"):
            calls = [e.name for e in self.protocol.events.values() if e.kind == "call"]
            hint = suggest(node.call, calls) or f"; expected {' or '.join(calls) or 'one, but there is none'}"
            self.complain(node, f"`{node.call}` is not a call{hint}")
        return FLAG


def _is_one_way(operators: tuple[str, ...]) -> bool:
    """Whether the signs of a chain all point upwards, or all downwards."""
    return set(operators) <= {"<", "=<"} or set(operators) <= {">", ">="}
