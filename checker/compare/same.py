"""Whether a document does in every state of an explored scenario what another one did there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from checker.document import syntax as s
from checker.document.meaning import Meaning
from checker.document.protocol import Property
from checker.explore.graph import StateGraph
from checker.model.evaluate import SemanticError
from checker.model.tables import LocalTables, Model, Move, OwnMove

READS_VALUES = (
    *(s.Constant, s.Name, s.Sum, s.Comparison, s.Is, s.Not, s.Connected, s.Choice, s.Quantified),
    *(s.NothingInFlight, s.Template, s.FieldValue, s.Flags),
)
"""What a condition may be made of that depends on a state and a step alone, not on the rows: not
``takes``, which asks what rows would do on a call that perhaps nobody makes."""


def same_graph(base: StateGraph, head: Model) -> bool:
    """Whether ``head`` has just the graph of ``base``, state by state and step by step, whichever
    rows fire; ``False`` where that cannot be told."""
    return same_runs(base.system.model, head)


Events = Collection[str]


def same_runs(base: Model, head: Model, events: Events | None = None) -> bool:
    """Whether ``head`` has just the graph that ``base`` has been explored to have. If ``events`` are
    given, their rules differ at most in what they do on these.

    Each reaction that the exploration asked for is asked for again. If all are the same, then
    by induction so is all that follows from them.
    """
    frames = [Meaning(m.protocol).frame(m.scenario) for m in (base, head)]
    if frames[0] != frames[1]:
        return False
    try:
        return _start(base) == _start(head) and same_reactions(base, head, events)
    except SemanticError:  # whoever explores it will tell
        return False


def _start(model: Model) -> list[Any]:
    """The initial states, and what was done before."""
    start = model.start()
    return [start.ends] + [
        (opening.end, opening.call, opening.before, opening.reaction.after, opening.reaction.sent)
        for opening in start.openings
    ]


def same_reactions(base: Model, head: Model, events: Events | None = None) -> bool:
    """Whether ``head`` does all that ``base`` has been asked for, whichever rows fire. Only what
    ``events`` do is asked again, if they are given.

    Raises ``SemanticError`` where it has no meaning.
    """
    arrival = base.arrival_event
    arrives = events is None or arrival in events
    own = events is None or any(event != arrival for event in events)
    return all(
        (not own or _same_moves(*tables)) and (not arrives or _same_arrivals(*tables))
        for tables in zip(base.tables, head.tables, strict=True)
    )


def _same_moves(base: LocalTables, head: LocalTables) -> bool:
    """Whether calls, own events, timers and faults do the same."""
    for local in base.expanded():
        there = head.locals.number(base.locals[local])
        ours = [_own(base, move) for move in base.own_moves(local)]
        if ours != [_own(head, move) for move in head.own_moves(there)]:
            return False
        refused = [
            [refusal.event for refusal in table.refusals(n)] for table, n in ((base, local), (head, there))
        ]
        if refused[0] != refused[1]:
            return False
    return True


def _same_arrivals(base: LocalTables, head: LocalTables) -> bool:
    for (local, segment), move in base.arrivals().items():
        there = head.locals.number(base.locals[local])
        arriving = head.model.segments.number(base.model.segments[segment])
        if _effect(base, move) != _effect(head, head.arrival(there, arriving)):
            return False
    return True


def _own(table: LocalTables, own: OwnMove) -> tuple[Any, ...]:
    return table.model.actions[own.action], own.condition, _effect(table, own.move)


def _effect(table: LocalTables, move: Move) -> tuple[Any, ...]:
    return table.locals[move.after], [table.model.segments[segment] for segment in move.sent]


def depends_on_values(meaning: Meaning, property: Property) -> bool:
    """Whether ``property`` has the same answer wherever the graph is the same: it asks for nothing
    that the rows would do."""
    return all(isinstance(node, READS_VALUES) for node in meaning.asks(property) if isinstance(node, s.Node))
