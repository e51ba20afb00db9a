"""The tables of a scenario as constants in C, for its Promela model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.exchange.problems import TooLarge
from checker.exchange.product import End, OwnMove, Product, Reaction
from checker.exchange.words import comment

SPIN_C_LIMIT = 60_000
"""Characters of C that SPIN takes in one piece, which is 64 KB with what it adds."""


def tables(product: Product) -> Iterator[str]:
    last = len(product.segments)
    counts = [len(end.locals) for end in product.ends]
    yield "c_decl {"
    yield f"#define CAPACITY {product.capacity}"
    yield f"typedef {_c_type(last)} Slot; /* a segment from 1 to {last}, or 0: empty */"
    yield f"typedef {_c_type(max(counts) - 1)} Local; /* the number of a local state */"
    yield f"typedef {_c_type(len(product.sendings) - 1)} Sending; /* the number of a list of segments */"
    yield "typedef struct { Local after; Sending sending; } Reaction;"
    condition = _c_type(len(product.conditions) - 1)
    yield f"typedef struct {{ Local after; Sending sending; {condition} condition; }} Move;"
    yield "typedef struct { int count; const Move *moves; } Moves;"
    yield "}"
    yield ""
    yield from _sendings(product)
    if product.conditional:
        yield from _conditions(product)
    for end in product.ends:
        yield from _end(product, end)


def _sendings(product: Product) -> Iterator[str]:
    yield "/* Segments"
    for number, written in enumerate(product.segments, 1):
        yield f" * {number}: {comment(written)}"
    yield " */"
    most = max(map(len, product.sendings))
    yield from _pieces(
        [
            f"static const struct {{ int count; Slot segments[{max(most, 1)}]; }} sendings[] = {{",
            *(f"  {{{len(sent)}, {braced(sent or (0,))}}}," for sent in product.sendings),
            "};",
        ]
    )
    if product.reads(1):
        yield "/* Segments that are equal but for ghosts have the same number here. */"
        yield from _pieces([f"static const Slot wires[] = {braced((0, *(w + 1 for w in product.wires)))};"])


def _conditions(product: Product) -> Iterator[str]:
    timers = ", ".join(f"{1 << (2 + i)} {comment(timer)}" for i, timer in enumerate(product.timers))
    yield "/* When a step is allowed, by the sum of: 1 both channels are empty, 2 no equal segment"
    yield f" * is in flight{'; at the peer these are disabled: ' + timers if timers else ''} */"
    yield from _pieces(
        [
            f"static const unsigned char conditions[][{len(product.conditions[0])}] = {{",
            *(f"  {braced(tuple(map(int, table)))}," for table in product.conditions),
            "};",
        ]
    )


def _end(product: Product, end: End) -> Iterator[str]:
    """Rows by local state: what it does by itself, and what each segment does to it."""
    me = end.name.lower()
    width = len(product.segments) + 1
    yield f"/* {end.name}: local states, with their steps and their reactions to segments */"
    for number, local in enumerate(end.locals):
        lines = [f"/* {number}: {comment(local)} */"]
        if end.own[number]:
            lines.append(
                f"static const Move {me}_own_{number}[] = {braced(tuple(map(_move, end.own[number])))};"
            )
        if end.arrivals[number]:
            row = [_reaction(end.arrivals[number].get(segment)) for segment in range(width)]
            lines.append(f"static const Reaction {me}_on_{number}[] = {braced(row)};")
        yield from _pieces(lines)
    owns = [f"{{{len(own)}, {f'{me}_own_{i}' if own else 0}}}" for i, own in enumerate(end.own)]
    yield from _pieces([f"static const Moves {me}_own[] = {braced(owns)};"])
    ons = [f"{me}_on_{i}" if row else "0" for i, row in enumerate(end.arrivals)]
    yield from _pieces([f"static const Reaction *const {me}_on[] = {braced(ons)};"])
    if product.timers:
        yield from _pieces([f"static const unsigned {me}_disabled[] = {braced(end.disabled)};"])
    yield ""


def _pieces(lines: Sequence[str]) -> Iterator[str]:
    """Lines of C in a piece of their own."""
    if sum(len(line) + 1 for line in lines) > SPIN_C_LIMIT:
        raise TooLarge(
            "SPIN reads at most 64 KB of C in one piece, and a table of this scenario is larger;"
            " take a smaller scenario, or `murphi` or `tla`"
        )
    yield "c_decl {"
    yield from lines
    yield "}"


def braced(values: Sequence[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _reaction(reaction: Reaction | None) -> str:
    return "{0,0}" if reaction is None else f"{{{reaction.after},{reaction.sending}}}"


def _move(own: OwnMove) -> str:
    return f"{{{own.reaction.after},{own.reaction.sending},{own.condition}}}"


def _c_type(largest: int) -> str:
    return {"byte": "unsigned char", "short": "short", "int": "int"}[type_for(largest)]


def type_for(largest: int) -> str:
    """The smallest type of Promela that holds numbers from 0."""
    return "byte" if largest < 1 << 8 else "short" if largest < 1 << 15 else "int"
