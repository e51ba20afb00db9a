"""Ladders and reports as text."""
