"""``lastack check``: explores scenarios, decides properties, shows counterexamples."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED
from checker.cli.choice import Options, chosen_of, require_known, require_no_choice
from checker.cli.claims import ClaimCheck, claim_jobs
from checker.cli.documents import called
from checker.cli.documents import documents as files
from checker.cli.jobs import FAILURES, Job, Turns, begin
from checker.cli.messages import complain
from checker.cli.saving import save_trace, save_traces
from checker.cli.terminal import (
    console,
    plain,
    require_writable,
    write_atomically,
)
from checker.document.library import holds_claims, load, version_of
from checker.document.protocol import Protocol, Scenario
from checker.document.scenarios import MAX_CAPACITY
from checker.document.statements import Statements, load_statements, version_of_all
from checker.exchange.results import results_to_json
from checker.exchange.statements import statements_to_json
from checker.explore.engines import ENGINES, Engine, is_installed
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.paragraph import paragraph
from checker.show.report import document_report, scenario_report
from checker.show.statements import statement_report, statements_report
from checker.verify.results import ScenarioResult, check_scenario, never_decided
from checker.verify.twins import with_twins


@click.command("check", context_settings={"max_content_width": 80})
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option("--property", "-p", "properties", multiple=True, metavar="P", help="Only this property.")
@click.option("--capacity", type=click.IntRange(1, MAX_CAPACITY), help="Segments in flight each way.")
@click.option("--set", "settings", multiple=True, metavar="SWITCH=VALUE", help="Set a switch.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Use N processors.")
@click.option(
    "--workdir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the states in files there, not in memory.",
)
@click.option("--resume", is_flag=True, help="Go on with what is in --workdir.")
@click.option(
    "--max-states",
    type=click.IntRange(1),
    default=5_000_000,
    show_default=True,
    metavar="N",
    help="End a scenario beyond N states.",
)
@click.option("--time-limit", type=click.FloatRange(0), metavar="S", help="End a scenario after S seconds.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
@click.option(
    "--traces",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save each trace there, as JSON and as ITF.",
)
def command(
    documents: tuple[str, ...],
    scenarios: tuple[str, ...],
    properties: tuple[str, ...],
    capacity: int | None,
    settings: tuple[str, ...],
    engine: str,
    threads: int | None,
    workdir: Path | None,
    resume: bool,
    max_states: int,
    time_limit: float | None,
    format: str,
    output: Path | None,
    traces: Path | None,
) -> int:
    """Explore scenarios and decide their properties.

    DOC is a document, a folder of documents, or the bare name of a bundled one; the default
    is rfc9293. A document of claims is decided claim by claim: try claims.

    A reachable property is shown with a run that gets there if -p names it.

    Exits with 0 if every verdict is as its scenario expects, 1 if one is not, 2 for an error,
    3 if a limit kept one from being decided.
    """
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit {time_limit}: expected a number of seconds")
    chosen_engine = _engine(Engine(engine, threads, workdir, resume))
    options = Options(
        scenarios, properties, capacity, settings, chosen_engine, max_states, time_limit, traces
    )
    paths = files(documents or ("rfc9293",))
    claims = {path: load_statements(path) for path in paths if holds_claims(path)}
    loaded = [(path, load(path)) for path in paths if path not in claims]
    require_no_choice(options, claims)
    require_known(options, loaded)
    chosen = {path: (protocol, chosen_of(protocol, options)) for path, protocol in loaded}
    _require_writable(output, traces)
    out = _Output(format, output)
    to_do = [
        job
        for path in paths
        for job in (claim_jobs(claims[path], options) if path in claims else _jobs(*chosen[path], options))
    ]
    codes: list[int] = []
    names: list[str] = []
    with begin(to_do, chosen_engine) as turns:
        checking = _Checking(options, out, turns)
        for path in paths:
            if turns.is_over:
                break
            if path in claims:
                codes.append(checking.claims(path, claims[path]))
                names.append(claims[path].name)
            elif chosen[path][1] or not options.scenarios:
                codes.append(checking.document(path, *chosen[path]))
                names.append(chosen[path][0].name)
    if len(codes) > 1:
        out.text([Text(), *_documents_together(names, codes)])
    out.close(single=len(paths) == 1 and (not documents or not Path(documents[0]).is_dir()))
    return next(code for code in (ERROR, NOT_AS_EXPECTED, LIMIT, AS_EXPECTED) if code in codes)


def _engine(engine: Engine) -> Engine:
    """``engine``, if it can do what is asked of it."""
    if engine.name == "native" and not is_installed():
        raise click.UsageError("--engine native: it needs numba; `pip install numba`, or leave it to auto")
    if engine.name == "reference" and engine.workdir is not None:
        raise click.UsageError("--workdir: the reference engine keeps everything in memory")
    if engine.resume and engine.workdir is None:
        raise click.UsageError("--resume: expected the --workdir that the check was begun with")
    return engine


def _documents_together(names: Sequence[str], codes: Sequence[int]) -> Iterator[Text]:
    """Which of several documents to look at; the rest may be pages above."""
    words = {ERROR: "in error", NOT_AS_EXPECTED: "NOT as expected", LIMIT: "not decided"}
    parts = [
        f"{what}: {', '.join(name for name, code in zip(names, codes, strict=True) if code == wrong)}"
        for wrong, what in words.items()
        if wrong in codes
    ]
    style = "bold green" if not parts else "bold yellow" if set(codes) <= {AS_EXPECTED, LIMIT} else "bold red"
    text = f"{len(codes)} documents; {'; '.join(parts) or 'all as expected'}"
    yield from paragraph(text, style, hanging="  ")


def _require_writable(output: Path | None, traces: Path | None) -> None:
    """Before the exploration, which may take long."""
    if output is not None:
        require_writable(output)
    if traces is not None:
        traces.mkdir(parents=True, exist_ok=True)
        require_writable(traces, inside=True)


class _Output:
    """Collects what is to be written: text as it comes, JSON as a whole."""

    def __init__(self, format: str, path: Path | None) -> None:
        self.format = format
        self.path = path
        self.lines: list[Text] = []
        self.values: list[dict[str, Any]] = []
        self.console = console()

    def text(self, lines: Sequence[Text]) -> None:
        if self.format != "text":
            return
        if self.path is not None:
            self.lines.extend(lines)
            return
        for line in lines:
            line.rstrip()
            self.console.print(line)

    def close(self, single: bool) -> None:
        text = plain(iter(self.lines))
        if self.format == "json":
            value: Any = self.values[0] if single else self.values
            text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        if self.path is not None:
            write_atomically(self.path, text)
        elif self.format == "json":
            click.echo(text, nl=False)


def _jobs(protocol: Protocol, chosen: Sequence[Scenario], options: Options) -> Iterator[Job]:
    for number, scenario in enumerate(chosen, 1):
        label = f"{protocol.name}: {scenario.name} ({number} of {len(chosen)})"
        work = partial(_checked, protocol, scenario, options.properties or None)
        yield Job(scenario.name, label, work, protocol, options.max_states, options.time_limit)


def _checked(
    protocol: Protocol, scenario: Scenario, properties: Sequence[str] | None, engine: Engine, limits: Limits
) -> ScenarioResult:
    return check_scenario(protocol, scenario, limits, properties, engine)


@dataclass
class _Checking:
    """Tells of one document after the other, as far as they are checked."""

    options: Options
    out: _Output
    turns: Turns

    def document(self, path: Path, protocol: Protocol, chosen: Sequence[Scenario]) -> int:
        """Tells what the chosen scenarios of a document came to; the exit code for it."""
        self._head(path, protocol.name)
        results: list[ScenarioResult] = []
        broken = 0
        for scenario in chosen:
            outcome = self.turns.take()
            if outcome is None:
                break
            try:
                result: ScenarioResult = outcome.get()
            except FAILURES as error:
                # The other scenarios may be fine; what was found out must not be lost.
                complain(f"{scenario.name}: {error}")
                broken += 1
            else:
                results.append(result)
                self._tell(result)
        if self.turns.is_over:
            self.out.text([Text("interrupted: what follows was not checked", style="yellow")])
        results = with_twins(results)
        whole = len(results) == len(protocol.scenarios)
        asked = self.options.properties
        silent = never_decided(protocol, results) if whole and not asked else []
        self.out.values.append(results_to_json(protocol, version_of(path), results, silent))
        again = self.options.again(called(path))
        self.out.text(list(document_report(protocol, results, silent, again, broken, asked)))
        return ERROR if broken else _code(results, silent, self.turns.is_over)

    def claims(self, path: Path, document: Statements) -> int:
        """Decides the claims of a document; the exit code for it."""
        self._head(path, document.name)
        check = ClaimCheck(document)
        results = check.run(self.turns)
        for result in results:
            self.out.text(list(statement_report(result)))
        report = statements_report(document.name, results, check.scenarios, check.broken, check.seconds)
        self.out.text(list(report))
        self.out.values.append(statements_to_json(document.name, version_of_all(path, document), results))
        if self.options.traces is not None:
            for protocol, scenario, (_, _, name, _), found, run in check.runs():
                property = name if name in protocol.properties else ""
                model = Model(protocol, scenario)
                save_trace(self.options.traces, model, run, name, property, found.end)
        return check.code(results)

    def _head(self, path: Path, name: str) -> None:
        place = path if called(path) == str(path) else "bundled"
        self.out.text([*paragraph(f"{name} ({place})", "bold underline", hanging="  "), Text()])

    def _tell(self, result: ScenarioResult) -> None:
        self.out.text(list(scenario_report(result, self.options.properties)))
        if self.options.traces is not None:
            save_traces(self.options.traces, result)


def _code(results: Sequence[ScenarioResult], complaints: Sequence[str], interrupted: bool) -> int:
    """A decided verdict that is not as expected outweighs one that a limit left open."""
    judged = [judged for result in results for judged in result.judged if not judged.as_expected]
    if complaints or any(j.verdict.outcome != "unknown" for j in judged):
        return NOT_AS_EXPECTED
    return LIMIT if judged or interrupted else AS_EXPECTED
