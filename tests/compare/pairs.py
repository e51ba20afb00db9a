"""Pairs of small documents: one that is asked and answers, and what a change makes of it.

All that is expected of them is worked out by hand.
"""

from __future__ import annotations

from tests.compare.changes import (
    ADDED,
    BASE,
    BROKEN,
    LESS,
    MORE,
    NO_ANSWER,
    OTHER,
    REMOVED,
    SAME,
    SAME_GRAPH,
    UNCHANGED,
    Pair,
    behind,
    both,
    row,
    without,
)

__all__ = ["BASE", "BROKEN", "PAIRS", "Pair"]

ASKS = "A sends <WORD=ask>"
YES = "B sends <WORD=yes>"
GO = "A calls go and sends <WORD=ask>"

PAIRS = [
    # Nothing that matters
    Pair("nothing", ()),
    Pair("other spaces", (("| `go.busy` |", "|   `go.busy`    |"), ("# Asking", "# Ask\n\nWords."))),
    Pair(
        "other words",
        (("waits for an answer", "is curious"),),
        (("changed", "states", "asking"),),
    ),
    Pair(
        "a row renamed",
        (("letter.no`", "letter.never`"),),
        (("renamed", "rules", "letter.never"),),
    ),
    Pair(
        "a step renamed",
        (("`letter.", "`arrived."),),
        tuple(("renamed", "rules", f"arrived.{row}") for row in ("ask", "quiet", "yes", "late", "no")),
    ),
    Pair(
        "a state renamed",
        (("asking", "waiting"), ("again.waiting", "again.asking")),
        (("renamed", "states", "waiting"),),
    ),
    Pair(
        "a call renamed",
        (("| go |", "| start |"),),
        (("renamed", "events", "start"),),
    ),
    Pair(
        "a definition renamed",
        (("`may try`", "`another try`"),),
        (("renamed", "definitions", "another try"),),
    ),
    Pair(
        "a variable renamed",
        (("tries", "repetitions"),),
        (("renamed", "variables", "repetitions"),),
    ),
    Pair(
        "a property renamed",
        (("| few |", "| not many |"),),
        (("renamed", "properties", "not many"),),
    ),
    Pair(
        "a scenario renamed",
        (("| lossy |", "| unreliable |"),),
        (("renamed", "scenarios", "unreliable"),),
        also={"unreliable": UNCHANGED},
    ),
    Pair(
        "a definition that nothing uses",
        (behind("`may try`", "| `spare` | `tries < 7` |"),),
        (("added", "definitions", "spare"),),
    ),
    # The same, written differently
    Pair(
        "rows in another order",
        ((row("`letter.no`"), ""), behind("`go.busy`", row("`letter.no`").rstrip("\n"))),
        (("moved", "rules", "letter.no"),),
        SAME_GRAPH,
        SAME_GRAPH,
    ),
    Pair(
        "a guard turned round",
        (("`tries < 1`", "`not tries >= 1`"),),
        (("changed", "definitions", "may try"),),
        SAME_GRAPH,
        SAME_GRAPH,
    ),
    Pair(
        "a definition written out",
        (("| `may try` | `tries :=", "| `tries < 1` | `tries :="), ("| `may try` | `tries < 1` |\n", "")),
        (("removed", "definitions", "may try"), ("changed", "rules", "again.asking")),
        SAME_GRAPH,
        SAME_GRAPH,
    ),
    Pair(
        "a row in two",
        (
            (
                row("`letter.late`"),
                "| `letter.early` | idle | letter | `word is yes` | | | | |\n"
                "| `letter.after` | done | letter | `word is yes` | | | | |\n",
            ),
        ),
        (
            ("added", "rules", "letter.after"),
            ("added", "rules", "letter.early"),
            ("removed", "rules", "letter.late"),
        ),
        SAME_GRAPH,
        SAME_GRAPH,
    ),
    Pair(
        "a row that never fires is gone",
        (without("`letter.no`"),),
        (("removed", "rules", "letter.no"),),
        SAME_GRAPH,
        SAME_GRAPH,
    ),
    Pair(
        "a ghost that counts",
        (
            behind("`tries`", "| `seen` | flag | ghost host | off | an ask has come |"),
            ("`word is ask and not silent` | |", "`word is ask and not silent` | `seen := on` |"),
        ),
        (("added", "variables", "seen"), ("changed", "rules", "letter.ask")),
        SAME,
        SAME,
    ),
    Pair(
        "a variable that nobody reads",
        (
            behind("`tries`", "| `seen` | count | host | 0 | asks that came |"),
            ("`word is ask and not silent` | |", "`word is ask and not silent` | `seen := seen + 1` |"),
        ),
        (("added", "variables", "seen"), ("changed", "rules", "letter.ask")),
        SAME,
        SAME,
    ),
    Pair(
        "a state that looks the same",
        (
            ("| done | has been answered |", "| done | has been answered |\n| rest | so has this |"),
            ("| any | idle, asking, done |", "| any | idle, asking, done, rest |"),
            ("| busy | asking, done |", "| busy | asking, done, rest |"),
            ("| idle, done | letter", "| idle, done, rest | letter"),
            ("| done | |\n", "| rest | |\n"),
        ),
        (
            ("added", "states", "rest"),
            ("changed", "groups", "any"),
            ("changed", "groups", "busy"),
            ("changed", "rules", "letter.late"),
            ("changed", "rules", "letter.yes"),
        ),
        SAME,
        SAME,
        both(NO_ANSWER),
        by=("letter.yes",),
    ),
    # More, less, something else
    Pair(
        "a weaker guard",
        (("`tries < 1`", "`tries < 2`"),),
        (("changed", "definitions", "may try"),),
        MORE,
        MORE,
        both({"few": "worse"}),
        {"calm": [(1, 3, ASKS)], "lossy": [(1, 3, ASKS)]},
        ("again.asking",),
    ),
    Pair(
        "a stronger guard",
        (("`tries < 1`", "`tries < 0`"),),
        (("changed", "definitions", "may try"),),
        LESS,
        LESS,
        {"lossy": {"answered": "worse"}},
        {"calm": [(0, 2, ASKS)], "lossy": [(0, 2, ASKS)]},
        ("again.asking",),
    ),
    Pair(
        "no timer",
        (without("`again.asking`"),),
        (("removed", "rules", "again.asking"),),
        LESS,
        LESS,
        {"lossy": {"answered": "worse"}},
        {"calm": [(0, 2, ASKS)], "lossy": [(0, 2, ASKS)]},
        ("again.asking",),
    ),
    Pair(
        "another answer",
        (("and not silent` | | `YES`", "and not silent` | | `<WORD=maybe>`"),),
        (("changed", "rules", "letter.ask"),),
        OTHER,
        OTHER,
        both(NO_ANSWER),
        {s: [(0, 2, YES), (1, 2, "B sends <WORD=maybe>")] for s in ("calm", "lossy")},
        ("letter.ask",),
    ),
    Pair(
        "no answer",
        (("and not silent` | | `YES`", "and not silent` | | "),),
        (("changed", "rules", "letter.ask"),),
        LESS,
        LESS,
        both(NO_ANSWER),
        {s: [(0, 2, YES)] for s in ("calm", "lossy")},
        ("letter.ask",),
    ),
    Pair(
        "two answers",
        (("and not silent` | | `YES`", "and not silent` | | `YES; YES`"),),
        (("changed", "rules", "letter.ask"),),
        OTHER,
        OTHER,
        {},
        {s: [(0, 2, YES), (1, 2, "B sends <WORD=yes>, <WORD=yes>")] for s in ("calm", "lossy")},
        ("letter.ask",),
    ),
    Pair(
        "a row in front of another",
        (behind("`go.busy`", "| `first.ask` | any | letter | `word is ask` | | | | stop |"),),
        (("added", "rules", "first.ask"),),
        LESS,
        LESS,
        both(NO_ANSWER),
        {s: [(0, 2, YES)] for s in ("calm", "lossy")},
        ("first.ask",),
    ),
    Pair(
        "a call that is refused",
        (("| idle | go | | | `ASK` | asking | |", "| idle | go | | | | | refuse |"),),
        (("changed", "rules", "go.idle"),),
        LESS,
        LESS,
        both(NO_ANSWER),
        {s: [(0, 1, GO)] for s in ("calm", "lossy")},
        ("go.idle",),
    ),
    Pair(
        "a call that is taken",
        (
            ("| busy | go | | | | | refuse |", "| busy | go | | | | | |"),
            ("| calm | go |", "| calm | go; go |"),
        ),
        (("changed", "rules", "go.busy"), ("changed", "scenarios", "calm")),
        MORE,
        SAME_GRAPH,
        {"calm": {"answered": "scope", "few": "scope", "met": "scope"}},
        {"calm": [(1, 2, "A calls go")]},
        ("go.busy",),
    ),
    Pair(
        "a switch",
        (("| `silent` | flag | off |", "| `silent` | flag | on |"),),
        (("changed", "switches", "silent"),),
        LESS,
        UNCHANGED,
        {"calm": NO_ANSWER},
        {"calm": [(0, 2, YES)]},
        ("letter.ask", "letter.quiet"),
    ),
    # Verdicts only
    Pair(
        "a timer that cannot be relied on",
        (("| timeout again | timer | yes |", "| timeout again | timer | no |"),),
        (("changed", "events", "timeout again"),),
        SAME,
        SAME,
        {"lossy": {"answered": "worse"}},
    ),
    Pair(
        "a property more",
        (behind("few", "| never asks | invariant | | `STATE is not asking` | |"),),
        (("added", "properties", "never asks"),),
        verdicts=both({"never asks": "new"}),
    ),
    Pair(
        "a property less",
        (without("few"),),
        (("removed", "properties", "few"),),
        verdicts=both({"few": "gone"}),
    ),
    Pair(
        "a claim about nothing",
        (("| few | invariant | |", "| few | invariant | `tries > 5` |"),),
        (("changed", "properties", "few"),),
        verdicts=both({"few": "worse"}),
    ),
    Pair(
        "something else expected",
        (("silent = off | met holds |", "silent = off | met holds; answered violated |"),),
        (("changed", "scenarios", "lossy"),),
        verdicts={"lossy": {"answered": "expected"}},
    ),
    # Scenarios
    Pair(
        "more room",
        (("queue, lose 1 | capacity 4", "queue, lose 1 | capacity 5"),),
        (("changed", "scenarios", "lossy"),),
        lossy=SAME,
        verdicts={"lossy": {"answered": "scope", "few": "scope", "met": "scope"}},
    ),
    Pair(
        "nothing is lost",
        (("queue, lose 1", "queue"),),
        (("changed", "scenarios", "lossy"),),
        lossy=SAME,
        verdicts={"lossy": {"answered": "scope", "few": "scope", "met": "scope"}},
    ),
    Pair(
        "called before the start",
        (
            ("| scenario | A | B | network |", "| scenario | A | B | opened | network |"),
            ("---|\n| calm", "---|---|\n| calm"),
            ("| calm | go | none |", "| calm | go | none | |"),
            ("| lossy | go | none |", "| lossy | none | none | A: go |"),
        ),
        (("changed", "scenarios", "lossy"),),
        lossy=SAME,
        verdicts={"lossy": {"answered": "scope", "few": "scope", "met": "scope"}},
    ),
    Pair(
        "a scenario more",
        (behind("lossy", "| slow | none | none | queue | capacity 1 | | |"),),
        (("added", "scenarios", "slow"),),
        verdicts={"slow": {"answered": "new", "few": "new"}},
        also={"slow": ADDED},
    ),
    Pair(
        "a scenario less",
        (without("calm"),),
        (("removed", "scenarios", "calm"),),
        calm=REMOVED,
    ),
    # No meaning
    Pair(
        "two rows at once",
        (("`word is maybe`", "`word is maybe or word is yes`"),),
        (("changed", "rules", "letter.no"),),
        BROKEN,
        BROKEN,
        both({"answered": "gone", "few": "gone", "met": "gone"}),
    ),
    Pair(
        "an answer that nobody takes",
        (without("`letter.late`"),),
        (("removed", "rules", "letter.late"),),
        BROKEN,
        BROKEN,
        both({"answered": "gone", "few": "gone", "met": "gone"}),
    ),
]
