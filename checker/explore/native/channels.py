"""The contents of both channels: the arrays that kernels work on, and what they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np

from checker.explore.native.arrays import grown
from checker.explore.native.contents import Contents, followed
from checker.explore.native.generate import Scope
from checker.explore.native.pairs import empty, with_room


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
        )

    def __len__(self) -> int:
        return int(self.arrays.made[0])

    def make_room(self, more: int) -> None:
        a, c = self.arrays, self.scope.capacity
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
        )

    @staticmethod
    def names() -> tuple[str, ...]:
        """The names of the arrays."""
        return Contents._fields

    def restore(self, arrays: dict[str, Any]) -> None:
        """Takes over the arrays of another exploration."""
        self.arrays = Contents(**arrays)

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
