"""Evaluators that models share: a model is made for each run that is replayed, and to compile the
rows for it would take longer than to take its steps."""

from __future__ import annotations

from collections.abc import Mapping

from checker.document.kinds import Value
from checker.document.protocol import Protocol
from checker.model.evaluate import Evaluator

MOST_KEPT = 32
"""As many as a document has combinations of switches, in two versions."""

_KEPT: list[Evaluator] = []
"""The one that was asked for last at first."""


def evaluator_of(protocol: Protocol, switches: Mapping[str, Value]) -> Evaluator:
    """An evaluator, which may have compiled much of ``protocol`` already."""
    found = next((e for e in _KEPT if e.protocol is protocol and e.switches == switches), None)
    if found is None:
        found = Evaluator(protocol, switches)
    else:
        _KEPT.remove(found)
    _KEPT.insert(0, found)
    del _KEPT[MOST_KEPT:]
    return found
