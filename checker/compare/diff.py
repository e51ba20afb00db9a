"""All that differs between two versions of a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.compare.documents import Versions
from checker.compare.scenarios import ScenarioDiff
from checker.compare.verdicts import VerdictChange, is_failure, is_open

VERSIONS = ("BASE", "HEAD")


@dataclass(frozen=True)
class Diff:
    """The rows and the scenarios that were compared. ``names`` are what the versions were called;
    ``left`` the scenarios that an interruption kept from being compared, ``failed`` those whose
    comparison ended in an error."""

    names: tuple[str, str]
    both: Versions
    scenarios: Sequence[ScenarioDiff]
    left: Sequence[str] = ()
    failed: Sequence[str] = ()

    def changes(self) -> Iterator[tuple[ScenarioDiff, VerdictChange]]:
        """All verdicts that changed."""
        for scenario in self.scenarios:
            for change in scenario.verdicts:
                yield scenario, change

    def failures(self) -> list[tuple[ScenarioDiff, VerdictChange]]:
        """The verdicts that got worse, or are no longer as expected."""
        return [(scenario, change) for scenario, change in self.changes() if is_failure(change)]

    @property
    def is_broken(self) -> bool:
        """Whether the second version has no meaning somewhere, or something failed."""
        return bool(self.failed) or any(scenario.errors[1] for scenario in self.scenarios)

    @property
    def is_undecided(self) -> bool:
        """Whether a limit left something open."""
        return bool(self.left) or any(
            ("unknown" in scenario.within and not any(scenario.errors))
            or any(is_open(change) for change in scenario.verdicts)
            for scenario in self.scenarios
        )
