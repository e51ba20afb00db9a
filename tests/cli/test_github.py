"""``lastack check --format github``: annotations that the runner reads as they were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import AS_IT_IS, Lastack, write_door
from tests.document.claims_document import CLAIMS, write_claims

SCOPE = (
    "scope: exhaustive; at most 1 segment in flight each way, in order, any loss and no duplication; "
    "A may call knock"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(line: str) -> tuple[dict[str, str], str]:
    """(the properties of an annotation, its message) as GitHub's runner reads a line: properties
    end at commas, each is split at the first equals sign, and both are decoded."""
    head, _, message = line.removeprefix("::").partition("::")
    command, _, written = head.partition(" ")
    assert command == "error"
    properties = dict(part.split("=", 1) for part in written.split(","))
    return {k: _decoded(v, _IN_PROPERTIES) for k, v in properties.items()}, _decoded(message, _IN_DATA)


_IN_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_IN_PROPERTIES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def _decoded(text: str, codes: dict[str, str]) -> str:
    for code, character in codes.items():
        text = text.replace(code, character)
    return text


def annotations(lastack: Lastack, *arguments: object) -> tuple[list[tuple[dict[str, str], str]], list[str]]:
    """(the annotations of a check, the other lines)."""
    lines = lastack("check", *arguments, "--format", "github").out.split("\n")
    assert lines.pop() == ""
    commands = [line for line in lines if line.startswith("::")]
    return [read(line) for line in commands], [line for line in lines if line not in commands]


def test_the_whole_output(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "", "")
    row = (
        path.read_text(encoding="utf-8")
        .splitlines()
        .index("| `knock.asleep` | asleep | knock | `not lazy` | | `<WORD=hello>` | waiting | |")
    )
    ran = lastack("check", "door.md", "--format", "github")
    assert ran.code == 1
    assert ran.out == (
        f"::error file=door.md,line={row + 1},col=3,title=door%3A woken in lossy::"
        "woken is violated in lossy (expected to hold)%0A"
        "at A after 2 steps; the row knock.asleep fired last%0A"
        "no helpful action is enabled here: A is in waiting, B in asleep%0A"
        f"a knock is heard%0A{SCOPE}%0A"
        "to see it: lastack check door.md -s lossy -p woken\n"
        "lastack: 1 document, 2 scenarios, 4 verdicts: 1 NOT as expected\n"
    )


def test_nothing_to_say(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path)
    ran = lastack("check", "door.md", "door.md", "--format", "github")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "lastack: 2 documents, 4 scenarios, 8 verdicts: all as expected\n"


def test_what_is_not_decided_is_an_error_too(lastack: Lastack, tmp_path: Path) -> None:
    write_door(tmp_path)
    found, (total,) = annotations(lastack, "door.md", "-s", "quiet", "--max-states", 1)
    assert [message.split("\n")[:2] for _, message in found] == [
        ["woken is unknown in quiet (expected to hold)", "more than 1 states (--max-states)"],
        ["tidy is unknown in quiet (expected to hold)", "more than 1 states (--max-states)"],
    ]
    assert total.endswith(": 2 not decided")


def test_names_cannot_become_commands(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path, "", "", name="50%,x=1%2C::y.md")
    odd = "::add-mask::x%0A::error::100%,b=c"
    text = path.read_text(encoding="utf-8").replace("| woken |", f"| {odd} |")
    path.write_text(text.replace("| lossy |", "| ##[error]::lossy |"), encoding="utf-8")
    ((properties, message),), (total,) = annotations(lastack, path.name)
    assert list(properties) == ["file", "line", "col", "title"]
    assert properties["file"] == path.name
    assert properties["title"] == f"{path.stem}: {odd} in ##[error]::lossy"
    assert message.startswith(f"{odd} is violated in ##[error]::lossy (expected to hold)\n")
    assert total == "lastack: 1 document, 2 scenarios, 4 verdicts: 1 NOT as expected"


def test_the_worst_comes_first_and_what_github_leaves_out_is_said(lastack: Lastack, tmp_path: Path) -> None:
    """Thirteen scenarios that have more than three states, then one that is wrong, and one in which
    two rows fire at once."""
    path = write_door(tmp_path)
    row = "| `knock.lazily` |"
    text = path.read_text(encoding="utf-8").replace(
        row, f"| `knock.twice` | asleep | knock | `lazy` | | | | |\n{row}"
    )
    rows = [f"| deep {number} | knock | none | queue, lose | capacity 1 | |" for number in range(12)]
    rows.append("| wrong | none | none | queue | capacity 1 | tidy violated |")
    rows += ["", "| scenario | A | B | network | bounds | set | expect |", "|---|---|---|---|---|---|---|"]
    rows.append("| lazy | knock | none | queue | capacity 1 | lazy = on | |")
    path.write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    found, lines = annotations(lastack, "door.md", "-p", "tidy", "--max-states", 3)
    first = [message.split("\n")[0] for _, message in found]
    assert first[0].startswith("lazy: knock.lazily: ")
    assert first[1] == "tidy is vacuous in wrong (expected: violated)"
    names = ["lossy", *(f"deep {number}" for number in range(12))]
    assert first[2:] == [f"tidy is unknown in {name} (expected to hold)" for name in names]
    assert lines == [
        "GitHub shows the first 10 of 15 annotations of a step",
        "lastack: 1 document, 15 scenarios, 15 verdicts: 1 in error, 1 NOT as expected, 13 not decided",
    ]


def test_an_error_of_a_document_is_at_its_line(lastack: Lastack, tmp_path: Path) -> None:
    path = write_door(tmp_path)
    path.write_text(path.read_text().replace("| tidy | invariant", "| tidy | invariable"))
    ran = lastack("check", "door.md", "--format", "github")
    place, _, said = ran.err.splitlines()[0].partition(": ")
    assert (ran.code, ran.err.splitlines()[1:]) == (2, ["lastack: 1 problem in the document"])
    ((properties, message),), (total,) = annotations(lastack, "door.md")
    assert (":".join([properties["file"], properties["line"], properties["col"]]), message) == (place, said)
    assert total == "lastack: 1 document, 0 scenarios, 0 verdicts: 1 in error"


def test_what_is_outside_of_the_checkout_is_no_file_of_it(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_door(tmp_path, "", "")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    ((properties, message),), _ = annotations(lastack, path)
    assert list(properties) == ["title"]
    assert message.startswith(f"{path}:24:3: woken is violated in lossy")


def test_claims(lastack: Lastack, tmp_path: Path) -> None:
    path = write_claims(tmp_path, CLAIMS.replace("| confirmed |", "| refuted |"))
    row = next(
        n for n, line in enumerate(path.read_text().splitlines(), 1) if line.startswith("| one letter")
    )
    ((properties, message),), (total,) = annotations(lastack, "claims.md")
    assert properties == {
        "file": "claims.md",
        "line": str(row),
        "col": "3",
        "title": "claims: one letter",
    }
    assert message == "one letter is confirmed (expected: refuted)\na knock is one letter"
    assert total == "lastack: 1 document, 2 scenarios, 4 verdicts: 1 NOT as expected"


def test_the_command_shows_what_is_wrong(lastack: Lastack, tmp_path: Path) -> None:
    """With the twin, without which nothing would be."""
    write_door(tmp_path, "", f"{AS_IT_IS.replace('holds', 'vacuous')}")
    ((_, message),), _ = annotations(lastack, "door.md")
    command = message.split("to see it: lastack ")[1]
    assert command == "check door.md -s lossy -s quiet -p woken"
    ran = lastack(*command.split())
    assert ran.code == 1
    assert "lossy: woken: violated; in quiet it is said to be: vacuous, and is: holds" in ran.out
