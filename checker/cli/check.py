"""``lastack check``: explores scenarios, decides properties, shows counterexamples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import click
from rich.text import Text

from checker.cli import AS_EXPECTED, ERROR, LIMIT, NOT_AS_EXPECTED, cache
from checker.cli.cache import KeptVerdicts
from checker.cli.checking import Checking
from checker.cli.choice import Options, chosen_of, require_known, require_no_choice
from checker.cli.claims import claim_jobs
from checker.cli.documents import documents as files
from checker.cli.jobs import Job, begin
from checker.cli.messages import complain
from checker.cli.output import WRITERS, Outputs
from checker.cli.terminal import require_writable
from checker.document.library import holds_claims, load
from checker.document.meaning import Meaning
from checker.document.problems import DocumentError, Problem
from checker.document.protocol import Protocol, Scenario
from checker.document.scenarios import MAX_CAPACITY
from checker.document.statements import Statements, load_statements
from checker.explore.engines import ENGINES, Engine, is_installed
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.show.paragraph import paragraph
from checker.verify.kept import KeptScenario, keep, known_verdicts, result_of
from checker.verify.results import Judged, ScenarioResult, check_scenario


@click.command("check", context_settings={"max_content_width": 80})
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--scenario", "-s", "scenarios", multiple=True, metavar="S", help="Only this scenario.")
@click.option("--property", "-p", "properties", multiple=True, metavar="P", help="Only this property.")
@click.option("--capacity", type=click.IntRange(1, MAX_CAPACITY), help="Segments in flight each way.")
@click.option("--set", "settings", multiple=True, metavar="SWITCH=VALUE", help="Set a switch.")
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), metavar="N", help="Use N processors, up to 64.")
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
@click.option("--format", type=click.Choice(list(WRITERS)), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
@click.option("--also", multiple=True, metavar="FORMAT=FILE", help="Write another format there.")
@cache.option
@click.option("--only-documents", is_flag=True, help="Leave out files that are no documents.")
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
    also: tuple[str, ...],
    no_cache: bool,
    only_documents: bool,
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
    out = Outputs(format, output, also)
    paths = files(documents or ("rfc9293",), only_documents)
    try:
        claims, loaded = _loaded(paths)
    except DocumentError as error:
        out.fail(error.problems, ERROR)
        raise
    require_no_choice(options, claims)
    require_known(options, loaded)
    chosen = {path: (protocol, chosen_of(protocol, options)) for path, protocol in loaded}
    _require_folder(traces)
    # With a folder for states somebody wants them there, not what they came to.
    kept = cache.open_cache(no_cache or workdir is not None)
    to_do: list[Job] = []
    for path in paths:
        if path in claims:
            to_do += claim_jobs(claims[path], options, kept)
        else:
            to_do += _jobs(*chosen[path], options, kept)
    with begin(to_do, chosen_engine) as turns:
        checking = Checking(options, out, turns)
        for path in paths:
            if path in claims:
                checking.claims(path, claims[path])
            elif chosen[path][1] or not options.scenarios:
                checking.document(path, *chosen[path])
    codes = checking.codes
    if len(codes) > 1:
        out.text([Text(), *_documents_together(checking.names, codes)])
    code = next((code for code in (ERROR, NOT_AS_EXPECTED, LIMIT) if code in codes), AS_EXPECTED)
    out.close(len(paths) == 1 and (not documents or not Path(documents[0]).is_dir()), code)
    return code


def _loaded(paths: Sequence[Path]) -> tuple[dict[Path, Statements], list[tuple[Path, Protocol]]]:
    """(documents of claims, protocols). Raises ``DocumentError`` with what is wrong with any."""
    claims: dict[Path, Statements] = {}
    protocols: list[tuple[Path, Protocol]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            if holds_claims(path):
                claims[path] = load_statements(path)
            else:
                protocols.append((path, load(path)))
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    return claims, protocols


def _engine(engine: Engine) -> Engine:
    """``engine``, if it can do what is asked of it."""
    if engine.name == "native" and not is_installed():
        raise click.UsageError("--engine native: it needs numba; `pip install numba`, or leave it to auto")
    if engine.name == "reference" and engine.workdir is not None:
        raise click.UsageError("--workdir: the reference engine keeps everything in memory")
    if engine.resume and engine.workdir is None:
        raise click.UsageError("--resume: expected the --workdir that the check was begun with")
    if engine.resume and not engine.can_resume():
        complain(f"--resume: {engine.workdir} has nothing to go on with; this begins anew")
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


def _require_folder(traces: Path | None) -> None:
    """Before the exploration, which may take long."""
    if traces is not None:
        traces.mkdir(parents=True, exist_ok=True)
        require_writable(traces, inside=True)


def _jobs(
    protocol: Protocol, chosen: Sequence[Scenario], options: Options, kept: cache.Cache
) -> Iterator[Job]:
    verdicts = KeptVerdicts(kept, Meaning(protocol))
    asked = options.properties or None
    for number, scenario in enumerate(chosen, 1):
        label = f"{protocol.name}: {scenario.name} ({number} of {len(chosen)})"
        model = Model(protocol, scenario)
        before = verdicts.scenario(scenario, options.engine.name, options.max_states)
        known = {} if before is None else known_verdicts(verdicts.meaning, model, before, asked)
        found = None if before is None else result_of(model, before, known, asked)
        work = partial(_checked, verdicts, before, known, scenario, asked)
        yield Job(scenario.name, label, work, protocol, options.max_states, options.time_limit, found)


def _checked(
    verdicts: KeptVerdicts,
    before: KeptScenario | None,
    known: Mapping[str, Judged],
    scenario: Scenario,
    properties: Sequence[str] | None,
    engine: Engine,
    limits: Limits,
) -> ScenarioResult:
    result = check_scenario(verdicts.meaning.protocol, scenario, limits, properties, engine, known)
    verdicts.keep(scenario, keep(verdicts.meaning, result, before))
    return result
