"""Exploring: from a compiled model to the graph of all its reachable states."""
