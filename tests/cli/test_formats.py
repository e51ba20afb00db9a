"""What the formats of ``lastack check`` have in common, and which files a check is of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from checker.document.library import holds_figure, is_document
from tests.cli.commands import MAIN, Lastack, environment, timeless, write_door
from tests.cli.test_robust import interrupted
from tests.document.claims_document import write_claims
from tests.toys import DOCUMENTS, ROOT

FORMATS = ["text", "json", "junit", "sarif", "github"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", FORMATS)
def test_the_exit_code_is_the_same(lastack: Lastack, tmp_path: Path, form: str) -> None:
    path = write_door(tmp_path)
    assert lastack("check", "door.md", "--format", form).code == 0
    assert lastack("check", "door.md", "--format", form, "--max-states", 1).code == 3
    write_door(tmp_path, "", "")
    assert lastack("check", "door.md", "--format", form).code == 1
    path.write_text(path.read_text().replace("| tidy | invariant", "| tidy | invariable"), encoding="utf-8")
    ran = lastack("check", "door.md", "--format", form)
    assert ran.code == 2
    # People are told on standard error, whatever programs are told.
    assert ran.err.splitlines()[-1] == "lastack: 1 problem in the document"
    assert (ran.out == "") is (form in ("text", "json"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_has_what_would_have_been_printed(lastack: Lastack, tmp_path: Path, form: str) -> None:
    path = write_door(tmp_path, "", "")
    for text in (path.read_text(), path.read_text().replace("| tidy | invariant", "| tidy | invariable")):
        path.write_text(text, encoding="utf-8")
        (tmp_path / "out").unlink(missing_ok=True)
        printed = lastack("check", "door.md", "--format", form)
        written = lastack("check", "door.md", "--format", form, "-o", "out")
        assert (written.code, written.out, written.err) == (printed.code, "", printed.err)
        found = (tmp_path / "out").read_text(encoding="utf-8") if (tmp_path / "out").exists() else ""
        assert _timeless(found) == _timeless(printed.out)


def _timeless(text: str) -> list[str]:
    return [line for line in timeless(text).splitlines() if '"seconds"' not in line and " time=" not in line]


def test_one_check_writes_several_formats(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path, "", "")
    also = [argument for form in FORMATS for argument in ("--also", f"{form}={form}.out")]
    ran = lastack("check", "door.md", *also)
    assert ran.code == 1
    for form in FORMATS:
        alone = lastack("check", "door.md", "--format", form).out
        assert _timeless((tmp_path / f"{form}.out").read_text(encoding="utf-8")) == _timeless(alone)
    assert _timeless(ran.out) == _timeless(lastack("check", "door.md").out)


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_no_text(lastack: Lastack, tmp_path: Path, form: str) -> None:
    path = write_door(tmp_path, "", "").rename(tmp_path / os.fsdecode(b"caf\xe9.md"))
    assert lastack("check", path, "--format", form, "-o", "out").code == 1
    text = (tmp_path / "out").read_text(encoding="utf-8")
    if form == "json":
        assert json.loads(text)["document"] == path.stem
    if form == "sarif":
        assert '"uri": "caf%E9.md"' in text
    if form == "junit":
        assert '"caf\ufffd: quiet"' in text


@pytest.mark.parametrize(
    ("also", "said"),
    [
        ("junit", "--also junit: expected FORMAT=FILE with one of text, json, junit, sarif, github"),
        ("xml=out", "--also xml=out: expected FORMAT=FILE"),
        ("junit=", "--also junit=: expected FORMAT=FILE"),
        ("junit=missing/out", "missing: there is no such folder to write to"),
    ],
)
def test_what_cannot_be_written_is_told_first(lastack: Lastack, tmp_path: Path, also: str, said: str) -> None:
    write_door(tmp_path)
    ran = lastack("check", "door.md", "--also", also)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_several_documents_are_one_report(lastack: Lastack, tmp_path: Path) -> None:
    write_claims(tmp_path)
    write_door(tmp_path, "", "", "porch.md")
    ran = lastack("check", ".", "--format", "junit", "--also", "sarif=s", "--also", "github=g")
    assert ran.code == 1
    suites = [suite.get("name") for suite in etree.fromstring(ran.out.encode())]
    assert suites == ["claims", "door: quiet", "door: lossy", "porch: quiet", "porch: lossy"]
    (run,) = json.loads((tmp_path / "s").read_text(encoding="utf-8"))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    claims = ["claims/heard", "claims/one letter", "claims/an answer", "claims/a minute"]
    assert rules == [*claims, "door/woken", "door/tidy", "porch/woken", "porch/tidy"]
    assert [result["ruleId"] for result in run["results"]] == ["porch/woken"]
    assert (
        (tmp_path / "g")
        .read_text(encoding="utf-8")
        .endswith("\nlastack: 3 documents, 6 scenarios, 12 verdicts: 1 NOT as expected\n")
    )


@pytest.mark.slow
def test_what_was_not_checked_is_no_pass(tmp_path: Path) -> None:
    """Ctrl-C in the first of two scenarios of the first of two documents."""
    code, out, err = interrupted(tmp_path, "--format", "junit", "--also", "github=g", "--also", "sarif=s")
    assert (code, err) == (3, "")
    root = etree.fromstring(out.encode())
    never = "not checked to the end, for the check was interrupted"
    errors = [
        (suite.get("name"), case.get("name"), error.get("message"))
        for suite in root
        for case in suite.findall("testcase")
        for error in case.findall("error")
    ]
    assert errors == [
        ("counting: for ever", "ends", "unknown; expected to hold"),
        ("counting: afterwards", "afterwards", never),
        ("door: quiet", "quiet", never),
        ("door: lossy", "lossy", never),
    ]
    assert root.get("errors") == "4"
    lines = (tmp_path / "g").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("::error ")]) == 4
    assert lines[-1].endswith(": 4 not decided")
    (run,) = json.loads((tmp_path / "s").read_text(encoding="utf-8"))["runs"]
    assert [result["kind"] for result in run["results"]] == ["open"] * 4
    assert run["invocations"][0]["exitCode"] == 3


def test_who_asks_whether_a_state_is_reachable_is_not_told_that_all_is_well(
    lastack: Lastack, tmp_path: Path
) -> None:
    path = write_door(tmp_path, "met holds")
    path.write_text(path.read_text(encoding="utf-8").replace("met holds", ""), encoding="utf-8")
    ran = lastack("check", "door.md", "-s", "quiet", "-p", "met", "--max-states", 1)
    assert ran.code == 3
    assert "expected to be decided" in ran.out
    # Where it is decided, either answer will do.
    assert lastack("check", "door.md", "-s", "quiet", "-p", "met").code == 0
    assert lastack("check", "door.md", "-s", "quiet", "-p", "met", "--set", "lazy=on").code == 0


# Which files

ORDINARY = {
    "prose.md": "# Nothing\n\nbut prose\n",
    # Tables that anybody may have in a README, with columns that documents have too.
    "tables.md": "| name | means |\n|---|---|\n| a | b |\n\n| field | meaning |\n|---|---|\n| c | d |\n\n"
    "| property | kind | default |\n|---|---|---|\n| e | f | g |\n",
    "latin.md": "caf\xe9\n".encode("latin-1"),
}


@pytest.fixture
def ordinary(tmp_path: Path) -> list[str]:
    for name, text in ORDINARY.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return sorted(ORDINARY)


@pytest.mark.parametrize("command", [["check"], ["lint"], ["fmt", "--check"], ["fmt"]])
def test_only_documents(lastack: Lastack, tmp_path: Path, ordinary: list[str], command: list[str]) -> None:
    before = [(tmp_path / name).read_bytes() for name in ordinary]
    ran = lastack(*command, "--only-documents", *ordinary)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert [(tmp_path / name).read_bytes() for name in ordinary] == before


@pytest.mark.parametrize("name", ["prose.md", "tables.md", "latin.md"])
def test_without_it_they_are_wrong(lastack: Lastack, ordinary: list[str], name: str) -> None:
    assert lastack("check", name).code == 2
    assert lastack("lint", name).code in (1, 2)


@pytest.mark.parametrize("command", [["check"], ["lint"], ["fmt", "--check"]])
def test_documents_among_others_are_looked_at(
    lastack: Lastack, tmp_path: Path, ordinary: list[str], command: list[str]
) -> None:
    write_door(tmp_path, "", "")
    # A slip in a header does not make it another text.
    door = (tmp_path / "door.md").read_text(encoding="utf-8")
    (tmp_path / "slip.md").write_text(door.replace("| rule | in |", "| rul | in |"), encoding="utf-8")
    assert lastack(*command, "--only-documents", *ordinary, "door.md").code == 1
    assert lastack(*command, "--only-documents", *ordinary, "slip.md").code != 0


def test_every_document_is_known_as_one() -> None:
    documents = [*(ROOT / "spec").rglob("*.md"), *DOCUMENTS.glob("*.md")]
    assert len(documents) > 20
    assert [path for path in documents if not (is_document(path) or holds_figure(path))] == []


def test_files_are_listed_one_a_line(lastack: Lastack, tmp_path: Path, ordinary: list[str]) -> None:
    write_door(tmp_path)
    write_door(tmp_path, name="a porch.md")
    ran = lastack("list", "--files", "door.md", "a porch.md")
    assert (ran.code, ran.out) == (0, "door.md\na porch.md\n")


def test_files_are_listed_with_those_that_they_extend(lastack: Lastack, tmp_path: Path) -> None:
    door = write_door(tmp_path)
    for name, base in (("gate", "door"), ("wicket", "gate"), ("hole", "nothing")):
        text = f"# {name}\n\n| extends | because |\n|---|---|\n| {base} | |\n"
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    ran = lastack("list", "--extended", "door.md", "wicket.md", "hole.md", "claims")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "door.md",
        f"wicket.md\t{(tmp_path / 'gate.md').resolve()}\t{door.resolve()}",
        "hole.md",
    ]


def test_names_of_files_may_have_anything_in_them(lastack: Lastack, tmp_path: Path) -> None:
    """So with -z a NUL ends each, and with --extended another one each document."""
    (tmp_path / "doors").mkdir()
    write_door(tmp_path / "doors")
    door = (tmp_path / "doors" / "door.md").resolve()
    for name in ("a\tgate.md", "b\ngate.md", "c|gate.md"):
        text = "# Gate\n\n| extends | because |\n|---|---|\n| door | |\n"
        (tmp_path / "doors" / name).write_text(text, encoding="utf-8")
    names = ["doors/a\tgate.md", "doors/b\ngate.md", "doors/c|gate.md"]
    ran = lastack("list", "--files", "-z", "doors")
    assert (ran.code, ran.out) == (0, "".join(f"{name}\0" for name in (*names, "doors/door.md")))
    ran = lastack("list", "--extended", "-z", "doors")
    assert ran.out == "".join(f"{name}\0{door}\0\0" for name in names) + "doors/door.md\0\0"
    ran = lastack("list", "-z", "doors")
    assert (ran.code, ran.err) == (2, "lastack: -z: it is for --files and --extended\n")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="there a name is UTF-8")
def test_a_name_need_not_be_text(tmp_path: Path) -> None:
    write_door(tmp_path, name="\udcff.md")
    command = [*MAIN, "list", "--files", "-z", str(tmp_path)]
    done = subprocess.run(command, env=environment(), capture_output=True, check=True, timeout=60)
    assert done.stdout == os.fsencode(tmp_path) + b"/\xff.md\0"
