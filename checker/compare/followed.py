"""Takes a run that is said to tell two documents apart again, by the definition of what can happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.compare.observe import Letter, letter_of, opening_letters
from checker.explore.system import GlobalState, System
from checker.model.tables import Model
from checker.verify.replay import ReplayError, replay
from checker.verify.trace import Trace, move_of

MOST_STATES = 20_000
"""Where the other document can be in more states, it is not followed further: this looks at one
after the other."""


def confirm(owner: Model, other: Model, trace: Trace | None, word: Sequence[Letter]) -> None:
    """Raises ``ReplayError`` unless ``trace`` runs in ``owner`` and shows ``word``, and ``other``
    can show all of it but the last letter."""
    shown = opening_letters(owner)
    if trace is not None:
        owner = Model(owner.protocol, owner.scenario)
        if (divergence := replay(owner, trace)) is not None:
            raise ReplayError(f"a run that tells versions apart does not replay: {divergence.message}")
        letters = (letter_of(owner.form, step.action, step.sent) for step in trace.steps)
        shown += [letter for letter in letters if letter is not None]
    if shown[: len(word)] != list(word):
        raise ReplayError("a run that tells versions apart does not show what it is said to show")
    if (steps := followed(Model(other.protocol, other.scenario), word)) not in (None, len(word) - 1):
        raise ReplayError(f"the other version follows a run for {steps} of {len(word)} steps")


def followed(model: Model, word: Sequence[Letter]) -> int | None:
    """How many letters of ``word`` a run of ``model`` can show; ``None`` where the states that it
    can be in are too many."""
    openings = opening_letters(model)
    common = next((i for i, pair in enumerate(zip(openings, word, strict=False)) if pair[0] != pair[1]), None)
    if common is not None:
        return common
    if len(word) <= len(openings):
        return len(word)
    system = System(model)
    states = _silently(system, [system.initial()])
    for number in range(len(openings), len(word)):
        if states is None:
            return None
        after = [
            target for state in states for letter, target in _shown(system, state) if letter == word[number]
        ]
        if not after:
            return number
        states = _silently(system, after)
    return len(word)


def _silently(system: System, states: Iterable[GlobalState]) -> set[GlobalState] | None:
    """``states`` and all that silent steps lead to; ``None`` if there are too many."""
    found = set(states)
    todo = list(found)
    while todo:
        if len(found) > MOST_STATES:
            return None
        for letter, target in _shown(system, todo.pop()):
            if letter is None and target not in found:
                found.add(target)
                todo.append(target)
    return found


def _shown(system: System, state: GlobalState) -> Iterable[tuple[Letter | None, GlobalState]]:
    model = system.model
    for number, target in system.successors(state)[0]:
        action = system.action(number)
        move = move_of(system, state[action.end], action)
        sent = [] if move is None else [model.segments[segment] for segment in move.sent]
        yield letter_of(model.form, action, sent), target
