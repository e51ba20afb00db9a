"""The verdicts on claims as a person reads them: each claim with what decided it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from checker.document.lengths import write_number
from checker.document.statements import VERDICTS, Decision, Exchange
from checker.show.paragraph import WIDTH, counted, paragraph
from checker.verify.statements import Answer, Decided, StatementResult

_MARKS = {"confirmed": "✓", "refuted": "✗", "under assumptions": "~", "undecided": "?"}
_STYLES = {"confirmed": "green", "refuted": "yellow", "under assumptions": "cyan", "undecided": "dim"}
_ALARM = "bold red"
_INDENT = "    "


def statement_report(result: StatementResult) -> Iterator[Text]:
    """A claim: its verdict, name and source; what it says; what decided it and how."""
    statement = result.statement
    style = _STYLES[result.verdict] if result.as_expected else "bold yellow" if result.limited else _ALARM
    head = Text(f"{_MARKS[result.verdict]} {result.verdict}".ljust(20), style=style)
    head.append(statement.name, style="bold")
    if len(head) + 2 + len(statement.source) <= WIDTH:
        yield head + Text(statement.source.rjust(WIDTH - len(head)), style="dim")
    else:
        yield head
        yield Text(statement.source.rjust(WIDTH), style="dim")
    yield from paragraph(f"“{statement.means}”", "", _INDENT)
    for decided in result.decided:
        yield from _decided(decided)
    yield from paragraph(result.reason, style, _INDENT)
    if result.complaint:
        complaint = result.complaint if result.limited else f"NOT AS EXPECTED ({result.complaint})"
        yield from paragraph(complaint, style, _INDENT)
    elif result.decided:
        # The author's words; where the verdict is another one they explain nothing.
        yield from paragraph(statement.because, "", _INDENT)
    yield Text()


def _decided(decided: Decided) -> Iterator[Text]:
    decision, answer = decided.decision, decided.answer
    mark = {True: "+", False: "-", None: "?"}[decided.agrees]
    place = f"{decision.subject.name}, in {decision.document}, {decision.scenario.name}"
    text = f"{mark} {_outcome(decision, answer)}: {place}"
    if decision.need is None and isinstance(decision.subject, Exchange) and answer.outcome == "violated":
        text += f"; {answer.reason}"
    if answer.trace is not None:
        text += f" ({counted(len(answer.trace.steps), 'step')})"
    yield from paragraph(text, "dim", _INDENT, "  ")


def _outcome(decision: Decision, answer: Answer) -> str:
    """``holds``, ``impossible``, ``ruled out by wait over 60, not 240, if life 30``."""
    need, outcome = decision.need, answer.outcome
    if need is None:
        exchange = isinstance(decision.subject, Exchange)
        words = {"holds": "possible", "violated": "impossible"} if exchange else {}
        return words.get(outcome, outcome)
    if outcome not in ("holds", "violated"):
        return f"{outcome}: {need.text(decision.protocol)}"
    conditions = need.conditions(decision.protocol)
    if answer.longest is None:
        return f"ruled out by no {need.duration}{conditions}"
    other = "" if outcome == "holds" else f", not {write_number(need.length)},"
    return f"ruled out by {need.duration} over {write_number(answer.longest)}{other}{conditions}"


def _hints(answers: Sequence[Answer]) -> Iterator[str]:
    """How to see what the answers rest on: runs, or that there is none within bounds."""
    if any(answer.trace is None and answer.outcome in ("holds", "violated") for answer in answers):
        yield (
            "where no run is told of, all runs within the bounds of the scenario were looked at; "
            "to see the bounds: lastack check DOCUMENT -s SCENARIO"
        )
    if any(answer.trace is not None for answer in answers):
        yield "to see a run: lastack check DOCUMENT -s SCENARIO -p PROPERTY, or --traces DIR for all"


def statements_report(
    name: str,
    results: Sequence[StatementResult],
    scenarios: int,
    kept: int,
    broken: int,
    seconds: float,
) -> Iterator[Text]:
    """What is not as expected once more, and the sum: of the ``scenarios``, so many are ``kept`` from
    another time, and ``broken`` ones ended in an error."""
    wrong = [result for result in results if not result.as_expected and not result.limited]
    if wrong:
        yield Text("NOT as expected:", style=_ALARM)
    for result in wrong:
        yield from paragraph(
            f"{result.statement.name}: {result.verdict}; {result.complaint}", "red", "  ", "  "
        )
    for hint in _hints([decided.answer for result in results for decided in result.decided]):
        yield from paragraph(hint, "dim", hanging="  ")
    limited = sum(not result.as_expected and result.limited for result in results)
    counts = [
        f"{count} {verdict}"
        for verdict in VERDICTS
        if (count := sum(result.verdict == verdict for result in results))
    ]
    endings = [f"{len(wrong)} NOT as expected"] * bool(wrong) + [f"{limited} cut short"] * bool(limited)
    endings = endings or ["all as expected"] * (not broken)
    told = [f"{n} {what}" for n, what in ((kept, "from the cache"), (broken, "in error")) if n]
    total = counted(scenarios, "scenario") + (f" ({', '.join(told)})" if told else "")
    style = _ALARM if wrong or broken else "bold yellow" if limited else "bold green"
    claims = f"{name}: {counted(len(results), 'claim')}"
    text = f"{claims}; {', '.join([*counts, *endings])}; {total}, {seconds:.0f} s"
    yield from paragraph(text, style, hanging="  ")
