"""Exchanging: results and traces as files that other tools read."""
