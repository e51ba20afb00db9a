"""Where the results of a check go: a writer for each format, which takes documents as they are
checked and then writes a file, or prints."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from checker.cli.terminal import console, plain, require_writable, write_atomically
from checker.document.problems import Problem
from checker.exchange import github, junit, sarif
from checker.exchange.checked import CheckedClaims, CheckedDocument, Tally
from checker.exchange.findings import (
    Finding,
    Subject,
    findings_of_claims,
    findings_of_document,
    findings_of_problems,
    subject_of,
    subject_of_claim,
)
from checker.exchange.results import results_to_json
from checker.exchange.statements import statements_to_json
from checker.show.counterexample import counterexample
from checker.show.paragraph import paragraph
from checker.show.report import remark_on
from checker.show.statements import statement_report
from checker.verify.results import Judged, ScenarioResult
from checker.verify.statements import StatementResult


class Writer:
    """Writes the results of a check to a file or, without one, to standard output."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def lines(self, lines: Sequence[Text]) -> None:
        """Takes what people read as it comes; programs have no use for it."""

    def document(self, checked: CheckedDocument) -> None:
        """Takes the results for a protocol."""

    def claims(self, checked: CheckedClaims) -> None:
        """Takes the results for a document of claims."""

    def left(self, checked: CheckedDocument | CheckedClaims) -> None:
        """Takes a document whose turn never came, which is no result."""

    def problems(self, problems: Sequence[Problem]) -> bool:
        """Takes what is wrong with documents, so that nothing was checked; whether the format
        has words for that."""
        return False

    def close(self, single: bool, code: int) -> None:
        """Writes it all; ``single`` is for one document that was named as such."""
        text = self.written(single, code)
        if self.path is not None:
            write_atomically(self.path, text)
        else:
            click.echo(text, nl=False)

    def written(self, single: bool, code: int) -> str:
        """The text as a whole."""
        raise NotImplementedError


class TextWriter(Writer):
    """What people read: printed as it comes, or kept for a file."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.kept: list[Text] = []
        self.console = console()

    def lines(self, lines: Sequence[Text]) -> None:
        if self.path is not None:
            self.kept.extend(lines)
            return
        for line in lines:
            line.rstrip()
            self.console.print(line)

    def written(self, single: bool, code: int) -> str:
        return plain(iter(self.kept))


class JsonWriter(Writer):
    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.values: list[dict[str, Any]] = []

    def document(self, checked: CheckedDocument) -> None:
        found = results_to_json(checked.protocol, checked.version, checked.results, checked.complaints)
        self.values.append(found)

    def claims(self, checked: CheckedClaims) -> None:
        self.values.append(statements_to_json(checked.name, checked.version, checked.results))

    def written(self, single: bool, code: int) -> str:
        value: Any = self.values[0] if single else self.values
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


class _CaseWriter(Writer):
    """A format in which what is not there would pass: it names what was not checked."""

    def left(self, checked: CheckedDocument | CheckedClaims) -> None:
        if isinstance(checked, CheckedDocument):
            self.document(checked)
        else:
            self.claims(checked)


class JunitWriter(_CaseWriter):
    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.suites: list[ET.Element] = []

    def document(self, checked: CheckedDocument) -> None:
        self.suites += junit.suites_of_document(checked, _told)

    def claims(self, checked: CheckedClaims) -> None:
        self.suites += junit.suites_of_claims(checked, _told_of_claim)

    def problems(self, problems: Sequence[Problem]) -> bool:
        self.suites += junit.suites_of_problems(problems)
        return True

    def written(self, single: bool, code: int) -> str:
        return junit.junit(self.suites)


class _FindingWriter(_CaseWriter):
    """A format that tells only what is wrong, and counts the rest."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.tally = Tally()
        self.root = _top_of_checkout()

    def finding(self, finding: Finding) -> None:
        raise NotImplementedError

    def _take(self, findings: Sequence[Finding], scenarios: int, verdicts: int) -> None:
        self.tally.documents += 1
        self.tally.scenarios += scenarios
        self.tally.verdicts += verdicts
        for finding in findings:
            self.tally.wrong[finding.weight] += 1
            self.finding(finding)

    def document(self, checked: CheckedDocument) -> None:
        verdicts = sum(len(result.judged) for result in checked.results)
        self._take(list(findings_of_document(checked)), len(checked.results), verdicts)

    def claims(self, checked: CheckedClaims) -> None:
        self._take(list(findings_of_claims(checked)), checked.scenarios, len(checked.results))

    def problems(self, problems: Sequence[Problem]) -> bool:
        self._take(list(findings_of_problems(problems)), 0, 0)
        self.tally.documents = len({problem.position.file for problem in problems})
        return True


