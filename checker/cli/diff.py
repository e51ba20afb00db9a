"""``lastack diff``: what differs between two versions of a document."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import click

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.cache import Cache, KeptVerdicts, open_cache, option
from checker.cli.documents import one_document
from checker.cli.jobs import FAILURES, Job, begin
from checker.cli.messages import complain
from checker.cli.terminal import console, plain, require_writable, write_atomically
from checker.compare.diff import Diff
from checker.compare.documents import Versions, versions
from checker.compare.kept import VALUES, again, comparison, keep
from checker.compare.scenarios import ScenarioDiff, compare_scenario, needs_exploration, without_exploration
from checker.document.library import FilePage, Page, read
from checker.document.problems import suggest
from checker.document.protocol import Scenario
from checker.document.revisions import committed
from checker.exchange.diff import diff_to_json
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.diff import diff_report
from checker.show.markdown import diff_in_markdown
from checker.verify.kept import KeptScenario, known_verdicts
from checker.verify.kept import keep as keep_scenario
from checker.verify.results import Judged, ScenarioResult


@click.command("diff", context_settings={"max_content_width": 80})
@click.argument("base")
@click.argument("head")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Use N processors.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="End a scenario beyond N states.",
)
@click.option("--time-limit", type=click.FloatRange(0), metavar="S", help="End a scenario after S seconds.")
@option
@click.option("--format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
def command(
    base: str,
    head: str,
    scenarios: tuple[str, ...],
    threads: int | None,
    max_states: int,
    time_limit: float | None,
    no_cache: bool,
    format: str,
    output: Path | None,
) -> int:
    """Say what differs between two versions of a document, BASE and HEAD.

    Each is a file, the bare name of a bundled document, or REV:PATH for a file as it is in a
    revision of the git repository. Told are the rows that differ, what can happen now and could
    not before, what no longer can, which verdicts changed, and which rows are to blame.

    Exits with 0 if there is no new failure, 1 if a verdict got worse or is no longer as expected, 2 for
    an error, 3 if a limit left something undecided.
    """
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit {time_limit}: expected a number of seconds")
    if output is not None:
        require_writable(output)
    both = versions(*(read(_page(name)) for name in (base, head)))
    kept = open_cache(no_cache).of(*VALUES)
    limits = _Limits(Engine(threads=threads), kept, max_states, time_limit)
    diff = _compared((base, head), both, _chosen(both, scenarios), limits)
    _write(diff, format, output)
    if diff.is_broken:
        return ERROR
    if diff.failures():
        return NOT_AS_EXPECTED
    return LIMIT if diff.is_undecided else AS_EXPECTED


def _page(name: str) -> Page:
    """The document that an argument names."""
    if ":" in name and not Path(name).exists():
        return committed(name)
    return FilePage(one_document(name))


def _chosen(both: Versions, names: Sequence[str]) -> list[str]:
    """The scenarios to compare; those that were renamed have their new names."""
    known = both.scenarios()
    for name in names:
        if name not in known:
            raise click.UsageError(f"neither version has a scenario `{name}`{suggest(name, known)}")
    return [name for name in known if not names or name in names]


@dataclass(frozen=True)
class _Limits:
    engine: Engine
    cache: Cache
    max_states: int
    time_limit: float | None

    def each(self) -> tuple[int, float | None]:
        return self.max_states, self.time_limit


def _compared(names: tuple[str, str], both: Versions, chosen: Sequence[str], limits: _Limits) -> Diff:
    """Compares the scenarios, those that need it by exploring them."""
    # The largest first: one that begins last would be waited for alone.
    to_explore = sorted(
        (name for name in chosen if needs_exploration(both, name)),
        key=lambda name: -_weight(both.pair(name)[1]),
    )
    jobs = [
        Job(
            name,
            f"{name} ({number} of {len(to_explore)})",
            partial(_work, both, name, limits.cache),
            both.head,
            *limits.each(),
            _kept(both, name, limits),
        )
        for number, name in enumerate(to_explore, 1)
    ]
    found: dict[str, ScenarioDiff] = {}
    failed: list[str] = []
    with begin(jobs, limits.engine) as turns:
        for name in to_explore:
            outcome = turns.take()
            if outcome is None:
                break
            try:
                found[name] = outcome.get()
            except FAILURES as error:
                complain(f"{name}: {error}")
                failed.append(name)
    for name in chosen:
        if name not in to_explore:
            found[name] = without_exploration(both, name)
    told = [found[name] for name in chosen if name in found]
    left = [name for name in chosen if name not in found and name not in failed]
    return Diff(names, both, told, left, failed)


def _weight(scenario: Scenario | None) -> float:
    """Roughly how large a scenario is, compared with others of its document."""
    assert scenario is not None  # what HEAD does not have is not explored
    network = scenario.network
    faults = sum(map(sum, scenario.faults.values()))
    happens = 1 + sum(map(len, scenario.calls)) + 2 * faults
    freedom = scenario.capacity + (network.order == "bag") + (network.duplicate is None)
    return float(happens * freedom)


def _kept(both: Versions, name: str, limits: _Limits) -> ScenarioDiff | None:
    """What differs in a scenario, if that is kept."""
    kept = limits.cache.get(ScenarioDiff, comparison(both, name))
    return None if kept is None else again(both, kept, limits.max_states)


def _work(both: Versions, name: str, kept: Cache, engine: Engine, limits: Limits) -> ScenarioDiff:
    found = compare_scenario(both, name, engine, limits, kept=_Verdicts(both, name, kept, limits.max_states))
    if (to_keep := keep(found)) is not None:
        kept.put(comparison(both, name), to_keep)
    return found


@dataclass
class _Verdicts:
    """See ``checker.compare.scenarios.Verdicts``."""

    both: Versions
    name: str
    cache: Cache
    max_states: int | None

    def known(self, version: int) -> Mapping[str, Judged]:
        return self._known[version]

    @cached_property
    def _known(self) -> list[Mapping[str, Judged]]:
        found: list[Mapping[str, Judged]] = []
        for meaning, scenario, before in zip(
            self.both.meanings, self.both.pair(self.name), self._before, strict=True
        ):
            if scenario is None or before is None:
                found.append({})
            else:
                found.append(known_verdicts(meaning, Model(meaning.protocol, scenario), before))
        return found

    @cached_property
    def _before(self) -> list[KeptScenario | None]:
        return [
            None
            if scenario is None
            else KeptVerdicts(self.cache, meaning).scenario(scenario, "auto", self.max_states)
            for meaning, scenario in zip(self.both.meanings, self.both.pair(self.name), strict=True)
        ]

    def found(self, version: int, result: ScenarioResult) -> None:
        meaning = self.both.meanings[version]
        KeptVerdicts(self.cache, meaning).keep(
            result.scenario, keep_scenario(meaning, result, self._before[version])
        )


def _write(diff: Diff, format: str, output: Path | None) -> None:
    lines = list(diff_report(diff)) if format == "text" else []
    if format == "text" and output is None:
        out = console()
        for line in lines:
            line.rstrip()
            out.print(line)
        return
    if format == "json":
        text = json.dumps(diff_to_json(diff), indent=1, ensure_ascii=False) + "\n"
    else:
        text = plain(iter(lines)) if format == "text" else diff_in_markdown(diff)
    if output is not None:
        write_atomically(output, text)
    else:
        click.echo(text, nl=False)
