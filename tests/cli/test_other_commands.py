"""``lastack list`` and ``lastack replay``."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import AS_IT_IS, Lastack, write_door
from tests.toys import DOCUMENTS, ROOT

# list

LISTED = """\
door (door.md): 3 states, 4 rules
  scenarios
    quiet                         A knock; B waits; queue of 1
    lossy                         A knock; B waits; queue of 1 with loss
  properties
    woken                         never stuck. a knock is heard
    tidy                          invariant
    met                           reachable

"""


def test_list_shows_what_there_is(lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_door(tmp_path, "met holds")
    ran = lastack("list", "door.md")
    assert (ran.code, ran.out, ran.err) == (0, LISTED, "")


@pytest.mark.slow
def test_list_shows_the_bundled_documents_unless_told_otherwise(lastack: Lastack) -> None:
    ran = lastack("list")
    assert ran.code == 0
    lines = ran.out.splitlines()
    heads = [line.split(" (")[0] for line in lines if line and not line.startswith(" ")]
    assert heads[:3] == ["claims", "rfc9293", "textbook"]
    # Where more are is told; they are there by that name.
    assert len(heads) > 3
    for more in heads[3:]:
        told = re.fullmatch(r"(\d+) more documents: lastack (list \w+)", more)
        assert told is not None
        listed = lastack(*told[2].split()).out.splitlines()
        assert listed.count("  scenarios") == int(told[1])
    # A path that is longer than a line stays whole.
    assert max(len(line) for line in lines if "/" not in line.split()[0:1]) <= 80


def test_a_long_name_has_a_line_of_its_own(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_door(tmp_path)
    # Names and their indent have 34 columns, of which two stay free.
    for length in (28, 29):
        name = "quiet".ljust(length, "!").replace("!", "x")
        text = path.read_text(encoding="utf-8").replace("| quiet |", f"| {name} |")
        (tmp_path / f"{length}.md").write_text(text.replace("holds in quiet", f"holds in {name}"))
        lines = lastack("list", f"{length}.md").out.splitlines()
        rest = "A knock; B waits; queue of 1"
        if length == 28:
            assert lines[2] == f"    {name}  {rest}"
        else:
            assert lines[2:4] == [f"    {name}", f"{'':34}{rest}"]


# replay


@pytest.fixture
def saved(lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trace of a lost letter, saved beside its document."""
    monkeypatch.chdir(tmp_path)
    write_door(tmp_path, "met holds", AS_IT_IS)
    assert lastack("check", "door.md", "--traces", ".").code == 0
    return Path("door--lossy--woken.json")


LADDER = """\
    A                                                                        B
    asleep                                                              asleep
 1  waiting  ── <WORD=hello> ───────────────────────────────────▶ ···        │
      knock: knock.asleep
 2  │        ··· ── <WORD=hello> ─────────────────────────────────▶ ✗        │
      lost (sent in 1)
"""


def test_a_trace_still_runs(lastack: Lastack, saved: Path) -> None:
    ran = lastack("replay", saved, "door.md")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == LADDER + "the trace runs: all 2 steps in lossy\nit still breaks woken at A\n"


def test_a_run_that_does_not_show_any_more_what_it_showed(lastack: Lastack, saved: Path) -> None:
    """The same run, but being heard is no longer what matters."""
    edit("`B's STATE is awake` | a knock is heard", "`A's STATE is waiting` | a knock is made")
    ran = lastack("replay", saved, "door.md")
    assert ran.code == 1
    assert ran.out.splitlines()[-2:] == [
        "the trace runs: all 2 steps in lossy",
        "it no longer breaks woken at A",
    ]


def test_a_run_that_reaches_something(lastack: Lastack, saved: Path) -> None:
    assert saved.exists()
    ran = lastack("replay", "door--quiet--met.json", "door.md")
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "it still reaches met at A"


