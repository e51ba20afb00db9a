"""``lastack prove``: decides properties for networks without bounds."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.documents import documents as files
from checker.cli.interruption import watch_for_interruption
from checker.cli.messages import complain
from checker.cli.saving import save_trace
from checker.cli.solver import Asking
from checker.cli.terminal import ProgressLine, console, require_writable, write_atomically
from checker.document.library import load
from checker.document.problems import suggest
from checker.document.protocol import Protocol, Scenario
from checker.exchange.proofs import proof_to_json
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached
from checker.prove.decide import PROVABLE
from checker.prove.results import NewLimits, ProofResult, beside_expected, prove_scenario
from checker.show.proofs import proof_report, proofs_report

MAX_VIEWS = 200_000


@click.command("prove", context_settings={"max_content_width": 80})
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option("--property", "-p", "properties", multiple=True, metavar="P", help="Only this property.")
@click.option(
    "--max-views",
    type=click.IntRange(1),
    metavar="N",
    help=f"Give up a closure beyond N views (otherwise {MAX_VIEWS:,}).",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0),
    metavar="S",
    help="Give up a closure, or an exploration, after S seconds.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save what is proved there, for `lastack verify`.",
)
@click.option(
    "--unroll",
    type=click.IntRange(0),
    metavar="DEPTH",
    help="Instead, look how soon something is reached in runs of up to DEPTH steps, by z3 and by "
    "exploration.",
)
@click.option("--isn-hazard", is_flag=True, help="Find initial sequence numbers that matter.")
@click.option(
    "--smt-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write what the solver is asked there, as SMT-LIB 2.",
)
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save each counterexample there, as JSON and as ITF.",
)
def command(
    documents: tuple[str, ...],
    scenarios: tuple[str, ...],
    properties: tuple[str, ...],
    max_views: int | None,
    time_limit: float | None,
    output: Path | None,
    unroll: int | None,
    isn_hazard: bool,
    smt_dir: Path | None,
    traces: Path | None,
) -> int:
    """Prove properties for channels that hold any number of segments.

    Decides the invariant and step properties of each scenario on a network that loses, reorders
    and duplicates without limit: a property is proved for every run, or violated by a run that
    is shown. DOC is as for `check`; the default is rfc9293.

    Unless -s or -p is given, a solver is asked as well whether that is so for all initial
    sequence numbers, and whether the rows of the table exclude each other, handle everything
    and can fire. What it finds is told and has no part in the exit code.

    With --unroll, the runs of each scenario on its own network are given to the solver as a
    formula, made of the document's expressions: in how many steps does each reachable property
    hold first? Exploration must say the same; if it does not, that is a fault of lastack.

    Exits with 0 if every verdict is as its scenario expects, 1 if one is not, 2 for an error or
    such a fault, 3 if a limit kept one from being decided.
    """
    watch_for_interruption()
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit {time_limit}: expected a number of seconds")
    paths = files(documents or ("rfc9293",))
    loaded = [load(path) for path in paths]
    _require_known(loaded, scenarios, properties, PROVABLE if unroll is None else ("reachable",))
    if unroll is not None:
        others = {"--max-views": max_views, "-o": output, "--isn-hazard": isn_hazard, "--traces": traces}
        _require_none(others)
    if output is not None:
        if len(paths) > 1:
            raise click.UsageError("--output: a proof is about one document, and here are several")
        require_writable(output)
    for folder in (traces, smt_dir):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            require_writable(folder, inside=True)
    chosen = [(p, [s for s in p.scenarios.values() if not scenarios or s.name in scenarios]) for p in loaded]
    if unroll is not None:
        from checker.cli.unroll import Unrolls

        unrolls = Unrolls(unroll, properties, time_limit, smt_dir)
        codes = [unrolls.document(protocol, some) for protocol, some in chosen if some]
    else:
        proving = _Proving(properties, max_views or MAX_VIEWS, time_limit, traces)
        asking = _Solver(bool(scenarios or properties), isn_hazard, smt_dir)
        codes = [proving.document(protocol, some, asking) for protocol, some in chosen if some]
    if output is not None:
        write_atomically(output, proof_to_json(paths[0], loaded[0], proving.results))
    return next(code for code in (ERROR, NOT_AS_EXPECTED, LIMIT, AS_EXPECTED) if code in codes)


def _require_none(others: Mapping[str, object]) -> None:
    for option in (name for name, given in others.items() if given):
        raise click.UsageError(f"--unroll proves nothing of other networks, so {option} has no meaning")


def _require_known(
    loaded: Sequence[Protocol], scenarios: Sequence[str], properties: Sequence[str], kinds: Sequence[str]
) -> None:
    known = {
        "scenario": (scenarios, [s for p in loaded for s in p.scenarios]),
        "property": (properties, [q for p in loaded for q in p.properties]),
    }
    for what, (asked, names) in known.items():
        for name in asked:
            if name not in names:
                raise click.UsageError(f"there is no {what} `{name}`{suggest(name, names)}")
    kind_of = {q.name: q.kind for p in loaded for q in p.properties.values()}
    for name in properties:
        if kind_of[name] in kinds:
            continue
        what = f"`{name}` is a `{kind_of[name]}` property"
        if kinds != PROVABLE:
            raise click.UsageError(f"{what}; --unroll is about `reachable` ones")
        raise click.UsageError(
            f"{what}; prove decides `invariant` and `step` ones, `lastack check` the others"
        )


class _Solver(NamedTuple):
    """What the solver is to be asked: of documents unless ``only_scenarios`` matter, of scenarios
    the ``hazards``; ``folder`` is for the questions."""

    only_scenarios: bool
    hazards: bool
    folder: Path | None


class _Proving:
    """Proves one document after the other, until it is interrupted."""

    def __init__(
        self, properties: Sequence[str], max_views: int, time_limit: float | None, traces: Path | None
    ) -> None:
        self.properties = properties
        self.max_views = max_views
        self.time_limit = time_limit
        self.traces = traces
        self.results: list[ProofResult] = []
        self.out = console()

    def document(self, protocol: Protocol, chosen: Sequence[Scenario], solver: _Solver) -> int:
        """Proves the chosen scenarios of a document; the exit code for it."""
        self._print([Text(protocol.name, style="bold underline"), Text()])
        asking = Asking(protocol, solver.folder)
        if not solver.only_scenarios:
            with self._progress(protocol.name, "asking the solver"):
                said = list(asking.document())
            self._print([*said, Text()])
        results: list[ProofResult] = []
        broken = 0
        for scenario in chosen:
            try:
                results.append(self._scenario(protocol, scenario))
                if solver.hazards:
                    with self._progress(scenario.name, "looking for numbers that matter") as progress:
                        said = list(asking.numbers(scenario, self._limits(progress)))
                    self._print([*said, Text()])
            except (SemanticError, LimitReached) as error:
                complain(f"{scenario.name}: {error}")
                broken += 1
        self._print(proofs_report(protocol, results, broken))
        self.results += results
        return ERROR if broken else _code(results)

    def _scenario(self, protocol: Protocol, scenario: Scenario) -> ProofResult:
        with self._progress(scenario.name, protocol.name) as progress:
            limits = self._limits(progress)
            result = prove_scenario(protocol, scenario, limits, self.properties or None)
        self._print(proof_report(protocol, result))
        if self.traces is not None:
            for proof in result.proofs:
                verdict = proof.verdict
                if proof.model is not None and verdict.trace is not None:
                    name = verdict.property.name
                    save_trace(self.traces, proof.model, verdict.trace, name, name, verdict.end)
        return result

    def _limits(self, progress: ProgressLine) -> NewLimits:
        return partial(Limits, self.max_views, self.time_limit, progress.report_views)

    @contextlib.contextmanager
    def _progress(self, name: str, what: str) -> Iterator[ProgressLine]:
        """A line that says what is being done, while it is."""
        progress = ProgressLine(name)
        try:
            progress.say(f"{name}: {what}")
            yield progress
        finally:
            progress.clear()

    def _print(self, lines: Iterable[Text]) -> None:
        for line in lines:
            line.rstrip()
            self.out.print(line)


def _code(results: Sequence[ProofResult]) -> int:
    judged = [beside_expected(result.scenario, proof) for result in results for proof in result.proofs]
    outcomes = {each.verdict.outcome for each in judged if each.complaint}
    if outcomes - {"unknown"}:
        return NOT_AS_EXPECTED
    return LIMIT if outcomes else AS_EXPECTED
