"""Proofs as a person reads them: a block for each scenario with what is proved of it, the runs
of what is not, and the views that block a proof; at the end the sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.protocol import Protocol
from checker.model.segment import SegmentForm
from checker.prove.decide import Moment
from checker.prove.results import ProofResult, beside_expected
from checker.show.counterexample import counterexamples
from checker.show.paragraph import counted, paragraph
from checker.show.report import verdict_lines

INDENT = "     "


def proof_report(protocol: Protocol, result: ProofResult) -> Iterator[Text]:
    """The block of one scenario."""
    yield from paragraph(result.scenario.name, "bold", hanging="  ")
    yield from paragraph(_size(result), "dim", "  ")
    judged = [(proof, beside_expected(result.scenario, proof)) for proof in result.proofs]
    if judged:
        yield from paragraph(result.scope, "dim", "  ")
    yield from verdict_lines([each for _, each in judged])
    yield from counterexamples([(proof.model, each) for proof, each in judged if proof.model is not None], ())
    for proof in result.proofs:
        if proof.blocking is not None:
            yield Text()
            yield from _blocking(protocol, proof.verdict.property.name, proof.blocking)
    yield Text()


def _size(result: ProofResult) -> str:
    """How large the closures are."""
    sizes = [
        counted(len(closure), "exact view" if closure.is_exact else "merged view")
        for closure in result.closures
    ]
    return ", ".join([*sizes, f"{result.seconds:.1f} s"])


def _blocking(protocol: Protocol, property: str, moment: Moment) -> Iterator[Text]:
    """The view that keeps a property from being proved; no run is known that comes to it."""
    yield Text(f"  ── {property}: not proved, because of this view", style="bold yellow")
    form = SegmentForm(protocol)
    for end, local in zip("AB", moment.ends, strict=True):
        yield from paragraph(f"{end} in {local.state}", "", INDENT)
    for end, segments in zip("AB", moment.in_flight, strict=True):
        for segment in segments:
            yield from paragraph(f"{form.write(segment)} in flight from {end}", "", INDENT)
    if moment.action is not None:
        arrives = moment.action.segment
        what = moment.action.event if arrives is None else f"{form.write(arrives)} arrives"
        yield from paragraph(f"{'AB'[moment.action.end]}: {what}", "", INDENT)


def proofs_report(protocol: Protocol, results: Sequence[ProofResult], broken: int) -> Iterator[Text]:
    """What the proofs of a document say together; ``broken`` scenarios ended in an error."""
    judged = [
        (result, beside_expected(result.scenario, proof)) for result in results for proof in result.proofs
    ]
    wrong = [(r, j) for r, j in judged if j.complaint and j.verdict.outcome != "unknown"]
    if wrong:
        yield Text("NOT as expected:", style="bold red")
    for result, each in wrong:
        verdict = each.verdict
        text = f"{result.scenario.name}: {verdict.property.name}: {verdict.outcome}; {each.complaint}"
        yield from paragraph(text, "red", "  ", hanging="  ")
    yield from _sum(protocol, results, [each.verdict.outcome for _, each in judged], len(wrong), broken)


def _sum(
    protocol: Protocol, results: Sequence[ProofResult], outcomes: Sequence[str], wrong: int, broken: int
) -> Iterator[Text]:
    parts = [
        f"{n:,} {outcome}" for outcome in ("proved", "violated", "vacuous") if (n := outcomes.count(outcome))
    ]
    unknown = outcomes.count("unknown")
    counts = {"not decided": unknown, "NOT as expected": wrong, "in error": broken}
    endings = [f"{n} {what}" for what, n in counts.items() if n]
    style = "bold red" if wrong or broken else "bold yellow" if unknown else "bold green"
    said = [counted(len(results), "scenario"), *parts, *(endings or ["all as expected"])]
    text = f"{protocol.name}: {', '.join(said)}; {sum(result.seconds for result in results):.0f} s"
    yield from paragraph(text, style, hanging="  ")
