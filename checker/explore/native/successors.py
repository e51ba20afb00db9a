"""The successors of a chunk of states, and all that is new about them computed on the way."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explore.native.expand import Done, Expander
from checker.explore.native.share import Share
from checker.explore.native.team import Team, cut
from checker.explore.native.words import Words
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached

Stop = tuple[int, SemanticError | LimitReached]
"""The state whose expansion cannot be computed, and why."""


def expand(
    expander: Expander, words: Words, team: Team, shares: Sequence[Share], stop: Stop | None
) -> Stop | None:
    """Writes the successors of the shares' states, up to ``stop``; what stops it if it may not go on.

    A share that lacks room ends early, and those after it are then empty.
    """
    spans = [(share.first, share.last) for share in shares]
    while True:
        for share, span in zip(shares, spans, strict=True):
            share.first, share.last = span
        room = expander.room()
        expander.make_room()
        deferred = _generate(expander, words, team, shares, room)
        stop = stop or _compute(expander, shares)
        if stop is not None:
            cut(shares, stop[0])
        if expander.room() == room:
            break
    for share, count in zip(shares, deferred, strict=True):
        _complete(expander, words, share, count, room)
    for share in shares:
        expander.note_spent(share.out)
    return stop


def _generate(expander: Expander, words: Words, team: Team, shares: Sequence[Share], room: int) -> list[int]:
    """Generates what can be without anything new; the number of deferred states by share."""
    alone = len(shares) == 1

    def generate(share: Share) -> Done:
        share.make_room(room)
        # Contents are created by one thread at a time.
        return expander.generate(words, share.first, share.last, share.out, room=room, create=alone)

    done = team.together(generate, shares)
    for share, found in zip(shares, done, strict=True):
        share.note(found)
    ended = next((share.last for share in shares if share.short), None)
    if ended is not None:
        cut(shares, ended)
    return [found.deferred for found in done]


def _compute(expander: Expander, shares: Sequence[Share]) -> Stop | None:
    """Computes what was missing for the states at hand, in the reference's order."""
    for share in shares:
        for index, kind, node, other in share.events:
            if index >= share.last:  # not its turn: an earlier share ended early
                break
            try:
                expander.tables.compute(kind, node, other)
            except (SemanticError, LimitReached) as error:
                return index, error
    return None


def _complete(expander: Expander, words: Words, share: Share, deferred: int, room: int) -> None:
    """Fills in the successors of the deferred states of a share."""
    out = share.out
    which, at = out.deferred[:deferred], out.deferred_at[:deferred]
    which, at = which[which < share.last].copy(), at[which < share.last].copy()
    while len(which):
        expander.make_room()
        done = expander.generate(words, share.first, share.last, out, (which, at), room, create=True)
        assert done.deferred == 0
        which, at = which[done.states :], at[done.states :]
