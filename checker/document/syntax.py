"""The abstract syntax of cells: what an expression, an action or a segment says.

Values are plain Python: a number is an ``int``, a flag a ``bool``, a word a ``str``, a set
of flags a ``tuple`` of words in declared order, unset is ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.document.problems import Position

Who = Literal["", "peer", "A", "B"]
When = Literal["", "before", "after"]
Place = Literal["sent", "from us", "from peer"]
Quantity = Literal["some", "no", "every"]


@dataclass(frozen=True)
class Node:
    """Any expression; ``position`` is that of its first character."""

    position: Position


@dataclass(frozen=True)
class Constant(Node):
    """A number, ``on``, ``off`` or ``none``."""

    value: int | bool | None


@dataclass(frozen=True)
class Broken(Node):
    """What could not be read; it has been reported."""


@dataclass(frozen=True)
class Name(Node):
    """A declared name, perhaps of another end (``who``) or another moment (``when``)."""

    name: str
    who: Who = ""
    when: When = ""


@dataclass(frozen=True)
class Sum(Node):
    """``left + right`` or ``left - right``."""

    operator: Literal["+", "-"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Comparison(Node):
    """``a < b =< c``: operands and the operators between them."""

    operands: tuple[Expression, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Is(Node):
    """``X is W``: ``word`` is a declared word, state, group or event, or ``none``."""

    subject: Expression
    negated: bool
    word: str


@dataclass(frozen=True)
class Not(Node):
    operand: Expression


@dataclass(frozen=True)
class Connected(Node):
    """``and`` or ``or`` of two or more operands, evaluated from the left."""

    operator: Literal["and", "or"]
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice(Node):
    """``(then if condition else otherwise)``."""

    then: Expression
    condition: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Quantified(Node):
    """``some segment sent (body)`` and its kin; the body reads that segment's fields."""

    quantity: Quantity
    place: Place
    body: Expression


@dataclass(frozen=True)
class NothingInFlight(Node):
    """Both channels are empty."""


@dataclass(frozen=True)
class NoEqualSegment(Node):
    """No segment that the action would send is in flight already."""


@dataclass(frozen=True)
class PeerTimerDisabled(Node):
    """No rule of the peer for this timer event can fire in its local state."""

    event: str


@dataclass(frozen=True)
class Takes(Node):
    """An end, as it is, would take this call: some row fires on it, and none refuses it."""

    call: str
    who: Who = ""


Expression = (
    Constant
    | Broken
    | Name
    | Sum
    | Comparison
    | Is
    | Not
    | Connected
    | Choice
    | Quantified
    | NothingInFlight
    | NoEqualSegment
    | PeerTimerDisabled
    | Takes
)


@dataclass(frozen=True)
class Assign(Node):
    """``target := value``."""

    target: str
    value: Expression


@dataclass(frozen=True)
class Perform(Node):
    """A named list of assignments, or ``delete TCB``."""

    name: str


Act = Assign | Perform


@dataclass(frozen=True)
class Flags(Node):
    """``X,Y`` as the value of a field: the words of a set of flags."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class FieldValue(Node):
    """``<written=value>``."""

    written: str
    value: Expression | Flags


@dataclass(frozen=True)
class Template(Node):
    """A segment written out, field by field."""

    fields: tuple[FieldValue, ...]


@dataclass(frozen=True)
class SegmentName(Node):
    """A definition that names a segment."""

    name: str


Sending = Template | SegmentName
