"""Strong fairness: where a run can stay for ever without being unfair to a helpful action.

A helpful action that is enabled infinitely often is taken infinitely often. A delivery is
known by its receiver and the segment without its ghosts, all else by the end and the event. A
run may also stop where no helpful action is enabled.

The network is a *fair-lossy* one (Aguilera, Chen, Toueg 1997): what is sent infinitely often is
delivered infinitely often. So the delivery of what is lost is owed as well, also where it was
not enabled yet: behind others in a queue, or in a full channel that had no room for it.

The sets in which a fair run can stay are found as for any Streett condition (Emerson and Lei
1987): take the SCCs; one in which something owed is never taken cannot be stayed in unless
what owes it is avoided; so leave that out, and begin again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from checker.document.kinds import Value
from checker.explore.graph import Edges, Ints, Mask, ranges
from checker.explore.search import components
from checker.model.segment import Segment
from checker.model.tables import Action, Model

NOT_FAIR = -1
"""The fair number of an action that need never be taken."""

MOST_PAIRS = 1 << 29
"""Pairs of an SCC and a fair action that are looked at together: a byte each."""

EDGES_AT_ONCE = 1 << 22
"""Edges for which numbers of pairs are held together."""

Components = Callable[[Edges], tuple[int, Ints]]
"""From a graph to (number of its SCCs, the SCC of each node)."""


FairAction = tuple[str, int, str, tuple[Value, ...]]


def fair_action(model: Model, action: Action, calls: Sequence[str]) -> FairAction | None:
    """What fairness knows ``action`` as, ``None`` if it need never be taken; ``calls`` are those
    that users must make."""
    if not model.is_helpful(action, calls):
        return None
    values = action.segment.values if action.segment is not None else ()
    fields = zip(values, model.protocol.fields.values(), strict=False)
    seen = tuple(value for value, field in fields if not field.ghost)
    return action.kind, action.end, action.event, seen


def delivery_of(sender: int, segment: Segment) -> Action:
    """The action that delivers ``segment`` from ``sender`` (0 is A)."""
    return Action("delivery", 1 - sender, "", segment)


def by_networkx(edges: Edges) -> tuple[int, Ints]:
    """``components`` by networkx's own graphs and its own algorithm: the other road to it."""
    # Not before it is needed: this takes a tenth of a second.
    import networkx as nx

    from checker.explore.backend import plain

    found = list(nx.strongly_connected_components(plain(edges)))
    labels: Ints = np.empty(len(edges), dtype=np.int32)
    for number, members in enumerate(found):
        labels[list(members)] = number
    return len(found), labels


@dataclass(frozen=True)
class Owing:
    """What the edges of a graph owe to fairness.

    ``fair`` has for each edge the number of the fair action that it takes, or ``NOT_FAIR``:
    every edge that leaves a state enables it there. ``losing`` are edges, in ascending order, by
    which a segment is lost, and ``lost`` for each the fair action that would have delivered it.
    """

    fair: Ints
    losing: Ints
    lost: Ints

    @cached_property
    def actions(self) -> int:
        """How many fair actions there are."""
        return 1 + max(int(numbers.max(initial=NOT_FAIR)) for numbers in (self.fair, self.lost))

    def owed_by(self, edge: int) -> list[int]:
        """The fair actions that would have delivered what is lost by this edge."""
        first, last = np.searchsorted(self.losing, [edge, edge + 1])
        owed: list[int] = self.lost[first:last].tolist()
        return owed


@dataclass(frozen=True)
class FairSets:
    """``numbers`` has for each node the number of the largest fair set that it is in, -1 if it
    is in none; ``edges`` tells which edges a run that stays there may take."""

    numbers: Ints
    edges: Mask

    @property
    def any(self) -> bool:
        return bool((self.numbers >= 0).any())


def fair_sets(
    edges: Edges, owing: Owing, inside: Mask, usable: Mask | None = None, scc: Components = components
) -> FairSets:
    """The fair sets of a graph: each strongly connected within ``inside`` by ``usable`` edges
    (all, if ``None``), and what is owed in it by nodes and by these edges is taken by one of
    them."""
    search = _Search(edges, owing, inside, usable, scc)
    while search.alive.any():
        search.round()
    return search.found(edges)


