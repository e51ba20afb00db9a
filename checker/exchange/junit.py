"""The results of a check as JUnit XML, as Jenkins reads it: a suite for each scenario, a case
for each property; docs/ci.md describes it.

A case passes only where its verdict was decided and is what was expected.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from checker.document.problems import Problem
from checker.exchange.checked import CheckedClaims, CheckedDocument, Unchecked
from checker.exchange.findings import Finding, findings_of_document, findings_of_problems
from checker.verify.results import Judged, ScenarioResult
from checker.verify.statements import StatementResult

Ending = Literal["", "failure", "error", "skipped"]
"""How a case ends; "" is that it passes."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(suites: Sequence[ET.Element]) -> str:
    """The file that consists of ``suites``."""
    sums = {what: str(sum(int(suite.get(what, "0")) for suite in suites)) for what in _COUNTED}
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    root = ET.Element("testsuites", {"name": "lastack", **sums, "time": f"{seconds:.3f}"})
    root.extend(suites)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def suites_of_document(
    checked: CheckedDocument, told: Callable[[ScenarioResult, Judged], str]
) -> Iterator[ET.Element]:
    """A suite for each scenario, and one for properties of which none says anything; ``told`` is
    what people read of a verdict."""
    name = checked.protocol.name
    for result in checked.results:
        suite = _suite(name, result.scenario.name, result.seconds)
        _properties(suite, _facts(checked, result))
        for judged in result.judged:
            _verdict(suite, judged, told(result, judged))
        yield _counted(suite)
    yield from _unchecked(name, checked.unchecked)
    silent = [finding for finding in findings_of_document(checked) if not finding.scenario]
    if silent:
        yield _findings(_suite(name, "", 0), silent)


def suites_of_claims(checked: CheckedClaims, told: Callable[[StatementResult], str]) -> Iterator[ET.Element]:
    """One suite, with a case for each claim; ``told`` is what people read of one."""
    suite = _suite(checked.name, "", 0)
    _properties(suite, {"version": checked.version})
    for result in checked.results:
        ending: Ending = "skipped" if result.verdict == "undecided" else ""
        if not result.as_expected:
            ending = "error" if result.limited else "failure"
        what = f"{result.verdict}; {result.complaint or 'as expected'}"
        _case(suite, result.statement.name, ending, result.verdict, what, told(result))
    yield _counted(suite)
    yield from _unchecked(checked.name, checked.unchecked)


def suites_of_problems(problems: Sequence[Problem]) -> Iterator[ET.Element]:
    """A suite for each document that could not be read, with what is wrong with it."""
    for file in dict.fromkeys(problem.position.file for problem in problems):
        own = [problem for problem in problems if problem.position.file == file]
        yield _findings(_suite(file, "", 0), list(findings_of_problems(own)))


# Suites

_COUNTED = ("tests", "failures", "errors")


def _suite(document: str, scenario: str, seconds: float) -> ET.Element:
    name = f"{document}: {scenario}" if scenario else document
    return ET.Element("testsuite", {"name": _allowed(name), "time": f"{seconds:.3f}"})


def _counted(suite: ET.Element) -> ET.Element:
    """``suite``, once all its cases are in it."""
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for what, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(what, str(sum(case.find(tag) is not None for case in cases)))
    return suite


def _facts(checked: CheckedDocument, result: ScenarioResult) -> dict[str, str]:
    """What the verdicts of a scenario speak of."""
    facts = {
        "version": checked.version,
        "engine": result.engine,
        "states": str(result.states),
        "transitions": str(result.transitions),
        "depth": str(result.depth),
        "complete": "yes" if result.complete else f"no: {result.limit}",
    }
    facts |= {"cached": "yes"} if result.kept else {}
    return facts | ({"scope": result.judged[0].verdict.scope} if result.judged else {})


def _properties(suite: ET.Element, facts: dict[str, str]) -> None:
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", {"name": name, "value": _allowed(value)})


def _unchecked(document: str, unchecked: Sequence[Unchecked]) -> Iterator[ET.Element]:
    for each in unchecked:
        suite = _suite(document, each.scenario, 0)
        _case(suite, each.scenario, "error", each.weight, each.message, f"{each.position}: {each.message}")
        yield _counted(suite)


def _findings(suite: ET.Element, findings: Sequence[Finding]) -> ET.Element:
    """A suite of what is wrong and belongs to no scenario."""
    for finding in findings:
        ending: Ending = "failure" if finding.weight == "failure" else "error"
        place = str(finding.places[0])
        name = finding.subject.name if finding.weight == "failure" else place
        _case(suite, name, ending, finding.weight, finding.what, f"{place}: {finding.what}")
    return _counted(suite)


# Cases


def _verdict(suite: ET.Element, judged: Judged, text: str) -> None:
    verdict = judged.verdict
    ending = _ending(judged)
    what = f"{verdict.outcome}; {judged.complaint or 'as expected'}"
    if not ending and verdict.outcome != "holds":
        text = f"{verdict.outcome}; {text}".strip("; \n") + "\n"
    _case(suite, verdict.property.name, ending, verdict.outcome, what, text)


def _ending(judged: Judged) -> Ending:
    """What was not looked at is skipped, unless just that was to be found out; and what is not
    decided never passes, even where nobody expects otherwise."""
    outcome = judged.verdict.outcome
    if not judged.as_expected:
        return "error" if outcome == "unknown" else "failure"
    unasked = judged.expectation is None and outcome in ("vacuous", "not applicable")
    return "skipped" if unasked or outcome == "unknown" else ""


def _case(suite: ET.Element, name: str, ending: Ending, type: str, message: str, text: str) -> None:
    """``text`` is the output of a case that passes, and says why another one does not."""
    named = {"name": _allowed(name), "classname": suite.get("name", "")}
    case = ET.SubElement(suite, "testcase", named)
    if ending:
        said = {"type": type, "message": _allowed(message)}
        ET.SubElement(case, ending, said).text = _allowed(text)
    elif text:
        ET.SubElement(case, "system-out").text = _allowed(text)


def _allowed(text: str) -> str:
    """``text`` without the characters that XML 1.0 has no way to write."""
    return _FORBIDDEN.sub("\ufffd", text)
