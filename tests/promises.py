"""What scenarios promise of each other, and do not keep."""

from __future__ import annotations

from collections.abc import Sequence

from checker.verify.results import ScenarioResult
from checker.verify.twins import with_twins


def unkept_twins(results: Sequence[ScenarioResult]) -> list[str]:
    """The ``holds in`` promises that the results of the other scenarios do not keep."""
    return [
        f"{after.scenario.name}: {judged.verdict.property.name}: {judged.complaint}"
        for before, after in zip(results, with_twins(results), strict=True)
        for promised, judged in zip(before.judged, after.judged, strict=True)
        if judged.complaint != promised.complaint
    ]
