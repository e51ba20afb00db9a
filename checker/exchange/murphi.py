"""A scenario as a Murphi model for rumur: small ranges, rulesets over places in the channels."""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

from checker.exchange.murphi_tables import conditions, switch, tables
from checker.exchange.product import Product
from checker.exchange.words import comment


def to_murphi(product: Product) -> str:
    """The model as text."""
    return "\n".join(
        [
            *_head(product),
            *_declarations(product),
            *_channels(product),
            *(line for end in product.ends for line in tables(product, end)),
            *conditions(product),
            *(line for me in (0, 1) for line in _endpoint(product, me)),
            *_start(product),
        ]
    )


def _head(product: Product) -> Iterator[str]:
    yield f"-- {comment(product.document)}: {comment(product.scenario)}"
    yield f"-- states {product.states}, transitions {product.transitions}, depth {product.depth}"
    yield "--"
    yield "-- rumur --deadlock-detection off FILE -o model.c && cc -O2 -mcx16 -lpthread model.c && ./a.out"
    yield f"-- finds {product.states} states and fires {product.transitions} rules."
    yield ""


def _declarations(product: Product) -> Iterator[str]:
    most = max(map(len, product.sendings))
    yield f"const CAPACITY: {product.capacity};"
    yield "type"
    for end in product.ends:
        yield f"  Local{end.name}: 0 .. {len(end.locals) - 1};"
    yield f"  Segment: 0 .. {len(product.segments)}; -- 0 is an empty place"
    yield f"  Sending: 0 .. {len(product.sendings) - 1}; -- the number of a list of segments"
    yield f"  Count: 0 .. {max(most, product.capacity)};"
    yield "  Place: 0 .. CAPACITY - 1;"
    yield "  Channel: array[Place] of Segment;"
    yield "var"
    yield "  a: LocalA;"
    yield "  b: LocalB;"
    yield "  ab: Channel;"
    yield "  ba: Channel;"
    yield from (f"  {name}: 0 .. {left};" for name, left in product.budgets)
    yield ""


# Channels

_CHANNELS = """\
function in_flight(channel: Channel): Count;
begin
  for i: Place do
    if channel[i] = 0 then return i; end;
  end;
  return CAPACITY;
end;

-- The same segment twice in a bag is one delivery, one loss, one duplication.
function is_there(channel: Channel; i: Place): boolean;
begin
  return channel[i] != 0$distinct;
end;

procedure take(var channel: Channel; i: Place);
begin
  for k: Place do
    if k >= i & k < CAPACITY - 1 then channel[k] := channel[k + 1]; end;
  end;
  channel[CAPACITY - 1] := 0;
end;

-- The copy stands right behind its original.
procedure copy(var channel: Channel; i: Place);
var last: Count;
begin
  last := CAPACITY - 1;
  while last > i do
    channel[last] := channel[last - 1];
    last := last - 1;
  end;
end;

procedure insert(var channel: Channel; segment: Segment);
var i: Count;
begin
  i := in_flight(channel);
  if i = CAPACITY then return; end;
$sort  channel[i] := segment;
end;
"""

_SORT = """\
  while i > 0 & channel[i - 1] > segment do
    channel[i] := channel[i - 1];
    i := i - 1;
  end;
"""


def _channels(product: Product) -> Iterator[str]:
    bag = product.order == "bag"
    distinct = " & (i = 0 | channel[i] != channel[i - 1])" if bag else ""
    yield Template(_CHANNELS).substitute(distinct=distinct, sort=_SORT if bag else "")
    sendings = product.sendings
    yield "-- Segments"
    yield from (f"-- {number}: {comment(written)}" for number, written in enumerate(product.segments, 1))
    yield ""
    yield "procedure send(var channel: Channel; sending: Sending);"
    yield "begin"
    cases = {
        number: " ".join(f"insert(channel, {segment});" for segment in sent)
        for number, sent in enumerate(sendings)
        if sent
    }
    if cases:
        yield "  switch sending"
        yield from (f"  case {number}: {action}" for number, action in cases.items())
        yield "  end;"
    yield "end;"
    yield ""
    if product.overflow_is_counted:
        yield "-- How many of a list find no room."
        yield "function overflow(channel: Channel; sending: Sending): Count;"
        yield "var count: Count;"
        yield "begin"
        yield "  count := 0;"
        lengths = {number: f"count := {len(sent)};" for number, sent in enumerate(sendings) if sent}
        yield from switch("sending", lengths, "count := 0;")
        yield "  if in_flight(channel) + count <= CAPACITY then return 0; end;"
        yield "  return in_flight(channel) + count - CAPACITY;"
        yield "end;"
        yield ""


