"""An explored graph in the Aldebaran format of CADP and mCRL2."""

from __future__ import annotations

from checker.exchange.statespace import StateSpace
from checker.explore.graph import StateGraph


def to_aut(graph: StateGraph) -> str:
    """One line an edge; states are numbers, 0 the initial one, and labels actions in words."""
    space = StateSpace(graph)
    lines = [f"des (0,{space.edge_count},{len(space)})\n"]
    lines += (f'({source},"{_label(action)}",{target})\n' for source, action, target in space.edges())
    return "".join(lines)


def _label(text: str) -> str:
    """The format has no way to write a quotation mark, or a line break, within a label."""
    return " ".join(text.replace('"', "'").split())
