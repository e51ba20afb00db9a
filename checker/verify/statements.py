"""Whether the claims of a document are so: what the runs that they name say together.

A claim is a conjunction: each property (or exchange) that it names is to come out as it says,
in each scenario that it names for it. Where that is so in all, the claim is confirmed; where one
never comes out as said, it is refuted; where one does in some scenarios and does not in others,
the claim is true under assumptions, and the points in which those scenarios differ are these.
What a run needs on the clock is found out elsewhere, of the runs that are found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.document.kinds import show_value
from checker.document.lengths import write_given
from checker.document.protocol import Network, Property, Protocol, Scenario
from checker.document.statements import Decision, Exchange, Statement
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.verify.exchanges import Found, find_exchange
from checker.verify.results import check_scenario
from checker.verify.stuck import run_of
from checker.verify.trace import Trace
from checker.verify.twins import differences
from checker.verify.verdict import Outcome, Verdict

Key = tuple[str, str, str, str]
"""Document, scenario, the property or exchange in question, and what its run is said to need."""


@dataclass(frozen=True)
class Job:
    """What is to be found out of one scenario; ``needs`` are the decisions on what runs need."""

    document: str
    protocol: Protocol
    scenario: Scenario
    properties: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    needs: tuple[Decision, ...]


@dataclass(frozen=True)
class Answer:
    """The outcome of one property or exchange; ``end`` is the one that the run is about.

    Of a need: whether it is what the run needs, and the ``longest`` that the duration can be for
    the run to happen, ``None`` where there is no limit or none is known.
    """

    outcome: Outcome
    scope: str
    reason: str
    trace: Trace | None
    end: int | None
    longest: Fraction | None = None


NOT_ANSWERED = Answer("unknown", "", "the scenario could not be checked", None, None)


@dataclass(frozen=True)
class Decided:
    """A decision and its answer; ``agrees`` is ``None`` where the answer leaves it open."""

    decision: Decision
    answer: Answer

    @property
    def agrees(self) -> bool | None:
        if self.answer.outcome not in ("holds", "violated"):
            return None
        return self.answer.outcome == self.decision.said


@dataclass(frozen=True)
class StatementResult:
    """The verdict on a claim; ``reason`` says under which assumptions it is true or why it is
    undecided, ``complaint`` how the verdict is not the expected one."""

    statement: Statement
    verdict: str
    decided: tuple[Decided, ...]
    reason: str
    complaint: str

    @property
    def as_expected(self) -> bool:
        return not self.complaint

    @property
    def limited(self) -> bool:
        """Whether it is undecided merely because something could not be looked at."""
        return self.verdict == "undecided" and any(d.answer.outcome == "unknown" for d in self.decided)


def key_of(decision: Decision) -> Key:
    need = "" if decision.need is None else decision.need.text(decision.protocol)
    return decision.document, decision.scenario.name, decision.subject.name, need


def jobs_of(statements: Sequence[Statement]) -> list[Job]:
    """The scenarios that decide ``statements``, each once, in the order in which they are named."""
    asked: dict[tuple[str, str], list[Decision]] = {}
    for statement in statements:
        for decision in statement.decisions:
            asked.setdefault((decision.document, decision.scenario.name), []).append(decision)
    return [_job(decisions) for decisions in asked.values()]


def _job(decisions: Sequence[Decision]) -> Job:
    subjects = {decision.subject.name: decision.subject for decision in decisions}.values()
    return Job(
        decisions[0].document,
        decisions[0].protocol,
        decisions[0].scenario,
        tuple(subject.name for subject in subjects if isinstance(subject, Property)),
        tuple(subject for subject in subjects if isinstance(subject, Exchange)),
        tuple(decision for decision in decisions if decision.need is not None),
    )


class Finder:
    """Finds out of the scenario of a job what answers are made of. One who knows some of that from
    another time may answer as this one would."""

    def __init__(self, limits: Limits, engine: Engine | None = None) -> None:
        self.limits = limits
        self.engine = engine

    def exchange(self, job: Job, exchange: Exchange) -> Found:
        return find_exchange(Model(job.protocol, job.scenario), exchange, self.limits)

    def verdicts(self, job: Job) -> Sequence[Verdict]:
        """Those on the ``properties`` of ``job``, in the order of the document."""
        result = check_scenario(job.protocol, job.scenario, self.limits, job.properties, self.engine)
        return [judged.verdict for judged in result.judged]


def answer(job: Job, finder: Finder) -> Iterator[tuple[Key, Answer]]:
    """What is found out of a scenario, but for its needs. Raises ``SemanticError`` where a row has
    no meaning."""
    for exchange in job.exchanges:
        found = finder.exchange(job, exchange)
        scope = f"every run that sends nothing else and loses nothing, over {found.states:,} states"
        key = (job.document, job.scenario.name, exchange.name, "")
        yield key, Answer(found.outcome, scope, found.reason, found.trace, None)
    if not job.properties:
        return
    model = Model(job.protocol, job.scenario)
    for verdict in finder.verdicts(job):
        key = (job.document, job.scenario.name, verdict.property.name, "")
        run = run_of(model, verdict)
        yield key, Answer(verdict.outcome, verdict.scope, verdict.reason, run, verdict.end)


def conclude(statement: Statement, answers: Mapping[Key, Answer]) -> StatementResult:
    """The verdict on a claim from the answers to what decides it."""
    decided = tuple(Decided(d, answers.get(key_of(d), NOT_ANSWERED)) for d in statement.decisions)
    verdict, reason = _verdict(statement, decided)
    complaint = "" if verdict == statement.expect else f"expected: {statement.expect}"
    return StatementResult(statement, verdict, decided, reason, complaint)


def _verdict(statement: Statement, decided: Sequence[Decided]) -> tuple[str, str]:
    if not decided:
        return "undecided", statement.because
    open_ones = [d for d in decided if d.agrees is None]
    if open_ones:
        return "undecided", "; ".join(map(_open, open_ones))
    questions: dict[tuple[str, str], list[Decided]] = {}
    for one in decided:
        questions.setdefault(_question(one.decision), []).append(one)
    conditions: list[str] = []
    for answers in questions.values():
        for_it = [d for d in answers if d.agrees]
        against = [d for d in answers if not d.agrees]
        if not for_it:
            return "refuted", ""
        conditions += [_condition(for_it, counterexample) for counterexample in against]
    if conditions:
        return "under assumptions", "; ".join(dict.fromkeys(conditions))
    return "confirmed", ""


def _question(decision: Decision) -> tuple[str, str]:
    """What is asked: this property, and whether it is said to hold, to be violated, or to need so
    much, whatever that is said to rest on."""
    need = decision.need
    return decision.subject.name, decision.said if need is None else f"{need.duration} {need.length}"


def _open(decided: Decided) -> str:
    reason = f" ({decided.answer.reason})" if decided.answer.reason else ""
    return f"{decided.decision.subject.name} is {decided.answer.outcome}{reason}"


def _condition(for_it: Sequence[Decided], against: Decided) -> str:
    """What the nearest run that is as said differs in from one that is not."""
    points = min((_points(one.decision, against.decision) for one in for_it), key=len)
    return "true " + ", ".join(points)


def _points(one: Decision, other: Decision) -> list[str]:
    """The points in which ``one`` differs from ``other``, as it has them."""
    found = []
    if one.document != other.document:
        rows = _unlike_rows(one.protocol, other.protocol)
        found.append(f"in {one.document}, whose rows {', '.join(rows)} differ from {other.document}'s")
    found += [_point(name, one, other) for name in differences(one.scenario, other.scenario)]
    return found + _unlike_lengths(one, other)


def _unlike_rows(one: Protocol, other: Protocol) -> list[str]:
    texts = [{rule.id: dict(rule.text) for rule in protocol.rules} for protocol in (one, other)]
    return [row for row in dict.fromkeys([*texts[0], *texts[1]]) if texts[0].get(row) != texts[1].get(row)]


def _unlike_lengths(one: Decision, other: Decision) -> list[str]:
    here, there = ({} if each.need is None else each.need.given for each in (one, other))
    durations = one.protocol.durations
    return [
        f"with {name} {write_given(durations[name], here[name])}"
        if name in here
        else f"with no length given for {name}"
        for name in dict.fromkeys([*here, *there])
        if here.get(name) != there.get(name)
    ]


def _point(name: str, one: Decision, other: Decision) -> str:
    scenario = one.scenario
    if name in scenario.assume:
        return f"assuming {name}"
    if name in other.scenario.assume:
        return f"without assuming {name}"
    if name in one.protocol.switches:
        value = scenario.set.get(name, one.protocol.switches[name].default)
        return f"with {name} = {show_value(value)}"
    if name in scenario.values:
        sides = [" then ".join(map(show_value, side)) for side in scenario.values[name]]
        return f"with {name} {' / '.join(sides)}"
    if name in scenario.faults or name in other.scenario.faults:
        a, b = scenario.faults.get(name, (0, 0))
        return f"with {name} {a} / {b}" if a or b else f"without {name}"
    if name in ("A", "B"):
        calls = scenario.calls["AB".index(name)]
        return f"where {name} may call {', '.join(calls) or 'nothing'}"
    if name == "network":
        return f"with {_network(scenario.network)}"
    if name == "capacity":
        return f"with capacity {scenario.capacity}"
    return f"in {scenario.name}, whose {name} is another"


def _network(network: Network) -> str:
    """A network as documents write it."""
    words: list[str] = [network.order]
    for fault, budget in (("lose", network.lose), ("duplicate", network.duplicate)):
        words += [] if budget == 0 else [fault if budget is None else f"{fault} {budget}"]
    return ", ".join(words)
