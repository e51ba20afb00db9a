"""Why an export cannot be made. The messages are for users."""

from __future__ import annotations


class ExportError(Exception):
    """What was asked for cannot be exported."""


class TooLarge(ExportError):
    """Whoever reads the export cannot take one of this size."""
