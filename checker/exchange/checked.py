"""What a check came to, a document at a time: what the outputs for programs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from checker.document.problems import Position
from checker.document.protocol import Property, Protocol
from checker.verify.results import ScenarioResult
from checker.verify.statements import StatementResult

Weight = Literal["error", "failure", "unknown"]
"""What is wrong with what was found: it has no meaning, it is not as expected, it is not decided."""

WEIGHTS: tuple[Weight, ...] = ("error", "failure", "unknown")
"""The worst first."""

UNTOUCHED = "no scenario says anything about this property"

NOT_CHECKED = "not checked to the end, for the check was interrupted"


@dataclass(frozen=True)
class Unchecked:
    """A scenario of which nothing is known, why, and where that is to be seen: an error in it, or
    that its turn never came."""

    scenario: str
    weight: Weight
    message: str
    position: Position


@dataclass(frozen=True)
class CheckedDocument:
    """The results for a protocol, whose text has the hash ``version``.

    ``untouched`` are properties of which no scenario says anything; ``again`` is the command
    that led here, up to the choice of scenarios.
    """

    protocol: Protocol
    version: str
    results: Sequence[ScenarioResult]
    unchecked: Sequence[Unchecked] = ()
    untouched: Sequence[Property] = ()
    again: str = ""

    @property
    def complaints(self) -> list[str]:
        """What is not as expected and about no single verdict."""
        return [f"{property.name}: {UNTOUCHED}" for property in self.untouched]


@dataclass(frozen=True)
class CheckedClaims:
    """The results for a document of claims, which with all that decide them has the hash
    ``version``; so many scenarios were looked at for them."""

    name: str
    version: str
    results: Sequence[StatementResult]
    scenarios: int = 0
    unchecked: Sequence[Unchecked] = ()


@dataclass
class Tally:
    """How many documents, scenarios and verdicts there are, and what is wrong with them."""

    documents: int = 0
    scenarios: int = 0
    verdicts: int = 0
    wrong: dict[Weight, int] = field(default_factory=lambda: dict.fromkeys(WEIGHTS, 0))

    def words(self) -> str:
        """``2 documents, 4 scenarios, 9 verdicts: 1 NOT as expected``."""
        counts = {"document": self.documents, "scenario": self.scenarios, "verdict": self.verdicts}
        total = ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items())
        said: dict[Weight, str] = {
            "error": "in error",
            "failure": "NOT as expected",
            "unknown": "not decided",
        }
        parts = [f"{n} {said[weight]}" for weight, n in self.wrong.items() if n]
        return f"{total}: {', '.join(parts) or 'all as expected'}"
