"""What differs in one scenario, as it is kept for another time: see ``checker.verify.kept``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checker.compare.control import Arrow
from checker.compare.documents import Versions
from checker.compare.observe import Letter
from checker.compare.scenarios import Counts, ScenarioDiff, Telling
from checker.compare.verdicts import VerdictChange
from checker.document.meaning import hashed, written
from checker.model.tables import Model
from checker.verify.kept import KeptVerdict, judged_again, keep_verdict
from checker.verify.replay import replay
from checker.verify.results import Judged

VALUES = (ScenarioDiff, Counts, Telling, Letter, Arrow, VerdictChange)
"""What is kept is made of these, besides what verdicts are made of."""


def comparison(both: Versions, name: str) -> str:
    """A hash of all that what differs in a scenario depends on, but for the program; what things
    are called is part of it."""
    wanted = both.to_decide(name)
    told = [name, *(written(tuple(sorted(rules))) for rules in both.touched.rules)]
    for meaning, scenario, properties in zip(both.meanings, both.pair(name), wanted, strict=True):
        told.append("" if scenario is None else meaning.behaviour(scenario))
        told.append(str(len(properties)))
        for property in properties:
            assert scenario is not None  # else nothing is asked
            told += [property.name, meaning.ask(scenario, property)]
    return hashed(*told)


def keep(found: ScenarioDiff) -> ScenarioDiff | None:
    """``found`` without the documents; ``None`` if it depends on a limit or ended in an error."""
    if any(found.errors) or any(counts is not None and counts.limit for counts in found.counts):
        return None
    return replace(found, verdicts=tuple(map(_without, found.verdicts)), seconds=0.0)


def _without(change: VerdictChange) -> VerdictChange:
    kept: list[Any] = [each and keep_verdict(each) for each in (change.before, change.after)]
    return replace(change, before=kept[0], after=kept[1])


def again(both: Versions, kept: ScenarioDiff, max_states: int | None) -> ScenarioDiff | None:
    """What was kept, of the documents as they are now; ``None`` if a limit would have been hit, or
    if some run of it is none of the documents'."""
    largest = max((counts.states for counts in kept.counts if counts is not None), default=0)
    if max_states is not None and largest > max_states:
        return None
    found = replace(
        kept, verdicts=tuple(_with(both, kept.scenario, change) for change in kept.verdicts), kept=True
    )
    return found if _replays(both, found) else None


def _with(both: Versions, name: str, change: VerdictChange) -> VerdictChange:
    judged: list[Judged | None] = []
    for version, each in enumerate((change.before, change.after)):
        protocol, scenario = (both.base, both.head)[version], both.pair(name)[version]
        if scenario is None or not isinstance(each, KeptVerdict):
            judged.append(None)
        else:
            judged.append(judged_again(each, protocol.properties[change.property], scenario))
    return replace(change, before=judged[0], after=judged[1])


def _replays(both: Versions, found: ScenarioDiff) -> bool:
    """Whether all runs are runs of the version that they are said to be of."""
    runs = [(telling.version, telling.trace) for telling in found.tellings]
    for change in found.verdicts:
        judged = enumerate((change.before, change.after))
        runs += [(version, each.verdict.trace) for version, each in judged if each is not None]
    for version in {version for version, trace in runs if trace is not None}:
        protocol, scenario = (both.base, both.head)[version], both.pair(found.scenario)[version]
        assert scenario is not None  # there is a run of it
        model = Model(protocol, scenario)
        if any(replay(model, trace) for of, trace in runs if of == version and trace is not None):
            return False
    return True
