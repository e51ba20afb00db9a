"""When timers run: a timer does while one of its rows can fire, whatever assumptions say.

It starts when that begins to be so, when it has fired and can do so again, and at a step of
which its duration's ``restarted if`` holds. It must fire in time or end in another way: with
no row left for it, or by being started again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.document.protocol import Duration
from checker.model.endpoint import Local
from checker.model.evaluate import Env, SemanticError, Unset
from checker.model.tables import Model
from checker.timing.moments import Moment

Run = tuple[int | None, int | None, bool]
"""(the moment at which a timer starts, the next step of its end, whether it fires there). ``None``
for the start and for the end of the whole run."""


class Clocks:
    """The timers of a model that have a duration."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.protocol = model.protocol
        self.timed: Mapping[str, Duration] = {
            event: duration
            for duration in model.protocol.durations.values()
            for event in duration.events
            if model.protocol.events[event].kind == "timer"
        }
        self._restarts = {
            duration.name: model.evaluator.compile(duration.restart)
            for duration in model.protocol.durations.values()
            if duration.restart is not None
        }

    def runs(self, moments: Sequence[Moment], end: int, event: str) -> Iterator[Run]:
        """Each stretch of time for which a timer of an end has been running at a step of that
        end, or at the end of the run."""
        own = [(i, m) for i, m in enumerate(moments) if m.end == end and m.is_step]
        begun: int | None = None
        running = self._can_fire(self.model.tables[end].endpoint.initial(), end, event)
        for number, moment in own:
            fires = moment.kind == "timer" and moment.event == event
            if running:
                yield begun, number, fires
            can = self._can_fire(moment.after, end, event)
            if can and (not running or fires or self._restarted(moment, event)):
                begun = number
            running = can
        if running:
            yield begun, None, False

    def _can_fire(self, local: Local, end: int, event: str) -> bool:
        return self.model.tables[end].endpoint.react(local, event) is not None

    def _restarted(self, moment: Moment, event: str) -> bool:
        duration = self.timed[event]
        restart = self._restarts.get(duration.name)
        if restart is None:
            return False
        env = Env()
        env.us, env.before = moment.after, moment.before
        env.event = moment.event
        env.segment = None if moment.segment is None else moment.segment.values
        env.sent = [segment.values for segment in moment.sent]
        try:
            return bool(restart(env))
        except (Unset, SemanticError) as error:
            what = f"reads `{error}`, which is unset" if isinstance(error, Unset) else error.what
            message = f"`restarted if` {what}, on {moment.event}"
            raise SemanticError(message, duration.position, duration.name) from None
