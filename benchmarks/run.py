"""Compares lastack with pan and rumur on the same state graphs, and writes ``RESULTS.md``.

``python benchmarks/run.py`` takes about an hour; ``--quick`` a few minutes, on small graphs
whose figures mean nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.programs import (  # noqa: E402
    HAND,
    PAN,
    TUNED,
    Case,
    Failed,
    Program,
    Run,
    Taken,
    built_pan,
    built_rumur,
    check,
    engine,
    export,
    lastack,
    offered,
    pan,
    rumur,
    run_pan,
    run_rumur,
    table_option,
    tree,
)
from benchmarks.report import SPIN_WHOLE, Results, report  # noqa: E402

CASES = [
    Case("rfc9293", "open and close", 2, "right stream"),
    Case("rfc9293", "TIME-WAIT defended", 5, "right stream"),
    Case("textbook", "last ACK sent again", 8, "numbers agree"),
]
BY_HAND = Case("textbook", "last ACK sent again", 8, "numbers agree")
"""The case of the model that is written by hand."""

GROWTH = [Case("rfc9293", "half-close with data left", capacity, "") for capacity in (2, 3, 4)]
"""From a third of a million to a hundred million states, for lastack alone."""

QUICK = [Case("rfc9293", "open", 2, "ISN agreement")]
QUICK_BY_HAND = Case("textbook", "last ACK sent again", 3, "numbers agree")

ALL, ONE = "all properties", "one property"


class Bench:
    """Builds and runs everything below a folder."""

    def __init__(self, folder: Path, rounds: int, engines: Sequence[str]) -> None:
        self.folder = folder
        self.rounds = rounds
        self.tree = tree(folder / "lastack")
        names, self.threaded = offered(self.tree)
        unknown = set(engines) - set(names)
        if unknown:
            raise SystemExit(f"--engine {min(unknown)}: expected one of {', '.join(names)}")
        self.choices = list(engines) or names
        # auto is one of the others, which only whole processes are asked for.
        self.engines = [name for name in self.choices if name != "auto"]

    def explorations(self, case: Case) -> Results:
        """One after the other, again and again, so that no program has the better minutes."""
        at = self.folder / re.sub(r"\W+", "-", str(case))
        text = export(self.tree, "promela", case)
        found = self._results(case, text)
        size = table_option(found.states)
        two = (*TUNED, "-DNCORE=2")
        murphi = export(self.tree, "murphi", case)
        programs = [
            *(engine(self.tree, name, threads, case) for name in self.engines for threads in _threads(name)),
            *(engine(self.tree, "native", t, case, wide=True) for t in (1, 2) if "native" in self.engines),
            pan("pan", text, at / "pan", PAN),
            pan("pan, tuned", text, at / "tuned", TUNED, size),
            pan("pan, tuned", text, at / "two", two, size, threads=2),
            *(rumur(murphi, at / f"rumur{threads}", threads) for threads in (1, 2)),
        ]
        self._rounds(found, programs)
        self._whole(found, text, murphi, at / "whole")
        return found

    def by_hand(self, case: Case) -> Results:
        text = export(self.tree, "promela", case)
        found = self._results(case, text)
        size = table_option(found.states)
        hand = f"#define CAPACITY {case.capacity}\n{HAND.read_text(encoding='utf-8')}"
        models = (("written by hand", hand), ("exported", text))
        self._rounds(found, [pan(n, t, self.folder / n, TUNED, size) for n, t in models])
        return found

    def growth(self, case: Case) -> list[tuple[Case, Program, Run]]:
        """One run of each engine that is not the reference."""
        engines = [engine(self.tree, name, 1, case) for name in self.engines if name != "reference"]
        ran = []
        for program in engines:
            _say(f"{case}: {program.name}")
            ran.append((case, program, program.run()))
        return ran

    def _results(self, case: Case, model: str) -> Results:
        """The counts are those of the reference engine, which the model says in its head."""
        said = re.search(r"states (\d+), transitions (\d+)", model)
        if said is None:
            raise Failed(f"{case}: the export is\n{model[:2000]}")
        return Results(case, int(said[1]), int(said[2]))

    def _rounds(self, found: Results, programs: Sequence[Program]) -> None:
        for number in range(self.rounds):
            for program in programs:
                if number and program.once:
                    continue
                _say(f"{found.case}: round {number + 1}: {program.name}, {program.threads} threads")
                run = program.run()
                _require(found, program.name, run)
                found.note(program, run)

    def _whole(self, found: Results, promela: str, murphi: str, at: Path) -> None:
        size = table_option(found.states)

        def spin() -> Taken:
            built = built_pan(promela, at / "spin", TUNED)
            return built + run_pan(at / "spin", size)[0]

        def rumur_() -> Taken:
            return built_rumur(murphi, at / "rumur", 1) + run_rumur(at / "rumur")[0]

        for number in range(self.rounds):
            for name, run in self._processes(found.case, at / f"cold{number}", number > 0):
                _say(f"{found.case}: round {number + 1}: {name}")
                found.whole.setdefault(name, []).append(run())
            found.whole.setdefault(SPIN_WHOLE, []).append(spin())
            found.whole.setdefault("rumur && gcc && ./model", []).append(rumur_())

    def _processes(self, case: Case, at: Path, again: bool) -> Iterator[tuple[str, Callable[[], Taken]]]:
        """Cold, then warm: a copy of the program has compiled nothing before it first runs."""
        one = ("-p", case.property)
        for name in self.choices:
            if name == "reference" and again:
                continue
            checked = partial(check, tree(at / name), name, case)
            yield f"lastack check, {name}, {ONE}, cold", partial(checked, *one)
            if name == "reference":
                continue
            yield f"lastack check, {name}, {ONE}, warm", partial(checked, *one)
            yield f"lastack check, {name}, {ALL}, warm", checked
            if self.threaded:
                yield (
                    f"lastack check, {name}, {ONE}, warm, 1 thread",
                    partial(checked, *one, "--threads", "1"),
                )


def _threads(engine: str) -> tuple[int, ...]:
    return (1,) if engine == "reference" else (1, 2)


def _require(found: Results, name: str, run: Run) -> None:
    if (run.states, run.transitions) != (found.states, found.transitions):
        raise Failed(f"{found.case}: {name} found {run.states} states, {run.transitions} transitions")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _about(bench: Bench) -> dict[str, str]:
    """The machine and the versions of what was measured."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*: (.*)", cpu)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    installed = lastack(bench.tree, "-m", "pip", "list", "--format", "freeze").printed
    found = re.findall(r"^(numpy|numba|llvmlite)==(.*)$", installed, re.MULTILINE)
    return {
        "processor": f"{model[1] if model else platform.processor()}, {os.cpu_count()} processors",
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": platform.platform(),
        "lastack": lastack(bench.tree, "-m", "checker", "--version").printed.split()[-1] + _commit(),
        "Python": platform.python_version() + "".join(f", {name} {version}" for name, version in found),
        "SPIN": _version("spin", "-V"),
        "rumur": _version("rumur", "--version"),
        "C compiler": _version("gcc", "--version"),
        "rounds": f"{bench.rounds}, the reference engine in the first only",
    }


def _version(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f" at {done.stdout.strip()}" if done.returncode == 0 else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small graphs, two rounds")
    parser.add_argument("--rounds", type=int, default=0, help="how often each program runs, default 5")
    parser.add_argument("--engine", action="append", default=[], help="default: all that there are")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), asked.rounds or (2 if asked.quick else 5), asked.engine)
        results = [bench.explorations(case) for case in (QUICK if asked.quick else CASES)]
        by_hand = bench.by_hand(QUICK_BY_HAND if asked.quick else BY_HAND)
        growth = [ran for case in (QUICK if asked.quick else GROWTH) for ran in bench.growth(case)]
        text = report(results, by_hand, growth, _about(bench), asked.quick)
    asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
