"""What becomes of a mutant: whether a verdict gives it away, and if none does, whether there is
anything to give away.

What notices a mutant is what misses a row (``checker.verify.why``). One that nothing notices is
equivalent if it was decided that it shows the same in every scenario; else it survives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from checker.compare.behaviour import Effort
from checker.compare.documents import Versions
from checker.compare.mutation import Difference, Fate, FateName, Kill, Measured
from checker.compare.rows import RowChanges
from checker.compare.same import Events, same_reactions, same_runs
from checker.compare.scenarios import ScenarioDiff, compare_behaviour
from checker.document.mutants import Mutant, applied
from checker.document.protocol import Property, Protocol, Scenario
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model
from checker.verify.results import asked, judge
from checker.verify.roomier import models_with_more_room
from checker.verify.why import blaming_nothing_on, not_as_expected, without_meaning

KINDS = ("invariant", "step", "reachable", "quiescent", "never stuck", "leads to")
"""Kinds of properties, those that are decided in less time first."""

GROWTH = 4
"""How many times as many states a mutant may have before a scenario is cut short,"""
FEW = 2_000
"""and how many more than that, so that small scenarios may grow too."""

MOST_EXPLORED = 5_000_000
"""States of the document itself up to which its scenarios are explored."""

EFFORT = Effort(pairs=3_000_000, words=100, further=2_000_000, edges=5_000_000, places=5_000)
"""How much is looked at to find a mutant equivalent; less than for a change that somebody made."""


def measure(protocol: Protocol, scenario: Scenario, engine: Engine, limits: Limits) -> Measured:
    """Checks a scenario of the document as it is.

    Raises ``SemanticError`` where it has no meaning.
    """
    blameless = blaming_nothing_on([rule.id for rule in protocol.rules], scenario)
    graph = engine.explore(Model(protocol, blameless), limits)
    if not graph.complete:
        return Measured(blameless, None, frozenset(), ())
    judged = [judge(graph, property) for property in asked(protocol, blameless)]
    sound = [j.as_expected and j.verdict.outcome != "unknown" for j in judged]
    names = [j.verdict.property.name for j in judged]
    return Measured(
        blameless,
        len(graph),
        frozenset(name for name, well in zip(names, sound, strict=True) if well),
        tuple(name for name, well in zip(names, sound, strict=True) if not well),
    )


class Original:
    """A document whose mutants are judged, with its scenarios, the smallest first. What has been
    found out of it is kept for all mutants."""

    def __init__(self, protocol: Protocol, measured: Sequence[Measured]) -> None:
        self.protocol = protocol
        small = [(m.states, i) for i, m in enumerate(measured) if m.states is not None]
        self.small = tuple(measured[i] for _, i in sorted(small))
        self.large = tuple(m for m in measured if m.states is None)
        self._models: dict[str, tuple[Model, ...]] = {}
        self._fired: set[str] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process finds out anew what it needs."""
        return Original, (self.protocol, (*self.small, *self.large))

    def same_runs(self, measured: Measured, mutant: Protocol, events: Events, engine: Engine) -> bool:
        """Whether a mutant, which differs in a rule for ``events``, has just the graph of the
        document in a scenario, also with more room as far as verdicts look there."""
        scenario = measured.scenario
        explored = self._explored(measured, engine)
        if not explored:
            return False
        own, *roomier = explored
        if not same_runs(own, Model(mutant, scenario), events):
            return False
        try:
            return all(same_reactions(m, Model(mutant, m.scenario), events) for m in roomier)
        except (SemanticError, LimitReached):
            return False

    def unanswered(self, measured: Measured, engine: Engine) -> set[tuple[str, str]]:
        return unanswered(self._explored(measured, engine)[0])

    def _explored(self, measured: Measured, engine: Engine) -> tuple[Model, ...]:
        """The model of a scenario, explored, and those with more room that its verdicts looked into;
        nothing if not all of it could be explored."""
        name = measured.scenario.name
        if name not in self._models:
            graph = engine.explore(Model(self.protocol, measured.scenario), Limits(MOST_EXPLORED))
            if measured.states is not None:
                for property in asked(self.protocol, measured.scenario):
                    if property.kind == "never stuck":
                        judge(graph, property)
            models = (graph.system.model, *models_with_more_room(graph))
            self._models[name] = models if graph.complete else ()
        return self._models[name]

    def fired(self, engine: Engine) -> set[str]:
        """The rows that fire, or refuse, in some scenario."""
        if self._fired is None:
            explored = [self._explored(measured, engine) for measured in (*self.small, *self.large)]
            rules = self.protocol.rules
            self._fired = {rules[i].id for models in explored if models for i in fired_in(models[0])}
        return self._fired


def fired_in(model: Model) -> set[int]:
    """The rules that fire, or refuse, in an explored model, by index."""
    found = set(model.start().fired)
    for table in model.tables:
        for local in table.expanded():
            found.update(i for own in table.own_moves(local) for i in own.move.fired)
            found.update(i for refusal in table.refusals(local) for i in refusal.fired)
        found.update(i for move in table.arrivals().values() for i in move.fired)
    return found


def unanswered(model: Model) -> set[tuple[str, str]]:
    """The (state, call) that some explored state neither takes nor refuses."""
    return {
        (table.locals[local].state, call)
        for table in model.tables
        for local in table.expanded()
        for call in table.unanswered(local)
    }