def edit(before: str, after: str) -> None:
    text = Path("door.md").read_text(encoding="utf-8")
    assert text.count(before) == 1
    Path("door.md").write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        # Nothing is sent any more: the knock is possible, but comes to something else.
        ("| `<WORD=hello>` | waiting", "| | waiting", "after step 1 of 2, A: knock has another effect"),
        ("`not lazy`", "`lazy and not lazy`", "after step 0 of 2, A: knock is not enabled"),
        ("| queue, lose |", "| queue, duplicate |", "after step 0 of 2, the initial state differs"),
        ("| queue, lose |", "| bag, lose |", "after step 1 of 2, <WORD=hello> from A is lost is not enabled"),
        (
            "`knock.asleep` | asleep",
            "`knock.early` | asleep",
            "after step 1 of 2, A: knock has another effect",
        ),
    ],
)
def test_a_trace_no_longer_runs_and_it_is_said_where(
    lastack: Lastack, saved: Path, before: str, after: str, said: str
) -> None:
    if "early" in after:
        edit("by knock.asleep", "by knock.early")
    edit(before, after)
    ran = lastack("replay", saved, "door.md")
    assert (ran.code, ran.err) == (1, "")
    last = ran.out[ran.out.index("the trace does not run: ") :]
    assert " ".join(last.split()) == f"the trace does not run: {said}"
    assert max(map(len, ran.out.splitlines())) <= 78
    # What still runs as it did is shown, what does not is not.
    steps = int(said.split()[2]) - ("another effect" in said)
    numbered = [line[:2].strip() for line in ran.out[: -len(last)].splitlines()]
    assert [number for number in numbered if number] == [str(n + 1) for n in range(steps)]


def test_prose_may_change(lastack: Lastack, saved: Path) -> None:
    edit("# Door: A knocks, B wakes up", "# At the door")
    edit("| has knocked |", "| |")
    assert lastack("replay", saved, "door.md").code == 0


def test_a_trace_runs_in_the_document_that_a_change_makes_of_it(lastack: Lastack, saved: Path) -> None:
    Path("lazier.md").write_text(
        "| extends | because |\n|---|---|\n| door | of laziness |\n\n"
        "| rule | in | on | if | do | send | next | then |\n|---|---|---|---|---|---|---|---|\n"
        "| `letter.asleep` | asleep | letter | | | | | |\n",
        encoding="utf-8",
    )
    assert lastack("replay", saved, "lazier.md").code == 0
    # Where the letter arrives the change is felt.
    ran = lastack("replay", "door--quiet--met.json", "lazier.md")
    assert ran.code == 1
    assert " ".join(ran.out.split()).endswith(
        "after step 2 of 2, <WORD=hello> from A arrives at B has another effect"
    )


def test_what_the_command_line_changed_is_part_of_the_trace(lastack: Lastack, saved: Path) -> None:
    saved.unlink()
    choice = ["-s", "quiet", "-p", "woken", "--capacity", "2", "--set", "lazy=on"]
    assert lastack("check", "door.md", *choice, "--traces", ".").code == 1
    ran = lastack("replay", "door--quiet--woken.json", "door.md")
    assert ran.code == 0
    assert "knock: knock.lazily" in ran.out
    assert ran.out.splitlines()[-2] == "the trace runs: its only step in quiet"
    value = json.loads(Path("door--quiet--woken.json").read_text(encoding="utf-8"))
    assert (value["capacity"], value["set"]) == (2, {"lazy": "on"})


Change = Callable[[dict[str, Any]], Any]


def _without(key: str) -> Change:
    return lambda value: value.pop(key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.update(format="itf"), "this is no lastack-trace of version 1"),
        (lambda v: v.update(format_version=2), "this is no lastack-trace of version 1"),
        (lambda v: v.update(scenario="loud"), "door has no scenario `loud`, which the file names"),
        (lambda v: v.update(set={"hasty": "on"}), "door has no switch `hasty`, which the file sets"),
        (lambda v: v.update(property="heard"), "door has no property `heard`, which the trace is about"),
        (lambda v: v.update(property=["woken"]), "the file: `property` is not text"),
        (_without("steps"), "the file: `steps` is missing"),
        (lambda v: v["steps"][1].pop("sent"), "step 2: `sent` is missing"),
        (lambda v: v["steps"][0]["after"]["B"].pop("called"), "step 1, B: `called` is missing"),
    ],
)
def test_a_damaged_trace_is_2_and_says_where(
    lastack: Lastack, saved: Path, change: Change, said: str
) -> None:
    value = json.loads(saved.read_text(encoding="utf-8"))
    change(value)
    saved.write_text(json.dumps(value), encoding="utf-8")
    ran = lastack("replay", saved, "door.md")
    assert (ran.code, ran.out, ran.err) == (2, "", f"lastack: {saved}: {said}\n")


