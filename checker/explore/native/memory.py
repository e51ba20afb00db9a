"""Arrays of words that grow where they are.

With each comes address space for more than the machine has memory. Memory itself is given by the
system as the words are first written to, in large pages where it has them: that is much faster
than small ones, and nothing need be moved when an array grows.
"""

from __future__ import annotations

import mmap
import os
import sys

import numpy as np

from checker.explore.native.arrays import Longs

WORD = 8


def zeros(count: int) -> Longs:
    """``count`` words, all 0, at the beginning of a page of memory.

    Raises ``MemoryError`` if there is not even address space for them.
    """
    return _view(_space(count), count)


def resized(old: Longs, count: int) -> Longs:
    """``old``, which ``zeros`` or this made, with ``count`` words. It stays where it is unless
    the system let us have little address space. Words it never had are 0."""
    assert isinstance(old.base, memoryview)
    space = old.base.obj
    assert isinstance(space, mmap.mmap)
    if count * WORD <= len(space):
        return _view(space, count)
    moved = zeros(count)
    moved[: len(old)] = old
    return moved


def _view(space: mmap.mmap, count: int) -> Longs:
    return np.frombuffer(space, dtype=np.int64, count=count)


def _space(count: int) -> mmap.mmap:
    """Address space for ``count`` words, and for many more if there is so much."""
    least = max(count, 1) * WORD
    wanted = max(least, _memory())
    while True:
        try:
            return _mapped(wanted)
        except (OSError, ValueError, OverflowError) as error:
            if wanted == least:
                raise MemoryError(f"no memory for {count:,} words") from error
            wanted = max(least, wanted // 4)


def _mapped(size: int) -> mmap.mmap:
    if os.name != "posix":
        return mmap.mmap(-1, size)
    # Without a reserve: the space is no promise of memory, so it is not refused for want of it.
    no_reserve = 0x4000 if sys.platform == "linux" else getattr(mmap, "MAP_NORESERVE", 0)
    space = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | no_reserve)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        space.madvise(mmap.MADV_HUGEPAGE)
    return space


def _memory() -> int:
    """Bytes of memory the machine has; 0 where it does not say, or would take them at once."""
    if os.name != "posix":
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
