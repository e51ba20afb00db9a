"""Proofs as JSON: the views that they rest on, to be checked by somebody else.

Local states, segments and views stand one a line; docs/output.md describes them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from checker.document.kinds import MODULUS, Kind, Value, show_value
from checker.document.library import bundled_folder, locate, version_of
from checker.document.protocol import Field, Property, Protocol, Scenario, Variable
from checker.exchange.values import (
    FormatError,
    Json,
    ValueCodec,
    a_list,
    a_text,
    an_object,
)
from checker.model.segment import Segment
from checker.prove.certificate import Certificate, Refused, State, View
from checker.prove.closure import Closure
from checker.prove.results import ProofResult

FORMAT = "lastack-proof"
VERSION = 1

PLACE = "the file"

# Writing


def proof_to_json(path: Path, protocol: Protocol, results: Sequence[ProofResult]) -> str:
    """The text of a proof of all that ``results`` say is proved of the document at ``path``."""
    proofs = [_proof(protocol, result) for result in results if _used(result)]
    top = {
        "format": json.dumps(FORMAT),
        "format_version": json.dumps(VERSION),
        "document": json.dumps(_called(path), ensure_ascii=False),
        "version": json.dumps(version_of(path)),
        "proofs": _array(proofs),
    }
    return _object(top) + "\n"


def _called(path: Path) -> str:
    """By what a document is found again: a bundled one within its folder, others by their name."""
    try:
        return path.resolve().relative_to(bundled_folder()).with_suffix("").as_posix()
    except ValueError:
        return path.stem


def _proof(protocol: Protocol, result: ProofResult) -> str:
    codec = ValueCodec(protocol)
    used = _used(result)
    a, b = used[0].model.tables
    settings = {name: show_value(value) for name, value in result.scenario.set.items()}
    parts = {
        "scenario": _line(result.scenario.name),
        "set": _line(settings),
        "A": _array(_line(codec.local(local)) for local in a.locals.values),
        "B": _array(_line(codec.local(local)) for local in b.locals.values),
        "segments": _array(_line(codec.segment(s)) for s in used[0].model.segments.values),
        "closures": _array(_closure(closure, _proved_on(closure, result)) for closure in used),
    }
    return _object(parts)


def _used(result: ProofResult) -> list[Closure]:
    """The closures that something is proved on."""
    return [closure for closure in result.closures if _proved_on(closure, result)]


def _proved_on(closure: Closure, result: ProofResult) -> list[Property]:
    return [proof.verdict.property for proof in result.proofs if proof.closure is closure]


def _closure(closure: Closure, proved: Sequence[Property]) -> str:
    claims = (_line({"property": property.name, "kind": property.kind}) for property in proved)
    views = (_line([*view.pair, f"{view.sets.ab:x}", f"{view.sets.ba:x}"]) for view in closure)
    return _object({"claims": _array(claims), "views": _array(views)})


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _array(lines: Iterable[str]) -> str:
    return "[\n" + ",\n".join(lines) + "\n]"


def _object(parts: Mapping[str, str]) -> str:
    return "{\n" + ",\n".join(f'"{key}": {text}' for key, text in parts.items()) + "\n}"


# Reading


def document_of(data: Any, path: Path) -> Path:
    """The document that the proof at ``path`` is about: beside it, in the folder above, or a
    bundled one; of several that bear its name, the one with its version."""
    top = _top(data)
    name = a_text(top, "document", PLACE)
    candidates = [found for found in (locate(name, path), locate(name, None)) if found is not None]
    if not candidates:
        raise FormatError(
            f"there is no document `{name}`, of which this is a proof, beside the file or among the "
            "bundled ones; name it behind the file"
        )
    version = a_text(top, "version", PLACE)
    return next((found for found in candidates if version_of(found) == version), candidates[0])


def read_proofs(data: Any, path: Path, protocol: Protocol) -> Iterator[Certificate]:
    """The certificates in a proof of the document at ``path``, a scenario after the other.

    Raises ``FormatError`` for anything that ``proof_to_json`` does not write, and ``Refused`` for
    a proof of another document or another version of it.
    """
    top = _top(data)
    given, version = a_text(top, "version", PLACE), version_of(path)
    if given != version:
        name = a_text(top, "document", PLACE)
        raise Refused(f"this is a proof of {name} in the version {given}; {path} has the version {version}")
    for number, proof in enumerate(a_list(top, "proofs", PLACE), 1):
        yield from _Reader(protocol, f"proof {number}").read(proof)


def _top(data: Any) -> Json:
    top = an_object(data, PLACE)
    if top.get("format") != FORMAT or top.get("format_version") != VERSION:
        raise FormatError(f"this is no {FORMAT} of version {VERSION}")
    return top


class _Reader:
    """Reads what is proved of one scenario; ``where`` names it in messages."""

    def __init__(self, protocol: Protocol, where: str) -> None:
        self._protocol = protocol
        self._codec = ValueCodec(protocol)
        self._where = where

    def read(self, data: Any) -> Iterator[Certificate]:
        proof = an_object(data, self._where)
        scenario = self._scenario(proof)
        a, b = (self._states(proof, end, scenario) for end in (0, 1))
        segments = self._segments(proof)
        for number, given in enumerate(a_list(proof, "closures", self._where), 1):
            where = f"{self._where}, closure {number}"
            closure = an_object(given, where)
            sizes = (len(a), len(b), len(segments))
            views = [
                _view(view, sizes, f"{where}, view {i}")
                for i, view in enumerate(a_list(closure, "views", where))
            ]
            claims = [self._claim(claim, where) for claim in a_list(closure, "claims", where)]
            if len({claim.name for claim in claims}) < len(claims):
                raise FormatError(f"{where}: it claims a property twice")
            yield Certificate(self._protocol, scenario, (a, b), segments, views, claims)

    def _scenario(self, proof: Json) -> Scenario:
        """The document's scenario. With other switches it would be another one by the same name."""
        given = self._codec.read_scenario(proof, self._where)
        scenario = self._protocol.scenarios[given.name]
        for name, switch in self._protocol.switches.items():
            wanted, found = (s.set.get(name, switch.default) for s in (scenario, given))
            if wanted != found:
                raise Refused(
                    f"{scenario.name}: this is a proof with {name} = {show_value(found)}; the scenario "
                    f"has {show_value(wanted)}"
                )
        return scenario

    def _states(self, proof: Json, end: int, scenario: Scenario) -> list[State]:
        states = []
        for number, given in enumerate(a_list(proof, "AB"[end], self._where)):
            where = f"{self._where}, {'AB'[end]}, local state {number}"
            state = State(*self._codec.read_local(given, where))
            _require_kinds(self._protocol.variables.values(), state.values, where)
            self._require_possible(state, scenario, end, where)
            states.append(state)
        return states

    def _require_possible(self, state: State, scenario: Scenario, end: int, where: str) -> None:
        """Raises for what an end of the scenario could never be in."""
        if state.state not in self._protocol.states:
            raise FormatError(f"{where}: {self._protocol.name} has no state `{state.state}`")
        budgets = {"called": (state.called, len(scenario.calls[end]))}
        faults = [event.name for event in self._protocol.events.values() if event.kind == "fault"]
        for name, left in zip(faults, state.faults, strict=True):
            budgets[name] = left, scenario.faults.get(name, (0, 0))[end]
        for variable, value in zip(self._protocol.variables.values(), state.values, strict=True):
            if variable.lives == "supply":
                taken = value if isinstance(value, int) else -1
                budgets[variable.name] = taken, len(scenario.values[variable.name][end])
        for name, (given, most) in budgets.items():
            if not 0 <= given <= most:
                raise FormatError(f"{where}: `{name}` is {given!s:.40}, expected 0 to {most}")

    def _segments(self, proof: Json) -> list[Segment]:
        segments = []
        for number, given in enumerate(a_list(proof, "segments", self._where)):
            where = f"{self._where}, segment {number}"
            segment = self._codec.read_segment(given, where)
            _require_kinds(self._protocol.fields.values(), segment.values, where)
            segments.append(segment)
        return segments

    def _claim(self, data: Any, where: str) -> Property:
        claim = an_object(data, where)
        name, kind = a_text(claim, "property", where), a_text(claim, "kind", where)
        property = self._protocol.properties.get(name)
        if property is None:
            raise FormatError(f"{where}: {self._protocol.name} has no property `{name}`")
        if property.kind != kind:
            raise FormatError(f"{where}: `{name}` is of the kind `{property.kind}`, not `{kind}`")
        return property


