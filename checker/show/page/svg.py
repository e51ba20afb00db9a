"""SVG as values, so that a page can make it of elements, and nothing in it can be anything else.

Only elements and attributes are kept that Graphviz draws with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

NAMESPACE = "{http://www.w3.org/2000/svg}"

ELEMENTS = {"svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text"}
ATTRIBUTES = {
    "svg": {"viewBox", "width", "height"},
    "g": {"transform", "class"},
    "path": {"d", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polygon": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polyline": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "ellipse": {"cx", "cy", "rx", "ry", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "text": {"x", "y", "text-anchor", "font-size", "font-style", "font-weight", "fill"},
}
TOOLTIP = "{http://www.w3.org/1999/xlink}title"

_ENTITIES = re.compile(rb"<!DOCTYPE[^>]*>")


def elements_of(svg: bytes) -> list[Any]:
    """The picture that Graphviz made as ``[name, attributes, text or children]``, nested."""
    root = ElementTree.fromstring(_ENTITIES.sub(b"", svg))
    (element,) = _elements(root, "")
    return element


def _elements(node: ElementTree.Element, tooltip: str) -> Iterator[list[Any]]:
    """The element of ``node``; links are only there for their tooltips, which what is in them
    gets."""
    name = node.tag.removeprefix(NAMESPACE)
    if name == "a":
        for child in node:
            yield from _elements(child, node.get(TOOLTIP, ""))
    elif name == "title":
        return  # a name of DOT's: tooltips say more
    elif name in ELEMENTS:
        kept = ATTRIBUTES[name]
        attributes = {key: value for key, value in node.attrib.items() if key in kept}
        if name == "text":
            yield [name, attributes, node.text or ""]
            return
        children = [element for child in node for element in _elements(child, "")]
        if tooltip:
            children.insert(0, ["title", {}, tooltip])
        yield [name, attributes, children]
