"""Meaning: a ``Protocol`` and a ``Scenario`` become the endpoints' local states and reactions."""
