"""The segments that a table can send at all, as far as its rows show it without a run.

A row that sends a segment fixes its flags, gives literals for some fields, and leaves some unset.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.document import syntax as s
from checker.document.check import flag_words
from checker.document.kinds import Kind
from checker.document.names import meanings
from checker.document.protocol import Definition, Protocol
from checker.prove.solver.terms import TRUE, Bool, Term, Words, all_of, any_of, negated, same


class Sendable:
    """Says of the fields of a segment that some row can send it."""

    def __init__(self, protocol: Protocol, words: Words) -> None:
        self.protocol = protocol
        self._words = words
        self._names = meanings(protocol)

    def condition(self, segment: Mapping[str, Term]) -> Bool:
        """That ``segment``, by the names of its fields, is one that a row can send."""
        templates = {id(t): t for rule in self.protocol.rules for t in rule.sends}
        return any_of(*(self._made_by(template, segment) for template in templates.values()))

    def _made_by(self, template: s.Template, segment: Mapping[str, Term]) -> Bool:
        given = {field.written: field.value for field in template.fields}
        parts = []
        for field in self.protocol.fields.values():
            term = segment[field.name]
            value = given.get(field.written, field.unless_given)
            if field.kind.base == "flags":
                named = flag_words(value) if field.written in given else ()
                flags = zip(field.kind.words, term.flags, strict=True)
                parts += [flag if word in named else negated(flag) for word, flag in flags]
            elif not field.ghost:
                assert not isinstance(value, s.Flags)  # checked when the document was read
                parts.append(self._fits(value, term, field.kind))
        return all_of(*parts)

    def _fits(self, node: s.Expression, term: Term, kind: Kind) -> Bool:
        """That ``term`` may be the value of ``node``, whatever that reads."""
        match node:
            case s.Constant():
                return same(term, self._words.constant(kind, node.value))
            case s.Choice():
                return any_of(*(self._fits(part, term, kind) for part in (node.then, node.otherwise)))
            case s.Name():
                meaning = self._names.get(node.name)
                if meaning is None:
                    return same(term, self._words.term(node.name))
                if isinstance(meaning, Definition):
                    assert not isinstance(meaning.means, (tuple, s.Template))  # checked at reading
                    return self._fits(meaning.means, term, kind)
                return TRUE  # a name alone may be unset
            case _:
                return term.present
