"""How the parts of the program hang together, read from their sources."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.document.library import holds_claims, holds_figure, load
from checker.document.protocol import Protocol
from tests.toys import ROOT

PACKAGE = ROOT / "checker"
FILES = sorted(PACKAGE.rglob("*.py"))
LAYERS = [
    *("document", "model", "explore", "verify", "compare", "prove", "timing", "show", "exchange", "cli")
]
BESIDE = {"show": "exchange", "exchange": "show", "prove": "timing", "timing": "prove"}
"""These are side by side, two and two: neither needs the other."""

HOME = {
    "markdown_it": {"document"},
    "lark": {"document"},
    "numpy": {"explore", "verify", "compare"},
    "networkx": {"explore", "verify", "timing"},
    "scipy": {"explore", "verify"},
    "numba": {"explore"},
    "llvmlite": {"explore"},
    "z3": {"prove", "timing"},
    "graphviz": {"show"},
    "rich": {"show", "cli"},
    "click": {"cli"},
}
"""The packages in which a library may be imported."""


def layer(path: Path) -> str:
    """The package a file belongs to; empty for the top one."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_files_are_there() -> None:
    assert {layer(path) for path in FILES} == {"", *LAYERS}
    assert len(FILES) > 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    own = layer(path)
    if not own:
        ours = {name.split(".")[1] for name in imports(path) if name.startswith("checker.")}
        assert ours == ({"cli"} if path.name == "__main__.py" else set())
        return
    allowed = set(LAYERS[: LAYERS.index(own) + 1]) - {BESIDE.get(own, "")}
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "checker" and rest and rest != "__version__":
            assert rest.split(".")[0] in allowed, f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_stays_where_it_belongs(path: Path) -> None:
    for name in imports(path):
        library = name.split(".")[0]
        if library in HOME:
            assert layer(path) in HOME[library], f"{path} imports {library}"


def test_each_library_is_used_where_it_is_said_to_be() -> None:
    """Else the table above would forbid nothing."""
    used = {(name.split(".")[0], layer(path)) for path in FILES for name in imports(path)}
    for library in ("markdown_it", "lark", "networkx", "graphviz", "rich", "click"):
        assert {place for name, place in used if name == library} <= HOME[library]
        assert any(name == library for name, _ in used)


def test_solvers_leave_interruptions_to_others() -> None:
    """Z3 takes Ctrl-C for its own unless a solver is told not to; two functions do that, and a
    third one writes a solver to a file."""
    made: set[str] = set()
    for path in FILES:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(map(makes_solver, ast.walk(function))):
                made.add(f"{path.stem}.{function.name}")
    assert made == {"obligation.new_solver", "obligation.smt", "solve.new_solver"}


def makes_solver(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(
            value=ast.Name(id="z3"), attr="Solver" | "SolverFor" | "SimpleSolver" | "Optimize"
        ):
            return True
    return False


def speaks(path: Path) -> Iterator[str]:
    """Where a file prints, writes to the standard streams, or ends the process."""
    streams = {"stdout", "stderr", "stdin", "exit"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="print" | "input" | "exit" | "quit" | "breakpoint" as name)):
                yield f"{path}:{node.lineno}: {name}()"
            case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in streams:
                yield f"{path}:{node.lineno}: sys.{name}"
            case ast.Attribute(value=ast.Name(id="os"), attr="_exit" | "abort" | "kill" as name):
                yield f"{path}:{node.lineno}: os.{name}"
            case ast.Raise(exc=ast.Call(func=ast.Name(id="SystemExit")) | ast.Name(id="SystemExit")):
                yield f"{path}:{node.lineno}: raise SystemExit"


def test_only_the_command_line_prints_or_exits() -> None:
    ours = [path for path in FILES if layer(path) == "cli" or path == PACKAGE / "__main__.py"]
    assert [place for path in FILES if path not in ours for place in speaks(path)] == []
    assert [place for path in ours for place in speaks(path)] != []


@pytest.mark.parametrize("root", ["checker", "tests"])
def test_files_are_short(root: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / root).rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines >= 400} == {}


# What proofs rest on

