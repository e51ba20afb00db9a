"""Syntax to cell text: what an expression, an action or a segment looks like in a document.

What is read from the text is the same again, positions aside.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.document import syntax as s

OR, AND, NOT, COMPARISON, SUM, TERM = range(6)
"""How tightly each binds, as in the grammar."""


def write_expression(node: s.Expression, least: int = OR) -> str:
    """``node`` as text, in parentheses if it binds less tightly than ``least``."""
    binds, text = _written(node)
    return text if binds >= least else f"({text})"


def _written(node: s.Expression) -> tuple[int, str]:
    """How tightly ``node`` binds, and its text."""
    write = write_expression
    match node:
        case s.Connected(operator=operator, operands=operands):
            binds = OR if operator == "or" else AND
            return binds, f" {operator} ".join(write(operand, binds + 1) for operand in operands)
        case s.Not(operand=operand):
            return NOT, f"not {write(operand, NOT)}"
        case s.Comparison(operands=operands, operators=operators):
            rest = (f" {o} {write(x, SUM)}" for o, x in zip(operators, operands[1:], strict=True))
            return COMPARISON, write(operands[0], SUM) + "".join(rest)
        case s.Is(subject=subject, negated=negated, word=word):
            return COMPARISON, f"{write(subject, SUM)} is {'not ' if negated else ''}{word}"
        case s.Sum(operator=operator, left=left, right=right):
            return SUM, f"{write(left, SUM)} {operator} {write(right, TERM)}"
        case s.Choice(then=then, condition=condition, otherwise=otherwise):
            return TERM, f"({write(then, SUM)} if {write(condition)} else {write(otherwise, SUM)})"
        case s.Quantified(quantity=quantity, place=place, body=body):
            return TERM, f"{quantity} segment {place} ({write(body)})"
        case _:
            return TERM, _term(node)


def _term(node: s.Expression) -> str:
    match node:
        case s.Constant(value=None):
            return "none"
        case s.Constant(value=bool(value)):
            return "on" if value else "off"
        case s.Constant(value=value):
            return str(value)
        case s.Name(name=name, who=who, when=when):
            return " ".join(filter(None, (who and f"{who}'s", when, name)))
        case s.Takes(call=call, who=who):
            return f"{who} takes {call}".strip()
        case s.NothingInFlight():
            return "nothing in flight"
        case s.NoEqualSegment():
            return "no equal segment in flight"
        case s.PeerTimerDisabled(event=event):
            return f"peer timer {event.removeprefix('timeout ')} disabled"
    raise AssertionError(f"{node} has no text")


def write_acts(acts: Sequence[s.Act]) -> str:
    return "; ".join(
        f"{act.target} := {write_expression(act.value)}" if isinstance(act, s.Assign) else act.name
        for act in acts
    )


def write_template(template: s.Template) -> str:
    return "".join(f"<{field.written}={_field(field.value)}>" for field in template.fields)


def _field(value: s.Expression | s.Flags) -> str:
    return ",".join(value.words) if isinstance(value, s.Flags) else write_expression(value, SUM)
