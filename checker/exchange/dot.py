"""An explored graph in the language of Graphviz, to be drawn."""

from __future__ import annotations

from collections.abc import Iterator

from checker.exchange.problems import TooLarge
from checker.exchange.statespace import StateSpace
from checker.explore.graph import StateGraph

MAX_STATES = 1_000
"""States beyond which Graphviz takes minutes for what nobody can read."""


def to_dot(graph: StateGraph) -> str:
    """A directed graph: nodes show their number, both local states and what is in flight.

    Raises ``TooLarge`` beyond ``MAX_STATES``.
    """
    space = StateSpace(graph)
    if len(space) > MAX_STATES:
        raise TooLarge(
            f"{len(space):,} states are too many to draw, the limit is {MAX_STATES:,};"
            " take a smaller scenario or capacity, or one of the formats `aut` and `graphml`"
        )
    return "".join(f"{line}\n" for line in _lines(space))


def _lines(space: StateSpace) -> Iterator[str]:
    yield f"digraph {_quoted(space.name)} {{"
    yield '  node [shape=box, fontname="monospace"];'
    yield '  edge [fontname="monospace"];'
    for index in range(len(space)):
        bold = ", penwidth=2" if index == 0 else ""
        yield f"  {index} [label={_quoted(*_node(space, index))}{bold}];"
    for source, action, target in space.edges():
        yield f"  {source} -> {target} [label={_quoted(action)}];"
    yield "}"


def _node(space: StateSpace, index: int) -> Iterator[str]:
    words = space.words(index)
    a, b = space.names(index)
    yield f"{index}: {a} / {b}"
    if words.from_a:
        yield f"from A: {words.from_a}"
    if words.from_b:
        yield f"from B: {words.from_b}"
    for name, left in (("losses", words.losses), ("duplications", words.duplications)):
        if left not in ("", "0"):
            yield f"{name} left: {left}"


def _quoted(*lines: str) -> str:
    """A string of DOT: its only escapes are those of the quotation mark and, in labels, of the
    backslash."""
    escaped = (" ".join(line.split()).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
