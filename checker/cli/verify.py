"""``lastack verify``: whether a saved proof proves what it claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from checker.cli import AS_EXPECTED, LIMIT, NOT_AS_EXPECTED
from checker.cli.documents import called, documents
from checker.cli.interruption import watch_for_interruption
from checker.cli.terminal import ProgressLine, console
from checker.document.library import load
from checker.exchange.proofs import document_of, read_proofs
from checker.exchange.values import FormatError, read_json
from checker.model.tables import Model
from checker.prove.audit import audit
from checker.prove.certificate import Certificate, Refused
from checker.show.paragraph import counted, paragraph
from checker.verify.verdict import scope_without_bounds


@click.command("verify")
@click.argument("proof", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("document", metavar="[DOC]", required=False)
@click.option("--z3", "by_solver", is_flag=True, help="Check it by the solver z3 instead.")
@click.option(
    "--smt-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="With --z3: save each question there, in SMT-LIB 2.",
)
def command(proof: Path, document: str | None, by_solver: bool, smt_dir: Path | None) -> int:
    """Check a PROOF that `prove -o` saved, without what made it.

    DOC is the document that it is about; by default the one of the name that PROOF gives, beside
    PROOF or among the bundled ones. Says which properties are proved.

    With --z3 what is checked is asked of the solver, as formulas made of the document's
    expressions: a second road to the same answer, and a slower one.

    Exits with 0 if the whole proof is accepted, with 1 if it is refused, with 2 for an error, with
    3 if the solver gave up.
    """
    if smt_dir is not None and not by_solver:
        raise click.UsageError("--smt-dir saves what --z3 asks; give both")
    watch_for_interruption()
    check: Check = _BySolver(smt_dir) if by_solver else audit
    try:
        data = read_json(proof)
        path = document_of(data, proof) if document is None else _only(document)
        return _verify(data, path, check)
    except FormatError as error:
        raise FormatError(f"{proof}: {error}") from None


def _only(document: str) -> Path:
    paths = documents([document])
    if len(paths) > 1:
        raise click.UsageError(f"{document}: a proof is about one document, not about a folder of them")
    return paths[0]


Check = Callable[[Certificate], Sequence[str]]
"""Raises ``Refused`` or ``Undecided`` for a certificate; else says what bounds its claims."""


class Undecided(Exception):
    """The solver gave up; the message says on what."""


class _BySolver:
    """Checks one certificate after the other by z3; each has a folder of its own in ``smt_dir``."""

    def __init__(self, smt_dir: Path | None) -> None:
        self._smt_dir = smt_dir
        self._asked = 0

    def __call__(self, certificate: Certificate) -> list[str]:
        from checker.prove.solver.obligation import file_name, write_all
        from checker.prove.solver.recheck import recheck
        from checker.prove.solver.terms import EncodeError

        self._asked += 1
        answers = []
        try:
            for answer in recheck(certificate):
                answers.append(answer)
                if answer.refusal:
                    raise Refused(answer.refusal)
        except EncodeError as error:
            raise Undecided(f"the solver cannot be asked: {error}") from None
        finally:
            if self._smt_dir is not None:
                folder = self._smt_dir / f"{self._asked}-{file_name(certificate.scenario.name)}"
                write_all((answer.result for answer in answers), folder)
        unknown = [answer.result for answer in answers if answer.result.status != "proved"]
        if unknown:
            raise Undecided(f"{unknown[0].obligation.name}: {unknown[0].reason}")
        return [f"{counted(len(answers), 'question')} answered by z3"]


def _verify(data: Any, path: Path, check: Check) -> int:
    try:
        certificates = list(read_proofs(data, path, load(path)))
    except Refused as refused:
        return _refuse(str(refused))
    if not any(certificate.claims for certificate in certificates):
        return _refuse("it claims nothing")
    codes = [_audit(certificate, check) for certificate in certificates]
    for code in (NOT_AS_EXPECTED, LIMIT):
        if code in codes:
            return code
    claims = sum(len(certificate.claims) for certificate in certificates)
    scenarios = len({certificate.scenario.name for certificate in certificates})
    of_what = f"{claims} claims of {counted(scenarios, 'scenario')}"
    _print(f"accepted: {of_what} of {called(path)}", "bold green")
    return AS_EXPECTED


def _audit(certificate: Certificate, check: Check) -> int:
    """Checks one certificate and says what it proves; the exit code for it."""
    name = certificate.scenario.name
    progress = ProgressLine(name)
    progress.say(name)
    try:
        notes = check(certificate)
    except Refused as refused:
        progress.clear()
        return _refuse(f"{name}: {refused}")
    except Undecided as undecided:
        progress.clear()
        _print(f"unknown: {name}: {undecided}", "bold yellow")
        return LIMIT
    progress.clear()
    _print(name, "bold")
    _print(counted(len(certificate.views), "view"), "dim", "  ")
    scope = scope_without_bounds(Model(certificate.protocol, certificate.scenario))
    _print("; ".join([scope, *notes]), "dim", "  ")
    for claim in certificate.claims:
        _print(f"proved  {claim.name}", "", "  ")
    console().print()
    return AS_EXPECTED


def _refuse(reason: str) -> int:
    _print(f"refused: {reason}", "bold red")
    return NOT_AS_EXPECTED


def _print(text: str, style: str, indent: str = "") -> None:
    for line in paragraph(text, style, indent, hanging="  "):
        console().print(line)
