"""Which engine explores, and that it is not loaded where it is not needed."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from checker.explore import engines
from checker.explore.engines import Engine
from checker.explore.graph import StateGraph
from checker.explore.limits import Limits, Progress
from checker.explore.native import engine as native
from tests.cli.commands import environment
from tests.explore.same import same_graph
from tests.toys import ROOT, model_of


def explored(name: str, most: int | None = None, scenario: str = "some end") -> StateGraph:
    return Engine(name).explore(model_of("echo", scenario), Limits(max_states=most))


def test_few_states_are_explored_in_plain_python() -> None:
    assert explored("auto").engine == "reference"
    assert explored("native").engine == "native"
    assert explored("reference").engine == "reference"


def test_many_states_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "FEW_IF_LOADED", 1_000)
    graph = explored("auto")
    assert graph.engine == "native"
    same_graph(explored("reference"), graph)
    monkeypatch.setattr(engines, "FEW_IF_LOADED", len(graph))
    assert explored("auto").engine == "reference"
    monkeypatch.setattr(engines, "FEW_IF_LOADED", len(graph) - 1)
    assert explored("auto").engine == "native"


def test_without_numba_all_is_plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "FEW_IF_LOADED", 1_000)
    monkeypatch.setattr(engines, "is_installed", lambda: False)
    assert explored("auto").engine == "reference"


@pytest.mark.parametrize("most", [100, 1_000, 1_500])
def test_a_limit_ends_both_engines_at_the_same_state(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "FEW_IF_LOADED", 1_000)
    auto = explored("auto", most)
    assert auto.engine == ("reference" if most <= 1_000 else "native")
    assert auto.limit == f"more than {most:,} states (--max-states)"
    same_graph(explored("reference", most), auto)


def test_a_limit_of_time_ends_the_native_engine() -> None:
    graph = native.explore(model_of("echo", "some end"), Limits(time_limit=0.0))
    assert (graph.complete, graph.limit) == (False, "more than 0 seconds (--time-limit)")
    assert (len(graph), graph.levels, graph.expanded, graph.transitions) == (1, (1,), 0, 0)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_was_found_before_an_interruption_is_kept(threads: int) -> None:
    """Who is told of the progress may end it; without that this one would not end soon."""
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        limits.interrupted = True

    limits = Limits(report=report, max_states=50_000_000)
    graph = native.explore(model_of("echo", "no end"), limits, threads)
    assert (graph.complete, graph.limit, len(told)) == (False, "interrupted", 1)
    assert 0 < told[0].frontier < told[0].states <= len(graph)
    assert sum(graph.levels) == len(graph)
    # At depth d there are d+1 states: two ends that count their steps.
    assert graph.levels[:-2] == tuple(range(1, len(graph.levels) - 1))


# What a start takes

START = """
import sys
import checker.cli.check
from checker.explore.engines import Engine
from checker.explore.limits import Limits
from tests.toys import model_of
assert Engine("native", 1).explore(model_of("post", "one letter"), Limits()).engine == "native"
from checker.explore.native import contents, generate, pairs, table
from numba.core.dispatcher import Dispatcher
found = {(d.py_func.__name__, d) for m in (contents, generate, pairs, table) for d in vars(m).values()
         if isinstance(d, Dispatcher)}
