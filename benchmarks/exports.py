"""How fast pan is on exported models; run it as ``python benchmarks/exports.py``.

The first table compares the exported model of a scenario with one that was written by hand
for the same graph; the second tries options of pan on an exported model of a larger one.
Processor time is the least of several runs, the models taking turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from checker.document.library import load  # noqa: E402
from checker.exchange.product import Product, product_of  # noqa: E402
from checker.exchange.promela import to_promela  # noqa: E402
from checker.explore.reference import explore  # noqa: E402
from checker.model.tables import Model  # noqa: E402

RUNS = 7
ALWAYS = ("-O2", "-w", "-DSAFETY", "-DNOREDUCE")
BEST = ("-DNOCOMP",)
OPTIONS: Sequence[tuple[str, ...]] = (BEST, (), ("-DCOLLAPSE",), ("-DNOCOMP", "-DNOVSZ", "-DNOFAIR"))
HAND = ROOT / "tests" / "exchange" / "models" / "last-ack.pml"


def product(document: str, scenario: str, capacity: int | None = None) -> Product:
    protocol = load(ROOT / "spec" / document)
    chosen = protocol.scenarios[scenario]
    return product_of(explore(Model(protocol, replace(chosen, capacity=capacity or chosen.capacity))))


def build(text: str, folder: Path, options: Sequence[str]) -> Path:
    """A verifier made of a Promela model."""
    folder.mkdir(parents=True)
    (folder / "model.pml").write_text(text, encoding="utf-8")
    subprocess.run(["spin", "-a", "model.pml"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["gcc", *ALWAYS, *options, "-o", "pan", "pan.c"], cwd=folder, check=True)
    return folder / "pan"


def processor_seconds(pan: Path, states: int) -> float:
    """User and system time of one run, which must find ``states``."""
    before = os.times()
    command = [str(pan), "-m100000", "-w22"]
    printed = subprocess.run(command, cwd=pan.parent, check=True, capture_output=True, text=True).stdout
    after = os.times()
    assert f"{states} states, stored" in printed, printed
    spent = after.children_user - before.children_user
    return spent + after.children_system - before.children_system


def compare(pans: Mapping[str, Path], states: int) -> None:
    best = dict.fromkeys(pans, float("inf"))
    for _ in range(RUNS):
        for name, pan in pans.items():
            best[name] = min(best[name], processor_seconds(pan, states))
    for name, seconds in best.items():
        print(f"  {name:34} {seconds:5.2f} s  {states / seconds:12,.0f} states per second")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = product("textbook.md", "last ACK sent again", 7)
        print(f"{small.document}, {small.scenario}, capacity 7: {small.states:,} states, {' '.join(BEST)}")
        by_hand = f"#define CAPACITY 7\n{HAND.read_text(encoding='utf-8')}"
        compare(
            {
                "written by hand": build(by_hand, folder / "hand", BEST),
                "exported": build(to_promela(small), folder / "exported", BEST),
            },
            small.states,
        )
        large = product("rfc9293.md", "open and close")
        text = to_promela(large)
        print(
            f"{large.document}, {large.scenario}: {large.states:,} states, {large.transitions:,} transitions"
        )
        built = {
            " ".join(options) or "(no other option)": build(text, folder / f"large{i}", options)
            for i, options in enumerate(OPTIONS)
        }
        compare(built, large.states)


if __name__ == "__main__":
    main()
