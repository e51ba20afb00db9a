"""A scenario as a TLA+ module for TLC: tables as tuples, channels as sequences.

TLA+ counts from 1, so local states, lists of segments and conditions have one more than their
number here; segments are numbered from 1 everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import Template

from checker.exchange.product import End, Product, Reaction
from checker.exchange.words import comment

CONFIGURATION = "SPECIFICATION Spec\n"
"""The ``.cfg`` file that goes with a module. That a state without successors is no error is
said by an option, as not every TLC knows how to read it here."""


def module_name(text: str) -> str:
    """A name for a module, made of any text: a letter, then letters, digits and underscores."""
    name = "_".join(re.findall(r"[A-Za-z0-9]+", text))
    return name if name[:1].isalpha() else f"M_{name}"


def to_tla(product: Product, name: str) -> str:
    """The module ``name`` as text; TLC wants it in the file ``name.tla``."""
    return "\n".join(
        [
            f"{'-' * 20} MODULE {name} {'-' * 20}",
            *_head(product, name),
            *_tables(product),
            *_channels(product),
            *_state(product),
            *(line for me in (0, 1) for line in _endpoint(product, me)),
            *_next(product),
            "=" * 60,
            "",
        ]
    )


def _head(product: Product, name: str) -> Iterator[str]:
    yield f"\\* {comment(product.document)}: {comment(product.scenario)}"
    yield f"\\* states {product.states}, transitions {product.transitions}, depth {product.depth}"
    yield "\\*"
    yield f"\\* java -cp tla2tools.jar tlc2.TLC -deadlock {name}"
    yield f"\\* where {name}.cfg says {CONFIGURATION.strip()} finds {product.states} distinct states;"
    yield f"\\* {product.transitions + 1} generated, as it counts the initial state; and the depth"
    yield f"\\* {product.depth + 1}, as it counts from 1."
    yield ""
    yield "EXTENDS Naturals, Sequences"
    yield ""


# Tables


def _tables(product: Product) -> Iterator[str]:
    yield f"Capacity == {product.capacity}"
    yield ""
    yield "\\* Segments"
    yield from (f"\\* {number}: {comment(written)}" for number, written in enumerate(product.segments, 1))
    yield ""
    yield "\\* Lists of segments that are sent"
    yield from _table("Sendings", [_tuple(sent) for sent in product.sendings])
    if product.reads(1):
        yield "\\* Segments that are equal but for ghosts have the same number here"
        yield from _table("Wires", [str(wire) for wire in product.wires])
    if product.conditional:
        yield "\\* When a step is allowed, by 1 + the sum of: 1 both channels are empty, 2 no equal"
        yield "\\* segment is in flight, 4 and so on these timers are disabled at the peer:"
        yield f"\\* {comment(', '.join(product.timers)) or 'none'}"
        rows = [_tuple("TRUE" if ok else "FALSE" for ok in table) for table in product.conditions]
        yield from _table("Conditions", rows)
    for end in product.ends:
        yield from _end(product, end)


def _end(product: Product, end: End) -> Iterator[str]:
    yield f"\\* Local states of {end.name}"
    yield from (f"\\* {number}: {comment(local)}" for number, local in enumerate(end.locals, 1))
    yield ""
    yield "\\* Its own steps: the local state after, the list that is sent, the condition"
    rows = [
        _tuple(
            _tuple((move.reaction.after + 1, move.reaction.sending + 1, move.condition + 1)) for move in own
        )
        for own in end.own
    ]
    yield from _table(f"Own{end.name}", rows)
    yield "\\* What each segment does: the local state after, the list that is sent"
    segments = range(1, len(product.segments) + 1)
    yield from _table(
        f"On{end.name}", [_tuple(_reaction(row.get(segment)) for segment in segments) for row in end.arrivals]
    )
    if product.timers:
        yield "\\* Timers that are disabled, as a sum of bits"
        yield from _table(f"Disabled{end.name}", [str(bits) for bits in end.disabled])


def _reaction(reaction: Reaction | None) -> str:
    return "<<>>" if reaction is None else _tuple((reaction.after + 1, reaction.sending + 1))


def _tuple(values: Iterator[object] | Sequence[object]) -> str:
    return f"<<{', '.join(map(str, values))}>>"


def _table(name: str, rows: Sequence[str]) -> Iterator[str]:
    yield f"{name} == <<"
    yield from (f"  {row}{',' if i < len(rows) else ''}" for i, row in enumerate(rows, 1))
    yield ">>"
    yield ""


# Channels

_CHANNELS = """\
\\* The same segment twice in a bag is one delivery, one loss, one duplication.
IsThere(channel, i) == $distinct

Without(channel, i) == SubSeq(channel, 1, i - 1) \\o SubSeq(channel, i + 1, Len(channel))

\\* The copy stands right behind its original.
Doubled(channel, i) == SubSeq(channel, 1, i) \\o SubSeq(channel, i, Len(channel))

$insert

RECURSIVE Send(_, _)
Send(channel, segments) ==
  IF segments = <<>> \\/ Len(channel) = Capacity
  THEN channel
  ELSE Send(Insert(channel, Head(segments)), Tail(segments))

\\* How many of a list find no room.
Overflow(channel, segments) ==
  IF Len(channel) + Len(segments) > Capacity
  THEN Len(channel) + Len(segments) - Capacity
  ELSE 0
"""

_INSERT = {
    "queue": "Insert(channel, segment) == Append(channel, segment)",
    "bag": """\
