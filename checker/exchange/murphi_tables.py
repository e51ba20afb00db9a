"""The tables of a scenario as functions of nested ``switch`` statements, for its Murphi model,
which knows no constant tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.exchange.product import ALWAYS, NOTHING_SENT, End, Product, Reaction
from checker.exchange.words import comment


def switch(name: str, cases: Mapping[int, str], default: str) -> Iterator[str]:
    yield f"  switch {name}"
    yield from (f"  case {value}: {action}" for value, action in cases.items() if action != default)
    yield f"  else {default}"
    yield "  end;"


def _function(head: str, body: Iterator[str]) -> Iterator[str]:
    yield f"function {head};"
    yield "begin"
    yield from body
    yield "end;"
    yield ""


def _returned(values: Mapping[int, int], default: int) -> Mapping[int, str]:
    return {key: f"return {value};" for key, value in values.items() if value != default}


def _nested(name: str, rows: Sequence[Mapping[int, int]], inner: str, default: int) -> Iterator[str]:
    """A table of rows, of which ``name`` chooses one and ``inner`` the entry."""
    yield f"  switch {name}"
    for number, row in enumerate(rows):
        cases = _returned(row, default)
        if cases:
            yield f"  case {number}:"
            yield from ("  " + line for line in switch(inner, cases, f"return {default};"))
    yield f"  else return {default};"
    yield "  end;"
    yield f"  return {default};"


def tables(product: Product, end: End) -> Iterator[str]:
    me, local = end.name.lower(), f"Local{end.name}"
    yield f"-- Local states of {end.name}"
    yield from (f"-- {number}: {comment(text)}" for number, text in enumerate(end.locals))
    yield ""
    own = [{k: move.reaction for k, move in enumerate(row)} for row in end.own]
    choice = f"local: {local}; k: 0 .. {max(end.most - 1, 0)}"
    segment = f"local: {local}; segment: Segment"
    tables: tuple[tuple[str, str, str, Sequence[Mapping[int, Reaction]]], ...] = (
        (f"{me}_own", choice, "k", own),
        (f"{me}_on", segment, "segment", end.arrivals),
    )
    for name, parameters, inner, rows in tables:
        after = [{key: value.after for key, value in row.items()} for row in rows]
        sending = [{key: value.sending for key, value in row.items()} for row in rows]
        yield from _function(f"{name}_after({parameters}): {local}", _nested("local", after, inner, 0))
        yield from _function(
            f"{name}_sending({parameters}): Sending", _nested("local", sending, inner, NOTHING_SENT)
        )
    counts = {number: len(row) for number, row in enumerate(end.own)}
    body = switch("local", _returned(counts, 0), "return 0;")
    yield from _function(f"{me}_moves(local: {local}): 0 .. {end.most}", body)


# Conditions


def conditions(product: Product) -> Iterator[str]:
    if not product.conditional:
        return
    if product.reads(1):
        yield from _no_equal(product)
    if product.timers:
        for end in product.ends:
            table = dict(enumerate(end.disabled))
            head = (
                f"{end.name.lower()}_disabled(local: Local{end.name}): 0 .. {(1 << len(product.timers)) - 1}"
            )
            yield f"-- Timers that are disabled, as a sum of bits: {comment(', '.join(product.timers))}"
            yield from _function(head, switch("local", _returned(table, 0), "return 0;"))
    for end in product.ends:
        me = end.name.lower()
        rows = [{k: move.condition for k, move in enumerate(row)} for row in end.own]
        head = f"{me}_condition(local: Local{end.name}; k: 0 .. {max(end.most - 1, 0)})"
        last = len(product.conditions) - 1
        yield from _function(f"{head}: 0 .. {last}", _nested("local", rows, "k", ALWAYS))
    readings = len(product.conditions[0])
    tables = [{reading: int(ok) for reading, ok in enumerate(table)} for table in product.conditions]
    yield "-- Whether a condition is true where the network reads: 1 both channels are empty,"
    yield "-- 2 no equal segment is in flight, 4 and so on these timers are disabled at the peer."
    head = f"allowed(condition: 0 .. {len(tables) - 1}; reading: 0 .. {readings - 1}): 0 .. 1"
    yield from _function(head, _nested("condition", tables, "reading", 0))


def _no_equal(product: Product) -> Iterator[str]:
    yield "-- Segments that are equal but for ghosts have the same number here."
    wires = dict(enumerate((0, *(wire + 1 for wire in product.wires))))
    yield from _function(
        "wire(segment: Segment): Segment", switch("segment", _returned(wires, 0), "return 0;")
    )
    yield "function no_equal(channel: Channel; sending: Sending): 0 .. 1;"
    yield "begin"
    yield "  for i: Place do"
    yield "    if channel[i] != 0 then"
    cases = {}
    for number, sent in enumerate(product.sendings):
        numbers = sorted({product.wires[segment - 1] + 1 for segment in sent})
        test = " | ".join(f"wire(channel[i]) = {wire}" for wire in numbers)
        if numbers:
            cases[number] = f"if {test} then return 0; end;"
    if cases:
        yield "      switch sending"
        yield from (f"      case {number}: {action}" for number, action in cases.items())
        yield "      end;"
    yield "    end;"
    yield "  end;"
    yield "  return 1;"
    yield "end;"
    yield ""
