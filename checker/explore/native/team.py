"""The threads of an exploration, and how they share the states of a chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from checker.explore.native.expand import CHUNK
from checker.explore.native.share import Share

T = TypeVar("T")
R = TypeVar("R")

ENOUGH_TO_SHARE = 2_048
"""States a thread must get for it to be worth the waiting."""


class Team:
    """As many shares as there are ``threads``, made when they are first needed."""

    def __init__(self, wide: bool, threads: int) -> None:
        self.threads = threads
        self.shares = [Share(wide)]
        self._others: list[ThreadPoolExecutor] = []
        self._states = self._entries = 0

    def shared(self, first: int, last: int) -> list[Share]:
        """The states from ``first`` to ``last``, or as many as are enough for now, in equal shares;
        few states are one thread's."""
        threads = self.threads if last - first >= ENOUGH_TO_SHARE * self.threads else 1
        if len(self.shares) < threads:
            wide = self.shares[0].wide
            self.shares += [Share(wide) for _ in range(threads - len(self.shares))]
            self._others = [ThreadPoolExecutor(1) for _ in self.shares[1:]]
        size = min(self._span(), -(-(last - first) // threads))
        for number, share in enumerate(self.shares[:threads]):
            share.first = min(first + number * size, last)
            share.last = min(share.first + size, last)
        return self.shares[:threads]

    def _span(self) -> int:
        """The states of a share: as many as its buffers have room for, going by those so far. If
        they had none, what the threads after it have done would be done again."""
        if not self._entries:
            return CHUNK
        room = len(self.shares[0].out.lo) * 3 // 4
        return min(CHUNK, 1 + room * self._states // self._entries)

    def note(self, shares: Sequence[Share]) -> None:
        """Learns from shares how many successors states have."""
        self._states += sum(share.last - share.first for share in shares)
        self._entries += sum(share.entries for share in shares)

    def together(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """``work`` on all items, each in a thread of its own: the first in this one, and the
        others always in the same, whose processor has their arrays at hand."""
        if not self._others:
            return [work(item) for item in items]
        assert len(items) <= len(self.shares)
        begun = [other.submit(work, item) for other, item in zip(self._others, items[1:], strict=False)]
        try:
            return [work(items[0]), *(other.result() for other in begun)]
        finally:
            wait(begun)

    def widen(self, wide: bool) -> None:
        for share in self.shares:
            share.widen(wide, len(share.out.lo))

    def dismiss(self) -> None:
        for other in self._others:
            other.shutdown()


def cut(shares: Sequence[Share], last: int) -> None:
    """Drops the states from ``last`` on."""
    for share in shares:
        share.last = max(share.first, min(share.last, last))
