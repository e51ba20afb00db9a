"""Runs that somebody chooses step by step: what is enabled after some choices, and how the steps of
a run are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.explore.system import GlobalState, System
from checker.model.tables import Action
from checker.verify.trace import Trace, snapshot, step


class NoSuchChoice(Exception):
    """A choice of something that is not enabled; the message says which."""


@dataclass(frozen=True)
class Walk:
    """A run, and what is enabled in its end, in the order of the transition system; ``truncated`` if
    more would be, were there room in a channel. ``same`` is the number of steps after which the run
    first was where it is now; ``None`` if it never was."""

    trace: Trace
    enabled: tuple[Action, ...]
    truncated: bool
    same: int | None


def walk(system: System, choices: Sequence[int]) -> Walk:
    """The run on which of all enabled actions the one with the number ``choices[i]`` is taken in
    step i. Raises ``NoSuchChoice`` if there is none."""
    states = [system.initial()]
    steps = []
    successors, truncated = system.successors(states[0])
    for number, choice in enumerate(choices, 1):
        if not 0 <= choice < len(successors):
            raise NoSuchChoice(f"step {number}: there is no choice {choice}, {_how_many(len(successors))}")
        action, after = successors[choice]
        steps.append(step(system, states[-1], action, after))
        states.append(after)
        successors, truncated = system.successors(after)
    trace = Trace(snapshot(system, states[0]), tuple(steps))
    enabled = tuple(system.action(action) for action, _ in successors)
    return Walk(trace, enabled, truncated, _same(states))


def choices_of(system: System, trace: Trace) -> list[int]:
    """The choices that make ``trace``. Raises ``NoSuchChoice`` where it takes what is not enabled,
    or leads elsewhere."""
    state = system.initial()
    if snapshot(system, state) != trace.initial:
        raise NoSuchChoice("the run begins in another state")
    choices = []
    for number, expected in enumerate(trace.steps, 1):
        successors, _ = system.successors(state)
        actions = [system.action(action) for action, _ in successors]
        if expected.action not in actions:
            raise NoSuchChoice(f"step {number} is not enabled")
        choice = actions.index(expected.action)
        action, after = successors[choice]
        if step(system, state, action, after) != expected:
            raise NoSuchChoice(f"step {number} has another effect")
        choices.append(choice)
        state = after
    return choices


def _how_many(count: int) -> str:
    return "nothing is enabled" if count == 0 else f"only 0 to {count - 1}"


def _same(states: Sequence[GlobalState]) -> int | None:
    first = states.index(states[-1])
    return None if first == len(states) - 1 else first
