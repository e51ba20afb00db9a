"""Words of a document where another language could take them for its own."""

from __future__ import annotations


def comment(text: str) -> str:
    """``text`` as it can stand in a comment of any language: without what could end it, start
    another, or upset a tool that counts braces and quotes."""
    harmless = (c if c.isascii() and c.isprintable() and c not in "{}\"'\\`*#" else " " for c in text)
    words = " ".join("".join(harmless).split())
    return words.replace("//", "/ /").replace("--", "- -").replace("==", "= =")
