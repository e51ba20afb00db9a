"""What `lastack prove` asks the solver: of a document, of a scenario's numbers, and as files.

z3 is loaded when something is asked, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from checker.document.protocol import Protocol, Scenario
from checker.prove.results import NewLimits


def about_document(protocol: Protocol, smt_dir: Path | None = None) -> Iterator[Text]:
    """What the solver says of any initial numbers and of the table; with the questions written to
    ``smt_dir``.

    Raises ``OSError`` where they cannot be written.
    """
    from checker.prove.solver.obligation import write_all
    from checker.prove.solver.results import ask_of_document
    from checker.show.solver import document_report

    result = ask_of_document(protocol)
    if smt_dir is not None:
        write_all(result.results(), smt_dir)
    yield from document_report(result)


def about_numbers(
    protocol: Protocol, scenario: Scenario, limits: NewLimits, smt_dir: Path | None = None
) -> Iterator[Text]:
    """The initial numbers with which a scenario goes otherwise (`--isn-hazard`).

    Raises ``LimitReached``, ``SemanticError``, ``OSError``.
    """
    from checker.prove.solver.obligation import write_all
    from checker.prove.solver.results import ask_of_scenario
    from checker.show.solver import hazard_report

    result = ask_of_scenario(protocol, scenario, limits)
    if smt_dir is not None:
        write_all(result.results(), smt_dir)
    yield from hazard_report(result)