class _Search:
    """The nodes and edges that are not yet decided; ``alive`` are the nodes.

    Nodes are numbered within ``inside``, for that is mostly a small part of the graph. The
    arrays of edges shrink from round to round, so that a graph of millions of edges is gone
    over about once.
    """

    def __init__(
        self, edges: Edges, owing: Owing, inside: Mask, usable: Mask | None, scc: Components
    ) -> None:
        self.scc = scc
        self.nodes = np.flatnonzero(inside).astype(np.int32)
        self.alive = np.ones(len(self.nodes), dtype=np.bool_)
        self.numbers = np.full(len(self.nodes), -1, dtype=np.int32)
        self.settled: list[npt.NDArray[np.int64]] = []
        self.count = 0
        self.actions = owing.actions
        place = np.full(len(edges), -1, dtype=np.int32)
        place[self.nodes] = np.arange(len(self.nodes), dtype=np.int32)
        self.kept = edges.of(self.nodes)
        counts = np.diff(edges.offsets)[self.nodes]
        self.sources = np.repeat(np.arange(len(self.nodes), dtype=np.int32), counts)
        self.targets, self.fair = place[edges.targets[self.kept]], owing.fair[self.kept]
        self.may = self.targets >= 0
        if usable is not None:
            self.may &= usable[self.kept]
        first, last = (np.searchsorted(owing.losing, edges.offsets[self.nodes + i]) for i in (0, 1))
        among = ranges(first, last - first)
        # An edge has the number that it has among all that leave these nodes.
        moved = np.cumsum(counts) - counts - edges.offsets[self.nodes]
        self.losing = owing.losing[among] + np.repeat(moved, last - first)
        self.lost = owing.lost[among]

    def found(self, edges: Edges) -> FairSets:
        """What was found, in terms of the whole graph."""
        numbers = np.full(len(edges), -1, dtype=np.int32)
        numbers[self.nodes] = self.numbers
        taken = np.zeros(len(edges.targets), dtype=np.bool_)
        for part in self.settled:
            taken[part] = True
        return FairSets(numbers, taken)

    def round(self) -> None:
        """Settles the SCCs that owe nothing, and in the others leaves out what owes in vain."""
        joins = self.may & self.alive[self.targets] & (self.sources != self.targets)
        label, number = _components(self.sources, self.targets, joins, self.alive, self.scc)
        home = label[self.sources]
        within = self.may & (home == label[self.targets])
        enables, loses = self._in_vain(home, within, number)
        failing = np.zeros(number, dtype=np.bool_)
        failing[home[enables]] = True
        failing[home[self.losing[loses]]] = True
        self._settle(label, ~failing, within)
        self.alive[self.sources[enables]] = False
        self.may[self.losing[loses]] = False
        self._shrink()

    def _in_vain(self, home: Ints, within: Mask, number: int) -> tuple[Mask, Mask]:
        """(edges whose fair action is never taken in the SCC that enables it, which of ``losing``
        owe a delivery that is never taken in theirs)."""
        fair = self.fair != NOT_FAIR
        stays = np.zeros(number, dtype=np.bool_)
        stays[home[within]] = True
        # Most SCCs are a single state, and nothing is taken there.
        enables: Mask = fair & ~stays[home]
        loses = np.zeros(len(self.losing), dtype=np.bool_)
        rank = np.cumsum(stays, dtype=np.int64) - 1
        at_once = max(1, MOST_PAIRS // max(self.actions, 1))
        for first in range(0, int(stays.sum()), at_once):
            here = stays & (rank >= first) & (rank < first + at_once)
            begin = (rank - first) * self.actions
            taken = np.zeros(min(at_once, int(rank[-1]) + 1 - first) * self.actions, dtype=np.bool_)
            for edges in _selected(fair & within, home, here):
                taken[begin[home[edges]] + self.fair[edges]] = True
            for edges in _selected(fair, home, here):
                enables[edges] = ~taken[begin[home[edges]] + self.fair[edges]]
            lost = np.flatnonzero(within[self.losing] & here[home[self.losing]])
            loses[lost] = ~taken[begin[home[self.losing[lost]]] + self.lost[lost]]
        return enables, loses

    def _settle(self, label: Ints, good: Mask, within: Mask) -> None:
        settled = self.alive.copy()
        settled[self.alive] = good[label[self.alive]]
        if settled.any():
            self.numbers[settled] = self.count + _renumbered(label[settled])
            self.count = int(self.numbers.max()) + 1
            self.settled.append(self.kept[within & settled[self.sources]])
            self.alive &= ~settled

    def _shrink(self) -> None:
        keep = self.alive[self.sources]
        among = keep[self.losing]
        self.losing = (np.cumsum(keep, dtype=np.int64) - 1)[self.losing[among]]
        self.lost = self.lost[among]
        self.kept, self.sources, self.targets = self.kept[keep], self.sources[keep], self.targets[keep]
        self.fair, self.may = self.fair[keep], self.may[keep]


def _selected(which: Mask, home: Ints, here: Mask) -> Iterator[npt.NDArray[np.int64]]:
    """The numbers of the edges of ``which`` whose home is one of ``here``, in parts."""
    for first in range(0, len(which), EDGES_AT_ONCE):
        part = slice(first, first + EDGES_AT_ONCE)
        yield first + np.flatnonzero(which[part] & here[home[part]])


def _components(sources: Ints, targets: Ints, joins: Mask, alive: Mask, scc: Components) -> tuple[Ints, int]:
    """(the SCC of each node that is alive, -1 for the others; their number)."""
    nodes = np.flatnonzero(alive)
    place = np.full(len(alive), -1, dtype=np.int32)
    place[nodes] = np.arange(len(nodes), dtype=np.int32)
    counts = np.bincount(place[sources[joins]], minlength=len(nodes))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    number, labels = scc(Edges(offsets, place[targets[joins]], np.empty(0, dtype=np.int32)))
    label = np.full(len(alive), -1, dtype=np.int32)
    label[nodes] = labels
    return label, number


def _renumbered(labels: Ints) -> Ints:
    """``labels`` as 0, 1, … in the order in which they first occur."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    renumbered: Ints = rank[inverse]
    return renumbered
