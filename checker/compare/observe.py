"""What can be observed of a scenario: its graph with a letter on each edge.

Observable are the calls that users make and the segments that the ends send. A step that does
either is one letter: the end, the call if it is one, and the segments in their order, as they
are written, so without ghosts. Whatever else happens is silent: deliveries, timers and faults
that send nothing, losses and duplications. The calls made before the start are the first letters
of every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from checker.explore.graph import Edges, Ints, Mask, StateGraph
from checker.explore.search import distinct
from checker.model.segment import Segment, SegmentForm
from checker.model.tables import Action, Interned, Model
from checker.verify.trace import move_of

SILENT = 0
NO_EDGE = -1


class Letter(NamedTuple):
    """What a step shows: which end (0 is A), the call it makes or nothing, what it sends."""

    end: int
    call: str
    sent: tuple[str, ...]


class Key(NamedTuple):
    """An action as the other document would name it: ghosts tell no segments apart."""

    kind: str
    end: int
    event: str
    segment: str
    position: int | None


class Alphabet:
    """The letters and actions of several graphs as numbers; letter 0 is silence."""

    def __init__(self) -> None:
        self.letters: Interned[Letter | None] = Interned()
        self.letters.number(None)
        self.keys: Interned[Key] = Interned()

    def letter(self, letter: Letter | None) -> int:
        return self.letters.number(letter)


@dataclass(frozen=True)
class Observed:
    """A graph as it can be observed. The edges of each node are sorted by ``keys``, which say of
    which action each is; their labels are letters, and ``numbers`` those of the edges in the graph
    that was explored. Runs begin at ``first``: the calls before the start are edges from states of
    their own, and no edges of that graph.

    Nothing is known of what follows a state that is not ``known``: it was not expanded, or an
    action lacked room there. ``order`` is that of its channels.
    """

    edges: Edges
    keys: Ints
    numbers: Ints
    first: int
    known: Mask
    order: Literal["queue", "bag"]
    graph: StateGraph

    def __len__(self) -> int:
        return len(self.edges)

    @cached_property
    def silent(self) -> Edges:
        """The edges that cannot be observed."""
        return self.edges.only(self.edges.labels == SILENT)

    @cached_property
    def by_key(self) -> npt.NDArray[np.int64]:
        """For each edge its source and key as one number; ascending."""
        return self.edges.sources.astype(np.int64) << 32 | self.keys


def letter_of(form: SegmentForm, action: Action, sent: Sequence[Segment]) -> Letter | None:
    """What a step shows, ``None`` if nothing."""
    call = action.event if action.kind == "call" else ""
    if not call and not sent:
        return None
    return Letter(action.end, call, tuple(form.write(segment) for segment in sent))


def opening_letters(model: Model) -> list[Letter]:
    """The letters with which every run begins."""
    return [
        Letter(opening.end, opening.call, tuple(model.form.write(s) for s in opening.reaction.sent))
        for opening in model.start().openings
    ]


def key_of(form: SegmentForm, action: Action) -> Key:
    written = "" if action.segment is None else form.write(action.segment)
    return Key(action.kind, action.end, action.event, written, action.position)


def lost_instead(key: Key, order: str) -> Key | None:
    """The loss of what a delivery delivers."""
    if key.kind != "delivery":
        return None
    return Key("loss", 1 - key.end, "", key.segment, 0 if order == "queue" else None)


def observe(graph: StateGraph, alphabet: Alphabet) -> Observed:
    """``graph`` as it can be observed, in the numbers of ``alphabet``."""
    model = graph.system.model
    edges = graph.edges
    letters = _letters(graph, alphabet)
    openings = opening_letters(model)
    of_action = np.array(
        [alphabet.keys.number(key_of(model.form, action)) for action in model.actions.values], dtype=np.int32
    )
    keys = of_action[edges.labels]
    order = np.argsort(edges.sources.astype(np.int64) << 32 | keys, kind="stable")
    known = ~graph.truncated
    known[graph.expanded :] = False
    return Observed(
        Edges(
            np.concatenate([edges.offsets, edges.offsets[-1] + np.arange(1, len(openings) + 1)]),
            np.concatenate([edges.targets[order], _next(len(edges), len(openings))]),
            np.concatenate([letters[order], _numbers(map(alphabet.letter, openings))]),
        ),
        np.concatenate(
            [keys[order], _numbers(alphabet.keys.number(_opening(letter)) for letter in openings)]
        ),
        np.concatenate([order.astype(np.int32), np.full(len(openings), NO_EDGE, dtype=np.int32)]),
        len(edges) if openings else 0,
        np.concatenate([known, np.ones(len(openings), dtype=np.bool_)]),
        model.scenario.network.order,
        graph,
    )


def _numbers(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int32)


def _next(first: int, count: int) -> Ints:
    """Where the edges of the states before the start lead, which are numbered from ``first``: each
    to the next, and the last to the first of all."""
    return _numbers([*range(first + 1, first + count), *([0] if count else [])])


def _opening(letter: Letter) -> Key:
    return Key("opening", letter.end, letter.call, "", None)


def _letters(graph: StateGraph, alphabet: Alphabet) -> Ints:
    """The letter of each edge."""
    system, edges = graph.system, graph.edges
    actions = system.model.actions.values
    letters: Ints = np.zeros(len(edges.targets), dtype=np.int32)
    for end in (0, 1):
        steps = np.flatnonzero(graph.edges_of(lambda action, end=end: action.is_step and action.end == end))  # type: ignore[misc]
        first, combination = graph.combinations((end,))
        code = combination[edges.sources[steps]].astype(np.int64) * len(actions) + edges.labels[steps]
        kinds, kind = distinct(code, len(first) * len(actions))
        locals_ = [graph.state(index)[end] for index in first.tolist()]
        shown = np.zeros(len(kinds), dtype=np.int32)
        for number, (place, label) in enumerate(divmod(each, len(actions)) for each in kinds.tolist()):
            move = move_of(system, locals_[place], actions[label])
            assert move is not None  # steps only
            sent = [system.model.segments[segment] for segment in move.sent]
            shown[number] = alphabet.letter(letter_of(system.model.form, actions[label], sent))
        letters[steps] = shown[kind]
    return letters