def _view(data: Any, sizes: tuple[int, int, int], where: str) -> View:
    """A view; ``sizes`` are how many local states A and B have, and how many segments there are."""
    if not isinstance(data, list) or len(data) != 4:
        raise FormatError(f"{where}: expected two numbers of local states and two sets of segments")
    for end, number, states in zip("AB", data[:2], sizes[:2], strict=True):
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < states:
            raise FormatError(f"{where}: {end} has no local state {number!r:.40}; they are 0 to {states - 1}")
    a, b, *sets = data
    for given in sets:
        if not isinstance(given, str) or not re.fullmatch("[0-9a-f]+", given):
            raise FormatError(f"{where}: {given!r:.40} is no set of segments, which are hexadecimal digits")
        if len(given) > sizes[2] // 4 + 1 or int(given, 16) >> sizes[2]:
            raise FormatError(
                f"{where}: there are {sizes[2]} segments, and none for all bits of {given!r:.40}"
            )
    return View(a, b, int(sets[0], 16), int(sets[1], 16))


def _require_kinds(places: Iterable[Variable | Field], values: Sequence[Value], where: str) -> None:
    for place, value in zip(places, values, strict=True):
        if not _is_value(value, place.kind):
            raise FormatError(f"{where}: `{place.name}` is {value!r:.40}, expected {place.kind.described()}")


def _is_value(value: Value, kind: Kind) -> bool:
    """Whether a variable or field of a kind can hold ``value``."""
    if kind.base == "flags":
        return isinstance(value, tuple) and value == tuple(word for word in kind.words if word in value)
    if value is None:
        return True
    if kind.base == "flag":
        return isinstance(value, bool)
    if kind.base == "words":
        return isinstance(value, str) and value in kind.words
    most = math.inf if kind.base == "count" and kind.limit is None else kind.limit or MODULUS - 1
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
