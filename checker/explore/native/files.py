"""Arrays in memory-mapped files, for explorations that outgrow the memory."""

from __future__ import annotations

import hashlib
import mmap
import os
from pathlib import Path

import numpy as np

from checker.explore.native.arrays import Longs

STEP = 1 << 17
"""Files grow by a multiple of so many words, or by an eighth."""


class Files:
    """The words of states in files of ``folder``: their low words in one, the high ones in another.

    When all states are laid out anew, they are written to files of the next ``generation``; the
    old ones stay until nobody needs them any more.
    """

    def __init__(self, folder: Path, generation: int = 0) -> None:
        self.folder = folder
        self.generation = generation
        self._maps: dict[str, mmap.mmap] = {}
        self._hashed: dict[str, tuple[int, hashlib.blake2b]] = {}

    def next_generation(self) -> None:
        self.generation += 1
        self._maps = {}
        self._hashed = {}

    def resized(self, name: str, size: int) -> Longs:
        """The array ``name`` with at least ``size`` words. Arrays it had before stay valid.

        Raises ``OSError`` if there is no room on the disk; that is better than a signal when
        the words are written.
        """
        words = (max(size, 1) + STEP - 1) // STEP * STEP
        with self._path(name).open("a+b") as file:
            if os.fstat(file.fileno()).st_size < 8 * words:
                self._lengthen(file.fileno(), 8 * words, name)
            mapped = mmap.mmap(file.fileno(), 8 * words)
        self._maps[name] = mapped
        return np.frombuffer(mapped, dtype=np.int64)

    def _lengthen(self, file: int, size: int, name: str) -> None:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file, 0, size)
            else:
                os.truncate(file, size)
        except OSError as error:  # which does not know what the file is called
            raise OSError(error.errno, error.strerror, str(self._path(name))) from error

    def length(self, name: str) -> int:
        """How many words a file has, 0 if there is none."""
        path = self._path(name)
        return path.stat().st_size // 8 if path.is_file() else 0

    def written(self, name: str, words: Longs, count: int) -> str:
        """Writes the first ``count`` words to the disk and gives their checksum. Those that were
        there the last time must not have changed."""
        if name in self._maps:
            self._maps[name].flush()
        done, digest = self._hashed.get(name, (0, hashlib.blake2b(digest_size=32)))
        digest.update(words[done:count].view(np.uint8).data)
        self._hashed[name] = count, digest
        return digest.hexdigest()

    def forget_others(self) -> None:
        """Removes the files of other generations."""
        for path in list(self.folder.glob("states.*")):
            if path not in (self._path("lo"), self._path("hi")):
                path.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"states.{self.generation}.{name}"
