"""What a claim says that a run needs on the clock: ``pause 240 if life 120, again 1..60``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from checker.document.lengths import (
    Given,
    GivenError,
    Numbers,
    parse_given,
    write_given,
    write_number,
)
from checker.document.problems import ProblemList, suggest
from checker.document.protocol import Duration, Protocol
from checker.document.scenarios import Phrase, longest_prefix


@dataclass(frozen=True)
class Need:
    """That ``length`` is the longest that a ``fixed`` duration can be for a run to happen, with
    the other durations as ``given``."""

    duration: str
    length: Fraction
    given: Numbers

    def conditions(self, protocol: Protocol) -> str:
        """`` if life 120, again 1..60``, or nothing."""
        given = ", ".join(f"{n} {write_given(protocol.durations[n], g)}" for n, g in self.given.items())
        return f" if {given}" if given else ""

    def text(self, protocol: Protocol) -> str:
        """All of it as documents write it."""
        return f"{self.duration} {write_number(self.length)}{self.conditions(protocol)}"


@dataclass
class NeedReader:
    """Reads needs of runs of ``protocol`` for a row; what is wrong goes to ``problems``."""

    protocol: Protocol
    problems: ProblemList
    row: str

    def read(self, phrase: Phrase) -> Need | None:
        head, condition, _ = phrase.text.partition(" if ")
        asked = self._length(Phrase(head, phrase.position))
        given: dict[str, Given] = {}
        for item in _items(phrase, len(head) + len(condition)) if condition else ():
            read = self._length(item)
            if read is None:
                continue
            name = read[0].name
            if name in given or (asked is not None and name == asked[0].name):
                self._complain(item, f"`{name}` has a length already; give it one")
            given[name] = read[1]
        if asked is None:
            return None
        duration, length = asked
        if duration.length != "fixed" or length.most is None:
            fixed = [f"`{d.name}`" for d in self.protocol.durations.values() if d.length == "fixed"]
            expected = f"expected {', '.join(fixed)}" if fixed else "and there is no such one"
            self._complain(phrase, f"`{duration.name}` is not `fixed`, so it has no limit; {expected}")
            return None
        return Need(duration.name, length.most, given)

    def _length(self, phrase: Phrase) -> tuple[Duration, Given] | None:
        """A duration and its length."""
        durations = self.protocol.durations
        name = longest_prefix(phrase.text, durations)
        if name is None:
            known = ", ".join(f"`{name}`" for name in durations)
            hint = suggest(phrase.text.rpartition(" ")[0], durations)
            expected = f"expected {known} and its length" if known else "it has no durations table"
            self._complain(
                phrase, f"`{phrase.text}` names no duration of `{self.protocol.name}`{hint}; {expected}"
            )
            return None
        try:
            return durations[name], parse_given(durations[name], phrase.text[len(name) :].strip())
        except GivenError as error:
            self._complain(phrase, str(error))
            return None

    def _complain(self, phrase: Phrase, message: str) -> None:
        self.problems.add(phrase.position, message, self.row)


def _items(phrase: Phrase, start: int) -> Iterator[Phrase]:
    """What commas separate from ``start`` on, each with its own position."""
    for part in phrase.text[start:].split(","):
        lead = len(part) - len(part.lstrip())
        yield Phrase(part.strip(), phrase.position.moved(start + lead))
        start += len(part) + 1
