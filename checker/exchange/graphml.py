"""An explored graph as GraphML, which networkx, Gephi and yEd read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from checker.exchange.statespace import StateSpace, StateWords
from checker.explore.graph import StateGraph

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot express, not even escaped."""

_NAMES = StateWords("A", "B", "from A", "from B", "losses", "duplications")


def to_graphml(graph: StateGraph) -> str:
    """A directed graph with parallel edges. Nodes have the local states of ``A`` and ``B``, the
    segments in flight ``from A`` and ``from B``, and the ``losses`` and ``duplications`` that are
    left where these are counted; edges have their ``action``."""
    return "".join(f"{line}\n" for line in _lines(StateSpace(graph)))


def _lines(space: StateSpace) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for key, name in zip(StateWords._fields, _NAMES, strict=True):
        kind = "int" if key in ("losses", "duplications") else "string"
        yield f'<key id="{key}" for="node" attr.name="{name}" attr.type="{kind}"/>'
    yield '<key id="action" for="edge" attr.name="action" attr.type="string"/>'
    yield f'<graph id={quoteattr(_xml(space.name))} edgedefault="directed">'
    for index in range(len(space)):
        yield f'<node id="{index}">{_data(space.words(index))}</node>'
    for source, action, target in space.edges():
        data = f'<data key="action">{escape(_xml(action))}</data>'
        yield f'<edge source="{source}" target="{target}">{data}</edge>'
    yield "</graph>"
    yield "</graphml>"


def _data(words: StateWords) -> str:
    pairs = zip(StateWords._fields, words, strict=True)
    return "".join(f'<data key="{key}">{escape(_xml(value))}</data>' for key, value in pairs if value)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
