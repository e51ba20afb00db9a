"""Documents of claims: what they say, and what is said of those that say it wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.library import find, holds_claims, load, locate
from checker.document.problems import DocumentError
from checker.document.protocol import Property
from checker.document.statements import Exchange, load_statements, version_of_all
from tests.document.claims_document import CLAIMS, MARK, complaints, read_claims, write_claims


def test_a_document_of_claims_is_read(tmp_path: Path) -> None:
    document = read_claims(tmp_path)
    heard, letter, answer, minute = document.statements
    assert (heard.name, heard.source, heard.words, heard.means, heard.expect) == (
        *("heard", "a song", "toc toc", "a knock is heard"),
        "under assumptions",
    )
    assert [(d.document, d.scenario.name, d.subject.name, d.said) for d in heard.decisions] == [
        ("door", "quiet", "woken", "holds"),
        ("door", "lossy", "woken", "holds"),
    ]
    assert all(isinstance(decision.subject, Property) for decision in heard.decisions)
    exchange = letter.decisions[0].subject
    assert isinstance(exchange, Exchange)
    assert [(s.end, s.values) for s in exchange.sendings] == [(0, ("hello",))]
    assert exchange.ends == (("waiting",), ("awake",))
    other = answer.decisions[0].subject
    assert isinstance(other, Exchange)
    assert [(s.end, s.values) for s in other.sendings] == [(0, ("hello",)), (1, ("bye",))]
    assert other.ends == ((), ())
    assert (minute.decisions, minute.because) == ((), "no clock")
    assert document.protocols == {"door": tmp_path / "door.md"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("woken", "holds"),
        ("woken holds", "holds"),
        ("woken violated", "violated"),
        ("a knock violated", "violated"),
    ],
)
def test_what_a_claim_says_of_a_property(tmp_path: Path, written: str, said: str) -> None:
    text = CLAIMS.replace("door: quiet: woken; door: lossy: woken", f"door: quiet: {written}")
    (decision,) = read_claims(tmp_path, text).statements[0].decisions
    assert (decision.subject.name, decision.said) == (written.removesuffix(f" {said}"), said)


def test_the_longest_name_of_a_scenario_counts(tmp_path: Path) -> None:
    """``quiet: at night`` is a scenario beside ``quiet``."""
    path = write_claims(
        tmp_path, CLAIMS.replace("door: quiet: a knock |", "door: quiet: at night: a knock |")
    )
    door = tmp_path / "door.md"
    row = "| quiet: at night | knock | none | queue | capacity 1 | |\n"
    door.write_text(door.read_text(encoding="utf-8") + row, encoding="utf-8")
    (decision,) = load_statements(path).statements[1].decisions
    assert (decision.scenario.name, decision.subject.name) == ("quiet: at night", "a knock")


WRONG = [
    (
        "door: quiet: woken;",
        "»door quiet woken;",
        "`door quiet woken` names no scenario; expected `DOCUMENT: SCENARIO",
    ),
    ("door: quiet: woken;", "»dor: quiet: woken;", "there is no document `dor` in the folder of this one"),
    ("door: quiet: woken;", "»../door: quiet: woken;", "there is no document `../door` in the folder"),
    ("door: quiet: woken;", "door: »quite: woken;", "`door` has no scenario `quite`; did you mean `quiet`?"),
    (
        "door: quiet: woken;",
        "door: quiet: »broken;",
        "`broken` is no property of `door` and no exchange; did you mean `woken`?",
    ),
    ("door: lossy: woken |", "»door: quiet: woken |", "`door: quiet: woken` is named twice"),
    (
        "| under assumptions |",
        "| »perhaps |",
        "`perhaps` is not a value of `expect`, expected `confirmed`, `refuted`",
    ),
    ("| heard | a song |", "| heard | » |", "the column `source` is empty"),
    ("| toc toc |", "| » |", "the column `words` is empty"),
    ("| a knock is heard |", "| » |", "the column `means` is empty"),
    (
        "| | undecided | no clock |",
        "| »| undecided | |",
        "nothing decides this claim: name what does, or say `because`",
    ),
    (
        "| undecided | no clock |",
        "| »confirmed | no clock |",
        "what nothing decides is `undecided`; a verdict comes from runs",
    ),
    ("| one letter |", "| »heard |", "`heard` is declared twice in the claims tables, first at line 5"),
    ("`A: <WORD=hello>` |", "»A: <WORD=hello> |", "the column `segments` takes one code span"),
    (
        "`A: <WORD=hello>` |",
        "`»C: <WORD=hello>` |",
        "`C: <WORD=hello>` is not expected here; expected `A: <…=…>` or",
    ),
    ("`A: <WORD=hello>` |", "`A: <WORD=hello>; »<WORD=bye>` |", "`<WORD=bye>` is not expected here"),
    ("`A: <WORD=hello>` |", "`»A: hello` |", "`A: hello` is not expected here"),
    (
        "`A: <WORD=hello>` |",
        "`A: <»WRD=hello>` |",
        "`WRD` is no field that is sent; did you mean `WORD`?; `door` has WORD",
    ),
    ("`A: <WORD=hello>` |", "`A: <WORD=»hallo>` |", "`hallo` is not a value of it, expected `hello`, `bye`"),
    ("`A: <WORD=hello>` |", "`A: <WORD=hello><»WORD=bye>` |", "`WORD` is given twice"),
    ("| waiting / awake |", "| »waiting |", "expected the states of both ends afterwards: `A's / B's`"),
    (
        "| waiting / awake |",
        "| »waiting / awoke |",
        "`awoke` is no state and no group of `door`; did you mean `awake`?",
    ),
    ("| a knock |", "| »a knock; |", "`a knock;` cannot be used as a name"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_what_is_wrong_is_told_where_it_is(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert CLAIMS.count(old) == 1
    spoilt = CLAIMS.replace(old, new)
    before = spoilt[: spoilt.index(MARK)]
    place = f"claims.md:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}:"
    said = complaints(tmp_path, spoilt.replace(MARK, ""))
    assert any(line.startswith(place) and message in line for line in said), said


def test_an_exchange_that_decides_nothing_is_told(tmp_path: Path) -> None:
    text = CLAIMS.replace("door: quiet: a knock and an answer |", "door: quiet: a knock |")
    assert complaints(tmp_path, text) == [
        "claims.md:13:3: a knock and an answer: no claim is decided by this exchange"
    ]


def test_an_exchange_must_not_be_called_like_a_property(tmp_path: Path) -> None:
    text = CLAIMS.replace("| a knock |", "| woken |").replace("quiet: a knock |", "quiet: woken |")
    said = complaints(tmp_path, text)
    assert (
        "claims.md:12:3: woken: `woken` is a property of `door` too; give the exchange another name" in said
    )


def test_other_tables_do_not_belong_here(tmp_path: Path) -> None:
    text = CLAIMS + "\n| state | meaning |\n|---|---|\n| ajar | |\n"
    assert complaints(tmp_path, text) == [
        "claims.md:17:3: a document of claims has no states table; put it into a document of its own "
        "and name that in `decided by`"
    ]


def test_what_is_wrong_with_the_documents_that_decide_is_told_once_and_in_full(tmp_path: Path) -> None:
    path = write_claims(tmp_path)
    door = tmp_path / "door.md"
    door.write_text(door.read_text(encoding="utf-8").replace("| awake |", "| a wake |", 1), encoding="utf-8")
    with pytest.raises(DocumentError) as raised:
        load_statements(path)
    files = [Path(problem.position.file).name for problem in raised.value.problems]
    assert set(files) == {"door.md"}
    assert len(files) == len(set(raised.value.problems)) > 1


def test_a_document_of_claims_is_no_protocol(tmp_path: Path) -> None:
    path = write_claims(tmp_path)
    assert holds_claims(path)
    assert not holds_claims(tmp_path / "door.md")
    assert find(str(tmp_path)) == [path, tmp_path / "door.md"]
    with pytest.raises(
        DocumentError, match=r"claims.md:5:3: this is a document of claims, which `lastack check`"
    ):
        load(path)


def test_a_document_is_located_beside_above_or_among_the_bundled_ones(tmp_path: Path) -> None:
    path = write_claims(tmp_path)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "window.md").write_text("", encoding="utf-8")
    assert locate("door", path) == tmp_path / "door.md"
    assert locate("inner/window", path) == inner / "window.md"
    assert locate("door", inner / "claims.md") == tmp_path / "door.md"
    assert locate("claims", path) is None or locate("claims", path) != path
    textbook = locate("textbook", path)
    assert textbook is not None
    assert textbook.name == "textbook.md"
    for name in ("../door", "/etc/door", "door.md", "inner//window", ""):
        assert locate(name, path) is None


def test_the_version_is_that_of_all_documents(tmp_path: Path) -> None:
    path = write_claims(tmp_path)
    before = version_of_all(path, load_statements(path))
    assert version_of_all(path, load_statements(path)) == before
    door = tmp_path / "door.md"
    door.write_text(door.read_text(encoding="utf-8") + "\nIt squeaks.\n", encoding="utf-8")
    assert version_of_all(path, load_statements(path)) != before