TRUSTED = ["audit", "certificate", "claims", "rows"]
"""The files of ``prove`` that check a certificate."""

SHARED = {"checker.model.evaluate", "checker.model.operators", "checker.model.segment"}
"""What they share with the rest, besides the reader of documents."""


@pytest.mark.parametrize("name", TRUSTED)
def test_the_check_of_proofs_shares_no_semantics_with_what_makes_them(name: str) -> None:
    """What rows do, what may happen, and what claims speak of is said a second time there."""
    path = PACKAGE / "prove" / f"{name}.py"
    known = {f"checker.prove.{other}" for other in TRUSTED}
    for imported in imports(path):
        top, *rest = imported.split(".")
        module = ".".join([top, *rest[:2]])
        if top == "checker":
            assert rest[0] == "document" or module in SHARED | known, f"{path} imports {imported}"
        else:
            assert top in sys.stdlib_module_names
    assert len(path.read_text(encoding="utf-8").splitlines()) < 200


@pytest.mark.parametrize("module", sorted(SHARED))
def test_what_the_check_of_proofs_shares_rests_on_documents_alone(module: str) -> None:
    path = PACKAGE.parent / (module.replace(".", "/") + ".py")
    ours = [name for name in imports(path) if name.startswith("checker.")]
    assert all(
        ".".join(name.split(".")[:3]) in SHARED or name.startswith("checker.document") for name in ours
    )


# No protocol in the program

ORDINARY = re.compile(r"[A-Z]?[a-z]+( [a-z]+)*")
"""Names that are English words, such as ``open`` or ``Flags``; they may stand anywhere."""

LANGUAGE = {"STATE", "TCB", "A", "B"}
"""Words of the document language itself."""


def names_of(protocol: Protocol) -> Iterator[str]:
    """All that a document declares, with the words that sets of flags and kinds consist of."""
    yield from protocol.states
    yield from protocol.variables
    yield from protocol.switches
    yield from protocol.events
    yield from protocol.definitions
    yield from protocol.assumptions
    yield from protocol.durations
    for field in protocol.fields.values():
        yield field.name
        yield field.written
        yield from field.kind.words
    yield from (rule.id for rule in protocol.rules)


def telling(name: str) -> bool:
    """Whether a name can only come from a protocol."""
    return len(name) > 1 and name not in LANGUAGE and not ORDINARY.fullmatch(name)


def found_in(text: str, names: set[str]) -> set[str]:
    """The ``names`` that stand in ``text`` as whole words."""
    longest = sorted(map(re.escape, names), key=len, reverse=True)
    words = re.compile(rf"(?<![\w.\-])(?:{'|'.join(longest)})(?![\w\-]|\.\w)")
    return set(words.findall(text))


@pytest.fixture(scope="module")
def protocol_names() -> set[str]:
    documents = [*sorted((ROOT / "spec").glob("*.md")), *sorted((ROOT / "spec").glob("tutorials/*.md"))]
    documents = [path for path in documents if not (holds_claims(path) or holds_figure(path))]
    return {name for path in documents for name in names_of(load(path)) if telling(name)}


def test_names_are_found_where_they_stand(protocol_names: set[str]) -> None:
    """The test below can fail: these would be found."""
    for name in ("LISTEN", "ESTABLISHED", "TIME-WAIT", "SYN", "ACK", "SND.UNA", "SEG.SEQ", "2MSL", "SEQ"):
        assert name in protocol_names
        assert found_in(f"if state == '{name}':", protocol_names) == {name}
    assert found_in("LISTENER, SYNC, X-ACK, SND.UNA.X, ACK-X", protocol_names) == set()
    assert not any(telling(word) for word in ("open", "closed", "owe reset", "A", "STATE"))


@pytest.mark.parametrize(
    "path",
    [
        *FILES,
        *(path for kind in ("lark", "js", "css", "html") for path in sorted(PACKAGE.rglob(f"*.{kind}"))),
    ],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_the_program_knows_no_protocol(path: Path, protocol_names: set[str]) -> None:
    assert found_in(path.read_text(encoding="utf-8"), protocol_names) == set()
