"""What the fast tests look at of many things that are alike; the slow ones look at the others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def one_in(number: int, values: Sequence[object]) -> list[object]:
    """All of ``values``, as parameters, of which one in so many is for the fast tests."""
    return [
        value if place % number == 0 else pytest.param(value, marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]
