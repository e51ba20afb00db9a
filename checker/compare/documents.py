"""Two versions of a document side by side, and which of their scenarios need to be explored."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property

from checker.compare.blame import Touched, touched
from checker.compare.renames import with_names_of
from checker.compare.rows import RowChanges, compare_rows
from checker.compare.same import depends_on_values
from checker.document.library import Document
from checker.document.meaning import Meaning
from checker.document.protocol import Property, Protocol, Scenario
from checker.verify.results import asked


@dataclass(frozen=True)
class Versions:
    """Two versions of a document. Names that the second one changed are changed in the first too,
    so that ``base`` and ``head`` speak of the same things."""

    base: Protocol
    head: Protocol
    rows: RowChanges

    @cached_property
    def touched(self) -> Touched:
        return touched(self.base, self.head)

    @cached_property
    def meanings(self) -> tuple[Meaning, Meaning]:
        return Meaning(self.base), Meaning(self.head)

    def scenarios(self) -> list[str]:
        """The scenarios of either: those of the second, then those that are gone."""
        return list(dict.fromkeys([*self.head.scenarios, *self.base.scenarios]))

    def pair(self, name: str) -> tuple[Scenario | None, Scenario | None]:
        return self.base.scenarios.get(name), self.head.scenarios.get(name)

    def same_runs(self, name: str) -> bool:
        """Whether nothing differs that runs of a scenario, which both have, depend on."""
        base, head = (version.scenarios[name] for version in (self.base, self.head))
        ours, theirs = self.meanings
        return ours.behaviour(base) == theirs.behaviour(head)

    def to_decide(self, name: str, known: Container[str] = ()) -> tuple[list[Property], list[Property]]:
        """The properties that each version decides in a scenario, without those that are ``known``
        to have the same verdict."""
        wanted = [
            [] if scenario is None else asked(version, scenario)
            for version, scenario in zip((self.base, self.head), self.pair(name), strict=True)
        ]
        base, head = ([property for property in each if property.name not in known] for each in wanted)
        return base, head

    def same_verdicts(self, name: str, same_rows: bool) -> set[str]:
        """The properties whose verdicts in a scenario are the same because the graph is: they ask
        and expect the same. Unless the ``same_rows`` fire, what asks for rows is none of them."""
        ours, theirs = self.meanings
        base, head = self.base.scenarios[name], self.head.scenarios[name]
        mine, others = ({p.name: p for p in each} for each in self.to_decide(name))
        return {
            property
            for property in mine.keys() & others.keys()
            if ours.question(base, mine[property]) == theirs.question(head, others[property])
            and ours.expected(base, property) == theirs.expected(head, property)
            and (same_rows or not _asks_for_rows(theirs, head, others[property]))
        }


def _asks_for_rows(meaning: Meaning, scenario: Scenario, property: Property) -> bool:
    """Whether a verdict, or whether it is as expected, depends on rows and not on the graph alone."""
    blames = any(each.blame for each in scenario.expect if each.property == property.name)
    return blames or not depends_on_values(meaning, property)


def versions(base: Document, head: Document) -> Versions:
    rows = compare_rows(base.sheet, head.sheet)
    return Versions(with_names_of(base.protocol, head.protocol, rows.renamed), head.protocol, rows)
