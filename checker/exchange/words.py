"""What exports say in the words of a document, and how those words stay harmless elsewhere."""

from __future__ import annotations

from checker.document.kinds import show_value
from checker.document.protocol import Protocol
from checker.model.endpoint import Local, values_by_name


def comment(text: str) -> str:
    """``text`` as it can stand in a comment of any language: without what could end it, start
    another, or upset a tool that counts braces and quotes."""
    harmless = (c if c.isascii() and c.isprintable() and c not in "{}\"'\\`*#" else " " for c in text)
    words = " ".join("".join(harmless).split())
    return words.replace("//", "/ /").replace("--", "- -").replace("==", "= =")


def describe_local(protocol: Protocol, local: Local) -> str:
    """A local state in a line: its name and the variables that have a value."""
    values = values_by_name(protocol, local).items()
    shown = [f"{name}={show_value(v)}" for name, v in values if not (v is None or v is False or v == ())]
    return " ".join([local.state, *shown])
