"""Arrays of words that grow where they are."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from checker.explore.native import memory


@pytest.mark.skipif(memory._memory() == 0, reason="the system gives no address space in advance")
def test_an_array_grows_where_it_is() -> None:
    words = memory.zeros(3)
    words[:] = (1, 2, 3)
    larger = memory.resized(words, 100_000)
    assert larger.ctypes.data == words.ctypes.data
    assert larger[:4].tolist() == [1, 2, 3, 0]
    assert not larger[3:].any()
    assert memory.resized(larger, 2).tolist() == [1, 2]


def test_it_begins_a_page() -> None:
    assert memory.zeros(1).ctypes.data % mmap.PAGESIZE == 0
    assert len(memory.zeros(0)) == 0


def test_with_little_address_space_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_memory", lambda: 0)
    words = memory.zeros(1_000)
    words[:] = np.arange(1_000)
    larger = memory.resized(words, 100_000)
    assert larger[:1_000].tolist() == list(range(1_000))
    assert not larger[1_000:].any()


def test_space_is_asked_for_again_where_there_is_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under ``ulimit -v`` or where the system promises no more than it has."""
    asked = []
    mapped = memory._mapped

    def little(size: int) -> mmap.mmap:
        asked.append(size)
        if size > 1 << 20:
            raise OSError("no space")
        return mapped(size)

    monkeypatch.setattr(memory, "_mapped", little)
    assert len(memory.zeros(10)) == 10
    assert asked[-1] <= 1 << 20
    with pytest.raises(MemoryError, match="no memory for 1,000,000 words"):
        memory.zeros(1_000_000)
