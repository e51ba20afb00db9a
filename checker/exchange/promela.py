"""A scenario as a Promela model for SPIN.

The state is two local states, two channels as arrays of slots, and the budgets that are
counted; the tables are constants in C, read by a few C functions, and every action is one
``d_step``. So nothing is stored but the states themselves, and pan spends its time on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

from checker.exchange.product import Product
from checker.exchange.promela_tables import braced, tables, type_for
from checker.exchange.words import comment


def to_promela(product: Product) -> str:
    """The model as text. Raises ``TooLarge`` where SPIN cannot read it."""
    return "\n".join(
        [*_head(product), *tables(product), *_state(product), *_code(product), *_process(product)]
    )


def _head(product: Product) -> Iterator[str]:
    duplicated = "" if product.duplications is None else f", {product.duplications} duplications"
    lost = "" if product.losses is None else f", {product.losses} losses"
    yield f"/* {comment(product.document)}: {comment(product.scenario)}"
    yield f" * A {product.order} of {product.capacity} each way{lost}{duplicated}."
    yield " *"
    yield f" * states {product.states}, transitions {product.transitions}, depth {product.depth}"
    yield " *"
    yield " * spin -a FILE && gcc -O2 -DSAFETY -DNOREDUCE -DNOCOMP -o pan pan.c && ./pan -m1000000"
    yield f" * finds {product.states} states stored and, stored and matched together,"
    yield f" * {product.transitions + 1} transitions: one more, as it counts the initial state."
    yield " */"
    yield ""


# State


def _state(product: Product) -> Iterator[str]:
    local = type_for(max(len(end.locals) for end in product.ends) - 1)
    slot = type_for(len(product.segments))
    yield "/* The state: both local states, what is in flight each way, what is left of budgets */"
    yield f"{local} a = {product.start[0]}, b = {product.start[1]};"
    for name, content in zip(("ab", "ba"), product.in_flight, strict=True):
        slots = _sorted_slots(product, content)
        start = f" = {braced(slots)}" if any(slots) else ""
        yield f"{slot} {name}[{product.capacity}]{start};"
    yield from (f"{type_for(left)} {name} = {left};" for name, left in product.budgets)
    yield ""


def _sorted_slots(product: Product, content: tuple[int, ...]) -> list[int]:
    """Bags are sorted from the largest, so that empty slots stand at the end."""
    slots = sorted(content, reverse=True) if product.order == "bag" else list(content)
    return slots + [0] * (product.capacity - len(slots))


# Code

_CHANNELS = """\
c_code {
/* The same segment twice in a bag is one delivery, one loss, one duplication. */
static inline int is_there(const Slot *channel, int i) {
  return channel[i] != 0$distinct;
}
static inline int is_full(const Slot *channel) { return channel[CAPACITY - 1] != 0; }
static inline void take(Slot *channel, int i) {
  for (; i < CAPACITY - 1; i++) channel[i] = channel[i + 1];
  channel[CAPACITY - 1] = 0;
}
static inline void copy(Slot *channel, int i) {
  int last;
  for (last = CAPACITY - 1; last > i; last--) channel[last] = channel[last - 1];
}
static inline void put(Slot *channel, Slot segment) {
  int i;
  if (is_full(channel)) return;
  $place
  channel[i] = segment;
}
static inline void send(Slot *channel, Sending sending) {
  int i;
  for (i = 0; i < sendings[sending].count; i++) put(channel, sendings[sending].segments[i]);
}
/* How many of a list find no room. */
static inline int overflow(const Slot *channel, Sending sending) {
  int missing = sendings[sending].count, i;
  for (i = CAPACITY - 1; i >= 0 && missing > 0 && channel[i] == 0; i--) missing--;
  return missing;
}
}
"""

_PLACE = {
    # Empty slots are smaller than every segment: they are passed as well.
    "bag": "for (i = CAPACITY - 1; i > 0 && channel[i - 1] < segment; i--) channel[i] = channel[i - 1];",
    "queue": "for (i = 0; channel[i] != 0; i++);",
}

_EQUAL = """\
c_code {
static inline int no_equal(const Slot *channel, Sending sending) {
  int i, k;
  for (k = 0; k < sendings[sending].count; k++)
    for (i = 0; i < CAPACITY && channel[i] != 0; i++)
      if (wires[channel[i]] == wires[sendings[sending].segments[k]]) return 0;
  return 1;
}
}
"""

_ENDPOINT = """\
/* $End: its own steps, and deliveries to it */
c_code {
static inline int ${me}_can(int k) {
  const Moves *own = &${me}_own[now.${me}];
  return k < own->count$condition$room_to_move;
}
static inline void ${me}_do(int k) {
  const Move *move = &${me}_own[now.${me}].moves[k];
  now.${me} = move->after;
  $send_move
}
static inline int ${me}_can_get(int i) {
  return is_there(now.${into}, i)$room_to_get;
}
static inline void ${me}_get(int i) {
  const Reaction *reaction = &${me}_on[now.${me}][now.${into}[i]];
  take(now.${into}, i);
  now.${me} = reaction->after;
  $send_reaction
}
}
"""


def _code(product: Product) -> Iterator[str]:
    distinct = " && (i == 0 || channel[i] != channel[i - 1])" if product.order == "bag" else ""
    yield Template(_CHANNELS).substitute(distinct=distinct, place=_PLACE[product.order])
    if product.reads(1):
        yield _EQUAL
    for end, peer in zip(product.ends, reversed(product.ends), strict=True):
        yield _endpoint(product, end.name.lower(), peer.name.lower())


def _endpoint(product: Product, me: str, peer: str) -> str:
    out = me + peer
    move = "own->moves[k]"
    reaction = f"{me}_on[now.{me}][now.{peer}{me}[i]]"
    return Template(_ENDPOINT).substitute(
        me=me,
        End=me.upper(),
        into=peer + me,
        condition=_condition(product, me, peer, move),
        room_to_move=_room(product, out, f"{move}.sending"),
        room_to_get=_room(product, out, f"{reaction}.sending"),
        send_move=_send(product, out, "move->sending"),
        send_reaction=_send(product, out, "reaction->sending"),
    )


def _condition(product: Product, me: str, peer: str, move: str) -> str:
    if not product.conditional:
        return ""
    readings = product.readings(
        "(now.ab[0] == 0 && now.ba[0] == 0)",
        f"2 * no_equal(now.{me}{peer}, {move}.sending)",
        f"4 * {peer}_disabled[now.{peer}]",
    )
    return f"\n    && (!{move}.condition || conditions[{move}.condition][{' + '.join(readings) or '0'}])"


def _room(product: Product, out: str, sending: str) -> str:
    """A send that finds no room is a loss; where none is left, the action is not enabled."""
    if not product.overflow_is_counted:
        return ""
    left = "now.losses" if product.losses else "0"
    return f"\n    && overflow(now.{out}, {sending}) <= {left}"


def _send(product: Product, out: str, sending: str) -> str:
    spend = f"now.losses -= overflow(now.{out}, {sending});\n  " if product.losses else ""
    return f"{spend}send(now.{out}, {sending});"


# Process


def _process(product: Product) -> Iterator[str]:
    yield "active proctype network() {"
    yield "end:"
    yield "  do"
    for end, peer in zip(product.ends, reversed(product.ends), strict=True):
        me, other = end.name.lower(), peer.name.lower()
        yield f"  /* {end.name}: calls, own events, timers and faults; then what arrives */"
        for k in range(end.most):
            yield _option(f"{me}_can({k})", f"{me}_do({k});")
        for i in range(product.capacity if product.order == "bag" else 1):
            yield _option(f"{me}_can_get({i})", f"{me}_get({i});")
        yield from _faults(product, me, other)
    yield "  od"
    yield "}"
    yield ""


def _faults(product: Product, sender: str, receiver: str) -> Iterator[str]:
    out, slots = sender + receiver, range(product.capacity)
    if product.losses != 0:
        yield f"  /* losses of what {sender.upper()} sent */"
        counted = product.losses is not None
        left, spend = (" && now.losses > 0", " now.losses--;") if counted else ("", "")
        for i in slots:
            yield _option(f"is_there(now.{out}, {i}){left}", f"take(now.{out}, {i});{spend}")
    if product.duplications != 0:
        yield f"  /* duplications of what {sender.upper()} sent */"
        counted = product.duplications is not None
        left, spend = (" && now.duplications > 0", " now.duplications--;") if counted else ("", "")
        for i in slots[:-1]:
            guard = f"is_there(now.{out}, {i}) && !is_full(now.{out}){left}"
            yield _option(guard, f"copy(now.{out}, {i});{spend}")


def _option(guard: str, action: str) -> str:
    # SPIN takes a call for a side effect unless the expression begins with a parenthesis.
    return f"  :: d_step {{ c_expr {{ ({guard}) }} -> c_code {{ {action} }} }}"
