"""The results of a check as the value that a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checker.document.protocol import Protocol
from checker.show.page.document import document_value
from checker.show.page.runs import RunWriter
from checker.show.report import remark_on
from checker.verify.results import Judged, ScenarioResult, never_fired
from checker.verify.stuck import run_of


@dataclass(frozen=True)
class Pictures:
    """The pictures of a page, as ``elements_of`` gives them: the machine, and by scenario its state
    graph; or in words why there is none."""

    machine: list[Any] | str
    graphs: Mapping[str, list[Any] | str] = field(default_factory=dict)


def report_value(
    protocol: Protocol,
    version: str,
    results: Sequence[ScenarioResult],
    pictures: Pictures,
    complaints: Sequence[str] = (),
    troubles: Sequence[str] = (),
) -> dict[str, Any]:
    """What a page shows of the ``results`` for a document, whose text has the hash ``version``.

    ``complaints`` are about no single verdict; ``troubles`` are why scenarios could not be checked.
    It is the same for the same results.
    """
    writer = _Writer(protocol)
    scenarios = [writer.scenario(result, pictures.graphs) for result in results]
    return {
        "mode": "report",
        **document_value(protocol, [result.rules for result in results]),
        "version": version,
        "declared": len(protocol.scenarios),
        "silent": never_fired(protocol, results) if len(results) == len(protocol.scenarios) else [],
        "complaints": list(complaints),
        "troubles": list(troubles),
        "scenarios": scenarios,
        "runs": writer.runs,
        "texts": writer.writer.texts.values,
        "machine": pictures.machine,
    }


class _Writer:
    def __init__(self, protocol: Protocol) -> None:
        self.writer = RunWriter(protocol)
        self.properties = {name: number for number, name in enumerate(protocol.properties)}
        self.runs: list[dict[str, Any]] = []

    def scenario(self, result: ScenarioResult, graphs: Mapping[str, list[Any] | str]) -> dict[str, Any]:
        known: dict[Any, int] = {}
        return {
            "name": result.scenario.name,
            "scope": result.judged[0].verdict.scope if result.judged else "",
            "states": result.states,
            "transitions": result.transitions,
            "depth": result.depth,
            "complete": result.complete,
            "limit": result.limit,
            "verdicts": [self._verdict(result, judged, known) for judged in result.judged],
            "graph": graphs.get(result.scenario.name, ""),
        }

    def _verdict(self, result: ScenarioResult, judged: Judged, known: dict[Any, int]) -> dict[str, Any]:
        """What is as usual is left out. ``known`` are the runs that have been written, with their
        numbers: several properties may fail in the same one."""
        verdict = judged.verdict
        written: dict[str, Any] = {
            "property": self.properties[verdict.property.name],
            "outcome": verdict.outcome,
        }
        if not judged.as_expected:
            written["wrong"] = judged.complaint
        run = run_of(result.model, verdict)
        remark = remark_on(judged, drawn=run is not None)
        optional = {"remark": remark, "reason": verdict.reason if run is not None else ""}
        written |= {key: text for key, text in optional.items() if text}
        if verdict.end is not None:
            written["end"] = verdict.end
        if run is not None:
            if run not in known:
                known[run] = len(self.runs)
                self.runs.append(self.writer.run(result.model, run))
            written["run"] = known[run]
        return written
