"""What became of a verdict: worse, better, or about something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.verify.results import Judged

Became = Literal["worse", "better", "other", "undecided", "scope", "expected", "new", "gone"]
"""``other``: neither better nor worse, such as vacuous now and not applicable before; ``scope``:
the same outcome within other bounds; ``expected``: the same, but something else was expected."""

RANK = {"violated": 0, "unknown": 1, "vacuous": 1, "not applicable": 1, "holds": 2, "proved": 2}


@dataclass(frozen=True)
class VerdictChange:
    """The verdicts on a property in both documents, ``None`` where one does not ask for it, and
    the rows that are to blame as far as a run shows them."""

    property: str
    became: Became
    before: Judged | None
    after: Judged | None
    blamed: tuple[str, ...] = ()


def is_failure(change: VerdictChange) -> bool:
    """Whether a verdict got worse, or is no longer as expected."""
    if change.became in ("undecided", "gone"):
        return False
    return change.became == "worse" or (_fails(change.after) and not _fails(change.before))


def is_open(change: VerdictChange) -> bool:
    """Whether it is not known what the verdict is now, and nobody said that it would not be."""
    after = change.after
    return change.became == "undecided" or (
        after is not None and after.verdict.outcome == "unknown" and not after.as_expected
    )


def became(before: Judged | None, after: Judged | None) -> Became | None:
    """What became of a verdict, ``None`` if it is the same."""
    if before is None or after is None:
        return None if before is after else "new" if before is None else "gone"
    was, now = before.verdict, after.verdict
    if was.outcome == now.outcome == "unknown" and not after.as_expected:
        return "undecided"  # who knows whether they are the same
    if was.outcome == now.outcome:
        if before.as_expected != after.as_expected:
            return "expected"
        return None if was.scope == now.scope else "scope"
    if now.outcome == "unknown":
        return "undecided"
    better = RANK[now.outcome] - RANK[was.outcome]
    return "better" if better > 0 else "worse" if better else "other"


def _fails(judged: Judged | None) -> bool:
    return judged is not None and not judged.as_expected and judged.verdict.outcome != "unknown"
