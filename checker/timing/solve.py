"""Solves differences of times with z3, in exact numbers: schedules, extremes, and what is to
blame where there is no solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checker.document.lengths import Numbers
from checker.timing.constraints import START, Constraint

TIMEOUT = 20_000
"""Milliseconds for one question to the solver."""


class Undecided(Exception):
    """The solver gave no answer; the message says why."""


@dataclass(frozen=True)
class Schedule:
    """A time for each moment, and the lengths of the ``fixed`` durations."""

    times: tuple[Fraction, ...]
    fixed: Mapping[str, Fraction]


class System:
    """The constraints of one run, with some numbers given."""

    def __init__(self, constraints: Sequence[Constraint], numbers: Numbers) -> None:
        self.constraints = constraints
        self.numbers = numbers
        self.size = 1 + max((max(c.first, c.second) for c in constraints), default=START)
        self.unknown = sorted({name for c in constraints if (name := self._unknown(c))})

    def _unknown(self, constraint: Constraint) -> str:
        """The duration whose length is a variable in ``constraint``."""
        quantity = constraint.quantity
        if quantity is None or quantity.value(self.numbers) is not None:
            return ""
        assert quantity.side == "fixed"  # what has no limit is no constraint
        return quantity.duration

    def without(self, spared: Callable[[Constraint], bool]) -> System:
        """The same without some constraints."""
        return System([c for c in self.constraints if not spared(c)], self.numbers)

    def schedule(self) -> Schedule | None:
        """The schedule with the least sum of times, which is the earliest for all moments at
        once where the lengths are given; ``None`` if there is none."""
        import z3

        solver = self._optimize()
        solver.minimize(z3.Sum(self._times()))
        if not self._is_sat(solver):
            return None
        model = solver.model()
        times = tuple(_value(model.eval(time, model_completion=True)) for time in self._times())
        fixed = {name: _value(model.eval(_length(name), model_completion=True)) for name in self.unknown}
        return Schedule(times, fixed)

    def longest(self, name: str) -> Fraction | None:
        """The longest that an unknown duration can be, ``None`` if there is no limit. There must
        be a schedule."""
        return self._extreme(name, 1)

    def shortest(self, name: str) -> Fraction:
        """The shortest that an unknown duration can be. There must be a schedule."""
        found = self._extreme(name, -1)
        assert found is not None  # none is less than 0
        return found

    def _extreme(self, name: str, sign: int) -> Fraction | None:
        solver = self._optimize()
        length = _length(name)
        objective = solver.maximize(length) if sign > 0 else solver.minimize(length)
        if not self._is_sat(solver):
            raise ValueError("there is no schedule, so there is no extreme")
        infinite, value, strict = (solver.upper_values if sign > 0 else solver.lower_values)(objective)
        if _value(infinite) != 0:
            return None
        # Every constraint holds at its limit too, so the extreme itself is reached.
        assert _value(strict) == 0
        return _value(value)

    def blame(self, beyond: tuple[str, Fraction] | None = None) -> list[Constraint]:
        """Constraints that allow no schedule together, none of which can be spared: with
        ``beyond``, none in which that duration is longer than that. There must be no schedule."""
        kept = self._core(beyond)
        for constraint in tuple(kept):
            fewer = [other for other in kept if other is not constraint]
            if not System(fewer, self.numbers).is_possible(beyond):
                kept = fewer
        return kept

    def _core(self, beyond: tuple[str, Fraction] | None) -> list[Constraint]:
        """Constraints that allow no schedule together, some of which may be spared."""
        import z3

        solver = new_solver()
        marks = [z3.Bool(f"constraint {number}") for number in range(len(self.constraints))]
        signs, formulas = self._signs(), self._formulas()
        solver.add(*signs, *(z3.Implies(mark, f) for mark, f in zip(marks, formulas, strict=True)))
        if beyond is not None:
            solver.add(_length(beyond[0]) > _real(beyond[1]))
        if self._is_sat(solver, *marks):
            raise ValueError("there is a schedule, so nothing is to blame")
        core = {str(mark) for mark in solver.unsat_core()}
        return [c for mark, c in zip(marks, self.constraints, strict=True) if str(mark) in core]

    def is_possible(self, beyond: tuple[str, Fraction] | None = None) -> bool:
        """Whether there is a schedule, with ``beyond`` one in which that duration is longer."""

        solver = new_solver()
        solver.add(*self._signs(), *self._formulas())
        if beyond is not None:
            solver.add(_length(beyond[0]) > _real(beyond[1]))
        return self._is_sat(solver)

    # In terms of z3

    def _optimize(self) -> Any:

        solver = new_solver(optimizes=True)
        solver.add(*self._signs(), *self._formulas())
        return solver

    def _times(self) -> list[Any]:
        import z3

        return [z3.Real(f"time {number}") for number in range(self.size)]

    def _signs(self) -> list[Any]:
        """No time and no length is less than 0."""
        return [value >= 0 for value in (*self._times(), *map(_length, self.unknown))]

    def _formulas(self) -> Iterator[Any]:
        times = self._times()
        for c in self.constraints:
            bound = 0 if c.quantity is None else self._amount(c)
            yield times[c.first] - times[c.second] <= c.sign * bound

    def _amount(self, constraint: Constraint) -> Any:
        assert constraint.quantity is not None
        name = self._unknown(constraint)
        value = constraint.quantity.value(self.numbers)
        return _length(name) if value is None else _real(value)

    def _is_sat(self, solver: Any, *assumed: Any) -> bool:
        import z3

        answer = solver.check(*assumed)
        if answer == z3.unknown:
            raise Undecided(f"the solver gave no answer ({solver.reason_unknown()})")
        return bool(answer == z3.sat)


def new_solver(optimizes: bool = False) -> Any:
    """A solver that gives up a question, but not for Ctrl-C, which is not its business."""
    import z3

    solver = z3.Optimize() if optimizes else z3.Solver()
    solver.set("timeout", TIMEOUT)
    solver.set("ctrl_c", False)
    return solver


def _length(name: str) -> Any:
    import z3

    return z3.Real(f"length {name}")


def _real(number: Fraction) -> Any:
    import z3

    return z3.RealVal(f"{number.numerator}/{number.denominator}")


def _value(number: Any) -> Fraction:
    return Fraction(number.as_string())
