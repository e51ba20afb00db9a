"""What edges lead to, from a few nodes of a large graph, without looking at the rest."""

from __future__ import annotations

from checker.explore.native.arrays import Longs, Numbers
from checker.explore.native.jit import kernel


@kernel
def reach(offsets: Longs, targets: Numbers, stamps: Numbers, stamp: int, queue: Numbers, count: int) -> int:
    """Puts all that is reached from the first ``count`` nodes of ``queue``, which are distinct, behind
    them; returns how many there are then. ``stamps`` has no ``stamp`` before."""
    for i in range(count):
        stamps[queue[i]] = stamp
    done = 0
    while done < count:
        node = queue[done]
        done += 1
        for edge in range(offsets[node], offsets[node + 1]):
            target = targets[edge]
            if stamps[target] != stamp:
                stamps[target] = stamp
                queue[count] = target
                count += 1
    return count
