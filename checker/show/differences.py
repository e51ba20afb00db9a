"""What differs between two versions of a document in words, and which of it to show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from checker.compare.control import Arrow
from checker.compare.diff import VERSIONS, Diff
from checker.compare.observe import Letter
from checker.compare.scenarios import Counts, ScenarioDiff, Telling
from checker.compare.verdicts import VerdictChange, is_open
from checker.model.tables import Model
from checker.show.paragraph import counted
from checker.verify.trace import Trace

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


def letter(letter: Letter) -> str:
    """``A calls X and sends <…>``."""
    parts = [f"calls {letter.call}"] if letter.call else []
    if letter.sent:
        parts.append(f"sends {', '.join(letter.sent)}")
    return f"{'AB'[letter.end]} {' and '.join(parts)}"


def arrow(arrow: Arrow) -> str:
    return f"{arrow.state} → {arrow.next} on {arrow.event}"


# Behaviour

WITHIN = {
    ("yes", "no"): "more can happen; what could before still can",
    ("no", "yes"): "less can happen; nothing new can",
    ("no", "no"): "something new can happen, and something that could no longer can",
    ("yes", "unknown"): "what could happen still can; whether more can is not known",
    ("unknown", "yes"): "nothing new can happen; whether all that could still can is not known",
    ("no", "unknown"): "something can no longer happen; whether anything new can is not known",
    ("unknown", "no"): "something new can happen; whether all that could still can is not known",
    ("unknown", "unknown"): "it is not known whether the behaviour is the same",
}
SAME = {
    "unchanged": "nothing differs that it depends on",
    "same graph": "the same states and steps",
    "compared": "each shows all that the other can",
}


def behaviour(scenario: ScenarioDiff) -> str:
    """What can happen in a scenario now, compared with what could."""
    if scenario.how in ("added", "removed"):
        return f"the scenario was {scenario.how}"
    for version, error in zip(VERSIONS, scenario.errors, strict=True):
        if error:
            return f"{version} has no meaning there"
    if scenario.same_behaviour:
        return f"same behaviour: {SAME[scenario.how]}"
    return WITHIN[scenario.within] + (f" ({'; '.join(scenario.reasons)})" if scenario.reasons else "")


def counts_of(scenario: ScenarioDiff) -> str:
    """The sizes of a scenario, before and after."""
    known = [counts for counts in scenario.counts if counts is not None]
    if not known:
        return ""
    limits = dict.fromkeys(counts.limit for counts in known if counts.limit)
    parts = [_both(known, name) for name in ("states", "transitions", "depth")]
    return ", ".join([*parts, *(f"cut short: {limit}" for limit in limits)])


def _both(counts: Sequence[Counts], name: str) -> str:
    numbers = list(dict.fromkeys(f"{getattr(each, name):,}" for each in counts))
    return f"depth {' → '.join(numbers)}" if name == "depth" else f"{' → '.join(numbers)} {name}"


def tellings_in_words(scenarios: Sequence[ScenarioDiff]) -> Iterator[str]:
    """What only one version can do, each thing once with the scenario of its shortest run."""
    found = [(scenario, telling) for scenario in scenarios for telling in scenario.tellings]
    groups = grouped(found, lambda pair: (pair[1].version, pair[1].word[-1], pair[1].blamed))
    for (version, what, rows), pairs in sorted(groups.items()):
        scenario, telling = min(pairs, key=lambda pair: steps_of(pair[1].trace))
        can, cannot = VERSIONS[version], VERSIONS[1 - version]
        where = f"{counted(len(pairs), 'scenario')}, " if len(pairs) > 1 else ""
        yield f"{can} can and {cannot} cannot: {letter(what)} ({where}{_when(scenario, telling)}){by(rows)}"


def _when(scenario: ScenarioDiff, telling: Telling) -> str:
    if telling.trace is None:
        return f"before the start, in {scenario.scenario}"
    sure = "" if telling.shortest else ", perhaps not the fewest,"
    return f"after {counted(len(telling.trace.steps), 'step')}{sure} in {scenario.scenario}"


def by(rows: Sequence[str]) -> str:
    """The rows to blame, behind what they are blamed for."""
    return f"; by {', '.join(rows)}" if rows else ""


def shortest_tellings(diff: Diff) -> list[tuple[ScenarioDiff, Telling, Trace]]:
    """The shortest run that only BASE has, and the shortest that only HEAD has."""
    best = []
    for version in (0, 1):
        found = [
            (scenario, telling, telling.trace)
            for scenario in diff.scenarios
            for telling in scenario.tellings
            if telling.version == version and telling.trace is not None
        ]
        best += sorted(found, key=lambda each: len(each[2].steps))[:1]
    return best


def model_of(diff: Diff, scenario: str, version: int) -> Model:
    protocol = (diff.both.base, diff.both.head)[version]
    return Model(protocol, protocol.scenarios[scenario])


# Arrows and pairs

MOST_LISTED = 12
"""Arrows or pairs that are listed; a table of all would hide the rest."""


def control(diff: Diff) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The arrows and the pairs that some scenario gained, and those that some lost: what they are, a
    mark, and each with where it is so; what is found most often first."""
    for place, mark, word in ((1, "+", "new"), (0, "-", "gone")):
        arrows = _where((s.scenario, s.arrows[place]) for s in diff.scenarios)
        if arrows:
            yield f"arrows {word}", mark, [(arrow(Arrow(*key)), where) for key, where in arrows]
        pairs = _where((s.scenario, s.pairs[place]) for s in diff.scenarios)
        if pairs:
            yield f"pairs of states {word}", mark, [(f"A in {a}, B in {b}", w) for (a, b), w in pairs]


