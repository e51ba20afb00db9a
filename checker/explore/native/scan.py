"""What is asked of an explored graph, kernel by kernel, on the successors of a chunk of states.

``label`` and ``ends`` are as ``generate`` wrote them; ``node_of`` is by move the node from
which it starts.
"""

from __future__ import annotations

from checker.explore.native.arrays import Bytes, Longs, Numbers
from checker.explore.native.jit import kernel
from checker.explore.native.pairs import UNUSED, find, put
from checker.explore.native.table import key_of, place_in, region_of
from checker.explore.native.tuples import MOVES


@kernel
def combine(
    t_lo: Longs,
    t_hi: Longs,
    used: Longs,
    size: int,
    wide: bool,
    lo: Longs,
    hi: Longs,
    mask_lo: int,
    mask_hi: int,
    begin: int,
    end: int,
    most: int,
    number: Numbers,
    firsts: Numbers,
    count: int,
    inverse: Numbers,
) -> tuple[int, int]:
    """Numbers the combinations of masked words of the states from ``begin`` to ``end``.

    Returns (states done, combinations); it ends early when a region of the table holds ``most``.
    """
    for i in range(begin, end):
        word = lo[i] & mask_lo
        word_hi = hi[i] & mask_hi if wide else 0
        key = key_of(word, word_hi)
        slot = place_in(t_lo, t_hi, size, wide, word, word_hi, key)
        if t_lo[slot] == 0:
            region = region_of(key)
            if used[region] >= most or count >= len(firsts):
                return i, count
            used[region] += 1
            t_lo[slot] = word
            if wide:
                t_hi[slot] = word_hi
            number[slot] = count
            firsts[count] = i
            count += 1
        inverse[i] = number[slot]
    return end, count


@kernel
def mark_enabling(label: Numbers, ends: Numbers, states: int, wanted: Bytes, mask: Bytes) -> None:
    """Marks the states in which a wanted move is enabled."""
    begin = 0
    for state in range(states):
        marked = 0
        for i in range(begin, ends[state]):
            if label[i] >= MOVES:
                marked |= wanted[label[i] - MOVES]
        mask[state] = marked
        begin = ends[state]


@kernel
def note_meetings(
    label: Numbers,
    ends: Numbers,
    node_of: Numbers,
    peers: Numbers,
    first: int,
    states: int,
    end: int,
    keys: Longs,
    values: Numbers,
    count: int,
    most: int,
) -> tuple[int, int]:
    """Notes for each (move of ``end``, peer's local state) the first state in which it is taken.

    Returns (states done, pairs); it ends early when there might be more than ``most`` pairs.
    """
    begin = ends[first - 1] if first > 0 else 0
    for state in range(first, states):
        if count + ends[state] - begin > most:
            return state, count
        for i in range(begin, ends[state]):
            move = label[i] - MOVES
            if move >= 0 and node_of[move] & 1 == end and find(keys, values, move, peers[state]) < 0:
                put(keys, values, move, peers[state], 0)
                count += 1
        begin = ends[state]
    return states, count


@kernel
def first_taken(
    label: Numbers, ends: Numbers, peers: Numbers, states: int, keys: Longs, values: Numbers, any_peer: Bytes
) -> int:
    """The first state that takes a move of ``any_peer``, or one in the table with its peer; or -1."""
    begin = 0
    for state in range(states):
        for i in range(begin, ends[state]):
            move = label[i] - MOVES
            if move >= 0 and (any_peer[move] != 0 or find(keys, values, move, peers[state]) >= 0):
                return state
        begin = ends[state]
    return -1


@kernel
def place_of(lo: Longs, hi: Longs, count: int, wide: bool, word: int, word_hi: int) -> int:
    """Where a state first is among successors, or -1."""
    for i in range(count):
        if lo[i] == word and (not wide or hi[i] == word_hi):
            return i
    return -1


def pairs_in(keys: Longs) -> tuple[Longs, Longs]:
    """The pairs of a table, as two arrays."""
    used = keys[keys != UNUSED]
    return used >> 32, used & 0xFFFFFFFF
