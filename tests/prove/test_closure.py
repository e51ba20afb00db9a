"""Closures of machines of a few states, worked out by hand."""

from __future__ import annotations

import pytest

from checker.document.library import parse
from checker.document.protocol import Protocol
from checker.explore.limits import Limits
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model
from checker.prove.closure import Closure, exact, merged
from checker.prove.moves import View, members
from checker.prove.results import ProofResult, prove_scenario
from checker.prove.search import without_bounds

DOCUMENT = """# Toy

| state | meaning |
|---|---|
| start | |
| choosing | |
| sent | |
| again | |
| x | |
| bad | |

| variable | kind | lives | initial | meaning |
|---|---|---|---|---|
| `TIMES` | count to 3 | ghost host | 0 | words sent |

| field | written | kind | unless given | meaning |
|---|---|---|---|---|
| `WORD` | WORD | hi, ho | none | |
| `TIME` | TIME | ghost count to 3 | `TIMES` | |

| event | kind | fair |
|---|---|---|
| go | call | no |
| word | arrival | yes |
| timeout hi | timer | yes |
| timeout ho | timer | yes |
| timeout again | timer | yes |
| timeout x | timer | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `go.go` | start | go | | | | choosing | stop |
| `time.hi` | choosing | timeout hi | | `TIMES := TIMES + 1` | `<WORD=hi>` | sent | stop |
| `time.ho` | choosing | timeout ho | | `TIMES := TIMES + 1` | `<WORD=ho>` | sent | stop |
| `time.again` | sent | timeout again | | `TIMES := TIMES + 1` | `<WORD=AGAIN>` | again | stop |
| `time.x` | x | timeout x | | | | x | stop |
| `in.hi` | start | word | `WORD is hi` | | | x | stop |
| `in.ho` | start | word | `WORD is ho` | | | | stop |
| `in.bad` | x | word | `WORD is ho` | | | bad | stop |
| `in.x` | x | word | `WORD is hi` | | | | stop |
| `in.rest` | choosing, sent, again, bad | word | | | | | stop |

| assumption | on | only if |
|---|---|---|
| old ones gone | timeout again | `nothing in flight` |
| slow | timeout again | `no equal segment in flight` |
| B waits | timeout again | `peer timer x disabled` |
| in traffic | timeout again | `not nothing in flight` |
| behind an equal | timeout again | `not no equal segment in flight` |

| property | kind | when | claim |
|---|---|---|---|
| never bad | invariant | `STATE is x or STATE is bad` | `STATE is not bad` |
| never both | invariant | | `no segment from peer (WORD is hi) or no segment from peer (WORD is ho)` |
| words are known | step | `event is word` | `after STATE is not bad` |
| no way there | invariant | `STATE is bad and peer's STATE is choosing` | `off` |

| scenario | A | B | network | bounds | assume | expect |
|---|---|---|---|---|---|---|
| one | go | none | queue | capacity 1 | ASSUME | |
"""


def toy(again: str = "hi", assume: str = "", until: str = "sent") -> Protocol:
    """A chooses between `hi` and `ho`, says that, and then perhaps ``again``; B listens."""
    text = DOCUMENT.replace("AGAIN", again).replace("ASSUME", assume)
    if until == "sent":
        text = "".join(line for line in text.splitlines(keepends=True) if "`time.again`" not in line)
    return parse(text, "toy.md")


def model(protocol: Protocol) -> Model:
    return Model(protocol, without_bounds(protocol.scenarios["one"]))


def written(closure: Closure) -> set[str]:
    """The views as ``A's state, B's state: words from A``, each with its number of times."""
    return {_write(closure, view) for view in closure}


def _write(closure: Closure, view: View) -> str:
    a, b = closure.model.tables
    words = ["".join(map(str, closure.model.segments[n].values)) for n in members(view.sets.ab)]
    assert view.sets.ba == 0  # B says nothing
    states = f"{a.locals[view.pair[0]].state} {b.locals[view.pair[1]].state}"
    return f"{states}: {' '.join(sorted(words))}".rstrip()


BEFORE = {"start start:", "choosing start:"}


def test_merged_views_join_what_no_run_has_together() -> None:
    assert written(merged(model(toy()), Limits())) == BEFORE | {
        "sent start: hi1 ho1",
        "sent x: hi1 ho1",
        "sent bad: hi1 ho1",
    }


def test_exact_views_are_those_that_no_other_covers() -> None:
    assert written(exact(model(toy()), Limits())) == BEFORE | {
        "sent start: hi1",
        "sent start: ho1",
        "sent x: hi1",
    }


def test_what_is_in_flight_stays_there_after_it_has_arrived() -> None:
    closure = exact(model(toy("hi", until="again")), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: hi1 hi2",
        "again start: hi2 ho1",
        "again x: hi1 hi2",
        "again x: hi2 ho1",
        "again bad: hi2 ho1",
    }


def test_what_fires_in_a_drained_network_only_begins_with_nothing() -> None:
    closure = exact(model(toy("ho", "old ones gone", "again")), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: ho2",
        "again x: ho2",
        "again bad: ho2",
    }


def test_what_is_equal_but_for_ghosts_has_to_be_lost_first() -> None:
    closure = exact(model(toy("hi", "slow", "again")), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: hi2 ho1",
        "again x: hi2 ho1",
        "again bad: hi2 ho1",
    }


def test_a_timer_of_the_peer_is_read_off_the_pair() -> None:
    closure = exact(model(toy("ho", "B waits", "again")), Limits())
    # B's timer runs in x: there A waits, and B gets there later, by the first `hi`.
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: hi1 ho2",
        "again start: ho1 ho2",
        "again x: hi1 ho2",
        "again bad: hi1 ho2",
    }