def _where(found: Iterable[tuple[str, Sequence[Key]]]) -> list[tuple[Key, str]]:
    names: dict[Key, list[str]] = {}
    for scenario, keys in found:
        for key in keys:
            names.setdefault(key, []).append(scenario)
    ordered = sorted(names.items(), key=lambda item: (-len(item[1]), str(item[0])))
    return [(key, at[0] if len(at) == 1 else counted(len(at), "scenario")) for key, at in ordered]


# Verdicts


def verdict(change: VerdictChange) -> str:
    """``holds → violated``."""
    was, now = (
        None if judged is None else judged.verdict.outcome for judged in (change.before, change.after)
    )
    if change.became == "new":
        return f"new: {now}"
    if change.became == "gone":
        return f"no longer asked; it was: {was}"
    if change.became == "scope":
        return f"{now}, in another scope"
    if change.became == "expected":
        assert change.after is not None  # both are there
        return f"{now} as before; {change.after.complaint or 'now as expected'}"
    return f"{was} → {now}" if was != now else f"{now} in both"


def shown_failures(diff: Diff) -> list[tuple[ScenarioDiff, VerdictChange]]:
    """For each property that fails, the failure with the shortest run: those that a run shows, and
    that are no older than the change."""
    found = [
        (scenario, change)
        for scenario, change in diff.failures()
        if change.became != "expected"
        and change.after is not None
        and change.after.verdict.outcome == "violated"
        and change.after.verdict.trace is not None
    ]
    groups = grouped(found, lambda pair: pair[1].property)
    return [min(pairs, key=lambda pair: _steps(pair[1])) for pairs in groups.values()]


def _steps(change: VerdictChange) -> float:
    return steps_of(None if change.after is None else change.after.verdict.trace)


def steps_of(trace: Trace | None) -> float:
    """How long a run is; what has none comes last."""
    return float("inf") if trace is None else len(trace.steps)


# All together


def totals(diff: Diff) -> list[str]:
    """How many rows, scenarios and verdicts differ, in words."""
    rows = len(diff.both.rows.rows)
    same = sum(scenario.same_behaviour for scenario in diff.scenarios)
    changes = [change for _, change in diff.changes()]
    counts = {
        "changed": len(changes),
        "better": sum(change.became == "better" for change in changes),
        "undecided": sum(is_open(change) for change in changes),
    }
    told = [f"{count} {word}" for word, count in counts.items() if count]
    failures = len(diff.failures())
    return [
        f"{counted(rows, 'row')} differ{'s' if rows == 1 else ''}",
        f"same behaviour in {same} of {counted(len(diff.scenarios), 'scenario')}",
        f"verdicts: {', '.join(told) or 'none changed'}",
        f"{failures} NEW FAILURE{'' if failures == 1 else 'S'}" if failures else "no new failure",
        *(["HEAD has no meaning in some scenario"] if diff.is_broken else []),
        *(["not all was decided"] if diff.is_undecided else []),
    ]


def grouped(items: Iterable[T], key: Callable[[T], Key]) -> dict[Key, list[T]]:
    """``items`` by their key, in the order in which the keys are first met."""
    groups: dict[Key, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
