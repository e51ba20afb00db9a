"""One scenario in two versions of a document: what can happen, and what the verdicts are."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from typing import Protocol as Interface

from checker.compare.behaviour import Answer, Effort, Inclusion, compare, word_of
from checker.compare.blame import Touched, blamed
from checker.compare.control import Arrow, arrows_of, pairs_of
from checker.compare.documents import Versions
from checker.compare.followed import confirm
from checker.compare.observe import Alphabet, Letter, Observed, observe
from checker.compare.same import same_graph, same_reactions
from checker.compare.verdicts import VerdictChange, became
from checker.document.protocol import Property
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import Model
from checker.verify.decide import decide
from checker.verify.results import Judged, ScenarioResult, check_graph, judge
from checker.verify.roomier import models_with_more_room
from checker.verify.stuck import run_of
from checker.verify.trace import Trace, trace_along

How = Literal["unchanged", "same graph", "compared", "not compared", "added", "removed"]
"""``unchanged``: nothing differs that a run depends on; ``same graph``: all reactions are the same;
``compared``: the runs were compared; ``not compared``: they could not be, or were too many."""

MOST_STATES = 2_000_000
"""States of a scenario whose runs are compared; of larger ones only what is counted."""


@dataclass(frozen=True)
class Counts:
    """The size of an explored scenario. ``limit`` is what ended the exploration, if not all was
    explored."""

    states: int
    transitions: int
    depth: int
    limit: str


@dataclass(frozen=True)
class Telling:
    """A run that tells the versions apart: all that it shows but the last of ``word`` both can
    show, and only the one that it is of (0: the first) can show that too.

    ``trace`` is ``None`` if they differ before the start. ``shortest`` says that no run of fewer
    steps does it.
    """

    version: int
    trace: Trace | None
    word: tuple[Letter, ...]
    shortest: bool
    blamed: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioDiff:
    """What differs in one scenario. Pairs are (the first version, the second).

    ``within`` says whether all that the first version shows the second can show, and the other way
    round; ``reasons`` why that is not known. ``pairs`` and ``arrows`` are (lost, gained).
    ``errors`` are why a version has no meaning in it. ``same`` is the number of verdicts that were
    compared, or are known to be the same without, and do not differ. ``kept``: it was found out at
    another time.
    """

    scenario: str
    how: How
    counts: tuple[Counts | None, Counts | None] = (None, None)
    within: tuple[Answer, Answer] = ("yes", "yes")
    reasons: tuple[str, ...] = ()
    tellings: tuple[Telling, ...] = ()
    pairs: tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = ((), ())
    arrows: tuple[tuple[Arrow, ...], tuple[Arrow, ...]] = ((), ())
    verdicts: tuple[VerdictChange, ...] = ()
    same: int = 0
    errors: tuple[str, str] = ("", "")
    seconds: float = 0.0
    kept: bool = False

    @property
    def same_behaviour(self) -> bool:
        """Whether it was decided that both versions show the same."""
        return self.how not in ("added", "removed") and self.within == ("yes", "yes") and not any(self.errors)


def needs_exploration(both: Versions, name: str) -> bool:
    """Whether it takes an exploration to say what differs in a scenario."""
    if both.pair(name)[1] is None:
        return False
    if both.pair(name)[0] is None:
        return True
    return not both.same_runs(name) or any(both.to_decide(name, both.same_verdicts(name, same_rows=True)))


def without_exploration(both: Versions, name: str) -> ScenarioDiff:
    """What is known of a scenario that needs no exploration."""
    if both.pair(name)[1] is None:
        return ScenarioDiff(name, "removed")
    return ScenarioDiff(name, "unchanged", same=len(both.to_decide(name)[1]))


class Verdicts(Interface):
    """The verdicts that are kept of a scenario in two versions (0: the first)."""

    def known(self, version: int) -> Mapping[str, Judged]:
        """Those on a version, by property, which are what all of its graph comes to."""

    def found(self, version: int, result: ScenarioResult) -> None:
        """Takes what was found out of a version."""


def compare_scenario(
    both: Versions,
    name: str,
    engine: Engine,
    limits: Limits,
    effort: Effort | None = None,
    kept: Verdicts | None = None,
) -> ScenarioDiff:
    """Explores a scenario in both versions, as far as that is needed, and compares them."""
    found = _Comparison(both, name, engine, limits, kept).result(effort or Effort())
    return replace(found, seconds=limits.seconds())


def compare_behaviour(
    both: Versions, name: str, engine: Engine, limits: Limits, effort: Effort
) -> ScenarioDiff:
    """What can happen in a scenario that both versions have, and nothing of its verdicts."""
    return _Comparison(both, name, engine, limits, None).behaviour(effort)


class _Comparison:
    def __init__(
        self, both: Versions, name: str, engine: Engine, limits: Limits, kept: Verdicts | None
    ) -> None:
        self.both = both
        self.name = name
        self.engine = engine
        self.limits = limits
        self.kept = kept
        self.errors = ["", ""]
        self.graphs: list[StateGraph | None] = [None, None]

    def result(self, effort: Effort) -> ScenarioDiff:
        if self.both.pair(self.name)[0] is None:
            return self._with_verdicts(ScenarioDiff(self.name, "added"), set())
        if self.both.same_runs(self.name):
            known = self.both.same_verdicts(self.name, same_rows=True)
            return self._with_verdicts(ScenarioDiff(self.name, "unchanged"), known)
        graph = self._explored(0)
        if graph is not None and same_graph(graph, self._model(1)):
            return self._with_verdicts(self._of_one(graph), self._same_on(graph))
        found = self._behaviour(graph, self._explored(1), effort)
        return self._with_verdicts(found, set())

    def behaviour(self, effort: Effort) -> ScenarioDiff:
        """What can happen, by comparing the graphs."""
        graph = self._explored(0)
        found = self._behaviour(graph, self._explored(1), effort)
        return replace(found, errors=(self.errors[0], self.errors[1]))

    def _same_on(self, graph: StateGraph) -> set[str]:
        """The properties whose verdicts are the same because both versions have this graph.

        Those on ``never stuck`` may have looked at what would be with more room: then they are the
        same only if all that they saw there is.
        """
        known = self.both.same_verdicts(self.name, same_rows=False)
        try:
            for property in self.both.to_decide(self.name)[0]:
                if property.kind == "never stuck" and property.name in known:
                    decide(graph, property)
            same = all(same_reactions(*pair) for pair in self._with_more_room(graph))
        except SemanticError:  # whoever decides them will tell
            same = False
        return (
            known
            if same
            else {name for name in known if self.both.head.properties[name].kind != "never stuck"}
        )

    def _with_more_room(self, graph: StateGraph) -> Iterator[tuple[Model, Model]]:
        """The models that were looked into for a verdict, and those of the second version."""
        head = self.both.head
        for model in models_with_more_room(graph):
            yield model, Model(head, replace(head.scenarios[self.name], capacity=model.scenario.capacity))

    def _explored(self, version: int) -> StateGraph | None:
        """The graph of a version; ``None`` if it has no meaning, which is noted."""
        if self.graphs[version] is None and not self.errors[version]:
            try:
                self.graphs[version] = self.engine.explore(self._model(version), self.limits)
            except SemanticError as error:
                self.errors[version] = str(error)
        return self.graphs[version]

    # What can happen

    def _of_one(self, graph: StateGraph) -> ScenarioDiff:
        """Both have this graph, as far as it was explored."""
        found = ScenarioDiff(self.name, "same graph", counts=(_counts(graph), _counts(graph)))
        if graph.complete:
            return found
        return replace(
            found, within=("unknown", "unknown"), reasons=(f"not all was explored: {graph.limit}",)
        )

    def _behaviour(self, base: StateGraph | None, head: StateGraph | None, effort: Effort) -> ScenarioDiff:
        found = ScenarioDiff(self.name, "not compared", within=("unknown", "unknown"))
        if base is None or head is None:
            return replace(found, counts=tuple(g and _counts(g) for g in (base, head)))  # type: ignore[arg-type]
        graphs = (base, head)
        found = replace(
            found,
            counts=(_counts(base), _counts(head)),
            pairs=_lost_and_gained(*(pairs_of(graph) for graph in graphs)),
            arrows=_lost_and_gained(*(arrows_of(graph) for graph in graphs)),
        )
        if max(map(len, graphs)) > MOST_STATES:
            return replace(found, reasons=(f"more than {MOST_STATES:,} states",))
        return self._compared(found, graphs, effort)

    def _compared(
        self, found: ScenarioDiff, graphs: tuple[StateGraph, StateGraph], effort: Effort
    ) -> ScenarioDiff:
        alphabet = Alphabet()
        observed = [observe(graph, alphabet) for graph in graphs]
        answers = compare(observed[0], observed[1], alphabet, effort)
        tellings = [
            self._telling(i, graphs, observed[i], alphabet, answer)
            for i, answer in enumerate(answers)
            if answer.answer == "no"
        ]
        return replace(
            found,
            how="compared",
            within=(answers[0].answer, answers[1].answer),
            reasons=tuple(dict.fromkeys(answer.reason for answer in answers if answer.reason)),
            tellings=tuple(tellings),
        )

    def _telling(
        self,
        version: int,
        graphs: tuple[StateGraph, StateGraph],
        observed: Observed,
        alphabet: Alphabet,
        answer: Inclusion,
    ) -> Telling:
        owner, other = graphs[version], graphs[1 - version]
        word = word_of(observed, alphabet, answer.path)
        edges = [int(observed.numbers[edge]) for edge in answer.path]
        trace = trace_along(owner, [edge for edge in edges if edge >= 0], []) if edges[-1] >= 0 else None
        confirm(owner.system.model, other.system.model, trace, word)
        rows = () if trace is None else self._blamed(trace, version) or trace.steps[-1].rules
        return Telling(version, trace, word, answer.shortest, rows)

    # Verdicts

    def _with_verdicts(self, found: ScenarioDiff, known: Container[str]) -> ScenarioDiff:
        """``found`` with the verdicts that changed; those ``known`` to be the same did not. Where a
        version has no meaning, what the other one says is compared with nothing."""
        wanted = self.both.to_decide(self.name, known)
        judged = [self._judged(version, wanted[version]) for version in (0, 1)]
        names = list(dict.fromkeys(property.name for each in (wanted[1], wanted[0]) for property in each))
        changes = [self._change(name, judged[0].get(name), judged[1].get(name)) for name in names]
        told = tuple(change for change in changes if change is not None)
        everything = self.both.to_decide(self.name)[1]
        changed = {change.property for change in told}
        return replace(
            found,
            counts=tuple(
                have or (g and _counts(g)) for have, g in zip(found.counts, self.graphs, strict=True)
            ),  # type: ignore[arg-type]
            verdicts=told,
            same=sum(property.name not in changed for property in everything),
            errors=(self.errors[0], self.errors[1]),
        )

    def _judged(self, version: int, properties: Sequence[Property]) -> dict[str, Judged]:
        found: dict[str, Judged] = {}
        for property in properties:
            graph = self._explored(version)
            if graph is None:
                return found
            known = self._known(version, graph)
            try:
                found[property.name] = known.get(property.name) or judge(graph, property)
            except SemanticError as error:
                self.errors[version] = str(error)
                return found
        graph = self.graphs[version]
        if self.kept is not None and graph is not None and found:
            self.kept.found(version, check_graph(graph, self.limits, list(found), found))
        return found

    def _known(self, version: int, graph: StateGraph) -> Mapping[str, Judged]:
        if self.kept is None or not graph.complete:
            return {}
        return self.kept.known(version)

    def _change(self, name: str, before: Judged | None, after: Judged | None) -> VerdictChange | None:
        how = became(before, after)
        if how is None:
            return None
        change = VerdictChange(name, how, before, after)
        # What is as before is so by the same run, which shows nothing new.
        if how not in ("worse", "better", "other") or None in self.both.pair(self.name):
            return change
        return replace(change, blamed=self._to_blame(change))

    def _to_blame(self, change: VerdictChange) -> tuple[str, ...]:
        """The rows to blame as far as a run shows them: a new counterexample, or one, or a witness,
        that there is no longer. If it does not show them, what goes on after it may."""
        for judged, version in ((change.after, 1), (change.before, 0)):
            if judged is not None and judged.verdict.trace is not None:
                rows = self._blamed(judged.verdict.trace, version)
                longer = None if rows else run_of(self._model(version), judged.verdict)
                return rows if longer is None else self._blamed(longer, version)
        return ()

    def _blamed(self, trace: Trace, version: int) -> tuple[str, ...]:
        """The rows to blame for a run of a version that the other one does not have."""
        rows: Touched = self.both.touched if version == 0 else self.both.touched.reversed
        return blamed(trace, self._model(version), self._model(1 - version), rows)

    def _model(self, version: int) -> Model:
        protocol = (self.both.base, self.both.head)[version]
        return Model(protocol, protocol.scenarios[self.name])


def _counts(graph: StateGraph) -> Counts:
    return Counts(len(graph), graph.transitions, graph.depth, graph.limit)


def _lost_and_gained(before: set, after: set) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    return tuple(sorted(before - after)), tuple(sorted(after - before))
