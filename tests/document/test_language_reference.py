"""The language reference: its examples run, and it leaves no table, column or word out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from checker.document.build import PROPERTY_KINDS
from checker.document.cells import RESERVED
from checker.document.declarations import EVENT_KINDS, LIVES
from checker.document.figures import load_figure
from checker.document.headers import SCHEMAS
from checker.document.library import load
from checker.document.problems import DocumentError
from checker.document.protocol import Expectation, Protocol
from checker.document.scenarios import OUTCOMES
from checker.document.statements import VERDICTS, load_statements
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits
from checker.explore.reference import explore
from checker.model.tables import Model
from checker.timing.statements import Finder, answers
from checker.verify.decide import decide
from checker.verify.figure import compare
from checker.verify.machine import firings_of, machine
from checker.verify.statements import conclude, jobs_of

REFERENCE = Path(__file__).parents[2] / "docs" / "language.md"
TEXT = REFERENCE.read_text(encoding="utf-8")

FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

NOT_FAILED = ("holds", "vacuous", "not applicable")


@dataclass(frozen=True)
class Example:
    """A fenced example: its info string's words, its text, and the ``text`` fence after it.

    ``lastack NAME`` is a whole document; ``into=NAME`` a change of that one, without the
    ``extends`` table; ``wrong`` one that is not read, followed by what is said of it;
    ``claims`` one of claims, ``figure`` a figure.
    """

    line: int
    words: tuple[str, ...]
    text: str
    after: str

    @property
    def name(self) -> str:
        return next((word for word in self.words if "=" not in word and word != "wrong"), "change")

    @property
    def base(self) -> str:
        return next((word[5:] for word in self.words if word.startswith("into=")), "")

    @property
    def is_wrong(self) -> bool:
        return "wrong" in self.words

    @property
    def document(self) -> str:
        """The text with the ``extends`` table at its end, so that lines count as shown."""
        extends = f"\n| extends | because |\n|---|---|\n| {self.base} | |\n" if self.base else ""
        return self.text + extends


def _examples() -> list[Example]:
    fences = list(FENCE.finditer(TEXT))
    return [
        Example(
            TEXT.count("\n", 0, fence.start()) + 1,
            tuple(fence.group(2).split()),
            fence.group(3),
            after.group(3) if after is not None and after.group(1) == "text" else "",
        )
        for fence, after in zip(fences, [*fences[1:], None], strict=True)
        if fence.group(1) == "lastack"
    ]


EXAMPLES = _examples()
CLAIMS = [example for example in EXAMPLES if "claims" in example.words]
FIGURES = [example for example in EXAMPLES if "figure" in example.words]
RIGHT = [example for example in EXAMPLES if not (example.is_wrong or example in (*CLAIMS, *FIGURES))]
WRONG = [example for example in EXAMPLES if example.is_wrong]


def _line(example: Example) -> str:
    return f"line {example.line}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The named examples as files, where others find what they extend."""
    folder = tmp_path_factory.mktemp("reference")
    for example in EXAMPLES:
        if example.name != "change":
            (folder / f"{example.name}.md").write_text(example.document, encoding="utf-8")
    return folder


def _load(example: Example, folder: Path) -> Protocol:
    path = folder / f"{example.name}.md"
    path.write_text(example.document, encoding="utf-8")
    return load(path)


def _check_expectations(protocol: Protocol) -> None:
    graphs = {name: explore(Model(protocol, scenario)) for name, scenario in protocol.scenarios.items()}

    @cache
    def outcome(scenario: str, property: str) -> str:
        return decide(graphs[scenario], protocol.properties[property]).outcome

    for name, scenario in protocol.scenarios.items():
        expected = {expectation.property: expectation for expectation in scenario.expect}
        for property in protocol.properties:
            if property in expected:
                assert (property, outcome(name, property)) == (property, expected[property].outcome), name
                _check_explanation(graphs[name], expected[property])
                if expected[property].twin:
                    assert outcome(expected[property].twin, property) == expected[property].twin_outcome
            else:
                assert outcome(name, property) in NOT_FAILED, (name, property)


def _check_explanation(graph: StateGraph, expectation: Expectation) -> None:
    """The row that is blamed fires in the counterexample."""
    if expectation.blame:
        verdict = decide(graph, graph.system.model.protocol.properties[expectation.property])
        assert verdict.trace is not None
        assert expectation.blame in {rule for step in verdict.trace.steps for rule in step.rules}


