"""A document as a page shows it: rows, variables, properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checker.document.protocol import Protocol
from checker.show.page.runs import shown_variables

CELLS = ("in", "on", "if", "do", "send", "next", "then")


def document_value(protocol: Protocol, fired: Sequence[Mapping[str, int]] | None = None) -> dict[str, Any]:
    """What runs are told in the terms of; with the times that rows ``fired``, a mapping for each
    scenario, the sum of them and the number of scenarios."""
    rows = []
    for rule in protocol.rules:
        cells = {column: rule.text[column] for column in CELLS if rule.text[column]}
        row: dict[str, Any] = {"name": rule.id, "cells": cells, "cite": rule.cite}
        if fired is not None:
            times = [counts[rule.id] for counts in fired]
            row |= {"fired": sum(times), "scenarios": sum(map(bool, times)), "never": rule.never}
        rows.append(row)
    return {
        "document": protocol.name,
        "rows": rows,
        "variables": [
            {
                "name": name,
                "ghost": protocol.variables[name].ghost,
                "meaning": protocol.variables[name].meaning,
            }
            for name in shown_variables(protocol)
        ],
        "properties": [
            {"name": property.name, "kind": property.kind, "because": property.because.replace("`", "")}
            for property in protocol.properties.values()
        ],
    }
