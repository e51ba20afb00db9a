"""Two versions of a document side by side, and which of their scenarios need to be explored."""

from __future__ import annotations

from collections.abc import Sequence
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

    def to_decide(self, name: str, same_graph: bool) -> tuple[list[Property], list[Property]]:
        """The properties that must be decided in each version, so that it is known which verdicts
        changed: all, or if the graphs are the same, those that ask or expect something else."""
        pair = self.pair(name)
        wanted: list[list[Property]] = [
            [] if scenario is None else asked(version, scenario)
            for version, scenario in zip((self.base, self.head), pair, strict=True)
        ]
        if same_graph:
            same = self._same_verdicts(name, wanted)
            wanted = [[property for property in each if property.name not in same] for each in wanted]
        return wanted[0], wanted[1]

    def _same_verdicts(self, name: str, wanted: Sequence[Sequence[Property]]) -> set[str]:
        """The properties whose verdicts on the same graph are the same."""
        ours, theirs = self.meanings
        base, head = self.base.scenarios[name], self.head.scenarios[name]
        mine = {property.name: property for property in wanted[0]}
        return {
            property.name
            for property in wanted[1]
            if property.name in mine
            and ours.question(base, mine[property.name]) == theirs.question(head, property)
            and ours.expected(base, property.name) == theirs.expected(head, property.name)
            and depends_on_values(theirs, property)
        }


def versions(base: Document, head: Document) -> Versions:
    rows = compare_rows(base.sheet, head.sheet)
    return Versions(with_names_of(base.protocol, head.protocol, rows.renamed), head.protocol, rows)
