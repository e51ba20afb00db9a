"""Mutants: the document with one rule changed, as a slip of the pen would.

A mutant is made of the parsed row. Ghosts are left alone: no run depends on them, so a mutant of
what only they are told would differ in nothing that happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from checker.document import syntax as s
from checker.document.build import is_delete
from checker.document.check import check
from checker.document.omission import in_place_of, trial_of
from checker.document.problems import Problem, ProblemList
from checker.document.protocol import Protocol, Rule
from checker.document.write import write_acts, write_expression, write_template

Operator = Literal[
    "row dropped",
    "guard negated",
    "guard weakened",
    "next exchanged",
    "segment not sent",
    "update dropped",
    "then flipped",
]
OPERATORS: tuple[Operator, ...] = get_args(Operator)


@dataclass(frozen=True)
class Mutant:
    """One change of the rule ``row``: the cell of ``column`` ``before`` and ``after``, which are
    empty where there is nothing; of a row that is dropped it is no single cell. ``rule`` is the
    rule as it is then, ``None`` if there is none. ``what`` is dropped, or stands there now, where
    that needs saying."""

    row: str
    operator: Operator
    what: str
    rule: Rule | None
    column: str = ""
    before: str = ""
    after: str = ""

    @property
    def name(self) -> str:
        """The change in a line."""
        return f"{self.row}: {self.operator}{f': {self.what}' if self.what else ''}"


def mutants(protocol: Protocol, rule: Rule) -> Iterator[Mutant]:
    """The mutants of a rule, in the order of ``OPERATORS`` and of what they change."""
    yield from _dropped(protocol, rule)
    yield from _of_guard(rule)
    yield from _of_next(protocol, rule)
    yield from _of_sends(protocol, rule)
    yield from _of_updates(protocol, rule)
    yield from _of_then(rule)


def applied(protocol: Protocol, mutant: Mutant) -> tuple[Protocol, list[Problem]]:
    """``protocol`` as the mutant has it, and what is then wrong with the document: it may have
    lost the step that another rule goes on at."""
    changed = () if mutant.rule is None else (mutant.rule,)
    rules = [new for rule in protocol.rules for new in (changed if rule.id == mutant.row else (rule,))]
    found = replace(protocol, rules=tuple(rules))
    problems = ProblemList()
    check(found, problems)
    return found, problems.problems


def _changed(rule: Rule, operator: Operator, what: str, column: str, after: str, new: Rule) -> Mutant:
    text = {**rule.text, column: after}
    return Mutant(rule.id, operator, what, replace(new, text=text), column, rule.text[column], after)


def _dropped(protocol: Protocol, rule: Rule) -> Iterator[Mutant]:
    """The row as it is when it is missed: see ``checker.document.omission``."""
    other = in_place_of(protocol, rule)
    if other is None:
        yield Mutant(rule.id, "row dropped", "", None)
    elif (other.acts, other.sends, other.next, other.then) != (rule.acts, rule.sends, rule.next, rule.then):
        text = {**rule.text, "do": "", "send": "", "next": "", "then": other.then}
        yield Mutant(rule.id, "row dropped", trial_of(protocol, rule), replace(other, text=text))


# Guards


def _of_guard(rule: Rule) -> Iterator[Mutant]:
    if rule.guard is None:
        return
    yield _guarded(rule, "guard negated", "", _negated(rule.guard))
    for dropped, guard in _weaker(rule.guard):
        yield _guarded(rule, "guard weakened", write_expression(dropped), guard)


def _guarded(rule: Rule, operator: Operator, what: str, guard: s.Expression | None) -> Mutant:
    text = "" if guard is None else write_expression(guard)
    return _changed(rule, operator, what, "if", text, replace(rule, guard=guard))


def _negated(guard: s.Expression) -> s.Expression:
    return guard.operand if isinstance(guard, s.Not) else s.Not(guard.position, guard)


def _weaker(guard: s.Expression) -> Iterator[tuple[s.Expression, s.Expression | None]]:
    """Each conjunct of ``guard`` with what is left without it, also those of its alternatives.
    Without one that has no others beside it nothing is left, which always holds."""
    if isinstance(guard, s.Connected):
        for i, operand in enumerate(guard.operands):
            before, behind = guard.operands[:i], guard.operands[i + 1 :]
            for dropped, weaker in _weaker(operand):
                if weaker is not None:
                    yield dropped, replace(guard, operands=(*before, weaker, *behind))
                elif guard.operator == "and":
                    yield dropped, _connected(guard, (*before, *behind))
    if not (isinstance(guard, s.Connected) and guard.operator == "and"):
        yield guard, None


def _connected(guard: s.Connected, operands: tuple[s.Expression, ...]) -> s.Expression:
    return operands[0] if len(operands) == 1 else replace(guard, operands=operands)


# What it does


def _of_next(protocol: Protocol, rule: Rule) -> Iterator[Mutant]:
    """Every other state. To stay is one of them; where a rule is for several, it has no name."""
    if not rule.next:
        return
    only = rule.states[0] if len(rule.states) == 1 else None
    if rule.next != only:
        yield _changed(rule, "next exchanged", "none", "next", "", replace(rule, next=""))
    for state in protocol.states:
        if state not in (rule.next, only):
            yield _changed(rule, "next exchanged", state, "next", state, replace(rule, next=state))


def _of_sends(protocol: Protocol, rule: Rule) -> Iterator[Mutant]:
    for i in range(len(rule.sends)):
        left = (*rule.sends[:i], *rule.sends[i + 1 :])
        text = "; ".join(_sent(protocol, template) for template in left)
        what = _sent(protocol, rule.sends[i])
        yield _changed(rule, "segment not sent", what, "send", text, replace(rule, sends=left))


def _sent(protocol: Protocol, template: s.Template) -> str:
    """A segment by its name, if it is a definition that the rule mentions."""
    named = (d.name for d in protocol.definitions.values() if d.means is template)
    return next(named, None) or write_template(template)


def _of_updates(protocol: Protocol, rule: Rule) -> Iterator[Mutant]:
    for dropped, acts in _without_one(protocol, rule.acts):
        what, text = write_acts([dropped]), write_acts(acts)
        yield _changed(rule, "update dropped", what, "do", text, replace(rule, acts=acts))


def _without_one(protocol: Protocol, acts: Sequence[s.Act]) -> Iterator[tuple[s.Act, tuple[s.Act, ...]]]:
    """Each single update with all others; a named list that loses one is written out."""
    for i, act in enumerate(acts):
        before, behind = acts[:i], acts[i + 1 :]
        if isinstance(act, s.Perform) and not is_delete(act):
            means = protocol.definitions[act.name].means
            assert isinstance(means, tuple)  # checked when the document was read
            for dropped, left in _without_one(protocol, means):
                yield dropped, (*before, *left, *behind)
        elif isinstance(act, s.Perform) or not protocol.variables[act.target].ghost:
            yield act, (*before, *behind)


def _of_then(rule: Rule) -> Iterator[Mutant]:
    """Stopping becomes going on, and the other way round; a jump becomes either, and a refused
    call one that does nothing."""
    flipped = {"": ["stop"], "stop": [""], "refuse": ["stop"]}.get(rule.then, ["", "stop"])
    for then in flipped:
        yield _changed(rule, "then flipped", then or "none", "then", then, replace(rule, then=then))