\\* A bag is a sorted sequence.
Insert(channel, segment) ==
  LET AtMost(other) == other <= segment
      Above(other) == other > segment
  IN SelectSeq(channel, AtMost) \\o <<segment>> \\o SelectSeq(channel, Above)""",
}

_NO_EQUAL = """\
NoEqual(channel, segments) ==
  \\A i \\in 1 .. Len(channel) : \\A k \\in 1 .. Len(segments) :
    Wires[channel[i]] /= Wires[segments[k]]
"""


def _channels(product: Product) -> Iterator[str]:
    # Not a disjunction: TLC would take each of its sides for a step of its own.
    bag = product.order == "bag"
    distinct = "IF i = 1 THEN TRUE ELSE channel[i] /= channel[i - 1]" if bag else "TRUE"
    yield Template(_CHANNELS).substitute(distinct=distinct, insert=_INSERT[product.order])
    if product.reads(1):
        yield _NO_EQUAL


# State and actions


def _variables(product: Product) -> list[str]:
    return ["a", "b", "ab", "ba", *(name for name, _ in product.budgets)]


def _state(product: Product) -> Iterator[str]:
    names = ", ".join(_variables(product))
    yield f"VARIABLES {names}"
    yield ""
    yield f"vars == <<{names}>>"
    yield ""
    yield "Init =="
    for name, local in zip("ab", product.start, strict=True):
        yield f"  /\\ {name} = {local + 1}"
    for name, content in zip(("ab", "ba"), product.in_flight, strict=True):
        yield f"  /\\ {name} = {_tuple(sorted(content) if product.order == 'bag' else content)}"
    for name, budget in product.budgets:
        yield f"  /\\ {name} = {budget}"
    yield ""


def _unchanged(product: Product, *changed: str) -> str:
    rest = [name for name in _variables(product) if name not in changed]
    return f"  /\\ UNCHANGED <<{', '.join(rest)}>>"


def _endpoint(product: Product, end: int) -> Iterator[str]:
    me, peer = "ab"[end], "ba"[end]
    out, into, name = me + peer, peer + me, me.upper()
    yield f"{name}Acts(k) =="
    yield f"  LET move == Own{name}[{me}][k]"
    yield "      segments == Sendings[move[2]] IN"
    if product.conditional:
        yield f"  /\\ Conditions[move[3]][{_place(product, out, peer)}]"
    yield from _reacts(product, me, out, "move")
    yield _unchanged(product, me, out, *(["losses"] if product.losses else []))
    yield ""
    yield f"{name}Receives(i) =="
    yield f"  LET reaction == On{name}[{me}][{into}[i]]"
    yield "      segments == Sendings[reaction[2]] IN"
    yield f"  /\\ IsThere({into}, i)"
    yield from _reacts(product, me, out, "reaction")
    yield f"  /\\ {into}' = Without({into}, i)"
    yield _unchanged(product, me, out, into, *(["losses"] if product.losses else []))
    yield ""
    yield from _fault(product, f"{name}Loses(i)", out, "losses", product.losses, "Without")
    yield from _fault(product, f"{name}Duplicates(i)", out, "duplications", product.duplications, "Doubled")


def _reacts(product: Product, me: str, out: str, reaction: str) -> Iterator[str]:
    """A send that finds no room is a loss; where none is left, the action is not enabled."""
    if product.overflow_is_counted:
        yield f"  /\\ Overflow({out}, segments) <= {'losses' if product.losses else 0}"
    if product.losses:
        yield f"  /\\ losses' = losses - Overflow({out}, segments)"
    yield f"  /\\ {me}' = {reaction}[1]"
    yield f"  /\\ {out}' = Send({out}, segments)"


def _place(product: Product, out: str, peer: str) -> str:
    """The place of the readings of the network in a truth table."""
    readings = product.readings(
        "(IF ab = <<>> /\\ ba = <<>> THEN 1 ELSE 0)",
        f"(IF NoEqual({out}, segments) THEN 2 ELSE 0)",
        f"4 * Disabled{peer.upper()}[{peer}]",
    )
    return " + ".join(["1", *readings])


def _fault(
    product: Product, head: str, out: str, budget: str, left: int | None, operator: str
) -> Iterator[str]:
    """A loss or a duplication of what is in the channel ``out``, where the network commits any."""
    if left == 0:
        return
    yield f"{head} =="
    yield f"  /\\ IsThere({out}, i)"
    if operator == "Doubled":
        yield f"  /\\ Len({out}) < Capacity"
    if left is not None:
        yield f"  /\\ {budget} > 0"
        yield f"  /\\ {budget}' = {budget} - 1"
    yield f"  /\\ {out}' = {operator}({out}, i)"
    yield _unchanged(product, out, *([budget] if left is not None else []))
    yield ""


def _next(product: Product) -> Iterator[str]:
    yield "Next =="
    for me, peer in ("ab", "ba"):
        out, into, name = me + peer, peer + me, me.upper()
        arriving = f"1 .. Len({into})" if product.order == "bag" else f"{{1}} \\cap (1 .. Len({into}))"
        yield f"  \\/ \\E k \\in 1 .. Len(Own{name}[{me}]) : {name}Acts(k)"
        yield f"  \\/ \\E i \\in {arriving} : {name}Receives(i)"
        if product.losses != 0:
            yield f"  \\/ \\E i \\in 1 .. Len({out}) : {name}Loses(i)"
        if product.duplications != 0:
            yield f"  \\/ \\E i \\in 1 .. Len({out}) : {name}Duplicates(i)"
    yield ""
    yield "Spec == Init /\\ [][Next]_vars"
    yield ""
