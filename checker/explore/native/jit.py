"""How the kernels are compiled: without Python objects, without the GIL, kept on disk.

numba notices when the file of a kernel changes, but not when a kernel that it calls does. So
compiled kernels are kept in a folder named after the sources of them all.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])

SOURCES = Path(__file__).parent


@cache
def kept_in() -> str:
    """The folder of the compiled kernels: beside the sources, or in the user's cache if the
    install is read-only, or else in a temporary folder."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(SOURCES.glob("*.py")):
        digest.update(path.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    user = getpass.getuser() if hasattr(os, "getuid") else "user"
    for folder in (
        SOURCES / "__pycache__",
        caches / "lastack",
        Path(tempfile.gettempdir()) / f"lastack-{user}",
    ):
        if _writable(folder / name):
            return str(folder / name)
    return ""


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def kernel(function: Function) -> Function:
    """Compiles ``function`` when it is first called, or loads what was compiled before."""
    folder = kept_in()
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        compiled: Function = numba.njit(nogil=True, cache=bool(folder), error_model="numpy", _nrt=False)(
            function
        )
    finally:
        numba.config.CACHE_DIR = before
    return compiled


def inlined(function: Function) -> Function:
    """A part of kernels, compiled into each of them."""
    compiled: Function = numba.njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)(function)
    return compiled


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Tells the processor that ``array[index]`` will be read soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(view.data, [arguments[1]])
        byte = cgutils.voidptr_t
        number = ir.IntType(32)
        called = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte, number, number, number]),
            "llvm.prefetch.p0",
        )
        builder.call(called, [builder.bitcast(place, byte), number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate
