"""What an exploration needs to go on after it was ended: a file beside those of its states.

It is written as a whole or not at all, and carries the checksums of itself and of the states.
Reactions are not written down but computed again, in the same order, so everything gets the same
number; whether it did is checked.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from checker.explore.engines import CHECKPOINT
from checker.explore.limits import ResumeError
from checker.explore.native.expand import Expander
from checker.explore.native.files import Files
from checker.explore.native.layout import parts
from checker.explore.native.tuples import Fields
from checker.explore.native.words import Words
from checker.model.evaluate import SemanticError
from checker.model.tables import LimitReached

MAGIC = b"lastack checkpoint 2\n"
DIGEST = 32

Arrays = dict[str, npt.NDArray[Any]]


def begin(folder: Path) -> None:
    """Makes room for an exploration: what an earlier one left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    # First of all the checkpoint, so that it never stands beside the states of another one.
    for path in [folder / CHECKPOINT, *folder.glob("states.*")]:
        path.unlink(missing_ok=True)


def save(expander: Expander, words: Words, values: dict[str, Any], arrays: Arrays) -> None:
    """Writes a checkpoint; ``values`` and ``arrays`` are what the exploration adds to it."""
    assert words.files is not None
    contents = expander.channels.arrays
    header = {
        **values,
        "scope": list(expander.scope),
        "fields": list(words.fields),
        "count": words.count,
        "spent": expander.spent,
        "generation": words.files.generation,
        "reactions": expander.tables.checksum(),
        "states": _checksums(words),
    }
    every = {**arrays, "log": np.array(expander.tables.log, dtype=np.int64).reshape(-1, 3)}
    every |= {f"contents.{name}": column for name, column in contents._asdict().items()}
    _write(words.files.folder / CHECKPOINT, header, every)
    words.files.forget_others()


def load(expander: Expander, initial: tuple[int, ...], folder: Path) -> tuple[Words, dict[str, Any], Arrays]:
    """The words as they were, with ``values`` and ``arrays`` of ``save``.

    ``expander`` is one that has only given its ``initial`` state, and is brought to where it was.
    Raises ``ResumeError`` where anything is damaged, or of another scenario.
    """
    header, arrays = _read(folder / CHECKPOINT)
    if header["scope"] != list(expander.scope):
        raise _another(folder)
    try:
        for kind, node, other in arrays["log"].tolist():
            expander.tables.compute(kind, node, other)
    except (IndexError, SemanticError, LimitReached):
        raise _another(folder) from None
    if expander.tables.checksum() != header["reactions"]:
        raise _another(folder)
    expander.spent = header["spent"]
    fresh = expander.channels.arrays
    expander.channels.restore({name: arrays[f"contents.{name}"] for name in expander.channels.names()})
    words = Words(expander.scope, Fields(*header["fields"]), Files(folder, header["generation"]))
    _map(words, header["count"])
    if _checksums(words) != header["states"]:
        raise _damaged(folder)
    made, there = int(fresh.made[0]), expander.channels.arrays
    hi = int(words.hi[0]) if words.fields.wide else 0
    if (
        parts(words.fields, int(words.lo[0]), hi) != initial
        or fresh.parent[:made].tolist() != there.parent[:made].tolist()
        or fresh.last[:made].tolist() != there.last[:made].tolist()
    ):
        raise _another(folder)
    return words, header, arrays


def _map(words: Words, count: int) -> None:
    files = words.files
    assert files is not None
    for name in ("lo", "hi") if words.fields.wide else ("lo",):
        if files.length(name) < count:
            raise _damaged(files.folder)
    words.reserve(count)
    words.count = count


def _checksums(words: Words) -> list[str]:
    files = words.files
    assert files is not None
    found = [files.written("lo", words.lo, words.count)]
    if words.fields.wide:
        found.append(files.written("hi", words.hi, words.count))
    return found


def _another(folder: Path) -> ResumeError:
    return ResumeError(
        f"{folder}: an exploration of something else, such as an older document; begin without --resume"
    )


def _damaged(folder: Path) -> ResumeError:
    return ResumeError(f"{folder}: the states are damaged or incomplete; begin without --resume")


# The file


def _write(path: Path, header: dict[str, Any], arrays: Arrays) -> None:
    shapes = {name: (str(array.dtype), list(array.shape)) for name, array in arrays.items()}
    parts = [MAGIC, json.dumps({**header, "arrays": shapes}).encode() + b"\n"]
    parts += [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    digest = hashlib.blake2b(digest_size=DIGEST)
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        for part in parts:
            file.write(part)
            digest.update(part)
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _read(path: Path) -> tuple[dict[str, Any], Arrays]:
    data = path.read_bytes()
    body = data[:-DIGEST]
    if hashlib.blake2b(body, digest_size=DIGEST).digest() != data[-DIGEST:] or not body.startswith(MAGIC):
        raise ResumeError(f"{path}: the checkpoint is damaged; begin without --resume")
    end = body.index(b"\n", len(MAGIC))
    header: dict[str, Any] = json.loads(body[len(MAGIC) : end])
    at = end + 1
    arrays: Arrays = {}
    for name, (kind, shape) in header["arrays"].items():
        count = int(np.prod(shape))
        array = np.frombuffer(body, dtype=kind, count=count, offset=at)
        arrays[name] = array.reshape(shape).copy()
        at += array.nbytes
    return header, arrays
