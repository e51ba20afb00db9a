"""All expressions of a document, each once, with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from checker.document import syntax as s
from checker.document.build import is_delete
from checker.document.expressions import KindChecker
from checker.document.kinds import FLAG, Kind
from checker.document.problems import ProblemList
from checker.document.protocol import Protocol
from checker.document.scope import Scope

Use = Literal["rule", "claim", "step claim"]


@dataclass(frozen=True)
class Expression:
    """An expression and its place: ``row`` names the row of the document, ``part`` what of it.

    ``kind`` is that of its value, ``None`` if it is not known; ``may_be_unset`` says whether a
    bare name may be unset here. ``sender`` sends the segments whose fields it reads.
    """

    row: str
    part: str
    node: s.Expression
    kind: Kind | None
    may_be_unset: bool = False
    use: Use = "rule"
    sender: Literal["us", "peer"] = "peer"

    @property
    def name(self) -> str:
        return f"{self.row}, {self.part}" if self.part else self.row


def expressions(protocol: Protocol) -> Iterator[Expression]:
    """What ends evaluate: initial sequence numbers, definitions, defaults, rows, assumptions."""
    seen: set[int] = set()
    for expression in _all(protocol):
        if id(expression.node) not in seen:
            seen.add(id(expression.node))
            yield expression


def claims(protocol: Protocol) -> Iterator[Expression]:
    """What properties say, and what their quantifiers say of a single segment."""
    for property in protocol.properties.values():
        use: Use = "step claim" if property.kind == "step" else "claim"
        for part, node in (("when", property.when), ("claim", property.claim)):
            if node is None:
                continue
            yield Expression(property.name, part, node, FLAG, use=use)
            for number, quantified in enumerate(_quantified(node), 1):
                body = f"{part}, segment {number}"
                sender: Literal["us", "peer"] = "peer" if quantified.place == "from peer" else "us"
                yield Expression(property.name, body, quantified.body, FLAG, use=use, sender=sender)


def _all(protocol: Protocol) -> Iterator[Expression]:
    for variable in protocol.variables.values():
        if variable.kind.base == "seq" and isinstance(variable.initial, int):
            initial = s.Constant(variable.position, variable.initial)
            yield Expression(variable.name, "initial", initial, variable.kind)
    for definition in protocol.definitions.values():
        means = definition.means
        if isinstance(means, s.Template):
            yield from _template(protocol, definition.name, "", means)
        elif isinstance(means, tuple):
            yield from _acts(protocol, definition.name, "", means)
        else:
            kind = KindChecker(protocol, ProblemList()).kind(means, Scope("guard", "received", ghosts=True))
            yield Expression(definition.name, "", means, kind)
    for field in protocol.fields.values():
        node = field.unless_given
        yield Expression(field.name, "unless given", node, field.kind, may_be_unset=True)
    for rule in protocol.rules:
        if rule.guard is not None:
            yield Expression(rule.id, "if", rule.guard, FLAG)
        yield from _acts(protocol, rule.id, "do ", rule.acts)
        for number, template in enumerate(rule.sends, 1):
            part = "send " if len(rule.sends) == 1 else f"send {number} "
            yield from _template(protocol, rule.id, part, template)
    for assumption in protocol.assumptions.values():
        yield Expression(assumption.name, "only if", assumption.condition, FLAG)


def _acts(protocol: Protocol, row: str, part: str, acts: tuple[s.Act, ...]) -> Iterator[Expression]:
    """The values assigned here; those of named lists stand with their definitions."""
    for number, act in enumerate(acts, 1):
        if isinstance(act, s.Assign):
            again = any(isinstance(a, s.Assign) and a.target == act.target for a in acts[: number - 1])
            place = f"{part}{act.target}{f' at {number}' if again else ''}"
            yield Expression(row, place, act.value, protocol.variables[act.target].kind)
        else:
            assert is_delete(act) or act.name in protocol.definitions


def _template(protocol: Protocol, row: str, part: str, template: s.Template) -> Iterator[Expression]:
    kinds = {field.written: field.kind for field in protocol.fields.values()}
    for given in template.fields:
        if not isinstance(given.value, s.Flags) and kinds[given.written].base != "flags":
            place = f"{part}{given.written}"
            yield Expression(row, place, given.value, kinds[given.written], may_be_unset=True)


def _quantified(node: object) -> Iterator[s.Quantified]:
    """The quantifiers in an expression, none of which stands in another."""
    if isinstance(node, s.Quantified):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _quantified(part)
    elif isinstance(node, s.Node):
        for field in fields(node):
            yield from _quantified(getattr(node, field.name))
