"""A small document of claims about the door, and ways to read variations of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.document.problems import DocumentError
from checker.document.statements import Statements, load_statements
from tests.cli.commands import write_door

MARK = "»"
"""In a variation it stands where a complaint is expected; it is no part of the text."""

CLAIMS = """# What is said of the door

| claim | source | words | means | decided by | expect | because |
|---|---|---|---|---|---|---|
| heard | a song | toc toc | a knock is heard | door: quiet: woken; door: lossy: woken | under assumptions | |
| one letter | a novel | lettre | a knock is one letter | door: quiet: a knock | confirmed | |
| an answer | a novel | réponse | B answers | door: quiet: a knock and an answer | refuted | |
| a minute | a poem | minute | it takes a minute | | undecided | no clock |

| exchange | segments | ends | because |
|---|---|---|---|
| a knock | `A: <WORD=hello>` | waiting / awake | |
| a knock and an answer | `A: <WORD=hello>; B: <WORD=bye>` | | |
"""


def write_claims(folder: Path, text: str = CLAIMS) -> Path:
    """The claims in a file beside the door that they are about."""
    write_door(folder)
    path = folder / "claims.md"
    path.write_text(text, encoding="utf-8")
    return path


def read_claims(folder: Path, text: str = CLAIMS) -> Statements:
    return load_statements(write_claims(folder, text))


def complaints(folder: Path, text: str) -> list[str]:
    """What is said of the text, without the folder."""
    with pytest.raises(DocumentError) as raised:
        read_claims(folder, text)
    return [str(problem).replace(f"{folder}/", "") for problem in raised.value.problems]
