"""The benchmark runs from end to end; what it measures is not looked at here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exchange.checkers import counts, graph_of, needs
from tests.toys import ROOT


@pytest.mark.slow
@needs("spin", "rumur", "gcc")
def test_a_quick_benchmark_measures_every_program(tmp_path: Path) -> None:
    target = tmp_path / "RESULTS.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "-o", str(target)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    text = target.read_text(encoding="utf-8")
    states, transitions = counts(graph_of("spec/rfc9293.md", "open", 2))
    assert f"\n{states:,} states, {transitions:,} transitions.\n" in text
    # A run that finds other counts ends the benchmark; each of these has had its runs.
    table = text.partition("\n## rfc9293")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| (\d) \| \d", table, re.MULTILINE)
    assert {("lastack, reference", "1"), ("pan", "1"), ("pan, tuned", "1"), ("rumur", "1")} < set(rows)
    assert {("pan, tuned", "2"), ("rumur", "2")} < set(rows)
    assert re.search(r"^\| lastack check, reference, .*, cold \| .* \| \d+\.\d\d \|$", text, re.MULTILINE)
    assert "A quick run" in text