@pytest.mark.parametrize("example", RIGHT, ids=_line)
def test_example_comes_out_as_it_expects(example: Example, folder: Path) -> None:
    protocol = _load(example, folder)
    assert protocol.scenarios
    _check_expectations(protocol)


@pytest.mark.parametrize("example", CLAIMS, ids=_line)
def test_claims_come_to_the_verdicts_that_they_expect(example: Example, folder: Path) -> None:
    document = load_statements(folder / f"{example.name}.md")
    found = {key: a for job in jobs_of(document.statements) for key, a in answers(job, Finder(Limits()))}
    results = [conclude(statement, found) for statement in document.statements]
    assert [(r.statement.name, r.verdict) for r in results] == [
        (s.name, s.expect) for s in document.statements
    ]
    assert {result.verdict for result in results} == set(VERDICTS)


@pytest.mark.parametrize("example", FIGURES, ids=_line)
def test_arrows_of_a_figure_are_found_as_it_is_said(example: Example, folder: Path) -> None:
    figure = load_figure(folder / f"{example.name}.md")
    protocol = load(folder / "ping.md")
    graphs = [explore(Model(protocol, scenario)) for scenario in protocol.scenarios.values()]
    found = machine(protocol, [(firings_of(graph), graph.complete) for graph in graphs])
    comparison = compare(found, figure)
    assert figure.is_of(protocol)
    assert {shown.name for shown in comparison.drawn.values()} == {"1", "2"}
    assert [shown.name for shown in comparison.lacking] == ["3"]


@pytest.mark.parametrize("example", WRONG, ids=_line)
def test_wrong_example_is_answered_as_shown(example: Example, folder: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        _load(example, folder)
    said = [str(problem).replace(f"{folder}/", "") for problem in raised.value.problems]
    assert said == example.after.splitlines()


def test_there_are_examples_of_both_sorts() -> None:
    assert len(RIGHT) >= 12
    assert WRONG
    assert CLAIMS
    assert FIGURES


def test_every_fence_is_an_example_or_an_answer_to_one() -> None:
    languages = [fence.group(1) for fence in FENCE.finditer(TEXT)]
    assert set(languages) == {"lastack", "text"}
    assert languages.count("text") == len(WRONG)
    assert TEXT.count("\n```") == 2 * len(languages)


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_table_stands_in_the_overview(kind: str) -> None:
    required, optional = (
        ", ".join(f"`{column}`" for column in columns)
        for columns in (SCHEMAS[kind].required, SCHEMAS[kind].optional)
    )
    assert f"| {kind} | {required} | {optional} |".replace("|  |", "| |") in TEXT


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_table_is_shown_in_an_example(kind: str) -> None:
    """Every required column, and of the optional ones those that mean something."""
    headers = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for example in EXAMPLES
        for line in example.document.splitlines()
        if line.startswith(f"| {SCHEMAS[kind].required[0]} |")
    ]
    shown = {column for header in headers for column in header}
    assert shown >= set(SCHEMAS[kind].required)
    assert shown >= {"opened", "assume", "set", "under"} & set(SCHEMAS[kind].optional)


WORDS = [
    *RESERVED,
    *LIVES,
    *EVENT_KINDS,
    *PROPERTY_KINDS,
    *OUTCOMES,
    *VERDICTS,
    "STATE",
    "event",
    "delete TCB",
]


@pytest.mark.parametrize("word", [*WORDS, "stop", "refuse", "queue", "bag", "lose", "duplicate", "capacity"])
def test_every_word_of_the_language_is_mentioned(word: str) -> None:
    assert re.search(rf"`{re.escape(word)}\b", TEXT)


def test_reserved_words_are_listed_in_full() -> None:
    listed = re.search(r"^The reserved words are\n\n((?:> .*\n)+)", TEXT, re.MULTILINE)
    assert listed is not None
    assert re.findall(r"`([^`]+)`", listed.group(1)) == list(RESERVED)


def test_lines_of_prose_are_short() -> None:
    lines = re.sub(r"^```text.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL).splitlines()
    assert [line for line in lines if len(line) > 92 and not line.startswith("|")] == []


def test_links_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", TEXT), re.MULTILINE)
    anchors = {re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
