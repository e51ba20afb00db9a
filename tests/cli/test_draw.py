"""``lastack draw``: what it writes and where, and what it says when it cannot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import checker.cli.draw_graph
import checker.cli.rendering
from checker.show.draw.text import OFF
from tests.cli.commands import Lastack
from tests.document.test_figures import RIGHT, write
from tests.toys import DOCUMENTS

FIRST = {"dot": "digraph ", "mermaid": "---\ntitle: "}


# What is drawn


@pytest.mark.parametrize("format", FIRST)
def test_a_graph_goes_to_standard_output_or_to_files(lastack: Lastack, door: Path, format: str) -> None:
    ran = lastack("draw", "graph", door, "-s", "lossy", "--format", format)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(FIRST[format])
    suffix = {"dot": ".gv", "mermaid": ".mmd"}[format]
    files = [door.parent / f"{name}{suffix}" for name in ("one", "two")]
    written = lastack("draw", "graph", door, "-s", "lossy", "-o", files[0], "-o", files[1])
    assert (written.code, written.out, written.err) == (0, "", "")
    assert [path.read_text(encoding="utf-8") for path in files] == [ran.out] * 2


def test_a_title_says_what_is_shown_of_what(lastack: Lastack, door: Path) -> None:
    def title(*options: str) -> str:
        ran = lastack("draw", "graph", door, "-s", "lossy", *options)
        assert ran.code == 0
        return re.findall(r'graph \[label="([^"]*)"\]', ran.out)[0]

    assert title() == r"door: lossy\n3 pairs of control states, of 4 states"
    assert title("--full") == r"door: lossy\n4 states"
    assert title("--by", "observation") == r"door: lossy\n4 bisimulation classes, of 4 states"
    assert title("--by", "endpoints") == r"door: lossy\n3 pairs of local states, of 4 states"
    shown = r"\nshown are 2 of them: "
    assert title("--from", "waiting/asleep") == title() + shown + "from waiting/asleep"
    assert title("--to", "*/asleep") == title() + shown + "to */asleep"
    assert title("--depth", "1") == title() + shown + "within 1 arrow"
    assert title("--without", "letter") == title() + shown + r"what arrows lead to\nwithout letter"


def test_a_machine_is_drawn(lastack: Lastack, door: Path) -> None:
    ran = lastack("draw", "machine", door)
    assert (ran.code, ran.err) == (0, "")
    assert r'label="door: the states of one end\nwhat fires in 2 scenarios, explored to the end"' in ran.out
    part = lastack("draw", "machine", door, "--max-states", 2)
    assert "what fires in 2 scenarios, 0 of them explored to the end, the others in part" in part.out
    quiet = lastack("draw", "machine", door, "-s", "quiet", "--format", "mermaid")
    assert "explored to the end" in quiet.out
    assert "s0 --> s1 : knock / snd hello" in quiet.out


def test_a_machine_is_laid_out_like_the_figure_beside_it(lastack: Lastack, door: Path) -> None:
    plain = lastack("draw", "machine", door).out
    assert "rank=same" not in plain.partition("subgraph cluster_legend")[0]
    figure = write(door.parent, RIGHT)
    laid_out = lastack("draw", "machine", door).out
    assert "rank=same" in laid_out.partition("subgraph cluster_legend")[0]
    against = lastack("draw", "machine", door, "--against", figure).out
    assert r"door against drawn\ntaken: 1 of the figure's 1 arrow\nwhat fires" in against


def test_a_trace_is_drawn_without_graphviz(
    lastack: Lastack, door: Path, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(checker.cli.rendering, "find_spec", lambda name: None)
    ran = lastack("draw", "trace", trace, door)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert ">door: lossy</text>" in ran.out
    assert ">woken is broken at A</text>" in ran.out
    target = door.parent / "run.svg"
    assert lastack("draw", "trace", trace, door, "-o", target).code == 0
    assert target.read_text(encoding="utf-8") == ran.out
    assert lastack("draw", "trace", trace, door, "--format", "mermaid").out.startswith("sequenceDiagram\n")


def test_a_trace_is_laid_over_its_graph(lastack: Lastack, door: Path, trace: Path) -> None:
    ran = lastack("draw", "graph", door, "--trace", trace)
    assert (ran.code, ran.err) == (0, "")
    assert f'label="{OFF}(1){OFF}\\n{OFF}A: knock{OFF}"' in ran.out
    assert "the run stays: 2" in ran.out
    assert lastack("draw", "graph", door, "--trace", trace, "-s", "lossy") == ran


def test_large_pictures_are_for_sfdp(lastack: Lastack, door: Path) -> None:
    ran = lastack("draw", "graph", door, "-s", "lossy", "--layout", "sfdp")
    assert "layout=sfdp" in ran.out


# Galleries


def test_a_gallery_is_made_by_what_its_page_shows(lastack: Lastack, door: Path, trace: Path) -> None:
    before = Path.cwd()
    page = door.parent / "README.md"
    page.write_text(
        "# Pictures\n\n"
        "    lastack draw graph door.md -s lossy -o door.dot\n\n"
        "    lastack check door.md\n\n"
        "`lastack draw machine door.md -o not.dot` is prose.\n\n"
        "    lastack draw trace runs/door--lossy--woken.json door.md -o 'the run.svg'\n",
        encoding="utf-8",
    )
    ran = lastack("draw", "--gallery", door.parent)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "lastack: draw graph door.md -s lossy -o door.dot",
        "lastack: draw trace runs/door--lossy--woken.json door.md -o 'the run.svg'",
    ]
    made = {path.name for path in door.parent.iterdir()}
    assert made == {"README.md", "door.md", "runs", "door.dot", "the run.svg"}
    assert Path.cwd() == before


def test_a_gallery_tells_the_worst_that_happened(lastack: Lastack, door: Path) -> None:
    page = door.parent / "README.md"
    page.write_text(
        "    lastack draw graph door.md -s lossy --max-states 1\n    lastack draw graph door.md -s quiet\n",
        encoding="utf-8",
    )
    assert lastack("draw", "--gallery", door.parent).code == 3


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected a command, machine, graph, trace, or --gallery DIR"),
        (["grpah"], "there is no command `grpah`; the commands are machine, graph, trace"),
        (["--gallery", ".", "machine", "textbook"], "leave out the command behind it"),
        (["graph", "textbook"], "Missing option '--scenario'; or give a --trace, which names one"),
        (["graph", "textbook", "-s", "three way"], "no scenario `three way`; did you mean `three-way`?"),
        (["graph", DOCUMENTS, "-s", "x"], "a picture is of one document, not of a folder of them"),
        (["graph", "textbook", "-s", "three-way", "--full", "--by", "states"], "leave out one of them"),
        (["graph", "textbook", "-s", "three-way", "-p", "las ACK"], "no property `las ACK`; did you mean"),
        (["graph", "textbook", "-s", "three-way", "--without", "conect"], "no event `conect`; did you mean"),
        (
            ["graph", "textbook", "-s", "three-way", "--from", "X/Y"],
            "no node is `X/Y`; write the states of A",
        ),
        (
            [
                "graph",
                "textbook",
                "-s",
                "three-way",
                "--from",
                "ESTABLISHED/ESTABLISHED",
                "--to",
                "CLOSED/LISTEN",
            ],
            "nothing is left: no arrows lead --from there --to there",
        ),
        (["machine", DOCUMENTS], "a picture is of one document, not of a folder of them"),
        (["machine", "textbook", "-s", "three way"], "no scenario `three way`; did you mean `three-way`?"),
        (
            ["machine", "textbook", "--against", "figure5"],
            "figure5 is no figure of textbook: it has other states",
        ),
        (
            ["machine", "textbook", "--against", "figure6"],
            "figure6: no such file, folder or bundled document",
        ),
        (["machine", "figure5"], "this is a figure, which `lastack draw machine` goes by; it is no protocol"),
        (["trace", "nowhere.json"], "'nowhere.json' does not exist"),
        (
            ["graph", "textbook", "-s", "three-way", "-o", "x.jpg"],
            "expected a name that ends in one of .svg,",
        ),
        (
            ["graph", "textbook", "-s", "three-way", "-o", "/nowhere/x.dot"],
            "/nowhere: there is no such folder",
        ),
    ],
)
def test_errors_say_what_to_do(lastack: Lastack, arguments: list[object], message: str) -> None:
    ran = lastack("draw", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.split())


def test_a_full_disk_is_told_in_one_line(lastack: Lastack, door: Path) -> None:
    target = door.parent / "door.dot"
    target.symlink_to("/dev/full")
    ran = lastack("draw", "graph", door, "-s", "lossy", "-o", target)
    assert (ran.code, ran.err) == (2, f"lastack: {target}: No space left on device\n")


def test_a_graph_that_a_limit_cut_off_is_not_drawn(lastack: Lastack, door: Path) -> None:
    ran = lastack("draw", "graph", door, "-s", "quiet", "--max-states", 2)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "lastack: quiet: more than 2 states (--max-states): a picture needs the whole state graph\n"
    )


def test_a_trace_must_run(lastack: Lastack, door: Path, trace: Path) -> None:
    trace.write_text(trace.read_text(encoding="utf-8").replace('"kind": "loss"', '"kind": "duplication"'))
    for arguments in (["trace", trace, door], ["graph", door, "--trace", trace]):
        ran = lastack("draw", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert re.search(
            r"woken\.json: it does not run in door: after step 1 of 2, .* is not enabled", ran.err
        )


def test_a_trace_names_its_scenario_and_its_capacity(lastack: Lastack, door: Path, trace: Path) -> None:
    other = lastack("draw", "graph", door, "--trace", trace, "-s", "quiet")
    assert other.code == 2
    assert "woken.json is a run of `lossy`, not of `quiet`" in other.err
    assert "leave out --capacity" in lastack("draw", "graph", door, "--trace", trace, "--capacity", 2).err


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("# Nothing\n", "README.md: there is no line `    lastack draw …` that makes a picture"),
        ("    lastack draw map x\n", "README.md: there is no `lastack draw map`"),
        ("    lastack draw graph 'x\n", "README.md: `lastack draw graph 'x`: No closing quotation"),
    ],
)
def test_errors_in_a_gallery_say_what_to_do(
    lastack: Lastack, tmp_path: Path, page: str, message: str
) -> None:
    (tmp_path / "README.md").write_text(page, encoding="utf-8")
    ran = lastack("draw", "--gallery", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_no_gallery_without_its_page(lastack: Lastack, tmp_path: Path) -> None:
    ran = lastack("draw", "--gallery", tmp_path)
    assert (ran.code, ran.err) == (2, f"lastack: {tmp_path / 'README.md'}: No such file or directory\n")


def test_the_help_is_at_most_80_columns_wide(lastack: Lastack) -> None:
    for words in ([], ["machine"], ["graph"], ["trace"]):
        ran = lastack("draw", *words, "--help")
        assert ran.code == 0
        assert [line for line in ran.out.splitlines() if len(line) > 80] == []
