"""Certificates with something added or changed are accepted only if they still prove something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from checker.document.kinds import Kind, Value
from checker.document.library import parse
from checker.document.protocol import Property
from checker.explore.limits import Limits
from checker.model.tables import Model
from checker.prove.certificate import View
from checker.prove.closure import Closure, merged
from checker.prove.decide import judge
from checker.prove.moves import Sets
from checker.prove.moves import View as MovesView
from checker.prove.search import without_bounds
from tests.cli.commands import door
from tests.prove.certificates import (
    TAKEN_APART,
    certificate,
    certificate_of,
    closure,
    proved,
    refusal,
)

# Something added


ACCEPTED, UNSAFE, OPEN = "accepted", "not safe", "not closed"


def with_one_more(views: Closure) -> Iterator[tuple[Closure, MovesView]]:
    """A closure with each segment added to each view, and that view."""
    for changed in views:
        for end in (0, 1):
            for segment in range(len(views.model.segments)):
                if not changed.sets[end] >> segment & 1:
                    more = MovesView(changed.pair, changed.sets.sending(end, 1 << segment))
                    pairs: dict[tuple[int, int], list[Sets]] = {}
                    for view in views:
                        pairs.setdefault(view.pair, []).append((more if view == changed else view).sets)
                    yield Closure(views.moves, pairs, views.is_exact), more


def is_closed(views: Closure, changed: MovesView) -> bool:
    """Whether the steps from a view lead into views; by the steps of closures."""
    after = views.moves.successors(changed)
    return all(any(sets.covers(v.sets) for sets in views.views.get(v.pair, ())) for v in after)


def with_one_segment_more(name: str, scenario: str, is_exact: bool) -> set[str]:
    """What comes of it: accepted if it is still closed, and all that was claimed still holds."""
    claims = proved(name, scenario, is_exact)
    found = set()
    for larger, changed in with_one_more(closure(name, scenario, is_exact)):
        said = refusal(certificate_of(larger, claims))
        if not is_closed(larger, changed):
            found.add(OPEN)
            assert said != ""
        elif any(judge(larger, claim).broken for claim in claims):
            found.add(UNSAFE)
            assert " does not hold: " in said
        else:
            found.add(ACCEPTED)
            assert said == ""
    return found


@pytest.mark.parametrize(
    ("name", "scenario", "is_exact"),
    [
        pytest.param("textbook", "four-way", False, marks=pytest.mark.slow),
        ("textbook", "TIME-WAIT too short", True),
        ("post", "two in a bag", True),
    ],
)
def test_with_one_segment_more(name: str, scenario: str, is_exact: bool) -> None:
    assert OPEN in with_one_segment_more(name, scenario, is_exact)


SILENT = "| silent | invariant | | `STATE is not awake or no segment from us (word is hello)` | |\n"


def test_a_letter_more() -> None:
    """A knocks, B wakes up; what a letter from B changes that nobody wrote."""
    protocol = parse(door().replace("| tidy |", f"{SILENT}| tidy |"), "door.md")
    views = merged(Model(protocol, without_bounds(protocol.scenarios["quiet"])), Limits())
    silent = [protocol.properties["silent"]]
    asleep, waiting, awake = certificate_of(views, silent).views
    assert refusal(certificate_of(views, silent)) == ""

    def with_views(claims: Sequence[Property], *views_: View) -> str:
        return refusal(replace(certificate_of(views, claims), views=views_))

    # A would wake up.
    said = with_views([], *(view._replace(from_b=1) for view in (asleep, waiting, awake)))
    assert said.endswith("A in awake (0 of the calls used) is not among its local states")
    # B would wake up, with its letter in flight.
    said = with_views([], asleep, waiting._replace(from_b=1), awake)
    assert said.endswith("lacks <WORD=hello> in flight from B")
    # A, waiting, does not mind; but who is awake was said to be silent.
    more = (asleep, waiting, awake._replace(from_b=1))
    assert with_views([], *more) == ""
    assert with_views(silent, *more).startswith(
        "silent does not hold: the view of A in waiting (#1), B in awake"
    )


def test_a_view_more() -> None:
    """One that nothing leads to is accepted if nothing leads out of it."""
    whole = certificate("textbook", "four-way")
    pairs = {view[:2] for view in whole.views}
    said = [
        refusal(replace(whole, views=[*whole.views, View(a, b, 0, 0)]))
        for a in range(len(whole.ends[0]))
        for b in range(len(whole.ends[1]))
        if (a, b) not in pairs
    ]
    assert "" in said
    assert any(said)


# Something changed


def other_values(kind: Kind, value: Value) -> list[Value]:
    """Values of a kind that are not ``value``."""
    match kind.base:
        case "seq" | "count":
            values: list[Value] = [None, 0, 1, 2, (value + 1 if isinstance(value, int) else 7) % 2**32]
        case "flag":
            values = [None, False, True]
        case "words":
            values = [None, *kind.words]
        case _:
            values = []
    return [other for other in values if other != value and (not kind.limit or (other or 0) <= kind.limit)]


@pytest.mark.parametrize(("name", "scenario", "is_exact"), TAKEN_APART)
def test_with_another_value_in_a_local_state(name: str, scenario: str, is_exact: bool) -> None:
    """What is least has no local state that can be replaced."""
    whole = certificate(name, scenario, is_exact)
    variables = list(whole.protocol.variables.values())
    for end in (0, 1):
        for place, state in enumerate(whole.ends[end]):
            used = any(view[end] == place for view in whole.views)
            for i, variable in enumerate(variables):
                others = other_values(variable.kind, state.values[i]) if variable.lives != "supply" else []
                for other in others:
                    values = (*state.values[:i], other, *state.values[i + 1 :])
                    states = [*whole.ends[end]]
                    states[place] = state._replace(values=values)
                    ends = (states, whole.ends[1]) if end == 0 else (whole.ends[0], states)
                    if values != state.values:
                        assert bool(refusal(replace(whole, ends=ends))) is used
