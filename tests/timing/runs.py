"""Runs written as actions in words, toy documents with durations, and numbers for these."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from checker.document.lengths import Numbers, parse_given
from checker.document.library import load, parse
from checker.document.protocol import Protocol
from checker.explore.system import System
from checker.model.tables import Model
from checker.timing.answer import Answer, answer
from checker.verify.trace import Step, Trace, snapshot, step
from checker.verify.words import describe
from tests.toys import DOCUMENTS, ROOT

TOY = """
| extends | because |
|---|---|
| timers | |

| duration | of | length | restarted if |
|---|---|---|---|
| life | letter | at most | |
| again | timeout again | range | |
| wait | timeout end | fixed | RESTARTED |

| scenario | A | B | opened | network | bounds | assume | expect |
|---|---|---|---|---|---|---|---|
| line | go | none | | queue, lose, duplicate | capacity 4 | | |
| cloud | go | none | | bag, lose, duplicate 1 | capacity 3 | | |
| opened | none | none | A: go | queue | capacity 1 | | |
| both opened | none | none | A: go; B: go | queue, lose | capacity 4 | | |
"""


@cache
def toy(restarted: str = "", life: str = "at most") -> Protocol:
    """The toy of timers, which says how long they last: ``wait`` is what is asked about."""
    text = TOY.replace("RESTARTED", f"`{restarted}`" if restarted else "").replace("at most", life)
    return parse(text, "timed.md", DOCUMENTS / "timed.md")


@cache
def bundled(name: str) -> Protocol:
    return load(ROOT / "spec" / f"{name}.md")


def run_along(model: Model, *actions: str) -> Trace:
    """The run that takes these actions, as ``describe`` words them; ``x`` is short for the one
    segment of the toy."""
    system = System(model)
    state = system.initial()
    initial = snapshot(system, state)
    steps: list[Step] = []
    for action in actions:
        enabled = {
            describe(model, system.action(number)): (number, after)
            for number, after in reversed(system.successors(state)[0])
        }
        number, after = enabled[action.replace("x ", "<MARK=x> ", 1) if action[:2] == "x " else action]
        steps.append(step(system, state, number, after))
        state = after
    return Trace(initial, tuple(steps))


def numbers_of(protocol: Protocol, given: Mapping[str, str]) -> Numbers:
    return {name: parse_given(protocol.durations[name], text) for name, text in given.items()}


def timed(protocol: Protocol, scenario: str, actions: tuple[str, ...], **given: str) -> Answer:
    """What is known of a run. An underscore in the name of a duration stands for a hyphen."""
    model = Model(protocol, protocol.scenarios[scenario])
    named = {name.replace("_", "-"): text for name, text in given.items()}
    return answer(model, run_along(model, *actions), numbers_of(protocol, named))


def document(folder: Path, text: str, name: str = "timed.md") -> Path:
    """A document beside the toys that it may extend."""
    (folder / "timers.md").write_text((DOCUMENTS / "timers.md").read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
