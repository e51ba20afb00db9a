"""The set of all states: nothing is lost or found twice, wherever in memory it comes to lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checker.explore.native import memory, table
from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.layout import MARK

NOTHING: Numbers = np.zeros(0, dtype=np.int32)


def last_first(work: Callable[[tuple[int, int]], None], items: Sequence[tuple[int, int]]) -> None:
    """Does last what threads might do last: no part of a table may need another one's."""
    for item in reversed(items):
        work(item)


def states(count: int, seed: int) -> Longs:
    """Different words as states have them."""
    words = np.random.default_rng(seed).integers(0, 1 << 62, count, dtype=np.int64)
    assert len(set(words.tolist())) == count
    return words | MARK


@pytest.mark.parametrize("wide", [False, True], ids=["one word", "two words"])
@pytest.mark.parametrize("moves", [False, True], ids=["in place", "moved"])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_table_that_grows_keeps_every_state_once(
    wide: bool, moves: bool, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if moves:  # as if the system had no address space to spare
        monkeypatch.setattr(memory, "_memory", lambda: 0)
    count = 64 * 30
    lo = states(count, 1)
    hi = states(count, 2) if wide else np.zeros(0, dtype=np.int64)
    if wide:
        lo[: count // 2] = lo[0]  # states that differ in their second words only
    made = table.table(64, wide)
    assert table.fill(made, lo, hi, count, NOTHING)
    for _ in range(6):
        made = table.larger(made, last_first, threads)
        assert int(made.used.sum()) == count
        assert int(np.count_nonzero(made.lo)) == count
        assert _kept(made) == _pairs(lo, hi)
        number: Numbers = np.full(len(made.lo), -1, dtype=np.int32)
        number[made.lo != 0] = 1
        targets: Numbers = np.zeros(count, dtype=np.int32)
        table.numbers_of(made, lo, hi, count, number, targets)
        assert targets.tolist() == [1] * count  # each is found where it now is


def _kept(made: table.Table) -> list[Any]:
    used = made.lo != 0
    return _pairs(made.lo[used], made.hi[used] if made.wide else made.hi)


def _pairs(lo: Longs, hi: Longs) -> list[Any]:
    return sorted(zip(lo.tolist(), hi.tolist() if len(hi) else [0] * len(lo), strict=True))


def test_a_region_that_is_full_takes_no_more() -> None:
    """A region never fills up: a state that is not there would be looked for in it for ever."""
    made = table.table(8, False)
    lo = states(64 * 8, 3)
    assert not table.fill(made, lo, np.zeros(0, dtype=np.int64), len(lo), NOTHING)
    assert int(made.used.max()) == made.size - 1
