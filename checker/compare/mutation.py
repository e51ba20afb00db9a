"""What became of mutants, and the score: the share of those that anything notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from checker.compare.observe import Letter
from checker.document.mutants import Mutant, Operator
from checker.document.protocol import Protocol, Rule, Scenario


@dataclass(frozen=True)
class Kill:
    """The verdict that gives a mutant away: on a ``property``, where ``outcome`` came instead of what
    is ``expected``."""

    property: str
    expected: str
    outcome: str


@dataclass(frozen=True)
class Difference:
    """What the document shows and a mutant cannot, or the other way round: a letter that comes last,
    after ``steps`` - 1 others, which both can take."""

    scenario: str
    of_mutant: bool
    letter: Letter
    steps: int


FateName = Literal["killed", "broken", "equivalent", "survived", "unknown"]
FATES: tuple[FateName, ...] = get_args(FateName)


@dataclass(frozen=True)
class Fate:
    """What became of a mutant.

    ``killed``: a verdict is not as expected any more, in ``scenario``. ``broken``: the document has
    no meaning any more, or a hole, which is found without any property; ``reason`` says what, and
    ``scenario`` where, if that takes one. ``unknown``: nothing noticed it, and a limit left open
    whether anything would, or whether it is equivalent; ``reason`` says which. A survivor has a
    ``difference`` that nothing notices, or a ``reason`` why it has none. ``tried`` is the number of
    scenarios that were explored to find something that notices it.
    """

    mutant: Mutant
    fate: FateName
    tried: int
    scenario: str = ""
    kill: Kill | None = None
    difference: Difference | None = None
    reason: str = ""


@dataclass(frozen=True)
class Measured:
    """A scenario of the document as it is: its states, ``None`` if there are too many to try
    mutants in it, and the properties whose verdicts are as expected, so that they can notice
    something."""

    scenario: Scenario
    states: int | None
    sound: frozenset[str]
    unsound: tuple[str, ...]


@dataclass(frozen=True)
class Mutation:
    """The mutants of rows of a document. ``left`` is the number of those that an interruption or an
    error kept from being judged; ``max_states`` the size from which scenarios were not tried."""

    protocol: Protocol
    measured: Sequence[Measured]
    max_states: int
    fates: Sequence[tuple[Rule, Sequence[Fate]]]
    left: int = 0

    def all(self, operator: Operator | None = None) -> Iterator[Fate]:
        """What became of the mutants, or of those of one operator."""
        for _, fates in self.fates:
            yield from (fate for fate in fates if operator in (None, fate.mutant.operator))

    def counts(self, operator: Operator | None = None) -> Counter[FateName]:
        return Counter(fate.fate for fate in self.all(operator))

    def score(self, operator: Operator | None = None) -> float | None:
        """Percent of the mutants that are killed, without those that are equivalent or broken;
        ``None`` if there is no other."""
        counts = self.counts(operator)
        return _percent(counts["killed"], counts["survived"] + counts["unknown"])

    def best_score(self) -> float | None:
        """What the score could be at most, if all that was left open were killed."""
        counts = self.counts()
        return _percent(counts["killed"] + counts["unknown"] + self.left, counts["survived"])


def _percent(killed: int, others: int) -> float | None:
    return 100 * killed / (killed + others) if killed + others else None
