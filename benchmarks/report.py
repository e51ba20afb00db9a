"""What ``run.py`` measured, as Markdown: ratios first, then what they are ratios of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.programs import Case, Program, Run, Taken

Key = tuple[str, int]
"""The name of a program and the number of its threads."""

PANS = ("pan", "pan, tuned", "rumur")


@dataclass
class Results:
    """What the programs took, by round: of a case, explorations and whole processes."""

    case: Case
    states: int
    transitions: int
    runs: dict[Key, list[Run]] = field(default_factory=dict)
    whole: dict[str, list[Taken]] = field(default_factory=dict)

    def note(self, program: Program, run: Run) -> None:
        self.runs.setdefault((program.name, program.threads), []).append(run)


def quotient(of: Sequence[float], to: Sequence[float]) -> float | None:
    """The median of the quotients of what was measured in the same round."""
    pairs = list(zip(of, to, strict=False))
    return median(a / b for a, b in pairs) if pairs else None


def report(
    results: Sequence[Results],
    by_hand: Results,
    growth: Sequence[tuple[Case, Program, Run]],
    about: Mapping[str, str],
    quick: bool,
) -> str:
    lines = [*_head(quick), *_ratios(results), *_by_hand(by_hand), *_growth(growth)]
    for result in results:
        lines += _explorations(result)
        lines += _whole(result)
    lines += ["## The machine", "", *_table(["", ""], about.items()), ""]
    return "\n".join(lines)


def _head(quick: bool) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    if quick:
        yield "**A quick run: the graphs are so small that its figures mean nothing.**"
        yield ""
    yield "Written by `python benchmarks/run.py`. The programs took turns; a ratio is the median of the"
    yield "ratios within a round, other figures are medians, with the least and the most behind them."
    yield "All programs found the same numbers of states and transitions; a run that does not is an"
    yield "error."
    yield ""
    yield "- *pan* is `gcc -O2 -DSAFETY -DNOREDUCE` of the exported Promela model, depth first; *tuned*"
    yield "  adds `-DNOCOMP -DNOVSZ -DNOFAIR` and a hash table that fits; with 2 threads, `-DNCORE=2`."
    yield "- *rumur* is `gcc -O3 -march=native` of the exported Murphi model."
    yield "- *Two words* is the native engine made to take two words for each state, which only much"
    yield "  larger scenarios need."
    yield "- *lastack* has explored a few states before its clock starts. *Cold* is a first run ever,"
    yield "  *warm* the one after it."
    yield "- *Bytes per state* are those in use at the peak above those before the start (for pan and"
    yield "  rumur: all that they use)."
    yield ""


def _cpu(result: Results, key: Key) -> list[float]:
    return [run.cpu for run in result.runs.get(key, [])]


def _wall(result: Results, key: Key) -> list[float]:
    return [run.wall for run in result.runs.get(key, [])]


def _engines(result: Results) -> list[str]:
    return list(dict.fromkeys(name for name, _ in result.runs if name.startswith("lastack")))


def _ratios(results: Sequence[Results]) -> Iterator[str]:
    yield "## Ratios"
    yield ""
    yield "States per second of one processor, as a multiple of those of the other program; how much"
    yield "faster a second thread makes it; bytes per state."
    yield ""
    rows = []
    for result in results:
        for name in _engines(result):
            mine = _cpu(result, (name, 1))
            others = [quotient(_cpu(result, (other, 1)), mine) for other in PANS]
            second = quotient(_wall(result, (name, 1)), _wall(result, (name, 2)))
            size = median(run.bytes for run in result.runs[name, 1]) / result.states
            rows.append([name, str(result.case), *map(_times, [*others, second]), f"{size:,.0f}"])
    yield from _table(["", "scenario", *(f"× {o}" for o in PANS), "2nd thread", "bytes"], rows)
    yield ""
    yield "Whole processes: how much longer `spin -a && gcc && ./pan` takes (tuned, without the"
    yield "export) than `lastack check` with one property, or with all."
    yield ""
    rows = []
    for result in results:
        reference = [taken.wall for taken in result.whole.get(SPIN_WHOLE, [])]
        for name, times in result.whole.items():
            if name.startswith("lastack"):
                ratio = quotient(reference, [taken.wall for taken in times])
                rows.append([name, str(result.case), _times(ratio)])
    yield from _table(["", "scenario", "× SPIN"], rows)
    yield ""


SPIN_WHOLE = "spin -a && gcc && ./pan"


def _by_hand(result: Results) -> Iterator[str]:
    yield "## The exported model and one written by hand"
    yield ""
    exported, hand = ("exported", 1), ("written by hand", 1)
    ratio = quotient(_cpu(result, exported), _cpu(result, hand))
    yield f"{result.case}: the exported model takes {_times(ratio)} times the processor time of"
    yield "`tests/exchange/models/last-ack.pml`."
    yield ""
    yield from _runs(result)
    yield ""


def _growth(ran: Sequence[tuple[Case, Program, Run]]) -> Iterator[str]:
    if not ran:
        return
    yield "## Larger and larger graphs"
    yield ""
    yield "One run of each, one thread; nanoseconds of the processor."
    yield ""
    rows = [
        [
            program.name,
            str(case),
            f"{run.states:,}",
            f"{run.transitions:,}",
            f"{run.cpu:.2f}",
            f"{run.cpu / run.states * 1e9:,.0f}",
            f"{run.cpu / run.transitions * 1e9:,.0f}",
            f"{run.bytes / run.states:,.0f}",
        ]
        for case, program, run in ran
    ]
    head = [
        "",
        "scenario",
        "states",
        "transitions",
        "CPU s",
        "ns / state",
        "ns / transition",
        "bytes / state",
    ]
    yield from _table(head, rows)
    yield ""


def _explorations(result: Results) -> Iterator[str]:
    yield f"## {result.case}"
    yield ""
    yield f"{result.states:,} states, {result.transitions:,} transitions."
    yield ""
    yield from _runs(result)
    yield ""


def _runs(result: Results) -> Iterator[str]:
    rows = []
    for (name, threads), runs in result.runs.items():
        cpu = median(run.cpu for run in runs)
        rows.append(
            [
                name,
                str(threads),
                _spread([run.cpu for run in runs]),
                _spread([run.wall for run in runs]),
                f"{result.states / cpu:,.0f}",
                f"{result.transitions / cpu:,.0f}",
                f"{median(run.bytes for run in runs) / result.states:,.0f}",
            ]
        )
    head = ["", "threads", "CPU s", "wall s", "states / CPU s", "transitions / CPU s", "bytes / state"]
    yield from _table(head, rows)


def _whole(result: Results) -> Iterator[str]:
    if not result.whole:
        return
    yield "Whole processes:"
    yield ""
    rows = [
        [name, _spread([t.wall for t in times]), _spread([t.cpu for t in times])]
        for name, times in result.whole.items()
    ]
    yield from _table(["", "wall s", "CPU s"], rows)
    yield ""


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{median(values):.2f} ({min(values):.2f} – {max(values):.2f})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
