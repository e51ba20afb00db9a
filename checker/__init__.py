"""Lastack: a model checker for protocols written as tables.

The packages import in one direction only, and each owns one step of the way from a
document's text to a verdict that a person can read::

    document  ->  model  ->  explore  ->  verify  ->  show, exchange  ->  cli
"""

__version__ = "0.1.0"
