"""Graphviz: what lays out DOT and makes pictures of it, the program or the wheel that brings it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec

INSTALL = "install Graphviz (apt install graphviz, brew install graphviz), or pip install 'lastack[pictures]'"

FINER = ["-Gdpi=120"]
"""For pictures in pixels."""

WHEEL = """
import sys
import pygraphviz
graph = pygraphviz.AGraph(sys.stdin.buffer.read().decode())
if sys.argv[1] == "png":
    graph.graph_attr["dpi"] = "120"
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog=sys.argv[2]))
"""
"""The same with pygraphviz, as a program of its own, which can be ended when it takes too long."""


class NoGraphviz(Exception):
    """There is nothing to lay out a picture with."""


class LayoutFailed(Exception):
    """Graphviz gave no picture; the message says why."""


class TooSlow(Exception):
    """Graphviz did not end in time."""


def render(dot: str, format: str, layout: str, seconds: float) -> bytes:
    """The picture that ``dot`` describes, as ``svg``, ``png`` or ``pdf``, by the engine ``layout``.

    Raises ``NoGraphviz``, ``LayoutFailed``, or ``TooSlow`` after so many ``seconds``.
    """
    try:
        done = subprocess.run(
            _command(format, layout), input=dot.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise TooSlow from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise LayoutFailed(said[-1])
    return done.stdout


def _command(format: str, layout: str) -> list[str]:
    if program := shutil.which("dot"):
        return [program, f"-K{layout}", f"-T{format}", *(FINER if format == "png" else [])]
    if find_spec("pygraphviz") is not None:
        return [sys.executable, "-c", WHEEL, format, layout]
    raise NoGraphviz
