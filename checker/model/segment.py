"""Segments as values, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from checker.document.kinds import Value, show_value
from checker.document.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: the values of all declared fields, ghosts included, in document order."""

    values: tuple[Value, ...]


class SegmentForm:
    """How the segments of one protocol are written and compared."""

    def __init__(self, protocol: Protocol) -> None:
        self._fields = tuple(protocol.fields.values())

    def write(self, segment: Segment, ghosts: bool = False) -> str:
        """The segment in the notation of documents, fields without a value left out."""
        parts = []
        for field, value in zip(self._fields, segment.values, strict=True):
            if (field.ghost and not ghosts) or value is None or value is False or value == ():
                continue
            if value == 0 and field.kind.base == "count":
                continue
            parts.append(f"<{field.written}={show_value(value)}>")
        return "".join(parts) or "<>"

    def brief(self, segment: Segment) -> str:
        """What sort of segment it is: its flags and words, and the names of the flags and counts
        that are set; without sequence numbers. As it is written where it has none of these."""
        words: list[str] = []
        for field, value in zip(self._fields, segment.values, strict=True):
            if field.ghost or not value or field.kind.base == "seq":
                continue
            if isinstance(value, tuple):
                words.extend(value)
            else:
                words.append(value if isinstance(value, str) else field.written)
        return ",".join(words) or self.write(segment)

    def wire(self, segment: Segment) -> tuple[Value, ...]:
        """The values that are really sent: all but the ghosts."""
        return tuple(
            value for field, value in zip(self._fields, segment.values, strict=True) if not field.ghost
        )
