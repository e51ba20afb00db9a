"""Actions in a few words, for the reasons of verdicts, and for exports and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.tables import Action, Model


def describe(model: Model, action: Action) -> str:
    """An action in a few words."""
    end, peer = "AB"[action.end], "BA"[action.end]
    if action.segment is None:
        return f"{end}: {action.event}"
    written = model.form.write(action.segment)
    if action.kind == "delivery":
        return f"{written} from {peer} arrives at {end}"
    return f"{written} from {end} is {'lost' if action.kind == 'loss' else 'duplicated'}"


def describe_action(model: Model, action: Action) -> str:
    """As ``describe``; two faults that strike different places of a queue differ."""
    words = describe(model, action)
    return words if action.position is None else f"{words}, place {action.position + 1}"


def brief_action(model: Model, action: Action) -> str:
    """As ``describe``, but for many states: which sort of segment it is about, not which one."""
    end = "AB"[action.end]
    if action.segment is None:
        return f"{end}: {action.event}"
    sort = model.form.brief(action.segment)
    if action.kind == "delivery":
        return f"{end}: rcv {sort}"
    return f"{end}'s {sort} {'lost' if action.kind == 'loss' else 'doubled'}"


def own(action: Action) -> str:
    """What an end does by itself: ``A's EVENT``."""
    return f"{'AB'[action.end]}'s {action.event}"


def named(actions: Iterable[Action]) -> list[str]:
    """What is done in ``actions``, each thing once, deliveries last."""
    taken = list(actions)
    alone = dict.fromkeys(own(action) for action in taken if action.segment is None)
    to = sorted({action.end for action in taken if action.segment is not None})
    return [*alone, *([f"deliveries to {' and '.join('AB'[end] for end in to)}"] if to else [])]


def whereabouts(a: str, b: str, lead: str = "") -> str:
    """In which states A and B are; ``lead`` is ``with`` in the middle of a sentence."""
    if lead:
        return f"{lead} both in {a}" if a == b else f"{lead} A in {a} and B in {b}"
    return f"both are in {a}" if a == b else f"A is in {a}, B in {b}"


def listed(words: Sequence[str]) -> str:
    """``words`` as a list in a sentence; at least one."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