def judge_mutant(
    original: Original, mutant: Mutant, alike: Sequence[Fate], engine: Engine, limits: Limits
) -> Fate:
    """What becomes of ``mutant``. What noticed those that are ``alike`` is tried before all else; of
    the other scenarios the smallest first."""
    return _Trial(original, mutant, engine, limits).fate(alike)


class _Trial:
    def __init__(self, original: Original, mutant: Mutant, engine: Engine, limits: Limits) -> None:
        self.original = original
        self.mutant = mutant
        self.engine = engine
        self.limits = limits
        self.protocol, self.problems = applied(original.protocol, mutant)
        (self.rule,) = [rule for rule in original.protocol.rules if rule.id == mutant.row]
        self.same: dict[str, bool] = {}
        self.tried = 0
        self.cut: list[str] = []

    def fate(self, alike: Sequence[Fate]) -> Fate:
        if self.problems:
            return self._fate("broken", self.problems[0].message)
        for measured in self._in_order(alike):
            if self._is_over():
                return self._fate("unknown", self.limits.hit(0))
            if not self._same_runs(measured):
                self.tried += 1
                noticed = self._noticed_in(measured, alike)
                if noticed is not None:
                    return noticed
        return self._unnoticed()

    def _fate(self, fate: FateName, reason: str = "", scenario: str = "", kill: Kill | None = None) -> Fate:
        return Fate(self.mutant, fate, self.tried, scenario, kill, reason=reason)

    def _is_over(self) -> bool:
        return bool(self.limits.interrupted or self.limits.hit(0))

    def _in_order(self, alike: Sequence[Fate]) -> Iterator[Measured]:
        before = {fate.scenario for fate in alike}
        small = self.original.small
        return iter(sorted(small, key=lambda measured: measured.scenario.name not in before))

    def _same_runs(self, measured: Measured) -> bool:
        name = measured.scenario.name
        if name not in self.same:
            self.same[name] = self.original.same_runs(measured, self.protocol, self.rule.events, self.engine)
        return self.same[name]

    # What notices it

    def _noticed_in(self, measured: Measured, alike: Sequence[Fate]) -> Fate | None:
        scenario = measured.scenario
        try:
            graph = self._explored(measured)
            wrong = next(not_as_expected(graph, self._properties(measured, alike)), None)
        except SemanticError as error:
            return self._fate("broken", without_meaning(error, scenario), scenario.name)
        if wrong is not None:
            kill = Kill(wrong.verdict.property.name, wrong.expected, wrong.verdict.outcome)
            return self._fate("killed", "", scenario.name, kill)
        new = unanswered(graph.system.model) - self.original.unanswered(measured, self.engine)
        if new:
            state, call = min(new)
            return self._fate("broken", f"nobody takes or refuses {call} in {state}", scenario.name)
        if graph.limit:
            self.cut.append(f"{scenario.name}: {graph.limit}")
        return None

    def _explored(self, measured: Measured) -> StateGraph:
        assert measured.states is not None
        self.limits.max_states = GROWTH * measured.states + FEW
        return self.engine.explore(Model(self.protocol, measured.scenario), self.limits)

    def _properties(self, measured: Measured, alike: Sequence[Fate]) -> list[Property]:
        """Those that can notice something; those that noticed mutants ``alike`` before the others."""
        before = {fate.kill.property for fate in alike if fate.kill is not None}
        sound = [p for p in asked(self.protocol, measured.scenario) if p.name in measured.sound]
        return sorted(sound, key=lambda p: (p.name not in before, KINDS.index(p.kind)))

    # What there is to be noticed

    def _unnoticed(self) -> Fate:
        """Equivalent, if it shows the same in every scenario."""
        undecided: list[str] = []
        for measured in (*self.original.small, *self.original.large):
            if self._is_over():
                return self._fate("unknown", self.limits.hit(0))
            if self._same_runs(measured):
                continue
            if measured.states is None:
                undecided.append(f"{measured.scenario.name} is too large to compare")
                continue
            found = self._compared(measured)
            if "no" in found.within:
                return self._differs(found)
            if not found.same_behaviour:
                undecided.append(f"{found.scenario}: {'; '.join(found.reasons)}")
        if undecided:
            reason = f"cut short in {self.cut[0]}" if self.cut else f"equivalent? {undecided[0]}"
            return self._fate("unknown", reason)
        if self._never_fires():
            return self._fate("survived", "no scenario fires this row")
        return self._fate("equivalent")

    def _never_fires(self) -> bool:
        """Whether no scenario fires the row, and the document does not say why."""
        return not self.rule.never and self.rule.id not in self.original.fired(self.engine)

    def _compared(self, measured: Measured) -> ScenarioDiff:
        both = Versions(self.original.protocol, self.protocol, RowChanges((), {}))
        assert measured.states is not None
        self.limits.max_states = GROWTH * measured.states + FEW
        return compare_behaviour(both, measured.scenario.name, self.engine, self.limits, EFFORT)

    def _differs(self, found: ScenarioDiff) -> Fate:
        if self.cut:
            return self._fate("unknown", f"cut short in {self.cut[0]}")
        telling = found.tellings[0]
        steps = 0 if telling.trace is None else len(telling.trace.steps)
        difference = Difference(found.scenario, telling.version == 1, telling.word[-1], steps)
        return Fate(self.mutant, "survived", self.tried, difference=difference)
