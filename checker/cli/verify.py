"""``lastack verify``: whether a saved proof proves what it claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from checker.cli import AS_EXPECTED, NOT_AS_EXPECTED
from checker.cli.documents import called, documents
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
def command(proof: Path, document: str | None) -> int:
    """Check a PROOF that `prove -o` saved, without what made it.

    DOC is the document that it is about; by default the one of the name that PROOF gives, beside
    PROOF or among the bundled ones. Says which properties are proved.

    Exits with 0 if the whole proof is accepted, with 1 if it is refused, with 2 for an error.
    """
    try:
        data = read_json(proof)
        path = document_of(data, proof) if document is None else _only(document)
        return _verify(data, path)
    except FormatError as error:
        raise FormatError(f"{proof}: {error}") from None


def _only(document: str) -> Path:
    paths = documents([document])
    if len(paths) > 1:
        raise click.UsageError(f"{document}: a proof is about one document, not about a folder of them")
    return paths[0]


def _verify(data: Any, path: Path) -> int:
    try:
        certificates = list(read_proofs(data, path, load(path)))
    except Refused as refused:
        return _refuse(str(refused))
    if not any(certificate.claims for certificate in certificates):
        return _refuse("it claims nothing")
    codes = [_audit(certificate) for certificate in certificates]
    if any(codes):
        return NOT_AS_EXPECTED
    claims = sum(len(certificate.claims) for certificate in certificates)
    scenarios = len({certificate.scenario.name for certificate in certificates})
    of_what = f"{claims} claims of {counted(scenarios, 'scenario')}"
    _print(f"accepted: {of_what} of {called(path)}", "bold green")
    return AS_EXPECTED


def _audit(certificate: Certificate) -> int:
    """Checks one certificate and says what it proves; the exit code for it."""
    name = certificate.scenario.name
    progress = ProgressLine(name)
    progress.say(name)
    try:
        notes = audit(certificate)
    except Refused as refused:
        progress.clear()
        return _refuse(f"{name}: {refused}")
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