def test_what_needs_something_in_flight_does_not_fire_without() -> None:
    silent = DOCUMENT.replace("`<WORD=hi>` | sent", " | sent").replace("AGAIN", "hi")
    protocol = parse(silent.replace("ASSUME", "in traffic"), "toy.md")
    # A says nothing when it chooses `hi`, and `ho` is in flight in the other case only.
    closure = exact(model(protocol), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: hi2 ho1",
        "again x: hi2 ho1",
        "again bad: hi2 ho1",
    }
    found = proved(protocol)
    trace = next(p.verdict.trace for p in found.proofs if p.verdict.property.name == "never bad")
    assert trace is not None  # replayed, with the `ho` that it needs in flight


def test_what_needs_an_equal_segment_in_flight_does_not_fire_without() -> None:
    closure = exact(model(toy("hi", "behind an equal", "again")), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again start: hi1 hi2",
        "again x: hi1 hi2",
    }


def test_where_the_timer_of_the_peer_runs_nothing_fires() -> None:
    text = DOCUMENT.replace("AGAIN", "ho").replace("ASSUME", "B waits")
    protocol = parse(
        text.replace(
            "| `time.x` | x | timeout x | | | | x |", "| `time.x` | start | timeout x | | | | start |"
        ),
        "toy.md",
    )
    closure = exact(model(protocol), Limits())
    assert {v for v in written(closure) if v.startswith("again")} == {
        "again x: hi1 ho2",
        "again bad: hi1 ho2",
    }


def proved(protocol: Protocol) -> ProofResult:
    return prove_scenario(protocol, protocol.scenarios["one"], Limits)


def outcomes(result: ProofResult) -> dict[str, str]:
    return {proof.verdict.property.name: proof.verdict.outcome for proof in result.proofs}


def test_the_exact_closure_proves_what_the_merged_one_does_not() -> None:
    result = proved(toy())
    assert outcomes(result) == {
        "never bad": "proved",
        "never both": "proved",
        "words are known": "proved",
        "no way there": "vacuous",
    }
    used = {proof.verdict.property.name: proof.closure for proof in result.proofs}
    assert used["never bad"] is not None
    assert used["never bad"].is_exact


def test_rows_need_no_meaning_in_what_only_the_merged_closure_joins() -> None:
    """No run has B hear `hi` and then `ho`: that no row takes it there is no error."""
    text = "".join(line for line in DOCUMENT.splitlines(keepends=True) if "`in.bad`" not in line)
    text = text.replace("ASSUME", "")
    alone = "".join(line for line in text.splitlines(keepends=True) if "`time.again`" not in line)
    with pytest.raises(SemanticError, match="no row handles it"):
        merged(model(parse(alone, "toy.md")), Limits())
    result = proved(parse(alone, "toy.md"))
    assert [closure.is_exact for closure in result.closures] == [True]
    assert outcomes(result)["never bad"] == "proved"
    # Where a run has both, it is one.
    with pytest.raises(SemanticError, match="no row handles it"):
        proved(parse(text.replace("AGAIN", "ho"), "toy.md"))


def test_claims_need_no_meaning_in_what_only_the_merged_closure_joins() -> None:
    """The claim reads what is never set, but only where B is in `bad`, and no run comes there."""
    text = DOCUMENT.replace("ASSUME", "").replace("AGAIN", "hi")
    row = "| `HEARD` | count to 3 | host | none | set by nobody |\n"
    text = text.replace("| `TIMES` | count", row + "| `TIMES` | count", 1)
    text = text.replace(
        "`STATE is not bad` |\n| never both", "`STATE is not bad or HEARD = 1` |\n| never both"
    )
    alone = "".join(line for line in text.splitlines(keepends=True) if "`time.again`" not in line)
    assert outcomes(proved(parse(alone, "toy.md")))["never bad"] == "proved"
    with pytest.raises(SemanticError, match="reads `HEARD`, which is unset"):
        proved(parse(text, "toy.md"))


def test_what_is_wrong_has_a_run() -> None:
    result = proved(toy("ho", until="again"))
    assert outcomes(result)["never bad"] == "violated"
    assert outcomes(result)["words are known"] == "violated"
    (trace,) = (p.verdict.trace for p in result.proofs if p.verdict.property.name == "never bad")
    assert trace is not None
    assert trace.last.ends[1].state == "bad"
    # go, hi, hi arrives, ho, ho arrives
    assert len(trace.steps) == 5


def test_a_limit_is_not_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.prove.closure.LOOK_EVERY", 1)
    with pytest.raises(LimitReached, match=r"more than 3 views \(--max-views\)"):
        merged(model(toy()), Limits(max_states=3))
    none = prove_scenario(toy(), toy().scenarios["one"], lambda: Limits(max_states=3))
    assert set(outcomes(none).values()) == {"unknown"}
    assert {proof.verdict.reason for proof in none.proofs} == {"more than 3 views (--max-views)"}


def test_where_the_exact_closure_is_too_large_the_view_that_blocks_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_large(model: Model, limits: Limits) -> Closure:
        raise LimitReached("too large")

    monkeypatch.setattr("checker.prove.results.exact", too_large)
    result = proved(toy())
    assert outcomes(result)["never bad"] == "unknown"
    blocking = next(p.blocking for p in result.proofs if p.verdict.property.name == "never bad")
    assert blocking is not None
    assert [local.state for local in blocking.ends] == ["sent", "bad"]
