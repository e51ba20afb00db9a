"""A question to the solver: what it is, what its answer means, and as an SMT-LIB 2 file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import z3

from checker.document.kinds import Value
from checker.prove.solver.free import Symbol
from checker.prove.solver.terms import Bool, Words

EFFORT = 20_000_000
"""What the solver may spend on one question, in steps that it counts: some seconds. The answer is
the same however busy the machine is."""

TOO_MUCH = "it takes more effort than a question is given"

Answer = Literal["sat", "unsat", "unknown"]
Status = Literal["proved", "fails", "unknown"]
Example = tuple[tuple[str, Value], ...]
"""Names of the document, and the values that they have in an example."""


@dataclass(frozen=True)
class Obligation:
    """A claim that holds if ``assertions`` have no solution, or for ``wants`` ``sat``, if they
    have one.

    ``symbols`` are what an example shows, as far as the assertions speak of it.
    """

    name: str
    claim: str
    assertions: tuple[Bool, ...]
    symbols: tuple[Symbol, ...]
    words: Words
    wants: Answer = "unsat"


@dataclass(frozen=True)
class Result:
    """What came of an obligation; ``example`` shows why it fails, or that it can be met."""

    obligation: Obligation
    status: Status
    answer: Answer
    example: Example = ()
    reason: str = ""


def solve(obligation: Obligation, effort: int = EFFORT) -> Result:
    """Asks the solver, afresh, so that answers do not depend on what was asked before."""
    solver = new_solver(effort)
    solver.add(*obligation.assertions)
    return answer_of(solver, obligation)


def new_solver(effort: int, is_general: bool = False) -> Any:
    """A solver that gives up a question beyond so much ``effort``: the one for bit-vectors, or the
    ``is_general`` one, which is the better one where many questions share their assertions."""
    solver = z3.Solver() if is_general else z3.SolverFor("QF_BV")
    solver.set("rlimit", effort)
    solver.set("ctrl_c", False)  # or it would answer Ctrl-C by `unknown`, and nobody else heard of it
    return solver


def answer_of(solver: Any, obligation: Obligation) -> Result:
    """Asks a solver that has been given the assertions of an obligation."""
    found = solver.check()
    if found == z3.unknown:
        return Result(obligation, "unknown", "unknown", reason=_reason(solver))
    answer: Answer = "sat" if found == z3.sat else "unsat"
    example = _example(obligation, solver.model()) if answer == "sat" else ()
    return Result(obligation, "proved" if answer == obligation.wants else "fails", answer, example)


def _reason(solver: Any) -> str:
    """Why a question has no answer; its parts have several words for having spent the effort."""
    said = str(solver.reason_unknown())
    return TOO_MUCH if "canceled" in said or "resource" in said else said


def _example(obligation: Obligation, model: Any) -> Example:
    """The values of the symbols that the assertions speak of."""
    spoken = names_in(obligation.assertions)
    return tuple(
        (symbol.name, obligation.words.read(symbol.kind, symbol.term, model))
        for symbol in obligation.symbols
        if spoken & names_in(symbol.term.parts)
    )


def typed(assertions: Iterable[Bool], symbols: Iterable[Symbol], words: Words) -> tuple[Bool, ...]:
    """``assertions``, and that the symbols that they speak of are values of their kinds."""
    kept = tuple(assertions)
    spoken = names_in(kept)
    bounds = (words.typed(s.kind, s.term) for s in symbols if spoken & names_in(s.term.parts))
    return (*(bound for bound in bounds if not z3.is_true(bound)), *kept)


def names_in(terms: Iterable[Any]) -> set[str]:
    """The constants that terms speak of."""
    found: set[str] = set()
    seen: set[int] = set()
    todo = list(terms)
    while todo:
        term = todo.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.add(str(term.decl().name()))
        todo.extend(term.children())
    return found


# As files


def smt(result: Result) -> str:
    """An obligation as SMT-LIB 2, with the answer that another solver should come to."""
    obligation = result.obligation
    solver = z3.Solver()
    solver.add(*obligation.assertions)
    comment = [obligation.name, *obligation.claim.splitlines(), _meaning(obligation), *_legend(obligation)]
    return "\n".join(
        [
            *(f"; {line}" for line in comment),
            "(set-logic QF_BV)",
            f"(set-info :status {result.answer})",
            solver.sexpr().rstrip(),
            "(check-sat)",
            "",
        ]
    )


def _legend(obligation: Obligation) -> Iterator[str]:
    """Which number stands for which word, for the words that the assertions speak of."""
    spoken = names_in(obligation.assertions)
    kinds = [s.kind for s in obligation.symbols if s.kind.base == "words" and spoken & names_in(s.term.parts)]
    for word in dict.fromkeys(word for kind in kinds for word in kind.words):
        yield f"{obligation.words.term(word).value.sexpr()} is {word}"


def _meaning(obligation: Obligation) -> str:
    if obligation.wants == "unsat":
        return "It holds if there is no solution (unsat); a solution is a counterexample."
    return "It holds if there is a solution (sat)."


def write_all(results: Iterable[Result], folder: Path) -> list[Path]:
    """Writes each obligation to a file of its own in ``folder``, which is made if need be.

    Raises ``OSError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for result in results:
        name = file_name(result.obligation.name)
        while name.lower() in written:  # names that differ in signs only
            name = f"{name}_"
        path = written[name.lower()] = folder / f"{name}.smt2"
        path.write_text(smt(result), encoding="utf-8", newline="\n")
    return list(written.values())


def file_name(name: str) -> str:
    """A name for a file that tells which obligation it is."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")