class GithubWriter(_FindingWriter):
    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.findings: list[Finding] = []

    def finding(self, finding: Finding) -> None:
        self.findings.append(finding)

    def written(self, single: bool, code: int) -> str:
        return github.github(self.findings, self.tally, self.root)


class SarifWriter(_FindingWriter):
    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.subjects: dict[str, Subject] = {}
        self.results: list[dict[str, Any]] = []
        self.versions: dict[str, str] = {}

    def finding(self, finding: Finding) -> None:
        self.subjects.setdefault(finding.subject.id, finding.subject)
        self.results.append(sarif.result(finding, self.root))

    def document(self, checked: CheckedDocument) -> None:
        self.versions[checked.protocol.name] = checked.version
        for subject in map(subject_of, checked.protocol.properties.values()):
            self.subjects.setdefault(subject.id, subject)
        super().document(checked)

    def claims(self, checked: CheckedClaims) -> None:
        self.versions[checked.name] = checked.version
        for result in checked.results:
            subject = subject_of_claim(checked.name, result)
            self.subjects.setdefault(subject.id, subject)
        super().claims(checked)

    def written(self, single: bool, code: int) -> str:
        return sarif.sarif(self.subjects, self.results, self.versions, self.tally, code)


WRITERS: dict[str, type[Writer]] = {
    "text": TextWriter,
    "json": JsonWriter,
    "junit": JunitWriter,
    "sarif": SarifWriter,
    "github": GithubWriter,
}
"""The formats of ``--format``."""


class Outputs:
    """All that a check writes: ``--format``, and each ``--also FORMAT=FILE``."""

    def __init__(self, format: str, path: Path | None, also: Sequence[str]) -> None:
        others = [_file(each) for each in also]
        for file in [path, *(file for _, file in others)]:
            if file is not None:
                require_writable(file)
        self.writers = [WRITERS[format](path), *(WRITERS[other](file) for other, file in others)]

    def text(self, lines: Iterable[Text]) -> None:
        lines = list(lines)
        for writer in self.writers:
            writer.lines(lines)

    def document(self, checked: CheckedDocument) -> None:
        for writer in self.writers:
            writer.document(checked)

    def claims(self, checked: CheckedClaims) -> None:
        for writer in self.writers:
            writer.claims(checked)

    def left(self, checked: CheckedDocument | CheckedClaims) -> None:
        for writer in self.writers:
            writer.left(checked)

    def close(self, single: bool, code: int) -> None:
        for writer in self.writers:
            writer.close(single, code)

    def fail(self, problems: Sequence[Problem], code: int) -> None:
        """Writes what is wrong with documents, in the formats that have words for that."""
        for writer in self.writers:
            if writer.problems(problems):
                writer.close(False, code)


def _file(also: str) -> tuple[str, Path]:
    format, _, file = also.partition("=")
    if format not in WRITERS or not file:
        raise click.UsageError(f"--also {also}: expected FORMAT=FILE with one of {', '.join(WRITERS)}")
    return format, Path(file)


def _told(result: ScenarioResult, judged: Judged) -> str:
    """What people read of a verdict, with the ladder of a run that nobody expected."""
    drawn = not judged.as_expected and judged.verdict.trace is not None
    lines = list(paragraph(remark_on(judged, drawn)))
    if drawn:
        lines += [Text(), *counterexample(result.model, judged)]
    return plain(iter(lines))


def _told_of_claim(result: StatementResult) -> str:
    return plain(statement_report(result))


def _top_of_checkout() -> Path:
    """The folder that other programs name files from: the nearest one above that is a checkout of
    git, or else the current one."""
    here = Path(os.path.realpath(os.curdir))
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
