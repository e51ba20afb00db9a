"""Which row makes the difference on a run: where another document parts from it, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from checker.compare.observe import Key, key_of
from checker.document.meaning import Meaning
from checker.document.protocol import Protocol
from checker.explore.system import GlobalState, System
from checker.model.endpoint import values_by_name
from checker.model.tables import Model
from checker.verify.trace import Step, Trace, step


@dataclass(frozen=True)
class Touched:
    """The rules of two documents that do not do the same in both, by id: those of only one, and
    those that differ themselves or in something that they mention."""

    rules: tuple[frozenset[str], frozenset[str]]

    @property
    def reversed(self) -> Touched:
        return Touched((self.rules[1], self.rules[0]))


def touched(base: Protocol, head: Protocol) -> Touched:
    hashes = []
    for protocol in (base, head):
        meaning = Meaning(protocol)
        hashes.append({rule.id: meaning.rule(rule) for rule in protocol.rules})
    one, other = (
        frozenset(id for id, hash in here.items() if there.get(id) != hash)
        for here, there in ((hashes[0], hashes[1]), (hashes[1], hashes[0]))
    )
    return Touched((one, other))


def blamed(run: Trace, owner: Model, other: Model, rows: Touched) -> tuple[str, ...]:
    """The rows of either document that are to blame for what ``run``, of ``owner``, shows and
    ``other`` does not; the first of the pairs of ``rows`` are the owner's.

    They are those that fired, or refused, where ``other`` first does something else; if it never
    does, those of actions that only ``other`` could take on the way. Of these, the ones that are
    not the same in both documents; if none is, the last such row of the run; nothing if there is
    none.
    """
    follower = _Follower(owner, other)
    return (
        _those(follower.parting(run), rows)
        or _those(follower.untaken(run), rows)
        or tuple(rule for rule in reversed(_fired(run)) if rule in rows.rules[0])[:1]
    )


def _those(found: tuple[tuple[str, ...], tuple[str, ...]], rows: Touched) -> tuple[str, ...]:
    here, there = found
    return tuple(
        dict.fromkeys([*(r for r in here if r in rows.rules[0]), *(r for r in there if r in rows.rules[1])])
    )


def _fired(run: Trace) -> list[str]:
    return list(dict.fromkeys(rule for step in run.steps for rule in step.rules))


class _Follower:
    """Takes the actions of a run of ``owner`` in ``other``, as long as they do the same there."""

    def __init__(self, owner: Model, other: Model) -> None:
        self.owner = owner
        self.other = other
        variables = [model.protocol.variables for model in (owner, other)]
        self.common = [name for name, v in variables[0].items() if name in variables[1] and not v.ghost]

    def parting(self, run: Trace) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The rows that fire in the owner and in the other where they first differ."""
        system = System(self.other)
        state = system.initial()
        for taken in run.steps:
            found = _with_key(system, state, key_of(self.owner.form, taken.action))
            if found is None:
                return taken.rules, tuple(_refusing(system, state, taken))
            there = step(system, state, *found)
            if self._effect(self.owner, taken) != self._effect(self.other, there):
                return taken.rules, there.rules
            state = found[1]
        return (), ()

    def untaken(self, run: Trace) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The rows of the actions that only one of them can take in the states of the run, in the
        last state for which there are any; to be asked when they do not part."""
        systems = [System(Model(model.protocol, model.scenario)) for model in (self.owner, self.other)]
        states = [system.initial() for system in systems]
        found: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        for taken in [*run.steps, None]:
            enabled = [_enabled(*pair) for pair in zip(systems, states, strict=True)]
            only = [
                _rows(enabled[i][key] for key in enabled[i].keys() - enabled[1 - i].keys()) for i in (0, 1)
            ]
            if only[0] or only[1]:
                found = (only[0], only[1])
            if taken is not None:
                key = key_of(self.owner.form, taken.action)
                moves = [_with_key(system, state, key) for system, state in zip(systems, states, strict=True)]
                if None in moves:
                    break
                states = [move[1] for move in moves if move is not None]
        return found

    def _effect(self, model: Model, taken: Step) -> Any:
        after = taken.after.ends[taken.action.end]
        values = values_by_name(model.protocol, after)
        return (
            after.state,
            [values.get(name) for name in self.common],
            [model.form.write(segment) for segment in taken.sent],
        )


def _rows(steps: Iterable[Step]) -> tuple[str, ...]:
    """The rows that fire in any of ``steps``, sorted."""
    return tuple(sorted({rule for taken in steps for rule in taken.rules}))


def _with_key(system: System, state: GlobalState, key: Key) -> tuple[int, GlobalState] | None:
    for action, after in system.successors(state)[0]:
        if key_of(system.model.form, system.action(action)) == key:
            return action, after
    return None


def _enabled(system: System, state: GlobalState) -> dict[Key, Step]:
    return {
        key_of(system.model.form, system.action(action)): step(system, state, action, after)
        for action, after in system.successors(state)[0]
    }


def _refusing(system: System, state: GlobalState, taken: Step) -> Iterator[str]:
    """The rows that refuse the call of a step."""
    end = taken.action.end
    for refusal in system.model.tables[end].refusals(state[end]):
        if refusal.event == taken.action.event:
            yield from (system.model.protocol.rules[index].id for index in refusal.fired)
