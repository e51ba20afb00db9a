"""What holds for all tests."""

from __future__ import annotations

import gc
import os

# What another run found out would be told instead of what is tested. Tests of the cache have one
# of their own.
os.environ["LASTACK_NO_CACHE"] = "1"


def pytest_collection_finish() -> None:
    """All that the tests have been collected into is there to stay: the garbage collection need
    not go through it over and over, nor make each forked process copy it."""
    gc.collect()
    gc.freeze()
