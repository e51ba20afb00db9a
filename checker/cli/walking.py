"""What the page of ``lastack explore`` asks of its server: questions with JSON, answers as JSON."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from checker.document.protocol import Protocol
from checker.exchange.traces import TraceCodec
from checker.exchange.values import FormatError, Json, a_list, a_text, an_integer, an_object
from checker.explore.limits import Limits
from checker.explore.system import System
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached, Model
from checker.show.page.walk import found_value, walk_value
from checker.verify.replay import ReplayError
from checker.verify.results import check_scenario
from checker.verify.walk import NoSuchChoice, choices_of, walk

MOST_STEPS = 500
"""Longer runs are nobody's, and every step is taken again for each answer."""

MOST_STATES = 1_000_000
MOST_SECONDS = 60.0
"""How far a scenario is explored for its counterexamples while somebody waits."""

REFUSED = (FormatError, NoSuchChoice, SemanticError, LimitReached, ReplayError)
"""What is wrong with a question, or has no meaning in the document, and can be told in a line."""


class Walking:
    """Answers questions on one document. Nothing of a run is kept: a question brings it along."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.codec = TraceCodec(protocol)
        self._systems: dict[str, System] = {}
        self._found: dict[str, Mapping[str, Any]] = {}
        # A model computes what it is asked for the first time: one question at a time.
        self._lock = threading.Lock()
        self.questions: Mapping[str, Callable[[Json], Mapping[str, Any]]] = {
            "walk": self._walk,
            "find": self._find,
            "save": self._save,
            "load": self._load,
        }

    def answer(self, name: str, question: Any) -> Mapping[str, Any]:
        """The answer to a question of this name. Raises one of ``REFUSED``."""
        asked = an_object(question, "the question")
        with self._lock:
            return self.questions[name](asked)

    def _walk(self, asked: Json) -> Mapping[str, Any]:
        system, choices = self._system(asked), _choices(asked)
        loop, stuck = (_place(asked, name, len(choices)) for name in ("loop", "stuck"))
        return walk_value(system, walk(system, choices), loop, stuck)

    def _find(self, asked: Json) -> Mapping[str, Any]:
        """Checks a scenario, once."""
        system = self._system(asked)
        scenario = system.model.scenario
        if scenario.name not in self._found:
            limits = Limits(MOST_STATES, MOST_SECONDS)
            result = check_scenario(self.protocol, scenario, limits)
            self._found[scenario.name] = found_value(system, result)
        return self._found[scenario.name]

    def _save(self, asked: Json) -> Mapping[str, Any]:
        system = self._system(asked)
        return self.codec.encode(walk(system, _choices(asked)).trace, system.model.scenario)

    def _load(self, asked: Json) -> Mapping[str, Any]:
        """The choices that make a saved trace."""
        trace, scenario = self.codec.decode(asked.get("trace"))
        if len(trace.steps) > MOST_STEPS:
            raise FormatError(f"the trace has more than {MOST_STEPS} steps")
        if scenario != self.protocol.scenarios[scenario.name]:
            raise FormatError(f"the trace changes the scenario `{scenario.name}`; here it is as it stands")
        choices = choices_of(self._system({"scenario": scenario.name}), trace)
        place = {"loop": trace.loop_start, "stuck": trace.stuck_after}
        return {"scenario": scenario.name, "choices": choices, **place}

    def _system(self, asked: Json) -> System:
        name = a_text(asked, "scenario", "the question")
        if name not in self.protocol.scenarios:
            raise FormatError(f"there is no scenario `{name}`")
        if name not in self._systems:
            self._systems[name] = System(Model(self.protocol, self.protocol.scenarios[name]))
        return self._systems[name]


def _choices(asked: Json) -> list[int]:
    choices = a_list(asked, "choices", "the question")
    if len(choices) > MOST_STEPS:
        raise FormatError(f"a run has at most {MOST_STEPS} steps here")
    if not all(isinstance(choice, int) and not isinstance(choice, bool) for choice in choices):
        raise FormatError("the question: `choices` are not all numbers")
    return list(choices)


def _place(asked: Json, name: str, steps: int) -> int | None:
    """The number of a step, if there is one."""
    if asked.get(name) is None:
        return None
    place = an_integer(asked, name, "the question")
    if not 0 <= place <= steps:
        raise FormatError(f"the question: `{name}` is not the number of a step")
    return place
