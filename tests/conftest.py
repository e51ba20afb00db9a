"""What holds for all tests."""

from __future__ import annotations

import os

# What another run found out would be told instead of what is tested. Tests of the cache have one
# of their own.
os.environ["LASTACK_NO_CACHE"] = "1"