print(*sorted(name for name, d in found if d.overloads and not sum(d.stats.cache_hits.values())))
print(*sorted({"networkx", "scipy.linalg", "scipy.sparse"} & set(sys.modules)))
"""


def starts(**variables: str) -> list[str]:
    """What two starts, one after the other, had to compile and load."""
    command = [sys.executable, "-c", START]
    env = {**environment(), **variables}
    return [
        subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]


@pytest.mark.slow
def test_a_later_start_compiles_nothing_and_loads_no_other_library() -> None:
    """What is inlined in kernels is kept with them, but compiled anew where Python calls it."""
    assert starts()[1] == "\n\n"


@pytest.mark.slow
def test_only_the_first_start_compiles(tmp_path: Path) -> None:
    cold, warm = starts(XDG_CACHE_HOME=str(tmp_path))
    assert "generate" in cold.splitlines()[0].split()
    assert warm == "\n\n"


# Where the kernels are kept

KERNELS = """
from pathlib import Path
from checker.explore.native import jit
from checker.explore.native.pairs import _move, empty
print(jit.kept_in())
_move(*empty(1), *empty(1))
print(sum(_move.stats.cache_hits.values()))
"""


def kernels(cache: Path, home: Path) -> list[str]:
    """The folder of the kernels, and how many were loaded from it."""
    variables = {**environment(), "XDG_CACHE_HOME": str(cache), "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", KERNELS], env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_kernels_are_kept_in_the_users_cache(tmp_path: Path) -> None:
    folder, hits = kernels(tmp_path / "cache", tmp_path)
    assert Path(folder).parent == tmp_path / "cache" / "lastack"
    assert hits == "0"
    assert kernels(tmp_path / "cache", tmp_path) == [folder, "1"]


def test_kernels_are_kept_elsewhere_if_there_is_no_such_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    folder, _ = kernels(tmp_path / "file", tmp_path / "file")
    assert Path(folder).parent.name == "__pycache__"


AT_ONCE = """
import sys, time
from pathlib import Path
import numpy as np
from numba.core.caching import IndexDataCacheFile
from checker.explore.native.pairs import _move, empty

folder, name, wide = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "wide"
load = IndexDataCacheFile._load_index

def slow(self):
    found = load(self)
    if name != "after" and "_move" in self._index_name:
        time.sleep(0.5)
    return found

IndexDataCacheFile._load_index = slow
(folder / name).touch()
while name != "after" and len(list(folder.glob("process*"))) < 2:
    time.sleep(0.01)
kinds = [np.int64 if wide else np.int32] if name != "after" else [np.int32, np.int64]
for kind in kinds:
    keys, values = empty(1)
    keys[0], values[0] = 7, 8
    others = empty(1)[0], np.zeros(len(keys), kind)
    _move(keys, values.astype(kind), *others)
    assert sorted(others[1].tolist())[-1] == 8, others
print(sum(_move.stats.cache_hits.values()))
"""


def loaded(cache: Path, *processes: tuple[str, str]) -> list[str]:
    """How many kernels each process loads that was compiled before; they run at the same time."""
    variables = {**environment(), "XDG_CACHE_HOME": str(cache)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, str(cache), name, kind],
            env=variables,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, kind in processes
    ]
    said = [one.communicate()[0].strip() for one in running]
    assert not any(one.returncode for one in running)
    return said


@pytest.mark.slow
def test_kernels_that_are_compiled_at_the_same_time_are_kept_apart(tmp_path: Path) -> None:
    """Both have read what is kept before either writes."""
    assert loaded(tmp_path, ("process 1", "wide"), ("process 2", "narrow")) == ["0", "0"]
    assert loaded(tmp_path, ("after", "")) == ["2"]


@pytest.mark.slow
def test_two_processes_do_not_compile_the_same_kernel(tmp_path: Path) -> None:
    assert sorted(loaded(tmp_path, ("process 1", "wide"), ("process 2", "wide"))) == ["0", "1"]


def test_a_kernel_that_cannot_be_compiled_is_not_waited_for(tmp_path: Path) -> None:
    """By the process that tried."""
    script = tmp_path / "kernel.py"
    script.write_text(
        "from checker.explore.native import jit\n"
        "jit.MOST_WAITING = 1_000.0\n"
        "@jit.kernel\n"
        "def broken(number: int) -> int:\n"
        "    return number.nothing\n"
        "for _ in range(2):\n"
        "    try:\n"
        "        broken(1)\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)\n",
        encoding="utf-8",
    )
    variables = {**environment(), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, script], env=variables, capture_output=True, text=True, timeout=60)
    assert done.stdout == "TypingError\nTypingError\n"


@pytest.mark.slow
def test_a_process_that_comes_to_no_end_is_not_waited_for(tmp_path: Path) -> None:
    """Such as one that was stopped while it compiled."""
    script = AT_ONCE.replace("(folder / name)", "jit.MOST_WAITING = 0.1\n(folder / name)")
    variables = {**environment(), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "from checker.explore.native import jit\n" + script]
    folder = Path(kernels(tmp_path, tmp_path)[0])
    with open(folder / "_move.turn", "wb") as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        done = subprocess.run(
            [*command, str(tmp_path), "after", ""], env=variables, capture_output=True, text=True, timeout=100
        )
    assert (done.stdout, done.stderr) == ("1\n", "")
