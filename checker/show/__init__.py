"""Showing: verdicts and traces as text a person wants to read. Nothing here prints."""
