"""What ends evaluate in the views, and for which initial numbers it would come out otherwise.

An expression that does not care how all numbers are moved (``shift``) gives the same answer
wherever its numbers of each space derive from one unknown. What is left are the *instances* in
which numbers of several sources meet, or a literal stands in the expression: each is asked of the
solver by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import z3

from checker.document import syntax as s
from checker.document.kinds import Space, Value
from checker.document.names import FlagOf
from checker.document.protocol import Definition, Field, Switch, Variable
from checker.model.evaluate import Env, Evaluate, Evaluator, SemanticError, Unset
from checker.prove.solver.encode import Encoder, End, Scene
from checker.prove.solver.listing import Expression, expressions
from checker.prove.solver.numbers import Numbers, Unsupported
from checker.prove.solver.terms import FALSE, Bool, Term, all_of, negated, same

Key = tuple[int, tuple[Value, ...]]
"""An expression (its place in a list), and the values that it reads."""

BROKEN = "broken"
"""The answer of an evaluation that ends in an error."""


@dataclass(frozen=True)
class Reads:
    """The variables and fields that an expression reads, and whether it takes from a supply."""

    variables: tuple[str, ...]
    fields: tuple[str, ...]
    supplies: bool


class Recorder(Evaluator):
    """An evaluator that notes what the expressions of a document are evaluated on.

    ``noted`` are the keys since it was last emptied, ``answers`` what each gave.
    """

    def __init__(self, numbers: Numbers, switches: Mapping[str, Value]) -> None:
        super().__init__(numbers.protocol, switches)
        self.noted: dict[Key, None] = {}
        self.answers: dict[Key, Value] = {}
        self.listed = [e for e in expressions(numbers.protocol) if e.part]
        self.reads = [self.reads_of(e.node) for e in self.listed]
        self._places = {id(e.node): place for place, e in enumerate(self.listed)}

    def compile(self, node: s.Expression, view: str = "us") -> Evaluate:
        return self._noting(node, super().compile(node, view))

    def maybe_unset(self, node: s.Expression, view: str = "us") -> Evaluate:
        return self._noting(node, super().maybe_unset(node, view))

    def _noting(self, node: s.Expression, run: Evaluate) -> Evaluate:
        place = self._places.get(id(node))
        if place is None:
            return run
        keyed = self._keyed(place)

        def noting(env: Env) -> Any:
            key = keyed(env)
            self.noted[key] = None
            try:
                answer = self.answers[key] = run(env)
            except (Unset, SemanticError):
                self.answers[key] = BROKEN
                raise
            return answer

        return noting

    def _keyed(self, place: int) -> Callable[[Env], Key]:
        reads = self.reads[place]
        variables = [self.variable_index[name] for name in reads.variables]
        read = [self.field_index[name] for name in reads.fields]

        def key(env: Env) -> Key:
            segment = env.segment
            values = [env.us.values[index] for index in variables]
            values += [None if segment is None else segment[index] for index in read]
            return place, (env.us.state, *values)

        return key

    def reads_of(self, node: s.Expression) -> Reads:
        """What an expression reads, the definitions that it uses opened up."""
        names = dict.fromkeys(self._names_in(node))
        meant = [self.names[name] for name in names]
        variables = [m.name for m in meant if isinstance(m, Variable) and m.lives != "supply"]
        read = [m.name for m in meant if isinstance(m, Field)]
        read += [m.field.name for m in meant if isinstance(m, FlagOf)]
        supplies = any(isinstance(m, Variable) and m.lives == "supply" for m in meant)
        return Reads(tuple(variables), tuple(dict.fromkeys(read)), supplies)

    def _names_in(self, node: object) -> Iterator[str]:
        match node:
            case s.Name(name=name) if name in self.names:
                yield name
                meaning = self.names[name]
                if isinstance(meaning, Definition):
                    yield from self._names_in(meaning.means)
            case s.Node():
                for part in fields(node):
                    yield from self._names_in(getattr(node, part.name))
            case tuple():
                for part in node:
                    yield from self._names_in(part)


@dataclass
class Instances:
    """For which numbers the noted evaluations come out otherwise, as terms of the unknowns.

    ``literal`` are the places of the expressions that care where numbers begin.
    """

    numbers: Numbers
    recorder: Recorder
    literal: frozenset[int]
    _known: dict[tuple[int, Key], Bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._encoder = Encoder(self.numbers.protocol)

    def differs(self, end: int, key: Key) -> Bool:
        """For which unknowns an evaluation at an end (0 is A) does not give what it gives at the
        bases."""
        if (end, key) not in self._known:
            self._known[end, key] = self._differs(end, key)
        return self._known[end, key]

    def _differs(self, end: int, key: Key) -> Bool:
        place, values = key
        answer = self.recorder.answers[key]
        space = self._space_of(place, end)
        if place not in self.literal and self._one_source(place, end, values[1:], space, answer):
            return FALSE
        if self.recorder.reads[place].supplies:
            raise Unsupported(f"{self.recorder.listed[place].name}: takes a number among others")
        expression = self.recorder.listed[place]
        scene = self._scene(place, end, values)
        read = self._encoder.maybe_unset if expression.may_be_unset else self._encoder.term
        term = read(expression.node, scene)
        if answer == BROKEN:
            return z3.simplify(term.defined)
        alike = all_of(term.defined, same(term, self._wanted(expression, space, answer, term)))
        return z3.simplify(negated(alike))

    def _space_of(self, place: int, end: int) -> Space:
        kind = self.recorder.listed[place].kind
        return "" if kind is None or kind.base != "seq" else kind.of_end("AB"[end]).space

    def _one_source(
        self, place: int, end: int, values: tuple[Value, ...], space: Space, answer: Value
    ) -> bool:
        """Whether the numbers of each space that an evaluation reads, and the one that it gives,
        derive from one unknown, or from one literal."""
        reads = self.recorder.reads[place]
        protocol = self.numbers.protocol
        variables = [protocol.variables[name] for name in reads.variables]
        read = [protocol.fields[name] for name in reads.fields]
        own, received = values[: len(variables)], values[len(variables) :]
        sources = self.numbers.sources(variables, own, end) | self.numbers.sources(read, received, 1 - end)
        if space and isinstance(answer, int) and not reads.supplies:
            unknown = self.numbers.source(space, answer)
            sources |= {(space, unknown.name if unknown else "")}
        return len({space for space, _ in sources}) == len(sources)

    def _scene(self, place: int, end: int, values: tuple[Value, ...]) -> Scene:
        """What an evaluation reads, as terms of the unknowns."""
        protocol = self.numbers.protocol
        reads = self.recorder.reads[place]
        own = values[1 : 1 + len(reads.variables)]
        received = values[1 + len(reads.variables) :]
        held = {
            name: self._term(protocol.variables[name], value, end)
            for name, value in zip(reads.variables, own, strict=True)
        }
        segment = {
            name: self._term(protocol.fields[name], value, 1 - end)
            for name, value in zip(reads.fields, received, strict=True)
        }
        switches = {
            switch.name: self._encoder.words.constant(switch.kind, self.recorder.switches[switch.name])
            for switch in protocol.switches.values()
        }
        state = self._encoder.words.term(str(values[0]))
        return Scene({"us": End(state, held)}, switches, segment if received else None)

    def _term(self, place: Variable | Field | Switch, value: Value, end: int) -> Term:
        if place.kind.base != "seq" or not isinstance(value, int):
            return self._encoder.words.constant(place.kind, value)
        return Term(self.numbers.term(place.kind.of_end("AB"[end]).space, value))

    def _wanted(self, expression: Expression, space: Space, answer: Value, term: Term) -> Term:
        """The answer at the bases, as a term of the unknowns."""
        if answer is None:
            return Term(None, present=FALSE)
        if space and isinstance(answer, int):
            return Term(self.numbers.term(space, answer))
        if isinstance(answer, bool):
            return Term(z3.BoolVal(answer))
        if isinstance(answer, int):
            return Term(z3.BitVecVal(answer, term.value.size()))
        assert expression.kind is not None
        return self._encoder.words.constant(expression.kind, answer)
