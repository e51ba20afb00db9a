"""The kinds of values: what a variable, a field or an expression can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from checker.document.cells import NAME_PATTERN

MODULUS = 1 << 32
"""Sequence numbers are counted modulo 2^32."""

Value = int | bool | str | tuple[str, ...] | None
"""A value of any kind; ``None`` is unset."""

Space = Literal["", "own", "peer", "A", "B"]


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    ``base`` is ``seq``, ``count``, ``flag``, ``words`` or ``flags``; ``number`` and ``none``
    are the kinds of literals. ``space`` says whose sequence numbers a ``seq`` counts;
    ``words`` are those of ``words`` and ``flags`` in declared order; a ``count`` with a
    ``limit`` saturates there.
    """

    base: str
    space: Space = ""
    words: tuple[str, ...] = ()
    limit: int | None = None

    def __str__(self) -> str:
        if self.base == "seq":
            return f"{self.space} seq".strip()
        if self.base == "words":
            return "one of " + ", ".join(self.words)
        if self.base == "count" and self.limit is not None:
            return f"count to {self.limit}"
        return {"flags": "set of flags", "none": "`none`"}.get(self.base, self.base)

    def described(self) -> str:
        """The kind with its article: ``an own seq``, ``a flag``, ``one of x, y``."""
        if self.base == "words" or self.base == "none":
            return str(self)
        return f"an {self}" if str(self)[0] in "aeiou" else f"a {self}"

    def seen_by_peer(self) -> Kind:
        """The same values as the other end calls them: own numbers are the peer's to it."""
        other: dict[Space, Space] = {"own": "peer", "peer": "own", "A": "B", "B": "A", "": ""}
        return replace(self, space=other[self.space])

    def of_end(self, end: str) -> Kind:
        """The same values named from outside, where ``own`` means those of ``end``."""
        own: Space = "A" if end == "A" else "B"
        other: Space = "B" if end == "A" else "A"
        spaces: dict[Space, Space] = {"own": own, "peer": other}
        return replace(self, space=spaces.get(self.space, self.space))


COUNT = Kind("count")
FLAG = Kind("flag")
NUMBER = Kind("number")
NONE = Kind("none")
UNKNOWN = Kind("")
"""The kind of what was declared wrongly, which has been reported."""

_LIMITED = re.compile(r"count to ([0-9]{1,9})")

# Without this, `flag X, Y` would be the two words `flag X` and `Y`.
_NO_WORDS = re.compile(r"(?:ghost|fl?a?gs?|count to|own seq|peer seq) ", re.IGNORECASE)

EXPECTED = "`own seq`, `peer seq`, `count`, `count to N`, `flag`, `flags X, Y` or words `x, y`"


def parse_kind(text: str) -> Kind | None:
    """The kind a document's cell names, or ``None`` when it names none."""
    simple = {
        "own seq": Kind("seq", "own"),
        "peer seq": Kind("seq", "peer"),
        "count": COUNT,
        "flag": FLAG,
    }
    if text in simple:
        return simple[text]
    if limited := _LIMITED.fullmatch(text):
        return Kind("count", limit=int(limited.group(1)))
    base, rest = ("flags", text[6:]) if text.startswith("flags ") else ("words", text)
    words = tuple(word.strip() for word in rest.split(","))
    if base == "words" and _NO_WORDS.match(text):
        return None
    if len(set(words)) != len(words) or not all(re.fullmatch(NAME_PATTERN, word) for word in words):
        return None
    if base == "words" and len(words) < 2:
        return None
    return Kind(base, words=words)


def parse_value(text: str, kind: Kind) -> tuple[bool, Value]:
    """(whether ``text`` is a value of ``kind``, that value)."""
    if text == "none" or kind == UNKNOWN:
        return True, None
    if kind.base == "flag" and text in ("on", "off"):
        return True, text == "on"
    if kind.base == "words" and text in kind.words:
        return True, text
    if kind.base in ("count", "seq") and re.fullmatch(r"[0-9]{1,10}", text):
        number = int(text)
        limit = MODULUS - 1 if kind.limit is None else kind.limit
        return number <= limit, number
    if kind.base == "flags":
        given = {word.strip() for word in text.split(",")}
        if given <= set(kind.words):
            return True, tuple(word for word in kind.words if word in given)
    return False, None


def values_of(kind: Kind) -> str:
    """What to write for a value of ``kind``, for error messages."""
    if kind.base == "flag":
        return "`on` or `off`"
    if kind.base in ("words", "flags"):
        return ", ".join(f"`{word}`" for word in kind.words)
    limit = MODULUS - 1 if kind.limit is None else kind.limit
    return f"a number from 0 to {limit}"


def show_value(value: Value) -> str:
    """A value as a document writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return str(value)
