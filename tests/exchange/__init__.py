"""Traces and results as files."""
