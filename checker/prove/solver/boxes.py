"""The solutions of a condition on a few 32-bit numbers, as intervals that are proved to be all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from checker.document.kinds import MODULUS
from checker.prove.solver.obligation import EFFORT, new_solver
from checker.prove.solver.terms import SEQ_BITS, Bool, all_of, any_of, negated

MOST = 24
"""Boxes that are looked for."""

LAST = MODULUS - 1

Box = Mapping[str, tuple[int, int]]
"""For each unknown the least and the greatest number that it may be, the others in theirs."""


@dataclass(frozen=True)
class Solutions:
    """All solutions lie in ``boxes``, and all in them are solutions; unless they are not
    ``complete``, where the first may be wrong."""

    boxes: tuple[Box, ...]
    complete: bool

    def condition(self, names: Sequence[str]) -> Bool:
        """That the 32-bit ``names`` lie in one of the boxes."""
        vectors = {name: z3.BitVec(name, SEQ_BITS) for name in names}
        return any_of(*(_within(vectors, box) for box in self.boxes))


class _Gave(Exception):
    """The solver gave up."""


def solutions(condition: Bool, names: Sequence[str], most: int = MOST) -> Solutions:
    """The solutions of ``condition`` over the 32-bit ``names``."""
    boxes: list[Box] = []
    found = _Search(condition, names)
    try:
        while len(boxes) < most:
            point = found.point()
            if point is None:
                return Solutions(tuple(sorted(boxes, key=_order)), complete=True)
            boxes.append(found.grown(point))
            found.exclude(boxes[-1])
    except _Gave:
        pass
    return Solutions(tuple(sorted(boxes, key=_order)), complete=False)


def _order(box: Box) -> list[tuple[int, int]]:
    return list(box.values())


class _Search:
    def __init__(self, condition: Bool, names: Sequence[str]) -> None:
        self.vectors = {name: z3.BitVec(name, SEQ_BITS) for name in names}
        self._inside, self._outside = new_solver(EFFORT, True), new_solver(EFFORT, True)
        self._inside.add(condition)
        self._outside.add(negated(condition))

    def point(self) -> dict[str, int] | None:
        """A solution that is in no box yet."""
        if not _check(self._inside):
            return None
        model = self._inside.model()
        return {
            name: int(model.eval(vector, model_completion=True).as_long())
            for name, vector in self.vectors.items()
        }

    def grown(self, point: Mapping[str, int]) -> Box:
        """The largest box around a solution, one unknown after the other."""
        box = {name: (value, value) for name, value in point.items()}
        for name, value in point.items():
            for up in (True, False):
                box[name] = self._stretched(box, name, value, up)
        return box

    def _stretched(self, box: Box, name: str, value: int, up: bool) -> tuple[int, int]:
        """The interval of ``name`` as far up, or down, as all in the box are solutions."""
        low, high = box[name]
        good, bad = value, (LAST + 1 if up else -1)
        while abs(bad - good) > 1:
            tried = LAST if up and bad > LAST else 0 if not up and bad < 0 else (good + bad) // 2
            side = (good, tried) if up else (tried, good)
            if self._all_in({**box, name: side}):
                good = tried
                if tried in (0, LAST):
                    break
            else:
                bad = tried
        return (low, good) if up else (good, high)

    def _all_in(self, box: Box) -> bool:
        """Whether all in a box are solutions."""
        return not _check(self._outside, _within(self.vectors, box))

    def exclude(self, box: Box) -> None:
        self._inside.add(negated(_within(self.vectors, box)))


def _within(vectors: Mapping[str, Any], box: Box) -> Bool:
    return all_of(
        *(
            z3.And(z3.ULE(_vector(low), vectors[name]), z3.ULE(vectors[name], _vector(high)))
            for name, (low, high) in box.items()
        )
    )


def _vector(number: int) -> Any:
    return z3.BitVecVal(number, SEQ_BITS)


def _check(solver: Any, *assumed: Bool) -> bool:
    solver.push()
    solver.add(*assumed)
    answer = solver.check()
    if answer == z3.unknown:
        raise _Gave
    if not assumed and answer == z3.sat:
        return True  # the model is asked for before anything else is added
    solver.pop()
    return bool(answer == z3.sat)
