"""How the kernels are compiled: without Python objects, without the GIL, kept on disk.

numba keeps compiled code only as long as the file of a kernel is untouched, so not over a
reinstall, and does not notice when a kernel changes that another one calls. Here it is kept
under a hash of the sources of them all, in the user's cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, ClassVar, TypeVar

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.extending import intrinsic
from numba.np import linalg

from checker.explore.caches import is_writable, user_cache


def _forget_blas() -> None:
    """Spares numba the search for linear algebra, which no kernel uses: it would import all of
    scipy's, and that takes longer than loading all kernels."""

    def none() -> None:
        raise ImportError

    kept, linalg.ensure_blas = linalg.ensure_blas, none
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = kept


_forget_blas()

if sys.platform != "win32":
    import fcntl

Function = TypeVar("Function", bound=Callable[..., Any])

SOURCES = Path(__file__).parent

MOST_WAITING = 60.0
"""Seconds to wait for another process to compile a kernel, which takes it ten at the most."""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""``_nrt``: kernels allocate nothing, and without reference counts they are far faster."""


@cache
def _digest() -> str:
    """Names the sources of all kernels, and the compiler."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(SOURCES.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def kept_in() -> str:
    """The folder of the compiled kernels: in the user's cache, or beside the sources if that
    cannot be written; empty if neither can, and they are then compiled in every process."""
    for folder in (user_cache(), SOURCES / "__pycache__"):
        if folder is not None and is_writable(folder / f"kernels-{_digest()}"):
            return str(folder / f"kernels-{_digest()}")
    return ""


class _Locator:
    """Tells numba where a kernel is kept and what makes it stale."""

    def __init__(self, module: str) -> None:
        self.module = module

    @classmethod
    def from_function(cls, function: Callable[..., Any], path: str) -> _Locator:
        return cls(function.__module__)

    def get_cache_path(self) -> str:
        return kept_in()

    def ensure_cache_path(self) -> None:
        os.makedirs(kept_in(), exist_ok=True)

    def get_source_stamp(self) -> str:
        return _digest()

    def get_disambiguator(self) -> str:
        return self.module.rpartition(".")[2]


class _Kept(CompileResultCacheImpl):
    _locator_classes: ClassVar[list[type[object]]] = [_Locator]  # type: ignore[misc]


class _Cache(FunctionCache):
    """numba's, but for processes that compile at the same time: it would give two variants of a
    kernel one name, and then call the wrong one. And while one of them compiles a kernel the
    others wait for it."""

    _impl_class = _Kept
    _turn: IO[bytes] | None = None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        load: Any = super().load_overload
        found = load(sig, target_context)
        if found is None:
            self._end_turn()  # of a compilation that failed
            self._turn = _alone(f"{self._py_func.__name__}.turn", MOST_WAITING)
            found = load(sig, target_context)
        if found is not None:
            self._end_turn()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        keep: Any = super().save_overload
        # What cannot be kept safely is not kept.
        file = _alone("lock")
        if file is not None:
            with file, contextlib.suppress(OSError):
                keep(sig, data)
        self._end_turn()

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._turn.close()
            self._turn = None


def _alone(name: str, most: float = math.inf) -> IO[bytes] | None:
    """Until it is closed, a file beside the kernels that no other process can have; ``None`` if there
    can be none, or some process has it for more than ``most`` seconds."""
    end = time.monotonic() + most
    with contextlib.suppress(OSError):
        file = open(os.path.join(kept_in(), name), "wb")  # noqa: SIM115 -- the caller closes it
        while not _locked(file):
            if time.monotonic() > end:
                file.close()
                return None
            time.sleep(0.02)
        return file
    return None


def _locked(file: IO[bytes]) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def kernel(function: Function) -> Function:
    """Compiles ``function`` when it is first called, or loads what was compiled before."""
    compiled: Any = numba.njit(**OPTIONS)(function)
    if kept_in():
        made: Any = _Cache
        compiled._cache = made(function)
    kept: Function = compiled
    return kept


def inlined(function: Function) -> Function:
    """A part of kernels, compiled into each of them; nothing else can call it."""
    alone: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: Function = numba.njit(forceinline=True, **alone, **OPTIONS)(function)
    return compiled


def _prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Tells the processor that ``array[index]`` will be read soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(view.data, [arguments[1]])
        byte = cgutils.voidptr_t
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        declare: Any = cgutils.get_or_insert_function
        called = declare(builder.module, shape, "llvm.prefetch.p0")
        builder.call(called, [builder.bitcast(place, byte), number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


prefetch: Any = intrinsic(_prefetch)


LINE = 8
"""Words that the processor fetches from memory at a time."""


def _first_of(typing: Any, array: Any, index: Any, word: Any) -> Any:
    """Which of the ``LINE`` words from ``array[index]`` on is the first that is ``word`` or 0;
    ``LINE`` if none is. Without a branch, all of them at once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        long, line = ir.IntType(64), ir.VectorType(ir.IntType(64), LINE)
        place = builder.bitcast(builder.gep(view.data, [arguments[1]]), line.as_pointer())
        words = builder.load(place, align=8)
        wanted = ir.Constant(line, ir.Undefined)
        for i in range(LINE):
            wanted = builder.insert_element(wanted, arguments[2], ir.Constant(ir.IntType(32), i))
        free = builder.icmp_signed("==", words, ir.Constant(line, [0] * LINE))
        found = builder.or_(builder.icmp_signed("==", words, wanted), free)
        bits = builder.zext(builder.bitcast(found, ir.IntType(LINE)), long)
        return builder.cttz(builder.or_(bits, long(1 << LINE)), ir.IntType(1)(1))

    return types.intp(array, types.intp, types.int64), generate


first_of: Any = intrinsic(_first_of)