# Rules


def _endpoint(product: Product, end: int) -> Iterator[str]:
    me, peer = "ab"[end], "ba"[end]
    out, into = me + peer, peer + me
    most = product.ends[end].most
    if most:
        guard = f"k < {me}_moves({me}){_condition(product, me, peer)}"
        yield f"ruleset k: 0 .. {most - 1} do"
        yield from _rule(f"{me.upper()} acts", guard, product, me, out, f"{me}_own", "k")
        yield "end;"
        yield ""
    if product.order == "bag":
        yield "ruleset i: Place do"
        yield from _delivery(product, me, out, into, "i")
        yield "end;"
    else:
        yield from _delivery(product, me, out, into, "0")
    yield ""
    yield from _faults(product, out)


def _delivery(product: Product, me: str, out: str, into: str, place: str) -> Iterator[str]:
    name, guard = f"{me.upper()} receives", f"is_there({into}, {place})"
    yield from _rule(name, guard, product, me, out, f"{me}_on", f"{into}[{place}]", f"take({into}, {place});")


def _rule(
    name: str, guard: str, product: Product, me: str, out: str, table: str, key: str, first: str = ""
) -> Iterator[str]:
    """A rule by which end ``me`` reacts: a send that finds no room is a loss; where none is
    left, the action is not enabled."""
    left = "losses" if product.losses else "0"
    room = f" & overflow({out}, {table}_sending({me}, {key})) <= {left}"
    yield f'  rule "{name}" {guard}{room if product.overflow_is_counted else ""} ==>'
    yield "    var after: Local" + me.upper() + ";"
    yield "    var sending: Sending;"
    yield "  begin"
    yield f"    after := {table}_after({me}, {key});"
    yield f"    sending := {table}_sending({me}, {key});"
    if first:
        yield f"    {first}"
    if product.losses:
        yield f"    losses := losses - overflow({out}, sending);"
    yield f"    {me} := after;"
    yield f"    send({out}, sending);"
    yield "  end;"


def _condition(product: Product, me: str, peer: str) -> str:
    if not product.conditional:
        return ""
    readings = product.readings(
        "(ab[0] = 0 & ba[0] = 0 ? 1 : 0)",
        f"2 * no_equal({me}{peer}, {me}_own_sending({me}, k))",
        f"4 * {peer}_disabled({peer})",
    )
    return f" & allowed({me}_condition({me}, k), {' + '.join(readings) or '0'}) = 1"


def _faults(product: Product, out: str) -> Iterator[str]:
    sender = out[0].upper()
    kinds = (
        ("losses", product.losses, "is lost", "take", ""),
        ("duplications", product.duplications, "is duplicated", "copy", f" & {out}[CAPACITY - 1] = 0"),
    )
    for budget, left, what, action, room in kinds:
        if left == 0:
            continue
        counted = left is not None
        budgeted = f" & {budget} > 0" if counted else ""
        yield "ruleset i: Place do"
        yield f'  rule "from {sender} {what}" is_there({out}, i){room}{budgeted} ==>'
        yield f"    {action}({out}, i);"
        if counted:
            yield f"    {budget} := {budget} - 1;"
        yield "  end;"
        yield "end;"
        yield ""


def _start(product: Product) -> Iterator[str]:
    yield "startstate"
    yield f"  a := {product.start[0]};"
    yield f"  b := {product.start[1]};"
    for name, content in zip(("ab", "ba"), product.in_flight, strict=True):
        yield f"  for i: Place do {name}[i] := 0; end;"
        yield from (f"  insert({name}, {segment});" for segment in content)
    yield from (f"  {name} := {left};" for name, left in product.budgets)
    yield "end;"
    yield ""
