"""The contents of both channels: the arrays that kernels work on, and what they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np

from checker.explore.native.arrays import Numbers, grown
from checker.explore.native.contents import MISSING, Contents, followed
from checker.explore.native.pairs import empty, with_room
from checker.explore.native.tuples import Scope

REPLIES_KEPT = 1 << 22
"""Entries of ``Contents.replied`` at most; what is not kept is computed each time."""


def _no_replies(contents: int, replies: int) -> Numbers:
    rows = min(contents, REPLIES_KEPT // replies)
    return np.full((rows, replies), MISSING, dtype=np.int32)


def _more_replies(known: Numbers, contents: int) -> Numbers:
    """``known`` for as many ``contents`` as are kept."""
    more = _no_replies(contents, known.shape[1])
    more[: len(known)] = known
    return more


class Channels:
    """The contents of both channels, and their arrays."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        c = scope.capacity
        size = 64
        keys, values = empty(size)
        zero = np.zeros(size, dtype=np.int32)
        places = np.zeros(size * c, dtype=np.int32)
        self.arrays = Contents(
            parent=zero,
            last=zero.copy(),
            length=zero.copy(),
            places=zero.copy(),
            segment=places,
            rest=places - 1,
            doubled=places - 1,
            keys=keys,
            values=values,
            made=np.ones(1, dtype=np.int64),
            replied=_no_replies(size, 64),
        )

    def __len__(self) -> int:
        return int(self.arrays.made[0])

    def make_room(self, more: int, replies: int = 0) -> None:
        """Room for ``more`` contents, and for what ``replies`` make of them."""
        a, c = self.arrays, self.scope.capacity
        if replies > a.replied.shape[1]:
            self.arrays = a = a._replace(replied=_no_replies(len(a.parent), 2 * replies))
        size = len(self) + more
        if size <= len(a.parent):
            return
        size = max(size, 2 * len(a.parent))
        keys, values = with_room(a.keys, a.values, size)
        self.arrays = Contents(
            parent=grown(a.parent, size),
            last=grown(a.last, size),
            length=grown(a.length, size),
            places=grown(a.places, size),
            segment=grown(a.segment, size * c),
            rest=grown(a.rest, size * c, -1),
            doubled=grown(a.doubled, size * c, -1),
            keys=keys,
            values=values,
            made=a.made,
            replied=_more_replies(a.replied, size),
        )

    @staticmethod
    def names() -> tuple[str, ...]:
        """The names of the arrays."""
        return tuple(name for name in Contents._fields if name != "replied")

    def restore(self, arrays: dict[str, Any]) -> None:
        """Takes over the arrays of another exploration."""
        replied = _no_replies(len(arrays["parent"]), self.arrays.replied.shape[1])
        self.arrays = Contents(**arrays, replied=replied)

    def number(self, content: tuple[int, ...]) -> int:
        """The number of a content given by its segments."""
        self.make_room(len(content) + 1)
        found = 0
        for segment in content:
            found = followed(self.arrays, self.scope.capacity, self.scope.bag, found, segment, True)
        return found

    def content(self, number: int) -> tuple[int, ...]:
        segments = []
        while number:
            segments.append(int(self.arrays.last[number]))
            number = int(self.arrays.parent[number])
        return tuple(reversed(segments))