@pytest.mark.parametrize("text", ["", "{", "# a document", "[" * 100_000, "\xff", '{"a": 1}x'])
def test_what_is_no_json_is_2_in_one_line(lastack: Lastack, saved: Path, text: str) -> None:
    saved.write_bytes(text.encode("latin-1"))
    ran = lastack("replay", saved, "door.md")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"lastack: {saved}: this is no JSON (")
    assert ran.err.count("\n") == 1


def test_a_trace_of_another_document_is_recognised(lastack: Lastack, saved: Path) -> None:
    ran = lastack("replay", saved, DOCUMENTS / "post.md")
    assert (ran.code, ran.out) == (2, "")
    assert f"{saved}: this is a trace of door, not of post (" in ran.err


def test_steps_that_never_were_do_not_end_in_a_traceback(lastack: Lastack, saved: Path) -> None:
    value = json.loads(saved.read_text(encoding="utf-8"))
    value["steps"] = value["steps"][1:] * 3
    value["steps"][0]["rules"] = ["no.such-rule"]
    saved.write_text(json.dumps(value), encoding="utf-8")
    ran = lastack("replay", saved, "door.md")
    assert ran.code == 1
    assert "after step 0 of 3, <WORD=hello> from A is lost is not enabled" in " ".join(ran.out.split())


def test_rows_that_never_were_do_not_end_in_a_traceback(lastack: Lastack, saved: Path) -> None:
    value = json.loads(saved.read_text(encoding="utf-8"))
    value["steps"][0]["rules"] = ["no.such-rule"]
    saved.write_text(json.dumps(value), encoding="utf-8")
    ran = lastack("replay", saved, "door.md")
    assert ran.code == 1
    assert "after step 1 of 2, A: knock has another effect" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.json", "door.md"], "'missing.json' does not exist"),
        (["door--lossy--woken.json"], "Missing argument 'DOC'"),
        (["door--lossy--woken.json", "missing.md"], "missing.md: no such file, folder or bundled document"),
        (["door--lossy--woken.json", "houses"], "a trace is replayed on one document"),
    ],
)
def test_replay_with_the_wrong_arguments_is_2(
    lastack: Lastack, saved: Path, arguments: list[str], said: str
) -> None:
    Path("houses").mkdir()
    for name in ("one.md", "two.md"):
        write_door(Path("houses"), name=name)
    ran = lastack("replay", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert saved.exists()


# What the README tells to type


@pytest.mark.slow
def test_the_commands_of_the_readme_work_in_any_folder(
    lastack: Lastack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that take no time are run, in their order; of the others the documents are found."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line.strip().split("  ")[0] for line in re.findall(r"(?m)^    lastack .*", text)]
    commands = [shlex.split(line)[1:] for line in lines]
    quick = [words for words in commands if "textbook" in words or words == ["list"]]
    assert len(commands) > len(quick) > 4
    for words in quick:
        assert lastack(*words).code == 0, words
    slow = [words for words in commands if words not in [*quick, ["prove"]] and words[1][0] != "-"]
    assert slow == [
        ["check", "changes"],
        ["check", "claims"],
        ["why", "again.fin"],
        ["diff", "main:my.md", "my.md"],
        ["mutate", "my.md", "--min-score", "90"],
        ["explore", "rfc9293"],
        ["draw", "machine", "rfc9293", "-o", "machine.svg"],
        ["draw", "graph", "rfc9293", "-s", "last ACK lost", "-o", "graph.svg"],
    ]
    assert lastack("list", "changes").code == 0
