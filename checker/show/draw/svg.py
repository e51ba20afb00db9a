"""Shapes as SVG: one element that can stand alone as a file, or in a page of HTML.

What belongs to a step is in a group with its number, ``<g class="step" data-step="3">``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from checker.show.draw.shapes import Box, Line, Picture, Shape, Words
from checker.show.draw.style import MONO, WHITE
from checker.show.draw.text import markup

HEAD = 8.0
"""The length of an arrowhead."""

DASHES = {"solid": "", "dashed": ' stroke-dasharray="6 4"', "dotted": ' stroke-dasharray="1.5 4"'}


def to_svg(picture: Picture) -> str:
    """``picture`` as an SVG element, on white, whatever is behind it."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    size = f"{_number(picture.width)} {_number(picture.height)}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{_number(picture.width)}"'
        f' height="{_number(picture.height)}" role="img" font-family="{MONO}">'
    )
    yield f"<title>{markup(picture.title)}</title>"
    yield f'<rect width="100%" height="100%" fill="{WHITE}"/>'
    for step, shapes in groupby(picture.shapes, key=lambda shape: shape.step):
        if step:
            yield f'<g class="step" data-step="{step}">'
        for shape in shapes:
            yield from _shape(shape)
        if step:
            yield "</g>"
    yield "</svg>"


def _shape(shape: Shape) -> Iterator[str]:
    match shape:
        case Line():
            yield from _line(shape)
        case Words():
            yield from _words(shape)
        case Box():
            yield _box(shape)


def _line(line: Line) -> Iterator[str]:
    points = list(line.points)
    if line.arrow:
        head, neck = arrowhead(points[-2], points[-1])
        points[-1] = neck
    places = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    yield (
        f'<polyline points="{places}" fill="none" stroke="{line.colour}"'
        f' stroke-width="{_number(line.width)}"{DASHES[line.pattern]}/>'
    )
    if line.arrow:
        corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in head)
        yield f'<polygon points="{corners}" fill="{line.colour}"/>'


def arrowhead(
    before: tuple[float, float], tip: tuple[float, float]
) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """(the corners of an arrowhead, where its line ends). Markers would need names, which are not
    to be had twice in a page."""
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / length, dy / length
    back = (tip[0] - HEAD * ux, tip[1] - HEAD * uy)
    half = HEAD * 0.42
    corners = [tip, (back[0] - half * uy, back[1] + half * ux), (back[0] + half * uy, back[1] - half * ux)]
    return corners, back


def _words(words: Words) -> Iterator[str]:
    bold = ' font-weight="bold"' if words.bold else ""
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    if words.halo:
        x, y, width, height = map(_number, halo(words))
        place, size = f'x="{x}" y="{y}"', f'width="{width}" height="{height}"'
        yield f'<rect {place} {size} fill="{WHITE}" fill-opacity="0.85"/>'
    yield (
        f'<text x="{_number(words.x)}" y="{_number(words.y)}" font-size="{_number(words.size)}"'
        f' fill="{words.colour}"{anchor}{bold} xml:space="preserve">{markup(words.text)}</text>'
    )


def halo(words: Words) -> tuple[float, float, float, float]:
    """The rectangle behind words that keeps lines off them: x, y, width, height."""
    left = {"start": words.x, "middle": words.x - words.width / 2, "end": words.x - words.width}
    return left[words.anchor] - 2, words.y - words.size * 0.85, words.width + 4, words.size * 1.1


def _box(box: Box) -> str:
    paint = f'fill="{box.fill}" stroke="{box.colour}"'
    if box.round:
        rx, ry = box.width / 2, box.height / 2
        centre = f'cx="{_number(box.x + rx)}" cy="{_number(box.y + ry)}"'
        return f'<ellipse {centre} rx="{_number(rx)}" ry="{_number(ry)}" {paint}/>'
    size = f'width="{_number(box.width)}" height="{_number(box.height)}"'
    return f'<rect x="{_number(box.x)}" y="{_number(box.y)}" {size} {paint}/>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
