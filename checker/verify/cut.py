"""A part of a quotient: what lies on the way from some nodes, to some, within some arrows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checker.verify.quotient import Arrow, Node, Quotient

ANY = "*"


class NoSuchNode(Exception):
    """No node is where a cut is to begin or to end; the message is for users."""


def part_of(
    quotient: Quotient, start: Sequence[str] = (), goal: Sequence[str] = (), depth: int | None = None
) -> frozenset[int]:
    """The numbers of the nodes on a way from one of ``start`` (or the initial node) to one of
    ``goal`` (or anywhere), no more than ``depth`` arrows from where they begin, or where there is
    only a ``goal``, from where they end.

    Nodes are named ``X / Y`` by the control states of A and B, one of which may be ``*``.
    """
    first = _named(quotient, start) if start else {0}
    last = _named(quotient, goal) if goal else set(range(len(quotient.nodes)))
    backwards = bool(goal and not start)
    onward = _reached(_neighbours(quotient.arrows), first, None if backwards else depth)
    back = _reached(_neighbours(_reversed(quotient.arrows)), last, depth if backwards else None)
    return frozenset(onward & back)


def _named(quotient: Quotient, names: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for name in names:
        ends = tuple(part.strip() for part in name.split("/"))
        nodes = {n for n, node in enumerate(quotient.nodes) if _is_called(node, ends)}
        if not nodes:
            raise NoSuchNode(
                f"no node is `{name}`; write the states of A and B, such as "
                f"`{' / '.join(quotient.nodes[0].ends)}`, or `*` for any"
            )
        found |= nodes
    return found


def _is_called(node: Node, ends: tuple[str, ...]) -> bool:
    return len(ends) == 2 and all(name in (state, ANY) for name, state in zip(ends, node.ends, strict=True))


def _reversed(arrows: Iterable[Arrow]) -> Iterable[Arrow]:
    return (arrow._replace(source=arrow.target, target=arrow.source) for arrow in arrows)


def _neighbours(arrows: Iterable[Arrow]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {}
    for arrow in arrows:
        found.setdefault(arrow.source, set()).add(arrow.target)
    return found


def _reached(neighbours: Mapping[int, set[int]], first: set[int], depth: int | None) -> set[int]:
    """What is reached from ``first`` by at most ``depth`` arrows (``None``: by any number)."""
    seen, layer = set(first), set(first)
    while layer and depth != 0:
        layer = set().union(*(neighbours.get(node, set()) for node in layer)) - seen
        seen |= layer
        depth = None if depth is None else depth - 1
    return seen
