"""Where an expression stands, and what that lets it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from checker.document import syntax as s
from checker.document.names import Meaning
from checker.document.protocol import Definition

DEFINITION = "definition"
"""Doubts about definitions that are wrong by themselves: their uses are not told to be so too."""

Use = Literal["guard", "act", "default", "assumption", "state claim", "step claim"]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands.

    ``segment`` says whose fields it may read: none, those of the segment ``received``, or
    those of a segment this end ``sent``.
    """

    use: Use
    segment: Literal["", "received", "sent"] = ""
    ghosts: bool = False

    @property
    def is_claim(self) -> bool:
        return self.use in ("state claim", "step claim")

    @property
    def sees_both(self) -> bool:
        """Whether both ends may be read: in claims, but not where an end asks something itself."""
        return self.is_claim and self.ghosts


def may_be_none(
    node: s.Expression, names: Mapping[str, Meaning], inside: frozenset[str] = frozenset()
) -> bool:
    """Whether ``node`` is written so that it may be ``none``.

    Reading what is unset is no such case, but an error in the run. ``inside`` are the definitions
    around ``node``.
    """
    match node:
        case s.Constant():
            return node.value is None
        case s.Choice():
            return any(may_be_none(part, names, inside) for part in (node.then, node.otherwise))
        case s.Name() if node.name not in inside:
            meaning = names.get(node.name)
            if isinstance(meaning, Definition) and not isinstance(meaning.means, (tuple, s.Template)):
                return may_be_none(meaning.means, names, inside | {node.name})
    return False
